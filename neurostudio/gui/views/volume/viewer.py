"""The viewer of volumes: three linked slices, lightbox and glass brain, their layers, and room for a plot over time."""

from functools import partial
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QPixmap, QResizeEvent, QUndoStack
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import Image
from neurostudio.gui import tasks, theme
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.volume import keys
from neurostudio.gui.views.volume.adding import Adding, dropped_files
from neurostudio.gui.views.volume.commands import Commands
from neurostudio.gui.views.volume.cursor import Cursor, Link
from neurostudio.gui.views.volume.gestures import Gestures
from neurostudio.gui.views.volume.glass_view import GlassBrain
from neurostudio.gui.views.volume.layer_stack import LayerStack
from neurostudio.gui.views.volume.layers import KINDS, Kind, Layer
from neurostudio.gui.views.volume.lightbox import Lightbox
from neurostudio.gui.views.volume.loading import Loading
from neurostudio.gui.views.volume.offers import is_image
from neurostudio.gui.views.volume.scene import NO_ORIENTATION, Point, Scene
from neurostudio.gui.views.volume.side import Side
from neurostudio.gui.views.volume.slices import Slices
from neurostudio.gui.views.volume.toolbar import SheetName, Toolbar
from neurostudio.gui.widgets import IconLabel, Row, Secondary, fill

NARROW_U = 95  # width below which the layers wait behind their button
OBLIQUE = "Oblique: the slices follow the voxels, and each letter names the nearest side of the body"
RESAMPLED = "Oblique: resampled along the body"

Change = Literal["place", "time", "looks", "geometry"]


class VolumeViewer(QWidget):
    """Volumes over each other::

    [slices][lightbox][glass]  mm [..]  voxel [..]  [Neurological] ...  [Add layer] [layers] [?]
    +---------+---------+-----------------+
    | coronal | sagitt. | Layers          |
    +---------+---------+ [x] map         |
    | axial   | colours | [x] mean-bold   |
    +---------+---------+ Colours ...     |
    | plot over time    |                 |
    +-------------------+-----------------+
    x 12 y -34 z 56 mm   voxel 23 45 12   map 4.21   mean-bold 1,024

    Parameters
    ----------
    studio : Studio, optional
        Whose crosshair, undo and settings it shares; it has its own unless given.

    Attributes
    ----------
    cursor : Cursor
        The crosshair and the time of this viewer. While it is linked, it goes where that of the studio goes.

    Signals
    -------
    picture_wanted : str
        File ending of the picture to be written.
    layers_changed : a layer came, went, or looks different
    volumes_read : Image
        More volumes of an image are there.
    image_failed : Image, NeuroError
        An image that was shown turned out to be damaged; its layer is gone.
    """

    cursor: Cursor  # type: ignore[assignment] # the crosshair hides the shape of the mouse pointer, which nobody asks for

    picture_wanted = Signal(str)
    layers_changed = Signal()
    volumes_read = Signal(object)
    image_failed = Signal(object, object)

    def __init__(self, studio: Studio | None = None) -> None:
        super().__init__()
        self.studio: Studio | None = None
        self.scene = Scene()
        self.stack = LayerStack(self.scene, QUndoStack(self))
        self.cursor = Cursor(self)
        self.loading = Loading(self)
        self.adding = Adding(self, self.loading)
        self.toolbar = Toolbar()
        self.slices = Slices(self.scene)
        self.lightbox = Lightbox(self.scene)
        self.glass = GlassBrain(self.scene)
        self.side = Side(self.stack)
        self.readout = Readout()
        self.warning = Secondary("")
        self._warning_row = Row(IconLabel("warning", tint="warning"), self.warning)
        self.sheets = QStackedWidget()
        self._sheet_of: dict[SheetName, QWidget] = {"slices": self.slices, "lightbox": self.lightbox, "glass": self.glass}
        for sheet in self._sheet_of.values():
            self.sheets.addWidget(sheet)
        self._below = _splitter(Qt.Orientation.Vertical, self.sheets)
        self._beside = _splitter(Qt.Orientation.Horizontal, self._below, self.side)
        self._wants_side: bool | None = None
        self._hovered: Point | None = None
        self._message = ""  # stands in the readout until someone moves
        self._changed: set[Change] = set()
        self._link: Link | None = None
        self._turn = QTimer(self, interval=0, singleShot=True)
        column = QVBoxLayout(self)
        fill(column, (self.toolbar, self._warning_row, self._beside, self.readout), theme.unit(self), 0.5)
        column.setStretchFactor(self._beside, 1)
        self.setAcceptDrops(True)
        self.setAccessibleName("Volumes")
        self.setFocusProxy(self.slices.views["axial"])
        self.commands = Commands(self)
        self.gestures = Gestures(self)
        self._connect()
        self.toolbar.link.hide()
        self.show_sides(is_radiological=False)
        self._on_stack()
        if studio is not None:
            self.join(studio)

    # --- for pages

    def join(self, studio: Studio) -> None:
        """Share the crosshair, undo and settings of the window; once."""
        self.studio = self.adding.studio = studio
        self.stack.undo = studio.undo
        self.toolbar.link.show()
        self._link = Link(self.cursor, studio.cursor)
        self._link.switch(is_on=True)
        studio.settings_changed.connect(self.on_settings)
        self.on_settings(studio.settings)

    async def open_layer(
        self,
        path: Path,
        *,
        name: str = "",
        kind: Kind | None = None,
        orientation: str | None = None,
        **options: Any,
    ) -> Layer:
        """Open an image and show it; returns once its first volume is there, while the rest is read.

        Parameters
        ----------
        options
            As for ``layers.make_layer``: `names`, `threshold`, `volume_names`, `unit`, `origin`.

        Raises
        ------
        NeuroError
            When it cannot be read.
        """
        layer = await self.adding.layer_of(path, name=name, kind=kind, orientation=orientation, **options)
        self.add_layer(layer)
        return layer

    async def open_image(self, image: Image, **options: Any) -> Layer:
        """Show an image that is open already; options as for `open_layer`."""
        layer = await self.adding.layer_from(image, **options)
        self.add_layer(layer)
        return layer

    def add_layer(self, layer: Layer) -> None:
        """Put a layer on top. One that lies far outside is shown, and said to be there."""
        trouble = self.scene.trouble_with(layer.image.grid)
        if trouble:
            layer.note = f"{layer.note} {trouble}".strip()
            self._notify(Notice("warning", f"{layer.name} may not lie where the other images do", trouble))
        is_first = not self.scene.layers
        self.stack.add(layer)
        self.side.list.choose(layer)
        if is_first and not self.cursor.is_placed:
            self.cursor.move_to(self.scene.centre())
        self.mark("geometry")

    def slice_along(self, layer: Layer) -> None:
        """Step and slice along the voxels of a layer: they are seen as they are, the others are sampled there."""
        self.scene.set_reference(layer)
        self.mark("geometry")

    def clear(self) -> None:
        """Show nothing; what is being read is read no further."""
        self.loading.stop()
        for layer in list(self.scene.layers):
            self.scene.remove(layer)
        self._on_stack()

    def drop_sentence(self, paths: list[Path]) -> str:
        """What a drop of files here does; empty where they are no images."""
        if not paths or not all(map(is_image, paths)):
            return ""
        what = f"“{paths[0].name}”" if len(paths) == 1 else f"{len(paths)} images"
        return f"Show {what} over these images" if self.scene.layers else f"Show {what}"

    def take_files(self, paths: list[Path]) -> None:
        """Show files that were dropped here."""
        self.adding.add_files(paths)

    def set_timeline(self, widget: QWidget) -> None:
        """Put a plot over time under the slices."""
        self._below.addWidget(widget)
        self._below.setStretchFactor(0, 2)
        self._below.setStretchFactor(self._below.count() - 1, 1)
        self._below.setCollapsible(self._below.count() - 1, False)

    def set_linked(self, is_linked: bool) -> None:
        """Follow the crosshair that all images share, and move it; or go alone."""
        if self._link is not None:
            self._link.switch(is_on=is_linked)
            self.toolbar.link.setChecked(is_linked)

    def picture(self) -> QPixmap:
        """What is seen, without buttons and lists."""
        sheet = self._sheet_of[self.sheet_name]
        return self.slices.picture() if sheet is self.slices else sheet.grab()

    def state(self) -> dict[str, Any]:
        """How it looks; plain JSON."""
        return {
            "scene": self.scene.state(),
            "sheet": self.sheet_name,
            "plane": self.lightbox.plane_name,
            "cuts": self.lightbox.number.value(),
            "side": self._wants_side,
            "crosshair": self.toolbar.crosshair.isChecked(),
            "linked": self._link is None or self._link.is_on,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up such a look again; layers that are not there are opened where their files still are."""
        scene = state.get("scene") if isinstance(state.get("scene"), dict) else {}
        sheet = state.get("sheet")
        if sheet in self._sheet_of:
            self.show_sheet(sheet)
        self.lightbox.restore(str(state.get("plane", "")), state.get("cuts"))
        self._wants_side = state.get("side") if isinstance(state.get("side"), bool) else None
        self.show_side()
        if not state.get("crosshair", True):
            self.commands.switch_crosshair()
        self.set_linked(bool(state.get("linked", True)))
        tasks.start(self._restore_layers(scene or {}), self)

    @property
    def sheet_name(self) -> SheetName:
        """Which sheet is seen."""
        return next(name for name, sheet in self._sheet_of.items() if sheet is self.sheets.currentWidget())

    def show_sheet(self, name: SheetName) -> None:
        """Three slices, the lightbox or the glass brain."""
        self.sheets.setCurrentWidget(self._sheet_of[name])
        self.toolbar.show_sheet(name)

    # --- slots

    @Slot(object)
    def on_moved(self, mm: Point) -> None:
        """The crosshair is elsewhere."""
        self.scene.mm, self._message = mm, ""
        self.mark("place")

    @Slot(int)
    def on_time(self, time: int) -> None:
        """Another volume."""
        self.scene.time = time
        self.mark("time")

    @Slot()
    def on_turn(self) -> None:
        """Show what has changed, once for however many changes came."""
        changed, self._changed = self._changed, set()
        if "geometry" in changed:
            self._show_geometry()
        for view in self.slices.views.values():
            view.waiting = self._waiting_words()
            view.update()
        self.slices.bars.refresh()
        self.side.list.show_values()
        self.toolbar.mm.show_place(self.scene.mm if self.scene.layers else ())
        self.toolbar.voxel.show_place(self.scene.voxel() if self.scene.layers else ())
        self._read(self._hovered)
        if changed & {"time", "looks", "geometry"}:
            self.lightbox.refresh()
            self.glass.refresh()
        else:
            self.lightbox.show_crosshair()
        if changed & {"looks", "geometry"}:
            self.layers_changed.emit()

    @Slot(object)
    def on_placed(self, mm: Point) -> None:
        """A place was clicked."""
        self.cursor.move_to(mm)

    @Slot(object)
    def on_hovered(self, mm: Point | None) -> None:
        """The pointer is over a place, or elsewhere."""
        self._hovered = mm
        if mm is not None:
            self._message = ""
        self._read(mm)

    @Slot(bool)
    def on_crosshair(self, is_on: bool) -> None:
        """Crosshair on or off."""
        for view in self.slices.views.values():
            view.has_crosshair = is_on
            view.update()

    @Slot(object)
    def on_settings(self, settings: Any) -> None:
        """The settings are others."""
        if settings.radiological != self.scene.is_radiological:
            self.show_sides(is_radiological=settings.radiological)

    @Slot(object)
    def on_voxel_typed(self, voxel: tuple[float, float, float]) -> None:
        """A voxel of the reference was typed."""
        x, y, z = (round(value) for value in voxel)
        self.cursor.move_to(self.scene.voxel_mm((x, y, z)))

    @Slot(object)
    def on_progress(self, image: Image) -> None:
        """More volumes of an image are there."""
        if any(layer.image is image for layer in self.scene.layers):
            self.mark("time")
        self.volumes_read.emit(image)

    @Slot(object, object)
    def on_failed(self, image: Image, error: Exception) -> None:
        """An image that is shown turned out to be damaged."""
        for layer in [layer for layer in self.scene.layers if layer.image is image]:
            self.scene.remove(layer)
        self._on_stack()
        self.on_trouble(tasks.message_of(error))
        self.image_failed.emit(image, tasks.message_of(error))

    @Slot(object)
    def on_trouble(self, error: NeuroError) -> None:
        """Something could not be read."""
        self._notify(Notice("error", error.what, error.why, error.fix))

    # --- Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.press(self.commands, event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.drop_sentence(dropped_files(event.mimeData().urls())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take_files(dropped_files(event.mimeData().urls()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_side()

    # --- inside

    def _connect(self) -> None:
        bar = self.toolbar
        self._turn.timeout.connect(self.on_turn)
        self.cursor.moved.connect(self.on_moved)
        self.cursor.time_moved.connect(self.on_time)
        self.stack.watch(self._on_stack)
        self.loading.progressed.connect(self.on_progress)
        self.loading.failed.connect(self.on_failed)
        self.adding.made.connect(self.add_layer)
        self.adding.failed.connect(self.on_trouble)
        self.lightbox.placed.connect(self.on_placed)
        self.side.chosen.connect(self.glass.show_layer)
        self.side.reference_wanted.connect(self.slice_along)
        for name, made in bar.sheet_buttons.items():
            made.clicked.connect(partial(self.show_sheet, name))
        bar.mm.edited.connect(self.on_placed)
        bar.voxel.edited.connect(self.on_voxel_typed)
        for field in (bar.mm, bar.voxel):
            field.refused.connect(self.say)
        bar.sides.clicked.connect(self.commands.switch_sides)
        bar.crosshair.toggled.connect(self.on_crosshair)
        bar.fit.clicked.connect(self.commands.reset_eyes)
        bar.mode.clicked.connect(self.commands.switch_mode)
        bar.link.clicked.connect(self.set_linked)
        bar.copy.clicked.connect(self.commands.copy_picture)
        bar.add.clicked.connect(self.commands.ask_overlay)
        bar.side.clicked.connect(self.commands.switch_side)
        bar.help.clicked.connect(self.commands.show_help)

    def mark(self, change: Change) -> None:
        """Something has changed: it is drawn once, in the next turn of the loop."""
        self._changed.add(change)
        self._turn.start()

    def _on_stack(self) -> None:
        self.side.refresh()
        self.mark("looks")
        self.mark("geometry")

    def _show_geometry(self) -> None:
        self.slices.arrange()
        self.toolbar.mode.setVisible(self.scene.is_oblique)
        self.toolbar.mode.setChecked(self.scene.mode == "world")
        words = []
        if not self.scene.has_orientation:
            words.append(NO_ORIENTATION)
        elif self.scene.is_oblique:
            words.append(RESAMPLED if self.scene.mode == "world" else OBLIQUE)
        self.warning.setText(". ".join(words))
        self._warning_row.setVisible(bool(words))

    def show_sides(self, *, is_radiological: bool) -> None:
        """Show on which side the left of the body is seen."""
        self.scene.is_radiological = is_radiological
        self.toolbar.show_sides(is_radiological=is_radiological)
        for view in self.slices.views.values():
            view.eye.centre = None  # a place on the screen is another one now
        self.mark("looks")

    def show_side(self, *, is_wanted: bool | None = None) -> None:
        """The layers stand beside the slices where there is room, or as somebody wanted."""
        self._wants_side = self._wants_side if is_wanted is None else is_wanted
        has_room = self.width() >= NARROW_U * theme.unit(self)
        is_shown = has_room if self._wants_side is None else self._wants_side
        self.side.setVisible(is_shown)
        self.toolbar.side.setChecked(is_shown)

    def _waiting_words(self) -> str:
        for layer in self.scene.layers:
            volume = layer.volume_at(self.scene.time)
            if layer.look.is_visible and not layer.is_there(volume):
                return f"Volume {volume} is being read: {layer.image.n_loaded} of {layer.n_volumes} are there"
        return ""

    def _read(self, mm: Point | None) -> None:
        """The values at a place in the line at the bottom; at the crosshair where the pointer is elsewhere."""
        if self._message or not self.scene.layers:
            self.readout.say(self._message)
            return
        place = self.scene.mm if mm is None else mm
        voxel = self.scene.voxel(place)
        x, y, z = place
        words = [f"x {x:.1f}  y {y:.1f}  z {z:.1f} mm", f"voxel {' '.join(map(str, voxel))}" if voxel else "outside"]
        words += [f"{reading.name} {reading.text}" for reading in self.scene.readings(place) if reading.text]
        self.readout.say("     ".join(words))

    def say(self, words: str) -> None:
        """Words in the line at the bottom, until someone moves."""
        self._message = words
        self.readout.say(words)

    def _notify(self, notice: Notice) -> None:
        self.say(f"{notice.title}. {notice.text} {notice.fix}".strip())
        if self.studio is not None:
            self.studio.notify(notice)

    async def _restore_layers(self, scene: dict[str, Any]) -> None:
        here = {layer.origin for layer in self.scene.layers}
        for kept in scene.get("layers", []):
            path = Path(str(kept.get("origin", ""))) if isinstance(kept, dict) else Path()
            if str(path) not in here and await tasks.in_background(path.is_file):
                try:
                    kind = kept.get("kind")
                    await self.open_layer(path, kind=kind if kind in KINDS else None)
                except NeuroError as error:
                    self.on_trouble(error)
        self.scene.restore(scene)
        self._on_stack()


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    made = QSplitter(orientation)
    made.setChildrenCollapsible(False)
    for at, part in enumerate(parts):
        made.addWidget(part)
        made.setStretchFactor(at, 0 if at else 1)
    return made
