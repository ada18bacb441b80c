"""Colour maps of images: viridis for what has an order, blue-white-red about zero for what has two sides."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError

LEVELS = 256
# ends and middle of RdBu reversed, as the report draws two-sided data
_SIGNED_STOPS = (
    "#053061",
    "#2166AC",
    "#4393C3",
    "#92C5DE",
    "#D1E5F0",
    "#F7F7F7",
    "#FDDBC7",
    "#F4A582",
    "#D6604D",
    "#B2182B",
    "#67001F",
)
_GREY_STOPS = ("#000000", "#FFFFFF")
_WHITE_TO_BLUE_STOPS = ("#FFFFFF", "#D6E6F4", "#9DC9E3", "#4F9BCB", "#1F6FB0", "#0B4A8B")
_NIGHT_TO_BLUE_STOPS = ("#1E2228", "#20405F", "#215F94", "#3A86C4", "#72AEDD", "#BBD9F0")


@dataclass(frozen=True)
class Scale:
    """From which value to which the colours go, and which colours: ``viridis``, ``signed``, ``grey`` or ``share``."""

    low: float
    high: float
    map_name: str = "viridis"


def scale_of(values: NDArray[Any]) -> Scale:
    """A scale for some values: centred on zero where they have both signs, from zero for counts."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low < 0 < high:
        most = max(-low, high)
        return Scale(-most, most, "signed")
    if low >= 0 and finite.size and values.dtype.kind in "iub":
        low = 0.0
    return Scale(low, high if high > low else low + 1.0)


@cache
def lookup_table(name: str, is_dark: bool = False) -> NDArray[np.uint8]:
    """Colours of a map, ``[level, RGB]``. Only ``share`` (nothing looks like the paper) differs in a dark theme."""
    if name == "viridis":
        import pyqtgraph as pg

        return np.asarray(pg.colormap.get("viridis").getLookupTable(nPts=LEVELS, alpha=False), dtype=np.uint8)
    stops = {
        "signed": _SIGNED_STOPS,
        "grey": _GREY_STOPS,
        "share": _NIGHT_TO_BLUE_STOPS if is_dark else _WHITE_TO_BLUE_STOPS,
    }.get(name)
    if stops is None:
        raise NeuroError(f"There is no colour map '{name}'", fix="Known: viridis, signed, grey, share")
    known = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in stops], dtype=float)
    place = np.linspace(0, len(stops) - 1, LEVELS)
    channels = [np.interp(place, np.arange(len(stops)), known[:, channel]) for channel in range(3)]
    return np.stack(channels, 1).round().astype(np.uint8)
