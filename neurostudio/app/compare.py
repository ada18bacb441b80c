"""Setting runs side by side: what differs between them, which repeat each other, and how their metrics came out.

Which runs belong together is decided in :mod:`neurostudio.report.compare`, for reports and for the window alike.
"""

import contextlib
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from neurostudio.app.project import Project
from neurostudio.core.errors import NeuroError
from neurostudio.core.method import Input, Method, MetricInfo
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import relative_path
from neurostudio.core.spec import VERSION_KEY, SettingInfo, Spec, flatten, walk
from neurostudio.report.compare import Group, best_of, compare, metric_infos, run_labels
from neurostudio.report.content import ReportInput, RunContent
from neurostudio.report.wording import value_text
from neurostudio.store.read import final_values, inputs_of, settings_of
from neurostudio.store.read import runs as read_runs
from neurostudio.store.rows import RunRow

ABSENT = "–"


@dataclass(frozen=True)
class ComparedRun:
    """One run. `label` is a name that no other of these runs has; `group` is the place of its group."""

    run_id: str
    label: str
    method: str
    state: str
    seed: int
    group: int


@dataclass(frozen=True)
class ComparedGroup:
    """Runs of one method with the same settings and data, whatever their seeds; `name` is the run's own where it is alone."""

    name: str
    method: str
    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class ComparedSetting:
    """A setting that is not the same in all runs.

    Attributes
    ----------
    name, title, unit : str
        Dotted name; words for people.
    values : tuple
        Plain value in each run; None where it has none, as well as where its value is none.
    texts : tuple of str
        The same for people; a dash where the run has no such setting.
    """

    name: str
    title: str
    unit: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class ComparedInput:
    """An input role whose data are not the same in all runs; `names` are those of each run's data sets, or a dash."""

    role: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """A metric over the runs of one group: how many wrote it, their mean, lowest and highest value, standard deviation.

    `sd` is that of the sample (n - 1), NaN for one run.
    """

    n: int
    mean: float
    low: float
    high: float
    sd: float


@dataclass(frozen=True)
class ComparedMetric:
    """The final values of one metric.

    Attributes
    ----------
    values : tuple of float or None
        Value of each run; None where it wrote none.
    spreads : tuple of Spread or None
        The same for each group.
    best : int or None
        Place of the group with the best mean; None where none is better.
    """

    info: MetricInfo
    values: tuple[float | None, ...]
    spreads: tuple[Spread | None, ...]
    best: int | None


@dataclass(frozen=True)
class Comparison:
    """Runs side by side: each tuple of values has one for each of `runs`, in their order.

    Attributes
    ----------
    missing : tuple of str
        Ids for which there is no run.
    """

    runs: tuple[ComparedRun, ...]
    groups: tuple[ComparedGroup, ...]
    settings: tuple[ComparedSetting, ...]
    inputs: tuple[ComparedInput, ...]
    metrics: tuple[ComparedMetric, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Axes:
    """What can be drawn against each other over some runs: settings with more than one value, and metrics."""

    settings: tuple[SettingInfo, ...]
    metrics: tuple[MetricInfo, ...]


@dataclass(frozen=True)
class ScatterPoint:
    """One run: `x` is the value of the setting, or the place of its category."""

    run_id: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Scatter:
    """A setting against a metric.

    Attributes
    ----------
    categories : tuple of str
        Values of a choice, for people, in the order of their places; empty for a number.
    left_out : int
        Runs that have not both, or none of both as a finite number.
    """

    setting: SettingInfo
    metric: MetricInfo
    points: tuple[ScatterPoint, ...]
    categories: tuple[str, ...] = ()
    left_out: int = 0


def compare_runs(project: Project, run_ids: Sequence[str]) -> Comparison:
    """Set runs side by side, in the order given; ids of runs that are gone are named, not an error."""
    wanted = list(dict.fromkeys(run_ids))
    by_id = {row.run_id: row for row in read_runs(project.store, ids=wanted, trashed=None)}
    contents = _contents(project, [by_id[run_id] for run_id in wanted if run_id in by_id])
    by_method = compare(contents)
    groups = [group for comparison in by_method for group in comparison.groups]
    place = {run.id: number for number, group in enumerate(groups) for run in group.runs}
    labels = run_labels(contents)
    methods = [comparison.method for comparison in by_method]
    differing = dict.fromkeys(name for comparison in by_method for name in comparison.differing)
    roles = dict.fromkeys(role for comparison in by_method for role in comparison.differing_roles)
    if len(methods) > 1:
        differing |= dict.fromkeys(_shared_and_different(contents))
    return Comparison(
        runs=tuple(ComparedRun(run.id, labels[run.id], run.method.id, run.state, run.seed, place[run.id]) for run in contents),
        groups=tuple(ComparedGroup(one.name, one.runs[0].method.id, tuple(run.id for run in one.runs)) for one in groups),
        settings=tuple(_setting(name, contents) for name in differing),
        inputs=tuple(ComparedInput(role, tuple(_data_names(run, role) for run in contents)) for role in roles),
        metrics=tuple(_metric(info, contents, groups) for info in _metrics(methods, contents)),
        missing=tuple(run_id for run_id in wanted if run_id not in by_id),
    )


def scatter_axes(project: Project, method_id: str, run_ids: Iterable[str] | None = None) -> Axes:
    """What can be drawn over all runs of a method outside the trash, or over those given."""
    contents = _contents(project, _rows(project, method_id, run_ids), with_inputs=False)
    method = registry().find(method_id)
    names = dict.fromkeys(name for run in contents for name in run.settings)
    infos = [(name, info) for name in names if (info := _info(name, contents) or _plain_info(name, contents)).form in _PLACED]
    varied = [info for name, info in infos if len({repr(run.settings.get(name)) for run in contents}) > 1]
    return Axes(tuple(varied), metric_infos(method, (name for run in contents for name in run.metrics)))


def scatter_points(project: Project, method_id: str, setting: str, metric: str, run_ids: Iterable[str] | None = None) -> Scatter:
    """A setting against a metric, over all runs of a method outside the trash, or over those given.

    Parameters
    ----------
    setting : str
        Dotted name of a number, a switch, a choice or a text.
    metric : str
        Name of a metric.
    """
    contents = _contents(project, _rows(project, method_id, run_ids), with_inputs=False, metrics=(metric,))
    info = _info(setting, contents) or _plain_info(setting, contents)
    given = [(run, run.settings[setting], run.metrics[metric]) for run in contents if _has_both(run, setting, metric)]
    is_number = info.form in ("int", "float")
    if is_number:
        given = [(run, x, y) for run, x, y in given if isinstance(x, int | float) and math.isfinite(x)]
    values = [] if is_number else _in_order(info, [x for _, x, _ in given])
    points = tuple(ScatterPoint(run.id, run.name or run.id, float(x) if is_number else values.index(x), y) for run, x, y in given)
    return Scatter(
        setting=info,
        metric=registry().find(method_id).metric(metric) or MetricInfo(metric, "", better=""),
        points=points,
        categories=tuple(info.labels.get(str(value), value_text(value)) for value in values),
        left_out=len(contents) - len(points),
    )


# --- reading: one question for each kind of thing, however many runs there are

_PLACED = ("int", "float", "bool", "choice", "str")  # what has a place on an axis


def _rows(project: Project, method_id: str, run_ids: Iterable[str] | None) -> list[RunRow]:
    """Runs of a method, oldest first, without live sessions."""
    trashed = False if run_ids is None else None
    found = read_runs(project.store, method=method_id, ids=run_ids, trashed=trashed)
    return [row for row in reversed(found) if not row.serve]


def _contents(
    project: Project, rows: Sequence[RunRow], *, with_inputs: bool = True, metrics: Sequence[str] | None = None
) -> list[RunContent]:
    ids = [row.run_id for row in rows]
    settings = settings_of(project.store, ids)
    inputs = inputs_of(project.store, ids) if with_inputs else {}
    finals = final_values(project.store, ids, metrics)
    readers = {method_id: _Reader(registry().find(method_id)) for method_id in {row.method for row in rows}}
    return [
        RunContent(
            id=row.run_id,
            name=row.name,
            method=readers[row.method].method,
            state=row.state,
            seed=row.seed,
            settings=readers[row.method].flat(settings.get(row.run_id, {})),
            setting_titles=readers[row.method].infos,
            inputs=tuple(_report_input(project, given) for given in inputs.get(row.run_id, ())),
            metrics=finals.get(row.run_id, {}),
        )
        for row in rows
    ]


class _Reader:
    """Reads recorded settings of one method: those of an older version as they are called today."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.infos: dict[str, SettingInfo] = {}
        self._spec: type[Spec] | None = None
        self._known: dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}  # by identity; holds what it names
        if method.spec:
            try:
                self._spec = method.load_spec()
            except NeuroError:  # a plugin whose package is gone: its runs are shown with bare names
                return
            self.infos = {info.name: info for info in reversed(walk(self._spec))}  # of members that share a name the first

    def flat(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Dotted names and values; made once for runs that share a dict."""
        if id(settings) not in self._known:
            self._known[id(settings)] = (settings, self._flat(settings))
        return self._known[id(settings)][1]

    def _flat(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        if self._spec is not None and settings.get(VERSION_KEY) != self._spec.version:
            with contextlib.suppress(NeuroError):  # of a version that this program does not read any more
                settings = self._spec.from_settings(settings).as_settings()
        return {name: value for name, value in flatten(settings).items() if name != VERSION_KEY}


def _report_input(project: Project, given: Input) -> ReportInput:
    path = "" if given.sha256 else relative_path(given.path, project.path)  # the checksum tells data apart
    return ReportInput(given.role, given.name, given.kind, path, given.sha256)


# --- settings


def _setting(name: str, runs: Sequence[RunContent]) -> ComparedSetting:
    info = _info(name, runs)
    values = tuple(run.settings.get(name) for run in runs)
    labels = info.labels if info else {}
    texts = tuple(
        labels.get(str(value), value_text(value)) if name in run.settings else ABSENT
        for run, value in zip(runs, values, strict=True)
    )
    return ComparedSetting(name, info.title if info else name, info.unit if info else "", values, texts)


def _info(name: str, runs: Sequence[RunContent]) -> SettingInfo | None:
    """The description of a setting; the tag of a union and an entry of a dict are described by what holds them."""
    holder, _, last = name.rpartition(".")
    for run in runs:
        if name in run.setting_titles:
            return run.setting_titles[name]
        outer = run.setting_titles.get(holder)
        if outer is not None and outer.form == "union":
            return replace(outer, name=name, form="choice")
        if outer is not None and outer.form == "dict":
            return replace(outer, name=name, form=outer.item, title=f"{outer.title}: {last}")
    return None


def _plain_info(name: str, runs: Sequence[RunContent]) -> SettingInfo:
    """A description of a setting that no installed method describes, made from its values."""
    kinds = {type(run.settings[name]) for run in runs if run.settings.get(name) is not None}
    form = "float" if kinds and kinds <= {int, float} else "str"
    return SettingInfo(name, form, "", True, None, (), {}, name, "", "", "", False, {})


def _in_order(info: SettingInfo, values: Sequence[Any]) -> list[Any]:
    """The distinct values: those of a choice in the order of its declaration, others sorted."""
    order = {choice: number for number, choice in enumerate(info.choices)}
    distinct = {repr(value): value for value in values}
    return sorted(distinct.values(), key=lambda value: (order.get(value, len(order)) if _is_plain(value) else 0, str(value)))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _has_both(run: RunContent, setting: str, metric: str) -> bool:
    return setting in run.settings and math.isfinite(run.metrics.get(metric, math.nan))


def _shared_and_different(runs: Sequence[RunContent]) -> list[str]:
    """Settings that runs of several methods have in common, with different values."""
    of_method: dict[str, set[str]] = {}
    for run in runs:
        of_method.setdefault(run.method.id, set()).update(run.settings)
    names = dict.fromkeys(name for run in runs for name in run.settings)
    shared = [name for name in names if sum(name in known for known in of_method.values()) > 1]
    return [name for name in shared if len({value_text(run.settings[name]) for run in runs if name in run.settings}) > 1]


def _data_names(run: RunContent, role: str) -> str:
    return ", ".join(given.name for given in run.inputs if given.role == role) or ABSENT


# --- metrics


def _metrics(methods: Sequence[Method], runs: Sequence[RunContent]) -> list[MetricInfo]:
    """Every metric that a run wrote: in the order of the methods, those that none describes last."""
    found: dict[str, MetricInfo] = {}
    for method in methods:
        for info in metric_infos(method, (name for run in runs if run.method.id == method.id for name in run.metrics)):
            if not found.get(info.name, info).help:  # another method describes it better
                found.pop(info.name, None)
            found.setdefault(info.name, info)
    return list(found.values())


def _metric(info: MetricInfo, runs: Sequence[RunContent], groups: Sequence[Group]) -> ComparedMetric:
    return ComparedMetric(
        info=info,
        values=tuple(run.metrics.get(info.name) for run in runs),
        spreads=tuple(_spread(group.values(info.name)) for group in groups),
        best=best_of(info, groups),
    )


def _spread(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    if not all(math.isfinite(value) for value in values):
        return Spread(len(values), math.nan, math.nan, math.nan, math.nan)
    sd = statistics.stdev(values) if len(values) > 1 else math.nan
    return Spread(len(values), statistics.fmean(values), min(values), max(values), sd)
