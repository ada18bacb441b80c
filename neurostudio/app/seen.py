"""What is seen of volumes, without a window: the same picture in a file, the same numbers at the same place.

A *look* is what the viewer of the window has set (``state()``), as JSON. Its layers name their images by ``origin``: the name
of an artifact of the run, a file of the data set (relative to its folder, or in full), or ``mni152``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from neurostudio.app.datasets import locate
from neurostudio.app.project import Project
from neurostudio.core.errors import RequestError
from neurostudio.report.volume_data import TEMPLATE, first_layer, template_path
from neurostudio.report.volume_look import LayerLook, VolumeLook, read_look
from neurostudio.store.read import dataset as read_dataset

if TYPE_CHECKING:
    from neurostudio.data.fmri.image import Image
    from neurostudio.data.fmri.runs import FmriData
    from neurostudio.store.rows import ArtifactRow

__all__ = ["KIND", "LayerReading", "Reading", "Seen", "read_look", "seen_of_dataset", "seen_of_run"]

Orientation = Literal["sform", "qform"]

KIND = "fmri"


@dataclass(frozen=True)
class LayerReading:
    """What one layer has at the crosshair.

    Attributes
    ----------
    voxel : tuple of int, optional
        Of its own grid; None outside of it.
    value : float, optional
        None outside, and where it holds no number.
    region : str
        Name of the region, for label images.
    """

    name: str
    voxel: tuple[int, int, int] | None
    value: float | None
    region: str = ""


@dataclass(frozen=True)
class Reading:
    """The numbers that stand in the window for the same look: place, volume, repetition time, layers from the lowest up."""

    mm: tuple[float, float, float]
    time: int
    tr_s: float | None
    n_volumes: int
    layers: tuple[LayerReading, ...]


@dataclass(frozen=True, eq=False)
class Seen:
    """Images with the look of each; `tr_s` is the repetition time of the series among them."""

    look: VolumeLook
    images: Mapping[str, Image]
    tr_s: float | None = None

    def reading(self) -> Reading:
        """What stands at the crosshair."""
        look = self.look
        mm = look.cursor_mm or self._middle()
        layers = tuple(self._at(layer, mm) for layer in look.layers)
        return Reading(mm, look.time, self.tr_s, max(image.n_volumes for image in self.images.values()), layers)

    def series(self) -> dict[str, Any]:
        """The values of every layer that has several volumes, at the crosshair: ``volume``, ``time (s)``, and one column each."""
        mm = self.look.cursor_mm or self._middle()
        columns: dict[str, Any] = {}
        for layer in self.look.layers:
            image = self.images[layer.name]
            voxel = image.grid.nearest(mm)
            if image.n_volumes > 1 and voxel is not None:
                columns[layer.name] = image.series(voxel)
        if not columns:
            raise RequestError("There is no series at the crosshair", "No layer with several volumes lies there")
        n_row = max(len(values) for values in columns.values())
        times = {} if self.tr_s is None else {"time (s)": [round(t * self.tr_s, 6) for t in range(n_row)]}
        return {"volume": list(range(n_row)), **times, **columns}

    def _middle(self) -> tuple[float, float, float]:
        x, y, z = (float(place) for place in self.images[self.look.layers[0].name].grid.centre_mm)
        return x, y, z

    def _at(self, layer: LayerLook, mm: tuple[float, float, float]) -> LayerReading:
        image = self.images[layer.name]
        voxel = image.grid.nearest(mm)
        if voxel is None:
            return LayerReading(layer.name, None, None)
        wanted = self.look.time if layer.time is None else layer.time
        value = float(image.value(voxel, min(wanted, image.n_volumes - 1)))
        region = layer.names.get(int(value), "") if layer.kind == "labels" and value == value else ""
        return LayerReading(layer.name, voxel, value if value == value and abs(value) != float("inf") else None, region)


def seen_of_run(artifacts: Mapping[str, ArtifactRow], name: str, state: Mapping[str, Any]) -> Seen:
    """The volume artifact of a run as a look shows it, over whatever the look names.

    Raises
    ------
    RequestError
        For an image that there is none of.
    NeuroError
        For one that is damaged.
    """

    paths = {one: row.path for one, row in artifacts.items() if row.kind == "volume"}
    wanted = {"layers": [{"origin": name, "kind": "map"}], **state}
    return _seen(wanted, paths, artifacts[name].path.parent, None)


def seen_of_dataset(project: Project, name: str, state: Mapping[str, Any]) -> Seen:
    """A data set of brain images as a look shows it; its first run where the look names no layer.

    Raises
    ------
    RequestError
        Unknown or missing data set, one of another kind, or an image that is not in it.
    NeuroError
        For an image that is damaged.
    """
    row = read_dataset(project.store, name)
    if row.kind != KIND:
        raise RequestError(f"'{name}' holds {row.kind}, and no volumes", fix="Name a data set of brain images")
    from neurostudio.data.registry import open_data

    data: FmriData = open_data(locate(project, row), row.kind, row.options)
    files = {run.bold: run for run in data.runs}
    first = next((path for path in (*files, *data.images) if path.is_file()), None)
    if first is None:
        raise RequestError(f"'{name}' holds no image that is here", fix="Get the images, then check the data set again")
    folder = data.path if data.path.is_dir() else data.path.parent
    wanted = dict(state)
    if not wanted.get("layers"):
        wanted["layers"] = [{"origin": str(first)}]
    seen = _seen(wanted, {}, folder, row.options.get("orientation"))
    shown = [files[path] for layer in seen.look.layers if (path := Path(seen.images[layer.name].path)) in files]
    headers = [image.header.tr_s for image in seen.images.values() if image.n_volumes > 1]
    return replace(seen, tr_s=shown[0].tr_s if shown else next(iter(headers), None))


def _seen(state: Mapping[str, Any], paths: Mapping[str, Path], folder: Path, orientation: Orientation | None) -> Seen:
    """The images of a look; `paths` are those that have names of their own."""
    from neurostudio.data.fmri.image import open_image

    look = VolumeLook.from_state(state)
    images: dict[str, Image] = {}
    layers: list[LayerLook] = []
    for given, layer in zip(state["layers"], look.layers, strict=True):
        path = _place(layer.name, paths, folder)
        image = images.get(layer.name)
        if image is None:
            image = open_image(path) if layer.name == TEMPLATE else open_image(path, orientation=orientation)
            image.load()
        images[layer.name] = image
        has_look = isinstance(given.get("look"), Mapping) or "high" in given
        kind = layer.kind if "kind" in given else "bold" if image.n_volumes > 1 else "anatomy"
        layers.append(layer if has_look else first_layer(image, layer.name, kind))
    tr_s = next((image.header.tr_s for image in images.values() if image.n_volumes > 1), None)
    return Seen(replace(look, layers=tuple(layers)), images, tr_s)


def _place(origin: str, paths: Mapping[str, Path], folder: Path) -> Path:
    if origin == TEMPLATE:
        return template_path()
    found = paths.get(origin) or folder / origin  # a full path stays as it is
    if not origin or not found.is_file():
        raise RequestError(f"The look names an image that is not here: '{origin}'", fix=f"Name one in {folder}, or {TEMPLATE}")
    return found
