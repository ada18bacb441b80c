"""Which triangle lies under each pixel: a z-buffer in numpy, made once for a view and a size.

With it a map is painted in a few milliseconds, since only colours change. No Qt.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.templates import Side
from neurostudio.gui.views.surface.mesh import Shape, hemisphere

Direction = Literal["lateral", "medial", "dorsal", "ventral", "anterior", "posterior"]
DIRECTIONS: tuple[Direction, ...] = ("lateral", "medial", "dorsal", "ventral", "anterior", "posterior")
MARGIN_SHARE = 0.04
AMBIENT = 0.45
GREYS = (0.78, 0.58)  # of ridges and furrows
KEPT = 48  # rasters in memory

Floats = NDArray[np.float64]
_LIGHT = np.array([-0.35, 0.45, 0.85])  # from the upper left, towards the eye


@dataclass(frozen=True, eq=False)
class Raster:
    """What lies under the pixels of one view.

    Attributes
    ----------
    is_there : ndarray of bool, shape (H, W)
        Whether the cortex lies there; row 0 is at the top.
    vertices : ndarray, shape (N, 3)
        Corners of the triangle under each such pixel.
    weights : ndarray, shape (N, 3)
        Shares of the corners; they sum to 1.
    grey : ndarray, shape (N,)
        Lightness of the bare cortex, from 0 to 1.
    light : ndarray, shape (N,)
        Light that falls on it.
    """

    is_there: NDArray[np.bool_]
    vertices: NDArray[np.intp]
    weights: NDArray[np.float32]
    grey: NDArray[np.float32]
    light: NDArray[np.float32]

    def values(self, of_vertex: NDArray[np.floating]) -> NDArray[np.float32]:
        """Values of the pixels, shape (N,), between those of the corners; NaN where a corner has none."""
        found: NDArray[np.float32] = np.einsum("nc,nc->n", of_vertex[self.vertices].astype(np.float32), self.weights)
        return found

    def vertex_at(self, row: int, column: int) -> int | None:
        """The vertex nearest to a pixel; None beside the cortex."""
        n_row, n_column = self.is_there.shape
        if not (0 <= row < n_row and 0 <= column < n_column and self.is_there[row, column]):
            return None
        at = int(np.count_nonzero(self.is_there.ravel()[: row * n_column + column]))
        return int(self.vertices[at, self.weights[at].argmax()])

    def pixel_of(self, vertex: int) -> tuple[float, float] | None:
        """Row and column where a vertex is seen; None where it is hidden."""
        at = np.flatnonzero((self.vertices == vertex).any(axis=1))
        if not at.size:
            return None
        rows, columns = np.nonzero(self.is_there)
        return float(rows[at].mean()), float(columns[at].mean())


@lru_cache(maxsize=KEPT)
def raster(side: Side, shape: Shape, direction: Direction, width: int, height: int) -> Raster:
    """Look at a hemisphere from a direction, into a picture of a size in pixels; takes some tenths of a second."""
    half = hemisphere(side)
    seen = half.shapes[shape] @ _axes(side, direction).T  # right, up, towards the eye
    low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
    room = np.array([width, height]) * (1 - 2 * MARGIN_SHARE)
    scale = float((room / (high - low)).min())
    middle = (low + high) / 2
    across = (seen[:, 0] - middle[0]) * scale + (width - 1) / 2
    down = (height - 1) / 2 - (seen[:, 1] - middle[1]) * scale
    places = np.stack([across, down, seen[:, 2]], axis=1)
    face, weights = _z_buffer(places, half.faces, width, height)
    is_there = face >= 0
    corners = half.faces[face[is_there]]
    shares = weights[is_there]
    light = _light(seen, half.faces)
    falls = np.einsum("nc,nc->n", light[corners], shares)
    furrow = np.where(half.is_furrow, GREYS[1], GREYS[0])
    grey = np.einsum("nc,nc->n", furrow[corners], shares) * falls
    return Raster(is_there, corners, shares.astype(np.float32), grey.astype(np.float32), falls.astype(np.float32))


def _axes(side: Side, direction: Direction) -> Floats:
    """Rows: what points right, up and towards the eye, in RAS."""
    outward = -1.0 if side == "left" else 1.0
    if direction in ("lateral", "medial"):
        eye = np.array([outward if direction == "lateral" else -outward, 0.0, 0.0])
        up = np.array([0.0, 0.0, 1.0])
    elif direction in ("dorsal", "ventral"):
        eye, up = np.array([0.0, 0.0, 1.0 if direction == "dorsal" else -1.0]), np.array([0.0, 1.0, 0.0])
    else:
        eye, up = np.array([0.0, 1.0 if direction == "anterior" else -1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    return np.stack([np.cross(up, eye), up, eye])


def _z_buffer(places: Floats, faces: NDArray[np.intp], width: int, height: int) -> tuple[NDArray[np.intp], Floats]:
    """The face nearest to the eye under each pixel (-1: none) and the shares of its corners.

    Triangles are small, so the loop goes over the pixels of a triangle's box and takes all triangles at once.
    """
    a, b, c = (places[faces[:, corner]] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    drawn = np.flatnonzero(np.abs(area) > 1e-9)
    a, b, c, area = a[drawn], b[drawn], c[drawn], area[drawn]
    corners = np.stack([a[:, :2], b[:, :2], c[:, :2]])
    first = np.ceil(corners.min(axis=0)).astype(np.intp)
    sides = np.floor(corners.max(axis=0)).astype(np.intp) - first + 1
    nearest = np.full(width * height, -np.inf)
    face = np.full(width * height, -1, np.intp)
    weights = np.zeros((width * height, 3))
    for dy in range(int(sides[:, 1].max(initial=0))):
        for dx in range(int(sides[:, 0].max(initial=0))):
            at = np.flatnonzero((sides[:, 0] > dx) & (sides[:, 1] > dy))
            x, y = first[at, 0] + dx, first[at, 1] + dy
            on = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            at, x, y = at[on], x[on], y[on]
            share_b = ((x - a[at, 0]) * (c[at, 1] - a[at, 1]) - (c[at, 0] - a[at, 0]) * (y - a[at, 1])) / area[at]
            share_c = ((b[at, 0] - a[at, 0]) * (y - a[at, 1]) - (x - a[at, 0]) * (b[at, 1] - a[at, 1])) / area[at]
            share_a = 1 - share_b - share_c
            inside = (share_a >= -1e-9) & (share_b >= -1e-9) & (share_c >= -1e-9)
            at, x, y = at[inside], x[inside], y[inside]
            shares = np.stack([share_a[inside], share_b[inside], share_c[inside]], axis=1)
            depth = (shares * np.stack([a[at, 2], b[at, 2], c[at, 2]], axis=1)).sum(axis=1)
            order = np.argsort(depth, kind="stable")  # where several share a pixel the last one written is the nearest
            at, shares, depth, pixel = at[order], shares[order], depth[order], (y * width + x)[order]
            wins = depth > nearest[pixel]
            pixel, at, shares, depth = pixel[wins], at[wins], shares[wins], depth[wins]
            nearest[pixel], face[pixel], weights[pixel] = depth, drawn[at], shares
    return face.reshape(height, width), weights.reshape(height, width, 3)


def _light(seen: Floats, faces: NDArray[np.intp]) -> Floats:
    """Light on each vertex, from `AMBIENT` to 1, by the mean direction of its faces."""
    corners = seen[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(seen)
    for corner in range(3):
        np.add.at(total, faces[:, corner], normals)
    total /= np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    outward = np.sign((total * (seen - seen.mean(axis=0))).sum()) or 1.0  # whichever way the faces are wound
    falling = np.clip(outward * total @ (_LIGHT / np.linalg.norm(_LIGHT)), 0, 1)
    light: Floats = AMBIENT + (1 - AMBIENT) * falling
    return light
