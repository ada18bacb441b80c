"""The numbers behind a figure: which columns it shows, how values are counted, and all of it as a table for a CSV file.

Figures, the window and exported tables ask here, so that they cannot differ.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import replaced
from neurostudio.core.kinds import Plot
from neurostudio.report.artifact_data import are_numbers, numbers, read_arrays, read_columns, read_table, spike_groups
from neurostudio.report.content import ReportArtifact

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MAX_BINS = 60

Columns = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Counts:
    """How often values fall into bins: ``counts[name][bin]`` between ``edges[bin]`` and ``edges[bin + 1]``."""

    edges: NDArray[np.float64]
    counts: Mapping[str, NDArray[np.signedinteger[Any]]]
    n_left_out: int


def shown_plot(artifact: ReportArtifact) -> Plot | None:
    """How an artifact is drawn: as its method says, else the plain picture of its kind; None where there is none."""
    if artifact.plot is not None:
        return artifact.plot
    if artifact.kind == "spikes":
        return Plot("raster", x_label="Time", y_label="Unit")
    if artifact.kind == "volume":
        return Plot("slices")
    if artifact.kind == "array":
        axes = {len(array.shape) for array in read_arrays(artifact.path).values() if array.dtype.kind in "biufc"}
        return Plot("heatmap", x_label="Column", y_label="Row") if 2 in axes else Plot("traces") if 1 in axes else None
    return None


def with_shown_plot(artifact: ReportArtifact) -> ReportArtifact:
    """The artifact with that plot."""
    return replace(artifact, plot=shown_plot(artifact))


def named_column(columns: Columns, name: str) -> Any:
    """One column or array; NeuroError names those that there are."""
    if name not in columns:
        raise NeuroError(f"There is no column '{name}'", fix=f"There are: {', '.join(columns)}")
    return columns[name]


def y_names(plot: Plot, columns: Columns) -> list[str]:
    """The columns that a plot shows: those it names, else every one that holds numbers."""
    names = list(plot.y) or [name for name in columns if name != plot.x and are_numbers(columns[name])]
    if not names:
        raise NeuroError("There is no column of numbers to draw")
    for name in names:
        named_column(columns, name)
    return names


def count_values(columns: Columns, names: Sequence[str]) -> Counts:
    """Count the finite values of columns or arrays in shared bins.

    Raises
    ------
    NeuroError
        When there is no finite number.
    """
    import numpy as np

    found = {name: numbers(_flat(named_column(columns, name)), name) for name in names}
    values = {name: column[np.isfinite(column)] for name, column in found.items()}
    pooled = np.concatenate([*values.values(), np.empty(0)])
    if not len(pooled):
        raise NeuroError("There are no numbers to count", fix=f"Columns: {', '.join(names)}")
    edges = np.histogram_bin_edges(pooled, bins=min(MAX_BINS, max(8, int(np.sqrt(len(pooled))))))
    left_out = sum(len(found[name]) - len(values[name]) for name in names)
    return Counts(edges, {name: np.histogram(column, edges)[0] for name, column in values.items()}, left_out)


def plotted_numbers(artifact: ReportArtifact) -> dict[str, Any]:
    """Every number that stands behind the figure of an artifact: column name -> values.

    Raises
    ------
    NeuroError
        When the artifact has no figure, or its file does not hold what the figure needs.
    """
    plot = shown_plot(artifact)
    if plot is None:
        if artifact.kind != "table":
            raise NeuroError(f"'{artifact.name}' has no numbers to write as a table")
        table = read_table(artifact.path)
        return {name: table.column(name) for name in table.columns}
    if plot.form in ("slices", "labels"):
        return _voxels(plot, artifact)
    if plot.form == "raster":
        return _spikes(read_arrays(artifact.path))
    if plot.form == "heatmap" and artifact.kind == "table":
        table = read_table(artifact.path)
        return {name: table.column(name) for name in (plot.x or table.columns[0], *(plot.y or table.columns[1:]))}
    if plot.form == "heatmap":
        return _cells(plot, read_arrays(artifact.path))
    columns = read_columns(artifact)
    if plot.form == "histogram":
        return _bins(count_values(columns, y_names(plot, columns)))
    if plot.form == "traces":
        return _traces(plot, columns)
    names = y_names(plot, columns)
    spreads = [plot.error[name] for name in names if name in plot.error]
    return {name: named_column(columns, name) for name in (*([plot.x] if plot.x else []), *names, *spreads)}


def write_csv(columns: Mapping[str, Any], target: Path) -> None:
    """Write columns as UTF-8 CSV, all or nothing; numbers with all their digits, shorter columns end in empty cells."""
    with replaced(target) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip_longest(*(map(_cell, values) for values in columns.values()), fillvalue=""))


def _voxels(plot: Plot, artifact: ReportArtifact) -> dict[str, Any]:
    """The voxels of a map from its threshold on (of a series without named volumes the first one), or the regions of labels."""
    from neurostudio.report.volume_data import read_image, region_columns, region_names, voxel_columns

    image = read_image(artifact.path)
    if plot.form == "labels":
        return dict(region_columns(image, region_names(plot, artifact.path)))
    n_shown = min(image.n_volumes, len(plot.y)) if plot.form == "slices" and plot.y else 1
    return dict(voxel_columns(image, plot.y, plot.baselines.get("threshold"), range(n_shown)))


def _spikes(arrays: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("times", "units"):
        named_column(arrays, name)
    units = numbers(arrays["units"], "units").ravel()
    groups = spike_groups(arrays, units)
    columns: dict[str, Any] = {"time": arrays["times"].ravel(), "unit": arrays["units"].ravel()}
    return columns if groups is None else {**columns, "group": groups}


def _cells(plot: Plot, arrays: Mapping[str, Any]) -> dict[str, Any]:
    import numpy as np

    names = list(plot.y) or [name for name, array in arrays.items() if np.ndim(array) == 2][:1]
    columns: dict[str, list[Any]] = {"array": [], "row": [], "column": [], "value": []}
    for name in names:
        array = named_column(arrays, name)
        if array.ndim != 2:
            raise NeuroError(f"'{name}' has {array.ndim} axes", "A picture has two (row, column)")
        at_row, at_column = np.indices(array.shape)
        columns["array"] += [name] * array.size
        for key, values in (("row", at_row), ("column", at_column), ("value", array)):
            columns[key] += values.ravel().tolist()
    if len(names) == 1:
        del columns["array"]
    return dict(columns)


def _bins(counted: Counts) -> dict[str, Any]:
    return {"from": counted.edges[:-1], "to": counted.edges[1:], **counted.counts}


def _traces(plot: Plot, columns: Columns) -> dict[str, Any]:
    import numpy as np

    names = list(plot.y) or [name for name in columns if name != plot.x and are_numbers(columns[name])]
    traces: dict[str, Any] = {}
    for name in names:
        array = numbers(named_column(columns, name), name)
        if array.ndim > 2:
            raise NeuroError(f"'{name}' has {array.ndim} axes", "A trace has one (time) or two (unit, time)")
        traces |= {name: array} if array.ndim == 1 else {f"{name} {unit}": trace for unit, trace in enumerate(array)}
    if not traces:
        raise NeuroError("There is no array with one or two axes to draw", fix=f"There are: {', '.join(columns)}")
    longest = max(len(trace) for trace in traces.values())
    return {plot.x or "index": named_column(columns, plot.x) if plot.x else np.arange(longest), **traces}


def _cell(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _flat(column: Any) -> NDArray[np.float64]:
    import numpy as np

    return np.ravel(column if isinstance(column, np.ndarray) else numbers(column, ""))
