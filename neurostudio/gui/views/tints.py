"""Colours of what plots show: a category by number, or a colour of the theme by name; resolved when it is painted.

A mark keeps its :data:`Tint`, never a colour, so that a change of theme only has to paint again.
"""

from collections.abc import Callable, Iterable

from neurostudio.gui import theme
from neurostudio.report.style import CATEGORY_COLOURS

Tint = int | str
ColourIndex = Callable[[str], int]


def colour_of(tint: Tint) -> str:
    """``#RRGGBB`` of a category (int) or of a colour of the theme (its name) as the current theme has it."""
    return theme.category(tint) if isinstance(tint, int) else str(getattr(theme.current(), tint))


def in_order() -> ColourIndex:
    """Indexes in the order of asking, for views that stand outside a project."""
    given: dict[str, int] = {}
    return lambda key: given.setdefault(key, len(given))


def distinct(keys: Iterable[str], colour_index: ColourIndex) -> dict[str, int]:
    """Give each key the category that it has in the whole project, and another one where two would look the same.

    The key that came first to the project keeps its colour; beyond eight keys colours must repeat.

    >>> distinct(["a", "b", "c"], {"a": 9, "b": 1, "c": 2}.__getitem__)
    {'a': 0, 'b': 1, 'c': 2}
    """
    wanted = {key: colour_index(key) for key in keys}
    n_colour = len(CATEGORY_COLOURS)
    free = list(range(n_colour))
    placed: dict[str, int] = {}
    for key in sorted(wanted, key=lambda key: wanted[key]):
        index = wanted[key] % n_colour
        if index not in free:
            index = free[0] if free else index
        if index in free:
            free.remove(index)
        placed[key] = index
    return {key: placed[key] for key in wanted}
