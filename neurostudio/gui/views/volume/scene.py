"""Everything that a viewer shows: layers in order, crosshair, time, side; and what stands at a place. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.grid import Grid
from neurostudio.gui.views.volume.frame import LETTERS, PLANES, Box, Frame, PlaneName, box_text, boxes_meet, world_grid
from neurostudio.gui.views.volume.layers import Layer, Look
from neurostudio.gui.views.volume.sampling import cut, same_grid
from neurostudio.report.wording import number_text

Mode = Literal["grid", "world"]
Point = tuple[float, float, float]

UNKNOWN = "?"
NO_ORIENTATION = "No orientation in the header; left and right are unknown"


@dataclass(frozen=True, eq=False)
class Picture:
    """A layer in a plane.

    Attributes
    ----------
    pixels : ndarray
        Premultiplied ARGB32, ``[row, column]``, the first row at the top, columns from left to right on the screen.
    box : tuple of float
        Left, bottom, right, top on the screen, in mm of the plane.
    """

    pixels: NDArray[np.uint32]
    box: Box


@dataclass(frozen=True)
class Reading:
    """What a layer has at a place: `text` is empty where it is not there; `voxel` is that of its own grid."""

    name: str
    text: str
    value: float = float("nan")
    voxel: tuple[int, int, int] | None = None


class Scene:
    """What is shown.

    Attributes
    ----------
    layers : list of Layer
        The lowest first.
    reference : Layer or None
        Its voxels are the steps of the crosshair and of the slices.
    mode : str
        ``grid`` slices along the voxels of the reference, ``world`` along R, A and S (oblique data are resampled).
    is_radiological : bool
        Whether the right side of the body is on the left of the screen.
    mm : tuple of float
        The crosshair.
    time : int
        The volume of all layers that follow the time.
    """

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.reference: Layer | None = None
        self.mode: Mode = "grid"
        self.is_radiological = False
        self.mm: Point = (0.0, 0.0, 0.0)
        self.time = 0
        self._frame: Frame | None = None
        self._kept: dict[tuple[int, PlaneName], tuple[object, int, Picture | None]] = {}

    # --- layers

    def add(self, layer: Layer, at: int | None = None) -> None:
        """Put a layer on top, or at a place in the order."""
        self.layers.insert(len(self.layers) if at is None else at, layer)
        self.reference = self.reference or layer
        self._frame = None

    def remove(self, layer: Layer) -> None:
        """Take a layer away; the lowest one takes its place as reference."""
        self.layers.remove(layer)
        if self.reference is layer:
            self.reference = self.layers[0] if self.layers else None
        self.forget(layer)
        self._frame = None

    def order(self, layers: Iterable[Layer]) -> None:
        """Another order of the same layers, the lowest first."""
        self.layers = list(layers)

    def set_reference(self, layer: Layer) -> None:
        """Slice along the voxels of another layer."""
        self.reference = layer
        self._frame = None

    def set_mode(self, mode: Mode) -> None:
        """Slice along the voxels of the reference, or along the body."""
        self.mode = mode
        self._frame = None

    def with_key(self, key: int) -> Layer | None:
        """The layer of a key."""
        return next((layer for layer in self.layers if layer.key == key), None)

    def forget(self, layer: Layer | None = None) -> None:
        """Draw a layer anew, or all: its data have changed."""
        for place in [place for place in self._kept if layer is None or place[0] == layer.key]:
            del self._kept[place]

    @property
    def n_volumes(self) -> int:
        """Volumes of the longest layer that follows the time; 1 where none does."""
        return max((layer.n_volumes for layer in self.layers if layer.is_over_time), default=1)

    @property
    def has_orientation(self) -> bool:
        """Whether the sides of the body are known, for every layer."""
        return all(layer.image.header.has_orientation for layer in self.layers)

    @property
    def is_oblique(self) -> bool:
        """Whether the voxels of the reference run aslant through the body."""
        return self.reference is not None and bool(self.reference.image.grid.is_oblique)

    # --- geometry

    @property
    def frame(self) -> Frame | None:
        """How voxels come to the screen; None without layers."""
        if self._frame is None and self.reference is not None:
            own = self.reference.image.grid
            grid = world_grid(own) if self.mode == "world" and own.is_oblique else own
            others = tuple(layer.image.grid for layer in self.layers if layer is not self.reference)
            self._frame = Frame.of(grid, others)
            self._kept.clear()
        return self._frame

    def depth(self, plane: PlaneName) -> int:
        """The slice of a plane that goes through the crosshair, or the nearest one."""
        frame = self.frame
        return 0 if frame is None else frame.nearest(self.mm)[PLANES[plane][0]]

    def is_inside(self) -> bool:
        """Whether the crosshair is in what is seen."""
        return self.frame is not None and self.frame.holds(self.mm)

    def box(self, plane: PlaneName) -> Box:
        """What is seen of a plane, in mm on the screen."""
        if self.frame is None:
            return (0.0, 0.0, 1.0, 1.0)
        return self._mirrored(plane, self.frame.box(plane))

    def place(self, plane: PlaneName, mm: ArrayLike | None = None) -> tuple[float, float]:
        """Where a place lies in a plane on the screen, in mm; the crosshair unless given."""
        if self.frame is None:
            return (0.0, 0.0)
        x, y = self.frame.place(plane, self.frame.index_of(self.mm if mm is None else mm))
        return (-x if self._is_mirrored(plane) else x), y

    def mm_at(self, plane: PlaneName, x: float, y: float, depth: int | None = None) -> Point:
        """The centre of the voxel at a place on the screen, in the slice that is shown (or another depth)."""
        frame = self.frame
        if frame is None:
            return self.mm
        index = frame.index_at(plane, -x if self._is_mirrored(plane) else x, y, self.depth(plane) if depth is None else depth)
        return _point(frame.mm_of(index))

    def stepped(self, plane: PlaneName, right: int = 0, up: int = 0, away: int = 0) -> Point:
        """The crosshair, moved by voxels on the screen of a plane; `away` goes along the axis of the plane."""
        frame = self.frame
        if frame is None:
            return self.mm
        through, across, upward = PLANES[plane]
        index = list(frame.nearest(self.mm))
        index[across] += -right if self._is_mirrored(plane) else right
        index[upward] += up
        index[through] += away
        return _point(frame.mm_of(np.clip(index, frame.lows, frame.highs)))

    def centre(self) -> Point:
        """The voxel in the middle of the reference."""
        frame = self.frame
        return self.mm if frame is None else _point(frame.mm_of([(size - 1) // 2 for size in frame.shape]))

    def voxel_mm(self, voxel: tuple[int, int, int]) -> Point:
        """Where a voxel of the reference lies."""
        return self.mm if self.reference is None else _point(self.reference.image.grid.mm_of(voxel))

    def letters(self, plane: PlaneName) -> tuple[str, str, str, str]:
        """Letters at the left, right, lower and upper edge of a slice; question marks where the sides are not known."""
        if not self.has_orientation:
            return (UNKNOWN,) * 4
        _, across, up = PLANES[plane]
        left, right = LETTERS[across]
        if self._is_mirrored(plane):
            left, right = right, left
        return left, right, *LETTERS[up]

    def place_text(self, plane: PlaneName) -> str:
        """Where a slice lies: ``x 12 mm``, or the number of the slice where the sides are not known."""
        frame = self.frame
        if frame is None:
            return ""
        through = PLANES[plane][0]
        if not self.has_orientation:
            return f"slice {self.depth(plane)}"
        index = np.array(frame.nearest(self.mm), dtype=np.float64)
        return f"{'xyz'[through]} {number_text(round(float(frame.mm_of(index)[through]), 1))} mm"

    # --- pixels

    def picture(self, plane: PlaneName, layer: Layer) -> Picture | None:
        """A layer in the slice of a plane; the last one of each plane is kept until something of it changes."""
        volume = layer.volume_at(self.time)
        here = (self.frame, self.depth(plane), layer.look, layer.kind, self.is_radiological)
        kept = self._kept.get((layer.key, plane))
        if kept is not None and kept[0] == here and (kept[1] == volume or not layer.is_there(volume)):
            return kept[2]  # until a volume has been read, the one that was there before
        if not layer.is_there(volume):
            return None
        made = self.picture_at(plane, layer, self.depth(plane))
        self._kept[layer.key, plane] = (here, volume, made)
        return made

    def picture_at(self, plane: PlaneName, layer: Layer, depth: int) -> Picture | None:
        """A layer in any slice of a plane; None where it is not there, or not read yet."""
        volume, frame = layer.volume_at(self.time), self.frame
        if frame is None or not layer.look.is_visible or not layer.is_there(volume):
            return None
        try:
            found = cut(layer, frame, plane, depth, volume)
        except (IndexError, RequestError):  # it was closed, or found to be damaged, since it was asked
            return None
        if found is None:
            return None
        values = found.values[:, ::-1] if self._is_mirrored(plane) else found.values
        return Picture(np.ascontiguousarray(layer.pixels(values)), self._mirrored(plane, found.box))

    def snapshot(self) -> "Scene":
        """A copy that a thread may draw while this one changes; the images are shared."""
        other = Scene()
        other.layers = [replace(layer) for layer in self.layers]
        at = self.layers.index(self.reference) if self.reference in self.layers else -1
        other.reference = other.layers[at] if at >= 0 else None
        other.mode, other.is_radiological, other.mm, other.time = self.mode, self.is_radiological, self.mm, self.time
        other._frame = self.frame
        return other

    # --- values

    def readings(self, mm: ArrayLike | None = None) -> list[Reading]:
        """What each visible layer has at a place (the crosshair unless given), the top one first."""
        place = np.asarray(self.mm if mm is None else mm, dtype=np.float64)
        return [self.reading(layer, place) for layer in reversed(self.layers) if layer.look.is_visible]

    def reading(self, layer: Layer, mm: ArrayLike) -> Reading:
        """What one layer has at a place: the value of the voxel that holds it."""
        voxel = layer.image.grid.nearest(np.asarray(mm, dtype=np.float64))
        volume = layer.volume_at(self.time)
        if voxel is None:
            return Reading(layer.name, "")
        if not layer.is_there(volume):
            return Reading(layer.name, "not read yet", voxel=voxel)
        value = float(layer.image.value(voxel, volume))
        if not np.isfinite(value):
            return Reading(layer.name, "no number", value, voxel)
        text = layer.name_of(value) if layer.kind == "labels" else number_text(value)
        return Reading(layer.name, text, value, voxel)

    def voxel(self, mm: ArrayLike | None = None) -> tuple[int, int, int] | None:
        """The voxel of the reference that holds a place; None outside."""
        if self.reference is None:
            return None
        return self.reference.image.grid.nearest(np.asarray(self.mm if mm is None else mm, dtype=np.float64))

    def trouble_with(self, grid: Grid) -> str:
        """What people must know of an image that lies far outside; empty where it meets what is shown."""
        if self.reference is None:
            return ""
        if not self.reference.image.header.has_orientation and not same_grid(grid, self.reference.image.grid):
            return (
                f"The header of {self.reference.name} has no orientation: whether this image lies rightly over it cannot be told."
            )
        if boxes_meet(grid, self.reference.image.grid):
            return ""
        return (
            f"It lies outside {self.reference.name}: its box is {box_text(grid)} mm, that of {self.reference.name} is "
            f"{box_text(self.reference.image.grid)} mm. Perhaps its affine was lost; reset it in the program that wrote the file."
        )

    # --- kept with the layout

    def state(self) -> dict[str, Any]:
        """How it looks; plain JSON."""
        return {
            "mode": self.mode,
            "mm": list(self.mm),
            "time": self.time,
            "is_radiological": self.is_radiological,
            "reference": self.reference.origin if self.reference else "",
            "layers": [{"origin": one.origin, "kind": one.kind, "look": one.look.as_dict()} for one in self.layers],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up such a look again, for the layers that are there; what cannot be read is left as it is."""
        kept = {str(one.get("origin")): (at, one) for at, one in enumerate(state.get("layers", [])) if isinstance(one, dict)}
        for layer in self.layers:
            if layer.origin in kept and kept[layer.origin][1].get("kind") == layer.kind:
                layer.look = Look.from_dict(kept[layer.origin][1].get("look", {}))
        places = {layer.key: kept.get(layer.origin, (len(kept) + at,))[0] for at, layer in enumerate(self.layers)}
        self.layers.sort(key=lambda layer: places[layer.key])
        chosen = next((layer for layer in self.layers if layer.origin == state.get("reference")), None)
        self.reference = chosen or self.reference
        self.set_mode("world" if state.get("mode") == "world" else "grid")

    # --- inside

    def _is_mirrored(self, plane: PlaneName) -> bool:
        return self.is_radiological and PLANES[plane][1] == 0

    def _mirrored(self, plane: PlaneName, box: Box) -> Box:
        left, bottom, right, top = box
        return (-right, bottom, -left, top) if self._is_mirrored(plane) else box


def _point(mm: ArrayLike) -> Point:
    x, y, z = (float(value) for value in np.asarray(mm))
    return x, y, z
