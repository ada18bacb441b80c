"""How the settings of a Spec are laid out: sections with a heading, what is folded away, what a search finds."""

from collections.abc import Iterable
from dataclasses import dataclass

from neurostudio.gui.form.places import Place


@dataclass(frozen=True)
class Section:
    """Settings under one heading.

    Attributes
    ----------
    heading : str
        Empty for the settings at the top.
    basic, advanced : tuple of Place
        Those always shown, and those folded away until asked for. A union stands before the settings of its members.
    specs : tuple of str
        Keys of the nested Specs whose settings these are: what is wrong with one as a whole is shown under the heading.
    """

    heading: str
    basic: tuple[Place, ...]
    advanced: tuple[Place, ...]
    specs: tuple[str, ...] = ()


def sections(places: Iterable[Place]) -> list[Section]:
    """Lay out settings: those without a heading first, then each heading where it comes first."""
    by_heading: dict[str, list[Place]] = {"": []}
    for place in places:
        by_heading.setdefault(place.heading, []).append(place)
    made: list[Section] = []
    for heading, inside in by_heading.items():
        fields = [place for place in inside if place.is_field]
        if not fields:
            continue
        hidden = {place.key for place in fields if place.info.advanced}
        # what belongs to a folded union is folded with it
        hidden |= {place.key for place in fields for union in hidden if place.key.startswith(f"{union}[")}
        made.append(
            Section(
                heading=heading,
                basic=tuple(place for place in fields if place.key not in hidden),
                advanced=tuple(place for place in fields if place.key in hidden),
                specs=tuple(place.key for place in inside if not place.is_field),
            )
        )
    return made


def is_found(place: Place, words: str) -> bool:
    """Whether each word stands in the title, the name, the heading or the help of a setting; case does not matter."""
    text = " ".join((place.info.title, place.name, place.heading, place.info.help, *place.info.labels.values())).lower()
    return all(word in text for word in words.lower().split())
