"""The responses that a model is to predict: drift taken out and brought to one scale, run by run.

All of it looks at one run alone, so nothing of a tested run reaches the others. What was taken out is kept, so that a
prediction can be shown in the units of the scanner again.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.projection import cosines

Scale = Literal["zscore", "centre"]

_STILL = 1e-6


@dataclass(frozen=True, eq=False)
class Targets:
    """Responses of one run.

    Attributes
    ----------
    values : ndarray, shape (n_time, n_voxel), float32
        Mean 0 over time, and standard deviation 1 for the scale ``zscore``; 0 where a voxel does not change.
    level : ndarray, shape (n_voxel,)
        Mean that was taken out.
    spread : ndarray, shape (n_voxel,)
        What the values were divided by.
    drift, drift_weights : ndarray, shape (n_time, n_drift) and (n_drift, n_voxel)
        The drift that was taken out is their product.
    is_still : ndarray of bool, shape (n_voxel,)
        Voxels in which nothing is left once the drift is gone.
    """

    values: NDArray[np.float32]
    level: NDArray[np.float32]
    spread: NDArray[np.float32]
    drift: NDArray[np.float32]
    drift_weights: NDArray[np.float32]
    is_still: NDArray[np.bool_]

    def in_scanner_units(self, predicted: NDArray[np.float32]) -> NDArray[np.float32]:
        """A prediction of `values`, with spread, drift and level put back. Shape (n_time, n_voxel)."""
        return predicted * self.spread + self.drift @ self.drift_weights + self.level


def make_targets(series: NDArray[np.float32], tr_s: float, high_pass_hz: float, scale: Scale) -> Targets:
    """Take drift and mean out of one run and scale it.

    Parameters
    ----------
    series : ndarray, shape (n_time, n_voxel)
        As it comes from the scanner, or cleaned.
    high_pass_hz : float
        Slower cosines are taken out; 0: none.
    """
    level = series.mean(axis=0, dtype=np.float64).astype(np.float32)
    values = series - level
    drift = cosines(len(series), high_pass_hz, tr_s).astype(np.float32)
    weights = drift.T @ values  # its columns are orthonormal
    values -= drift @ weights
    spread = values.std(axis=0, dtype=np.float64).astype(np.float32)
    is_still = spread <= _STILL * np.maximum(np.abs(series).max(axis=0), _STILL)
    divisor = np.where(is_still, 1, spread).astype(np.float32) if scale == "zscore" else np.ones_like(spread)
    values /= divisor
    values[:, is_still] = 0
    return Targets(values, level, divisor, drift, weights, is_still)
