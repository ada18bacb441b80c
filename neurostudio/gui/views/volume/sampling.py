"""The values of one image in one slice of a frame: its own voxels where the grids agree, else sampled by world coordinates."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.grid import Grid
from neurostudio.gui.views.volume.frame import PLANES, Box, Frame, PlaneName
from neurostudio.gui.views.volume.layers import Layer

SAME_GRID_MM = 1e-3
MOST_SAMPLES = 512  # along one side of a slice
FINEST = 8  # samples for one voxel of the frame


@dataclass(frozen=True, eq=False)
class Cut:
    """Values of a slice.

    Attributes
    ----------
    values : ndarray
        ``[row, column]``, the first row at the top of the screen, columns to the right, front or right of the body.
    box : tuple of float
        Left, bottom, right, top in mm of the plane.
    """

    values: NDArray[Any]
    box: Box


def cut(layer: Layer, frame: Frame, plane: PlaneName, depth: int, volume: int) -> Cut | None:
    """A slice of a layer at an index of the frame along the axis of the plane; None where the image does not reach.

    Parameters
    ----------
    depth : int
        Index of the frame along R (sagittal), A (coronal) or S (axial).
    """
    if same_grid(layer.image.grid, frame.grid):
        return _own_voxels(layer, frame, plane, depth, volume)
    return _sampled(layer, frame, plane, depth, volume)


def same_grid(one: Grid, other: Grid) -> bool:
    """Whether two images have the same voxels in the same places."""
    return one is other or (one.shape == other.shape and one.close_to(other, SAME_GRID_MM))


def _own_voxels(layer: Layer, frame: Frame, plane: PlaneName, depth: int, volume: int) -> Cut | None:
    through, across, up = PLANES[plane]
    grid = frame.grid
    if not 0 <= depth < frame.shape[through]:
        return None
    axis = grid.ras_order[through]
    index = grid.shape[axis] - 1 - depth if grid.ras_flips[through] else depth
    values = layer.image.slice(axis, index, volume)
    if grid.ras_order[across] > grid.ras_order[up]:  # the two other axes come in the order of the file
        values = values.T
    if grid.ras_flips[across]:
        values = values[::-1]
    if grid.ras_flips[up]:
        values = values[:, ::-1]
    zoom_across, zoom_up = frame.zooms_mm[across], frame.zooms_mm[up]
    box = (-0.5 * zoom_across, -0.5 * zoom_up, (frame.shape[across] - 0.5) * zoom_across, (frame.shape[up] - 0.5) * zoom_up)
    return Cut(values.T[::-1], box)


def _sampled(layer: Layer, frame: Frame, plane: PlaneName, depth: int, volume: int) -> Cut | None:
    raster = _raster(layer.image.grid, frame, plane)
    through = PLANES[plane][0]
    if raster is None or not raster.first <= depth <= raster.last:
        return None
    mm = raster.places + frame.to_mm[:3, through] * depth
    linear = layer.kind != "labels" and layer.look.is_smooth
    return Cut(layer.image.sample(mm, volume, linear=linear), raster.box)


@dataclass(frozen=True, eq=False)
class _Raster:
    """Places in mm at depth 0, ``[row, column, 3]``, where a grid is sampled in a plane; the depths at which it is there."""

    places: NDArray[np.float64]
    box: Box
    first: int
    last: int


@lru_cache(maxsize=9)
def _raster(grid: Grid, frame: Frame, plane: PlaneName) -> _Raster | None:
    through, across, up = PLANES[plane]
    corners = frame.index_of(grid.corners_mm)
    edges, sides = [], []
    finest = float(min(grid.zooms_mm))
    for body in (across, up):
        low = max(int(np.floor(corners[:, body].min() + 0.5)), frame.lows[body])
        high = min(int(np.ceil(corners[:, body].max() - 0.5)), frame.highs[body])
        if high < low:
            return None
        n = high - low + 1
        wanted = int(np.clip(round(frame.zooms_mm[body] / finest), 1, FINEST))
        every = max(1, min(wanted, MOST_SAMPLES // n))
        edges.append((low, high))
        sides.append(low - 0.5 + (np.arange(n * every) + 0.5) / every)
    along, upward = sides
    base = frame.to_mm[:3, 3]
    rows = upward[::-1, None, None] * frame.to_mm[:3, up]
    columns = along[None, :, None] * frame.to_mm[:3, across]
    (left, right), (bottom, top) = edges
    zoom_across, zoom_up = frame.zooms_mm[across], frame.zooms_mm[up]
    box = ((left - 0.5) * zoom_across, (bottom - 0.5) * zoom_up, (right + 0.5) * zoom_across, (top + 0.5) * zoom_up)
    first = int(np.floor(corners[:, through].min() + 0.5))
    last = int(np.ceil(corners[:, through].max() - 0.5))
    return _Raster(rows + columns + base, box, first, last)
