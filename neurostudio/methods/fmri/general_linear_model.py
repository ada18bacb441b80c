"""The general linear model of every voxel, run by run in blocks of voxels, and its contrasts over all runs.

``nilearn.glm.first_level.run_glm`` fits, ``nilearn.glm.contrasts`` tests; the numbers are those of its ``FirstLevelModel``. Blocks
change nothing, since AR(1) is estimated from each voxel alone; they bound the memory and let a run be stopped.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.contrasts import ContrastSpec, contrast_rows
from neurostudio.methods.fmri.design import Design

N_LAG = 5


@dataclass(frozen=True, eq=False)
class ContrastMaps:
    """What a contrast came to.

    Attributes
    ----------
    kind : str
        ``t`` or ``F``.
    effect, variance : ndarray, shape (V,)
        Mean over runs of the effect, and its variance; for an F test the whitened effect's length, and the noise.
    stat, z : ndarray, shape (V,)
    dof : float
        Of the noise, all runs.
    n_run : int
        Runs that have its conditions.
    """

    contrast: ContrastSpec
    kind: str
    effect: NDArray[np.float64]
    variance: NDArray[np.float64]
    stat: NDArray[np.float64]
    z: NDArray[np.float64]
    dof: float
    n_run: int


@dataclass(frozen=True, eq=False)
class BlockFit:
    """One block of voxels of one run.

    Attributes
    ----------
    weights : ndarray, shape (K, B)
    fitted : ndarray, shape (T, B)
    lag_before, lag_after : ndarray, shape (N_LAG, B)
        Autocorrelation of the residuals at lags 1 ..., and of the whitened ones.
    """

    weights: NDArray[np.float64]
    fitted: NDArray[np.float64]
    lag_before: NDArray[np.float64]
    lag_after: NDArray[np.float64]


class ModelFit:
    """Sums over runs, filled block by block.

    Parameters
    ----------
    contrasts : sequence of ContrastSpec
    n_voxel : int
    noise : str
        ``ar1`` or ``ols``.
    """

    def __init__(self, contrasts: Sequence[ContrastSpec], n_voxel: int, noise: str) -> None:
        self.contrasts, self.noise, self.n_voxel = tuple(contrasts), noise, n_voxel
        self._sums: list[_ContrastSum | None] = [None] * len(self.contrasts)
        self._total, self._unexplained, self._without_task = (np.zeros(n_voxel) for _ in range(3))
        self._rows: list[NDArray[np.float64] | None] = []
        self._design: Design | None = None
        self._nuisance = np.zeros((0, 0))

    def start_run(self, design: Design) -> None:
        """Begin a run; contrasts that lack a condition in it pass it by."""
        self._design = design
        self._rows = [contrast_rows(contrast, design) for contrast in self.contrasts]
        self._nuisance = np.linalg.qr(design.values[:, ~design.is_task])[0]
        for place, rows in enumerate(self._rows):
            if rows is not None:
                found = self._sums[place] or _ContrastSum(len(rows), self.n_voxel)
                found.dof += design.dof
                found.n_run += 1
                self._sums[place] = found

    def add(self, block: slice, signal: NDArray[np.float64]) -> BlockFit:
        """Fit a block of this run: signal, shape (T, B)."""
        from nilearn.glm.contrasts import compute_contrast
        from nilearn.glm.first_level import run_glm

        assert self._design is not None  # noqa: S101 - a run was started
        design = self._design.values
        labels, results = run_glm(signal, design, noise_model=self.noise)
        for rows, total in zip(self._rows, self._sums, strict=True):
            if rows is not None and total is not None:
                is_t = len(rows) == 1
                found = compute_contrast(labels, results, rows[0] if is_t else rows, stat_type="t" if is_t else "F")
                total.effect[:, block] += np.atleast_2d(found.effect)
                total.variance[block] += found.variance
        weights, rho = _weights(labels, results, self.noise)
        fitted = design @ weights
        residual = signal - fitted
        self._total[block] += np.sum((signal - signal.mean(axis=0)) ** 2, axis=0)
        self._unexplained[block] += np.sum(residual**2, axis=0)
        self._without_task[block] += np.sum((signal - self._nuisance @ (self._nuisance.T @ signal)) ** 2, axis=0)
        whitened = residual.copy()
        whitened[1:] -= rho * residual[:-1]
        return BlockFit(weights, fitted, autocorrelation(residual), autocorrelation(whitened))

    def maps(self, place: int) -> ContrastMaps:
        """Fixed effects of a contrast: the mean over runs. ValueError where no run has its conditions."""
        from nilearn.glm.contrasts import Contrast

        total = self._sums[place]
        if total is None:
            raise ValueError(f"no run has the conditions of {self.contrasts[place].name!r}")
        is_t = len(total.effect) == 1
        kind = "t" if is_t else "F"
        effect, variance = total.effect / total.n_run, total.variance / total.n_run**2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a p of 0 is put right by nilearn itself
            found: Any = Contrast(effect[0] if is_t else effect, variance, dof=total.dof, stat_type=kind)
            stat, z = found.stat(), found.z_score()
        size = effect[0] if is_t else np.linalg.norm(effect, axis=0)
        return ContrastMaps(self.contrasts[place], kind, size, variance, stat, z, total.dof, total.n_run)

    def r2(self) -> NDArray[np.float64]:
        """Share of the variance within runs that the whole model explains, shape (V,)."""
        return 1 - self._unexplained / self._total

    def r2_task(self) -> NDArray[np.float64]:
        """Of what drift and confounds leave, the share that the events explain, shape (V,)."""
        return np.maximum(1 - self._unexplained / self._without_task, 0)


def autocorrelation(values: NDArray[np.float64], n_lag: int = N_LAG) -> NDArray[np.float64]:
    """Autocorrelation of values[time, voxel] at lags 1 to `n_lag`, shape (n_lag, V)."""
    centred = values - values.mean(axis=0)
    power = np.sum(centred**2, axis=0)
    lags = [np.sum(centred[lag:] * centred[:-lag], axis=0) for lag in range(1, n_lag + 1)]
    return np.stack(lags) / np.where(power > 0, power, 1)


# --- inside ---------------------------------------------------------------------------------------------------------------


class _ContrastSum:
    """Effect and variance of a contrast, summed over runs."""

    def __init__(self, n_row: int, n_voxel: int) -> None:
        self.effect = np.zeros((n_row, n_voxel))
        self.variance = np.zeros(n_voxel)
        self.dof = 0.0
        self.n_run = 0


def _weights(labels: NDArray[Any], results: dict[Any, Any], noise: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (K, B), and the AR(1) coefficient of each voxel (0 for OLS); nilearn keeps one model for each coefficient."""
    n_column = next(iter(results.values())).theta.shape[0]
    weights, rho = np.empty((n_column, labels.size)), np.zeros(labels.size)
    for label, result in results.items():
        own = labels == label
        weights[:, own] = result.theta
        rho[own] = float(label) if noise == "ar1" else 0.0
    return weights, rho
