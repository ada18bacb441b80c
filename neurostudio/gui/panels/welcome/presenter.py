"""What the welcome page says about projects that were opened before. Plain Python, and light: the first paint waits for it."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

INDEX = "project.sqlite"
DEMO_RUNS = 3
DAY_S = 86_400

DROPS: tuple[tuple[str, str, str], ...] = (
    ("data", "Data", "are read and shown, then imported"),
    ("folder", "A project folder", "is opened"),
    ("jobs", "A batch file", "is run, after a question"),
    ("settings", "A request.json", "fills the settings"),
)
"""Icon, thing, and what becomes of it when it is dropped on the window."""

_RUN_OVER = re.compile(r"[\w-]+: (done|skipped|failed|cancelled|interrupted|not started)$")


@dataclass(frozen=True)
class RecentProject:
    """A project that was opened before.

    Attributes
    ----------
    used : float or None
        When something in it was written last, Unix seconds; None where it is not there.
    """

    path: Path
    used: float | None = None

    @property
    def is_there(self) -> bool:
        """Whether the folder still holds a project."""
        return self.used is not None


def look_at_recent(paths: Iterable[str]) -> tuple[RecentProject, ...]:
    """Look whether projects are still there; called in a thread, since disks can be slow."""
    return tuple(RecentProject(Path(path), _used(Path(path))) for path in paths)


def when(used: float | None, now: float | None = None) -> str:
    """``today 14:05``, ``yesterday``, ``3 days ago``, later the date; ``not found`` where it is not there."""
    if used is None:
        return "not found"
    then, today = _local(used), _local(time.time() if now is None else now)
    days = (today.date() - then.date()).days
    if days <= 0:
        return f"today {then:%H:%M}"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 7 else f"{then:%Y-%m-%d}"


def short(path: Path) -> str:
    """A path with ``~`` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except ValueError:
        return str(path)


def demo_share(n_over: int) -> float:
    """How far the demo is, by its runs that are over."""
    return min(1.0, n_over / DEMO_RUNS)


def is_run_over(line: str) -> bool:
    """Whether the demo said that a run is over."""
    return _RUN_OVER.match(line) is not None


def _used(path: Path) -> float | None:
    try:
        return max(file.stat().st_mtime for file in (path / INDEX, path / f"{INDEX}-wal") if file.exists())
    except (OSError, ValueError):
        return None


def _local(unix_seconds: float) -> datetime:
    return datetime.fromtimestamp(unix_seconds, UTC).astimezone()
