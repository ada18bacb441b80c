"""What the report page says and asks for, without Qt."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from neurostudio.app import Project, list_runs
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.events import FINAL_STATES
from neurostudio.core.files import replaced
from neurostudio.core.registry import registry
from neurostudio.gui.panels.method.presenter import when_text
from neurostudio.report.write import REPORT_SUFFIXES
from neurostudio.store.read import reports
from neurostudio.store.rows import ReportRow

NEW = "new"
MOST_AT_ONCE = 12  # newest runs that are chosen where nobody chose: drawing takes seconds for each
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class RunItem:
    """A run that has ended and can be reported."""

    run_id: str
    name: str
    method: str
    state: str
    when: str


@dataclass(frozen=True)
class WrittenReport:
    """A report of this project."""

    path: Path
    title: str
    when: str
    runs: tuple[str, ...]
    exists: bool

    @property
    def key(self) -> str:
        """Key of its page."""
        return f"report:{self.path}"


@dataclass(frozen=True)
class ReportView:
    """What can be reported, what was written, and, for a report that exists, which one the page shows."""

    runs: tuple[RunItem, ...]
    written: tuple[WrittenReport, ...]
    shown: WrittenReport | None = None


def asked_runs(rest: str) -> tuple[str, ...] | None:
    """The runs in ``new:<id>,<id>`` (none in ``new``); None where the key names a file.

    >>> asked_runs("new:a,b"), asked_runs("new"), asked_runs("/study/report.html")
    (('a', 'b'), (), None)
    """
    word, colon, ids = rest.partition(":")
    if word != NEW or (rest != NEW and not colon):
        return None
    return tuple(one for one in ids.split(",") if one)


def load(project: Project | None, path: Path | None) -> ReportView:
    """Read runs and reports of a project; `path` is the report that is shown."""
    if project is None:
        return ReportView((), ())
    titles = registry()
    runs = tuple(
        RunItem(row.run_id, row.name, titles.find(row.method).title, row.state, when_text(row.created))
        for row in list_runs(project)
        if row.state in FINAL_STATES and not row.serve
    )
    written = tuple(_written(row) for row in reports(project.store))
    return ReportView(runs, written, next((one for one in written if path is not None and one.path == path), None))


def default_title(project: Project | None) -> str:
    """Title of a report that has none yet."""
    return f"Report of {project.path.name}" if project else "Report"


def file_name(title: str, suffix: str = ".html") -> str:
    """A file name for a title.

    >>> file_name("Pilot: Bernoulli / direct")
    'pilot-bernoulli-direct.html'
    """
    return f"{_NOT_IN_NAMES.sub('-', title).strip('-.').lower() or 'report'}{suffix}"


def checked_target(path: Path) -> Path:
    """Where a report is written: ``.html`` unless it is named otherwise; RequestError for other endings."""
    target = path if path.suffix else path.with_suffix(REPORT_SUFFIXES[0])
    if target.suffix.lower() not in REPORT_SUFFIXES:
        raise RequestError(f"A report cannot be written as '{path.name}'", fix="Choose a name that ends in .html or .pdf")
    return target


def report_words(
    project: Path, runs: tuple[str, ...], title: str, target: Path, *, simple: bool = False
) -> tuple[str | Path, ...]:
    """The command that writes a report, as its words."""
    options: tuple[str | Path, ...] = ("--title", title, "--output", target, "--json")
    return ("report", project, *runs, *options, *(("--simple",) if simple else ()))


def copy_report(source: Path, target: Path) -> None:
    """Copy a report to another place, all or nothing."""
    if not source.is_file():
        raise NeuroError(f"There is no report {source}", "It was moved or deleted", "Write it again")
    if source.resolve() != target.resolve():
        with replaced(target) as partial:
            shutil.copyfile(source, partial)


def _written(row: ReportRow) -> WrittenReport:
    return WrittenReport(row.path, row.title, when_text(row.created), row.runs, row.path.is_file())
