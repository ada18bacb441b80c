"""Values between voxels: trilinear and nearest, for many points at once.

Points are turned into flat voxel numbers once, and corners are fetched with one `take` each: a slice of 200 x 200 points costs a few
milliseconds, so an overlay on another grid can follow the cursor.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurostudio.data.fmri.grid import Grid

Corner = tuple[bool, bool, bool]
"""Of the eight voxels around a point: whether it is the upper one along each axis."""

Corners = dict[Corner, NDArray[Any]]

_CORNERS: list[Corner] = [(i, j, k) for i in (False, True) for j in (False, True) for k in (False, True)]
_NOISE = 1e-6  # of a voxel: what rounding moves a point that lies on the edge


@dataclass(frozen=True, eq=False)
class Places:
    """Points as positions in a grid, ready to be read from any volume on it.

    A point within half a voxel of the outermost centres is inside, and has the value there.

    Attributes
    ----------
    shape : tuple of int
        Of the points, without the last axis.
    is_inside : bool array, ``[point]``
    index : float array, ``[axis, point inside]``
        Voxel indices, within the outermost centres.
    grid_shape : tuple of int
    """

    shape: tuple[int, ...]
    is_inside: NDArray[np.bool_]
    index: NDArray[np.float64]
    grid_shape: tuple[int, int, int]

    @classmethod
    def of(cls, grid: Grid, mm: ArrayLike) -> "Places":
        """Find points in a grid; `mm` has shape (..., 3)."""
        points = np.asarray(mm, dtype=np.float64)
        index = grid.voxel_of(points.reshape(-1, 3)).T  # [axis, point], in this order in memory
        is_inside = np.ones(index.shape[1], np.bool_)
        for along, size in zip(index, grid.shape, strict=True):  # NaN compares as outside
            is_inside &= (along >= -0.5 - _NOISE) & (along <= size - 0.5 + _NOISE)
        if not is_inside.all():
            index = index[:, is_inside]
        for along, size in zip(index, grid.shape, strict=True):
            np.clip(along, 0, size - 1, out=along)
        return cls(points.shape[:-1], is_inside, index, grid.shape)

    def nearest(self, volume: NDArray[Any]) -> NDArray[Any]:
        """Values of the voxels that hold the points, as `volume` has them; ``[point inside]``."""
        return self._flat(volume).take(self._number_of((self.index + 0.5).astype(np.intp)))

    def linear(self, volume: NDArray[Any]) -> NDArray[np.floating[Any]]:
        """Trilinear values of `volume`, ``[point inside]``; a voxel without weight does not count, even where it is not a number."""
        top = np.maximum(np.array(self.grid_shape)[:, None] - 2, 0)
        below = np.minimum(self.index.astype(np.intp), top)
        kind = np.float64 if volume.dtype.itemsize > 4 else np.float32
        share = (self.index - below).astype(kind)
        flat, first, steps = self._flat(volume), self._number_of(below), self._steps
        values: Corners = {corner: flat.take(first + int(steps[list(corner)].sum())).astype(kind) for corner in _CORNERS}
        if volume.dtype.kind == "f" and not all(np.isfinite(found).all() for found in values.values()):
            return _weighted(values, share)
        for axis in (0, 1, 2):
            for corner in [corner for corner in values if corner[axis]]:
                lower, upper = values[_below(corner, axis)], values.pop(corner)
                upper -= lower
                upper *= share[axis]
                lower += upper
        return values[False, False, False]

    def spread(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Put values of the points inside in their places, NaN elsewhere; shape as the points."""
        found = np.full(self.is_inside.size, np.nan, dtype=np.float32)
        found[self.is_inside] = values
        return found.reshape(self.shape)

    @property
    def _steps(self) -> NDArray[np.intp]:
        """By how much the flat number grows along each axis; 0 along an axis of one voxel, which has no neighbours."""
        n_i, n_j, _ = self.grid_shape
        return np.array((1, n_i, n_i * n_j), np.intp) * (np.array(self.grid_shape) > 1)

    def _number_of(self, index: NDArray[np.intp]) -> NDArray[np.intp]:
        n_i, n_j, _ = self.grid_shape
        number: NDArray[np.intp] = index[0] + n_i * (index[1] + n_j * index[2])
        return number

    @staticmethod
    def _flat(volume: NDArray[Any]) -> NDArray[Any]:
        """The voxels in their order in the file: no copy for what was read from one."""
        return volume.reshape(-1, order="F")


def _below(corner: Corner, axis: int) -> Corner:
    i, j, k = (is_upper and place != axis for place, is_upper in enumerate(corner))
    return i, j, k


def _weighted(values: Corners, share: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Sum of the corners with their weights; what has no weight is left out, as 0 times NaN is NaN."""
    total: NDArray[np.floating[Any]] = np.zeros_like(share[0])
    for corner, found in values.items():
        weight = np.ones_like(share[0])
        for axis, is_upper in enumerate(corner):
            weight *= share[axis] if is_upper else 1 - share[axis]
        with np.errstate(invalid="ignore"):  # infinities of both signs
            total += np.where(weight > 0, weight * np.where(weight > 0, found, 0), 0)
    return total
