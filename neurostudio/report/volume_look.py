"""How volumes are looked at: what a viewer in the window has set, as plain frozen records that a picture is drawn from.

The JSON is that of the viewer's ``state()``: a picture of what is seen is drawn by the same functions as the report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from neurostudio.core.errors import RequestError
from neurostudio.report.volume_colours import COLOUR_MAPS, colour_map

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Form = Literal["slices", "mosaic", "glass", "surface"]
LayerKind = Literal["anatomy", "bold", "map", "labels"]

SHEETS: dict[str, Form] = {"slices": "slices", "lightbox": "mosaic", "glass": "glass"}
"""What the sheets of the viewer are called here."""

PLANES = ("sagittal", "coronal", "axial")
MOST_CUTS = 48


@dataclass(frozen=True)
class LayerLook:
    """How one image is drawn.

    Attributes
    ----------
    name : str
        The artifact or the file that it shows; ``mni152`` for the template.
    kind : str
        ``anatomy``, ``bold``, ``map`` or ``labels``.
    colour_map, negative_map : str
        Names of ``report.volume_colours.COLOUR_MAPS``; the second is for values below zero, empty where they have none.
    low, high : float
        Values of the first and the last colour; of their sizes where the map has two sides.
    threshold : float, optional
        What is smaller is not drawn; None draws all but exact zeros of maps.
    opacity : float
        From 0 to 1.
    time : int, optional
        Volume that is shown; None follows the common one.
    unit : str
        What its values are, with their unit.
    names : mapping
        Names of the regions of a label image.
    colours : mapping
        Colours of regions, red, green and blue from 0 to 255, where their file names them; the others have theirs in turn.
    """

    name: str
    kind: LayerKind = "map"
    colour_map: str = "grey"
    negative_map: str = ""
    low: float = 0.0
    high: float = 1.0
    threshold: float | None = None
    opacity: float = 1.0
    is_visible: bool = True
    time: int | None = None
    is_smooth: bool = True
    unit: str = ""
    names: Mapping[int, str] = field(default_factory=dict)
    colours: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)

    @property
    def is_two_sided(self) -> bool:
        """Whether values below zero are drawn like those above it."""
        return bool(self.negative_map) or colour_map(self.colour_map).sort == "two-sided"

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Build the record; keys of another version are ignored.

        Raises
        ------
        RequestError
            For a value that cannot be.
        """
        flat = {"name": fields.get("origin", ""), **fields, **(fields["look"] if isinstance(fields.get("look"), Mapping) else {})}
        known = {
            name: value for name, value in flat.items() if name in cls.__dataclass_fields__ and name not in ("names", "colours")
        }
        for name in ("low", "high", "opacity"):
            if name in known:
                known[name] = _number(known[name], name)
        if known.get("threshold") is not None:
            known["threshold"] = _number(known["threshold"], "threshold")
        for name in ("colour_map", "negative_map"):
            if known.get(name) and known[name] not in COLOUR_MAPS:
                raise RequestError(f"There is no colour map '{known[name]}'", fix=f"Known: {', '.join(COLOUR_MAPS)}")
        if known.get("kind", "map") not in get_args(LayerKind):
            known["kind"] = "map"
        known["names"] = {index: str(name) for index, name in _by_number(flat.get("names")).items()}
        known["colours"] = {index: _triple(colour) for index, colour in _by_number(flat.get("colours")).items()}
        return cls(**known)


@dataclass(frozen=True)
class VolumeLook:
    """What is seen of a set of volumes.

    Attributes
    ----------
    form : str
        ``slices`` (three cuts through one point), ``mosaic``, ``glass`` or ``surface``.
    cursor_mm : tuple of float, optional
        Where the slices cut; None: where the map on top is strongest.
    time : int
        Common volume of all layers that follow it.
    is_radiological : bool
        Whether the left side of the body is shown on the right.
    plane : str
        Of a mosaic: ``sagittal``, ``coronal`` or ``axial``.
    cuts : int
        How many of them.
    ends_mm : tuple of float, optional
        Where the first and the last one lie; evenly through the whole image unless given.
    layers : tuple of LayerLook
        From the lowest to the highest.
    has_crosshair : bool
        Whether thin lines show where the other cuts are.
    """

    form: Form = "slices"
    cursor_mm: tuple[float, float, float] | None = None
    time: int = 0
    is_radiological: bool = False
    plane: str = "axial"
    cuts: int = 12
    ends_mm: tuple[float, float] | None = None
    layers: tuple[LayerLook, ...] = ()
    has_crosshair: bool = True

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Read what a viewer's ``state()`` gives, or the same keys without its two floors; keys of another version are ignored.

        Raises
        ------
        RequestError
            For a value that cannot be.
        """
        scene = state.get("scene")
        state = {**state, **(scene if isinstance(scene, Mapping) else {})}
        form = state.get("form") or SHEETS.get(str(state.get("sheet")), "slices")
        plane = state.get("plane", "axial")
        place = state.get("mm")
        layers = state.get("layers", ())
        ends = state.get("ends_mm")
        if form not in get_args(Form):
            raise RequestError(f"'{form}' is no way to look at volumes", fix=f"Known: {', '.join(get_args(Form))}")
        if plane not in PLANES:
            raise RequestError(f"'{plane}' is no plane", fix=f"Known: {', '.join(PLANES)}")
        if not isinstance(layers, list | tuple) or not all(isinstance(one, Mapping) for one in layers):
            raise RequestError("'layers' of the look has to be a list of objects")
        if place is not None and (not isinstance(place, list | tuple) or len(place) != len(PLANES)):
            raise RequestError("'mm' of the look has to be three numbers: x, y, z in millimetres")
        if ends is not None and (not isinstance(ends, list | tuple) or len(ends) != 2):
            raise RequestError("'ends_mm' of the look has to be two numbers, in millimetres")
        return cls(
            form=form,
            cursor_mm=None if place is None else (_number(place[0], "mm"), _number(place[1], "mm"), _number(place[2], "mm")),
            time=max(0, int(_number(state.get("time", 0), "time"))),
            is_radiological=bool(state.get("is_radiological", False)),
            plane=plane,
            cuts=max(1, min(int(_number(state.get("cuts", 12), "cuts")), MOST_CUTS)),
            ends_mm=None if ends is None else (_number(ends[0], "ends_mm"), _number(ends[1], "ends_mm")),
            layers=tuple(LayerLook.from_dict(one) for one in layers),
            has_crosshair=bool(state.get("crosshair", True)),
        )

    def visible(self) -> tuple[LayerLook, ...]:
        """The layers that are seen."""
        return tuple(layer for layer in self.layers if layer.is_visible and layer.opacity > 0)

    def at_time(self, time: int) -> Self:
        """The same look at another volume."""
        return replace(self, time=time)


def read_look(path: Path) -> dict[str, Any]:
    """The JSON of a look as it stands in a file.

    Raises
    ------
    RequestError
        When there is no such file, or it holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RequestError(f"There is no file {path}") from None
    except (OSError, ValueError) as error:
        raise RequestError(f"{path} is no look", str(error), "Save one with 'Copy look' in the viewer, or write JSON") from error
    if not isinstance(found, dict):
        raise RequestError(f"{path} is no look", "It holds no JSON object")
    return found


def rgba(values: NDArray[np.float32], layer: LayerLook) -> NDArray[np.float64]:
    """Colours of values, ``[..., red green blue alpha]`` from 0 to 1; what is not drawn is transparent."""
    import numpy as np

    table = _table(layer.colour_map)
    last = len(table) - 1
    if layer.kind == "labels":
        known = np.isfinite(values) & (values != 0)
        regions = np.where(known, values, 1).astype(np.int64)
        colours = table[(regions - 1) % len(table)]
        for region, colour in layer.colours.items():
            colours[regions == region] = np.array(colour) / 255
        return np.concatenate([colours, (known * layer.opacity)[..., None]], -1)
    if layer.negative_map:
        below = _table(layer.negative_map)
        colours = np.where(
            (values < 0)[..., None],
            below[_levels(-values, layer.low, layer.high, last)],
            table[_levels(values, layer.low, layer.high, last)],
        )
    elif colour_map(layer.colour_map).sort == "two-sided":
        colours = table[_levels(values, -layer.high, layer.high, last)]
    else:
        colours = table[_levels(values, layer.low, layer.high, last)]
    return np.concatenate([colours, (drawn(values, layer) * layer.opacity)[..., None]], -1)


def drawn(values: NDArray[np.float32], layer: LayerLook) -> NDArray[np.bool_]:
    """Which values are drawn at all: finite ones from the threshold on."""
    import numpy as np

    known = np.isfinite(values)
    if layer.threshold is None:
        return known & (values != 0) if layer.kind == "map" else known
    with np.errstate(invalid="ignore"):
        above = values >= layer.threshold
        if layer.is_two_sided:
            above |= values <= -layer.threshold
    return np.asarray(known & above)


def region_colour(layer: LayerLook, region: int) -> tuple[float, float, float]:
    """Colour of a region, red, green and blue from 0 to 1."""
    table = _table(layer.colour_map)
    red, green, blue = (
        (part / 255 for part in layer.colours[region]) if region in layer.colours else table[(region - 1) % len(table)]
    )
    return float(red), float(green), float(blue)


def _by_number(given: Any) -> dict[int, Any]:
    """A mapping whose keys are numbers, as JSON has them."""
    if not isinstance(given, Mapping):
        return {}
    return {int(index): value for index, value in given.items() if str(index).lstrip("-").isdecimal()}


def _triple(given: Any) -> tuple[int, int, int]:
    if not isinstance(given, list | tuple) or len(given) != 3:
        raise RequestError(f"The colour {given!r} of a region has to be three numbers: red, green, blue from 0 to 255")
    red, green, blue = (max(0, min(255, int(_number(part, "colours")))) for part in given)
    return red, green, blue


def _table(name: str) -> NDArray[np.float64]:
    import numpy as np

    found = colour_map(name)
    stops = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in found.colours()], dtype=np.float64)
    if found.sort == "names":
        return stops / 255
    place = np.linspace(0, len(stops) - 1, 256)
    return np.stack([np.interp(place, np.arange(len(stops)), stops[:, channel]) for channel in range(3)], 1).round() / 255


def _levels(values: NDArray[np.float32], low: float, high: float, last: int) -> NDArray[np.intp]:
    import numpy as np

    span = high - low
    with np.errstate(invalid="ignore", over="ignore"):
        place = (values - low) * ((last + 1) / span) if span > 0 else np.where(values >= high, last, 0.0)
    held = np.clip(np.nan_to_num(place, nan=0.0, posinf=last, neginf=0.0), 0, last)
    return np.asarray(held, dtype=np.intp)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RequestError(f"'{name}' of the look is {value!r}", "It has to be a number")
    return float(value)
