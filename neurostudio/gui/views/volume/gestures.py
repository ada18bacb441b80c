"""What the mouse does in the slices of a viewer: turning, zooming, brightness and contrast, the menu."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Slot
from PySide6.QtWidgets import QMenu

from neurostudio.gui import theme
from neurostudio.gui.views.volume.layers import Look
from neurostudio.gui.views.volume.scene import Point
from neurostudio.gui.views.volume.slice_view import SliceView

if TYPE_CHECKING:
    from neurostudio.gui.views.volume.viewer import VolumeViewer

CONTRAST, BRIGHTNESS = (
    2.5,
    1.0,
)  # doublings of the contrast, and ranges of the brightness, for the width and the height of a slice
FIRST_GO = 1_000_000  # steps of undo by the mouse are counted apart from those of the sliders


class Gestures(QObject):
    """Listens to the slices of a viewer."""

    def __init__(self, viewer: "VolumeViewer") -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._grabbed: Look | None = None
        self._go = FIRST_GO
        for view in viewer.slices.views.values():
            view.placed.connect(self.on_placed)
            view.stepped.connect(self.on_stepped)
            view.zoom_wanted.connect(self.on_zoom)
            view.window_begun.connect(self.on_window_begun)
            view.window_dragged.connect(self.on_window_dragged)
            view.menu_wanted.connect(self.on_menu)
            view.reset_wanted.connect(viewer.commands.reset_eyes)
            view.hovered.connect(viewer.on_hovered)

    @Slot(object)
    def on_placed(self, mm: Point) -> None:
        """A place was clicked."""
        self._viewer.cursor.move_to(mm)

    @Slot(int)
    def on_stepped(self, steps: int) -> None:
        """The wheel turned slices."""
        view = self.sender()
        if isinstance(view, SliceView):
            self._viewer.cursor.move_to(self._viewer.scene.stepped(view.plane, away=steps))

    @Slot(float, QPointF)
    def on_zoom(self, factor: float, at: QPointF) -> None:
        """Zoom at the pointer; the other slices zoom about the crosshair."""
        sender, scene = self.sender(), self._viewer.scene
        for view in self._viewer.slices.views.values():
            view.zoom_at(factor, at if view is sender else view.to_screen(*scene.place(view.plane)))

    @Slot()
    def on_window_begun(self) -> None:
        """Brightness and contrast begin to be dragged."""
        layer = self._viewer.side.current()
        self._go += 1
        self._grabbed = layer.look if layer is not None and layer.kind != "labels" else None

    @Slot(float, float)
    def on_window_dragged(self, right: float, up: float) -> None:
        """Contrast grows to the right, brightness upwards."""
        layer, look = self._viewer.side.current(), self._grabbed
        if layer is not None and look is not None:
            self._viewer.stack.change(layer, dragged(look, right, up), "brightness and contrast", self._go)

    @Slot(QPoint)
    def on_menu(self, at: QPoint) -> None:
        """The menu of the slices is wanted."""
        viewer = self._viewer
        menu = QMenu(viewer)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(theme.icon("copy"), "Copy picture").triggered.connect(viewer.commands.copy_picture)
        menu.addAction(theme.icon("copy"), "Copy coordinates").triggered.connect(viewer.commands.copy_place)
        menu.addAction(theme.icon("crosshair"), "Go to a place in mm").triggered.connect(viewer.commands.type_place)
        menu.addAction(theme.icon("fit"), "Show all of it").triggered.connect(viewer.commands.reset_eyes)
        menu.addAction(theme.icon("add"), "Add layer...").triggered.connect(viewer.commands.ask_overlay)
        menu.addSeparator()
        for suffix in (".png", ".svg", ".pdf"):
            action = menu.addAction(theme.icon("export"), f"Export {suffix[1:].upper()}...")
            action.triggered.connect(partial(self._want_picture, suffix))
        menu.popup(at)

    def _want_picture(self, suffix: str, _is_checked: bool = False) -> None:
        self._viewer.picture_wanted.emit(suffix)


def dragged(look: Look, right: float, up: float) -> Look:
    """A look with more contrast (right) and more brightness (up); shares of the size of the slice."""
    factor = 2.0 ** (-CONTRAST * right)
    if look.is_two_sided:  # both ends keep their place about zero
        low = max(look.low, 0.0)
        return replace(look, high=low + (look.high - low) * factor * 2.0 ** (-2 * BRIGHTNESS * up))
    middle, half = (look.low + look.high) / 2, (look.high - look.low) / 2
    middle -= 2 * half * BRIGHTNESS * up
    return replace(look, low=middle - half * factor, high=middle + half * factor)
