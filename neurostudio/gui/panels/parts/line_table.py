"""A small table of words and numbers, such as settings or metrics: quiet, sortable by nothing, copied as TSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from neurostudio.gui import theme

MOST_COLUMN_U = 60
PAD_U = 0.7
_TRIED_ROWS = 200
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Cell:
    """One field.

    Attributes
    ----------
    icon, tint : str
        Icon before the text, and the name of a theme colour for it.
    colour : str
        Colour of the text: name of a theme colour; empty for the usual one.
    is_mono : bool
        For ids, paths and code.
    """

    text: str = ""
    is_strong: bool = False
    is_number: bool = False
    is_mono: bool = False
    icon: str = ""
    tint: str = ""
    colour: str = ""
    tooltip: str = ""


@dataclass(frozen=True)
class Line:
    """One row. `key` finds it again when the table is filled anew; a section has one cell, which spans the row."""

    cells: tuple[Cell, ...]
    key: str = ""
    is_section: bool = False


class LineModel(QAbstractTableModel):
    """The rows for Qt."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.headers: tuple[str, ...] = ()
        self.lines: tuple[Line, ...] = ()

    def fill(self, headers: Sequence[str], lines: Sequence[Line]) -> bool:
        """Show other rows; returns whether the table was built anew, not only its texts changed."""
        same = tuple(headers) == self.headers and [line.key for line in lines] == [line.key for line in self.lines]
        if same:
            self.lines = tuple(lines)
            if lines:
                self.dataChanged.emit(self.index(0, 0), self.index(len(lines) - 1, len(headers) - 1))
            return False
        self.beginResetModel()
        self.headers, self.lines = tuple(headers), tuple(lines)
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f" {self.headers[section]} "
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(any(cell.is_number for cell in self.column(section)))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index.row(), index.column())
        if cell is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tooltip or cell.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(cell.is_number)
        if role == Qt.ItemDataRole.FontRole:
            return cell_font(cell, is_section=self.lines[index.row()].is_section)
        if role == Qt.ItemDataRole.ForegroundRole and cell.colour:
            return QColor(str(getattr(theme.current(), cell.colour)))
        if role == Qt.ItemDataRole.DecorationRole and cell.icon:
            return theme.icon(cell.icon, cell.tint)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.lines[index.row()].is_section:
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def cell(self, row: int, column: int) -> Cell | None:
        """The field at that place; None in the rest of a section."""
        if not 0 <= row < len(self.lines) or not 0 <= column < len(self.lines[row].cells):
            return None
        return self.lines[row].cells[column]

    def column(self, column: int) -> list[Cell]:
        """The fields of a column, as far as they are looked at for its width."""
        return [line.cells[column] for line in self.lines[:_TRIED_ROWS] if column < len(line.cells)]


class _Padded(QStyledItemDelegate):
    """Keeps numbers at the right end of a column off the words of the next one."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        whole.widget.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, whole, painter, whole.widget)
        pad = round(PAD_U * theme.unit(whole.widget))
        inside = QStyleOptionViewItem(option)
        inside.rect = option.rect.adjusted(pad, 0, -pad, 0)
        super().paint(painter, inside, index)


class LineTable(QTableView):
    """The table::

        Setting          Value    Default
        Changed (2)
        Time steps       4        16
        ...

    Signals
    -------
    chosen : key of the row that was activated (Enter, or a double click)
    moved : key of the row that the cursor came to
    """

    chosen = Signal(str)
    moved = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._lines = LineModel(self)
        self._has_widths = False
        self.setModel(self._lines)
        self.setItemDelegate(_Padded(self))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        u = theme.unit(self)
        self.verticalHeader().setDefaultSectionSize(round(3.2 * u))
        self.setIconSize(QSize(2 * u, 2 * u))
        self.activated.connect(self.on_activated)
        self.selectionModel().currentChanged.connect(self.on_current_changed)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What it shows."""
        return self._lines.lines

    def show_lines(self, headers: Sequence[str], lines: Sequence[Line]) -> None:
        """Show these rows; the cursor and the place of the view stay at the same row where it is still there."""
        key, place = self.current_key(), self.verticalScrollBar().value()
        had_headers = self._lines.headers
        if not self._lines.fill(headers, lines):
            return
        self.clearSpans()
        for row, line in enumerate(lines):
            if line.is_section:
                self.setSpan(row, 0, 1, max(1, len(headers)))
        if lines and (not self._has_widths or had_headers != tuple(headers)):
            self.fit_columns()
            self._has_widths = True
        self.select_key(key)
        self.verticalScrollBar().setValue(place)

    def fit_columns(self) -> None:
        """Make the columns as wide as what stands in them, up to a limit."""
        u = theme.unit(self)
        header = QFontMetrics(self.horizontalHeader().font())
        for column in range(len(self._lines.headers)):
            widest = header.horizontalAdvance(self._lines.headers[column])
            for row, line in enumerate(self.lines[:_TRIED_ROWS]):
                cell = self._lines.cell(row, column)
                if cell is not None and not line.is_section:
                    font = cell_font(cell, is_section=False)
                    widest = max(widest, QFontMetrics(font).horizontalAdvance(cell.text) + (round(2.5 * u) if cell.icon else 0))
            self.setColumnWidth(column, round(min(widest, MOST_COLUMN_U * u) + 3 * u))
        last = self._lines.column(len(self._lines.headers) - 1)
        self.horizontalHeader().setStretchLastSection(not any(cell.is_number for cell in last))

    def fit_height(self, most_rows: int) -> None:
        """Make it as high as its rows, up to a number of them: then the page scrolls, not the table."""
        rows = min(len(self.lines), most_rows)
        frame = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth() + 2
        self.setFixedHeight(frame + rows * self.verticalHeader().defaultSectionSize())
        off, as_needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(off if rows == len(self.lines) else as_needed)
        self.setHorizontalScrollBarPolicy(off)

    def current_key(self) -> str:
        """Key of the row with the cursor; empty without one."""
        row = self.currentIndex().row()
        return self.lines[row].key if 0 <= row < len(self.lines) else ""

    def select_key(self, key: str) -> bool:
        """Put the cursor on the row of that key; returns whether there is one."""
        for row, line in enumerate(self.lines):
            if key and line.key == key and not line.is_section:
                self.setCurrentIndex(self._lines.index(row, 0))
                return True
        return False

    def as_tsv(self, *, only_selected: bool = False) -> str:
        """The table as text with tabs, for a spreadsheet."""
        rows = {index.row() for index in self.selectionModel().selectedRows()} if only_selected else range(len(self.lines))
        kept = [self.lines[row] for row in sorted(rows) if not self.lines[row].is_section]
        table = [self._lines.headers, *(tuple(cell.text for cell in line.cells) for line in kept)]
        return "\n".join("\t".join(text.replace("\t", " ").replace("\n", " ") for text in row) for row in table)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the chosen rows."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_tsv(only_selected=True))
            event.accept()
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        """Tell which row was activated."""
        self.chosen.emit(self.lines[index.row()].key)

    @Slot(QModelIndex, QModelIndex)
    def on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        """Tell where the cursor came to."""
        if current.isValid():
            self.moved.emit(self.lines[current.row()].key)


def _alignment(is_number: bool) -> int:
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def cell_font(cell: Cell, *, is_section: bool) -> QFont:
    """Font of a field."""
    if is_section:
        font = theme.secondary_font()
        font.setWeight(QFont.Weight.DemiBold)
        return font
    font = theme.mono_font() if cell.is_mono else theme.number_font() if cell.is_number else QFont(theme.body_font())
    if cell.is_strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font
