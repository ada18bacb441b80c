"""All shortcuts on one sheet: a view of the table of commands, as is the help page ``shortcuts``."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.commands import COMMANDS, MENUS, Actions, Command
from neurostudio.gui.shell.palette_model import Fit, fit, folded
from neurostudio.gui.shell.popup import resize_within
from neurostudio.gui.widgets import Heading, Secondary, fill

SIZE_U = QSize(96, 76)
TWO_COLUMNS_U = 76

GESTURES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "In lists and tables",
        (
            ("Move through the lines", "Up or Down"),
            ("Open", "Return"),
            ("Menu of the line", "Shift+F10"),
            ("Copy the chosen cells", "Ctrl+C"),
        ),
    ),
    (
        "In plots and images",
        (
            ("Zoom at the cursor", "Wheel"),
            ("Move the picture", "Drag"),
            ("Show all again", "Double-click"),
            ("Copy and export", "Right-click"),
        ),
    ),
    (
        "Everywhere",
        (
            ("Next or previous field", "Tab or Shift+Tab"),
            ("Close what lies on top", "Esc"),
        ),
    ),
)


@dataclass(frozen=True)
class Line:
    """One shortcut: what it does, its keys as people read them, and more about it."""

    title: str
    keys: str
    help: str = ""


@dataclass(frozen=True)
class Section:
    """Shortcuts of one menu, or of one kind of view."""

    title: str
    lines: tuple[Line, ...]


def sections(actions: Actions | None = None) -> list[Section]:
    """Every shortcut, by menu: as `actions` have them, written as this system does; else as the table has them."""
    made = []
    for menu in MENUS:
        of_menu = [one for one in COMMANDS if one.menu == menu and one.keys]
        lines = (Line(one.title.removesuffix("..."), _keys(one, actions), one.help) for one in of_menu)
        made.append(Section(menu, tuple(lines)))
    made += [Section(title, tuple(Line(*pair) for pair in pairs)) for title, pairs in GESTURES]
    return [section for section in made if section.lines]


def page_text() -> str:
    """The help page ``resources/docs/shortcuts.md``."""
    parts = ["# Keyboard shortcuts", "All of them stand in the menus, too. `Ctrl+K` finds everything by its name."]
    for section in sections():
        rows = [f"| {line.title} | {_code(line.keys)} | {line.help} |" for line in section.lines]
        parts.append("\n".join([f"## {section.title}", "", "| does | keys | |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def caps(keys: str) -> list[str]:
    """A shortcut, key by key.

    >>> caps("Ctrl+Shift+R"), caps("Ctrl++"), caps("Tab or Shift+Tab")
    (['Ctrl', 'Shift', 'R'], ['Ctrl', '+'], ['Tab', 'or', 'Shift', 'Tab'])
    """
    if " or " in keys:
        one, _, other = keys.partition(" or ")
        return [*caps(one), "or", *caps(other)]
    if keys.endswith("+"):
        return [*filter(None, keys[:-1].split("+")), "+"]
    return keys.split("+")


class ShortcutsSheet(QDialog):
    """All shortcuts::

    [ search                          ]
    File                     Run
    New project      Ctrl N  Run      Ctrl Return
    Open project     Ctrl O  Stop     Ctrl .
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        u = theme.unit(self)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a shortcut")
        self.field.setAccessibleName("Find a shortcut")
        self.field.setClearButtonEnabled(True)
        self.field.addAction(theme.icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.textChanged.connect(self.on_text)
        self._groups = [_Group(section) for section in sections(actions)]
        self._nothing = Secondary("")
        self._nothing.hide()
        self._sheet = QWidget()
        self._grid = QGridLayout(self._sheet)
        self._grid.setContentsMargins(0, u, 2 * u, u)
        self._grid.setHorizontalSpacing(5 * u)
        self._grid.setVerticalSpacing(0)
        self._columns = [QVBoxLayout(), QVBoxLayout()]
        for index, column in enumerate(self._columns):
            column.setSpacing(2 * u)
            self._grid.addLayout(column, 0, index)
            self._grid.setColumnStretch(index, 1)
        self._area = QScrollArea()
        self._area.setWidget(self._sheet)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Shortcuts by menu")
        fill(QVBoxLayout(self), (self.field, self._nothing, self._area), u, 1, 3)
        resize_within(self, SIZE_U)
        self._lay_out()

    def lines_shown(self) -> list[Line]:
        """The shortcuts that fit what was typed."""
        return [line for group in self._groups for line in group.lines_shown()]

    @Slot(str)
    def on_text(self, text: str) -> None:
        """Show those that fit."""
        for group in self._groups:
            group.show_fitting(text)
        self._nothing.setText(f"No shortcut fits '{text}'. Every command has a name: Ctrl+K finds it.")
        self._nothing.setVisible(not self.lines_shown())
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Two columns of about the same height, or one where there is no room for two."""
        for column in self._columns:
            while column.count():
                column.takeAt(0)
        shown = [group for group in self._groups if group.lines_shown()]
        heights = [len(group.lines_shown()) + 3 for group in shown]
        half, height = (sum(heights) + 1) / 2, 0.0
        has_two = self.width() >= TWO_COLUMNS_U * theme.unit(self)
        for group, size in zip(shown, heights, strict=True):
            self._columns[1 if has_two and height + size / 2 > half else 0].addWidget(group)
            height += size
        for column in self._columns:
            column.addStretch(1)
        self._grid.setColumnStretch(1, 1 if has_two else 0)


class KeyCaps(QWidget):
    """A shortcut as keys with a hairline around each."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self._caps = caps(keys)
        self.setFont(theme.secondary_font())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(keys)

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(sum(self._width(cap) for cap in self._caps) + (len(self._caps) - 1) * (u // 2), round(2.4 * u))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, u = theme.current(), theme.unit(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = 0
        for cap in self._caps:
            area = QRectF(left, 0, self._width(cap), self.height())
            if cap != "or":
                painter.setPen(QColor(colours.hairline))
                painter.setBrush(QColor(colours.surface))
                painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 0.4 * u, 0.4 * u)
            painter.setPen(QColor(colours.text if cap != "or" else colours.secondary))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, cap)
            left += self._width(cap) + u // 2

    def _width(self, cap: str) -> int:
        return self.fontMetrics().horizontalAdvance(cap) + (0 if cap == "or" else round(1.4 * theme.unit(self)))


class _Group(QWidget):
    """The shortcuts of one menu."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self.setAccessibleName(section.title)
        grid = QGridLayout(self)
        u = theme.unit(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(round(0.7 * u))
        grid.setHorizontalSpacing(2 * u)
        grid.setColumnStretch(0, 1)
        grid.addWidget(Heading(section.title), 0, 0, 1, 2)
        self._rows: list[tuple[Line, QLabel, KeyCaps]] = []
        for row, line in enumerate(section.lines, start=1):
            words, keys = QLabel(line.title), KeyCaps(line.keys)
            words.setToolTip(line.help)
            words.setAccessibleName(f"{line.title}: {line.keys}")
            grid.addWidget(words, row, 0)
            grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
            self._rows.append((line, words, keys))

    def show_fitting(self, text: str) -> None:
        """Hide the lines that do not fit; the name of the menu shows all of its lines."""
        typed = folded(text).split()
        for line, words, keys in self._rows:
            found = fit(typed, line.title, f"{self.section.title} {line.keys} {line.help}")
            fits = not typed or (found is not None and found[0] < Fit.SCATTERED)
            words.setVisible(fits)
            keys.setVisible(fits)
        self.setVisible(any(not words.isHidden() for _, words, _ in self._rows))

    def lines_shown(self) -> list[Line]:
        """Those that are not hidden."""
        return [line for line, words, _ in self._rows if not words.isHidden()]


def _keys(one: Command, actions: Actions | None) -> str:
    if actions is None:
        return one.keys
    return actions[one.id].shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def _code(keys: str) -> str:
    return " or ".join(f"`{part}`" for part in keys.split(" or "))
