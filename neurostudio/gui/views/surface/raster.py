"""Which triangle lies under each pixel: a z-buffer in numpy, made once for a view and a size.

With it a map is painted in a few milliseconds, since only colours change. No Qt, no OpenGL.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.gui.views.surface.mesh import Floats, Shape, cortex
from neurostudio.gui.views.surface.panes import Pane, box_mm, seen

AMBIENT = 0.42
GREYS = (0.84, 0.60)  # of ridges and furrows
FURROW_SPAN = 0.5  # of the measure sulc, over which the one becomes the other
KEPT = 20  # rasters in memory
SEEN_MM = 2.0  # a vertex this far behind what is drawn at its place is hidden
_LIGHT = np.array([-0.35, 0.45, 0.85])  # from the upper left, towards the eye
_SOFT = np.array([1.0, 2.0, 1.0]) / 4
_NOISE = 1e-9
_NEAREST_SHARE = 1 / 3  # of the weights: none of the other corners has more


@dataclass(frozen=True, eq=False)
class Raster:
    """What lies under the pixels of one view.

    Attributes
    ----------
    index : ndarray of int32, shape (H, W)
        Number of the pixel in the arrays below, -1 beside the cortex; row 0 is at the top.
    pixel : ndarray, shape (N,)
        Flat place of each pixel that is painted: the cortex, and a rim of one pixel around it that makes its edge smooth.
    vertices : ndarray, shape (N, 3)
        Corners of the triangle under each.
    weights : ndarray, shape (N, 3)
        Shares of the corners; they sum to 1.
    bare : ndarray of uint32, shape (N,)
        Premultiplied ARGB32 pixels of the cortex without a map.
    light : ndarray, shape (N,)
        Light that falls on it.
    cover : ndarray, shape (N,)
        How much of the pixel the cortex covers, from 0 to 1.
    depth : ndarray, shape (N,)
        Mm towards the eye.
    places : ndarray, shape (V, 3)
        Column, row and depth of each vertex of the cortex; NaN for those of a hemisphere that is not drawn.
    """

    index: NDArray[np.int32]
    pixel: NDArray[np.int32]
    vertices: NDArray[np.int32]
    weights: NDArray[np.float32]
    bare: NDArray[np.uint32]
    light: NDArray[np.float32]
    cover: NDArray[np.float32]
    depth: NDArray[np.float32]
    places: Floats

    def values(self, of_vertex: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Values of the pixels, shape (N,), between those of the corners; NaN where a corner has none."""
        corners = np.asarray(of_vertex, np.float32)[self.vertices]
        corners *= self.weights
        return np.asarray(corners[:, 0] + corners[:, 1] + corners[:, 2], np.float32)

    def nearest_values(self, of_vertex: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Values of the nearest corners: for labels."""
        nearest = self.vertices[np.arange(len(self.vertices)), self.weights.argmax(axis=1)]
        return np.asarray(of_vertex[nearest], np.float32)

    def vertex_at(self, row: int, column: int) -> int | None:
        """The vertex nearest to a pixel; None beside the cortex."""
        n_row, n_column = self.index.shape
        at = int(self.index[row, column]) if 0 <= row < n_row and 0 <= column < n_column else -1
        return None if at < 0 else int(self.vertices[at, self.weights[at].argmax()])

    def pixel_of(self, vertex: int) -> tuple[float, float] | None:
        """Row and column where a vertex is seen; None where it is hidden."""
        column, row, depth = self.places[vertex].tolist()
        if not math.isfinite(column):
            return None
        around = self.index[max(0, round(row) - 1) : round(row) + 2, max(0, round(column) - 1) : round(column) + 2]
        around = around[around >= 0]
        if (self.vertices[around] == vertex).any() or (depth >= self.depth[around] - SEEN_MM).any():
            return row, column
        shares = np.where(self.vertices == vertex, self.weights, 0).max(axis=1)
        at = int(shares.argmax())  # a fold may hide the vertex itself, and not the triangles around it
        if shares[at] <= _NEAREST_SHARE:
            return None
        n_column = self.index.shape[1]
        return float(self.pixel[at] // n_column), float(self.pixel[at] % n_column)


def fitting_scale(pane: Pane, shape: Shape, width: float, height: float) -> float:
    """Pixels for 1 mm at which a pane fits into a room."""
    left, bottom, right, top = box_mm(pane, shape)
    return max(0.05, min(width / (right - left), height / (top - bottom)))


@lru_cache(maxsize=KEPT)
def raster(pane: Pane, shape: Shape, width: int, height: int, scale: float) -> Raster:
    """Look at the cortex, `scale` pixels for 1 mm, in the middle of a picture of a size in pixels; takes some tenths of a second."""
    brain = cortex()
    in_mm, faces = seen(pane, shape)
    left, bottom, right, top = box_mm(pane, shape)
    column = (in_mm[:, 0] - (left + right) / 2) * scale + (width - 1) / 2
    row = (height - 1) / 2 - (in_mm[:, 1] - (bottom + top) / 2) * scale
    places = np.stack([column, row, in_mm[:, 2]], axis=1)
    if len(pane.sides) == 1:
        left_half = np.arange(len(places)) < brain.n_left
        places[left_half if pane.sides[0] == "right" else ~left_half] = np.nan
    face, weights = _z_buffer(places, faces, width, height)
    pixel = np.flatnonzero(face >= 0)
    index = np.full((height, width), -1, np.int32)
    index.ravel()[pixel] = np.arange(len(pixel))
    rim, source = _rim(index)
    source = np.concatenate([np.arange(len(pixel)), source])
    corners, shares = faces[face[pixel]][source], weights[pixel][source]
    cover = _cover(index >= 0).ravel()[np.concatenate([pixel, rim])]
    light = np.einsum("nc,nc->n", _light(in_mm, faces)[corners], shares)
    furrow = np.clip(np.einsum("nc,nc->n", brain.sulc[corners], shares) / FURROW_SPAN + 0.5, 0, 1)
    grey = (GREYS[0] + (GREYS[1] - GREYS[0]) * furrow) * light
    depth = np.einsum("nc,nc->n", in_mm[:, 2][corners], shares)
    return Raster(
        index,
        np.concatenate([pixel, rim]).astype(np.int32),
        corners.astype(np.int32),
        shares.astype(np.float32),
        covered(np.repeat(255 * grey[:, None], 3, axis=1), cover),
        light.astype(np.float32),
        cover.astype(np.float32),
        depth.astype(np.float32),
        places,
    )


def covered(colours: NDArray[np.floating[Any]], cover: NDArray[np.floating[Any]]) -> NDArray[np.uint32]:
    """Premultiplied ARGB32 of colours[pixel, RGB] from 0 to 255 that cover a share of their pixels."""
    alpha = (255 * cover + 0.5).astype(np.uint32)
    levels = np.minimum((colours * cover[:, None] + 0.5).astype(np.uint32), alpha[:, None])
    return np.asarray(alpha << 24 | levels[:, 0] << 16 | levels[:, 1] << 8 | levels[:, 2], np.uint32)


def _z_buffer(places: Floats, faces: NDArray[np.intp], width: int, height: int) -> tuple[NDArray[np.intp], Floats]:
    """The face nearest to the eye under each pixel, ``[pixel]`` (-1: none), and the shares of its corners, ``[pixel, corner]``.

    Triangles are small, so the loop goes over the pixels of a triangle's box and takes all triangles at once.
    """
    a, b, c = (places[faces[:, corner]] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    drawn = np.flatnonzero(np.abs(area) > _NOISE)
    a, b, c, area = a[drawn], b[drawn], c[drawn], area[drawn]
    corners = np.stack([a[:, :2], b[:, :2], c[:, :2]])
    first = np.ceil(corners.min(axis=0)).astype(np.intp)
    sides = np.floor(corners.max(axis=0)).astype(np.intp) - first + 1
    nearest = np.full(width * height, -np.inf)
    face = np.full(width * height, -1, np.intp)
    weights = np.zeros((width * height, 3))
    for dy in range(int(sides[:, 1].max(initial=0))):
        high = np.flatnonzero(sides[:, 1] > dy)
        for dx in range(int(sides[high, 0].max(initial=0))):
            at = high[sides[high, 0] > dx]
            x, y = first[at, 0] + dx, first[at, 1] + dy
            on = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            at, x, y = at[on], x[on], y[on]
            share_b = ((x - a[at, 0]) * (c[at, 1] - a[at, 1]) - (c[at, 0] - a[at, 0]) * (y - a[at, 1])) / area[at]
            share_c = ((b[at, 0] - a[at, 0]) * (y - a[at, 1]) - (x - a[at, 0]) * (b[at, 1] - a[at, 1])) / area[at]
            share_a = 1 - share_b - share_c
            inside = (share_a >= -_NOISE) & (share_b >= -_NOISE) & (share_c >= -_NOISE)
            at, x, y = at[inside], x[inside], y[inside]
            shares = np.stack([share_a[inside], share_b[inside], share_c[inside]], axis=1)
            depth = (shares * np.stack([a[at, 2], b[at, 2], c[at, 2]], axis=1)).sum(axis=1)
            order = np.argsort(depth, kind="stable")  # where several share a pixel the last one written is the nearest
            at, shares, depth, pixel = at[order], shares[order], depth[order], (y * width + x)[order]
            wins = depth > nearest[pixel]
            pixel, at, shares, depth = pixel[wins], at[wins], shares[wins], depth[wins]
            nearest[pixel], face[pixel], weights[pixel] = depth, drawn[at], shares
    return face, weights


def _rim(index: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Flat places of the pixels right beside the cortex, and the numbers of those pixels of it that they take their colour from."""
    padded = np.pad(index, 1, constant_values=-1)
    beside = np.full(index.shape, -1, np.int32)
    for dy, dx in ((0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)):
        there = padded[1 + dy : padded.shape[0] - 1 + dy, 1 + dx : padded.shape[1] - 1 + dx]
        beside = np.where((beside < 0) & (index < 0), there, beside)
    rim = np.flatnonzero(beside.ravel() >= 0)
    return rim, beside.ravel()[rim].astype(np.intp)


def _cover(is_there: NDArray[np.bool_]) -> Floats:
    """How much of each pixel the cortex covers, as its neighbours tell."""
    found: Floats = np.pad(is_there.astype(np.float64), 1)
    found = _SOFT[0] * found[:-2] + _SOFT[1] * found[1:-1] + _SOFT[2] * found[2:]
    return np.asarray(_SOFT[0] * found[:, :-2] + _SOFT[1] * found[:, 1:-1] + _SOFT[2] * found[:, 2:], np.float64)


def _light(seen_mm: Floats, faces: NDArray[np.intp]) -> Floats:
    """Light on each vertex, from `AMBIENT` to 1, by the mean direction of its faces; they are wound counter-clockwise."""
    corners = seen_mm[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat, each = faces.T.ravel(), np.tile(normals, (3, 1))
    total = np.stack([np.bincount(flat, each[:, axis], len(seen_mm)) for axis in range(3)], axis=1)
    total = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    falls = np.clip((total * (_LIGHT / np.linalg.norm(_LIGHT))).sum(axis=1), 0, 1)
    return np.asarray(AMBIENT + (1 - AMBIENT) * falls, np.float64)
