"""Columns of a table or arrays of a file, read for a picture of lines, bars, points or counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.gui.views.source import ROW_LIMIT, ArtifactSource
from neurostudio.report.artifact_data import are_numbers, numbers, read_arrays, read_table
from neurostudio.report.plotted import Counts, count_values, named_column, y_names
from neurostudio.report.wording import number_text

Numbers = NDArray[np.float64]
MOST_BARS = 400


@dataclass(frozen=True, eq=False)
class ColumnPlot:
    """What is drawn of some columns.

    Attributes
    ----------
    x : float array, ``[row]``
        Places on the x axis; 0, 1, 2 ... where they have names.
    x_names : tuple of str
        Names of the places; empty for numbers.
    y, spread : dict
        Column name -> values ``[row]``, and half-widths of uncertainty.
    counts : Counts or None
        Of a histogram, in place of `y`.
    notes : tuple of str
        What was left out.
    """

    plot: Plot
    x: Numbers
    x_names: tuple[str, ...] = ()
    y: Mapping[str, Numbers] = field(default_factory=dict)
    spread: Mapping[str, Numbers] = field(default_factory=dict)
    counts: Counts | None = None
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what is drawn."""
        return tuple(self.counts.counts if self.counts else self.y)


def load_columns(source: ArtifactSource) -> ColumnPlot:
    """Read what the plot of an artifact names.

    Raises
    ------
    NeuroError
        When the file is missing or damaged, or does not hold what the plot names.
    """
    plot = source.plot or Plot("line")
    columns, notes = _columns(source)
    names = y_names(plot, columns)
    if plot.form == "histogram":
        counted = count_values(columns, names)
        if counted.n_left_out:
            notes = (*notes, f"{number_text(counted.n_left_out)} values that are not finite numbers are left out.")
        return ColumnPlot(plot, counted.edges, counts=counted, notes=notes)
    y = {name: numbers(named_column(columns, name), name) for name in names}
    spread = {name: np.abs(numbers(named_column(columns, column), column)) for name, column in plot.error.items() if name in y}
    length = max(len(values) for values in y.values())
    x, x_names = _places(plot, columns, length)
    for name, values in (*y.items(), *spread.items()):
        if values.ndim != 1 or len(values) != len(x):
            raise NeuroError(f"'{name}' has shape {values.shape} and does not fit '{plot.x or 'rows'}' of {len(x)} values")
    if plot.form == "bars" and length > MOST_BARS:
        notes = (*notes, f"The first {MOST_BARS} of {number_text(length)} categories are shown.")
        x, x_names = x[:MOST_BARS], x_names[:MOST_BARS]
        y = {name: values[:MOST_BARS] for name, values in y.items()}
        spread = {name: values[:MOST_BARS] for name, values in spread.items()}
    return ColumnPlot(plot, x, x_names, y, spread, notes=notes)


def _columns(source: ArtifactSource) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    if source.kind != "table":
        return read_arrays(source.path), ()
    table = read_table(source.path, ROW_LIMIT)
    columns = {name: table.column(name) for name in table.columns}
    if table.n_rows > len(table.rows):
        return columns, (f"The first {number_text(len(table.rows))} of {number_text(table.n_rows)} rows are shown.",)
    return columns, ()


def _places(plot: Plot, columns: Mapping[str, Any], length: int) -> tuple[Numbers, tuple[str, ...]]:
    if not plot.x:
        first = 0 if plot.form == "bars" else 1
        return np.arange(first, length + first, dtype=np.float64), tuple(
            map(str, range(1, length + 1))
        ) if plot.form == "bars" else ()
    column = named_column(columns, plot.x)
    if plot.form != "bars" and are_numbers(column):
        return numbers(column, plot.x), ()
    return np.arange(len(column), dtype=np.float64), tuple(_text(value) for value in column)


def _text(value: Any) -> str:
    return str(value.item() if isinstance(value, np.generic) else value)


def bar_edges(data: ColumnPlot, hidden: Collection[str] = ()) -> dict[str, tuple[Numbers, Numbers, Numbers, Numbers]]:
    """Rectangles of bars that stand, but those hidden: column -> left, right, bottom, top, ``[category]`` each.

    Stacked ones stand on each other, those below zero hang; others stand side by side.
    """
    seen = {name: values for name, values in data.y.items() if name not in hidden}
    count = max(len(seen), 1)
    thickness = 0.72 if data.plot.stacked else 0.76 / count
    above, below = np.zeros(len(data.x)), np.zeros(len(data.x))
    edges = {}
    for index, (name, values) in enumerate(seen.items()):
        length = np.nan_to_num(values)
        if data.plot.stacked:
            start = np.where(length >= 0, above, below)
            above, below = above + np.maximum(length, 0), below + np.minimum(length, 0)
            middle = data.x
        else:
            start = np.zeros(len(length))
            middle = data.x + (index - (count - 1) / 2) * thickness
        half = thickness * 0.47
        edges[name] = (middle - half, middle + half, np.minimum(start, start + length), np.maximum(start, start + length))
    return edges
