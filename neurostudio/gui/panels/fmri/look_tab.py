"""The tab where people look: slices with their layers, the plot over time, and what can be put beside or saved."""

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import Image
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.fmri.load_strip import LoadStrip
from neurostudio.gui.panels.fmri.opened import OpenRun, read_timed_words
from neurostudio.gui.panels.fmri.presenter import stem
from neurostudio.gui.panels.fmri.time_link import TimeLink, word_spans
from neurostudio.gui.panels.fmri.viewer_area import ViewerArea
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.views.exporting import ask_path, export_dataset
from neurostudio.gui.views.timeline.timeline import Timeline
from neurostudio.gui.views.volume.cursor import Cursor
from neurostudio.gui.views.volume.look_state import look_of
from neurostudio.gui.views.volume.template import t1_path
from neurostudio.gui.views.volume.viewer import VolumeViewer
from neurostudio.gui.widgets import EmptyState, Row, fill, tool_button

EXPORTS = (
    ("Picture PNG...", ".png"),
    ("Drawing SVG...", ".svg"),
    ("Page PDF...", ".pdf"),
    ("Series at the crosshair CSV...", ".csv"),
    ("Values at the crosshair JSON...", ".json"),
)
WORDS_FILTER = "Timed words (*.tsv *.csv *.txt *.TextGrid *.textgrid);;All files (*)"


class LookTab(QWidget):
    """::

        tools of the viewer
        three slices                               | layers
        plot over time, playback

    Attributes
    ----------
    corner : QWidget
        Progress of the reading and tools (anatomy, words, look, export); a page puts it beside its tabs.

    Signals
    -------
    damaged : NeuroError
        The image turned out to be damaged after its first volume was shown.
    read : Image
        More volumes are there.
    """

    damaged = Signal(object)
    read = Signal(object)

    def __init__(self, studio: Studio, name: str) -> None:
        super().__init__()
        u = theme.unit(self)
        self._studio = studio
        self._name = name
        self.form = ""  # how exports show it, where that is not what the viewer shows: on the cortex
        self._opened: OpenRun | None = None
        self.viewer = VolumeViewer(studio)
        self.timeline = Timeline(self.viewer.readout)
        self.viewer.set_timeline(self.timeline)
        self.link = TimeLink(self.viewer, self.timeline)
        self.strip = LoadStrip()
        self.anatomy = _menu_button("data-fmri", "Show an anatomical picture over these images")
        self.words = tool_button("data-corpus", "Show timed words under the plot: TextGrid, CSV or TSV")
        self.copy_look = tool_button("copy-look", "Copy what is set here as JSON, for the command line")
        self.export = _menu_button("export", "Save what is seen, or its numbers")
        for text, suffix in EXPORTS:
            action = self.export.menu().addAction(theme.icon("export"), text)
            action.setData(suffix)
        self.tools = Row(self.anatomy, self.words, self.copy_look, self.export, gap=0.3)
        self.corner = Row(self.strip, self.tools, gap=1)
        self.stopped = EmptyState(
            "data-fmri", "Reading was stopped", "Nothing of this image is in memory. It can be read again at any time.", "Read it"
        )
        self._stack = QStackedLayout()
        self._area = ViewerArea(self.viewer)
        for part in (self._area, self.stopped):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        fill(column, (self._stack,), u, 0)
        column.setContentsMargins(0, round(0.8 * u), 0, 0)
        self.setFocusProxy(self.viewer)
        self.strip.stop_wanted.connect(self.on_stop)
        self.stopped.wanted.connect(self.on_again)
        self.words.clicked.connect(self.on_words)
        self.copy_look.clicked.connect(self.on_copy_look)
        self.anatomy.menu().triggered.connect(self.on_anatomy)
        self.export.menu().triggered.connect(self.on_export_chosen)
        self.viewer.picture_wanted.connect(self.on_export)
        self.viewer.volumes_read.connect(self.on_volumes)
        self.viewer.image_failed.connect(self.on_failed)

    @property
    def crosshair(self) -> Cursor:
        """The place and the time that everything on the page follows."""
        return self.viewer.cursor

    async def show_run(self, opened: OpenRun, kept: dict[str, Any] | None = None) -> None:
        """Show another image; returns once its first volume is there.

        Raises
        ------
        NeuroError
            When it is damaged before its first volume.
        """
        self._opened = opened
        self.strip.show_progress(0, opened.image.n_volumes)
        self._offer_anatomy(opened)
        self.words.setVisible(opened.image.n_volumes > 1 and opened.tr_s is not None)
        self.link.show_image(None, None)
        self.viewer.clear()
        self._stack.setCurrentWidget(self._area)
        kind = "bold" if opened.image.n_volumes > 1 else None
        await self.viewer.open_image(opened.image, kind=kind, name=opened.title or stem(opened.path))
        if opened is not self._opened:
            return
        self.link.show_image(opened.image, opened.tr_s, opened.events, opened.words, opened.traces())
        self._area.set_panels(self.link.n_panels, has_plot=self.link.image is not None)
        self._come_inside()
        self.on_volumes(opened.image)
        if kept and isinstance(kept.get("viewer"), dict):
            self.viewer.restore(kept["viewer"])
            self.link.restore(kept.get("plot", {}))

    def stop(self) -> None:
        """Read no further."""
        self.timeline.playback.stop()
        self.viewer.loading.stop()

    def look(self) -> dict[str, Any]:
        """What is seen, as the command line takes it."""
        return look_of(self.viewer, self.form)

    def state(self) -> dict[str, Any]:
        """Look and held series; empty before there is an image."""
        return {"viewer": self.viewer.state(), "plot": self.link.state()} if self.viewer.scene.layers else {}

    # --- slots

    @Slot(object)
    def on_volumes(self, image: Image) -> None:
        """More volumes are there."""
        if self._opened is not None and image is self._opened.image:
            self.strip.show_progress(image.n_loaded, image.n_volumes)
            self.read.emit(image)

    @Slot(object, object)
    def on_failed(self, image: Image, error: NeuroError) -> None:
        """An image is damaged; the page is told where it is the one that it is about."""
        if self._opened is not None and image is self._opened.image:
            self.strip.show_progress(0, 0)
            self.damaged.emit(error)

    @Slot()
    def on_stop(self) -> None:
        """Reading is not wanted any more."""
        self.stop()
        self.strip.show_progress(0, 0)
        self.viewer.clear()
        self.link.show_image(None, None)
        self._stack.setCurrentWidget(self.stopped)

    @Slot()
    def on_again(self) -> None:
        """Read it after all."""
        if self._opened is not None:
            tasks.start(self._again(self._opened), self)

    @Slot(QAction)
    def on_anatomy(self, action: QAction) -> None:
        """An anatomical picture is wanted."""
        tasks.start(self._add(Path(str(action.data())), action.text()), self)

    @Slot()
    def on_words(self) -> None:
        """Timed words are wanted."""
        tasks.start(self._ask_words(), self)

    @Slot()
    def on_copy_look(self) -> None:
        """The look to the clipboard."""
        QGuiApplication.clipboard().setText(json.dumps(self.look(), indent=2))
        self._studio.notify(Notice("info", "Copied the look", "neurostudio export ... --look FILE.json draws the same picture"))

    @Slot(QAction)
    def on_export_chosen(self, action: QAction) -> None:
        """An entry of the export menu."""
        self.on_export(str(action.data()))

    @Slot(str)
    def on_export(self, suffix: str) -> None:
        """A file of what is seen is wanted."""
        tasks.start(self._ask_and_export(suffix, self.look()), self)

    async def export_to(self, path: Path, look: dict[str, Any] | None = None) -> None:
        """Write what is seen; the ending says as what."""
        if self._studio.project is not None:
            await export_dataset(self._studio, self._studio.project.path, self._name, path, look or self.look())

    async def show_words(self, path: Path) -> None:
        """Show timed words under the plot."""
        try:
            found = await tasks.in_background(read_timed_words, path)
        except NeuroError as error:
            self._studio.report_error(error)
            return
        self.timeline.plot.show_words(word_spans(found))

    # --- inside

    def _come_inside(self) -> None:
        """A crosshair that was elsewhere comes to the middle; without orientation it goes its own way."""
        if self.viewer.scene.is_inside():
            return
        if not self.viewer.scene.has_orientation:
            self.viewer.set_linked(False)
        self.viewer.commands.go_to_centre()

    def _offer_anatomy(self, opened: OpenRun) -> None:
        menu = self.anatomy.menu()
        menu.clear()
        run = opened.run
        offers = [("This subject", run.anatomy if run else None), ("Reference volume", run.reference if run else None)]
        for text, path in (*offers, ("MNI152 template", t1_path())):
            if path is not None and path != opened.path:
                menu.addAction(text).setData(str(path))
        self.anatomy.setVisible(bool(menu.actions()))

    async def _again(self, opened: OpenRun) -> None:
        try:
            await self.show_run(opened)
        except NeuroError as error:
            self.damaged.emit(error)

    async def _add(self, path: Path, name: str) -> None:
        try:
            await self.viewer.open_layer(path, name=name, kind="anatomy")
        except NeuroError as error:
            self._studio.report_error(error)

    async def _ask_words(self) -> None:
        start = str(self._opened.path.parent) if self._opened else ""
        dialog = QFileDialog(self, "Show timed words", start, WORDS_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        path = await tasks.chosen_path(dialog)
        if path is not None:
            await self.show_words(path)

    async def _ask_and_export(self, suffix: str, look: dict[str, Any]) -> None:
        run = self._opened.run.name if self._opened and self._opened.run else self._name
        path = await ask_path(self, run, suffix)
        if path is not None:
            await self.export_to(path, look)


def _menu_button(icon: str, tooltip: str) -> QToolButton:
    made = tool_button(icon, tooltip)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    made.setMenu(QMenu(made))
    return made
