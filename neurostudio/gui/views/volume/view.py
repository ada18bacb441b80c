"""The view of artifacts of kind ``volume``: a map over its anatomy, or labels, as their method wants them seen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtGui import QPixmap

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import open_image
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.views.view import View
from neurostudio.gui.views.volume.layers import Layer, make_layer
from neurostudio.gui.views.volume.loading import Reading, reading_of
from neurostudio.gui.views.volume.look_state import look_of
from neurostudio.gui.views.volume.names import names_beside, names_in_table
from neurostudio.gui.views.volume.offers import layer_options
from neurostudio.gui.views.volume.template import MNI152, t1_path
from neurostudio.gui.views.volume.viewer import VolumeViewer

_SUFFIXES = (".nii.gz", ".nii")


@dataclass(frozen=True, eq=False)
class Volumes:
    """The layers of an artifact, the lowest first; the artifact itself is the last one. Later volumes may still be read."""

    layers: tuple[Layer, ...]
    readings: tuple[Reading, ...] = ()
    notes: tuple[str, ...] = ()


class VolumeView(View):
    """A map over its anatomy, with everything that the viewer of volumes can do."""

    has_picture: ClassVar[bool] = True

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.viewer = VolumeViewer()
        self.readout.hide()  # the viewer has one of its own
        self.viewer.picture_wanted.connect(self.export_wanted)
        self.set_content(self.viewer)

    @staticmethod
    def load(source: ArtifactSource) -> Volumes:
        return load_volumes(source)

    def join(self, studio: Studio) -> None:
        self.viewer.join(studio)

    def show_data(self, data: Volumes) -> None:
        self.viewer.clear()
        for reading in data.readings:
            self.viewer.loading.adopt(reading)
        for layer in data.layers:
            self.viewer.add_layer(layer)
        self.viewer.slice_along(data.layers[-1])
        self.notes = data.notes
        name = self.source.title if self.source else data.layers[-1].name
        self.viewer.setAccessibleName(name)
        self.viewer.setAccessibleDescription(f"Slices of {', '.join(layer.name for layer in reversed(data.layers))}.")

    def data_text(self) -> str:
        """What each layer has at the crosshair."""
        scene = self.viewer.scene
        lines = ["layer\tvalue\tx mm\ty mm\tz mm"]
        place = "\t".join(f"{value:.2f}" for value in scene.mm)
        lines += [f"{reading.name}\t{reading.text}\t{place}" for reading in scene.readings()]
        return "\n".join(lines)

    def look(self) -> dict[str, Any]:
        return look_of(self.viewer)

    def picture(self) -> QPixmap:
        return self.viewer.picture()

    def copy_picture(self) -> None:
        self.viewer.commands.copy_picture()


def load_volumes(source: ArtifactSource) -> Volumes:
    """Read an artifact, and the anatomy that its plot names; runs in a thread.

    Raises
    ------
    NeuroError
        When the artifact cannot be read. An anatomy that is missing is said in a note.
    """
    plot = source.plot
    kind, threshold, volume_names, unit = layer_options(plot)
    layers: list[Layer] = []
    notes: list[str] = []
    reading = reading_of(source.path)
    if plot is not None and plot.x:
        try:
            layers.append(_anatomy(source, plot.x))
        except NeuroError as error:
            notes.append(f"Without anatomy: {error.what}.")
    options: dict[str, Any] = {"threshold": threshold, "volume_names": volume_names, "unit": unit}
    if plot is not None and plot.form == "labels":
        options |= _names_of(source, plot.y)
        kind = "labels"
    top = make_layer(reading.image, source.title, kind, origin=str(source.path), **options)
    layers.append(top)
    notes.append(top.note)
    return Volumes(tuple(layers), (reading,), tuple(note for note in notes if note))


def _anatomy(source: ArtifactSource, name: str) -> Layer:
    path = t1_path() if name == MNI152 else _sibling(source, name)
    if path is None:
        raise NeuroError("the MNI152 template is not installed")
    image = open_image(path)
    image.load()
    return make_layer(image, "MNI152" if name == MNI152 else name, "anatomy", origin=str(path))


def _names_of(source: ArtifactSource, tables: tuple[str, ...]) -> dict[str, Any]:
    path = source.path.parent / f"{tables[0]}.csv" if tables else source.path
    if tables and path.is_file():
        return {"names": names_in_table(path)}
    found = names_beside(source.path)
    return {"names": found.names, "region_colours": found.colours}


def _sibling(source: ArtifactSource, name: str) -> Path:
    """The file of another artifact of the same run."""
    for suffix in _SUFFIXES:
        path = source.path.parent / f"{name}{suffix}"
        if path.is_file():
            return path
    raise NeuroError(f"the run has no volume '{name}'")
