"""Editors: one for each form of setting that fits on a line. Each shows a raw content and tells what a person makes of it.

No editor judges: the model does, and the row around the editor shows what it says.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from neurostudio.core.spec import SettingInfo
from neurostudio.gui import theme
from neurostudio.gui.form.places import Place
from neurostudio.gui.form.stepping import stepped
from neurostudio.gui.form.text import choice_text, empty_text, text_of

SHOWN_LINES = 3
_STEPS = {Qt.Key.Key_Up: (1, False), Qt.Key.Key_Down: (-1, False), Qt.Key.Key_PageUp: (1, True), Qt.Key.Key_PageDown: (-1, True)}
_WHEEL_NOTCH = 120


class Editor(QWidget):
    """What all editors have in common.

    Signals
    -------
    edited : raw content, after each change that a person makes.
    accepted : what was typed may be written as it is stored (Return, or the keyboard goes elsewhere).
    undo_wanted, redo_wanted, help_wanted : the keys for them were pressed.
    """

    edited = Signal(object)
    accepted = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()
    help_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._keys = _Keys(self)
        self._target: QWidget = self

    def adopt(self, widget: QWidget) -> None:
        """Make a widget the one that has the keyboard for this editor."""
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # never by the wheel, which scrolls the form
        self.listen(widget)
        self._target = widget  # no focus proxy of Qt's: that would break the order of Tab

    def listen(self, widget: QWidget) -> None:
        """Let the keys of undo and help, and the wheel, work in this widget as everywhere in the form."""
        widget.installEventFilter(self._keys)

    def target(self) -> QWidget:
        """The widget that has the keyboard."""
        return self._target

    def tab_stops(self) -> list[QWidget]:
        """The widgets that Tab goes through, in order."""
        return [self.target()]

    def describe(self, name: str, description: str, help_text: str) -> None:
        """Name for those who cannot see the label; tooltip."""
        self.target().setAccessibleName(name)
        self.target().setAccessibleDescription(description)
        self.target().setToolTip(help_text)
        self.target().setWhatsThis(help_text)

    def show_raw(self, raw: Any) -> None:
        """Show a content."""
        raise NotImplementedError

    def show_problem(self, is_wrong: bool) -> None:
        """Mark the field as wrong, or not."""


class _Keys(QObject):
    """Undo, redo and help belong to the form, not to the text of one field; the wheel belongs to whoever has the keyboard."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._editor = editor

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and isinstance(event, QKeyEvent):
            signal = self._meant(event)
            if signal is None:
                return False
            event.accept()
            if kind == QEvent.Type.KeyPress:
                signal.emit()  # type: ignore[attr-defined]
            return True
        if kind == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False

    def _meant(self, event: QKeyEvent) -> object | None:
        if event.matches(QKeySequence.StandardKey.Undo):
            return self._editor.undo_wanted
        if event.matches(QKeySequence.StandardKey.Redo) or event.keyCombination().toCombined() == _REDO:
            return self._editor.redo_wanted
        if event.key() == Qt.Key.Key_F1 and not event.modifiers():
            return self._editor.help_wanted
        return None


_REDO = QKeyCombination(Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_Z).toCombined()


class Line(QLineEdit):
    """One line of text with a unit at its right end; a wrong one has an outline."""

    def __init__(self, unit: str = "") -> None:
        super().__init__()
        self._unit = unit
        self._is_wrong = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fit_unit()

    def set_wrong(self, is_wrong: bool) -> None:
        """Draw the outline, or not."""
        if is_wrong != self._is_wrong:
            self._is_wrong = is_wrong
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_unit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colours, painter = theme.current(), QPainter(self)
        if self._unit:
            painter.setPen(QColor(colours.secondary))
            room = self.rect().adjusted(0, 0, -theme.unit(self), 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._unit)
        if self._is_wrong:
            draw_outline(painter, self.rect(), theme.unit(self))

    def _fit_unit(self) -> None:
        room = self.fontMetrics().horizontalAdvance(self._unit) + theme.unit(self) if self._unit else 0
        self.setTextMargins(0, 0, room, 0)


class NumberLine(Line):
    """A number: arrow keys and, where it has the keyboard, the wheel step it.

    Signals
    -------
    stepped : the text after a step.
    """

    stepped = Signal(str)

    def __init__(self, info: SettingInfo, unit: str = "") -> None:
        super().__init__(unit)
        self._info = info
        self.setFont(theme.number_font())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _STEPS and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            self._step(*_STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y()
        if turns:
            self._step(1 if turns > 0 else -1, is_big=abs(turns) >= 4 * _WHEEL_NOTCH)
        event.accept()

    def _step(self, direction: int, is_big: bool) -> None:
        text = stepped(self._info, self.text(), direction, is_big=is_big)
        if text != self.text():
            self.setText(text)
            self.selectAll()
            self.stepped.emit(text)


class LineEditor(Editor):
    """A number, a text, or a list of numbers on one line::

    [ 3e-3            ]    [ 16        steps ]    [ 3, 4, 5   words ]
    """

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self._info = info
        self.line = NumberLine(info, info.unit) if info.form in ("int", "float") else Line(info.unit)
        if info.optional:
            self.line.setPlaceholderText(empty_text(info))
        elif info.form == "list":
            self.line.setPlaceholderText("none")
        _alone(self, self.line)
        self.adopt(self.line)
        self.line.textEdited.connect(self.on_typed)
        self.line.editingFinished.connect(self.accepted)
        if isinstance(self.line, NumberLine):
            self.line.stepped.connect(self.on_typed)

    @Slot(str)
    def on_typed(self, text: str) -> None:
        """Tell."""
        self.edited.emit(text)

    def show_raw(self, raw: Any) -> None:
        text = text_of(self._info, raw)
        if text != self.line.text() and not (raw is None and not self.line.text().strip()):
            self.line.setText(text)

    def show_problem(self, is_wrong: bool) -> None:
        self.line.set_wrong(is_wrong)


class Lines(QPlainTextEdit):
    """A few lines; Tab goes on to the next field.

    Signals
    -------
    left : the keyboard went elsewhere.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_wrong = False
        self.setTabChangesFocus(True)
        metrics, margins = self.fontMetrics(), self.contentsMargins()
        room = 2 * (self.document().documentMargin() + self.frameWidth()) + margins.top() + margins.bottom()
        self.setFixedHeight(round(SHOWN_LINES * metrics.lineSpacing() + room))

    def set_wrong(self, is_wrong: bool) -> None:
        """Draw the outline, or not."""
        if is_wrong != self._is_wrong:
            self._is_wrong = is_wrong
            self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_wrong:
            draw_outline(QPainter(self.viewport()), self.viewport().rect(), theme.unit(self))


class LinesEditor(Editor):
    """A list of texts, one a line."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self._info = info
        self._is_showing = False
        self.lines = Lines()
        self.lines.setPlaceholderText("One a line")
        _alone(self, self.lines)
        self.adopt(self.lines)
        self.listen(self.lines.viewport())
        self.lines.textChanged.connect(self.on_text_changed)
        self.lines.left.connect(self.accepted)

    @Slot()
    def on_text_changed(self) -> None:
        """Tell, where it was a person who typed."""
        if not self._is_showing:
            self.edited.emit(self.lines.toPlainText())

    def show_raw(self, raw: Any) -> None:
        text = text_of(self._info, raw)
        if text != self.lines.toPlainText() and not (raw is None and not self.lines.toPlainText().strip()):
            self._is_showing = True
            self.lines.setPlainText(text)
            self._is_showing = False

    def show_problem(self, is_wrong: bool) -> None:
        self.lines.set_wrong(is_wrong)


class SwitchEditor(Editor):
    """On or off; the title stands beside the box."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self.box = QCheckBox(info.title.replace("&", "&&"))
        _alone(self, self.box)
        self.adopt(self.box)
        self.box.clicked.connect(self.on_clicked)

    @Slot(bool)
    def on_clicked(self, is_on: bool) -> None:
        """Tell."""
        self.edited.emit(is_on)
        self.accepted.emit()

    def show_raw(self, raw: Any) -> None:
        self.box.setChecked(bool(raw))


class ChoiceEditor(Editor):
    """One of several, in words; also the member of a union.

    Parameters
    ----------
    explained : dict
        Choice -> what it means, as tooltip of its line.
    """

    def __init__(self, info: SettingInfo, explained: dict[str, str] | None = None) -> None:
        super().__init__()
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(6)
        choices: Sequence[Any] = (None, *info.choices) if info.optional else info.choices
        for choice in choices:
            self.combo.addItem(empty_text(info) if choice is None else choice_text(info, choice), choice)
            words = (explained or {}).get(str(choice), "")
            if words:
                self.combo.setItemData(self.combo.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        self._choices = list(choices)
        _alone(self, self.combo)
        self.adopt(self.combo)
        self.combo.activated.connect(self.on_activated)

    @Slot(int)
    def on_activated(self, index: int) -> None:
        """Tell."""
        self.edited.emit(self._choices[index])
        self.accepted.emit()

    def show_raw(self, raw: Any) -> None:
        self.combo.setCurrentIndex(self._choices.index(raw) if raw in self._choices else -1)


def make_editor(place: Place) -> Editor:
    """The editor for a setting."""
    from neurostudio.gui.form.dict_field import DictEditor

    info = place.info
    if info.form == "bool" and not info.optional:
        return SwitchEditor(info)
    if info.form in ("choice", "union"):
        return ChoiceEditor(info, dict(place.members))
    if info.form == "bool":
        return ChoiceEditor(_as_choice(info))
    if info.form == "dict":
        return DictEditor(info)
    if info.form == "list" and info.item == "str":
        return LinesEditor(info)
    return LineEditor(info)


def draw_outline(painter: QPainter, rect: QRect, u: int) -> None:
    """The outline of a field that is wrong."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(theme.current().problem))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 0.4 * u, 0.4 * u)


def show_help(widget: QWidget) -> None:
    """Show the help of a field under it."""
    QToolTip.showText(widget.mapToGlobal(widget.rect().bottomLeft()), widget.toolTip(), widget, widget.rect(), 30_000)


def _as_choice(info: SettingInfo) -> SettingInfo:
    """A switch with a third state, none, is a choice of three."""
    from dataclasses import replace

    return replace(info, form="choice", choices=(True, False), labels={"True": "on", "False": "off"})


def _alone(editor: QWidget, widget: QWidget) -> None:
    box = QVBoxLayout(editor) if isinstance(widget, QPlainTextEdit) else QHBoxLayout(editor)
    box.setContentsMargins(0, 0, 0, 0)
    box.addWidget(widget)
