"""Which voxel lies where on the screen: slices of a grid in the order of the body, by flips of indexes alone. No Qt.

A frame counts voxels along the body: its index grows to the right (R), to the front (A) and up (S), whatever the order in
which the file holds them. The screen then needs no more than two of these three numbers.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurostudio.data.fmri.grid import Grid

PlaneName = Literal["sagittal", "coronal", "axial"]
Box = tuple[float, float, float, float]

PLANES: dict[PlaneName, tuple[int, int, int]] = {"sagittal": (0, 1, 2), "coronal": (1, 0, 2), "axial": (2, 0, 1)}
"""For each plane the body axis it is cut along, the one from left to right on the screen, and the one that goes up."""

BODY_AXES = ("x", "y", "z")
LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))
MOST_GROWTH = 1.0  # how far other images widen what is seen, as a share of the grid on each side
MOST_WORLD_SIDE = 512  # voxels of the grid that oblique images are resampled to


@dataclass(frozen=True, eq=False)
class Frame:
    """A grid as it is shown.

    Attributes
    ----------
    grid : Grid
        Its voxels are the steps of the crosshair.
    lows, highs : tuple of int
        First and last index of the frame along R, A and S that is seen; wider than the grid where another image is.
    """

    grid: Grid
    lows: tuple[int, int, int]
    highs: tuple[int, int, int]

    @classmethod
    def of(cls, grid: Grid, others: tuple[Grid, ...] = ()) -> "Frame":
        """The frame of a grid, as wide as it must be for what the other grids show beside it."""
        plain = cls(grid, (0, 0, 0), _highs(grid))
        sizes = np.array(plain.shape)
        lows, highs = np.zeros(3, dtype=int), sizes - 1
        for other in others:
            corners = plain.index_of(other.corners_mm)
            low, high = corners.min(axis=0), corners.max(axis=0)
            if (high < -0.5).any() or (low > sizes - 0.5).any():
                continue  # far outside: who adds it is told
            room = np.ceil(MOST_GROWTH * sizes).astype(int)
            lows = np.minimum(lows, np.maximum(np.round(low + 0.49).astype(int), -room))
            highs = np.maximum(highs, np.minimum(np.round(high - 0.49).astype(int), sizes - 1 + room))
        return cls(grid, _triple(lows), _triple(highs))

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """Voxels of the grid along R, A and S."""
        return _triple([self.grid.shape[axis] for axis in self.grid.ras_order])

    @cached_property
    def zooms_mm(self) -> tuple[float, float, float]:
        """Size of a voxel along R, A and S in mm."""
        x, y, z = (float(self.grid.zooms_mm[axis]) for axis in self.grid.ras_order)
        return x, y, z

    @cached_property
    def to_mm(self) -> NDArray[np.float64]:
        """Matrix from an index of the frame to mm, ``[4, 4]``."""
        to_voxel = np.zeros((4, 4))
        to_voxel[3, 3] = 1.0
        for body, (axis, is_flipped) in enumerate(zip(self.grid.ras_order, self.grid.ras_flips, strict=True)):
            to_voxel[axis, body] = -1.0 if is_flipped else 1.0
            to_voxel[axis, 3] = self.grid.shape[axis] - 1 if is_flipped else 0.0
        return np.asarray(self.grid.affine @ to_voxel, dtype=np.float64)

    @cached_property
    def from_mm(self) -> NDArray[np.float64]:
        """The way back, ``[4, 4]``."""
        return np.asarray(np.linalg.inv(self.to_mm), dtype=np.float64)

    def mm_of(self, index: ArrayLike) -> NDArray[np.float64]:
        """Places in mm of indexes of the frame, ``[..., 3]``."""
        return np.asarray(index, dtype=np.float64) @ self.to_mm[:3, :3].T + self.to_mm[:3, 3]

    def index_of(self, mm: ArrayLike) -> NDArray[np.float64]:
        """Indexes of the frame (with fractions) of places in mm, ``[..., 3]``."""
        return np.asarray(mm, dtype=np.float64) @ self.from_mm[:3, :3].T + self.from_mm[:3, 3]

    def nearest(self, mm: ArrayLike) -> tuple[int, int, int]:
        """The index of the frame nearest to a place, among those that are seen."""
        return _triple(np.clip(np.floor(self.index_of(mm) + 0.5).astype(int), self.lows, self.highs))

    def holds(self, mm: ArrayLike) -> bool:
        """Whether a place is seen in one of the slices."""
        index = self.index_of(mm)
        return bool((index >= np.array(self.lows) - 0.5).all() and (index <= np.array(self.highs) + 0.5).all())

    def voxel_of(self, index: tuple[int, int, int]) -> tuple[int, int, int] | None:
        """The voxel of the file for an index of the frame; None where the grid has none."""
        if any(not 0 <= at < size for at, size in zip(index, self.shape, strict=True)):
            return None
        voxel = [0, 0, 0]
        for body, (axis, is_flipped) in enumerate(zip(self.grid.ras_order, self.grid.ras_flips, strict=True)):
            voxel[axis] = self.grid.shape[axis] - 1 - index[body] if is_flipped else index[body]
        return _triple(voxel)

    # --- on the screen: mm along the two axes of a plane, before the screen is mirrored

    def box(self, plane: PlaneName) -> Box:
        """What is seen of a plane: left, bottom, right, top in mm of the plane."""
        _, across, up = PLANES[plane]
        return (
            (self.lows[across] - 0.5) * self.zooms_mm[across],
            (self.lows[up] - 0.5) * self.zooms_mm[up],
            (self.highs[across] + 0.5) * self.zooms_mm[across],
            (self.highs[up] + 0.5) * self.zooms_mm[up],
        )

    def place(self, plane: PlaneName, index: ArrayLike) -> tuple[float, float]:
        """Where an index of the frame lies in a plane, in mm of the plane."""
        at = np.asarray(index, dtype=np.float64)
        _, across, up = PLANES[plane]
        return float(at[across] * self.zooms_mm[across]), float(at[up] * self.zooms_mm[up])

    def index_at(self, plane: PlaneName, x: float, y: float, depth: int) -> tuple[int, int, int]:
        """The index of the frame at a place of the plane of that depth, held inside what is seen."""
        through, across, up = PLANES[plane]
        index = np.zeros(3)
        index[through] = depth
        index[across] = np.floor(x / self.zooms_mm[across] + 0.5)
        index[up] = np.floor(y / self.zooms_mm[up] + 0.5)
        return _triple(np.clip(index, self.lows, self.highs).astype(int))


def boxes_meet(one: Grid, other: Grid) -> bool:
    """Whether the boxes of two grids in mm share any room."""
    first, second = np.asarray(one.box_mm), np.asarray(other.box_mm)
    return bool((first[0] < second[1]).all() and (second[0] < first[1]).all())


def world_grid(grid: Grid) -> Grid:
    """A grid along R, A and S with equal steps that holds all of an oblique one."""
    corners = grid.corners_mm
    low, high = corners.min(axis=0), corners.max(axis=0)
    step = max(float(min(grid.zooms_mm)), float((high - low).max()) / MOST_WORLD_SIDE)
    shape = np.maximum(1, np.ceil((high - low) / step - 1e-6).astype(int))
    affine = np.diag([step, step, step, 1.0])
    affine[:3, 3] = (low + high) / 2 - step * (shape - 1) / 2
    return Grid(affine, _triple(shape))


def box_text(grid: Grid) -> str:
    """The room that a grid takes, in mm: ``x -90 to 90, y -126 to 90, z -72 to 108``."""
    low, high = np.asarray(grid.box_mm)
    return ", ".join(f"{name} {a:.0f} to {b:.0f}" for name, a, b in zip(BODY_AXES, low, high, strict=True))


def _highs(grid: Grid) -> tuple[int, int, int]:
    return _triple([grid.shape[axis] - 1 for axis in grid.ras_order])


def _triple(values: ArrayLike) -> tuple[int, int, int]:
    x, y, z = (int(value) for value in np.asarray(values))
    return x, y, z
