"""Curves of one metric over the steps of one or more runs; repeats with other seeds become a mean with a band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurostudio.report import style
from neurostudio.report.content import ReportCurve
from neurostudio.report.figures.canvas import LineLabel, draw_labels, label_axes, new_figure, sign, whole_numbers
from neurostudio.report.figures.draw import Drawing

MARKERS_UP_TO = 24


@dataclass(frozen=True)
class _Band:
    name: str
    steps: Any
    mean: Any
    low: Any
    high: Any
    n_run: int


def draw_curves(
    curves: Mapping[str, ReportCurve],
    groups: Mapping[str, str] | None = None,
    *,
    small: bool = False,
    x_label: str = "Step",
    y_label: str = "",
    identity: Mapping[str, str] | None = None,
) -> Drawing:
    """Draw one metric of several runs (or several metrics of one run) against the step.

    Parameters
    ----------
    curves : mapping
        Name at the line -> curve. All have the same unit.
    groups : mapping, optional
        Name of a curve -> name of its group: runs that differ only by their seed. A group of two or more is drawn as
        its mean with a band from the lowest to the highest run, over the steps that all of its runs have.
    small : bool
        Half the width, for two side by side.
    y_label : str
        Axis caption; from the first curve's name and unit unless given.

    Returns
    -------
    Drawing
        The figure, and a caption that says what the band is.
    """
    with style.applied():
        width, height = style.SMALL_INCH if small else style.WIDE_INCH
        figure = new_figure(width, height)
        axes = figure.add_subplot()
        bands, notes = _bands(curves, groups or {})
        if len(bands) > style.MAX_LINES:
            for band in bands:
                axes.plot(band.steps, band.mean, color=style.BASELINE, alpha=0.45, linewidth=0.8)
            pooled = _pooled(f"mean of {len(bands)}", [(band.steps, band.mean) for band in bands])
            notes.append(f"Grey: {len(bands)} single curves; coloured: their mean and the range from lowest to highest.")
            bands = [pooled] if pooled else []
        labels = []
        for index, band in enumerate(bands):
            tint = style.colour(index)
            if band.n_run > 1:
                axes.fill_between(band.steps, band.low, band.high, color=tint, alpha=0.18, linewidth=0)
            marker = "o" if len(band.steps) <= MARKERS_UP_TO else ""
            axes.plot(band.steps, band.mean, color=tint, marker=marker, label=band.name, gid=f"line-{index}")
            known = band.mean[np.isfinite(band.mean)]
            if len(known):
                labels.append(LineLabel(band.name, float(known[-1]), tint))
        axes.grid(axis="y")
        whole_numbers(axes)
        first = next(iter(curves.values()), None)
        label_axes(axes, x_label, y_label or (_named(first) if first else ""))
        if len(labels) > 1 or any(band.n_run > 1 for band in bands):
            draw_labels(axes, labels, height)
        if identity:
            sign(figure, "", identity)
    if any(band.n_run > 1 for band in bands) and not any("lowest" in note for note in notes):
        notes.insert(0, "Lines: mean over seeds; bands: from the lowest to the highest run.")
    return Drawing(figure, " ".join(notes))


def _bands(curves: Mapping[str, ReportCurve], groups: Mapping[str, str]) -> tuple[list[_Band], list[str]]:
    members: dict[str, list[str]] = {}
    for name in curves:
        members.setdefault(groups.get(name, name), []).append(name)
    bands: list[_Band] = []
    notes: list[str] = []
    for group, names in members.items():
        points = [_points(curves[name]) for name in names]
        pooled = _pooled(f"{group} (n = {len(names)})" if len(names) > 1 else names[0], points)
        if pooled is not None:
            bands.append(pooled)
            if len(pooled.steps) < max(len(steps) for steps, _ in points):
                notes.append(f"{group}: only steps that all {len(names)} runs have.")
        else:
            bands += [_Band(name, steps, y, y, y, 1) for name, (steps, y) in zip(names, points, strict=True)]
    return bands, notes


def _pooled(name: str, points: Sequence[tuple[Any, Any]]) -> _Band | None:
    """Mean and range over the steps that all curves have; None when they share none."""
    shared = set(points[0][0].tolist()).intersection(*(steps.tolist() for steps, _ in points))
    if not shared:
        return None
    steps = np.array(sorted(shared))
    stacked = np.stack([y[np.searchsorted(x, steps)] for x, y in points])
    return _Band(name, steps, stacked.mean(0), stacked.min(0), stacked.max(0), len(points))


def _points(curve: ReportCurve) -> tuple[Any, Any]:
    """Steps in rising order, the last value of each; values without a step are numbered."""
    steps = [index + 1 if step is None else step for index, step in enumerate(curve.steps)]
    last = dict(zip(steps, curve.values, strict=True))
    x = np.array(sorted(last), dtype=np.float64)
    y = np.array([last[step] for step in x], dtype=np.float64)
    return x, np.where(np.isfinite(y), y, np.nan)


def _named(curve: ReportCurve) -> str:
    return f"{curve.name} ({curve.unit})" if curve.unit else curve.name
