"""What the page of a method says, without Qt: its record, whether it can run here, its runs."""

import importlib.metadata
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from neurostudio.app import Project, import_data, list_runs, show
from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import ARTIFACT_KINDS, DATA_KINDS
from neurostudio.core.method import InputRole, Method, MetricInfo
from neurostudio.core.registry import registry
from neurostudio.report.wording import duration_text, number_text
from neurostudio.store.read import datasets, final_values
from neurostudio.store.rows import ArtifactRow, RunRow

MOST_METRICS = 4
MOST_PICTURES = 4
SAMPLE_NAMES = {"labelled-text": "sample-reviews", "corpus": "sample-corpus", "fmri": "listening"}


@dataclass(frozen=True)
class RunChoice:
    """A run whose results can be looked at."""

    run_id: str
    text: str
    state: str


@dataclass(frozen=True)
class RunLine:
    """One run in the list: its texts are ready to be shown, `metrics` in the order of :func:`main_metrics`."""

    run_id: str
    name: str
    state: str
    metrics: tuple[str, ...]
    took: str
    when: str


@dataclass(frozen=True)
class Need:
    """One input of the method, and what of the project fits it.

    Attributes
    ----------
    kinds : str
        In words.
    fitting : tuple of str
        Names of data sets that fit, newest first.
    data_kind : str
        First kind of data set that fits; empty where only outputs of runs do.
    sample : str
        Kind of the sample data set that would fit; empty for none.
    """

    role: InputRole
    kinds: str
    fitting: tuple[str, ...]
    data_kind: str
    sample: str


@dataclass(frozen=True)
class MethodView:
    """Everything that the page shows and that may change.

    Attributes
    ----------
    latest : str
        Id of the newest finished run; empty for none.
    pictures : tuple of ArtifactRow
        First outputs of that run, in the order of the method's record.
    """

    needs: tuple[Need, ...]
    runs: tuple[RunLine, ...]
    latest: str
    latest_name: str
    pictures: tuple[ArtifactRow, ...]


def find_method(method_id: str) -> Method:
    """The method, or a stand-in for one that is not installed."""
    return registry().find(method_id)


def problem(method: Method) -> NeuroError | None:
    """Why the method cannot run here, and what to do; None where it can, as far as can be told without loading it."""
    if not method.spec:
        broken = next((one for one in registry().broken if one.name == method.domain or one.name == method.id), None)
        why = f"{broken.distribution} could not be read: {broken.problem}" if broken else "No installed package brings it"
        return NeuroError(f"The method '{method.id}' is not installed here", why, "Install the plugin that it came with")
    try:
        method.load_spec()
    except NeuroError as error:
        return error
    if method.interpreter:
        if Path(method.interpreter).exists():
            return None
        return NeuroError(
            f"{method.id} runs in another Python, which is missing", f"There is no {method.interpreter}", "Install it there"
        )
    missing = [name for name in method.packages if not _is_installed(name)]
    if not missing:
        return None
    wanted = f"pip install 'neurostudio[{method.extra}]'" if method.extra else f"pip install {' '.join(missing)}"
    names = ", ".join(f"'{name}'" for name in missing)
    return NeuroError(f"{method.title} cannot run here", f"It needs {names}, which is not installed", f"Install it: {wanted}")


def main_metrics(method: Method) -> tuple[MetricInfo, ...]:
    """The metrics that a list of runs shows: the record names what matters most first."""
    return method.metrics[:MOST_METRICS]


def load(project: Project | None, method: Method) -> MethodView:
    """Read what the project has for a method; empty without a project."""
    if project is None:
        return MethodView(tuple(_need(role, []) for role in method.inputs), (), "", "", ())
    rows = [row for row in list_runs(project, method=method.id) if not row.serve]
    there = [(row.name, row.kind) for row in sorted(datasets(project.store), key=lambda row: -row.added)]
    values = final_values(project.store, [row.run_id for row in rows])
    infos = main_metrics(method)
    lines = tuple(_line(row, values.get(row.run_id, {}), infos) for row in rows)
    latest = next((row for row in rows if row.state == "done"), None)
    return MethodView(
        needs=tuple(_need(role, there) for role in method.inputs),
        runs=lines,
        latest=latest.run_id if latest else "",
        latest_name=latest.name if latest else "",
        pictures=first_pictures(method, show(project, latest.run_id).artifacts) if latest else (),
    )


def first_pictures(method: Method, artifacts: Iterable[ArtifactRow], most: int = MOST_PICTURES) -> tuple[ArtifactRow, ...]:
    """The first outputs that can be drawn, in the order of the method's record."""
    ordered = sorted(artifacts, key=lambda one: (method.output_order(one.name), one.name))
    return tuple(one for one in ordered if one.plot is not None or one.kind in ("figure", "volume", "tissue"))[:most]


def add_sample(project: Project, kind: str) -> str:
    """Make the sample data set of a kind, unless it is there; returns its name."""
    from neurostudio.app.sample_studies import add_listening
    from neurostudio.data.samples import write_sample_corpus, write_sample_reviews

    name = SAMPLE_NAMES[kind]
    if name in {row.name for row in datasets(project.store)}:
        return name
    if kind == "fmri":
        add_listening(project, name)
    else:
        write = {"labelled-text": write_sample_reviews, "corpus": write_sample_corpus}[kind]
        import_data(project, [write(project.path / "data")], kind=kind, name=name)
    return name


def first_inputs(view: MethodView) -> dict[str, list[str]]:
    """Inputs to begin with: for each role that a run needs the newest data set that fits."""
    return {need.role.name: [need.fitting[0]] for need in view.needs if need.role.required and need.fitting}


def metric_text(value: float | None) -> str:
    """A number of the list; a dash for none."""
    return "–" if value is None else number_text(value, measured=True)


def when_text(unix_seconds: float, now: float | None = None) -> str:
    """A time as people say it: ``14:32`` today, ``24 Nov 14:32`` this year, else with the year.

    >>> when_text(0.0, 1.0) == time.strftime("%H:%M", time.localtime(0.0))
    True
    """
    then, today = time.localtime(unix_seconds), time.localtime(time.time() if now is None else now)
    clock = time.strftime("%H:%M", then)
    if then[:3] == today[:3]:
        return clock
    day = f"{then.tm_mday} {time.strftime('%b', then)}"
    return f"{day} {clock}" if then.tm_year == today.tm_year else f"{day} {then.tm_year}"


def _line(row: RunRow, values: Mapping[str, float], infos: Iterable[MetricInfo]) -> RunLine:
    return RunLine(
        run_id=row.run_id,
        name=row.name,
        state=row.state,
        metrics=tuple(metric_text(values.get(info.name)) for info in infos),
        took=duration_text(row.seconds),
        when=when_text(row.created),
    )


def _need(role: InputRole, there: list[tuple[str, str]]) -> Need:
    titles = [(DATA_KINDS.get(kind) or ARTIFACT_KINDS[kind]).title for kind in role.kinds]
    data_kinds = [kind for kind in role.kinds if kind in DATA_KINDS]
    return Need(
        role=role,
        kinds=" or ".join(titles).capitalize(),
        fitting=tuple(name for name, kind in there if kind in role.kinds),
        data_kind=data_kinds[0] if data_kinds else "",
        sample=next((kind for kind in role.kinds if kind in SAMPLE_NAMES), ""),
    )


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
