"""The voxel grid of an image in the world: which millimetres a voxel index means, and which data axis runs along the body.

World coordinates are RAS+: x grows to the right, y to the front, z to the top of the head. What is shown is never resampled for
this: the data axes are taken in the order `Grid.ras_order` and reversed where `Grid.ras_flips` says so.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

OBLIQUE_RAD = 1e-3
"""Axes that lean more than this against the body are oblique; less moves no point of a head by half a millimetre."""

SAME_MM = 1e-3


@dataclass(frozen=True, eq=False)
class Grid:
    """A voxel grid.

    Attributes
    ----------
    affine : float array, shape (4, 4)
        Voxel indices (i, j, k, 1) to millimetres (x, y, z, 1), RAS+. Kept as a read-only copy.
    shape : tuple of int
        Number of voxels along each data axis.

    Raises
    ------
    ValueError
        The affine is no invertible affine matrix, or an axis has no voxel.

    Examples
    --------
    >>> grid = Grid(np.diag([2.0, 2.0, 3.0, 1.0]), (10, 10, 5))
    >>> grid.mm_of((1, 2, 3)).tolist()
    [2.0, 4.0, 9.0]
    >>> grid.nearest((2.9, 4.0, 9.0)), grid.axis_codes
    ((1, 2, 3), ('R', 'A', 'S'))
    """

    affine: NDArray[np.float64]
    shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or not np.array_equal(affine[3], (0, 0, 0, 1)):
            raise ValueError(f"not an affine matrix: {self.affine!r}")
        if not is_invertible(affine):
            raise ValueError(f"the axes of this affine do not span space: {affine.tolist()}")
        shape = tuple(int(size) for size in self.shape)
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError(f"a grid has three axes of at least one voxel: {self.shape!r}")
        affine.flags.writeable = False
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", shape)

    def mm_of(self, voxel: ArrayLike) -> NDArray[np.float64]:
        """Millimetres of voxel indices, which need not be whole; shape (..., 3) to (..., 3)."""
        return _moved(voxel, self.affine)

    def voxel_of(self, mm: ArrayLike) -> NDArray[np.float64]:
        """Voxel indices of points, not rounded; shape (..., 3) to (..., 3)."""
        return _moved(mm, self._inverse)

    def nearest(self, mm: ArrayLike) -> tuple[int, int, int] | None:
        """The voxel that holds a point; None outside of the grid. A point on the border of two belongs to the upper one."""
        i, j, k = (float(index) for index in np.floor(self.voxel_of(mm) + 0.5))
        n_i, n_j, n_k = self.shape
        if not (0 <= i < n_i and 0 <= j < n_j and 0 <= k < n_k):  # written so that NaN is outside
            return None
        return int(i), int(j), int(k)

    @cached_property
    def ras_order(self) -> tuple[int, int, int]:
        """The data axis that is shown from left to right, from back to front, and from bottom to top."""
        along = self._body_axes[:, 0]
        right, front, top = (int(np.flatnonzero(along == body)[0]) for body in range(3))
        return right, front, top

    @cached_property
    def ras_flips(self) -> tuple[bool, bool, bool]:
        """Whether the index along each axis of `ras_order` runs against right, front and top."""
        right, front, top = (bool(self._body_axes[axis, 1] < 0) for axis in self.ras_order)
        return right, front, top

    @cached_property
    def axis_codes(self) -> tuple[str, str, str]:
        """Where each data axis runs to: three letters of R, L, A, P, S and I."""
        letters = ("LR", "PA", "IS")
        i, j, k = (letters[int(body)][int(sign > 0)] for body, sign in self._body_axes)
        return i, j, k

    @cached_property
    def zooms_mm(self) -> tuple[float, float, float]:
        """Distance of neighbouring voxels along each data axis."""
        i, j, k = (float(size) for size in np.linalg.norm(self.affine[:3, :3], axis=0))
        return i, j, k

    @cached_property
    def is_oblique(self) -> bool:
        """Whether the data axes are at an angle to the body."""
        directions = self.affine[:3, :3] / self.zooms_mm
        cosines = np.abs(directions).max(axis=0)
        return bool(np.any(cosines < np.cos(OBLIQUE_RAD)))

    @cached_property
    def is_left_handed(self) -> bool:
        """Whether the data axes form a left-handed system, as in radiological storage."""
        return bool(np.linalg.det(self.affine[:3, :3]) < 0)

    @cached_property
    def corners_mm(self) -> NDArray[np.float64]:
        """The eight outer corners, shape (8, 3): half a voxel beyond the centres of the voxels there."""
        return self.mm_of(list(product(*((-0.5, size - 0.5) for size in self.shape))))

    @cached_property
    def box_mm(self) -> NDArray[np.float64]:
        """Lowest and highest x, y, z that the grid reaches, shape (2, 3)."""
        return np.stack([self.corners_mm.min(axis=0), self.corners_mm.max(axis=0)])

    @cached_property
    def centre_mm(self) -> NDArray[np.float64]:
        """The middle of the grid, shape (3,)."""
        return self.mm_of([(size - 1) / 2 for size in self.shape])

    def distance_mm(self, other: "Grid") -> float:
        """How far apart one voxel lies in both grids, where that is farthest within this one."""
        return float(np.linalg.norm(self.corners_mm - other.mm_of(self.voxel_of(self.corners_mm)), axis=1).max())

    def close_to(self, other: "Grid", mm: float = SAME_MM) -> bool:
        """Whether both have the same shape, and no voxel lies more than `mm` apart in them."""
        return self.shape == other.shape and self.distance_mm(other) <= mm

    @cached_property
    def _inverse(self) -> NDArray[np.float64]:
        return np.asarray(np.linalg.inv(self.affine), dtype=np.float64)

    @cached_property
    def _body_axes(self) -> NDArray[np.float64]:
        """For each data axis, the axis of the body it is nearest to (0 to 2), and the direction along it (1 or -1)."""
        from nibabel import orientations

        find: Any = orientations.io_orientation
        return np.asarray(find(self.affine), dtype=np.float64)


def _moved(points: ArrayLike, affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply an affine to points (..., 3). Three axes are too few for BLAS, whose threads would wait for each other."""
    given = np.asarray(points, dtype=np.float64)
    x, y, z = given.reshape(-1, 3).T
    moved = np.empty((3, x.size))
    with np.errstate(invalid="ignore"):  # a point at infinity is nowhere
        for row, target in zip(affine[:3], moved, strict=True):
            np.multiply(x, row[0], out=target)
            target += y * row[1]
            target += z * row[2]
            target += row[3]
    return np.moveaxis(moved.reshape(3, *given.shape[:-1]), 0, -1)


def is_invertible(affine: NDArray[np.float64]) -> bool:
    """Whether the axes of an affine span space: finite, none of length 0, and none within the plane of the others."""
    axes = np.asarray(affine, dtype=np.float64)[:3, :3]
    if not np.isfinite(affine).all():
        return False
    sizes = np.linalg.norm(axes, axis=0)
    if not (sizes > 0).all():
        return False
    return bool(abs(np.linalg.det(axes / sizes)) > 1e-6)
