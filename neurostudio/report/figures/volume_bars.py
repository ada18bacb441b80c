"""What the colours of a volume say: bars with unit and threshold, and the names of regions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from neurostudio.report import style
from neurostudio.report.figures.canvas import short, wrapped
from neurostudio.report.volume_look import LayerLook, region_colour, rgba
from neurostudio.report.wording import number_text

MOST_BARS = 2
MOST_REGIONS = 14
_NOT_DRAWN = "#C9CED3"
_LEVELS = 512


def draw_bars(figure: Figure, axes: Sequence[Axes], layers: Sequence[LayerLook]) -> None:
    """A bar for each of the highest layers; what the threshold hides is grey in it."""
    for layer in layers[-MOST_BARS:]:
        low, high = _ends(layer)
        values = np.linspace(low, high, _LEVELS, dtype=np.float32)
        painted = rgba(values, LayerLook(**{**layer.__dict__, "opacity": 1.0}))
        grey = np.array([int(_NOT_DRAWN[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        shown = painted[:, 3:] > 0 if layer.threshold is not None else np.ones((_LEVELS, 1), dtype=bool)
        colours = ListedColormap(np.where(shown, painted[:, :3], grey).tolist())
        bar = figure.colorbar(
            ScalarMappable(Normalize(low, high), colours), ax=list(axes), fraction=0.025, pad=0.02, aspect=18, shrink=0.85
        )
        bar.outline.set_visible(False)
        ticks = _ticks(layer, low, high)
        bar.set_ticks(ticks, labels=[number_text(tick, 3) for tick in ticks])
        bar.ax.tick_params(length=2, labelsize=style.SMALL_FONT_POINTS)
        bar.set_label(wrapped(layer.unit, 32), fontsize=style.SMALL_FONT_POINTS)


def draw_regions(axes: Sequence[Axes], layer: LayerLook, regions: Sequence[int]) -> None:
    """Names of the regions with their colours, as a column at the right."""
    shown = regions[:MOST_REGIONS]
    handles = [Patch(color=region_colour(layer, region)) for region in shown]
    names = [short(layer.names.get(region, f"region {region}"), 22) for region in shown]
    if len(regions) > len(shown):
        handles.append(Patch(color=style.PAPER))
        names.append(f"and {len(regions) - len(shown)} more")
    if handles:
        axes[-1].legend(
            handles, names, loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=6.5, handlelength=0.9, labelspacing=0.35
        )  # fmt: skip


def _ends(layer: LayerLook) -> tuple[float, float]:
    if layer.is_two_sided:
        return -layer.high, layer.high
    return (min(layer.low, 0.0) if layer.kind == "map" else layer.low), max(layer.high, layer.low + 1e-12)


def _ticks(layer: LayerLook, low: float, high: float) -> list[float]:
    threshold = layer.threshold
    marks = {low, high, *((0.0,) if low < 0 < high else ())}
    if threshold is not None and low < threshold < high:
        marks.add(threshold)
        if layer.is_two_sided:
            marks.add(-threshold)
    kept: list[float] = []
    for mark in sorted(marks):
        if not kept or mark - kept[-1] > 0.07 * (high - low):
            kept.append(mark)
    return kept
