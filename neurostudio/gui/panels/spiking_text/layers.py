"""Colours of layers, classes and words: the same in every picture."""

from collections.abc import Sequence
from functools import cache

from neurostudio.gui import theme
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.colour_maps import LEVELS, lookup_table
from neurostudio.gui.views.tints import distinct

_SHOWN_PART = {True: (0.28, 1.0), False: (0.0, 0.88)}  # of the colour map, by theme: what stands out from the surface


def tints_of(studio: Studio, names: Sequence[str]) -> dict[str, int]:
    """Category of each layer, class or kind of operation: that of its name, as every view of artifacts has it."""
    return distinct(names, studio.colour_index)


def word_colour(place: int, n_word: int) -> str:
    """Colour of the word at a place of its sentence: in the order of viridis, dark to light."""
    return _in_order(place, max(n_word, 2), theme.current().is_dark)


@cache
def _in_order(place: int, count: int, is_dark: bool) -> str:
    low, high = _SHOWN_PART[is_dark]
    level = round((low + (high - low) * place / (count - 1)) * (LEVELS - 1))
    red, green, blue = (int(part) for part in lookup_table("viridis")[level])
    return f"#{red:02X}{green:02X}{blue:02X}"
