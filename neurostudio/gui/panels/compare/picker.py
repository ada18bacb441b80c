"""Choosing runs to compare from all runs of the project."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.compare.presenter import load_candidates
from neurostudio.gui.panels.parts.filter_edit import FilterEdit
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.parts.state_mark import state_icon, state_word
from neurostudio.gui.panels.parts.times import local_time
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Secondary, fill
from neurostudio.store.rows import RunRow

HEADERS = ("Run", "State", "Method", "Seed", "Started")


class RunPicker(QDialog):
    """A searchable list of runs; several can be chosen::

    [search names, tags, notes        ]
    mr-seed1   Done    spiking.text   1
    mr-seed0   Done    spiking.text   0
                         [Cancel] [Add]
    """

    def __init__(self, studio: Studio, taken: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._taken = frozenset(taken)
        self.setWindowTitle("Add runs to the comparison")
        self.filter = FilterEdit("Search names, tags and notes")
        self.table = LineTable("Runs of the project")
        self.none = Secondary("There is no other run that fits.")
        self.none.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._add = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._add.setText("Add")
        self._add.setEnabled(False)
        fill(QVBoxLayout(self), (self.filter, self.none, self.table, self.buttons), theme.unit(self), 1, 2)
        u = theme.unit(self)
        self.resize(90 * u, 60 * u)
        self.filter.textChanged.connect(self.on_filter)
        self.table.chosen.connect(self.accept)
        self.table.selectionModel().selectionChanged.connect(self.on_selected)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._refresher = Refresher(self, self._question, self._show, studio.report_error)
        self._refresher.ask()

    def chosen(self) -> tuple[str, ...]:
        """Ids of the chosen runs, from top to bottom."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return tuple(self.table.lines[row].key for row in rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the search field the arrow goes down into the list."""
        if event.key() == Qt.Key.Key_Down and self.filter.hasFocus():
            if self.table.lines and not self.chosen():
                self.table.select_key(self.table.lines[0].key)
            self.table.setFocus()
            return
        super().keyPressEvent(event)

    @Slot()
    def on_filter(self) -> None:
        """Search again."""
        self._refresher.ask()

    @Slot()
    def on_selected(self) -> None:
        """Only chosen runs can be added."""
        self._add.setEnabled(bool(self.chosen()))

    def _question(self) -> Any:
        project = self._studio.project
        return partial(load_candidates, project.project, self.filter.text()) if project else list

    def _show(self, rows: list[RunRow]) -> None:
        lines = [_line(row) for row in rows if row.run_id not in self._taken]
        self.none.setVisible(not lines)
        self.table.show_lines(HEADERS, lines)


def _line(row: RunRow) -> Line:
    icon, tint = state_icon(row.state)
    cells = (
        Cell(row.name or row.run_id, tooltip=row.run_id),
        Cell(state_word(row.state), icon=icon, tint=tint),
        Cell(row.method),
        Cell(str(row.seed), is_number=True),
        Cell(local_time(row.created)),
    )
    return Line(cells, row.run_id)
