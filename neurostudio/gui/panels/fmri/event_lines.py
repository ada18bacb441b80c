"""The events of a run as lines of a table, and as bars below a time axis. No Qt."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from neurostudio.data.fmri.events import Events

MOST_EXTRA = 6
MOST_LINES = 5_000


@dataclass(frozen=True)
class EventLine:
    """One event.

    Attributes
    ----------
    volume : int or None
        The volume that was being taken when it began; None where that is not known, or past the end.
    trouble : str
        What is odd about it.
    """

    number: int
    onset_s: float
    duration_s: float
    name: str
    extra: tuple[str, ...]
    volume: int | None
    trouble: str = ""


def event_lines(events: "Events", tr_s: float | None, n_volumes: int) -> tuple[EventLine, ...]:
    """The events in the order of their onsets, the first :data:`MOST_LINES`."""
    names = list(events.extra)[:MOST_EXTRA]
    lines = []
    for at in range(min(len(events), MOST_LINES)):
        onset = float(events.onset_s[at])
        volume, trouble = place_of(onset, tr_s, n_volumes)
        extra = tuple(events.extra[name][at] for name in names)
        lines.append(EventLine(at, onset, float(events.duration_s[at]), str(events.trial_type[at]), extra, volume, trouble))
    return tuple(lines)


def place_of(onset_s: float, tr_s: float | None, n_volumes: int) -> tuple[int | None, str]:
    """The volume that was being taken at a time, and what is odd about that time.

    >>> place_of(5.0, 2.0, 10), place_of(-1.0, 2.0, 10), place_of(20.0, 2.0, 10)
    ((2, ''), (0, 'before the first volume'), (None, 'after the last volume'))
    """
    if tr_s is None or not np.isfinite(onset_s):
        return None, "" if np.isfinite(onset_s) else "no time"
    if onset_s < 0:
        return 0, "before the first volume"
    volume = int(np.floor(onset_s / tr_s + 1e-9))
    return (volume, "") if volume < n_volumes else (None, "after the last volume")


def extra_names(events: "Events") -> tuple[str, ...]:
    """Columns of the table besides onset, duration and type that are shown."""
    return tuple(list(events.extra)[:MOST_EXTRA])


def seconds_text(value: float) -> str:
    """Seconds of a table.

    >>> seconds_text(4.5)
    '4.50'
    """
    return f"{value:.2f}" if np.isfinite(value) else "–"


def summary(events: "Events") -> str:
    """How many events of which types."""
    kinds = events.types
    counts = [f"{name} {int(np.count_nonzero(events.trial_type == name))}" for name in kinds[:8]]
    more = f" and {len(kinds) - 8} more types" if len(kinds) > 8 else ""
    return f"{number_text(len(events))} events: {', '.join(counts)}{more}"
