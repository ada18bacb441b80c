"""What the page of a run shows, read from the index in one go. No Qt: called in a thread, gives frozen records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurostudio.app import Project
from neurostudio.app.runs import RESUMABLE
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.kinds import ARTIFACT_KINDS
from neurostudio.core.method import Input, Method, MetricInfo
from neurostudio.core.registry import registry
from neurostudio.core.spec import VERSION_KEY, SettingInfo, flatten, walk
from neurostudio.gui.panels.parts.times import local_time
from neurostudio.gui.panels.run.failure import Failure, failure_of
from neurostudio.report.compare import metric_infos
from neurostudio.report.wording import duration_text, number_text, value_text
from neurostudio.store import read
from neurostudio.store.rows import ArtifactRow, RunRow
from neurostudio.store.uses import repeated_names

MOST_TILES = 8
MOST_LOOKED_AT = 200  # runs among which the one before is searched
AT_WORK = ("queued", "running")
_ACRONYMS = frozenset(("ann", "snn", "f1", "r2", "auc", "ari", "nmi", "mse", "mae", "bleu", "wer"))
_UNIT_WORDS = frozenset(("millijoule", "joule", "seconds", "bytes", "ms", "mb"))


@dataclass(frozen=True)
class MetricTile:
    """The final value of one metric.

    Attributes
    ----------
    change : str
        How it differs from the run that it is compared with, and whether that is better; empty without one.
    """

    name: str
    title: str
    text: str
    unit: str
    help: str
    change: str = ""


@dataclass(frozen=True)
class SettingLine:
    """One setting: value and default as texts."""

    name: str
    title: str
    value: str
    default: str
    group: str
    help: str
    is_changed: bool


@dataclass(frozen=True)
class OutputGroup:
    """Artifacts of one kind, in the order of the method's record."""

    title: str
    artifacts: tuple[ArtifactRow, ...]


@dataclass(frozen=True)
class RunView:
    """Everything about one run but its curves, its log and the files of its inputs.

    Attributes
    ----------
    when, took : str
        When it was started (or asked for) and how long it worked.
    compared_with : str
        The run that the metrics are compared with, and why that one; empty without one.
    main_picture : ArtifactRow or None
        The first output that has a plot.
    metrics : tuple of MetricTile
        Every final metric, the method's own order first; the first of them are tiles.
    curves : tuple of MetricInfo
        The metrics that were written more than once, in the same order.
    known_tags : tuple of str
        Tags of all runs of the project.
    """

    row: RunRow
    method_title: str
    is_installed: bool
    folder: Path
    when: str
    took: str
    metrics: tuple[MetricTile, ...] = ()
    compared_with: str = ""
    main_picture: ArtifactRow | None = None
    outputs: tuple[OutputGroup, ...] = ()
    settings: tuple[SettingLine, ...] = ()
    inputs: tuple[Input, ...] = ()
    curves: tuple[MetricInfo, ...] = ()
    failure: Failure | None = None
    output_help: Mapping[str, str] = field(default_factory=dict)
    known_tags: tuple[str, ...] = ()

    @property
    def is_at_work(self) -> bool:
        """Whether it waits or works."""
        return self.row.state in AT_WORK

    @property
    def can_resume(self) -> bool:
        """Whether it can go on."""
        return self.row.state in RESUMABLE and self.row.state != "queued" and not self.row.serve


def load_run(project: Project, run_id: str, pinned: Sequence[str] = ()) -> RunView | None:
    """Read a run; None where there is none of that id.

    Parameters
    ----------
    pinned : sequence of str
        Runs that are chosen for comparison: the first of the same method is what the metrics are compared with.
    """
    try:
        detail = read.run_detail(project.store, run_id)
    except RequestError:
        return None
    row, method = detail.row, registry().find(detail.row.method)
    other = _compared(project, row, pinned)
    artifacts = sorted(detail.artifacts, key=lambda one: (method.output_order(one.name), one.name))
    infos = metric_infos(method, detail.metrics)
    curves = frozenset(repeated_names(project.store, run_id))
    lines = setting_lines(method, detail.settings)
    return RunView(
        row=row,
        method_title=method.title if method.spec else f"{row.method} (not installed here)",
        is_installed=bool(method.spec),
        folder=detail.folder,
        when=local_time(row.started if row.started is not None else row.created),
        took=duration_text(row.seconds) if row.seconds is not None else "",
        metrics=metric_tiles(infos, detail.metrics, read.final_values(project.store, [other.run_id]) if other else {}),
        compared_with=_compared_text(other, pinned) if other else "",
        main_picture=next((one for one in artifacts if one.plot is not None), None),
        outputs=output_groups(artifacts),
        settings=lines,
        inputs=detail.inputs,
        curves=tuple(info for info in infos if info.name in curves),
        failure=failure_of(detail, lines, project.store),
        output_help={output.name: output.help for output in method.outputs},
        known_tags=tuple(read.tags(project.store)),
    )


def metric_tiles(
    infos: Sequence[MetricInfo], values: Mapping[str, float], others: Mapping[str, Mapping[str, float]]
) -> tuple[MetricTile, ...]:
    """The final metrics as texts, compared with those of one other run."""
    before = next(iter(others.values()), {})
    return tuple(
        MetricTile(
            info.name,
            metric_title(info.name),
            number_text(values[info.name], measured=True),
            info.unit,
            info.help,
            change_text(info, values[info.name], before.get(info.name)),
        )
        for info in infos
    )


def metric_title(name: str) -> str:
    """A metric in words; the unit stands beside the number.

    >>> metric_title("energy/snn_millijoule"), metric_title("test/accuracy"), metric_title("test/accuracy_std")
    ('Energy: SNN', 'Test accuracy', 'Test: accuracy std')
    """
    family, _, rest = name.rpartition("/")
    parts = [part for part in rest.split("_") if part not in _UNIT_WORDS] or [rest]
    words = " ".join(part.upper() if part in _ACRONYMS else part for part in parts)
    before = " ".join(part.upper() if part in _ACRONYMS else part for part in family.split("_"))
    is_pair = len(parts) == 1 and parts[0].islower() and len(parts) == len(rest.split("_"))
    text = f"{before} {words}".strip() if is_pair or not before else f"{before}: {words}"
    return text[:1].upper() + text[1:]


def change_text(info: MetricInfo, value: float, before: float | None) -> str:
    """How a value differs from another, and whether that is for the better.

    >>> change_text(MetricInfo("test/accuracy", ""), 0.75, 0.74)
    '+0.010, better'
    """
    if before is None or not abs(value - before) < float("inf"):
        return ""
    change = value - before
    if change == 0:
        return "unchanged"
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    text = f"{sign}{number_text(abs(change), 2, measured=True)}"
    if info.better not in ("higher", "lower"):
        return text
    return f"{text}, {'better' if (change > 0) == (info.better == 'higher') else 'worse'}"


def output_groups(artifacts: Sequence[ArtifactRow]) -> tuple[OutputGroup, ...]:
    """Artifacts by kind; kinds and artifacts in the order in which they are given."""
    by_kind: dict[str, list[ArtifactRow]] = {}
    for one in artifacts:
        by_kind.setdefault(one.kind, []).append(one)
    return tuple(
        OutputGroup(_plural(ARTIFACT_KINDS[kind].title) if kind in ARTIFACT_KINDS else kind, tuple(ones))
        for kind, ones in by_kind.items()
    )


def setting_lines(method: Method, settings: Mapping[str, Any]) -> tuple[SettingLine, ...]:
    """Every setting in the order of the form; by name alone where the method cannot be asked."""
    flat = {name: value for name, value in flatten(settings).items() if name != VERSION_KEY}
    try:
        spec = method.load_spec().from_settings(settings) if method.spec else None
    except NeuroError:  # settings of a version that this program does not read any more
        spec = None
    if spec is None:
        return tuple(SettingLine(name, name, value_text(value), "", "", "", is_changed=False) for name, value in flat.items())
    changed = spec.changed()
    infos = _chosen(walk(type(spec)), flat)
    return tuple(
        SettingLine(
            name,
            info.title if info else name,
            _with_unit(value, info),
            _with_unit(changed[name][1], info) if name in changed and _has_default(changed[name][1], info) else "",
            info.group if info else "",
            info.help if info else "",
            is_changed=name in changed,
        )
        for name, value in flat.items()
        for info in (infos.get(name),)
    )


def _compared(project: Project, row: RunRow, pinned: Sequence[str]) -> RunRow | None:
    """The first pinned run of the same method, else the one before this that is done."""
    others = [run_id for run_id in pinned if run_id != row.run_id]
    chosen = {one.run_id: one for one in read.runs(project.store, method=row.method, ids=others)} if others else {}
    if chosen:
        return next(chosen[run_id] for run_id in others if run_id in chosen)
    done = read.runs(project.store, method=row.method, state="done", limit=MOST_LOOKED_AT)
    return next((one for one in done if one.created < row.created and not one.serve and one.run_id != row.run_id), None)


def _compared_text(other: RunRow, pinned: Sequence[str]) -> str:
    name = other.name or other.run_id
    return f"{name} (pinned)" if other.run_id in pinned else f"{name}, the run before"


def _chosen(infos: Sequence[SettingInfo], flat: Mapping[str, Any]) -> dict[str, SettingInfo]:
    """The description of each setting; of members of a union that share a name, that of the chosen member."""
    by_name: dict[str, SettingInfo] = {}
    for info in infos:
        if not info.when or info.when[1] in [
            str(value) for name, value in flat.items() if name.rpartition(".")[0] == info.when[0]
        ]:
            by_name[info.name] = info
    for info in infos:  # the tag of a union is shown under the union's title
        if info.form == "union":
            tags = (name for name, value in flat.items() if name.rpartition(".")[0] == info.name and value in info.choices)
            by_name |= {name: info for name in tags if name not in by_name}
    return by_name


def _with_unit(value: Any, info: SettingInfo | None) -> str:
    text = info.labels.get(str(value), value_text(value)) if info else value_text(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{text} {info.unit}" if info and info.unit and is_number else text


def _has_default(default: Any, info: SettingInfo | None) -> bool:
    return default is not None or (info is not None and info.optional)


def _plural(title: str) -> str:
    return title if title.endswith("s") or title in ("Text",) else f"{title}s"
