"""Which runs belong together: the same method with the same settings and data is one group, whatever the seeds."""

import json
import math
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from neurostudio.core.method import Method, MetricInfo
from neurostudio.report.content import RunContent
from neurostudio.report.wording import mean_and_spread_text, number_text, value_text

_SEED_ENDING = re.compile(r"[-_ .]*(seed)?[-_ .=]*\d*$", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """Runs that differ at most by their seed. `name` is the run's own where it is alone."""

    name: str
    runs: tuple[RunContent, ...]

    def values(self, metric: str) -> list[float]:
        """The final values of a metric in the runs that wrote it."""
        return [run.metrics[metric] for run in self.runs if metric in run.metrics]

    def summary_text(self, metric: str) -> str:
        """Mean ± standard deviation over the runs, the plain value of one run, a dash without any."""
        values = self.values(metric)
        if not values:
            return "–"
        if len(values) == 1:
            return number_text(values[0], measured=True)
        if not all(math.isfinite(value) for value in values):
            return number_text(math.nan)
        text = mean_and_spread_text(statistics.fmean(values), statistics.stdev(values))
        return text if len(values) == len(self.runs) else f"{text} (n = {len(values)})"


@dataclass(frozen=True)
class Comparison:
    """All runs of one method.

    Attributes
    ----------
    differing : tuple of str
        Dotted names of the settings that are not the same in every group.
    differing_roles : tuple of str
        Input roles whose data are not the same in every group.
    metrics : tuple of MetricInfo
        Every metric that a run wrote, the method's own order first.
    """

    method: Method
    groups: tuple[Group, ...]
    differing: tuple[str, ...]
    differing_roles: tuple[str, ...]
    metrics: tuple[MetricInfo, ...]

    @property
    def runs(self) -> tuple[RunContent, ...]:
        """Every run, group by group."""
        return tuple(run for group in self.groups for run in group.runs)


def compare(runs: Iterable[RunContent]) -> list[Comparison]:
    """Sort runs by method and, inside, into groups that differ only by the seed; order of first appearance."""
    by_method: dict[str, list[RunContent]] = {}
    for run in runs:
        by_method.setdefault(run.method.id, []).append(run)
    return [_comparison(members) for members in by_method.values()]


def run_labels(runs: Sequence[RunContent]) -> dict[str, str]:
    """Run id -> a name that no other of these runs has."""
    names = [run.name or run.id for run in runs]
    return {run.id: name if names.count(name) == 1 else f"{name} ({run.id[-6:]})" for run, name in zip(runs, names, strict=True)}


def metric_infos(method: Method, names: Iterable[str]) -> tuple[MetricInfo, ...]:
    """The metrics of those names in the method's order; ones that it does not describe come last, sorted."""
    written = set(names)
    described = [info for info in method.metrics if info.name in written]
    known = {info.name for info in described}
    return (*described, *(MetricInfo(name, "", better="") for name in sorted(written - known)))


def best_of(info: MetricInfo, groups: Sequence[Group]) -> int | None:
    """Which group has the best mean of a metric; None where none is better or all are equal."""
    means = [statistics.fmean(values) if (values := group.values(info.name)) else math.nan for group in groups]
    known = [mean for mean in means if math.isfinite(mean)]
    if info.better not in ("higher", "lower") or len(known) < 2 or max(known) == min(known):
        return None
    return means.index(max(known) if info.better == "higher" else min(known))


def _comparison(runs: Sequence[RunContent]) -> Comparison:
    members: dict[str, list[RunContent]] = {}
    for run in runs:
        members.setdefault(_key(run), []).append(run)
    labels = run_labels(runs)
    names = _group_names([[labels[run.id] for run in group] for group in members.values()])
    groups = tuple(Group(name, tuple(group)) for name, group in zip(names, members.values(), strict=True))
    first = [group.runs[0] for group in groups]
    settings = list(dict.fromkeys(name for run in first for name in run.settings))
    roles = list(dict.fromkeys(given.role for run in first for given in run.inputs))
    return Comparison(
        method=runs[0].method,
        groups=groups,
        differing=tuple(name for name in settings if len({value_text(run.settings.get(name)) for run in first}) > 1),
        differing_roles=tuple(role for role in roles if len({_data_key(run, role) for run in first}) > 1),
        metrics=metric_infos(runs[0].method, (name for run in runs for name in run.metrics)),
    )


def _key(run: RunContent) -> str:
    data = [(given.role, given.sha256 or given.path_text or given.name) for given in run.inputs]
    return json.dumps([dict(run.settings), data], sort_keys=True, default=str)


def _data_key(run: RunContent, role: str) -> str:
    return json.dumps([given.sha256 or given.path_text or given.name for given in run.inputs if given.role == role])


def _group_names(groups: Sequence[Sequence[str]]) -> list[str]:
    names: list[str] = []
    for number, members in enumerate(groups, start=1):
        common = members[0] if len(members) == 1 else _SEED_ENDING.sub("", _common_start(members))
        name = common if len(common) > 1 or len(members) == 1 else f"Group {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def _common_start(names: Sequence[str]) -> str:
    return "".join(letters[0] for letters in takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False)))
