"""The glass brain: what of a map lies beyond its threshold, seen through the head from three sides. No Qt.

Each pixel has the value farthest from zero along its line of sight (maximum intensity projection), taken from the nearest
voxel at steps no wider than a voxel, so that no cluster is lost.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.image import Image
from neurostudio.gui.views.volume.frame import PLANES, Box, PlaneName
from neurostudio.gui.views.volume.layers import Layer, pixels

MARGIN_MM = 6.0
FINEST_MM, COARSEST_MM = 1.0, 4.0
OUTLINE_SCALE = 4  # pixels of an outline for one of the mask
OUTLINE_WIDTH = 1.6  # of these pixels


@dataclass(frozen=True, eq=False)
class Outline:
    """The silhouette of a brain from three sides.

    Attributes
    ----------
    strength : dict
        For each plane how dark its line is, ``[row, column]`` from 0 to 1, the first row at the top.
    box : dict
        Left, bottom, right, top of each in mm.
    low, high : ndarray
        Corners of the brain in mm, ``[3]``.
    """

    strength: dict[PlaneName, NDArray[np.float32]]
    box: dict[PlaneName, Box]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Projection:
    """A map from three sides: premultiplied ARGB32 ``[row, column]``, one box in mm each; how many voxels are beyond."""

    pixels: dict[PlaneName, NDArray[np.uint32]]
    box: dict[PlaneName, Box]
    n_beyond: int


def outline_of(mask: Image, share: float = 0.5) -> Outline:
    """The outline of a brain that lies along the axes of the body: a mask, or a template without skull.

    Parameters
    ----------
    share : float
        Voxels above this share of the highest value are brain.
    """
    values = mask.volume(0)
    inside = values > share * float(np.nanmax(values))
    order, flips = mask.grid.ras_order, mask.grid.ras_flips
    inside = np.flip(np.transpose(inside, order), tuple(axis for axis, is_flipped in enumerate(flips) if is_flipped))
    zooms = np.array([mask.grid.zooms_mm[axis] for axis in order], dtype=np.float64)
    first = np.asarray(mask.grid.box_mm, dtype=np.float64)[0]
    strength: dict[PlaneName, NDArray[np.float32]] = {}
    boxes: dict[PlaneName, Box] = {}
    for plane, (through, across, up) in PLANES.items():
        flat = np.asarray(inside.any(axis=through))
        flat = flat if across < up else flat.T  # [across, up]
        strength[plane] = _line_around(flat).T[::-1]
        right, top = first[[across, up]] + zooms[[across, up]] * flat.shape
        boxes[plane] = (float(first[across]), float(first[up]), float(right), float(top))
    where = np.argwhere(inside)
    return Outline(strength, boxes, first + zooms * where.min(axis=0), first + zooms * (where.max(axis=0) + 1))


def project(layer: Layer, volume: int, low: NDArray[np.float64], high: NDArray[np.float64]) -> Projection:
    """Look at a layer through the head.

    Parameters
    ----------
    low, high : ndarray
        Corners of the room that is looked through, in mm, ``[3]``; the image adds its own.
    """
    image = layer.image
    box = np.asarray(image.grid.box_mm, dtype=np.float64)
    low, high = np.minimum(low, box[0]), np.maximum(high, box[1])
    step = float(np.clip(min(image.grid.zooms_mm), FINEST_MM, COARSEST_MM))
    sides = [np.arange(a + step / 2, b, step) for a, b in zip(low, high, strict=True)]
    size = tuple(len(side) for side in sides)
    most = {plane: np.zeros((size[across], size[up]), np.float32) for plane, (_, across, up) in PLANES.items()}
    across_y, up_z = np.meshgrid(sides[1], sides[2], indexing="ij")
    places = np.empty((size[1], size[2], 3))
    places[..., 1], places[..., 2] = across_y, up_z
    for at, x in enumerate(sides[0]):  # one sagittal sheet after the other: a whole head of places would take 200 MB
        places[..., 0] = x
        sheet = np.nan_to_num(image.sample(places, volume, linear=False), nan=0.0, posinf=0.0, neginf=0.0)
        _keep_larger(most["sagittal"], sheet)
        most["coronal"][at] = _largest(sheet, axis=0)
        most["axial"][at] = _largest(sheet, axis=1)
    look = replace(layer.look, threshold=layer.look.threshold if layer.look.threshold is not None else 1e-12, opacity=1.0)
    boxes: dict[PlaneName, Box] = {}
    drawn: dict[PlaneName, NDArray[np.uint32]] = {}
    for plane, (_, across, up) in PLANES.items():
        right, top = low[[across, up]] + step * np.array(most[plane].shape)
        boxes[plane] = (float(low[across]), float(low[up]), float(right), float(top))
        values = most[plane].T[::-1]
        drawn[plane] = pixels(values, look, hides_zero=True)
        drawn[plane][values == 0] = 0
    return Projection(drawn, boxes, n_beyond(image, volume, look.threshold or 0.0, is_two_sided=look.is_two_sided))


def n_beyond(image: Image, volume: int, threshold: float, *, is_two_sided: bool) -> int:
    """How many voxels are beyond a threshold."""
    values = image.volume(volume)
    with np.errstate(invalid="ignore"):
        beyond = np.isfinite(values) & (values >= threshold)
        if is_two_sided:
            beyond |= np.isfinite(values) & (values <= -threshold)
    return int(np.count_nonzero(beyond))


def _largest(sheet: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Values farthest from zero along an axis."""
    high, low = sheet.max(axis=axis), sheet.min(axis=axis)
    farthest: NDArray[np.float32] = np.where(-low > high, low, high)
    return farthest


def _keep_larger(kept: NDArray[np.float32], sheet: NDArray[np.float32]) -> None:
    np.copyto(kept, sheet, where=np.abs(sheet) > np.abs(kept))


def _line_around(flat: NDArray[np.bool_]) -> NDArray[np.float32]:
    """A smooth line along the edge of a silhouette, `OUTLINE_SCALE` times finer than it."""
    soft = flat.astype(np.float32)
    for _ in range(3):
        soft = _blurred(soft)
    for axis in (0, 1):
        n = soft.shape[axis]
        fine = (np.arange(n * OUTLINE_SCALE) + 0.5) / OUTLINE_SCALE - 0.5
        low = np.clip(np.floor(fine).astype(int), 0, n - 1)
        high = np.minimum(low + 1, n - 1)
        share = np.clip(fine - low, 0, 1).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None, :]
        soft = np.take(soft, low, axis) * (1 - share) + np.take(soft, high, axis) * share
    steep = np.hypot(*np.gradient(soft)) + 1e-6
    line: NDArray[np.float32] = np.clip(OUTLINE_WIDTH / 2 + 0.5 - np.abs(soft - 0.5) / steep, 0, 1).astype(np.float32)
    return line


def _blurred(image: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.pad(image, 1)
    across = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    blurred: NDArray[np.float32] = (across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]) / 16
    return blurred
