"""One image over or under others: what it is, how it looks, and the pixels of its values. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.image import Image
from neurostudio.gui.views.volume.colours import COLOUR_MAPS, colour_map, levels_of, packed, region_pixels, region_table

Kind = Literal["anatomy", "bold", "map", "labels"]
KINDS: dict[Kind, str] = {"anatomy": "Anatomy", "bold": "Time series", "map": "Map", "labels": "Labels"}

SAMPLED = 200_000  # voxels that the range of colours is taken from
ROBUST = (2.0, 98.0)  # per cent
INTENT_CODES_OF_STATISTICS = range(2, 25)  # NIfTI-1
INTENT_LABELS = 1002
_LABEL_WORDS = ("dseg", "atlas", "label", "aparc", "parc", "aseg", "mask", "regions")
_MAP_WORDS = ("zmap", "tmap", "stat", "effect", "contrast", "zscore", "map", "accuracy", "weights")
_keys = count(1)


@dataclass(frozen=True)
class Look:
    """How a layer is drawn; immutable, so that a change is one step of undo.

    Attributes
    ----------
    colour_map : str
        One of ``colours.COLOUR_MAPS``.
    negative_map : str
        Colours of values below zero, mirrored; empty where they have none of their own.
    low, high : float
        Values of the first and the last colour. With two sides: of their sizes.
    threshold : float or None
        What is smaller is not drawn (its size counts where the map has two sides). None draws all but exact zeros of maps.
    opacity : float
        From 0 to 1.
    time : int or None
        Volume that is shown; None follows the common time.
    is_smooth : bool
        Whether an image on another grid is interpolated between its voxels.
    """

    colour_map: str = "grey"
    negative_map: str = ""
    low: float = 0.0
    high: float = 1.0
    threshold: float | None = None
    opacity: float = 1.0
    is_visible: bool = True
    time: int | None = None
    is_smooth: bool = True

    @property
    def is_two_sided(self) -> bool:
        """Whether values below zero are drawn like those above it."""
        return bool(self.negative_map) or COLOUR_MAPS[self.colour_map].sort == "two-sided"

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Look":
        """Build the record again; keys and colour maps of another version are ignored."""
        known = {name: value for name, value in fields.items() if name in cls.__dataclass_fields__}
        for name in ("colour_map", "negative_map"):
            if known.get(name) and known[name] not in COLOUR_MAPS:
                del known[name]
        return cls(**known)


@dataclass(frozen=True)
class Facts:
    """Numbers of one volume.

    Attributes
    ----------
    low, high : float
        2 and 98 per cent of its values.
    least, most : float
        Its ends.
    n_bad : int
        Voxels that are no number, or infinite; they are transparent.
    """

    low: float
    high: float
    least: float
    most: float
    n_bad: int


@dataclass(eq=False)
class Layer:
    """One image with its look.

    Attributes
    ----------
    kind : str
        ``anatomy``, ``bold`` (volumes over time), ``map`` or ``labels``.
    names : mapping
        Names of the regions of a label image.
    region_colours : mapping
        Their colours where a file says them, red, green and blue from 0 to 255.
    volume_names : tuple of str
        Names of the volumes of a 4D map.
    unit : str
        What its values are, with their unit.
    note : str
        Something that people must know of it.
    origin : str
        Where it came from, such as a path; kept with the layout.
    """

    name: str
    image: Image
    kind: Kind = "anatomy"
    look: Look = field(default_factory=Look)
    names: Mapping[int, str] = field(default_factory=dict)
    region_colours: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)
    volume_names: tuple[str, ...] = ()
    unit: str = ""
    note: str = ""
    facts: Facts | None = None
    origin: str = ""
    key: int = field(default_factory=lambda: next(_keys))

    @property
    def n_volumes(self) -> int:
        """How many volumes it has."""
        return self.image.n_volumes

    @property
    def is_over_time(self) -> bool:
        """Whether the common time says which volume is shown."""
        return self.n_volumes > 1 and self.look.time is None

    def volume_at(self, time: int) -> int:
        """The volume that is shown at a time."""
        wanted = time if self.look.time is None else self.look.time
        return min(max(wanted, 0), self.n_volumes - 1)

    def is_there(self, volume: int) -> bool:
        """Whether a volume has been read by now."""
        return volume < self.image.n_loaded

    def name_of(self, index: float) -> str:
        """The name of a region; its number where it has none."""
        if not np.isfinite(index):
            return ""
        whole = int(index)
        return self.names.get(whole, f"label {whole}" if whole else "no label")

    def pixels(self, values: NDArray[Any]) -> NDArray[np.uint32]:
        """Premultiplied ARGB32 of values ``[row, column]``, before its opacity."""
        if self.kind == "labels":
            return region_pixels(values, self.region_table)
        return pixels(values, self.look, hides_zero=self.kind == "map")

    @cached_property
    def region_table(self) -> NDArray[np.uint32]:
        """Pixels of the regions by their number."""
        return region_table(self.region_colours, int(self.facts.most) if self.facts else 0)


def shown(values: NDArray[Any], look: Look, *, hides_zero: bool = False) -> NDArray[np.bool_]:
    """Which values are drawn at all: finite ones from the threshold on."""
    known = np.isfinite(values)
    if look.threshold is None:
        all_but_zero: NDArray[np.bool_] = known & (values != 0) if hides_zero else known
        return all_but_zero
    with np.errstate(invalid="ignore"):
        above = values >= look.threshold
        if look.is_two_sided:
            above |= values <= -look.threshold
    drawn: NDArray[np.bool_] = known & above
    return drawn


def pixels(values: NDArray[Any], look: Look, *, hides_zero: bool = False) -> NDArray[np.uint32]:
    """Premultiplied ARGB32 of values; what is not drawn is transparent."""
    table = packed(look.colour_map)
    if look.negative_map:
        above = np.take(table, levels_of(values, look.low, look.high))
        below = np.take(packed(look.negative_map), levels_of(-values, look.low, look.high))
        with np.errstate(invalid="ignore"):
            found = np.where(values < 0, below, above)
    elif colour_map(look.colour_map).sort == "two-sided":
        found = np.take(table, levels_of(values, -look.high, look.high))
    else:
        found = np.take(table, levels_of(values, look.low, look.high))
    drawn = shown(values, look, hides_zero=hides_zero)
    if not drawn.all():
        found[~drawn] = 0
    return found


def make_layer(
    image: Image,
    name: str = "",
    kind: Kind | None = None,
    *,
    names: Mapping[int, str] | None = None,
    region_colours: Mapping[int, tuple[int, int, int]] | None = None,
    threshold: float | None = None,
    volume_names: tuple[str, ...] = (),
    unit: str = "",
    origin: str = "",
) -> Layer:
    """A layer with a look that fits what the image is; the first volume must have been read.

    Labels that are not whole numbers become a map, which its note says.
    """
    facts = facts_of(image, 0)
    chosen = kind or guessed_kind(image)
    notes = []
    if chosen == "labels" and not image.is_labels:
        chosen = "map"
        notes.append("Its values are not whole numbers: it is shown as a map, not as labels.")
    if facts.n_bad:
        many = "1 voxel is no number and is" if facts.n_bad == 1 else f"{facts.n_bad:,} voxels are no numbers and are"
        notes.append(f"{many} transparent.")
    return Layer(
        name or stem(image.path),
        image,
        chosen,
        first_look(image, chosen, facts, threshold),
        names or {},
        region_colours or {},
        volume_names,
        unit,
        " ".join(notes),
        facts,
        origin or str(image.path),
    )


def as_kind(layer: Layer, kind: Kind) -> tuple[Kind, Look, str]:
    """Kind, look and note of a layer that is to be shown as another kind."""
    facts = layer.facts or facts_of(layer.image, 0)
    if kind == "labels" and not layer.image.is_labels:
        return "map", layer.look, "Its values are not whole numbers: it is shown as a map, not as labels."
    look = first_look(layer.image, kind, facts, None)
    return kind, replace(look, is_visible=layer.look.is_visible, time=layer.look.time), layer.note


def first_look(image: Image, kind: Kind, facts: Facts, threshold: float | None) -> Look:
    """How an image looks until someone changes it."""
    time = 0 if image.n_volumes > 1 and kind != "bold" else None
    if kind == "labels":
        return Look("regions", low=facts.least, high=facts.most, opacity=0.6, time=time, is_smooth=False)
    if kind == "map":
        most = max(abs(facts.low), abs(facts.high)) or max(abs(facts.least), abs(facts.most)) or 1.0
        if threshold is not None:  # colours for what is drawn, not for what is left out
            most = max(_robust_size_beyond(image, threshold), 1.2 * threshold, 1e-12)
        if facts.least < 0:
            return Look("warm", "cool", threshold or 0.0, most, threshold, 1.0, time=time)
        return Look("warm" if threshold is not None else "inferno", "", threshold or 0.0, most, threshold, 1.0, time=time)
    high = facts.high if facts.high > facts.low else facts.most
    return Look("grey", low=facts.low, high=high if high > facts.low else facts.low + 1.0, time=time)


def _robust_size_beyond(image: Image, threshold: float) -> float:
    sizes = np.abs(image.volume(0))
    with np.errstate(invalid="ignore"):
        beyond = sizes[np.isfinite(sizes) & (sizes >= threshold)]
    return float(np.percentile(beyond, ROBUST[1])) if beyond.size else 0.0


def guessed_kind(image: Image) -> Kind:
    """What an image most likely is: by its intent code, its volumes and its file name."""
    intent = _intent_code(image.header.intent)
    name = image.path.name.lower()
    if image.n_volumes > 1 and not any(word in name for word in ("zmap", "tmap", "beta", "weights", "contrast")):
        return "bold"
    if intent == INTENT_LABELS or (image.is_labels and any(word in name for word in _LABEL_WORDS)):
        return "labels"
    if intent in INTENT_CODES_OF_STATISTICS or any(word in name for word in _MAP_WORDS):
        return "map"
    return "anatomy"


def facts_of(image: Image, volume: int) -> Facts:
    """Numbers of one volume; a large one is sampled for its range, never for the count of bad voxels."""
    values = image.volume(volume)
    known = np.isfinite(values)
    n_bad = int(values.size - np.count_nonzero(known))
    finite = values[known] if n_bad else values.ravel()
    if not finite.size:
        return Facts(0.0, 1.0, 0.0, 1.0, n_bad)
    filled = finite[finite != 0]  # the empty space around a head says nothing of it
    taken = filled if filled.size else finite
    low, high = np.percentile(taken[:: max(1, taken.size // SAMPLED)], ROBUST)
    return Facts(float(low), float(high), float(finite.min()), float(finite.max()), n_bad)


def stem(path: Path) -> str:
    """The name of a file without its endings.

    >>> stem(Path("sub-01_bold.nii.gz"))
    'sub-01_bold'
    """
    return path.name.partition(".nii")[0] if ".nii" in path.name else path.stem


def _intent_code(intent: object) -> int:
    if isinstance(intent, int):
        return intent
    words = {"label": INTENT_LABELS, "z score": 5, "zscore": 5, "t test": 3, "ttest": 3, "f test": 4, "ftest": 4}
    return words.get(str(intent).strip().lower(), 0)
