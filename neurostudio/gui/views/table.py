"""Tables: sorted by a click on a column, filtered by words, copied into other programs."""

from typing import ClassVar

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.table_data import TableData, load_table
from neurostudio.gui.views.table_model import TableModel
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.views.view import Selected, View
from neurostudio.gui.widgets import Column, Row, Secondary
from neurostudio.report.wording import number_text

FILTER_AFTER_MS = 120
WIDEST, NARROWEST = 60, 6  # of a column, in mean characters
MEASURED_ROWS = 60
MARKED_ROWS = 2_000  # at most, when a selection comes from another view


class Grid(QTableView):
    """The table itself; Ctrl+C copies what is chosen."""

    copy_wanted = Signal()

    def __init__(self, model: TableModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.5))
        copy = QAction(theme.icon("copy"), "Copy selection", self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_wanted)
        self.addAction(copy)

    def fit_columns(self) -> None:
        """Give each column the width of its content, within reason."""
        model = self.model()
        metrics, letter = self.fontMetrics(), self.fontMetrics().averageCharWidth()
        rows = range(min(model.rowCount(), MEASURED_ROWS))
        for column in range(model.columnCount()):
            header = metrics.horizontalAdvance(str(model.headerData(column, Qt.Orientation.Horizontal))) + 3 * letter
            widest = max((metrics.horizontalAdvance(str(model.index(row, column).data())) for row in rows), default=0)
            width = max(header, widest) + 3 * letter
            self.setColumnWidth(column, min(max(width, NARROWEST * letter), WIDEST * letter))


class TableView(View):
    """A table with a filter above it::

    [ Filter ............ ]             200 rows, 5 columns
      layer  filter  words              spikes_per_step
    1 conv_3      0  the opposite of             1.0000
    2 conv_3      0  . a letdown                 1.0000
    """

    has_numbers: ClassVar[bool] = True

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter rows")
        self.filter.setAccessibleName("Filter rows")
        self.filter.setToolTip("Only rows that hold all of these words")
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setMinimumWidth(18 * theme.unit(self))
        self.count = Secondary("", wrap=False)
        self.count.setFont(theme.number_font(theme.SECONDARY_SIZE))
        self.model = TableModel(self)
        self.grid = Grid(self.model)
        self.grid.setAccessibleName("Table")
        self.bar: QWidget = Row(self.filter, None, self.count)
        self.set_content(Column(self.bar, self.grid))
        self.add_menu(self.grid)
        self._typing = QTimer(self, interval=FILTER_AFTER_MS, singleShot=True)
        self._typing.timeout.connect(self.on_typed)
        self.filter.textChanged.connect(self._typing.start)
        self.filter.returnPressed.connect(self.on_typed)
        self.grid.copy_wanted.connect(self.copy_data)
        self.grid.selectionModel().selectionChanged.connect(self.on_selection)
        find = QShortcut(QKeySequence.StandardKey.Find, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.filter.setFocus)

    @staticmethod
    def load(source: ArtifactSource) -> TableData:
        return load_table(source)

    def show_data(self, data: TableData) -> None:
        self._typing.stop()
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.blockSignals(False)
        self.grid.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.model.set_table(data)
        self.grid.fit_columns()
        self.grid.horizontalHeader().setStretchLastSection(len(data.columns) - 1 not in data.numbers)
        self.grid.scrollToTop()
        self.bar.setVisible(data.n_row > 1)
        self.notes = (
            (f"The first {number_text(len(data.rows))} of {number_text(data.n_row)} rows are read.",)
            if data.n_row > len(data.rows)
            else ()
        )
        self._say_count()
        title = self.source.title if self.source else "Table"
        self.grid.setAccessibleDescription(f"{title}: {self.count.text()}. Columns: {', '.join(data.columns[:20])}.")

    def data_text(self) -> str:
        """What is chosen, else every row that is shown."""
        chosen = self.grid.selectionModel().selectedIndexes()
        if chosen:
            rows, columns = sorted({index.row() for index in chosen}), sorted({index.column() for index in chosen})
        else:
            rows, columns = list(range(self.model.rowCount())), list(range(self.model.columnCount()))
        return self.model.table.as_tsv(self.model.source_rows(rows), columns)

    def copy_data(self) -> None:
        chosen = {index.row() for index in self.grid.selectionModel().selectedIndexes()}
        super().copy_data()
        self.readout.say(f"{_rows(len(chosen) or self.model.rowCount())} copied")

    def show_selection(self, selected: Selected) -> None:
        rows = self.model.view_rows(selected.rows[:MARKED_ROWS])
        model = self.grid.selectionModel()
        chosen = QItemSelection()
        last = self.model.columnCount() - 1
        for row in rows:
            chosen.select(self.model.index(row, 0), self.model.index(row, last))
        model.blockSignals(True)
        model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        model.blockSignals(False)
        self.grid.viewport().update()
        if rows:
            self.grid.scrollTo(self.model.index(rows[0], 0))

    @Slot()
    def on_typed(self) -> None:
        """The filter holds other words."""
        self._typing.stop()
        self.model.set_filter(self.filter.text())
        self._say_count()

    @Slot()
    def on_selection(self) -> None:
        """Other cells are chosen: other views learn of the rows, the readout tells what they amount to."""
        chosen = self.grid.selectionModel().selectedIndexes()
        rows = self.model.source_rows(sorted({index.row() for index in chosen}))
        self.selected.emit(Selected(tuple(rows)))
        table = self.model.table
        values = [
            float(table.numbers[index.column()][row])
            for index, row in zip(chosen, self.model.source_rows([index.row() for index in chosen]), strict=True)
            if index.column() in table.numbers
        ]
        known = [value for value in values if value == value]
        if len(chosen) == 1:
            self.readout.say(f"{table.columns[chosen[0].column()]}: {table.rows[rows[0]][chosen[0].column()]}")
        elif known:
            mean, total = number_text(sum(known) / len(known)), number_text(sum(known))
            self.readout.say(f"{number_text(len(known))} numbers   mean {mean}   sum {total}")
        else:
            self.readout.say("")

    def _say_count(self) -> None:
        shown, there, width = self.model.rowCount(), len(self.model.table.rows), self.model.columnCount()
        part = f"{number_text(shown)} of {_rows(there)}" if shown < there else _rows(there)
        self.count.setText(f"{part}, {'1 column' if width == 1 else f'{number_text(width)} columns'}")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{number_text(count)} rows"
