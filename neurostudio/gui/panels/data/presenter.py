"""What the page of a data set shows, from its record alone: nothing is read from the data themselves. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurostudio.app import Project, import_data
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.kinds import DATA_KINDS
from neurostudio.core.registry import registry
from neurostudio.data.import_report import ImportReport, Problem
from neurostudio.data.registry import fingerprint
from neurostudio.gui.panels.parts.times import local_time
from neurostudio.report.brain_facts import brain_fact_lines
from neurostudio.report.wording import clean, number_text, size_text, value_text
from neurostudio.store import read
from neurostudio.store.rows import DatasetRow, RunRow
from neurostudio.store.uses import runs_with_dataset

SAMPLE_CHARACTERS = 300
_BRAIN = "fmri"
_SPREADS = ("words_per_sentence", "characters_per_sentence")
_ELSEWHERE = ("classes", "columns", "form", "duplicates", "empty_rows", "unlabelled_rows", *_SPREADS)


@dataclass(frozen=True)
class ClassShare:
    """One class of labelled data: how many rows, and their share of all."""

    name: str
    count: int
    share: float


@dataclass(frozen=True)
class Use:
    """One way to use the data in a run: the role that they can fill."""

    method: str
    title: str
    role: str


@dataclass(frozen=True)
class SampleTable:
    """A few items as rows of texts; `numbers` are the columns that hold numbers."""

    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class DataView:
    """Everything that the record of a data set tells.

    Attributes
    ----------
    place : str
        ``linked`` or ``copied into the project``.
    trouble : NeuroError or None
        Why the data cannot be used now: missing or changed.
    is_missing : bool
        Whether nothing lies at the path.
    facts : tuple of (name, value)
        What was counted, in words.
    used_by : tuple of RunRow
        Runs that worked with it, newest first.
    can_peek : bool
        Whether single lines of the file can be shown.
    """

    row: DatasetRow
    kind_title: str
    form: str
    size: str
    place: str
    added: str
    report: ImportReport
    trouble: NeuroError | None = None
    is_missing: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    classes: tuple[ClassShare, ...] = ()
    sample: SampleTable = SampleTable()
    problems: tuple[Problem, ...] = ()
    used_by: tuple[RunRow, ...] = ()
    uses: tuple[Use, ...] = ()
    can_peek: bool = False


def load_dataset(project: Project, name: str) -> DataView | None:
    """Read the record of a data set; None where there is none of that name."""
    try:
        row = read.dataset(project.store, name)
    except RequestError:
        return None
    report = ImportReport.from_dict({"kind": row.kind, "form": "", **row.report})
    kind = DATA_KINDS.get(row.kind)
    trouble, is_missing = _trouble(row)
    return DataView(
        row=row,
        kind_title=kind.title if kind else row.kind,
        form=report.form,
        size=size_text(row.size),
        place="copied into the project" if row.copied else "linked",
        added=local_time(row.added),
        report=report,
        trouble=trouble,
        is_missing=is_missing,
        facts=tuple(fact_lines(report)),
        classes=class_shares(report.facts),
        sample=sample_table(report),
        problems=report.problems,
        used_by=tuple(runs_with_dataset(project.store, name)),
        uses=uses_of(row.kind),
        can_peek=not is_missing and row.path.is_file() and row.path.suffix != ".parquet" and row.kind != _BRAIN,
    )


def uses_of(kind: str) -> tuple[Use, ...]:
    """The input roles of all methods that take data of a kind, required ones first."""
    roles = [(method, role) for method in registry().methods.values() for role in method.inputs if kind in role.kinds]
    roles.sort(key=lambda pair: not pair[1].required)
    return tuple(Use(method.id, method.title, role.name) for method, role in roles)


def class_shares(facts: Mapping[str, Any]) -> tuple[ClassShare, ...]:
    """The classes with their counts, as the reader ordered them."""
    counts = facts.get("classes")
    if not isinstance(counts, dict) or not counts:
        return ()
    total = sum(counts.values())
    return tuple(ClassShare(str(name), int(count), count / total if total else 0.0) for name, count in counts.items())


def fact_lines(report: ImportReport) -> list[tuple[str, str]]:
    """The facts that are numbers and words, as pairs of name and text.

    >>> fact_lines(ImportReport("corpus", "text", {"lines": 20480, "size_bytes": 1_000_000}))
    [('Lines', '20,480'), ('Size', '1 MB')]
    """
    if report.kind == _BRAIN:
        return brain_fact_lines(report.facts)
    facts = report.facts
    lines = [(_name(key), _value(key, value)) for key, value in facts.items() if key not in _ELSEWHERE and _is_plain(value)]
    if isinstance(facts.get("classes"), dict):
        lines.insert(1, ("Classes", number_text(len(facts["classes"]))))
    if isinstance(columns := facts.get("columns"), list):
        lines.append(("Columns", value_text([one["name"] if isinstance(one, dict) else one for one in columns])))
    for key in _SPREADS:
        if isinstance(spread := facts.get(key), dict):
            words = f"median {number_text(spread['median'])}, {number_text(spread['min'])} to {number_text(spread['max'])}"
            lines.append((_name(key), words))
    if isinstance(twice := facts.get("duplicates"), dict):
        same, conflicting = int(twice.get("same_label", 0)), int(twice.get("conflicting_labels", 0))
        lines.append(
            ("Repeated texts", f"{number_text(same)} with the same label, {number_text(conflicting)} under different labels")
        )
    for key, words in (("empty_rows", "Rows without text"), ("unlabelled_rows", "Rows without label")):
        if facts.get(key):
            lines.append((words, number_text(len(facts[key]))))
    return lines


def sample_table(report: ImportReport) -> SampleTable:
    """The sample items as a table; for a table kind with the type of each column in its header."""
    items = report.sample
    headers = list(dict.fromkeys(key for item in items for key in item))
    numbers = frozenset(
        place for place, key in enumerate(headers) if all(isinstance(item.get(key), int | float | None) for item in items)
    )
    rows = tuple(
        tuple(clean(value_text(item[key]))[:SAMPLE_CHARACTERS] if key in item else "" for key in headers) for item in items
    )
    types = {one["name"]: one["type"] for one in report.facts.get("columns", ()) if isinstance(one, dict)}
    titles = tuple(f"{key} ({types[key]})" if key in types else _name(key) for key in headers)
    return SampleTable(titles, rows, numbers)


def recheck(project: Project, name: str) -> ImportReport:
    """Read the data again and keep what was found; NeuroError where they cannot be read."""
    row = read.dataset(project.store, name)
    (done,) = import_data(project, [row.path], kind=row.kind, name=name, copy=row.copied, options=row.options)
    return done.report


def find_again(project: Project, name: str, path: Path) -> ImportReport:
    """Take the data from another place: the same content under the same name.

    Raises
    ------
    RequestError
        Nothing is there, or it is something else.
    """
    row = read.dataset(project.store, name)
    if row.sha256 and fingerprint(path, row.kind) != row.sha256:
        raise RequestError(
            f"{path} has other content than '{name}'",
            "Its checksum is not the one of the import",
            "Choose the file that was imported, or import this one under a name of its own",
        )
    (done,) = import_data(project, [path], kind=row.kind, name=name, options=row.options)
    return done.report


def _trouble(row: DatasetRow) -> tuple[NeuroError | None, bool]:
    try:
        found = row.path.stat()
    except OSError:
        error = NeuroError(
            f"The data of '{row.name}' are missing",
            f"There is nothing at {row.path}",
            "Say where they are now; the checksum tells whether they are the same",
        )
        return error, True
    if row.path.is_file() and (found.st_size != row.size or found.st_mtime_ns != row.mtime_ns):
        return NeuroError(
            f"The file of '{row.name}' was written to since it was imported",
            "Runs refuse it where its content has changed",
            "Check it again: what it holds now is then what runs work with",
        ), False
    return None, False


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _name(key: str) -> str:
    text = key.removesuffix("_bytes").replace("_", " ")
    return text[:1].upper() + text[1:]


def _value(key: str, value: Any) -> str:
    if key.endswith("_bytes"):
        return size_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value_text(value) if not isinstance(value, bool) else ("yes" if value else "no")
    return f"{number_text(100 * value, 3)} %" if key.endswith("_share") else number_text(value)
