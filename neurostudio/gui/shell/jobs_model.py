"""The job list as a Qt model: rows change in place, come and go one by one; waiting runs can be dragged to another place."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from neurostudio.gui.shell.jobs_presenter import JobRow
from neurostudio.gui.shell.row_changes import change_rows

ROW_ROLE = Qt.ItemDataRole.UserRole
JOB_MIME = "application/x-neurostudio-job"

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class Column(IntEnum):
    """What stands in each column."""

    NAME = 0
    METHOD = 1
    PHASE = 2
    AMOUNT = 3
    PROGRESS = 4
    RATE = 5
    LEFT = 6
    VERBS = 7


class JobsModel(QAbstractTableModel):
    """Rows (:class:`JobRow`) in the order in which they are given.

    Signals
    -------
    move_wanted : run id, new place in the line (0 is next)
    """

    move_wanted = Signal(str, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[JobRow] = []

    def show(self, rows: Sequence[JobRow]) -> None:
        """Show other rows."""
        by_id = {row.run_id: row for row in rows}
        change_rows(self, _ROOT, self.rows, list(by_id), lambda row: row.run_id, by_id.__getitem__)
        for place, row in enumerate(self.rows):
            wanted = by_id[row.run_id]
            if row != wanted:
                self.rows[place] = wanted
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(Column) - 1))

    def row(self, index: Index) -> JobRow | None:
        """The row at an index."""
        return self.rows[index.row()] if index.isValid() and index.row() < len(self.rows) else None

    def place_of(self, run_id: str) -> int:
        """Row number of a run, -1 where it is not listed."""
        return next((place for place, row in enumerate(self.rows) if row.run_id == run_id), -1)

    # --- Qt's questions

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Number of runs."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Number of columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a field says."""
        row = self.row(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _text(row, Column(index.column()), is_tooltip=role == Qt.ItemDataRole.ToolTipRole)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken() if index.column() == Column.NAME else _text(row, Column(index.column()))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Waiting runs can be dragged, and dropped between others."""
        row = self.row(index)
        if row is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemNeverHasChildren | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsDragEnabled if row.position >= 0 else flags

    def mimeTypes(self) -> list[str]:
        """What is dragged: the id of a run."""
        return [JOB_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The run that is dragged."""
        carried = QMimeData()
        row = self.row(indexes[0]) if indexes else None
        carried.setData(JOB_MIME, (row.run_id if row else "").encode())
        return carried

    def supportedDropActions(self) -> Qt.DropAction:
        """It moves."""
        return Qt.DropAction.MoveAction

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """A waiting run was dropped: ask for its new place; the row moves when the queue says so.

        Returns False, or the view would take the row away by itself.
        """
        run_id = bytes(data.data(JOB_MIME).data()).decode()
        at = row if row >= 0 else parent.row() if parent.isValid() else len(self.rows)
        before = [one for one in self.rows[:at] if one.position >= 0 and one.run_id != run_id]
        if self.place_of(run_id) >= 0:
            self.move_wanted.emit(run_id, len(before))
        return False


def _text(row: JobRow, column: Column, *, is_tooltip: bool = False) -> str:
    if column == Column.VERBS:
        return ""
    if is_tooltip and column == Column.NAME:
        return f"{row.name}\n{row.method}"
    return {
        Column.NAME: row.name,
        Column.METHOD: row.method,
        Column.PHASE: row.place if row.state == "queued" else row.phase,
        Column.AMOUNT: row.amount,
        Column.PROGRESS: row.percent,
        Column.RATE: row.rate,
        Column.LEFT: row.left,
    }[column]
