"""Numbers over time as they are drawn: what a line is, how it is scaled, its spectrum and its histogram. No Qt."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SeriesKind = Literal["cursor", "pinned", "fit", "confound"]
Mode = Literal["raw", "demeaned", "percent", "z"]
MODES: dict[Mode, str] = {"raw": "Raw", "demeaned": "Demeaned", "percent": "% signal change", "z": "z"}
UNITS: dict[Mode, str] = {"raw": "Signal", "demeaned": "Signal about its mean", "percent": "Signal change (%)", "z": "Signal (z)"}
MOST_BINS = 40

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Series:
    """One line over the volumes.

    Attributes
    ----------
    name : str
        What it is, such as ``12, −40, 8 mm``.
    values : ndarray, shape (T,)
        NaN where a volume is not read yet.
    tint : int or str
        Its category, or a colour of the theme.
    kind : str
        ``cursor``, ``pinned`` (may be taken away), ``fit`` (the model of a map) or ``confound``.
    """

    name: str
    values: NDArray[np.floating[Any]]
    tint: int | str = 0
    kind: SeriesKind = "cursor"


@dataclass(frozen=True)
class EventSpan:
    """One event, in seconds from the first stored volume."""

    onset_s: float
    duration_s: float
    name: str

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self.onset_s + self.duration_s


@dataclass(frozen=True)
class WordSpan:
    """One word of a transcript, in seconds from the first stored volume."""

    onset_s: float
    offset_s: float
    text: str


def scaled(values: NDArray[np.floating[Any]], mode: Mode) -> Floats:
    """Values as a mode shows them; what cannot be scaled (a mean or a spread of zero) is shown about its mean."""
    found = np.asarray(values, np.float64)
    if mode == "raw":
        return found
    known = found[np.isfinite(found)]
    if not known.size:
        return found
    mean = float(known.mean())
    centred = found - mean
    if mode == "percent" and mean:
        return 100.0 * centred / abs(mean)
    spread = float(known.std())
    if mode == "z" and spread > 0:
        return centred / spread
    return centred


def spectrum(values: NDArray[np.floating[Any]], tr_s: float | None) -> tuple[Floats, Floats]:
    """Frequencies and power of the part that is read, the mean taken away.

    Returns
    -------
    frequency, power : ndarray, shape (T // 2,)
        In Hz; in cycles per volume where the TR is not known. The share of the variance at each frequency; sums to 1.
    """
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if known.size < 4:
        return np.empty(0), np.empty(0)
    power = np.abs(np.fft.rfft(known - known.mean())[1:]) ** 2
    total = float(power.sum())
    frequency = np.asarray(np.fft.rfftfreq(known.size, tr_s or 1.0)[1:], np.float64)
    return frequency, np.asarray(power / total if total > 0 else power, np.float64)


def histogram(values: NDArray[np.floating[Any]]) -> tuple[Floats, NDArray[np.intp]]:
    """Edges and counts of the finite values, as many bins as their number bears."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if not known.size:
        return np.array([0.0, 1.0]), np.zeros(1, np.intp)
    bins = int(np.clip(np.sqrt(known.size) * 1.5, 5, MOST_BINS))
    counts, edges = np.histogram(known, bins)
    return edges, counts.astype(np.intp)
