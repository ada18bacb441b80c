"""DVARS: how much the whole image changes from one volume to the next.

Power et al. (2012), NeuroImage 59:2142; standardised after Nichols (2013, Notes on creating a standardized version of DVARS),
as fMRIPrep does it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NORMAL_IQR = 1.349  # distance between the quartiles of a normal distribution with s.d. 1
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Dvars:
    """DVARS of one run; the first volume has none (NaN).

    Attributes
    ----------
    raw : ndarray, shape (T,)
        Root mean square over voxels of the change since the volume before, in units of the signal.
    standardised : ndarray, shape (T,)
        Divided by what an AR(1) process with each voxel's robust s.d. would give: 1 where nothing happens.
    """

    raw: NDArray[np.float64]
    standardised: NDArray[np.float64]


def dvars(series: NDArray[Any], on_block: Callable[[], None] | None = None) -> Dvars:
    """DVARS of series[time, voxel].

    Voxels are taken in blocks, so the memory needed beside the series is small; `on_block` is called before each, and may raise.
    """
    n_time, n_voxel = series.shape
    squares = np.zeros(max(n_time - 1, 0))
    expected, counted = 0.0, 0
    for start in range(0, n_voxel, _BLOCK):
        if on_block is not None:
            on_block()
        block = np.asarray(series[:, start : start + _BLOCK], np.float64)
        change = np.diff(block, axis=0)
        squares += (change**2).sum(axis=1)
        sd = _robust_sd(block)
        used = sd > 0
        expected += float((np.sqrt(2 * (1 - _ar1(block[:, used]))) * sd[used]).sum())
        counted += int(used.sum())
    raw = np.full(n_time, np.nan)
    raw[1:] = np.sqrt(squares / max(n_voxel, 1))
    scale = expected / counted if counted else np.nan
    return Dvars(raw, raw / scale if scale > 0 else np.full(n_time, np.nan))


def _robust_sd(block: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.percentile(block, 25, axis=0, method="lower")
    high = np.percentile(block, 75, axis=0, method="higher")
    spread: NDArray[np.float64] = (high - low) / NORMAL_IQR
    return spread


def _ar1(block: NDArray[np.float64]) -> NDArray[np.float64]:
    """Yule-Walker estimate of the AR(1) coefficient of each column."""
    centred = block - block.mean(axis=0)
    power = (centred**2).sum(axis=0)
    lagged = (centred[1:] * centred[:-1]).sum(axis=0)
    ratio: NDArray[np.float64] = np.divide(lagged, power, out=np.zeros_like(power), where=power > 0)
    return ratio
