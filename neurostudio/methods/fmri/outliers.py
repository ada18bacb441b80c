"""Volumes that stand out, and pieces between them that are too short to keep."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

MOTION, CHANGE = "FD", "DVARS"


def reasons(
    fd_mm: NDArray[np.floating[Any]] | None,
    dvars_std: NDArray[np.floating[Any]],
    most_fd_mm: float | None,
    most_dvars_std: float | None,
) -> list[str]:
    """Why each volume is an outlier: ``FD``, ``DVARS``, ``FD, DVARS`` or empty. Volumes without a value (NaN) are none."""
    why: list[list[str]] = [[] for _ in dvars_std]
    for name, trace, most in ((MOTION, fd_mm, most_fd_mm), (CHANGE, dvars_std, most_dvars_std)):
        if trace is not None and most is not None:
            for time in np.flatnonzero(np.nan_to_num(trace) > most):
                why[time].append(name)
    return [", ".join(each) for each in why]


def short_pieces(kept: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """True for kept volumes in pieces of fewer than `least` volumes."""
    short = np.zeros(len(kept), np.bool_)
    for first, stop in pieces(kept):
        if stop - first < least:
            short[first:stop] = True
    return short


def pieces(kept: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one past the last volume of each unbroken piece of kept volumes."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], kept.astype(np.int8), [0]])))
    return [(int(first), int(stop)) for first, stop in edges.reshape(-1, 2)]
