"""The carpet (Power 2017): every voxel a row, time from left to right, so that what moves all voxels at once is a band."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.grid import Grid
from neurostudio.methods.fmri.tsnr import without_trend

CLIP_SD = 6.0
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Rows:
    """Which voxels are shown, in which order.

    Attributes
    ----------
    columns : ndarray of int, shape (R,)
        Columns of series[time, voxel], from the top row down.
    labels : ndarray of int, shape (R,)
        Label of each row, 0 without labels.
    order : str
        What they are ordered by, in words.
    """

    columns: NDArray[np.int64]
    labels: NDArray[np.int64]
    order: str


def choose_rows(
    most: int, keys: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]] | None = None, order: str = ""
) -> Rows:
    """Order voxels by label, then by `keys` (V,) from high to low, and take evenly spaced ones.

    Each row is one voxel and no mean of several, so that a row leads to a place in the brain. Voxels of label 0 come last.
    """
    groups = np.zeros(len(keys), np.int64) if labels is None else np.asarray(labels, np.int64)
    last = np.where(groups == 0, np.iinfo(np.int64).max, groups)
    ordered = np.lexsort((-np.asarray(keys, np.float64), last))
    taken = ordered[np.unique(np.linspace(0, len(ordered) - 1, min(most, len(ordered))).round().astype(np.int64))]
    return Rows(taken, groups[taken], order)


def carpet_values(series: NDArray[np.floating[Any]], rows: Rows) -> NDArray[np.float32]:
    """The rows as z scores about a slow trend, carpet[row, time]; a constant voxel gives zeros."""
    shown = series[:, rows.columns]
    rest = without_trend(shown).T
    sd = rest.std(axis=1, keepdims=True)
    rounding = np.finfo(np.float32).eps * np.abs(shown).max(axis=0)[:, None]
    scaled = np.divide(rest, sd, out=np.zeros_like(rest), where=sd > rounding)
    clipped: NDArray[np.float32] = np.clip(scaled, -CLIP_SD, CLIP_SD).astype(np.float32)
    return clipped


def correlation(series: NDArray[np.floating[Any]], trace: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Pearson correlation of each voxel with a trace (T,), shape (V,); times where the trace is NaN are left out."""
    used = np.isfinite(trace)
    centred = np.asarray(trace[used], np.float64) - trace[used].mean() if used.any() else np.zeros(0)
    size = np.sqrt((centred**2).sum())
    result = np.zeros(series.shape[1])
    if size == 0:
        return result
    for start in range(0, series.shape[1], _BLOCK):
        block = np.asarray(series[used, start : start + _BLOCK], np.float64)
        block -= block.mean(axis=0)
        spread = np.sqrt((block**2).sum(axis=0))
        result[start : start + _BLOCK] = np.divide(centred @ block, spread * size, out=np.zeros_like(spread), where=spread > 0)
    return result


def depth_mm(mask: NDArray[np.bool_], grid: Grid) -> NDArray[np.float64]:
    """Distance of each voxel of the mask from its rim, mm, shape (V,)."""
    from scipy.ndimage import distance_transform_edt

    padded = np.pad(mask, 1)  # the edge of the volume is a rim too
    distance: NDArray[np.float64] = distance_transform_edt(padded, sampling=grid.zooms_mm)[1:-1, 1:-1, 1:-1]
    return distance[mask]
