"""What an import would do with each file, before it does it. Plain Python; what reads files is called in a thread."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from neurostudio.app.datasets import check_name, free_name, import_data, preview
from neurostudio.app.project import Project
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.kinds import DATA_KINDS
from neurostudio.core.provenance import size_of
from neurostudio.data.import_report import ImportReport
from neurostudio.data.registry import readers, recognise
from neurostudio.gui.shell.importing.reader_options import option_title
from neurostudio.report.wording import number_text, size_text
from neurostudio.store.rows import DatasetRow

MOST_FILES = 200
HIDDEN = (".", "~")

_SAID_ENCODING = re.compile(r"the encoding ([\w-]+\d[\w-]*)")

_READING_OPTIONS = "under Reading options"
_QUOTES = f"Quotes, {_READING_OPTIONS}"
_SAID_OPTION = re.compile(r"the option (\w+) \(--option [^)]*\)")

State = Literal["waiting", "reading", "ready", "unusable", "importing", "imported"]


@dataclass(frozen=True)
class Candidate:
    """One file or folder that may be imported.

    Attributes
    ----------
    kind, recognised : str
        Kind that the person chose (empty for "recognise it"), and the one that was recognised, also where it cannot be read.
    options : dict
        Options of the reader that the person chose.
    name : str
        Name in the project.
    is_named : bool
        Whether it must be this name: the person typed it, or it keeps two files of the list apart. Otherwise the import
        may find the same content again under the name that it has.
    version : int
        Grows with each change of kind or options: what was read for an older one is not shown.
    """

    path: Path
    kind: str = ""
    recognised: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    is_named: bool = False
    copy: bool = False
    state: State = "waiting"
    report: ImportReport | None = None
    error: NeuroError | None = None
    size: int = 0
    version: int = 0

    @property
    def asks(self) -> bool:
        """Whether an option answers what stands in the way."""
        return self.report is not None and any(_READING_OPTIONS in problem.message for problem in self.report.errors)

    @property
    def found_kind(self) -> str:
        """The kind that was chosen or recognised; empty where neither is."""
        return self.kind or self.recognised

    def summary(self) -> str:
        """Kind and amount in a few words."""
        if self.state in ("waiting", "reading", "importing", "imported"):
            return {"waiting": "waiting", "reading": "reading", "importing": "importing"}.get(
                self.state, f"imported as {self.name}"
            )
        if self.report is None:
            return "cannot be read"
        title = kind_title(self.report.kind)
        counted = next((word for word in ("rows", "runs") if self.report.facts.get(word)), "")
        amount = f"{number_text(self.report.facts[counted])} {counted}" if counted else size_text(self.size)
        return f"{title}, {amount}" if self.state == "ready" else f"{title}, cannot be used"


@dataclass(frozen=True)
class Look:
    """What a reading of one candidate found; `kind` is told also where the file cannot be read."""

    kind: str = ""
    report: ImportReport | None = None
    error: NeuroError | None = None
    size: int = 0


class ImportList:
    """The candidates of one import dialog, and the names that are taken in the project."""

    def __init__(self, known: Sequence[DatasetRow] = ()) -> None:
        self.items: list[Candidate] = []
        self._taken: dict[str, DatasetRow] = {}
        self.know(known)

    def know(self, known: Sequence[DatasetRow]) -> None:
        """Take note of the data sets of the project."""
        self._taken = {row.name: row for row in known}

    def add(self, paths: Iterable[Path]) -> list[Path]:
        """Add what is not listed yet; returns what was added."""
        there = {item.path for item in self.items}
        added = [path for path in dict.fromkeys(paths) if path not in there]
        for path in added:
            known = next((name for name, row in self._taken.items() if row.path == path), "")
            name = known or free_name(path, {*self._taken, *(item.name for item in self.items)})
            self.items.append(Candidate(path, name=name, is_named=not known and name != free_name(path, self._taken)))
        return added

    def find(self, path: Path) -> Candidate | None:
        """The candidate of a path."""
        return next((item for item in self.items if item.path == path), None)

    def put(self, changed: Candidate) -> None:
        """Take over a changed candidate; one that was taken off the list stays away."""
        self.items = [changed if item.path == changed.path else item for item in self.items]

    def remove(self, path: Path) -> None:
        """Take a candidate off the list."""
        self.items = [item for item in self.items if item.path != path]

    def next_waiting(self) -> Candidate | None:
        """The next one to be read."""
        return next((item for item in self.items if item.state == "waiting"), None)

    def take(self, asked: Candidate, look: Look) -> bool:
        """Note what a reading found; False where the person has changed the question meanwhile."""
        now = self.find(asked.path)
        if now is None or now.version != asked.version:
            return False
        is_usable = look.report is not None and not look.report.errors
        state: State = "ready" if is_usable else "unusable"
        found = replace(now, state=state, recognised=look.kind, report=look.report, error=look.error, size=look.size or now.size)
        self.put(found)
        return True

    def ready(self) -> list[Candidate]:
        """Those that can be imported now."""
        return [item for item in self.items if item.state == "ready" and not self.name_problem(item)]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to decide."""
        return bool(self.items) and all(item.state == "imported" for item in self.items)

    def name_problem(self, item: Candidate) -> str:
        """Why the name of a candidate cannot be used; empty where it can."""
        try:
            check_name(item.name)
        except RequestError as error:
            return f"{error.what}. {error.fix}."
        lower = item.name.casefold()
        if any(other.path != item.path and other.name.casefold() == lower for other in self.items):
            return "Another file of this list has the name"
        taken = next((row for name, row in self._taken.items() if name.casefold() == lower), None)
        if taken is not None and taken.path != item.path and item.is_named:
            return f"A data set of this project has the name '{taken.name}'"
        return ""

    def is_known(self, item: Candidate) -> bool:
        """Whether this very file is a data set of the project already."""
        row = self._taken.get(item.name)
        return row is not None and row.path == item.path


# --- in a thread


def expand(paths: Iterable[Path | str]) -> list[Path]:
    """The files and folders to look at: a folder that is no data set stands for the files in it.

    Raises
    ------
    RequestError
        A folder holds nothing, or too much, to look at.
    """
    found: list[Path] = []
    for path in (Path(one).absolute() for one in paths):
        if not path.is_dir() or _is_dataset(path):
            found.append(path)
            continue
        files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith(HIDDEN))
        if not files:
            raise RequestError(f"The folder {path} holds no data that can be read", fix="Choose its files, or another folder")
        found += files
    if len(found) > MOST_FILES:
        raise RequestError(f"{len(found):,} files are too many to look at", fix=f"Choose at most {MOST_FILES} at once")
    return found


def look_at(path: Path, kind: str, options: Mapping[str, Any]) -> Look:
    """Read one candidate as an import would."""
    try:
        size = size_of(path) if path.exists() else 0
    except OSError as error:
        return Look(kind, error=NeuroError(f"{path} cannot be read", error.strerror or str(error)))
    found = kind
    try:
        found = kind or recognise(path)
        return Look(found, _worded(preview(path, found, options)), size=size)
    except NeuroError as error:
        return Look(found, error=_for_the_window(error), size=size)


def remedy(item: Candidate) -> tuple[str, dict[str, Any]] | None:
    """What one button can do about a file that cannot be read: its words, and the options to read it with."""
    text = item.error.fix if item.error else ""
    if (match := _SAID_ENCODING.search(text)) is not None:
        return f"Read as {match[1]}", {**item.options, "encoding": match[1]}
    if _QUOTES in text:
        return "Take quotes as plain characters", {**item.options, "quoting": "none"}
    return None


def import_one(project: Project, item: Candidate) -> tuple[str, bool]:
    """Import a candidate; returns its name in the project, and whether the same content was known already."""
    (done,) = import_data(
        project,
        [item.path],
        kind=item.found_kind or None,
        name=item.name if item.is_named else None,
        copy=item.copy,
        options=item.options,
    )
    return done.name, done.found_again


def kinds_to_choose() -> tuple[tuple[str, str], ...]:
    """Kinds that this installation reads: id and title, by title."""
    return tuple(sorted(((kind, kind_title(kind)) for kind in readers()), key=lambda pair: pair[1].casefold()))


def kind_title(kind: str) -> str:
    """A data kind as people read it."""
    return DATA_KINDS[kind].title if kind in DATA_KINDS else kind


def _for_the_window(error: NeuroError) -> NeuroError:
    """Say choices in place of flags of the command line."""
    if "--kind" in error.fix:
        return NeuroError(error.what, error.why, "Choose its kind above")
    fix = error.fix.replace("--encoding", "the encoding").replace("with the option quoting=none", f"({_QUOTES})")
    return NeuroError(error.what, error.why, fix)


def _worded(report: ImportReport) -> ImportReport:
    """The report with choices in place of flags of the command line."""

    def words(match: re.Match[str]) -> str:
        return f"{option_title(match[1])}, {_READING_OPTIONS}"

    problems = tuple(replace(one, message=_SAID_OPTION.sub(words, one.message)) for one in report.problems)
    return replace(report, problems=problems)


def _is_dataset(folder: Path) -> bool:
    try:
        recognise(folder)
    except NeuroError:
        return False
    return True
