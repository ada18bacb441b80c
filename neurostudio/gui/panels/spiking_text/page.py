"""The panel of spiking text classification: what was found in one run, tab by tab, and a live bench."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.app import Project
from neurostudio.gui import tasks, theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.panels.method.presenter import MethodView, RunChoice
from neurostudio.gui.panels.method.results_page import ResultsPage
from neurostudio.gui.panels.parts.lazy_part import LazyPart
from neurostudio.gui.panels.spiking_text import results as reading
from neurostudio.gui.panels.spiking_text.accuracy_tab import AccuracyTab
from neurostudio.gui.panels.spiking_text.bench import Bench
from neurostudio.gui.panels.spiking_text.decision_tab import DecisionTab
from neurostudio.gui.panels.spiking_text.energy_tab import EnergyTab
from neurostudio.gui.panels.spiking_text.filters_tab import FiltersTab
from neurostudio.gui.panels.spiking_text.live_strip import LiveStrip
from neurostudio.gui.panels.spiking_text.neurons_tab import NeuronsTab
from neurostudio.gui.panels.spiking_text.results import RunResults
from neurostudio.gui.panels.spiking_text.selection import SentenceSelection
from neurostudio.gui.panels.spiking_text.spikes_tab import SpikesTab
from neurostudio.gui.panels.spiking_text.tab import ResultTab
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import fill

SAMPLE_KIND = "labelled-text"


class SpikingTextPage(ResultsPage):
    """::

    Results of [mr-seed1, accuracy 0.752, 14:02 v]
    [Overview] [Spikes] [Decision] [Accuracy and time] [Energy] [Neurons] [Filters] [Bench]
    the pictures of that run
    """

    help_topic = "spiking-text"

    def __init__(self, studio: Studio, method_id: str = reading.METHOD) -> None:
        self._has_looked = False
        super().__init__(studio, method_id)

    def fill_tabs(self) -> None:
        """Overview with the run at work, a tab for each side of the results, and the bench."""
        self.selection = SentenceSelection(self)
        self.live = LiveStrip(self.studio)
        self._bench = LazyPart(self._made_bench)
        makers: dict[type[ResultTab], Callable[[], ResultTab]] = {
            SpikesTab: partial(SpikesTab, self.studio, self.selection),
            DecisionTab: partial(DecisionTab, self.studio, self.selection),
            AccuracyTab: partial(AccuracyTab, self.studio),
            EnergyTab: partial(EnergyTab, self.studio),
            NeuronsTab: partial(NeuronsTab, self.studio),
            FiltersTab: FiltersTab,
        }
        self._result_parts = tuple(LazyPart(partial(self._made_tab, make)) for make in makers.values())
        self.tabs.addTab(self._with_live(), "Overview")
        for kind, part in zip(makers, self._result_parts, strict=True):
            self.tabs.addTab(part, kind.title)
        self.tabs.addTab(self._bench, Bench.title)
        self.live.opened.connect(lambda run_id: self.studio.open_page(f"run:{run_id}"))
        self.live.stopped.connect(self.on_stop)

    def reading_of_choices(self, project: Project) -> Callable[[], tuple[RunChoice, ...]]:
        """Runs that were tested."""
        return partial(reading.choices, project)

    def reading_of_results(self, project: Project, run_id: str) -> Callable[[], RunResults]:
        """What the run found."""
        return partial(reading.open_results, project, run_id)

    @property
    def result_tabs(self) -> tuple[ResultTab, ...]:
        """The tabs with results; those that nobody has seen yet are made for it."""
        return tuple(part.widget() for part in self._result_parts)

    @property
    def bench(self) -> Bench:
        """The live bench; made for it unless somebody has seen it."""
        return self._bench.widget()

    def _made_tab(self, make: Callable[[], ResultTab]) -> ResultTab:
        tab = make()
        tab.first_run_wanted.connect(self.on_first_run)
        tab.show_results(self.results)
        return tab

    def _made_bench(self) -> Bench:
        bench = Bench(self.studio)
        bench.first_run_wanted.connect(self.on_first_run)
        bench.show_results(self.results)
        return bench

    # --- what it shows

    def results_opened(self) -> None:
        """The overview has waited for the colours."""
        self._has_looked = True
        if self.view is not None:
            self.show_view(self.view)

    async def leave(self) -> None:
        """End the live session."""
        await self.close_session()

    async def close_session(self) -> None:
        """End the live session; the page may stay."""
        if self._bench.made is not None:
            await self._bench.made.close_session()

    def take_project(self) -> None:
        """Show the results of the project, and have no session of the one before."""
        super().take_project()
        project = self.studio.project
        if project is not None:
            project.queue_changed.connect(self.on_queue)
        self.on_queue(project.jobs() if project is not None else ())

    # --- slots

    @Slot(object)
    def on_queue(self, jobs: tuple[JobLine, ...]) -> None:
        """Show the run of this method that is at work."""
        own = [job for job in jobs if job.method == self.method.id and job.state != "queued"]
        self.live.show_job(own[-1] if own else None)

    @Slot()
    def on_first_run(self) -> None:
        """Fill the form with the sample data set, which is made where it is missing."""
        tasks.start(self._use_sample(SAMPLE_KIND), self)

    @Slot(str)
    def on_stop(self, run_id: str) -> None:
        """Stop the run at work."""
        if self.studio.project is not None:
            self.studio.project.stop(run_id)

    # --- inside

    def _with_live(self) -> QWidget:
        """The overview under the run at work."""
        box = QWidget()
        u = theme.unit(self)
        fill(QVBoxLayout(box), (self.live, self.overview), u, 1)
        return box

    def show_view(self, view: MethodView) -> None:
        """Pictures of the overview wait for the first results: those give layers and classes their colours."""
        self.view = view
        if view.latest and self.results is None and not self._has_looked:
            self.overview.show_view(replace(view, pictures=()))
        else:
            super().show_view(view)

    def show_results(self, results: RunResults | None) -> None:
        """Show another run in every part; pictures of the overview come once its names have their colours."""
        self.results = results
        if results is not None:
            for name in results.coloured_names():
                self.studio.colour_index(name)  # in the order of the network, before pictures of one part ask
        self.selection.show_results(results)
        for part in self._result_parts:
            if part.made is not None:
                part.made.show_results(results)
        if self._bench.made is not None:
            self._bench.made.show_results(results)
