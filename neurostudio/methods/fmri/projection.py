"""One projection for confounds, drift and filter: ``nilearn.signal.clean`` in blocks of voxels.

The cosines are handed over as regressors. nilearn's own ``filter="cosine"`` makes the same ones, but takes none of them where one
confound happens to correlate with one of them above 0.9, which a head that sinks steadily does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.methods.fmri.blocks import BLOCK_VALUES, voxel_blocks
from neurostudio.methods.fmri.specs.clean import FilterSettings

_BUTTERWORTH_SLOWER = 8  # so that a block still takes less than half a second
_ROUNDING = 2 * float(np.finfo(np.float32).eps)  # of its size: what is left of a voxel that the regressors explain wholly


@dataclass(frozen=True, eq=False)
class Projection:
    """What is taken out of each voxel of a run.

    Attributes
    ----------
    names : tuple of str
    regressors : ndarray, shape (T, K)
        Confounds, then cosines; all volumes.
    kept : ndarray of int, shape (N,)
        Volumes that are fitted and kept.
    detrend : bool
        Mean and line are taken away too.
    band_hz : tuple of (float or None, float or None), or None
        Band of the Butterworth filter; None: no such filter.
    tr_s : float
    """

    names: tuple[str, ...]
    regressors: NDArray[np.float64]
    kept: NDArray[np.int64]
    detrend: bool
    band_hz: tuple[float | None, float | None] | None
    tr_s: float

    @property
    def rank(self) -> int:
        """Independent regressors over the kept volumes, with mean and line."""
        n_kept = len(self.kept)
        trend = np.vander(np.linspace(-1, 1, max(n_kept, 1)), 2)[:n_kept] if self.detrend else np.ones((n_kept, 1))
        columns = self.regressors[self.kept]
        scale = np.abs(columns).max(axis=0, initial=0.0)
        whole = np.hstack([trend, columns / np.where(scale > 0, scale, 1.0)])
        return int(np.linalg.matrix_rank(whole)) if n_kept else 0

    @property
    def dof_left(self) -> int:
        """Kept volumes less the regressors; a band-pass also leaves only its share of the frequencies."""
        left = len(self.kept)
        if self.band_hz is not None:
            nyquist_hz = 0.5 / self.tr_s
            low, high = self.band_hz
            left = int(left * (min(high or nyquist_hz, nyquist_hz) - (low or 0.0)) / nyquist_hz)
        return left - self.rank


def make_projection(
    names: tuple[str, ...], confounds: NDArray[np.float64], kept: NDArray[np.int64], settings: FilterSettings, tr_s: float
) -> Projection:
    """Put confounds and cosines of a run together."""
    band = None if settings.low_pass_hz is None else (settings.high_pass_hz, settings.low_pass_hz)
    drift = np.zeros((len(confounds), 0))
    if band is None and settings.high_pass_hz is not None:
        drift = cosines(len(confounds), settings.high_pass_hz, tr_s)
    drift_names = tuple(f"cosine{number:02d}" for number in range(drift.shape[1]))
    return Projection((*names, *drift_names), np.hstack([confounds, drift]), kept, settings.detrend, band, tr_s)


def cosines(n_time: int, high_pass_hz: float, tr_s: float) -> NDArray[np.float64]:
    """nilearn's cosine drift regressors without the constant, shape (T, K)."""
    from nilearn.glm.first_level.design_matrix import create_cosine_drift

    drift: NDArray[np.float64] = create_cosine_drift(high_pass_hz, np.arange(n_time) * tr_s)[:, :-1]
    return drift


def clean_in_place(
    context: Context, series: NDArray[np.float32], projection: Projection, standardise: str, phase: str
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Clean series[time, voxel]; the kept volumes move to its first rows.

    Returns
    -------
    cleaned : ndarray, shape (N, V)
        A view of `series`.
    removed : ndarray, shape (V,)
        Share of the variance of the kept volumes that the projection took; NaN where nothing was left of a voxel.
    """
    from nilearn.signal import clean

    n_kept = len(projection.kept)
    removed = np.empty(series.shape[1])
    size = BLOCK_VALUES if projection.band_hz is None else BLOCK_VALUES // _BUTTERWORTH_SLOWER
    for block in voxel_blocks(context, series.shape, phase, size):
        values = np.asarray(series[:, block], np.float64)
        before = values[projection.kept]
        cleaned = clean(
            values,
            confounds=projection.regressors if projection.regressors.shape[1] else None,
            detrend=projection.detrend,
            standardize=None,
            sample_mask=projection.kept,
            filter="butterworth" if projection.band_hz is not None else False,
            high_pass=None if projection.band_hz is None else projection.band_hz[0],
            low_pass=None if projection.band_hz is None else projection.band_hz[1],
            t_r=projection.tr_s,
            ensure_finite=False,
        )
        spread_before, spread_after = before.std(axis=0), cleaned.std(axis=0)
        gone = spread_after <= _ROUNDING * np.abs(before).max(axis=0)
        cleaned = standardised(cleaned, before.mean(axis=0), standardise)
        cleaned[:, gone] = 0
        series[:n_kept, block] = cleaned
        share = 1 - (spread_after / np.where(spread_before > 0, spread_before, 1)) ** 2
        removed[block] = np.where(gone, np.nan, share)
    return series[:n_kept], removed


def standardised(cleaned: NDArray[np.float64], mean: NDArray[np.float64], how: str) -> NDArray[np.float64]:
    """Scale the cleaned series as nilearn does: ``z`` (sample s.d.), ``psc`` (per cent of `mean`), or ``none``."""
    from nilearn.signal import standardize_signal

    if how == "none":
        return cleaned
    if how == "z":
        scaled: NDArray[np.float64] = standardize_signal(cleaned, standardize="zscore_sample")
        return scaled
    centred = cleaned - cleaned.mean(axis=0)
    per_cent: NDArray[np.float64] = np.divide(100 * centred, np.abs(mean), out=np.zeros_like(centred), where=mean != 0)
    return per_cent
