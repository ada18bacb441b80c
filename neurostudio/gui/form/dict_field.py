"""The editor for names with values: small rows with a button to add one and one to remove each."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from neurostudio.core.spec import SettingInfo
from neurostudio.gui import theme
from neurostudio.gui.form.fields import Editor, Line, NumberLine
from neurostudio.gui.form.text import rows_of
from neurostudio.gui.widgets import button, tool_button


class DictEditor(Editor):
    """Names and values::

    [ mac        ] [ 4.6      pJ ] x
    [ ac         ] [ 0.9      pJ ] x
    [ + Add ]
    """

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self._item = replace(info, form=info.item, bounds={}, default=None)
        self._title = info.title
        self._is_wrong = False
        self._rows: list[_Row] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(round(0.5 * theme.unit(self)))
        self.add = button("Add", "add")
        line = QHBoxLayout()
        line.addWidget(self.add)
        line.addStretch(1)
        self._box.addLayout(line)
        self.adopt(self.add)
        self.add.clicked.connect(self.on_add)

    def rows(self) -> list[list[str]]:
        """What stands in the rows."""
        return [[row.name.text(), row.value.text()] for row in self._rows]

    def tab_stops(self) -> list[QWidget]:
        rows = [stop for row in self._rows for stop in (row.name, row.value, row.remove)]
        return [*rows, self.add]

    @Slot()
    def on_add(self) -> None:
        """Add an empty row and go there."""
        row = self._make_row("", "")
        self.edited.emit(self.rows())
        row.name.setFocus()

    @Slot()
    def on_typed(self) -> None:
        """Tell."""
        self.edited.emit(self.rows())

    def show_raw(self, raw: Any) -> None:
        rows = rows_of(raw)
        if [tuple(row) for row in self.rows()] == rows:
            return
        while len(self._rows) > len(rows):
            self._drop(self._rows[-1])
        while len(self._rows) < len(rows):
            self._make_row("", "")
        for row, (name, text) in zip(self._rows, rows, strict=True):
            for line, wanted in ((row.name, name), (row.value, text)):
                if line.text() != wanted:
                    line.setText(wanted)

    def show_problem(self, is_wrong: bool) -> None:
        self._is_wrong = is_wrong
        for row in self._rows:
            row.value.set_wrong(is_wrong)

    def _make_row(self, name: str, text: str) -> "_Row":
        row = _Row(self._item, self._title, len(self._rows) + 1)
        row.name.setText(name)
        row.value.setText(text)
        for line in (row.name, row.value):
            self.listen(line)
            line.textEdited.connect(self.on_typed)
            line.editingFinished.connect(self.accepted)
        if isinstance(row.value, NumberLine):
            row.value.stepped.connect(self.on_typed)
        row.remove.clicked.connect(lambda: self._remove(row))
        before = self.add.previousInFocusChain()
        self._box.insertWidget(len(self._rows), row)
        row.show()  # at once: it may get the keyboard before the layout turns to it
        self._rows.append(row)
        for first, second in pairwise((before or self, row.name, row.value, row.remove, self.add)):
            QWidget.setTabOrder(first, second)
        row.value.set_wrong(self._is_wrong)
        return row

    def _remove(self, row: "_Row") -> None:
        self.add.setFocus()
        self._drop(row)
        self.edited.emit(self.rows())
        self.accepted.emit()

    def _drop(self, row: "_Row") -> None:
        self._rows.remove(row)
        self._box.removeWidget(row)
        row.hide()
        row.deleteLater()


class _Row(QWidget):
    """One name with its value."""

    def __init__(self, item: SettingInfo, title: str, number: int) -> None:
        super().__init__()
        self.name = Line()
        self.name.setPlaceholderText("name")
        self.value: Line = NumberLine(item, item.unit) if item.form in ("int", "float") else Line(item.unit)
        self.value.setPlaceholderText("value")
        self.remove = tool_button("close", f"Remove row {number} of {title.lower()}")
        self.name.setAccessibleName(f"{title}, name {number}")
        self.value.setAccessibleName(f"{title}, value {number}{f', {item.unit}' if item.unit else ''}")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(round(0.5 * theme.unit(self)))
        box.addWidget(self.name, 1)
        box.addWidget(self.value, 1)
        box.addWidget(self.remove)
