"""Which volumes are kept, and events on the time line of the kept ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.outliers import pieces, reasons, short_pieces

FIRST, UNSTEADY, SHORT = "first volumes", "not steady", "short piece"


@dataclass(frozen=True, eq=False)
class Cut:
    """Kept volumes of one run, shape (T,), and why each other one was cut (empty: kept)."""

    kept: NDArray[np.bool_]
    why: list[str]

    @property
    def volumes(self) -> NDArray[np.int64]:
        """Numbers of the kept volumes."""
        return np.flatnonzero(self.kept)


def cut_volumes(
    n_time: int,
    *,
    drop_first: int = 0,
    steady: NDArray[np.bool_] | None = None,
    fd_mm: NDArray[np.floating[Any]] | None = None,
    dvars_std: NDArray[np.floating[Any]] | None = None,
    most_fd_mm: float | None = None,
    most_dvars_std: float | None = None,
    least_segment: int = 0,
) -> Cut:
    """Decide which volumes are kept.

    Parameters
    ----------
    drop_first : int
        Volumes at the beginning to cut.
    steady : ndarray of bool, shape (T,)
        False where the signal was not steady yet.
    fd_mm, dvars_std : ndarray, shape (T,)
        Traces that the two limits hold for; NaN is below any limit.
    least_segment : int
        Kept pieces with fewer volumes are cut too, where motion cut any.
    """
    absent = np.full(n_time, np.nan)
    why = reasons(fd_mm, absent if dvars_std is None else dvars_std, most_fd_mm, most_dvars_std)
    moved = any(why)
    for time in range(n_time):
        if time < drop_first:
            why[time] = FIRST
        elif steady is not None and not steady[time]:
            why[time] = UNSTEADY
    kept = np.array([not reason for reason in why], np.bool_)
    if moved and least_segment:
        for place in np.flatnonzero(short_pieces(kept, least_segment)):
            why[place], kept[place] = SHORT, False
    return Cut(kept, why)


@dataclass(frozen=True)
class CutEvents:
    """Events on the time line of the kept volumes.

    Attributes
    ----------
    onset_s, duration_s : tuple of float
        On the new time line: volume number among the kept ones times TR.
    before_s : tuple of float
        The same onset on the old time line.
    source : tuple of int
        Place of the event in the old table.
    lost : int
        Events that lay wholly in cut volumes.
    """

    onset_s: tuple[float, ...]
    duration_s: tuple[float, ...]
    before_s: tuple[float, ...]
    source: tuple[int, ...]
    lost: int


def cut_events(events: Events, kept: NDArray[np.bool_], tr_s: float) -> CutEvents:
    """Move events to the time line of the kept volumes; what lies in cut volumes is cut off.

    An event that spans a cut becomes one event for each piece. What begins before the first or ends after the last volume stays as it
    is at that end, since nothing was cut there.
    """
    spans: list[tuple[float, float, float]] = []  # begin and end on the old time line, and how far it moves
    before = 0
    for first, stop in pieces(kept):
        begin = -np.inf if first == 0 else first * tr_s
        end = np.inf if stop == len(kept) else stop * tr_s
        spans.append((begin, end, (before - first) * tr_s))
        before += stop - first
    rows: list[tuple[float, float, float, int]] = []
    for place, (onset, end) in enumerate(zip(events.onset_s, events.end_s, strict=True)):
        rows += [(*part, place) for part in _parts(float(onset), float(end), spans)]
    rows.sort(key=lambda row: (row[0], row[3]))
    onsets, durations, before_s, sources = zip(*rows, strict=True) if rows else ((), (), (), ())
    return CutEvents(onsets, durations, before_s, sources, len(events) - len(set(sources)))


def _parts(onset: float, end: float, spans: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    found = []
    for begin, stop, shift in spans:
        low, high = max(onset, begin), min(end, stop)
        if high > low or (onset == end and begin <= onset < stop):
            found.append((round(low + shift, 9), round(high - low, 9), low))
    return found
