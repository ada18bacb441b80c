"""What can be done in a viewer of volumes: keys, buttons and menus ask for it here."""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication

from neurostudio.gui import tasks
from neurostudio.gui.views.volume import keys
from neurostudio.gui.views.volume.frame import PlaneName
from neurostudio.gui.views.volume.slice_view import ZOOM_STEP

if TYPE_CHECKING:
    from neurostudio.gui.views.volume.viewer import VolumeViewer


class Commands(QObject):
    """The commands of one viewer; plain methods, so that a button, a key and a menu call the same."""

    def __init__(self, viewer: "VolumeViewer") -> None:
        super().__init__(viewer)
        self._viewer = viewer

    def show_slices(self) -> None:
        """Three slices."""
        self._viewer.show_sheet("slices")

    def show_lightbox(self) -> None:
        """Many slices."""
        self._viewer.show_sheet("lightbox")

    def show_glass(self) -> None:
        """The glass brain."""
        self._viewer.show_sheet("glass")

    def step(self, right: int = 0, up: int = 0, away: int = 0) -> None:
        """Move the crosshair by voxels on the screen of the slice that has the keyboard."""
        viewer = self._viewer
        viewer.cursor.move_to(viewer.scene.stepped(self.plane(), right, up, away))

    def step_time(self, n: int) -> None:
        """Go some volumes on."""
        viewer = self._viewer
        viewer.cursor.go_to(min(max(viewer.cursor.time + n, 0), viewer.scene.n_volumes - 1))

    def go_to_centre(self) -> None:
        """The crosshair to the middle of the image."""
        viewer = self._viewer
        viewer.cursor.move_to(viewer.scene.centre())

    def zoom(self, steps: int) -> None:
        """Larger or smaller, about the crosshair."""
        viewer = self._viewer
        for view in viewer.slices.views.values():
            view.zoom_at(ZOOM_STEP**steps, view.to_screen(*viewer.scene.place(view.plane)))

    def reset_eyes(self) -> None:
        """See all of it in each slice."""
        viewer = self._viewer
        for view in viewer.slices.views.values():
            view.reset_eye()

    def maximise(self, plane: PlaneName) -> None:
        """Show one slice alone, or all three again."""
        viewer = self._viewer
        viewer.show_sheet("slices")
        viewer.slices.maximise(None if viewer.slices.maximised == plane else plane)
        viewer.slices.views[plane].setFocus()

    def plane(self) -> PlaneName:
        """The slice that has the keyboard; else the one that is seen alone, else the axial one."""
        viewer = self._viewer
        for view in viewer.slices.views.values():
            if view.hasFocus():
                return view.plane
        return viewer.slices.maximised or "axial"

    def switch_crosshair(self) -> None:
        """Crosshair on or off."""
        viewer = self._viewer
        viewer.toolbar.crosshair.toggle()

    def switch_sides(self) -> None:
        """Left of the body on the left of the screen, or on the right; kept in the settings."""
        viewer = self._viewer
        is_radiological = not viewer.scene.is_radiological
        if viewer.studio is None:
            viewer.show_sides(is_radiological=is_radiological)
            return
        from neurostudio.app.settings import change

        viewer.studio.change_settings(viewer.studio.settings.model_copy(update={"radiological": is_radiological}))
        tasks.start(_saved(partial(change, radiological=is_radiological)))

    def switch_mode(self) -> None:
        """Along the voxels, or along the body; the same for data that are not oblique."""
        viewer = self._viewer
        if viewer.scene.is_oblique:
            viewer.scene.set_mode("grid" if viewer.scene.mode == "world" else "world")
            viewer.mark("geometry")

    def switch_side(self) -> None:
        """The layers beside the slices, or not."""
        viewer = self._viewer
        viewer.show_side(is_wanted=not viewer.side.isVisible())

    def switch_layer(self) -> None:
        """Show or hide the current layer."""
        viewer = self._viewer
        layer = viewer.side.current()
        if layer is not None:
            viewer.stack.switch(layer, is_visible=not layer.look.is_visible)

    def ask_overlay(self) -> None:
        """Offer images to show over these."""
        viewer = self._viewer
        viewer.adding.show_menu(viewer.toolbar.add.mapToGlobal(QPoint(0, viewer.toolbar.add.height())))

    def type_place(self) -> None:
        """Let a place be typed."""
        viewer = self._viewer
        viewer.toolbar.mm.setFocus()
        viewer.toolbar.mm.selectAll()

    def show_help(self) -> None:
        """All keys and mouse moves."""
        viewer = self._viewer
        keys.HelpSheet(viewer.window()).show()

    def copy_place(self) -> None:
        """The crosshair in mm to the clipboard."""
        viewer = self._viewer
        text = " ".join(f"{value:.2f}" for value in viewer.scene.mm)
        QGuiApplication.clipboard().setText(text)
        viewer.say(f"{text} mm is on the clipboard")

    def copy_picture(self) -> None:
        """What is seen to the clipboard."""
        viewer = self._viewer
        QGuiApplication.clipboard().setPixmap(viewer.picture())
        viewer.say("The picture is on the clipboard")


async def _saved(write: partial[Any]) -> None:
    await tasks.in_background(write)
