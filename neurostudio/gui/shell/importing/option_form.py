"""The options of a reader as a small form: each stands on "automatic" until somebody chooses."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from neurostudio.gui import theme
from neurostudio.gui.shell.importing.reader_options import OptionField

COLUMNS = 2
_AUTOMATIC = object()


class OptionForm(QWidget):
    """The fields::

    Encoding        [automatic: utf-8  v]   Delimiter     [automatic: tab v]
    Text column     [automatic: text   v]   Label column  [automatic: label v]

    Signals
    -------
    changed : dict
        The options that somebody chose, name -> value.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * u)
        self._grid.setVerticalSpacing(round(0.6 * u))
        for column in range(COLUMNS):
            self._grid.setColumnStretch(2 * column + 1, 1)
        self._fields: tuple[OptionField, ...] = ()
        self.boxes: dict[str, QComboBox] = {}
        self._chosen: dict[str, Any] = {}

    def show_fields(self, fields: Sequence[OptionField], chosen: Mapping[str, Any]) -> None:
        """Show these options as they are chosen."""
        if tuple(fields) == self._fields and dict(chosen) == self._chosen:
            return
        self._fields, self._chosen = tuple(fields), dict(chosen)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.boxes.clear()
        for place, one in enumerate(fields):
            row, column = divmod(place, COLUMNS)
            label, box = QLabel(one.title), self._box(one)
            label.setBuddy(box)
            label.setToolTip(one.help)
            self._grid.addWidget(label, row, 2 * column)
            self._grid.addWidget(box, row, 2 * column + 1)

    def _box(self, one: OptionField) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(one.title)
        box.setToolTip(one.help)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(7)
        box.addItem(f"automatic: {one.found}" if one.found else "automatic", _AUTOMATIC)
        for value, words in one.choices:
            box.addItem(words, value)
        if one.name in self._chosen:
            place = box.findData(self._chosen[one.name])
            if place < 0:
                box.addItem(str(self._chosen[one.name]), self._chosen[one.name])
                place = box.count() - 1
            box.setCurrentIndex(place)
        if one.is_free:
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            edit = box.lineEdit()
            if edit is not None:
                edit.setAccessibleName(one.title)
                edit.editingFinished.connect(lambda: self._typed(one, box))
        box.activated.connect(lambda _index: self._choose(one, box.currentData()))
        self.boxes[one.name] = box
        return box

    def _typed(self, one: OptionField, box: QComboBox) -> None:
        """Something that is not in the list was typed, such as a rare encoding."""
        text = box.currentText().strip()
        place = box.findText(text)
        self._choose(one, box.itemData(place) if place >= 0 else text or _AUTOMATIC)

    def _choose(self, one: OptionField, value: Any) -> None:
        chosen = {name: kept for name, kept in self._chosen.items() if name != one.name}
        if value is not _AUTOMATIC:
            chosen[one.name] = value
        if chosen != self._chosen:
            self._chosen = chosen
            self.changed.emit(chosen)
