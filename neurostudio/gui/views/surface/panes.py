"""From which sides the cortex is seen. No Qt."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.templates import Side
from neurostudio.gui.views.surface.mesh import SIDES, Floats, Shape, cortex

Direction = Literal["lateral", "medial", "dorsal", "ventral", "anterior", "posterior"]
BOTH = SIDES
_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))


@dataclass(frozen=True)
class Pane:
    """One picture: which hemispheres, and from where."""

    title: str
    sides: tuple[Side, ...]
    direction: Direction

    @property
    def axes(self) -> Floats:
        """Rows: what points right, up and towards the eye, in RAS."""
        outward = -1.0 if self.sides[0] == "left" else 1.0
        eyes: dict[Direction, tuple[float, float, float]] = {
            "lateral": (outward, 0, 0),
            "medial": (-outward, 0, 0),
            "dorsal": (0, 0, 1),
            "ventral": (0, 0, -1),
            "anterior": (0, 1, 0),
            "posterior": (0, -1, 0),
        }
        eye = np.array(eyes[self.direction], np.float64)
        up = np.array((0.0, 1.0, 0.0) if self.direction in ("dorsal", "ventral") else (0.0, 0.0, 1.0))
        return np.stack([np.cross(up, eye), up, eye])

    @property
    def letters(self) -> tuple[str, str]:
        """What lies at the left and at the right of the picture, as letters of L, R, A, P."""
        right = self.axes[0]
        axis = int(np.abs(right).argmax())
        low, high = _LETTERS[axis]
        return (low, high) if right[axis] > 0 else (high, low)


LEFT_LATERAL = Pane("Left, lateral", ("left",), "lateral")
RIGHT_LATERAL = Pane("Right, lateral", ("right",), "lateral")
LEFT_MEDIAL = Pane("Left, medial", ("left",), "medial")
RIGHT_MEDIAL = Pane("Right, medial", ("right",), "medial")
DORSAL = Pane("Dorsal", BOTH, "dorsal")
VENTRAL = Pane("Ventral", BOTH, "ventral")
ANTERIOR = Pane("Anterior", BOTH, "anterior")
POSTERIOR = Pane("Posterior", BOTH, "posterior")
_FOUR = (LEFT_LATERAL, RIGHT_LATERAL, LEFT_MEDIAL, RIGHT_MEDIAL)
_ALL = (LEFT_LATERAL, DORSAL, ANTERIOR, RIGHT_LATERAL, LEFT_MEDIAL, VENTRAL, POSTERIOR, RIGHT_MEDIAL)

SHEETS: dict[str, tuple[Pane, ...]] = {
    "Lateral and medial": _FOUR,
    "All sides": _ALL,
    **{pane.title: (pane,) for pane in (*_FOUR, DORSAL, VENTRAL, ANTERIOR, POSTERIOR)},
}


@lru_cache(maxsize=32)
def seen(pane: Pane, shape: Shape) -> tuple[Floats, NDArray[np.intp]]:
    """Vertices as a pane sees them and its faces.

    Returns
    -------
    places : ndarray, shape (V, 3)
        Of all vertices: mm to the right, upwards and towards the eye.
    faces : ndarray, shape (F, 3)
        Of the hemispheres of the pane that look towards the eye.
    """
    brain = cortex()
    places = brain.shapes[shape] @ pane.axes.T
    is_left = brain.faces[:, 0] < brain.n_left
    faces = brain.faces if len(pane.sides) > 1 else brain.faces[is_left if pane.sides[0] == "left" else ~is_left]
    a, b, c = (places[faces[:, corner], :2] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    return places, faces[area > 0]


def box_mm(pane: Pane, shape: Shape) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what a pane shows, mm."""
    places, faces = seen(pane, shape)
    used = places[np.unique(faces), :2]
    (left, bottom), (right, top) = used.min(axis=0).tolist(), used.max(axis=0).tolist()
    return left, bottom, right, top
