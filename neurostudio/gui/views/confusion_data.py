"""Square tables: which numbers stand in the cells, and how strongly each cell is coloured."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.gui.views.colour_maps import Scale, scale_of
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.report.artifact_data import numbers, read_table
from neurostudio.report.wording import number_text

MOST_CELLS = 1_000_000


@dataclass(frozen=True, eq=False)
class CellTable:
    """Numbers with names for rows and columns.

    Attributes
    ----------
    cells : float array, ``[row, column]``
    is_confusion : bool
        Counts of true (row) and predicted (column) classes: each row is coloured by its shares.
    """

    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    cells: NDArray[np.float64]
    is_confusion: bool
    x_label: str = ""
    y_label: str = ""

    @property
    def shares(self) -> NDArray[np.float64]:
        """What the colours tell: the share of each row, or the values themselves."""
        if not self.is_confusion:
            return self.cells
        totals = self.cells.sum(1, keepdims=True)
        return np.asarray(np.divide(self.cells, totals, out=np.zeros_like(self.cells), where=totals > 0))

    @property
    def scale(self) -> Scale:
        """How the colours go."""
        return Scale(0.0, 1.0, "share") if self.is_confusion else scale_of(self.cells)

    def sentence(self, row: int, column: int) -> str:
        """What one cell says."""
        value = self.cells[row, column]
        true, said = self.row_names[row], self.column_names[column]
        if not self.is_confusion:
            return f"{self.y_label or 'Row'} {true}   {self.x_label or 'column'} {said}   {number_text(value)}"
        total = float(self.cells[row].sum())
        share = f"{value / total:.1%}".replace("%", " %") if total else "none"
        verdict = "rightly taken for" if true == said else "taken for"
        return f"{number_text(value)} of {number_text(total)} ({share}) of true class {true} {verdict} {said}"


def load_cells(source: ArtifactSource) -> CellTable:
    """Read a table whose first column (or the plot's `x`) holds the names of the rows.

    Raises
    ------
    NeuroError
        When the file is missing or damaged, has no numbers, or is far too large for a picture of cells.
    """
    plot = source.plot or Plot("heatmap")
    table = read_table(source.path)
    if len(table.columns) < 2 or not table.rows:
        raise NeuroError("A heat map needs a column of row names and at least one column of numbers")
    x = plot.x or table.columns[0]
    names = list(plot.y) or [name for name in table.columns if name != x]
    if len(table.rows) * len(names) > MOST_CELLS:
        raise NeuroError(f"{source.path.name} has {number_text(len(table.rows) * len(names))} cells", fix="Look at it as a table")
    cells = np.column_stack([numbers(table.column(name), name) for name in names])
    rows = tuple(table.column(x))
    return CellTable(rows, tuple(names), cells, _is_confusion(rows, names, cells), plot.x_label, plot.y_label)


def _is_confusion(rows: Any, columns: Any, cells: NDArray[np.float64]) -> bool:
    """Counts, with the same names across and down."""
    return list(rows) == list(columns) and bool(
        np.isfinite(cells).all() and (cells >= 0).all() and (cells == np.round(cells)).all()
    )
