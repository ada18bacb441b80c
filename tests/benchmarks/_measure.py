"""What a benchmark returns, and how it takes time: interleaved repeats, medians."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One line of a comparison.

    Attributes
    ----------
    ours, peer : float or None
        Measured values in `unit`; `peer` is None where there is nothing to compare with.
    peer_name : str
        What it is compared with, or which package is missing.
    better : str
        Whether ``higher`` or ``lower`` values are better.
    """

    case: str
    unit: str
    ours: float
    peer: float | None
    peer_name: str
    better: Literal["higher", "lower"] = "higher"

    @property
    def ratio(self) -> float | None:
        """How many times better ours is; below 1 the peer is better."""
        if not self.peer or not self.ours:
            return None
        return self.ours / self.peer if self.better == "higher" else self.peer / self.ours


@dataclass(frozen=True)
class Seconds:
    """Time that one piece of work took: on the clock, and of all processors together for this process."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Seconds:
    """Run `work` once."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


def interleaved(pieces: Mapping[str, Callable[[], Seconds]], repeats: int) -> dict[str, Seconds]:
    """Take each piece in turn, again and again, so that a busy moment hits all alike; returns the medians."""
    taken: dict[str, list[Seconds]] = {name: [] for name in pieces}
    for _ in range(repeats):
        for name, piece in pieces.items():
            taken[name].append(piece())
    return {
        name: Seconds(statistics.median(t.wall for t in times), statistics.median(t.cpu for t in times))
        for name, times in taken.items()
    }


def missing(package: str) -> str:
    """Name of a peer whose package is not installed."""
    return f"{package} (not installed: pip install '.[benchmarks]')"
