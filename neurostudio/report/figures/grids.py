"""Heat maps: square tables with the values written in the cells (confusion matrices), and 2D arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report import style
from neurostudio.report.artifact_data import Table, numbers
from neurostudio.report.figures.canvas import TICK_CHARACTERS, label_axes, new_figure, short, whole_numbers
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

WRITE_VALUES_UP_TO = 12  # rows and columns
NAME_TICKS_UP_TO = 40
_FLAT_NAME = 10  # characters; longer column names are tilted
_EMPTY_CELL = "#ECEEF0"


def draw_table(plot: Plot, table: Table) -> Figure:
    """A table whose first column holds the row names, as a grid of colours."""
    if len(table.columns) < 2 or not table.rows:
        raise NeuroError("A heat map needs a column of row names and at least one column of numbers")
    names = list(plot.y) or list(table.columns[1:])
    cells = np.column_stack([numbers(table.column(name), name) for name in names])
    rows = table.column(plot.x or table.columns[0])
    longest = min(max(len(name) for name in rows), TICK_CHARACTERS)
    cell = max(0.52, 0.075 * min(max(len(name) for name in names), _FLAT_NAME))
    width = min(style.WIDE_INCH[0], max(2.6, 1.2 + 0.065 * longest + cell * len(names)))
    height = min(7.0, max(1.8, 0.9 + 0.9 * cell * len(rows)))
    figure = new_figure(width, height)
    axes = figure.add_subplot()
    _grid(figure, axes, cells)
    if len(rows) <= NAME_TICKS_UP_TO:
        axes.set_yticks(range(len(rows)), [short(name, TICK_CHARACTERS) for name in rows])
    if len(names) <= NAME_TICKS_UP_TO:
        tilted = max(len(name) for name in names) > (_FLAT_NAME if width < style.WIDE_INCH[0] else 5)
        axes.set_xticks(
            range(len(names)),
            [short(name, TICK_CHARACTERS) for name in names],
            rotation=40 if tilted else 0,
            ha="right" if tilted else "center",
            rotation_mode="anchor",
        )
    label_axes(axes, plot.x_label, plot.y_label)
    return figure


def draw_arrays(plot: Plot, arrays: dict[str, Any]) -> Figure:
    """The 2D arrays named in `y` (or the only one), one above the other."""
    names = list(plot.y) or [name for name, array in arrays.items() if np.ndim(array) == 2][:1]
    if not names:
        raise NeuroError("There is no 2D array to draw", fix=f"There are: {', '.join(arrays)}")
    shapes = [np.shape(arrays[name]) for name in names if name in arrays]
    width, height = _sheet_inch(max((shape[-1] / max(shape[0], 1) for shape in shapes if len(shape) == 2), default=1.0))
    figure = new_figure(width, height * len(names))
    for at, name in enumerate(names):
        if name not in arrays or np.ndim(arrays[name]) != 2:
            raise NeuroError(f"There is no 2D array '{name}'", fix=f"There are: {', '.join(arrays)}")
        axes = figure.add_subplot(len(names), 1, at + 1)
        _grid(figure, axes, numbers(arrays[name], name))
        whole_numbers(axes)
        whole_numbers(axes, x=False)
        label_axes(axes, plot.x_label, plot.y_label)
        if len(names) > 1:
            axes.set_title(short(name))
    return figure


def _sheet_inch(columns_per_row: float) -> tuple[float, float]:
    """A sheet on which square cells leave no empty sides; the full width for arrays that are stretched anyway."""
    width, height = style.WIDE_INCH
    if 1 / 3 <= columns_per_row <= 3:
        return min(width, 1.9 + 2.5 * columns_per_row), min(height, 0.9 + 5.6 / columns_per_row)
    return width, height


def _grid(figure: Figure, axes: Axes, cells: NDArray[np.float64]) -> None:
    n_row, n_column = cells.shape
    finite = cells[np.isfinite(cells)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    signed = low < 0 < high
    if signed:
        low, high = -max(-low, high), max(-low, high)
    elif low >= 0 and finite.size and np.all(finite == np.round(finite)):
        low = 0.0  # counts are read against none
    norm = Normalize(low, high if high > low else low + 1)
    colours = colormaps[style.SIGNED_MAP if signed else style.ORDER_MAP].with_extremes(bad=_EMPTY_CELL)
    like_squares = 1 / 3 <= n_row / max(n_column, 1) <= 3 and max(n_row, n_column) <= 64
    image = axes.imshow(
        np.ma.masked_invalid(cells),
        norm=norm,
        cmap=colours,
        aspect="equal" if like_squares else "auto",
        interpolation="nearest",
        rasterized=cells.size > style.RASTERIZE_ABOVE,
    )
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if max(n_row, n_column) <= WRITE_VALUES_UP_TO:
        _write_values(axes, cells, image)
        axes.set_xticks(np.arange(n_column + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(n_row + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=style.PAPER, linewidth=1.5)
        axes.tick_params(which="minor", length=0)
    else:
        bar = figure.colorbar(image, ax=axes, pad=0.02, fraction=0.05)
        bar.outline.set_visible(False)


def _write_values(axes: Axes, cells: NDArray[np.float64], image: Any) -> None:
    for (row, column), value in np.ndenumerate(cells):
        known = bool(np.isfinite(value))
        red, green, blue, _ = image.cmap(image.norm(value)) if known else (1.0, 1.0, 1.0, 1.0)
        dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.45
        axes.text(
            column,
            row,
            number_text(value, 3) if known else "–",
            ha="center",
            va="center",
            color="white" if dark else style.TEXT,
            fontsize=style.SMALL_FONT_POINTS,
        )
