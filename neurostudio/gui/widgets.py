"""Small widgets that every page uses, so that the same thing looks the same everywhere. All sizes follow the font."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from neurostudio.core.errors import NeuroError
from neurostudio.gui import theme

PAGE_MARGIN = 3


class Row(QWidget):
    """Widgets side by side; gaps and margin in u."""

    def __init__(self, *items: "QWidget | QLayout | None", gap: float = 1, margin: float = 0) -> None:
        super().__init__()
        fill(QHBoxLayout(self), items, theme.unit(self), gap, margin)


class Column(QWidget):
    """Widgets one under the other; gaps and margin in u. None stands for free space."""

    def __init__(self, *items: "QWidget | QLayout | None", gap: float = 1, margin: float = 0) -> None:
        super().__init__()
        fill(QVBoxLayout(self), items, theme.unit(self), gap, margin)


def fill(box: QBoxLayout, items: "tuple[QWidget | QLayout | None, ...]", u: int, gap: float = 1, margin: float = 0) -> None:
    """Put widgets and layouts into a box layout; None is free space."""
    box.setSpacing(round(gap * u))
    box.setContentsMargins(*[round(margin * u)] * 4)
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        else:
            box.addWidget(item)


class Title(QLabel):
    """Title of a page."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setFont(theme.title_font())
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)


class Heading(QLabel):
    """Heading of a group: body size, more weight."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setFont(theme.strong_font())
        self.setTextFormat(Qt.TextFormat.PlainText)


class Secondary(QLabel):
    """What explains: smaller, in the secondary colour; wraps."""

    def __init__(self, text: str = "", *, wrap: bool = True) -> None:
        super().__init__(text)
        self.setFont(theme.secondary_font())
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)


class Elided(QLabel):
    """One line that is shortened in the middle where room is short; the whole text is its tooltip."""

    def __init__(self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._fit()

    def text(self) -> str:
        """The whole text."""
        return self._text

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        super().setText(self.fontMetrics().elidedText(self._text, self._mode, max(0, self.width())))


class Hairline(QFrame):
    """A line of one pixel."""

    def __init__(self, *, vertical: bool = False) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.VLine if vertical else QFrame.Shape.HLine)
        self.setFrameShadow(QFrame.Shadow.Plain)
        self.setForegroundRole(QPalette.ColorRole.Midlight)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class Card(QWidget):
    """A surface with a hairline around it and slightly round corners."""

    def __init__(self, *items: "QWidget | QLayout | None", gap: float = 1, margin: float = 2) -> None:
        super().__init__()
        self.is_problem = False
        fill(QVBoxLayout(self), items, theme.unit(self), gap, margin)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colours.problem if self.is_problem else colours.hairline)
        painter.setBrush(QColor(colours.problem_surface if self.is_problem else colours.surface))
        radius = 0.4 * theme.unit(self)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class Tile(Card):
    """One number::

    Accuracy
    74.2 %       +1.1 against seed 0
    """

    def __init__(self, title: str) -> None:
        self._title = Secondary(title, wrap=False)
        self._value = QLabel("–")
        self._value.setFont(theme.number_font(theme.TITLE_SIZE))
        self._unit = Secondary("", wrap=False)
        self._change = Secondary("", wrap=False)
        line = QHBoxLayout()
        super().__init__(self._title, line, gap=0.3, margin=1)
        fill(line, (self._value, self._unit, self._change, None), theme.unit(self), 0.6)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title = title

    def show_value(self, text: str, unit: str = "", change: str = "") -> None:
        """Show a number as text, its unit, and how it differs from what it is compared with."""
        self._value.setText(text)
        self._unit.setText(unit)
        self._change.setText(change)
        self.setAccessibleName(" ".join(part for part in (self.title, text, unit, change) if part))
        self.setToolTip(self.accessibleName())


class EmptyState(QWidget):
    """What belongs here, one small picture of it, and the one next step::

                 (icon)
              No runs yet
        Choose a method and press Run.
              [ Import... ]

    Signals
    -------
    wanted : the button was pressed.
    """

    wanted = Signal()

    def __init__(self, icon: str, title: str, text: str, button_text: str = "", width: float = 34) -> None:
        super().__init__()
        u = theme.unit(self)
        picture = IconLabel(icon, 4, tint="secondary")
        heading, words = Heading(title), Secondary(text)
        for label in (heading, words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedWidth(round(width * u))  # a label that wraps needs to know it
        # the box would give it the height that it has in the whole width of the page
        words.setMinimumHeight(max(0, words.heightForWidth(words.minimumWidth())))
        column = QVBoxLayout(self)
        fill(column, (None,), u, 1, PAGE_MARGIN)
        for part in (picture, heading, words):
            column.addWidget(part, alignment=Qt.AlignmentFlag.AlignHCenter)
        if button_text:
            self.button = button(button_text, primary=True)
            self.button.clicked.connect(self.wanted)
            column.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.setAccessibleName(f"{title}. {text}")


class ErrorCard(Card):
    """What happened, why, and what to do now; details fold out.

    Signals
    -------
    wanted : the button that mends it was pressed.
    """

    wanted = Signal()

    def __init__(self) -> None:
        self._what, self._why, self._fix = Heading(), QLabel(), QLabel()
        self._details = QLabel()
        self._fold = button("Details", "right")
        self._action = button("", primary=True)
        super().__init__(self._what, self._why, self._fix, Row(self._action, self._fold, None), self._details)
        self.is_problem = True
        for label in (self._what, self._why, self._fix):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details.setFont(theme.mono_font())
        self._details.setWordWrap(True)
        self._details.setTextFormat(Qt.TextFormat.PlainText)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fold.clicked.connect(self.on_fold)
        self._action.clicked.connect(self.wanted)
        self._details.hide()

    def show_error(self, error: NeuroError, action_text: str = "", details: str = "") -> None:
        """Show an error; `action_text` is the verb on the button that mends it."""
        for label, text in ((self._what, error.what), (self._why, error.why), (self._fix, error.fix)):
            label.setText(text)
            label.setVisible(bool(text))
        self._action.setText(action_text)
        self._action.setVisible(bool(action_text))
        self._details.setText(details.strip())
        self._details.hide()
        self._fold.setVisible(bool(details))
        self._fold.setIcon(theme.icon("right"))
        self.setAccessibleName(" ".join(part for part in (error.what, error.why, error.fix) if part))
        self.show()

    @Slot()
    def on_fold(self) -> None:
        """Show or hide the details."""
        self._details.setVisible(not self._details.isVisible())
        self._fold.setIcon(theme.icon("fold" if self._details.isVisible() else "right"))


class IconLabel(QWidget):
    """An icon of a size in u, in a colour of the theme."""

    def __init__(self, name: str, size: float = 2, tint: str = "") -> None:
        super().__init__()
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_icon(name, tint)

    def show_icon(self, name: str, tint: str = "") -> None:
        """Show another icon."""
        self.name = name
        self._icon = theme.icon(name, tint)
        self.update()

    def sizeHint(self) -> QSize:
        side = round(self._size * theme.unit(self))
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        side = min(self.width(), self.height())
        self._icon.paint(QPainter(self), QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side))


def button(text: str, icon: str = "", tooltip: str = "", *, primary: bool = False) -> QPushButton:
    """A push button; a primary one is filled with the accent colour: one on a page."""
    made = _PrimaryButton(text) if primary else QPushButton(text)
    made.setAutoDefault(False)
    if icon:
        made.setIcon(theme.icon(icon, "on_accent" if primary else ""))
    made.setToolTip(tooltip)
    return made


def tool_button(icon: str, tooltip: str) -> QToolButton:
    """A flat button of a toolbar: an icon with a tooltip, which is its accessible name, too."""
    made = QToolButton()
    made.setIcon(theme.icon(icon))
    made.setAutoRaise(True)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made


class _PrimaryButton(QPushButton):
    """Filled with the accent colour."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._tinted: theme.Theme | None = None
        self._tint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self._tint()

    def _tint(self) -> None:
        colours = theme.current()
        if self._tinted is colours:  # a new palette is such an event itself
            return
        self._tinted = colours
        palette = QPalette(self.palette())
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, QPalette.ColorRole.Button, QColor(colours.accent))
            palette.setColor(group, QPalette.ColorRole.ButtonText, QColor(colours.on_accent))
        self.setPalette(palette)
        font = QFont(theme.body_font())
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
