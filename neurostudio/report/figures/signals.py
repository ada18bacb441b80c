"""Figures of activity in time: spike rasters and traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report import style
from neurostudio.report.artifact_data import numbers, spike_groups
from neurostudio.report.figures.canvas import (
    draw_baselines,
    draw_labels,
    label_axes,
    legend_above,
    new_figure,
    short,
    whole_numbers,
    wrapped,
)
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

Arrays = dict[str, Any]
Notes = list[str]

MAX_SPIKES = 400_000
MAX_TRACES = 6
PEAK_BINS = 2_000


def draw_raster(plot: Plot, arrays: Arrays) -> tuple[Figure, Notes]:
    """One tick for each spike: ``times`` across, ``units`` up; ``groups`` (for each spike, or for each unit) colours them,
    named by ``group_names`` where it holds numbers.
    """
    for name in ("times", "units"):
        if name not in arrays:
            raise NeuroError(f"There is no array '{name}'", fix=f"A raster needs times and units; there are: {', '.join(arrays)}")
    times, units = numbers(arrays["times"], "times").ravel(), numbers(arrays["units"], "units").ravel()
    if len(times) != len(units):
        raise NeuroError(f"'times' holds {len(times)} values and 'units' {len(units)}", "Each spike needs one of both")
    groups = spike_groups(arrays, units)
    notes: Notes = []
    every = -(-len(times) // MAX_SPIKES)
    if every > 1:
        notes.append(f"One in {every} of {number_text(len(times))} spikes is drawn.")
        times, units, groups = times[::every], units[::every], None if groups is None else groups[::every]
    n_unit = int(units.max()) + 1 if len(units) else 1
    width, height = style.WIDE_INCH
    figure = new_figure(width, height if n_unit > 12 else 2.4)
    axes = figure.add_subplot()
    points = (figure.get_size_inches()[1] * 72 - 52) / max(n_unit, 1)
    _ticks(axes, times, units, groups, min(max(points * 0.9, 2.2), 9.0))
    axes.set_ylim(-0.8, n_unit - 0.2)
    whole_numbers(axes, x=bool(len(times)) and bool(np.all(times == np.round(times))))
    whole_numbers(axes, x=False)
    label_axes(axes, plot.x_label or "Time", plot.y_label or "Unit")
    if not len(times):
        notes.append("No unit fired.")
    return figure, notes


def draw_traces(plot: Plot, arrays: Arrays) -> tuple[Figure, Notes]:
    """Arrays `y`, each ``[time]`` or ``[unit, time]``, in panels of one trace; `x` names the array of times."""
    names = list(plot.y) or [name for name, array in arrays.items() if name != plot.x and np.ndim(array) in (1, 2)]
    rows: list[tuple[str, NDArray[np.float64]]] = []
    notes: Notes = []
    for name in names:
        if name not in arrays:
            raise NeuroError(f"There is no array '{name}'", fix=f"There are: {', '.join(arrays)}")
        found = _units(name, numbers(arrays[name], name))
        room = max(1, MAX_TRACES // len(names))
        if len(found) > room:
            notes.append(f"{room} of {len(found)} traces of {name} are drawn.")
            found = [found[round(at)] for at in np.linspace(0, len(found) - 1, room)]
        rows += found
    if not rows:
        raise NeuroError("There is no array with one or two axes to draw", fix=f"There are: {', '.join(arrays)}")
    if plot.x and plot.x not in arrays:
        raise NeuroError(f"There is no array '{plot.x}'", fix=f"There are: {', '.join(arrays)}")
    figure = new_figure(style.WIDE_INCH[0], 1.0 + max(0.62, 2.2 / len(rows)) * len(rows))
    _panels(figure, plot, rows, numbers(arrays[plot.x], plot.x).ravel() if plot.x else None)
    return figure, notes


# --- parts ----------------------------------------------------------------------------------------------------------------


def _panels(figure: Figure, plot: Plot, rows: list[tuple[str, Any]], times: Any) -> None:
    alone = len(rows) == 1
    first: Axes | None = None
    for at, (name, trace) in enumerate(rows):
        axes = figure.add_subplot(len(rows), 1, at + 1, sharex=first, sharey=first if plot.baselines else None)
        first = first or axes
        across = np.arange(len(trace), dtype=np.float64) if times is None else times
        if len(across) != len(trace):
            raise NeuroError(f"'{name}' holds {len(trace)} values and '{plot.x}' {len(across)}", "Each needs its time")
        axes.plot(*_peaks(across, trace), color=style.colour(0), linewidth=1.1, gid=f"trace-{at}")
        labels = draw_baselines(axes, plot.baselines)
        draw_labels(axes, labels if at == 0 else [], figure.get_size_inches()[1] / len(rows))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
        if not alone:
            axes.text(0.005, 1.0, short(name), transform=axes.transAxes, va="bottom", fontsize=style.SMALL_FONT_POINTS)
        if at < len(rows) - 1:
            axes.tick_params(labelbottom=False)
        else:
            axes.set_xlabel(wrapped(plot.x_label or plot.x or "Time", 80))
    figure.supylabel(wrapped(plot.y_label, 40), fontsize=style.FONT_POINTS)


def _ticks(axes: Axes, times: Any, units: Any, groups: Any, size_points: float) -> None:
    many = len(times) > style.RASTERIZE_ABOVE
    names = [""] if groups is None else list(dict.fromkeys(groups.tolist()))
    members = [slice(None) if groups is None else groups == name for name in names]
    order = colormaps[style.ORDER_MAP](np.linspace(0, 0.9, max(len(members), 1)))
    handles = []
    for at, chosen in enumerate(members):
        tint: Any = style.colour(at) if len(members) <= style.MAX_LINES else order[at]
        axes.plot(
            times[chosen],
            units[chosen],
            linestyle="none",
            marker="|",
            markersize=size_points,
            markeredgewidth=1.2,
            color=tint,
            rasterized=many,
            gid=f"spikes-{at}",
        )
        handles.append(Line2D([], [], linestyle="none", marker="s", markersize=5, color=tint))
    if groups is not None:
        legend_above(axes, handles, names)


def _units(name: str, array: NDArray[np.float64]) -> list[tuple[str, Any]]:
    if array.ndim == 1:
        return [(name, array)]
    if array.ndim == 2:
        return [(f"{name} {unit}", trace) for unit, trace in enumerate(array)]
    raise NeuroError(f"'{name}' has {array.ndim} axes", "A trace has one (time) or two (unit, time)")


def _peaks(times: NDArray[np.float64], trace: NDArray[np.float64]) -> tuple[Any, Any]:
    """Lowest and highest value of each stretch of a long trace: the picture stays the same, the file small."""
    if len(trace) <= 2 * PEAK_BINS:
        return times, trace
    length = len(trace) // PEAK_BINS
    whole = np.nan_to_num(trace[: length * PEAK_BINS].reshape(PEAK_BINS, length))
    at = np.sort(np.stack([whole.argmin(1), whole.argmax(1)], 1), 1) + np.arange(PEAK_BINS)[:, None] * length
    return times[at.ravel()], trace[at.ravel()]
