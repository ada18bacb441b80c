"""The maps of a run over the series that they were made from: a click shows the series there, and the line of the model."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.fmri.opened import OpenRun, open_run
from neurostudio.gui.panels.fmri.results import BrainResults, MapChoice, Series, number_of
from neurostudio.gui.panels.fmri.time_link import TimeLink
from neurostudio.gui.panels.fmri.viewer_area import ViewerArea
from neurostudio.gui.panels.parts.choice import choice, fill_choice
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.exporting import ask_path, export
from neurostudio.gui.views.timeline.timeline import Timeline
from neurostudio.gui.views.volume.layers import Kind, Layer
from neurostudio.gui.views.volume.look_state import look_of
from neurostudio.gui.views.volume.viewer import VolumeViewer
from neurostudio.gui.widgets import Column, EmptyState, ErrorCard, Row, Secondary, button, fill

EXPORTS = (("Picture PNG...", ".png"), ("Drawing SVG...", ".svg"), ("Page PDF...", ".pdf"))
FIT_NAMES = {"fitted": "model", "cleaned": "cleaned"}


class MapsTab(QWidget):
    """::

        Map [faces - houses v]  over [run 1 v] [x] Series                    [Export v]
        slices                                     | layers
        series at the crosshair, and the line of the model

    Signals
    -------
    first_run_wanted : there is no run, and somebody wants one
    """

    first_run_wanted = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        u = theme.unit(self)
        self._studio = studio
        self._results: BrainResults | None = None
        self._maps: tuple[MapChoice, ...] = ()
        self._series: tuple[Series, ...] = ()
        self._opened: dict[Path, OpenRun] = {}
        self._series_layer: Layer | None = None
        self._kept: dict[str, Any] = {}
        self._is_stale = False
        self._turn = 0
        self.map = choice("Map that is shown")
        self.over = choice("Series whose values are plotted")
        self._over_words = Secondary("with the series of", wrap=False)
        self.series_button = button("Series", "", "Show the volumes of the series under the map")
        self.series_button.setCheckable(True)
        self.series_button.setChecked(True)
        self.export = button("Export", "export", "Save the picture as it is seen")
        self.export.setMenu(QMenu(self.export))
        for text, suffix in EXPORTS:
            self.export.menu().addAction(theme.icon("export"), text).setData(suffix)
        self.viewer = VolumeViewer(studio)
        self.timeline = Timeline(self.viewer.readout)
        self.viewer.set_timeline(self.timeline)
        self.link = TimeLink(self.viewer, self.timeline)
        self.note = Secondary("")
        self.no_run = EmptyState(
            "data-fmri",
            "No finished run yet",
            "The maps of a run are shown here, over its own series. The listening sample is enough for a first one.",
            "Set up a run",
        )
        self.no_map = EmptyState("data-fmri", "No map", "This run left no map; look at its tables and pictures.")
        self.card = ErrorCard()
        content = QWidget()
        bar = Row(
            Secondary("Map", wrap=False), self.map, self._over_words, self.over, self.series_button, None, self.export, gap=0.8
        )
        column = QVBoxLayout(content)
        self._area = ViewerArea(self.viewer)
        fill(column, (bar, self.note, self._area), u, 0.5, 1)
        column.setStretch(2, 1)
        self._pages = {
            "no run": self.no_run,
            "no map": self.no_map,
            "error": Column(self.card, None, margin=1),
            "content": content,
        }
        self._stack = QStackedLayout(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self.no_run.wanted.connect(self.first_run_wanted)
        self.map.activated.connect(self.on_map)
        self.over.activated.connect(self.on_series)
        self.series_button.toggled.connect(self.on_series_shown)
        self.export.menu().triggered.connect(self.on_export_chosen)
        self.viewer.picture_wanted.connect(self.on_export)

    @property
    def page(self) -> str:
        """What is seen: ``no run``, ``no map``, ``error`` or ``content``."""
        return next(name for name, page in self._pages.items() if page is self._stack.currentWidget())

    def show_results(self, results: BrainResults | None) -> None:
        """Show another run; it is read as soon as the tab is seen."""
        self._results = results
        self._is_stale = results is not None
        self._opened = {}
        self._turn += 1
        if results is None:
            self.stop()
            self.viewer.clear()
            self._show("no run")
        elif self.isVisible():
            self._start()

    def stop(self) -> None:
        """Read no further."""
        self.timeline.playback.stop()
        self.viewer.loading.stop()

    def state(self) -> dict[str, Any]:
        """Map, series, and held places."""
        return {"map": self.map.currentData(), "plot": self.link.state(), "series": self.series_button.isChecked()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take them up again once the run is read."""
        self._kept = dict(state)
        if isinstance(state.get("series"), bool):
            self.series_button.setChecked(state["series"])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._start()

    # --- slots

    @Slot()
    def on_map(self) -> None:
        """Another map was chosen."""
        chosen = self._chosen_map()
        if chosen is not None:
            number = number_of(chosen.name)
            if number is not None and number < len(self._series):
                self.over.setCurrentIndex(self.over.findData(self._series[number].name))
            self._turn += 1
            tasks.start(self._show_map(chosen, self._turn), self)

    @Slot()
    def on_series(self) -> None:
        """Another series was chosen."""
        tasks.start(self._show_series(self._turn), self)

    @Slot(bool)
    def on_series_shown(self, is_wanted: bool) -> None:
        """The volumes of the series under the map, or the picture that the method chose."""
        layer = self._series_layer
        if layer is not None and layer in self.viewer.scene.layers:
            self.viewer.stack.switch(layer, is_visible=is_wanted)

    @Slot(QAction)
    def on_export_chosen(self, action: QAction) -> None:
        """An entry of the export menu."""
        self.on_export(str(action.data()))

    @Slot(str)
    def on_export(self, suffix: str) -> None:
        """A file of what is seen is wanted."""
        chosen = self._chosen_map()
        if chosen is not None:
            tasks.start(self._export(chosen.name, suffix), self)

    # --- inside

    def _start(self) -> None:
        self._is_stale = False
        if self._results is not None:
            tasks.start(self._load(self._results, self._turn), self)

    def _chosen_map(self) -> MapChoice | None:
        return next((one for one in self._maps if one.name == self.map.currentData()), None)

    def _chosen_series(self) -> tuple[int, Series] | None:
        return next(((at, one) for at, one in enumerate(self._series) if one.name == self.over.currentData()), None)

    async def _load(self, results: BrainResults, turn: int) -> None:
        try:
            maps = await tasks.in_background(results.maps)
        except NeuroError as error:
            self._fail(error, turn)
            return
        note = ""
        try:
            series = await tasks.in_background(results.series)
            note = "" if series else "The images that this run worked on are not here any more: no series is plotted."
        except NeuroError as error:
            series, note = (), f"No series is plotted: {error}"
        if turn != self._turn:
            return
        self._maps, self._series = maps, series
        self.note.setText(note)
        self.note.setVisible(bool(note))
        fill_choice(self.map, [(one.name, one.title) for one in maps])
        if (wanted := self.map.findData(self._kept.get("map"))) >= 0:
            self.map.setCurrentIndex(wanted)
        fill_choice(self.over, [(one.name, one.name) for one in series])
        for part in (self._over_words, self.over):
            part.setVisible(len(series) > 1)
        self.series_button.setVisible(bool(series))
        self._show("content" if maps else "no map")
        self.on_map()

    async def _show_map(self, chosen: MapChoice, turn: int) -> None:
        plot = chosen.plot
        self.link.show_image(None, None)
        self.viewer.clear()
        self._series_layer = None
        try:
            if chosen.under is not None:
                await self.viewer.open_layer(chosen.under, kind="anatomy", name=chosen.under.name.partition(".")[0])
            if turn != self._turn:
                return
            options: dict[str, Any] = {"unit": plot.y_label, "volume_names": plot.y if plot.form == "slices" else ()}
            if plot.form == "labels":
                options["names"] = dict(chosen.names)
            kind: Kind | None = "labels" if plot.form == "labels" else "map" if plot.x or plot.baselines else None
            await self.viewer.open_layer(
                chosen.path, kind=kind, name=chosen.title, threshold=plot.baselines.get("threshold"), **options
            )
        except NeuroError as error:
            self._fail(error, turn)
            return
        if turn == self._turn:
            await self._show_series(turn)

    async def _show_series(self, turn: int) -> None:
        """The series of the run under the map and in the plot, with the line of the model where there is one."""
        chosen, results = self._chosen_series(), self._results
        if chosen is None or results is None:
            return
        number, series = chosen
        try:
            opened = self._opened.get(series.path)
            if opened is None:
                opened = await tasks.in_background(
                    open_run, series.name, series.path, series.run, {"orientation": series.orientation}
                )
                self._opened[series.path] = opened
            layer = await self.viewer.adding.layer_from(opened.image, kind="bold", name=series.name)
        except NeuroError as error:
            self._studio.report_error(error)
            return
        if turn != self._turn:
            return
        if self._series_layer is not None and self._series_layer in self.viewer.scene.layers:
            self.viewer.scene.remove(self._series_layer)
        at = max(0, len(self.viewer.scene.layers) - 1)
        self.viewer.stack.add(layer, at)
        self._series_layer = layer
        self.on_series_shown(self.series_button.isChecked())
        self.link.show_image(opened.image, opened.tr_s or series.tr_s, opened.events, opened.words)
        self._area.set_panels(self.link.n_panels, has_plot=self.link.image is not None)
        self.link.restore(self._kept.pop("plot", {}))
        await self._show_fit(results, number, turn)

    async def _show_fit(self, results: BrainResults, number: int, turn: int) -> None:
        path = results.fitted(number)
        if path is None:
            return
        try:
            image = await self.viewer.loading.open(path)
        except NeuroError as error:
            self._studio.report_error(error)
            return
        if turn == self._turn:
            word = path.name.partition(".")[0].partition("-")[0]
            self.link.show_fit(image, FIT_NAMES.get(word, word))

    def _fail(self, error: NeuroError, turn: int) -> None:
        if turn == self._turn:
            self.card.show_error(error)
            self._show("error")

    def _show(self, page: str) -> None:
        self._stack.setCurrentWidget(self._pages[page])

    async def _export(self, name: str, suffix: str) -> None:
        project, results = self._studio.project, self._results
        if project is None or results is None:
            return
        look = look_of(self.viewer)
        path = await ask_path(self, f"{results.row.name}-{name}", suffix)
        if path is not None:
            await export(self._studio, project.path, results.row.run_id, path, artifact=name, look=look)
