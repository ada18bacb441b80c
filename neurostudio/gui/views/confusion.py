"""Square tables: confusion matrices with counts and the shares of each row, and other tables of cells."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import Slot

from neurostudio.gui.views.cell_grid import CellGrid
from neurostudio.gui.views.confusion_data import CellTable, load_cells
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.views.view import Selected, View
from neurostudio.report.wording import number_text


class ConfusionView(View):
    """Cells in colours; the cell under the cursor is said in a sentence.

    Choosing a cell tells other views its row and its two classes.
    """

    has_picture: ClassVar[bool] = True
    has_numbers: ClassVar[bool] = True

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.grid = CellGrid()
        self.set_content(self.grid)
        self.add_menu(self.grid)
        self.grid.cell_changed.connect(self.on_cell)
        self.grid.cell_clicked.connect(self.on_clicked)

    @staticmethod
    def load(source: ArtifactSource) -> CellTable:
        return load_cells(source)

    def show_data(self, data: CellTable) -> None:
        self.grid.show_table(data)
        self.grid.setAccessibleName(self.source.title if self.source else "Table of cells")
        self.grid.setAccessibleDescription(_description(data))

    def data_text(self) -> str:
        table = self.grid.table
        if table is None:
            return ""
        rows = (
            "\t".join([name, *(f"{value:.10g}" for value in row)])
            for name, row in zip(table.row_names, table.cells.tolist(), strict=True)
        )
        return "\n".join(["\t".join(["", *table.column_names]), *rows])

    def show_selection(self, selected: Selected) -> None:
        table = self.grid.table
        if table is not None and selected.rows and selected.rows[0] < len(table.row_names):
            self.grid.cell = (selected.rows[0], min(selected.rows[0], len(table.column_names) - 1))
            self.grid.update()

    @Slot(int, int)
    def on_cell(self, row: int, column: int) -> None:
        """Another cell is under the cursor."""
        table = self.grid.table
        self.readout.say(table.sentence(row, column) if table is not None and row >= 0 else "")

    @Slot(int, int)
    def on_clicked(self, row: int, column: int) -> None:
        """A cell is chosen."""
        table = self.grid.table
        if table is not None:
            self.selected.emit(Selected((row,), (table.row_names[row], table.column_names[column])))


def _description(table: CellTable) -> str:
    n_row, n_column = table.cells.shape
    if not table.is_confusion:
        return f"{n_row} rows and {n_column} columns of numbers."
    total, right = float(table.cells.sum()), float(np.trace(table.cells))
    share = f", {right / total:.1%} rightly" if total else ""
    return f"Confusion matrix of {n_row} classes, {number_text(total)} in all{share}.".replace("%", " %")
