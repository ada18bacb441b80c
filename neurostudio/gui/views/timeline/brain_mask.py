"""A plain brain mask from a run alone, and how deep voxels lie in a mask: good enough to look through. No Qt."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.grid import Grid
from neurostudio.data.fmri.image import Image
from neurostudio.gui.views.timeline.series import Floats

BRIGHT_SHARE = 0.2  # of the brightest voxels; what is darker in the mean is no brain
BRIGHT_PERCENT = 98
SAMPLED_VOLUMES = 20
_BLOCK = 1 << 21  # distances at once


def brain_mask(image: Image, n_volumes: int) -> NDArray[np.bool_]:
    """Voxels that are bright in the mean of some of the first `n_volumes` volumes, and change; shape (X, Y, Z)."""
    times = np.unique(np.linspace(0, n_volumes - 1, min(SAMPLED_VOLUMES, n_volumes)).round().astype(int))
    first = image.volume(int(times[0]))
    total, varies, is_known = np.zeros(first.shape), np.zeros(first.shape, bool), np.isfinite(first)
    for t in times.tolist():
        volume = image.volume(t)
        is_known &= np.isfinite(volume)
        total += np.where(np.isfinite(volume), volume, 0.0)
        varies |= volume != first
    mean = np.abs(total) / len(times)
    filled = mean[is_known & (mean > 0)]
    if not filled.size:
        return np.zeros(first.shape, bool)
    found: NDArray[np.bool_] = mean > BRIGHT_SHARE * float(np.percentile(filled, BRIGHT_PERCENT))
    return found & is_known & (varies | (len(times) == 1))


def depth_mm(mask: NDArray[np.bool_], grid: Grid, voxels: NDArray[np.integer[Any]]) -> Floats:
    """Distance of voxels[voxel, axis] to the nearest voxel outside of the mask, in mm; 0 for those that lie outside."""
    padded = np.pad(np.asarray(mask, bool), 1)
    near = padded.copy()
    for axis in range(3):
        near |= np.roll(padded, 1, axis) | np.roll(padded, -1, axis)
    rim = np.argwhere(near & ~padded) - 1
    rim_mm, own_mm = grid.mm_of(rim), grid.mm_of(voxels)
    found = np.zeros(len(voxels))
    step = max(1, _BLOCK // max(len(rim), 1))
    for start in range(0, len(voxels), step):
        part = own_mm[start : start + step]
        squares = (part**2).sum(1)[:, None] - 2 * _product(part, rim_mm) + (rim_mm**2).sum(1)
        found[start : start + step] = np.sqrt(np.maximum(squares.min(axis=1, initial=np.inf), 0))
    inside = np.asarray(mask, bool)[tuple(np.asarray(voxels).T)]
    return np.where(inside, found, 0.0)


def _product(first: Floats, second: Floats) -> Floats:
    """first @ second.T of three axes, without BLAS: its threads would wait for each other."""
    x, y, z = (np.multiply.outer(first[:, axis], second[:, axis]) for axis in range(3))
    found: Floats = x + y + z
    return found
