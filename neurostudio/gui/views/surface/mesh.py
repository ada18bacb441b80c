"""The cortex of fsaverage5: surfaces to look at, and the places in the grey matter that they stand for. No Qt."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.templates import Side, fsaverage5

Shape = Literal["inflated", "pial", "white"]
SHAPES: dict[Shape, str] = {"inflated": "Inflated", "pial": "Pial", "white": "White matter"}
SIDES: tuple[Side, ...] = ("left", "right")
GAP_MM = 6.0  # between inflated hemispheres, which would lie within each other

Floats = NDArray[np.float64]
Point = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Cortex:
    """Both hemispheres; vertices of the left one come first.

    Attributes
    ----------
    shapes : dict of str to ndarray, shape (V, 3)
        Vertices of each surface, mm; inflated hemispheres are moved apart.
    faces : ndarray, shape (F, 3)
        Three vertices each, counter-clockwise as seen from outside.
    white, pial : ndarray, shape (V, 3)
        The inner and the outer side of the grey matter, mm in MNI space.
    sulc : ndarray, shape (V,)
        How deep a vertex lies: positive in a sulcus.
    n_left : int
        Vertices of the left hemisphere.
    """

    shapes: dict[Shape, Floats]
    faces: NDArray[np.intp]
    white: Floats
    pial: Floats
    sulc: Floats
    n_left: int

    @cached_property
    def mm(self) -> Floats:
        """The middle of the grey matter at each vertex, shape (V, 3)."""
        return (self.white + self.pial) / 2

    def side_of(self, vertex: int) -> Side:
        """The hemisphere of a vertex."""
        return "left" if vertex < self.n_left else "right"

    def point_of(self, vertex: int) -> Point:
        """The middle of the grey matter at a vertex, mm."""
        x, y, z = self.mm[vertex].tolist()
        return x, y, z

    def nearest(self, mm: Point) -> tuple[int, float]:
        """The vertex nearest to a place, and how far it is from it in mm."""
        squares = ((self.mm - np.asarray(mm, np.float64)) ** 2).sum(axis=1)
        vertex = int(squares.argmin())
        return vertex, float(np.sqrt(squares[vertex]))

    def between(self, depths: tuple[float, ...]) -> Floats:
        """Places at some depths of the grey matter, 0 on the pial surface and 1 on the white matter; shape (D, V, 3)."""
        return np.stack([self.pial + depth * (self.white - self.pial) for depth in depths])


@cache
def cortex() -> Cortex:
    """Read both hemispheres; RequestError where nilearn, which brings them, is not installed."""
    halves = [_half(side) for side in SIDES]
    n_left = len(halves[0]["sulc"])
    shapes: dict[Shape, Floats] = {shape: np.concatenate([half[shape] for half in halves]) for shape in SHAPES}
    left, right = shapes["inflated"][:n_left], shapes["inflated"][n_left:]
    left[:, 0] -= left[:, 0].max() + GAP_MM / 2
    right[:, 0] += GAP_MM / 2 - right[:, 0].min()
    faces = np.concatenate([halves[0]["faces"], halves[1]["faces"] + n_left])
    sulc = np.concatenate([half["sulc"] for half in halves])
    return Cortex(shapes, faces, shapes["white"], shapes["pial"], sulc, n_left)


def _half(side: Side) -> dict[str, NDArray[Any]]:
    paths = fsaverage5(side)
    found: dict[str, NDArray[Any]] = {shape: np.array(_arrays(paths[shape])[0], np.float64) for shape in SHAPES}
    faces = np.asarray(_arrays(paths["pial"])[1], np.intp)
    found["faces"] = faces if _volume(found["pial"], faces) > 0 else faces[:, ::-1]
    found["sulc"] = np.asarray(_arrays(paths["sulc"])[0], np.float64)
    return found


def _volume(vertices: Floats, faces: NDArray[np.intp]) -> float:
    """Volume within a closed surface; negative where its faces are wound the other way."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def _arrays(path: Path) -> list[Any]:
    from nibabel.loadsave import load

    return [array.data for array in load(path).darrays]  # type: ignore[attr-defined]
