"""The panel of the methods for brain data: the maps of a run over its own series, and everything else that it left."""

from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.fmri import results as reading
from neurostudio.gui.panels.fmri.maps_tab import MapsTab
from neurostudio.gui.panels.fmri.outputs_tab import OutputsTab
from neurostudio.gui.panels.fmri.results import BrainResults, RunChoice
from neurostudio.gui.panels.method.overview import MethodOverview
from neurostudio.gui.panels.method.page import MethodPage
from neurostudio.gui.panels.parts.lazy_part import LazyPart
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Row, Secondary, fill

SAMPLE_KIND = "fmri"
OVERVIEW, MAPS, OUTPUTS = "Overview", "Maps", "Tables and pictures"


class BrainMethodPage(MethodPage):
    """::

    Results of [glm-seed1, 14:02 v]
    [Overview] [Maps] [Tables and pictures]
    a map over the series that it was made from, with the plot over time and the line of the model
    """

    help_topic = "brain-data"

    def __init__(self, studio: Studio, method_id: str) -> None:
        self.results: BrainResults | None = None
        self._choices: tuple[RunChoice, ...] = ()
        self._wanted = ""  # empty follows the newest
        self._kept: dict[str, Any] = {}
        self._turn = 0
        super().__init__(studio, method_id)

    def make_overview(self) -> MethodOverview:
        """The overview is the first tab."""
        return MethodOverview(self.studio, self.method)

    def build(self, column: QVBoxLayout) -> None:
        """A line to choose the run, and the tabs."""
        u = theme.unit(self)
        self.choices_refresher = Refresher(self, self._choices_question, self.show_choices, self.studio.report_error)
        self.runs = QComboBox()
        self.runs.setAccessibleName("Run whose results are shown")
        self.runs.setToolTip("Run whose results are shown in the tabs")
        self.runs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.runs.setMinimumContentsLength(16)
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser = Row(Secondary("Results of", wrap=False), self.runs)
        self._maps = LazyPart(self._made_maps)
        self._outputs = LazyPart(self._made_outputs)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Parts of the results")
        self.tabs.tabBar().setAccessibleName("Parts of the results")
        for title, part in ((OVERVIEW, self.overview), (MAPS, self._maps), (OUTPUTS, self._outputs)):
            self.tabs.addTab(part, title)
        top = QWidget()
        fill(QVBoxLayout(top), (self.chooser,), u, 0, 1)
        column.addWidget(top)
        column.addWidget(self.tabs)
        self.runs.activated.connect(self.on_run_chosen)

    @property
    def maps(self) -> MapsTab:
        """The tab with the maps; made for whoever asks."""
        return self._maps.widget()

    @property
    def outputs(self) -> OutputsTab:
        """The tab with everything else."""
        return self._outputs.widget()

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
        """Run, tab and what is looked at."""
        maps = self._maps.made.state() if self._maps.made is not None else self._kept
        return {"run": self._wanted, "tab": self.tabs.tabText(self.tabs.currentIndex()), "maps": maps}

    def restore(self, state: dict[str, Any]) -> None:
        """Run, tab and look of the last time."""
        self._kept = state["maps"] if isinstance(state.get("maps"), dict) else {}
        if self._maps.made is not None:
            self._maps.made.restore(self._kept)
        self.show_run(str(state.get("run", "")), str(state.get("tab", "")))

    async def leave(self) -> None:
        """Read no further."""
        if self._maps.made is not None:
            self._maps.made.stop()

    def take_project(self) -> None:
        """Show the results of the project."""
        super().take_project()
        self._wanted = ""
        self._turn += 1
        self._show_results(None)
        self.choices_refresher.ask()

    def take_changes(self) -> None:
        """Read again what the page shows."""
        super().take_changes()
        self.choices_refresher.ask()

    @Slot(int)
    def on_run_chosen(self, index: int) -> None:
        """Another run was chosen; the newest one is followed from then on."""
        run_id = str(self.runs.itemData(index))
        self._wanted = "" if self._choices and run_id == self._choices[0].run_id else run_id
        self.show_choices(self._choices)

    @Slot()
    def on_first_run(self) -> None:
        """Fill the form, with the sample data set where the project has none."""
        if self.view is not None and any(need.role.required and need.fitting for need in self.view.needs):
            self.on_set_up()
        else:
            tasks.start(self._use_sample(SAMPLE_KIND), self)

    # --- inside

    def _made_maps(self) -> MapsTab:
        made = MapsTab(self.studio)
        made.first_run_wanted.connect(self.on_first_run)
        made.restore(self._kept)
        made.show_results(self.results)
        return made

    def _made_outputs(self) -> OutputsTab:
        made = OutputsTab(self.studio)
        made.first_run_wanted.connect(self.on_first_run)
        made.show_results(self.results)
        return made

    async def _open_results(self, run_id: str, turn: int) -> None:
        project = self.studio.project
        results = None
        if project is not None and run_id:
            results = await in_background(reading.open_results, project.project, run_id)
        if turn == self._turn:
            self._show_results(results)

    def _show_results(self, results: BrainResults | None) -> None:
        self.results = results
        for part in (self._maps.made, self._outputs.made):
            if part is not None:
                part.show_results(results)

    def _choices_question(self) -> "partial[tuple[RunChoice, ...]]":
        project = self.studio.project
        return partial(reading.choices, project.project, self.method) if project else partial(tuple)
