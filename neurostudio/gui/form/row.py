"""One setting in a form: mark, title, editor, reset button, and a line under it for what is wrong."""

from html import escape
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QGuiApplication, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.form.fields import Editor, SwitchEditor, make_editor, show_help
from neurostudio.gui.form.places import Place
from neurostudio.gui.form.text import default_text, limits_text
from neurostudio.gui.widgets import Elided, tool_button

GUTTER_U, INDENT_U = 1.2, 1.5
LABEL_U = 17
EDITOR_U = 36
FIRST_STRETCH = 100  # against 1 for what is left over: the editor has its full width first
UNBOUNDED = 16_777_215  # QWIDGETSIZE_MAX, which PySide does not export


class Mark(QWidget):
    """A small dot of the accent colour, where the setting differs from its default."""

    def __init__(self) -> None:
        super().__init__()
        self._is_on = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_on(self, is_on: bool) -> None:
        """Show the dot, or not; its room stays."""
        if is_on != self._is_on:
            self._is_on = is_on
            self.update()

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(round(GUTTER_U * u), 3 * u)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_on:
            u, painter = theme.unit(self), QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.current().accent))
            side = max(4, round(0.6 * u))
            painter.drawEllipse((self.width() - side) // 2, (self.height() - side) // 2, side, side)


class FieldLabel(QLabel):
    """Title of a setting; a click on it goes to the field."""

    def __init__(self, text: str, editor: QWidget) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setBuddy(editor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.buddy().setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)


class ProblemLine(Elided):
    """One line for what is wrong; its room is kept while nothing is, so that nothing moves."""

    def __init__(self) -> None:
        super().__init__(mode=Qt.TextElideMode.ElideRight)
        self.setFont(theme.secondary_font())
        self.setForegroundRole(QPalette.ColorRole.BrightText)
        self.setFixedHeight(self.fontMetrics().height() + 2)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class SettingRow(QWidget):
    """A setting beside its title, or under it where the form is narrow::

        . Time steps   [ 16       steps ] (reset)
                       Must be from 1 to 1000

    Signals
    -------
    edited, accepted : of its editor.
    reset_wanted, undo_wanted, redo_wanted : asked for in this row.
    """

    edited = Signal(str, object)
    accepted = Signal(str)
    reset_wanted = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.editor: Editor = make_editor(place)
        self.mark = Mark()
        self.label = None if isinstance(self.editor, SwitchEditor) else FieldLabel(place.info.title, self.editor.target())
        self.reset = tool_button("reset", f"Reset {place.info.title.lower()} to {default_text(place.info, self._default)}")
        kept = self.reset.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(kept)
        self.reset.hide()
        self.problem = ProblemLine()
        self._is_wide: bool | None = None
        self._shown: tuple[object, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(round(0.2 * theme.unit(self)))
        self._grid.setHorizontalSpacing(0)
        self.set_wide(False)
        self.editor.edited.connect(self.on_edited)
        self.editor.accepted.connect(self.on_accepted)
        self.editor.undo_wanted.connect(self.undo_wanted)
        self.editor.redo_wanted.connect(self.redo_wanted)
        self.editor.help_wanted.connect(self.on_help)
        self.reset.clicked.connect(self.on_reset)

    def show_state(self, raw: Any, problem: str, is_changed: bool) -> None:
        """Show what stands in the field, what is wrong with it, and whether it is the default."""
        state = (type(raw), raw, problem, is_changed)
        if state == self._shown:
            return  # a form shows all its rows after each key
        self._shown = state
        info = self.place.info
        self.editor.show_raw(raw)
        self.editor.show_problem(bool(problem))
        self.problem.setText(problem)
        self.mark.set_on(is_changed)
        self.reset.setVisible(is_changed)
        titled = self.editor.target() if self.label is None else self.label
        font = QFont(theme.body_font())
        font.setWeight(QFont.Weight.DemiBold if is_changed else QFont.Weight.Normal)
        titled.setFont(font)
        default = default_text(info, self._default)
        said = f"changed, default {default}" if is_changed else ""
        unit = f", {info.unit}" if info.unit else ""
        description = ". ".join(part for part in (problem, said, info.help.rstrip(".")) if part)
        self.editor.describe(f"{info.title}{unit}", description, self.help_text())

    def set_wide(self, is_wide: bool) -> None:
        """Put the title left of the editor, or above it."""
        if is_wide == self._is_wide:
            return
        self._is_wide = is_wide
        u = theme.unit(self)
        while self._grid.count():
            self._grid.takeAt(0)
        indent = round(INDENT_U * u * self.place.depth)
        self._grid.setColumnMinimumWidth(0, indent)
        top = Qt.AlignmentFlag.AlignTop
        if self.label is not None:
            width = round(LABEL_U * u) - indent
            self.label.setMinimumWidth(width if is_wide else 0)
            self.label.setMaximumWidth(width if is_wide else UNBOUNDED)
            self.label.setContentsMargins(0, round(0.5 * u) if is_wide else 0, 0, 0)
        self.editor.setMaximumWidth(round(EDITOR_U * u) if is_wide else UNBOUNDED)
        self._grid.addWidget(self.mark, 0, 1, top if is_wide and self.label is not None else Qt.AlignmentFlag.AlignVCenter)
        if self.label is None:
            self._grid.addWidget(self.editor, 0, 2, 1, 2)
            self._grid.addWidget(self.reset, 0, 4)
            self._grid.addWidget(self.problem, 1, 2, 1, 3)
        elif is_wide:
            self._grid.addWidget(self.label, 0, 2, top)
            self._grid.addWidget(self.editor, 0, 3)
            self._grid.addWidget(self.reset, 0, 4, top)
            self._grid.addWidget(self.problem, 1, 3, 1, 3)
        else:
            self._grid.addWidget(self.label, 0, 2, 1, 2, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(self.reset, 0, 4)
            self._grid.addWidget(self.editor, 1, 2, 1, 3)
            self._grid.addWidget(self.problem, 2, 2, 1, 3)
        self._grid.setColumnStretch(2, 0 if is_wide else 1)
        self._grid.setColumnStretch(3, FIRST_STRETCH)
        self._grid.setColumnStretch(5, 1 if is_wide else 0)

    def help_text(self) -> str:
        """Help, range, default and name, for tooltip and F1."""
        info = self.place.info
        limits = limits_text(info)
        facts = [f"Range: {limits}{f' {info.unit}' if info.unit else ''}"] if limits else []
        facts.append(f"Default: {default_text(info, self._default)}")
        words = "<br>".join(escape(line) for line in (info.help, *facts))
        return f"<p><b>{escape(info.title)}</b> ({escape(self.place.name)})<br>{words}</p>"

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        reset = menu.addAction(theme.icon("reset"), f"Reset to {default_text(self.place.info, self._default)}")
        reset.setEnabled(self.reset.isVisible())
        reset.triggered.connect(self.on_reset)
        menu.addAction(theme.icon("copy"), "Copy name for the command line").triggered.connect(self.on_copy_name)
        menu.popup(event.globalPos())

    @property
    def _default(self) -> Any:
        default = self.place.info.default
        return default[self.place.tag] if self.place.tag else default

    @Slot(object)
    def on_edited(self, raw: Any) -> None:
        """Pass it on with the name."""
        self.edited.emit(self.place.key, raw)

    @Slot()
    def on_accepted(self) -> None:
        """Pass it on with the name."""
        self.accepted.emit(self.place.key)

    @Slot()
    def on_reset(self) -> None:
        """Ask for the default; the keyboard stays in the field."""
        self.editor.target().setFocus()
        self.reset_wanted.emit(self.place.key)

    @Slot()
    def on_help(self) -> None:
        """Show the help under the field."""
        show_help(self.editor.target())

    @Slot()
    def on_copy_name(self) -> None:
        """Copy the name that flags and files use."""
        QGuiApplication.clipboard().setText(self.place.name)
