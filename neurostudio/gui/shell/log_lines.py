"""The lines of the log dock: what runs of this session said and what the program itself says. Plain Python."""

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neurostudio.app.project import Project
from neurostudio.core.errors import NeuroError
from neurostudio.report.wording import clean, value_text
from neurostudio.store import read

MOST_LINES = 5000
READ_AT_ONCE = 500
PROGRAM = ""
LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line.

    Attributes
    ----------
    source : str
        Id of the run that said it; empty for the program itself.
    name : str
        Name of that run, or of the part of the program.
    """

    t: float
    level: str
    source: str
    name: str
    text: str

    def as_text(self, *, with_name: bool = True) -> str:
        """``06:12:04  warning  mr-seed1  12 words are unknown``."""
        clock = time.strftime("%H:%M:%S", time.localtime(self.t))
        name = f"{self.name}  " if with_name else ""
        return f"{clock}  {self.level:<7}  {name}{self.text}"


@dataclass(frozen=True)
class Choice:
    """Which lines are shown: from a level up, of one source (None: of all), with all words in them."""

    level: str = "info"
    source: str | None = None
    words: str = ""

    def fits(self, line: LogLine) -> bool:
        """Whether a line is shown."""
        if LEVELS.index(line.level) < LEVELS.index(self.level) or (self.source is not None and line.source != self.source):
            return False
        whole = f"{line.name} {line.level} {line.text}".casefold()
        return all(word in whole for word in self.words.casefold().split())


class LogBook:
    """The last lines, and up to where the log of each run was read."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=MOST_LINES)
        self.read_up_to: dict[str, int] = {}

    def add(self, lines: Iterable[LogLine]) -> None:
        """Put lines at the end; the oldest go where there are too many."""
        self._lines.extend(lines)

    def chosen(self, choice: Choice) -> list[LogLine]:
        """The lines that are shown."""
        return [line for line in self._lines if choice.fits(line)]

    def clear(self) -> None:
        """Forget the lines; what was read is not read again."""
        self._lines.clear()

    def forget_runs(self) -> None:
        """Another project: forget its runs."""
        self._lines = deque((line for line in self._lines if line.source == PROGRAM), MOST_LINES)
        self.read_up_to.clear()


def read_news(project: Project, read_up_to: dict[str, int]) -> list[tuple[LogLine, int]]:
    """What runs have said since: each line with its number; in the order in which it was said.

    Parameters
    ----------
    read_up_to : dict
        run id -> number of the last line that is known (0 for none).
    """
    found: list[tuple[LogLine, int]] = []
    for run_id, last in read_up_to.items():
        try:
            name = read.find_run(project.store, run_id).name or run_id
        except NeuroError:  # its folder was removed since
            continue
        for row in read.logs(project.store, run_id, limit=READ_AT_ONCE):
            if row.seq > last:
                more = "  ".join(f"{key}={value_text(value)}" for key, value in row.fields.items())
                found.append((LogLine(row.t, row.level, run_id, name, clean(f"{row.message}  {more}".strip())), row.seq))
    return sorted(found, key=lambda pair: pair[0].t)


def line_of(record: logging.LogRecord) -> LogLine:
    """A record of Python's logging as a line."""
    text = record.getMessage()
    if record.exc_info and record.exc_info[0] is not None:
        text = f"{text}\n{logging.Formatter().formatException(record.exc_info)}"
    level = "error" if record.levelno >= logging.ERROR else "warning" if record.levelno >= logging.WARNING else "info"
    level = "debug" if record.levelno < logging.INFO else level
    return LogLine(record.created, level, PROGRAM, record.name.removeprefix("neurostudio."), clean(text))


def as_text(lines: Sequence[LogLine]) -> str:
    """Lines for the clipboard."""
    return "\n".join(line.as_text() for line in lines)
