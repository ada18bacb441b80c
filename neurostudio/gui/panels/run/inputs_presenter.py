"""What a run was given: each data set or earlier output, where it comes from, and whether it is still the same. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neurostudio.app import Project
from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import ARTIFACT_KINDS, DATA_KINDS
from neurostudio.core.method import Input
from neurostudio.core.provenance import size_of
from neurostudio.data.registry import fingerprint
from neurostudio.report.wording import fact_text, size_text
from neurostudio.store import read
from neurostudio.store.rows import DatasetRow, RunRow

CHECKSUM_SHOWN = 12
_FACTS_SHOWN = ("rows", "lines", "words", "files", "dimensions", "language", "runs", "volumes")


@dataclass(frozen=True)
class InputCard:
    """One input of a run.

    Attributes
    ----------
    origin : str
        Where it comes from, in words.
    page_key : str
        Page that shows it; empty where there is none any more.
    trouble : str
        What is wrong with it now: missing or changed; empty while it is as it was.
    facts : tuple of str
        What was counted at the import.
    """

    role: str
    name: str
    kind: str
    path: Path
    checksum: str
    origin: str
    page_key: str
    trouble: str = ""
    facts: tuple[str, ...] = ()
    size: str = ""


def load_inputs(project: Project, inputs: Sequence[Input]) -> tuple[InputCard, ...]:
    """Look at every input; a file that was touched since its import is read to the end for its checksum."""
    rows = {row.name: row for row in read.datasets(project.store)}
    return tuple(_card(project, given, rows) for given in inputs)


def _card(project: Project, given: Input, rows: dict[str, DatasetRow]) -> InputCard:
    kind = DATA_KINDS.get(given.kind) or ARTIFACT_KINDS.get(given.kind)
    if "run" in given.source:
        made_by = _run(project, given.source["run"])
        name = made_by.name if made_by else given.source["run"]
        return InputCard(
            given.role,
            given.source.get("artifact", given.name),
            kind.title if kind else given.kind,
            given.path,
            given.sha256,
            f"Output of the run {name}" if made_by else f"Output of a run that is not in the project any more ({name})",
            f"run:{made_by.run_id}" if made_by else "",
            _trouble(given, given.path, None),
            size=size_text(size_of(given.path)) if given.path.exists() else "",
        )
    row = rows.get(given.source.get("dataset", given.name))
    path = row.path if row is not None and not given.path.exists() else given.path
    facts = dict(row.report.get("facts", {})) if row is not None else {}
    return InputCard(
        given.role,
        given.name,
        kind.title if kind else given.kind,
        path,
        given.sha256,
        "Data set of the project" if row is not None else "Data set that is not in the project any more",
        f"data:{row.name}" if row is not None else "",
        _trouble(given, path, row),
        tuple(fact_text(name, facts[name]) for name in _FACTS_SHOWN if name in facts),
        size_text(row.size) if row is not None else "",
    )


def _trouble(given: Input, path: Path, row: DatasetRow | None) -> str:
    if not path.exists():
        return f"Missing: there is nothing at {path}"
    if row is not None and given.sha256 and row.sha256 != given.sha256:
        return "The data set has other content now than when the run began"
    if row is not None and path.stat().st_mtime_ns == row.mtime_ns and size_of(path) == row.size:
        return ""
    if given.sha256 and fingerprint(path, given.kind) != given.sha256:
        return "Changed: the file has other content now than when the run began"
    return ""


def _run(project: Project, run_id: str) -> RunRow | None:
    try:
        return read.find_run(project.store, run_id)
    except RequestError:
        return None
