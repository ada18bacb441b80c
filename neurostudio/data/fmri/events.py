"""Events of a run: when what was shown or done, from a BIDS ``events.tsv`` or an FSL three-column file.

Onsets count from the first stored volume (the rule of BIDS): volumes that the scanner or somebody threw away are not in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.text_table import Floats, TextTable, is_missing, read_text_table
from neurostudio.data.import_report import Problem, kept_lines, lines_in_words, worst_first

UNNAMED = "event"
"""Type of events in a table without a column ``trial_type``."""

_FSL_COLUMNS = ("onset", "duration", "weight")
_LATE_S = 1e-3


@dataclass(frozen=True, eq=False)
class Events:
    """Events in the order of their onsets.

    Attributes
    ----------
    onset_s : ndarray, shape (n_event,)
        Seconds from the first stored volume.
    duration_s : ndarray, shape (n_event,)
        Seconds; 0 where the file says ``n/a``.
    trial_type : ndarray of str, shape (n_event,)
        Type of each event; ``n/a`` where the file says so.
    extra : dict of str to tuple of str
        The other columns, as they stand in the file.
    lines : tuple of int
        Line of each event in the file.
    problems : tuple of Problem
        What was odd; worst first.
    """

    onset_s: Floats
    duration_s: Floats
    trial_type: npt.NDArray[np.str_]
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    path: Path | None = None
    lines: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.onset_s)

    @property
    def end_s(self) -> Floats:
        """End of each event in seconds, shape ``(n_event,)``."""
        return self.onset_s + self.duration_s

    @property
    def types(self) -> tuple[str, ...]:
        """The types that occur, in the order of their first event."""
        return tuple(dict.fromkeys(map(str, self.trial_type)))

    def of_type(self, name: str) -> "Events":
        """The events of one type."""
        return self.where(self.trial_type == name)

    def where(self, kept: npt.NDArray[np.bool_]) -> "Events":
        """The events for which `kept`, shape ``(n_event,)``, is true."""
        places = np.flatnonzero(kept)
        extra = {name: tuple(values[place] for place in places) for name, values in self.extra.items()}
        lines = tuple(self.lines[place] for place in places) if self.lines else ()
        return Events(self.onset_s[kept], self.duration_s[kept], self.trial_type[kept], extra, self.path, lines, self.problems)

    def beside_run(self, run_s: float) -> tuple[Problem, ...]:
        """What is odd about these events beside a run of `run_s` seconds (volumes times TR); worst first."""
        if not len(self):
            return ()
        problems = []
        last = float(self.onset_s.max())
        beyond = self.onset_s >= run_s
        overhang = ~beyond & (self.end_s > run_s + _LATE_S)
        if beyond.all():
            problems.append(self._problem("warning", f"No event lies within the run, which ends at {run_s:g} s", beyond))
        elif beyond.any():
            message = f"{_counted(beyond, len(self))} begin after the end of the run at {run_s:g} s; the last at {last:g} s"
            problems.append(self._problem("warning", message, beyond))
        elif last < run_s / 2:
            message = f"The last event begins at {last:g} s, before half of the run, which ends at {run_s:g} s"
            problems.append(Problem("warning", f"{self._file}: {message}; the events may be of another run or in other units"))
        if overhang.any():
            message = f"{_counted(overhang, len(self))} begin in the run but last beyond its end at {run_s:g} s"
            problems.append(self._problem("note", message, overhang))
        return worst_first(problems)

    @property
    def _file(self) -> str:
        return self.path.name if self.path else "Events"

    def _problem(self, severity: str, message: str, where: npt.NDArray[np.bool_]) -> Problem:
        lines = [self.lines[place] for place in np.flatnonzero(where)] if self.lines else []
        named = f" ({lines_in_words(sorted(lines))})" if lines else ""
        return Problem("warning" if severity == "warning" else "note", f"{self._file}: {message}{named}", kept_lines(lines))


def read_events(path: Path, run_s: float | None = None) -> Events:
    """Read the events of a run.

    Parameters
    ----------
    path : Path
        A table with the columns ``onset`` and ``duration`` in seconds, or three columns of numbers without names (FSL: onset,
        duration, weight; the type is then the name of the file).
    run_s : float, optional
        Length of the run in seconds, to compare with.

    Raises
    ------
    RequestError
        The file cannot be read, a column is missing, an onset is no number, or a duration is negative: names the line.

    Examples
    --------
    >>> read_events(Path("sub-01_task-faces_events.tsv")).types  # doctest: +SKIP
    ('face', 'house')
    """
    table = read_text_table(path)
    names = table.names or _fsl_names(table)
    onset_s = table.numbers(_column(table, names, "onset"), may_miss=False)
    written_s = table.numbers(_column(table, names, "duration"))
    _check(table, onset_s, written_s)
    duration_s = np.where(np.isnan(written_s), 0.0, written_s)
    types = _types(table, names)
    order = np.argsort(onset_s, kind="stable")
    extra = {
        name: tuple(table.rows[place][column] for place in order)
        for column, name in enumerate(names)
        if name not in ("onset", "duration", "trial_type")
    }
    lines = tuple(table.lines[place] for place in order)
    problems = [*table.problems, *_problems(table, names, onset_s, written_s)]
    kinds = np.array([types[place] for place in order], dtype=np.str_)
    events = Events(onset_s[order], duration_s[order], kinds, extra, path, lines, tuple(problems))
    beside = events.beside_run(run_s) if run_s is not None else ()
    return Events(events.onset_s, events.duration_s, kinds, extra, path, lines, worst_first([*problems, *beside]))


def _fsl_names(table: TextTable) -> tuple[str, ...]:
    if table.n_column == len(_FSL_COLUMNS):
        return _FSL_COLUMNS
    raise RequestError(
        f"{table.path}: the first line holds numbers and not the names of columns",
        "Three columns without names would be an FSL file of onset, duration and weight",
        "Write the names onset, duration and trial_type in the first line",
    )


def _column(table: TextTable, names: Sequence[str], wanted: str) -> int:
    if wanted not in names:
        raise RequestError(
            f"{table.path} has no column '{wanted}'",
            f"Its columns are: {', '.join(names)}",
            "Events need the columns onset and duration, in seconds",
        )
    return names.index(wanted)


def _check(table: TextTable, onset_s: Floats, duration_s: Floats) -> None:
    for wrong, words in (
        (~np.isfinite(onset_s), "the onset is not a finite number"),
        (np.isinf(duration_s), "the duration is not a finite number"),
        (duration_s < 0, "the duration is negative"),
    ):
        lines = [table.lines[place] for place in np.flatnonzero(wrong)]
        if lines:
            raise RequestError(f"{table.path}, {lines_in_words(lines)}: {words}", fix="Mend the file")


def _types(table: TextTable, names: Sequence[str]) -> list[str]:
    if not table.names:
        return [table.path.name.split(".")[0]] * len(table.rows)
    if "trial_type" not in names:
        return [UNNAMED] * len(table.rows)
    return [field if not is_missing(field) else "n/a" for field in table.text(names.index("trial_type"))]


def _problems(table: TextTable, names: Sequence[str], onset_s: Floats, duration_s: Floats) -> list[Problem]:
    problems = []

    def add(where: npt.NDArray[np.bool_], is_warning: bool, words: str) -> None:
        lines = [table.lines[place] for place in np.flatnonzero(where)]
        if lines:
            message = f"{table.path.name}: {words} ({lines_in_words(lines)})"
            problems.append(Problem("warning" if is_warning else "note", message, kept_lines(lines)))

    negative = onset_s < 0
    add(negative, True, f"{_counted(negative, len(onset_s))} begin before the first volume")
    missing = np.isnan(duration_s)
    add(missing, False, f"{_counted(missing, len(onset_s))} have no duration; 0 s was taken")
    if not table.rows:
        problems.append(Problem("warning", f"{table.path.name} holds no events"))
    elif table.names and "trial_type" not in names:
        message = f"{table.path.name} has no column trial_type; all events are of one type, '{UNNAMED}'"
        problems.append(Problem("note", message))
    if (np.diff(onset_s) < 0).any():
        problems.append(Problem("note", f"{table.path.name}: the onsets were not in order; the events were sorted"))
    return problems


def _counted(where: npt.NDArray[np.bool_], total: int) -> str:
    return f"{int(where.sum()):,} of {total:,} events"
