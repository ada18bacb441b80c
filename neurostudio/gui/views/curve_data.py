"""Curves as numbers: what of them is drawn at one zoom, smoothing, and repeats pooled into a mean with a range."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
BLOCK = 256  # values that are smoothed as one piece
POINTS_PER_PIXEL = 4


@dataclass(frozen=True, eq=False)
class Pooled:
    """Several curves as one: mean, lowest and highest value at the steps that all of them have."""

    x: Numbers
    mean: Numbers
    low: Numbers
    high: Numbers
    n_curve: int


def in_order(x: NDArray[Any], y: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """Points with rising x; of points with the same x the last one, which a resumed run wrote."""
    x, y = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    if len(x) < 2 or bool(np.all(x[1:] > x[:-1])):
        return x, y
    known = np.isfinite(x)
    x, y = x[known], y[known]
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    last = np.append(x[1:] != x[:-1], True)
    return x[last], y[last]


def visible_points(x: Numbers, y: Numbers, low: float, high: float, n_pixel: int) -> tuple[Numbers, Numbers]:
    """What of a curve is drawn between two places on the x axis that lie `n_pixel` apart.

    Where there are more points than pixels, the lowest and the highest value of each block of points stay: the picture is
    the same, and a million points cost as much as a few thousand. Blocks begin at fixed points, so that a picture that is
    dragged does not flicker.

    Parameters
    ----------
    x, y : float arrays, ``[point]``
        `x` rises.
    """
    first = max(0, int(np.searchsorted(x, low, "left")) - 1)
    last = min(len(x), int(np.searchsorted(x, high, "right")) + 1)
    count = last - first
    if count <= POINTS_PER_PIXEL * max(n_pixel, 1):
        return x[first:last], y[first:last]
    length = 2 ** int(np.ceil(np.log2(count / (POINTS_PER_PIXEL / 2 * max(n_pixel, 1)))))
    first -= first % length
    whole = first + (last - first) // length * length
    blocks = y[first:whole].reshape(-1, length)
    lowest, highest = blocks.min(1), blocks.max(1)
    if np.isnan(lowest).any():
        lowest, highest = np.fmin.reduce(blocks, 1), np.fmax.reduce(blocks, 1)
    rest = y[whole:last]
    middle = x[first + length // 2 : whole : length]
    peaks_x = np.repeat(middle, 2)
    peaks_y = np.stack([lowest, highest], 1).ravel()
    return np.concatenate([peaks_x, x[whole:last]]), np.concatenate([peaks_y, rest])


def smoothed(y: Numbers, weight: float) -> Numbers:
    """Exponential moving average: ``s[t] = weight * s[t-1] + (1 - weight) * y[t]``, without the pull of its start at zero.

    Values that are not finite leave a gap and do not count.

    Parameters
    ----------
    y : float array, ``[point]``
    weight : float
        From 0 (nothing) to below 1.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"weight {weight} is not in [0, 1)")
    known = np.isfinite(y)
    if weight == 0 or not known.any():
        return y.copy()
    total = _average(np.where(known, y, 0.0), weight)
    share = _average(known.astype(np.float64), weight)
    return np.where(known, total / np.where(share > 0, share, 1.0), np.nan)


def pooled(curves: Sequence[tuple[Numbers, Numbers]]) -> Pooled | None:
    """Mean and range of curves with rising x over the places that all have; None where they share none."""
    if not curves:
        return None
    shared = curves[0][0]
    for x, _ in curves[1:]:
        shared = np.intersect1d(shared, x, assume_unique=True)
    if not len(shared):
        return None
    stacked = np.stack([y[np.searchsorted(x, shared)] for x, y in curves])
    return Pooled(shared, stacked.mean(0), stacked.min(0), stacked.max(0), len(curves))


def range_sentence(curves: Mapping[str, tuple[Numbers, Numbers]], x_name: str) -> str:
    """What a person who cannot see the picture is told: how many lines, over what, from where to where."""
    from neurostudio.report.wording import number_text

    known = {name: y[np.isfinite(y)] for name, (_, y) in curves.items()}
    parts = [
        f"{name} from {number_text(values.min())} to {number_text(values.max())}, last {number_text(values[-1])}"
        for name, values in known.items()
        if len(values)
    ]
    if not parts:
        return "Nothing is drawn yet."
    places = [x for x, _ in curves.values() if len(x)]
    span = f"{number_text(min(x[0] for x in places))} to {number_text(max(x[-1] for x in places))}"
    lines = "1 line" if len(parts) == 1 else f"{len(parts)} lines"
    return f"{lines} over {x_name or 'position'} {span}: {'; '.join(parts[:8])}{' and others' if len(parts) > 8 else ''}."


def _average(values: Numbers, weight: float) -> Numbers:
    """The average with its start at zero, in blocks: a block is one cumulative sum, only the carries are a loop."""
    length = min(BLOCK, max(1, int(-250 / np.log10(weight))) if weight > 0 else BLOCK)  # keeps weight**-length a number
    n_block = -(-len(values) // length)
    padded = np.zeros(n_block * length)
    padded[: len(values)] = values
    decay = weight ** np.arange(1, length + 1)
    inside = np.cumsum(padded.reshape(n_block, length) * (1 - weight) / decay, 1) * decay
    carries = np.zeros(n_block)
    carry = 0.0
    for at, last in enumerate(inside[:, -1].tolist()):
        carries[at] = carry
        carry = last + decay[-1] * carry
    return np.asarray((inside + carries[:, None] * decay).ravel()[: len(values)])
