"""The panel of spiking text classification: what was found in one run, tab by tab, and a live bench."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.panels.method.overview import MethodOverview
from neurostudio.gui.panels.method.page import MethodPage
from neurostudio.gui.panels.method.presenter import MethodView
from neurostudio.gui.panels.parts.lazy_part import LazyPart
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.spiking_text import results as reading
from neurostudio.gui.panels.spiking_text.accuracy_tab import AccuracyTab
from neurostudio.gui.panels.spiking_text.bench import Bench
from neurostudio.gui.panels.spiking_text.decision_tab import DecisionTab
from neurostudio.gui.panels.spiking_text.energy_tab import EnergyTab
from neurostudio.gui.panels.spiking_text.filters_tab import FiltersTab
from neurostudio.gui.panels.spiking_text.live_strip import LiveStrip
from neurostudio.gui.panels.spiking_text.neurons_tab import NeuronsTab
from neurostudio.gui.panels.spiking_text.results import RunChoice, RunResults
from neurostudio.gui.panels.spiking_text.selection import SentenceSelection
from neurostudio.gui.panels.spiking_text.spikes_tab import SpikesTab
from neurostudio.gui.panels.spiking_text.tab import ResultTab
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Row, Secondary, fill

SAMPLE_KIND = "labelled-text"


class SpikingTextPage(MethodPage):
    """::

    Results of [mr-seed1, accuracy 0.752, 14:02 v]
    [Overview] [Spikes] [Decision] [Accuracy and time] [Energy] [Neurons] [Filters] [Bench]
    the pictures of that run
    """

    help_topic = "spiking-text"

    def __init__(self, studio: Studio, method_id: str = reading.METHOD) -> None:
        self.results: RunResults | None = None
        self._choices: tuple[RunChoice, ...] = ()
        self._wanted = ""  # empty follows the newest
        self._turn = 0
        self._has_looked = False
        super().__init__(studio, method_id)

    def make_overview(self) -> MethodOverview:
        """The overview is the first tab."""
        return MethodOverview(self.studio, self.method)

    def build(self, column: QVBoxLayout) -> None:
        """A line to choose the run, and the tabs."""
        u = theme.unit(self)
        self.selection = SentenceSelection(self)
        self.choices_refresher = Refresher(self, self._choices_question, self.show_choices, self.studio.report_error)
        self.runs = QComboBox()
        self.runs.setAccessibleName("Run whose results are shown")
        self.runs.setToolTip("Run whose results are shown in the tabs")
        self.runs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.runs.setMinimumContentsLength(16)
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser = Row(Secondary("Results of", wrap=False), self.runs)
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
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Parts of the results")
        self.tabs.tabBar().setAccessibleName("Parts of the results")
        self.tabs.setUsesScrollButtons(True)
        self.tabs.addTab(self._with_live(), "Overview")
        for kind, part in zip(makers, self._result_parts, strict=True):
            self.tabs.addTab(part, kind.title)
        self.tabs.addTab(self._bench, Bench.title)
        top = QWidget()
        fill(QVBoxLayout(top), (self.chooser,), u, 0, 1)
        column.addWidget(top)
        column.addWidget(self.tabs)
        self.runs.activated.connect(self.on_run_chosen)
        self.live.opened.connect(lambda run_id: self.studio.open_page(f"run:{run_id}"))
        self.live.stopped.connect(self.on_stop)

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

    def show_choices(self, choices: tuple[RunChoice, ...]) -> None:
        """Runs that can be looked at; the chosen one stays, otherwise the newest is shown."""
        if choices != self._choices or not self.runs.count():
            self._choices = choices
            self.runs.clear()
            for choice in choices:
                self.runs.addItem(choice.text, choice.run_id)
        self.chooser.setVisible(bool(choices))
        ids = [choice.run_id for choice in choices]
        run_id = self._wanted if self._wanted in ids else next((one.run_id for one in choices if one.state == "done"), "")
        run_id = run_id or (ids[0] if ids else "")
        if run_id:
            self.runs.setCurrentIndex(self.runs.findData(run_id))
        if run_id != (self.results.row.run_id if self.results else ""):
            self._turn += 1
            tasks.start(self._open_results(run_id, self._turn), self)
        elif not run_id:
            self._show_results(None)

    def show_run(self, run_id: str, tab: str = "") -> None:
        """Look at one run, as the page of a run asks for it; `tab` is the title of a tab."""
        self._wanted = run_id
        self.show_choices(self._choices)
        for index in range(self.tabs.count()):
            if self.tabs.tabText(index) == tab:
                self.tabs.setCurrentIndex(index)

    def run_ids(self) -> tuple[str, ...]:
        """The runs that are chosen in the list, else the one whose results are shown."""
        return super().run_ids() or ((self.results.row.run_id,) if self.results else ())

    def state(self) -> dict[str, Any]:
        """Run and tab."""
        return {"run": self._wanted, "tab": self.tabs.tabText(self.tabs.currentIndex())}

    def restore(self, state: dict[str, Any]) -> None:
        """Run and tab of the last time."""
        self._wanted = str(state.get("run", ""))
        self.show_run(self._wanted, str(state.get("tab", "")))

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
        self._wanted = ""
        self._turn += 1
        self._show_results(None)
        self.choices_refresher.ask()
        if project is not None:
            project.queue_changed.connect(self.on_queue)
        self.on_queue(project.jobs() if project is not None else ())

    def take_changes(self) -> None:
        """Read again what the page shows."""
        super().take_changes()
        self.choices_refresher.ask()

    # --- slots

    @Slot(object)
    def on_queue(self, jobs: tuple[JobLine, ...]) -> None:
        """Show the run of this method that is at work."""
        own = [job for job in jobs if job.method == self.method.id and job.state != "queued"]
        self.live.show_job(own[-1] if own else None)

    @Slot(int)
    def on_run_chosen(self, index: int) -> None:
        """Another run was chosen; the newest one is followed from then on."""
        run_id = str(self.runs.itemData(index))
        self._wanted = "" if self._choices and run_id == self._choices[0].run_id else run_id
        self.show_choices(self._choices)

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

    async def _open_results(self, run_id: str, turn: int) -> None:
        project = self.studio.project
        results = None
        if project is not None and run_id:
            results = await in_background(reading.open_results, project.project, run_id)
        if turn == self._turn:
            self._has_looked = True
            self._show_results(results)
            if self.view is not None:
                self.show_view(self.view)

    def _show_results(self, results: RunResults | None) -> None:
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

    def _choices_question(self) -> "partial[tuple[RunChoice, ...]]":
        project = self.studio.project
        return partial(reading.choices, project.project) if project else partial(tuple)
