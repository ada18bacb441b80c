"""From features at any times to one row a volume.

A volume has the time of its middle, ``(t + 1/2) TR``, and the stretch ``[t TR, (t + 1) TR)``.
"""

import numpy as np
from numpy.typing import NDArray

LOBES = 3


def volume_times(n_volumes: int, tr_s: float) -> NDArray[np.float64]:
    """Middle of each volume in seconds, shape (n_volumes,)."""
    return np.asarray((np.arange(n_volumes) + 0.5) * tr_s, np.float64)


def lanczos(
    values: NDArray[np.float32], times: NDArray[np.float64], n_volumes: int, tr_s: float, *, normalised: bool
) -> NDArray[np.float32]:
    """Low-pass filter with three lobes, cut at half a cycle a TR (Huth et al. 2016).

    Parameters
    ----------
    values : ndarray, shape (n_sample, n_feature)
    times : ndarray, shape (n_sample,)
        Seconds, ascending.
    normalised : bool
        Whether the weights of a volume sum to one: for a signal that was sampled. Words are impulses and are summed.
    """
    out = np.zeros((n_volumes, values.shape[1]), np.float32)
    middles = volume_times(n_volumes, tr_s)
    first = np.searchsorted(times, middles - LOBES * tr_s, side="right")
    last = np.searchsorted(times, middles + LOBES * tr_s, side="left")
    for volume, (start, stop) in enumerate(zip(first, last, strict=True)):
        if start == stop:
            continue
        distance = (middles[volume] - times[start:stop]) / tr_s
        weights = np.sinc(distance) * np.sinc(distance / LOBES)
        if normalised:
            total = weights.sum()
            if total <= 0.1 * np.abs(weights).max():  # nothing but side lobes reaches this volume
                out[volume] = values[start + int(np.abs(distance).argmin())]
                continue
            weights = weights / total
        out[volume] = weights.astype(np.float32) @ values[start:stop]
    return out


def mean_in_volume(values: NDArray[np.float32], times: NDArray[np.float64], n_volumes: int, tr_s: float) -> NDArray[np.float32]:
    """Mean of what falls into each volume; where nothing does, the volume before, and 0 before the first."""
    place = np.floor(times / tr_s + 1e-9).astype(int)
    inside = (place >= 0) & (place < n_volumes)
    counts = np.bincount(place[inside], minlength=n_volumes)
    sums = np.zeros((n_volumes, values.shape[1]))
    np.add.at(sums, place[inside], values[inside])
    filled = np.maximum.accumulate(np.where(counts > 0, np.arange(n_volumes), -1))
    means = sums / np.maximum(counts, 1)[:, None]
    return np.where(filled[:, None] >= 0, means[filled], 0).astype(np.float32)


def sum_in_volume(values: NDArray[np.float32], times: NDArray[np.float64], n_volumes: int, tr_s: float) -> NDArray[np.float32]:
    """Sum of what falls into each volume."""
    place = np.floor(times / tr_s + 1e-9).astype(int)
    inside = (place >= 0) & (place < n_volumes)
    sums = np.zeros((n_volumes, values.shape[1]))
    np.add.at(sums, place[inside], values[inside])
    return sums.astype(np.float32)


def shown_in_volume(
    values: NDArray[np.float32],
    onset_s: NDArray[np.float64],
    duration_s: NDArray[np.float64],
    n_volumes: int,
    tr_s: float,
) -> NDArray[np.float32]:
    """Sum over what is shown, each weighted by the share of the volume that it is shown; a duration of 0 counts as one TR.

    Parameters
    ----------
    values : ndarray, shape (n_shown, n_feature)
    """
    begin = np.arange(n_volumes) * tr_s
    end_s = onset_s + np.where(duration_s > 0, duration_s, tr_s)
    overlap = np.minimum(begin[:, None] + tr_s, end_s[None, :]) - np.maximum(begin[:, None], onset_s[None, :])
    return np.asarray((np.clip(overlap, 0, None) / tr_s).astype(np.float32) @ values, np.float32)
