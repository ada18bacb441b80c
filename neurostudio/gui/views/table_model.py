"""The rows of a table for Qt: sorted, filtered, with numbers to the right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from neurostudio.gui import theme
from neurostudio.gui.views.table_data import TableData

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TableModel(QAbstractTableModel):
    """Shows the rows of a :class:`TableData` in some order; nothing is copied."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = TableData((), (), 0)
        self._order: NDArray[Any] = np.empty(0, dtype=np.intp)
        self._words = ""
        self._sorted = (-1, False)

    def set_table(self, table: TableData) -> None:
        """Show another table in the order of its file."""
        self.beginResetModel()
        self.table = table
        self._words, self._sorted = "", (-1, False)
        self._order = np.arange(len(table.rows))
        self.endResetModel()

    def set_filter(self, words: str) -> None:
        """Show only rows that hold all of these words."""
        if words != self._words:
            self._words = words
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 for the order of the file."""
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder)
        self._arrange()

    def source_rows(self, rows: Sequence[int]) -> list[int]:
        """Rows of the file that stand in these rows of the view."""
        return [int(self._order[row]) for row in rows]

    def view_rows(self, rows: Sequence[int]) -> list[int]:
        """Rows of the view in which these rows of the file stand; hidden ones are left out."""
        place = {int(row): at for at, row in enumerate(self._order)} if rows else {}
        return [place[row] for row in rows if row in place]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.table.columns)

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = index.column()
        if role in (_ROLE.DisplayRole, _ROLE.AccessibleTextRole):
            return self.table.shown(int(self._order[index.row()]), column)
        if role == _ROLE.ToolTipRole:
            return self._tooltip(int(self._order[index.row()]), column)
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT if column in self.table.numbers else _LEFT
        if role == _ROLE.FontRole and column in self.table.numbers:
            return theme.number_font()
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role in (_ROLE.DisplayRole, _ROLE.ToolTipRole):
                return self.table.columns[section] if section < len(self.table.columns) else None
            if role == _ROLE.TextAlignmentRole:
                return _RIGHT if section in self.table.numbers else _LEFT
        elif role == _ROLE.DisplayRole:
            return str(int(self._order[section]) + 1)
        return None

    def _tooltip(self, row: int, column: int) -> str | None:
        """The whole cell where what is shown is only a part of it."""
        text = self.table.rows[row][column]
        return text[:4_000] if text != self.table.shown(row, column) or len(text) > 40 else None

    def _arrange(self) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self._order
        kept = self.persistentIndexList()
        column, descending = self._sorted
        order = self.table.order(column, descending=descending) if column >= 0 else np.arange(len(self.table.rows))
        if self._words.strip():
            order = order[self.table.matching(self._words)[order]]
        self._order = order
        place = {int(row): at for at, row in enumerate(order)} if kept else {}
        moved = [place.get(int(before[index.row()]), -1) if index.row() < len(before) else -1 for index in kept]
        self.changePersistentIndexList(
            kept, [self.index(at, old.column()) if at >= 0 else QModelIndex() for at, old in zip(moved, kept, strict=True)]
        )
        self.layoutChanged.emit()
