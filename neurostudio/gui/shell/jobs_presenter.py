"""What the job list says about runs that wait, work or came to their end lately. Plain Python."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neurostudio.app.runs import RESUMABLE
from neurostudio.core.registry import registry
from neurostudio.gui.follower import JobLine
from neurostudio.report.wording import NO_BREAK, duration_text, number_text
from neurostudio.store.rows import RunRow

MOST_ENDED = 20


@dataclass(frozen=True)
class JobRow:
    """One line.

    Attributes
    ----------
    place : str
        ``next in line``, ``place 2 in line`` ...; empty for a run that does not wait.
    amount : str
        Done and total with unit: ``2/3 epochs``.
    share : float or None
        Done part of this phase, 0 to 1; None where that cannot be told.
    verbs : tuple of str
        What its buttons do: ``stop``, ``up``, ``down``, ``remove``, ``resume``.
    """

    run_id: str
    name: str
    method: str
    state: str
    phase: str = ""
    place: str = ""
    amount: str = ""
    share: float | None = None
    rate: str = ""
    left: str = ""
    position: int = -1
    verbs: tuple[str, ...] = ()

    @property
    def percent(self) -> str:
        """``61 %``; empty where the total is not known."""
        return "" if self.share is None else f"{math.floor(100 * self.share)}{NO_BREAK}%"

    @property
    def is_live(self) -> bool:
        """Whether it waits or works."""
        return self.state in ("queued", "running", "stopping")

    def spoken(self) -> str:
        """The line as a screen reader says it."""
        parts = (self.name, self.state, self.place, self.phase, self.amount, self.percent, self.left)
        return ", ".join(part.replace(NO_BREAK, " ") for part in parts if part)


def rows(jobs: Sequence[JobLine], ended: Iterable[RunRow] = ()) -> list[JobRow]:
    """Runs at work, those that wait in their order, then those that ended, the latest first."""
    live = [line.run_id for line in jobs]
    n_waiting = sum(line.position >= 0 for line in jobs)
    return [_live_row(line, n_waiting) for line in jobs] + [_ended_row(row) for row in ended if row.run_id not in live]


def with_ended(ended: tuple[RunRow, ...], row: RunRow) -> tuple[RunRow, ...]:
    """Runs that ended, with one more at the head."""
    rest = tuple(one for one in ended if one.run_id != row.run_id)
    return (row, *rest)[:MOST_ENDED]


def heading(rows_: Sequence[JobRow]) -> str:
    """``Jobs (2)``: runs that wait or work."""
    n_live = sum(row.is_live for row in rows_)
    return f"Jobs ({n_live})" if n_live else "Jobs"


def first_at_work(rows_: Sequence[JobRow]) -> JobRow | None:
    """The run that the one-line summary tells of; None where none waits or works."""
    live = [row for row in rows_ if row.is_live]
    return next((row for row in live if row.state != "queued"), live[0] if live else None)


def _live_row(line: JobLine, n_waiting: int) -> JobRow:
    method = registry().find(line.method).title
    if line.state == "queued":
        verbs = [] if line.position <= 0 else ["up"]
        verbs += ["down"] if line.position < n_waiting - 1 else []
        return JobRow(
            line.run_id, line.name, method, "queued", "waiting", _place(line.position), position=line.position,
            verbs=(*verbs, "remove"),
        )  # fmt: skip
    share = min(1.0, max(0.0, line.done / line.total)) if line.total else None
    return JobRow(
        line.run_id,
        line.name,
        method,
        line.state,
        "stopping" if line.state == "stopping" else line.phase or "starting",
        amount=_amount(line),
        share=share,
        rate=_rate(line),
        left=f"{_clock(line.left_s)} left" if line.left_s is not None else "",
        verbs=() if line.state == "stopping" else ("stop",),
    )


def _ended_row(row: RunRow) -> JobRow:
    took = f"took {duration_text(row.seconds)}" if row.seconds is not None else ""
    verbs = ("resume",) if row.state in RESUMABLE and not row.trashed else ()
    return JobRow(row.run_id, row.name, registry().find(row.method).title, row.state, row.state, left=took, verbs=verbs)


def _amount(line: JobLine) -> str:
    if line.total is None:
        return f"{number_text(line.done)}{_unit(line.unit)}" if line.done else ""
    return f"{number_text(line.done)}/{number_text(line.total)}{_unit(line.unit)}"


def _rate(line: JobLine) -> str:
    """Units a second; for slow ones seconds a unit."""
    if not line.rate or not math.isfinite(line.rate):
        return ""
    unit = line.unit or "steps"
    if line.rate >= 0.5:
        return f"{number_text(line.rate, 2)}{NO_BREAK}{unit}/s"
    return f"{number_text(1 / line.rate, 2)}{NO_BREAK}s each"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _unit(unit: str) -> str:
    return f"{NO_BREAK}{unit}" if unit else ""


def _place(position: int) -> str:
    return "next in line" if position <= 0 else f"place {position + 1} in line"
