"""What a report is made from: plain frozen records that the app fills from the index.

The report knows no run folder, no database and no method's code: it sees these records and the artifact files they name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurostudio.core.kinds import Plot
from neurostudio.core.method import Method
from neurostudio.core.spec import SettingInfo
from neurostudio.report.wording import clean


@dataclass(frozen=True)
class ReportArtifact:
    """One output of a run.

    Attributes
    ----------
    name, kind, title : str
        As in the run's ``artifact`` event; `kind` is one of ``core.kinds.ARTIFACT_KINDS``.
    path : Path
        The file (a folder for ``weights``) on this machine; it is read, and its place is never printed.
    size : int
        Bytes.
    plot : Plot, optional
        How its numbers are drawn; None for what is shown as a table, a text or a name only.
    """

    name: str
    kind: str
    path: Path
    title: str = ""
    size: int = 0
    sha256: str = ""
    plot: Plot | None = None


@dataclass(frozen=True)
class ReportInput:
    """One input of a run.

    Attributes
    ----------
    path_text : str
        The path as it is recorded: relative to the project where it lies inside.
    facts : mapping
        What was counted at the import: ``rows``, ``size_bytes``, ``labels`` ...
    """

    role: str
    name: str
    kind: str
    path_text: str = ""
    sha256: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportCurve:
    """Every value of one metric of one run: ``values[i]`` was written at ``steps[i]`` (None: without a step)."""

    name: str
    unit: str
    steps: Sequence[int | None]
    values: Sequence[float]


@dataclass(frozen=True)
class RunContent:
    """One run.

    Attributes
    ----------
    created : float
        Unix seconds.
    seconds : float, optional
        Working time over all attempts; None where it never started.
    settings : mapping
        Every setting: dotted name -> plain value.
    changed : mapping
        Settings that differ from the defaults: dotted name -> (value, default).
    setting_titles : mapping
        dotted name -> SettingInfo, for titles and units; may be empty when the method is not installed here.
    metrics : mapping
        Final value of each metric.
    error : mapping, optional
        ``what``, ``why``, ``fix`` and, where there is one, ``traceback``.
    """

    id: str
    name: str
    method: Method
    state: str
    seed: int = 0
    attempt: int = 1
    created: float = 0.0
    seconds: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    setting_titles: Mapping[str, SettingInfo] = field(default_factory=dict)
    inputs: tuple[ReportInput, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    curves: tuple[ReportCurve, ...] = ()
    artifacts: tuple[ReportArtifact, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportContent:
    """A whole report: any number of runs of one project, in the order they are shown."""

    title: str
    project_name: str
    created: float
    runs: tuple[RunContent, ...] = ()
    program_version: str = ""


def identity(run: RunContent) -> dict[str, str]:
    """Where a picture comes from, for the metadata of its file: run, name, method, seed and program.

    >>> identity(RunContent("r1", "first", Method("a.b", "A", "", "", ""), "done", seed=3))["seed"]
    '3'
    """
    program = f"NeuroStudio {run.versions.get('neurostudio', '')}".strip()
    fields = {"run": run.id, "name": run.name, "method": run.method.id, "seed": str(run.seed), "program": program}
    return {key: clean(value) for key, value in fields.items()}
