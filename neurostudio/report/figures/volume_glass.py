"""Glass brains: the strongest value along each line of sight, on the outline of the picture under the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from neurostudio.core.errors import NeuroError
from neurostudio.report import style
from neurostudio.report.figures.canvas import new_figure
from neurostudio.report.figures.volume_bars import draw_bars
from neurostudio.report.volume_data import SIDES, solid, step_of
from neurostudio.report.volume_look import rgba

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from neurostudio.report.figures.volumes import Scene

COARSE_MM = 2.0  # between lines of sight
MOST_STEPS = 160
_SMOOTH = 3  # steps that soften the outline
_OUTLINE = "#8A939C"


def draw_glass(scene: Scene) -> tuple[Figure, list[str]]:
    """Three views through the highest map: from the side, from behind, from above.

    Raises
    ------
    NeuroError
        When no map is seen.
    """
    if scene.main is None or scene.main[0].kind != "map":
        raise NeuroError("A glass brain shows a map, and none is seen", fix="Show a map, or choose slices")
    layer, image = scene.main
    step = max(min(step_of([image], scene.box), COARSE_MM), float((scene.box[1] - scene.box[0]).max()) / MOST_STEPS)
    values = solid(image, scene.box, step, scene.time_of(layer, image))
    painted = rgba(values, layer)[..., 3] > 0
    kept = np.where(painted, values, 0.0)
    body = _body(scene, step)
    size = np.maximum(scene.box[1] - scene.box[0], 1.0)
    widths = [float(size[1]), float(size[0]), float(size[0])]
    height = (style.WIDE_INCH[0] - 1) * float(max(size[1], size[2])) / sum(widths)
    figure = new_figure(style.WIDE_INCH[0], min(max(height, 1.2), 3.2) + 0.3)
    figure.set_layout_engine("compressed")
    grid = figure.add_gridspec(1, 3, width_ratios=widths)
    found = []
    for axis in range(3):
        across, up = (other for other in range(3) if other != axis)
        axes = figure.add_subplot(grid[0, axis])
        edges = (scene.box[0][across], scene.box[1][across], scene.box[0][up], scene.box[1][up])
        if body is not None:
            outline = _soft(np.asarray(body.any(axis))).T
            axes.contour(outline, [0.5], colors=_OUTLINE, linewidths=0.9, extent=_wider(edges, step), origin="lower")
        seen = _strongest(kept, axis).T
        axes.imshow(rgba(seen.astype(np.float32), layer), origin="lower", extent=edges, interpolation="nearest", rasterized=True)
        axes.set_xlim(edges[0] - 2 * step, edges[1] + 2 * step)
        axes.set_ylim(edges[2] - 2 * step, edges[3] + 2 * step)
        axes.set_aspect("equal")
        turned = scene.look.is_radiological and across == 0
        if turned:
            axes.invert_xaxis()
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        doubt = "" if scene.has_orientation else "?"
        left, right = SIDES[across][::-1] if turned else SIDES[across]
        for x, text in ((0.0, left), (1.0, right)):
            words = text + (doubt if text in "LR" else "")
            axes.text(x, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=8, color=style.SECONDARY)
        found.append(axes)
    draw_bars(figure, found, [layer])
    return figure, ["Each point shows the strongest value along the line of sight."]


def _body(scene: Scene, step: float) -> NDArray[np.bool_] | None:
    """Where the head is, from the lowest picture; None where the map lies on nothing."""
    lowest, image = scene.layers[0]
    if lowest.kind not in ("anatomy", "bold"):
        return None
    values = np.nan_to_num(solid(image, scene.box, step, scene.time_of(lowest, image)), nan=0.0)
    return values > lowest.low + 0.25 * (lowest.high - lowest.low)


def _soft(flat: NDArray[np.bool_]) -> NDArray[np.float32]:
    """A silhouette with soft edges, one empty step around it, so that its outline closes."""
    soft = np.pad(flat.astype(np.float32), 1)
    for _ in range(_SMOOTH):
        around = np.pad(soft, 1)
        across = around[:-2] + 2 * around[1:-1] + around[2:]
        soft = (across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]) / 16
    return soft


def _wider(edges: tuple[float, float, float, float], step: float) -> tuple[float, float, float, float]:
    left, right, bottom, top = edges
    return left - step, right + step, bottom - step, top + step


def _strongest(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    at = np.expand_dims(np.abs(values).argmax(axis), axis)
    return np.take_along_axis(values, at, axis).squeeze(axis)
