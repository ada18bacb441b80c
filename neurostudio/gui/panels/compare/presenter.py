"""What the comparison of runs shows: tables as lines of texts, curves pooled over seeds. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neurostudio.app import Project
from neurostudio.app.compare import ComparedMetric, Comparison, Spread, compare_runs
from neurostudio.report.wording import number_text
from neurostudio.store import read
from neurostudio.store.rows import RunRow
from neurostudio.store.uses import repeated_names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CURVE_POINTS = 20_000
MOST_PICKED = 500
ABSENT = "–"


@dataclass(frozen=True)
class CompareView:
    """Runs side by side, with the row of each."""

    comparison: Comparison
    rows: dict[str, RunRow]

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each run that no other one has."""
        return tuple(run.label for run in self.comparison.runs)

    @property
    def has_groups(self) -> bool:
        """Whether some runs differ only by their seed."""
        return len(self.comparison.groups) < len(self.comparison.runs)

    @property
    def methods(self) -> tuple[str, ...]:
        """Ids of the methods, in the order of the runs."""
        return tuple(dict.fromkeys(run.method for run in self.comparison.runs))


@dataclass(frozen=True, eq=False)
class ComparedCurve:
    """One metric of one run: values ``[point]`` over steps ``[point]``."""

    run_id: str
    name: str
    group: int
    steps: "NDArray[np.float64]"
    values: "NDArray[np.float64]"


@dataclass(frozen=True, eq=False)
class CurvesFound:
    """Names of the metrics that are curves, the one that was read, and its curves."""

    metrics: tuple[str, ...]
    metric: str
    curves: tuple[ComparedCurve, ...]


@dataclass(frozen=True)
class MetricField:
    """One field of the table of metrics."""

    text: str
    is_best: bool = False
    tooltip: str = ""


@dataclass(frozen=True)
class MetricRow:
    """One metric: a field for each run, or for each group of runs."""

    name: str
    title: str
    help: str
    fields: tuple[MetricField, ...]


def load_compare(project: Project, run_ids: Sequence[str]) -> CompareView:
    """Read the runs to compare."""
    comparison = compare_runs(project, run_ids)
    ids = [run.run_id for run in comparison.runs]
    return CompareView(comparison, {row.run_id: row for row in read.runs(project.store, ids=ids, trashed=None)})


def load_curves(project: Project, view: CompareView, metric: str | None = None) -> CurvesFound:
    """One metric of every run that wrote it, and the names of all that are curves; the first of them unless named."""
    import numpy as np

    repeated = {name for run in view.comparison.runs for name in repeated_names(project.store, run.run_id)}
    metrics = tuple(one.info.name for one in view.comparison.metrics if one.info.name in repeated)
    chosen = metric if metric in metrics else metrics[0] if metrics else ""
    found = []
    for run in view.comparison.runs if chosen else ():
        curve = read.curve_outline(project.store, run.run_id, chosen, CURVE_POINTS)
        if len(curve.values):
            found.append(ComparedCurve(run.run_id, run.label, run.group, curve.steps.astype(np.float64), curve.values))
    return CurvesFound(metrics, chosen, tuple(found))


def load_candidates(project: Project, text: str) -> list[RunRow]:
    """Runs that can be added, newest first; `text` narrows them."""
    return [row for row in read.runs(project.store, text=text, limit=MOST_PICKED) if not row.serve]


def metric_rows(comparison: Comparison, *, by_group: bool) -> tuple[MetricRow, ...]:
    """The table of metrics; values of a group are its mean and its range."""
    rows = []
    for metric in comparison.metrics:
        best_runs = _best_runs(metric)
        fields = (
            [_group_field(spread, place == metric.best) for place, spread in enumerate(metric.spreads)]
            if by_group
            else [_run_field(value, place in best_runs) for place, value in enumerate(metric.values)]
        )
        title = f"{metric.info.name} ({metric.info.unit})" if metric.info.unit else metric.info.name
        rows.append(MetricRow(metric.info.name, title, metric.info.help, tuple(fields)))
    return tuple(rows)


def metric_columns(comparison: Comparison, *, by_group: bool) -> dict[str, list[Any]]:
    """The same as columns of plain numbers, for a CSV file: one line a metric."""
    infos = [metric.info for metric in comparison.metrics]
    columns: dict[str, list[Any]] = {"metric": [info.name for info in infos], "unit": [info.unit for info in infos]}
    if not by_group:
        for place, run in enumerate(comparison.runs):
            columns[run.label] = [_plain(metric.values[place]) for metric in comparison.metrics]
        return columns
    for place, group in enumerate(comparison.groups):
        spreads = [metric.spreads[place] for metric in comparison.metrics]
        for key in ("n", "mean", "low", "high", "sd"):
            columns[f"{group.name} {key}"] = ["" if spread is None else getattr(spread, key) for spread in spreads]
    return columns


def curve_columns(curves: Sequence[ComparedCurve]) -> dict[str, list[Any]]:
    """Curves as one long table: run, step, value."""
    columns: dict[str, list[Any]] = {"run": [], "step": [], "value": []}
    for curve in curves:
        columns["run"] += [curve.name] * len(curve.values)
        columns["step"] += curve.steps.tolist()
        columns["value"] += curve.values.tolist()
    return columns


def _run_field(value: float | None, is_best: bool) -> MetricField:
    return MetricField(ABSENT if value is None else number_text(value, measured=True), is_best)


def _group_field(spread: Spread | None, is_best: bool) -> MetricField:
    if spread is None:
        return MetricField(ABSENT)
    if spread.n == 1:
        return MetricField(number_text(spread.mean, measured=True), is_best)
    mean, low, high = (number_text(value, measured=True) for value in (spread.mean, spread.low, spread.high))
    about = f"{spread.n} runs: mean {mean}, {low} to {high}, standard deviation {number_text(spread.sd, 3)}"
    return MetricField(f"{mean}  [{low}, {high}]" if low != high else mean, is_best, about)


def _best_runs(metric: ComparedMetric) -> frozenset[int]:
    """Places of the runs with the best value; none where all are equal or neither is better."""
    known = [value for value in metric.values if value is not None and value == value]
    if metric.info.better not in ("higher", "lower") or len(known) < 2 or max(known) == min(known):
        return frozenset()
    best = max(known) if metric.info.better == "higher" else min(known)
    return frozenset(place for place, value in enumerate(metric.values) if value == best)


def _plain(value: float | None) -> Any:
    return "" if value is None else value
