"""The cortex of fsaverage5 as it is looked at: an inflated or folded surface, and the places in the grey matter that it stands for."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.templates import Side, fsaverage5

Shape = Literal["inflated", "pial", "white"]
SHAPES: dict[Shape, str] = {"inflated": "Inflated", "pial": "Pial", "white": "White matter"}
SIDES: tuple[Side, ...] = ("left", "right")

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Hemisphere:
    """One half of the cortex.

    Attributes
    ----------
    shapes : dict of str to ndarray, shape (V, 3)
        Vertices of each surface, mm.
    faces : ndarray, shape (F, 3)
        Three vertices each.
    mm : ndarray, shape (V, 3)
        Half way between white matter and pial surface: where a map is sampled.
    is_furrow : ndarray of bool, shape (V,)
        Whether a vertex lies in a sulcus.
    """

    side: Side
    shapes: dict[Shape, Floats]
    faces: NDArray[np.intp]
    mm: Floats
    is_furrow: NDArray[np.bool_]


@cache
def hemisphere(side: Side) -> Hemisphere:
    """Read one hemisphere; RequestError where nilearn, which brings it, is not installed."""
    paths = fsaverage5(side)
    shapes: dict[Shape, Floats] = {shape: np.asarray(_arrays(paths[shape])[0], np.float64) for shape in SHAPES}
    faces = np.asarray(_arrays(paths["pial"])[1], np.intp)
    is_furrow = np.asarray(_arrays(paths["sulc"])[0], np.float64) > 0
    return Hemisphere(side, shapes, faces, (shapes["white"] + shapes["pial"]) / 2, is_furrow)


def _arrays(path: Path) -> list[Any]:
    from nibabel.loadsave import load

    return [array.data for array in load(path).darrays]  # type: ignore[attr-defined]
