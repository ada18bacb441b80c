"""A map on the cortex of fsaverage5: the mean through the grey matter, as the window shows it, seen from the sides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from neurostudio.core.errors import NeuroError
from neurostudio.report import style
from neurostudio.report.figures.canvas import new_figure
from neurostudio.report.figures.volume_bars import draw_bars
from neurostudio.report.volume_look import rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from neurostudio.report.figures.volumes import Scene

    Floats = NDArray[np.float64]

Side = Literal["left", "right"]

VIEWS: tuple[tuple[Side, str, int], ...] = (
    ("left", "Left, lateral", -1),
    ("left", "Left, medial", 1),
    ("right", "Right, medial", -1),
    ("right", "Right, lateral", 1),
)
"""Hemisphere, name, and whether one looks from the right (+1) or from the left (-1)."""

NOTE = "Average cortex fsaverage5, which assumes MNI space. Values are means through the grey matter."
DEPTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of the way from the pial surface to the white matter at which the map is asked."""

_GREYS = (0.80, 0.62)  # of ridges and furrows
_LIGHT = np.array([0.35, -0.25, 0.9])


@dataclass(frozen=True, eq=False)
class Mesh:
    """A hemisphere: inflated places to look at, anatomical ones to ask the map at ``[depth, vertex, xyz]``, and the furrows."""

    shown: Floats
    mm: Floats
    faces: NDArray[np.intp]
    is_furrow: NDArray[np.bool_]


def draw_surface(scene: Scene) -> tuple[Figure, list[str]]:
    """The highest map on both hemispheres, from outside and inside; the highest image where there is no map.

    Raises
    ------
    NeuroError
        When only labels are seen, or the surfaces are not installed.
    """
    images = [pair for pair in scene.layers if pair[0].kind != "labels"]
    if not images:
        raise NeuroError("A surface shows a map or an image, and none is seen", fix="Show one, or choose slices")
    layer, image = next((pair for pair in reversed(images) if pair[0].kind == "map"), images[-1])
    figure = new_figure(style.WIDE_INCH[0], 3.9)
    figure.set_layout_engine("compressed")
    found = []
    for number, (side, name, view) in enumerate(VIEWS):
        mesh = hemisphere(side)
        values = _mean_of_depths(image.sample(mesh.mm, scene.time_of(layer, image), linear=True))
        painted = rgba(values, layer)
        greys = np.where(mesh.is_furrow, _GREYS[1], _GREYS[0])[:, None].repeat(3, 1)
        colours = greys + (painted[:, :3] - greys) * painted[:, 3:]
        axes = figure.add_subplot(2, 2, number + 1)
        _paint(axes, mesh, colours, view)
        axes.set_title(name, fontsize=style.SMALL_FONT_POINTS, loc="center", color=style.SECONDARY)
        found.append(axes)
    draw_bars(figure, found, [layer])
    return figure, [NOTE]


@cache
def hemisphere(side: Side) -> Mesh:
    """Read one hemisphere of fsaverage5."""
    from neurostudio.data.fmri.templates import fsaverage5

    meshes = fsaverage5(side)
    white, faces = _mesh(meshes["white"])
    pial, _ = _mesh(meshes["pial"])
    inflated, _ = _mesh(meshes["inflated"])
    between = np.stack([pial + (white - pial) * depth for depth in DEPTHS])
    return Mesh(inflated, between, faces, np.asarray(_arrays(meshes["sulc"])[0], dtype=np.float64) > 0)


def _mean_of_depths(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of those depths that lie in the image, for each vertex; NaN where none does."""
    known = np.isfinite(values)
    count = known.sum(0)
    total = np.where(known, values, 0).sum(0, dtype=np.float64)
    mean = np.divide(total, count, out=np.full(values.shape[1], np.nan), where=count > 0)
    return np.asarray(mean, dtype=np.float32)


def _mesh(path: Path) -> tuple[Floats, NDArray[np.intp]]:
    places, faces = _arrays(path)[:2]
    return np.asarray(places, dtype=np.float64), np.asarray(faces, dtype=np.intp)


def _arrays(path: Path) -> list[NDArray[np.generic]]:
    import nibabel

    return [np.asarray(array.data) for array in nibabel.load(path).darrays]  # type: ignore[attr-defined]


def _paint(axes: Axes, mesh: Mesh, colours: Floats, view: int) -> None:
    """Draw the faces that look at the eye, the farthest first; `view` +1 looks from the right, -1 from the left."""
    corners = mesh.shown[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    facing = normals[:, 0] * view > 0
    depth = corners[:, :, 0].mean(1) * view
    order = np.flatnonzero(facing)[np.argsort(depth[facing], kind="stable")]
    flat = np.stack([corners[order, :, 1] * view, corners[order, :, 2]], -1)
    light = np.clip(0.62 + 0.38 * (normals[order] @ (_LIGHT * [view, 1, 1])), 0.45, 1.0)
    shades = np.clip(colours[mesh.faces[order]].mean(1) * light[:, None], 0, 1)
    faces = PolyCollection(flat, facecolors=shades, edgecolors=shades, linewidths=0.25, rasterized=True)  # type: ignore[arg-type]
    axes.add_collection(faces)
    axes.set_xlim(flat[..., 0].min() - 2, flat[..., 0].max() + 2)
    axes.set_ylim(flat[..., 1].min() - 2, flat[..., 1].max() + 2)
    axes.set_aspect("equal")
    axes.set_axis_off()
