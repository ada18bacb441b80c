"""A layer of the viewer on the cortex of an average brain; a click goes to that place in the slices."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.fmri.opened import OpenRun
from neurostudio.gui.panels.parts.choice import choice, fill_choice
from neurostudio.gui.views.surface.view import SurfaceView
from neurostudio.gui.views.volume.layers import Layer
from neurostudio.gui.views.volume.viewer import VolumeViewer
from neurostudio.gui.widgets import EmptyState, IconLabel, Row, Secondary, fill

MNI_WORDS = ("mni",)


class SurfaceTab(QWidget):
    """::

        Layer [zmap v]      (!) This image is in the space of its scanner; the cortex assumes MNI space
        four views of the cortex

    The view is made when it is first seen: its meshes take a second to read.
    """

    def __init__(self, viewer: VolumeViewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._is_stale = True
        self.view: SurfaceView | None = None
        self.layer = choice("Layer that is shown on the cortex")
        self.warning = Secondary("")
        self._warning = Row(IconLabel("warning", tint="warning"), self.warning)
        self.none = EmptyState(
            "data-fmri", "Nothing to show yet", "A layer of the viewer is shown on the cortex once it is there."
        )
        self._content = QWidget()
        bar = Row(Secondary("Layer", wrap=False), self.layer, self._warning, None, gap=0.8)
        self._column = QVBoxLayout(self._content)
        fill(self._column, (bar,), theme.unit(self), 0.5, 1)
        self._stack = QStackedLayout(self)
        for page in (self.none, self._content):
            self._stack.addWidget(page)
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self.on_turn)
        self.layer.activated.connect(self.on_changed)
        viewer.layers_changed.connect(self.on_changed)
        viewer.cursor.time_moved.connect(self.on_changed)
        viewer.cursor.moved.connect(self.on_moved)

    def show_run(self, opened: OpenRun) -> None:
        """Another image is looked at: say whether the cortex fits it."""
        space = opened.run.space if opened.run is not None else ""
        fits = not space or any(word in space.lower() for word in MNI_WORDS)
        self.warning.setText("" if fits else f"This image is in the space '{space}'; the cortex assumes MNI space")
        self._warning.setVisible(not fits)
        self.on_changed()

    def shown_layer(self) -> Layer | None:
        """The layer that is chosen; the highest map, or else the highest image, unless somebody chose."""
        layers = [layer for layer in self._viewer.scene.layers if layer.kind != "labels"]
        chosen = next((layer for layer in layers if layer.key == self.layer.currentData()), None)
        maps = [layer for layer in layers if layer.kind == "map"]
        return chosen or next(iter(reversed(maps or layers)), None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._turn.start()

    @Slot()
    def on_changed(self) -> None:
        """Layers, their look, or the time are others: drawn once for however many changes, and only while it is seen."""
        self._is_stale = True
        if self.isVisible():
            self._turn.start()

    @Slot(object)
    def on_moved(self, mm: tuple[float, float, float]) -> None:
        """The crosshair is elsewhere."""
        if self.view is not None:
            self.view.set_cursor(mm)

    @Slot()
    def on_turn(self) -> None:
        """Show the layer as it looks now."""
        self._is_stale = False
        scene = self._viewer.scene
        shown = self.shown_layer()
        self._stack.setCurrentWidget(self.none if shown is None else self._content)
        if shown is None:
            return
        fill_choice(self.layer, [(layer.key, layer.name) for layer in reversed(scene.layers) if layer.kind != "labels"])  # type: ignore[misc]
        self.layer.setCurrentIndex(max(0, self.layer.findData(shown.key)))
        volume = shown.volume_at(scene.time)
        if not shown.is_there(volume):
            self._is_stale = True  # the next volumes that come ask again
            return
        self._made().show_look(shown.image, volume, shown.look)

    def _made(self) -> SurfaceView:
        if self.view is None:
            self.view = SurfaceView()
            self.view.moved.connect(self._viewer.cursor.move_to)
            self.view.set_cursor(self._viewer.cursor.mm)
            self._column.addWidget(self.view, 1)
        return self.view
