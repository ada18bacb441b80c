"""Gathering what a report needs from the index, and writing it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import neurostudio
from neurostudio.app.project import Project
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.events import FINAL_STATES
from neurostudio.core.method import Method
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import relative_path
from neurostudio.core.spec import SettingInfo, flatten, walk
from neurostudio.report import write_report
from neurostudio.report.content import ReportArtifact, ReportContent, ReportCurve, ReportInput, RunContent
from neurostudio.store.read import curve, curve_names, datasets, run_detail
from neurostudio.store.read import runs as read_runs
from neurostudio.store.rows import RunDetail, RunRow

MOST_COUNTS = 12


@dataclass(frozen=True)
class MadeReport:
    """A report that was written, and the ids of the runs in it."""

    path: Path
    title: str
    runs: tuple[str, ...]


def make_report(
    project: Project, keys: Sequence[str], output: Path | str, title: str = "", *, simple: bool = False
) -> MadeReport:
    """Write a report of the named runs (all that have ended unless named) to an ``.html`` or ``.pdf`` file.

    Parameters
    ----------
    simple : bool
        Tables and PNG pictures only, for viewers that know little HTML. Such a copy is not listed among the project's reports.

    Raises
    ------
    RequestError
        Unknown run, no run to report, or another file ending.
    """
    path = Path(output).absolute()
    rows = [project.find_run(key) for key in keys] if keys else _ended(project)
    if not rows:
        raise RequestError(
            "There is no finished run to report", fix="Run something first: `neurostudio methods` lists what can be run"
        )
    content = ReportContent(
        title=title or f"Report of {project.path.name}",
        project_name=project.path.name,
        created=time.time(),
        runs=tuple(run_content(project, row.run_id) for row in rows),
        program_version=neurostudio.__version__,
    )
    write_report(content, path, simple=simple)
    made = MadeReport(path, content.title, tuple(row.run_id for row in rows))
    if not simple and not project.store.read_only:
        project.store.put_report(path, made.title, made.runs)
    return made


def run_content(project: Project, run_id: str) -> RunContent:
    """Everything a report shows of one run."""
    detail = run_detail(project.store, run_id)
    row = detail.row
    method = registry().find(row.method)
    changed, titles = _settings(method, detail)
    facts = {one.name: _shown_facts(one.report) for one in datasets(project.store)}
    units = {metric.name: metric.unit for metric in method.metrics}
    return RunContent(
        id=row.run_id,
        name=row.name,
        method=method,
        state=row.state,
        seed=row.seed,
        attempt=row.attempt,
        created=row.created,
        seconds=row.seconds,
        settings=flatten(detail.settings),
        changed=changed,
        setting_titles=titles,
        inputs=tuple(
            ReportInput(one.role, one.name, one.kind, relative_path(one.path, project.path), one.sha256, facts.get(one.name, {}))
            for one in detail.inputs
        ),
        metrics=detail.metrics,
        curves=tuple(_curve(project, run_id, name, units.get(name, "")) for name in curve_names(project.store, run_id)),
        artifacts=tuple(_artifacts(method, detail)),
        versions=detail.request.get("versions", {}),
        machine=detail.request.get("machine", {}),
        error=asdict(detail.error) if detail.error else None,
        notes=row.notes,
        tags=tuple(row.tags),
    )


def _artifacts(method: Method, detail: RunDetail) -> list[ReportArtifact]:
    """Artifacts in the order that the method's record gives them."""
    ordered = sorted(detail.artifacts, key=lambda one: (method.output_order(one.name), one.name))
    return [ReportArtifact(one.name, one.kind, one.path, one.title, one.size, one.sha256, one.plot) for one in ordered]


def _ended(project: Project) -> list[RunRow]:
    return [row for row in reversed(list(read_runs(project.store))) if row.state in FINAL_STATES]


def _settings(method: Method, detail: RunDetail) -> tuple[dict[str, tuple[object, object]], dict[str, SettingInfo]]:
    """Settings that differ from the defaults, and their titles; empty where the method is not installed here."""
    if not method.spec:
        return {}, {}
    try:
        spec = method.load_spec()
        return spec.from_settings(detail.settings).changed(), {info.name: info for info in walk(spec)}
    except NeuroError:  # settings of a version that this program does not read any more
        return {}, {}


def _curve(project: Project, run_id: str, name: str, unit: str) -> ReportCurve:
    found = curve(project.store, run_id, name)
    return ReportCurve(name, unit, list(found.steps), list(found.values))


def _shown_facts(report: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of an import that fit into a line: single values, and counts by name."""
    shown: dict[str, Any] = {}
    for name, value in dict(report.get("facts", {})).items():
        if isinstance(value, dict) and all(isinstance(count, int) for count in value.values()) and len(value) <= MOST_COUNTS:
            shown[name] = ", ".join(f"{key} ({count})" for key, count in value.items())
        elif isinstance(value, str | int | float):
            shown[name] = value
    return shown
