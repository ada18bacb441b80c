"""Figures of named columns: lines, bars, clouds and histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report import style
from neurostudio.report.artifact_data import are_numbers, numbers
from neurostudio.report.figures.canvas import (
    LineLabel,
    category_ticks,
    draw_baselines,
    draw_labels,
    label_axes,
    legend_above,
    new_figure,
    sheet_inch,
    short,
    whole_numbers,
)
from neurostudio.report.plotted import count_values, named_column, y_names
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

Columns = Mapping[str, Any]
Notes = list[str]

MAX_BARS = 40
MARKERS_UP_TO = 24
_LONG_NAME = 14  # characters; bars with longer names lie down, so that the names can be read


def draw_line(plot: Plot, columns: Columns) -> tuple[Figure, Notes]:
    """Columns `y` against column `x`; more than six go to further panels with the same y axis."""
    names = y_names(plot, columns)
    panels = [names[start : start + style.MAX_LINES] for start in range(0, len(names), style.MAX_LINES)]
    width, height = style.WIDE_INCH
    figure = new_figure(width, height if len(panels) == 1 else (height - 0.5) * len(panels))
    for row, members in enumerate(panels):
        axes = figure.add_subplot(len(panels), 1, row + 1, sharey=figure.axes[0] if row else None)
        _lines(axes, plot, columns, members, figure.get_size_inches()[1] / len(panels))
    return figure, []


def draw_bars(plot: Plot, columns: Columns) -> tuple[Figure, Notes]:
    """Columns `y` as bars for each category in column `x`: side by side, or stacked."""
    names = y_names(plot, columns)
    categories = [_category(value) for value in named_column(columns, plot.x)] if plot.x else []
    values = {name: numbers(named_column(columns, name), name) for name in names}
    total = max((len(column) for column in values.values()), default=0)
    categories = categories or [str(index + 1) for index in range(total)]
    notes = [f"The first {MAX_BARS} of {total} categories are drawn."] if total > MAX_BARS else []
    categories = categories[:MAX_BARS]
    values = {name: column[:MAX_BARS] for name, column in values.items()}
    errors = {y: numbers(named_column(columns, column), column)[:MAX_BARS] for y, column in plot.error.items() if y in values}
    lying = max((len(name) for name in categories), default=0) > _LONG_NAME or len(categories) > 14
    figure = _bar_sheet(len(categories), 1 if plot.stacked else len(names), lying=lying)
    axes = figure.add_subplot()
    handles = _bars(axes, values, errors, stacked=plot.stacked, lying=lying)
    at = list(range(len(categories)))
    width, height = figure.get_size_inches()
    if lying:
        axes.set_yticks(at, [short(name) for name in categories])
        axes.invert_yaxis()
        axes.grid(axis="x")
        label_axes(axes, plot.y_label or _only(names), plot.x_label)
    else:
        category_ticks(axes, categories, at, width)
        axes.grid(axis="y")
        label_axes(axes, plot.x_label, plot.y_label or _only(names))
    if len(names) == 1 and len(categories) <= 12 and not errors:
        axes.bar_label(handles[0], [_bar_text(value) for value in values[names[0]]], padding=2, fontsize=style.SMALL_FONT_POINTS)
    labels = draw_baselines(axes, plot.baselines, vertical=lying)
    if len(names) > 1:
        legend_above(axes, handles, names)
    axes.autoscale_view()
    draw_labels(axes, labels, height)
    return figure, notes


def draw_scatter(plot: Plot, columns: Columns) -> tuple[Figure, Notes]:
    """Columns `y` against column `x` as marks, with bars of uncertainty where a column gives them."""
    names = y_names(plot, columns)
    x = numbers(named_column(columns, plot.x), plot.x) if plot.x else None
    figure = new_figure(*style.WIDE_INCH)
    axes = figure.add_subplot()
    handles = []
    for index, name in enumerate(names):
        y = numbers(named_column(columns, name), name)
        across = np.arange(1, len(y) + 1) if x is None else x
        _same_length(across, y, plot.x, name)
        many = len(y) > 500
        handles.append(
            axes.scatter(
                across,
                y,
                s=6 if many else 16,
                color=style.colour(index),
                alpha=0.45 if many else 0.8,
                linewidths=0,
                rasterized=len(y) > style.RASTERIZE_ABOVE,
            )
        )
        if name in plot.error:
            spread = numbers(named_column(columns, plot.error[name]), plot.error[name])
            axes.errorbar(across, y, yerr=np.abs(spread), fmt="none", ecolor=style.colour(index), elinewidth=0.8, alpha=0.6)
    axes.grid()
    label_axes(axes, plot.x_label or plot.x, plot.y_label or _only(names))
    labels = draw_baselines(axes, plot.baselines)
    if len(names) > 1:
        legend_above(axes, handles, names)
    draw_labels(axes, labels, figure.get_size_inches()[1])
    return figure, []


def draw_histogram(plot: Plot, columns: Columns) -> tuple[Figure, Notes]:
    """How often each value occurs in the columns or arrays `y`; all share their bins. Baselines stand on the value axis."""
    names = y_names(plot, columns)[: style.MAX_LINES]
    counted = count_values(columns, names)
    n_value = sum(int(counts.sum()) for counts in counted.counts.values())
    figure = new_figure(*style.WIDE_INCH)
    axes = figure.add_subplot()
    handles: list[Any] = []
    for index, (name, counts) in enumerate(counted.counts.items()):
        alone = len(names) == 1
        handles.append(
            axes.stairs(counts, counted.edges, fill=alone, color=style.colour(index), linewidth=0 if alone else 1.5, label=name)
        )
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    label_axes(axes, plot.x_label or _only(names), plot.y_label or "Count")
    if n_value < 1_000:
        whole_numbers(axes, x=False)
    draw_baselines(axes, plot.baselines, vertical=True)
    if len(names) > 1:
        legend_above(axes, handles, names)
    notes = [f"{number_text(counted.n_left_out)} values that are not finite numbers are left out."] if counted.n_left_out else []
    if len(y_names(plot, columns)) > len(names):
        notes.append(f"The first {len(names)} of {len(y_names(plot, columns))} columns are drawn.")
    return figure, notes


# --- parts ----------------------------------------------------------------------------------------------------------------


def _lines(axes: Axes, plot: Plot, columns: Columns, names: Sequence[str], height_inch: float) -> None:
    across, ticks = _across(plot, columns, len(named_column(columns, names[0])))
    labels = []
    for index, name in enumerate(names):
        y = numbers(named_column(columns, name), name)
        _same_length(across, y, plot.x, name)
        tint = style.colour(index)
        if name in plot.error:
            half = np.abs(numbers(named_column(columns, plot.error[name]), plot.error[name]))
            axes.fill_between(across, y - half, y + half, color=tint, alpha=0.16, linewidth=0)
        marker = "o" if len(y) <= MARKERS_UP_TO else ""
        axes.plot(across, y, color=tint, marker=marker, label=name, gid=f"line-{index}")
        last = y[np.isfinite(y)]
        if len(last) and (len(names) > 1 or plot.baselines):
            labels.append(LineLabel(name, float(last[-1]), tint))
    axes.grid(axis="y")
    if ticks:
        category_ticks(axes, ticks, list(range(len(ticks))), sheet_inch(axes)[0])
    elif len(across) and np.all(across == np.round(across)):
        whole_numbers(axes)
    label_axes(axes, plot.x_label or plot.x, plot.y_label or _only(names))
    labels += draw_baselines(axes, plot.baselines)
    draw_labels(axes, labels, height_inch)


def _bars(axes: Axes, values: Mapping[str, Any], errors: Mapping[str, Any], *, stacked: bool, lying: bool) -> list[Any]:
    thickness = 0.72 if stacked else 0.76 / max(len(values), 1)
    above: NDArray[np.float64] | float = 0.0
    below: NDArray[np.float64] | float = 0.0
    handles: list[Any] = []
    for index, (name, column) in enumerate(values.items()):
        at = np.arange(len(column)) + (0.0 if stacked else (index - (len(values) - 1) / 2) * thickness)
        length = np.nan_to_num(column)
        start = np.where(length >= 0, above, below) if stacked else 0.0
        options: dict[str, Any] = {"color": style.colour(index), "label": name}
        if name in errors:
            key = "xerr" if lying else "yerr"
            options |= {key: np.abs(errors[name]), "error_kw": {"ecolor": style.SECONDARY, "elinewidth": 0.9, "capsize": 2}}
        if lying:
            handles.append(axes.barh(at, length, height=thickness * 0.94, left=start, **options))
        else:
            handles.append(axes.bar(at, length, width=thickness * 0.94, bottom=start, **options))
        if stacked:
            above, below = above + np.maximum(length, 0), below + np.minimum(length, 0)
    if any((np.nan_to_num(column) < 0).any() for column in values.values()):
        (axes.axvline if lying else axes.axhline)(0, color=style.SECONDARY, linewidth=0.8)
    return handles


def _bar_sheet(n_category: int, n_series: int, *, lying: bool) -> Figure:
    width, height = style.WIDE_INCH
    if lying:
        return new_figure(width, min(max(1.5, 0.9 + 0.2 * n_category * (0.5 + 0.5 * n_series)), 9.0))
    return new_figure(min(width, max(3.6, 1.6 + 0.36 * n_category * (1 + n_series))), height - 0.3)


def _bar_text(value: float) -> str:
    return number_text(value, 3) if np.isfinite(value) else "–"


def _across(plot: Plot, columns: Columns, count: int) -> tuple[NDArray[np.float64], list[str]]:
    """Positions on the x axis, and their names where column `x` holds words."""
    if not plot.x:
        return np.arange(1, count + 1, dtype=np.float64), []
    column = named_column(columns, plot.x)
    if are_numbers(column):
        return numbers(column, plot.x), []
    return np.arange(len(column), dtype=np.float64), [_category(value) for value in column]


def _same_length(x: Any, y: Any, x_name: str, y_name: str) -> None:
    if np.ndim(y) != 1 or len(x) != len(y):
        raise NeuroError(f"'{y_name}' has shape {np.shape(y)} and does not fit '{x_name or 'rows'}' of {len(x)} values")


def _category(value: Any) -> str:
    return str(value.item() if isinstance(value, np.generic) else value)


def _only(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ""
