"""From values to pixels: tables of 256 packed colours. No Qt. The colour maps are those of the report's figures."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.report.volume_colours import COLOUR_MAPS, colour_map

__all__ = ["COLOUR_MAPS", "LEVELS", "colour_map", "colour_text", "levels_of", "packed", "region_pixels", "region_table", "rgb"]

LEVELS = 256
MOST_REGIONS = 1 << 16


@cache
def rgb(name: str) -> NDArray[np.uint8]:
    """Colours of a map, ``[level, RGB]``; ``names`` maps have one level for each of their stops."""
    found = colour_map(name)
    known = np.array([[int(stop[at : at + 2], 16) for at in (0, 2, 4)] for stop in found.stops.split()], dtype=np.float64)
    if found.sort == "names":
        return known.astype(np.uint8)
    place = np.linspace(0, len(known) - 1, LEVELS)
    channels = [np.interp(place, np.arange(len(known)), known[:, channel]) for channel in range(3)]
    return np.stack(channels, 1).round().astype(np.uint8)


@cache
def packed(name: str) -> NDArray[np.uint32]:
    """The same as opaque pixels of Qt's format ARGB32, ``[level]``."""
    red, green, blue = rgb(name).astype(np.uint32).T
    return np.ascontiguousarray(0xFF000000 | red << 16 | green << 8 | blue)


def levels_of(values: NDArray[Any], low: float, high: float, n_levels: int = LEVELS) -> NDArray[np.intp]:
    """The level of each value between `low` and `high`; what lies outside has that of the end, and what is no number 0."""
    span = high - low
    scale = n_levels / span if span > 0 else np.inf
    with np.errstate(invalid="ignore", over="ignore"):
        place = (values - low) * scale if np.isfinite(scale) else np.where(values >= high, n_levels, 0.0)
    held = np.clip(np.nan_to_num(place, nan=0.0, posinf=n_levels, neginf=0.0), 0, n_levels - 1)
    levels: NDArray[np.intp] = held.astype(np.intp)
    return levels


def region_table(colours: Mapping[int, tuple[int, int, int]], most: int) -> NDArray[np.uint32]:
    """Pixels of the regions from 0 to `most` (at most `MOST_REGIONS`): as their file says, else in turn. 0 has none.

    Parameters
    ----------
    colours : mapping
        Number -> red, green, blue from 0 to 255.
    """
    n = max(2, min(most, MOST_REGIONS) + 1)
    turn = packed("regions")
    table = np.take(turn, (np.arange(n) - 1) % len(turn))
    for index, (red, green, blue) in colours.items():
        if 0 < index < n:
            table[index] = 0xFF000000 | red << 16 | green << 8 | blue
    table[0] = 0
    return table


def region_pixels(labels: NDArray[Any], table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Pixels of a label image; numbers beyond the table take its colours in turn, what is no number has none."""
    with np.errstate(invalid="ignore"):
        known = np.isfinite(labels) & (labels != 0)
    index = np.where(known, labels, 0).astype(np.int64)
    beyond = (index < 0) | (index >= len(table))
    if beyond.any():
        index = np.where(beyond, 1 + (np.abs(index) - 1) % (len(table) - 1), index)
    return np.take(table, index)


def colour_text(pixel: int) -> str:
    """``#RRGGBB`` of a packed pixel."""
    return f"#{int(pixel) & 0xFFFFFF:06X}"
