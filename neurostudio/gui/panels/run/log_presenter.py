"""The log of a run: what it said, at which level, and everything that it printed. No Qt."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurostudio.app import Project
from neurostudio.core.errors import NeuroError
from neurostudio.report.wording import clean, value_text
from neurostudio.store import read
from neurostudio.store.rows import RunError

MOST_LINES = 2000
PRINTED_BYTES = 200_000
ERROR_KEY = "error"


@dataclass(frozen=True)
class LogLine:
    """One line: `key` names it; `clock` is its time of day on this machine."""

    key: str
    clock: str
    level: str
    text: str


@dataclass(frozen=True)
class LogView:
    """The end of a log.

    Attributes
    ----------
    lines : tuple of LogLine
        The last lines, oldest first; the error that ended the run is the last of them.
    is_cut : bool
        Whether there are older ones.
    """

    lines: tuple[LogLine, ...]
    is_cut: bool


def load_log(project: Project, run_id: str, level: str = "debug") -> LogView:
    """The last lines from a level up."""
    rows = read.logs(project.store, run_id, level, MOST_LINES + 1)
    is_cut = len(rows) > MOST_LINES
    lines = [LogLine(str(row.seq), _clock(row.t), row.level, _text(row.message, row.fields)) for row in rows[-MOST_LINES:]]
    detail = read.run_detail(project.store, run_id)
    if detail.error is not None:
        lines.append(LogLine(ERROR_KEY, _clock(detail.row.ended or detail.row.last_event), "error", _error_text(detail.error)))
    return LogView(tuple(lines), is_cut)


def load_printed(log_file: Path) -> str:
    """The end of ``log.txt``: at most the last 200 kB, from the start of a line; empty where it is not there yet."""
    try:
        size = log_file.stat().st_size
        with log_file.open("rb") as stream:
            stream.seek(max(0, size - PRINTED_BYTES))
            block = stream.read()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise NeuroError(f"The log {log_file} cannot be read", os.strerror(error.errno) if error.errno else str(error)) from error
    text = block.decode("utf-8", "replace")
    whole = text.partition("\n")[2] if size > PRINTED_BYTES else text
    return "\n".join(_last_state(line) for line in whole.split("\n"))


def _last_state(line: str) -> str:
    """What a terminal would show of a line on which a progress bar was drawn again and again."""
    return clean(line.rstrip("\r").rpartition("\r")[2])


def _clock(unix_seconds: float | None) -> str:
    return time.strftime("%H:%M:%S", time.localtime(unix_seconds)) if unix_seconds else ""


def _text(message: str, fields: Mapping[str, Any]) -> str:
    more = "  ".join(f"{name}={value_text(value)}" for name, value in fields.items())
    return clean(f"{message}  {more}".strip())


def _error_text(error: RunError) -> str:
    return clean(str(NeuroError(error.what, error.why, error.fix)))
