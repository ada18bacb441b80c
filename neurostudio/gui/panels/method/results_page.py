"""The page of a method with a line to choose one of its runs, and tabs that show what that run left."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from neurostudio.app import Project
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.method.page import MethodPage
from neurostudio.gui.panels.method.presenter import RunChoice
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Row, Secondary, fill
from neurostudio.store.rows import RunRow


class Results(Protocol):
    """What a run left, as a page reads it."""

    @property
    def row(self) -> RunRow:
        """The run."""


class ResultsPage(MethodPage):
    """::

        Results of [seed1, 14:02 v]
        [Overview] [first tab] [second tab]
        what the chosen run left

    The newest run is followed until another one is chosen. A page of this kind says which tabs it has (`fill_tabs`), how runs
    and results are read in a thread, and what is to be done with them (`show_results`).
    """

    def __init__(self, studio: Studio, method_id: str) -> None:
        self.results: Any = None
        self._choices: tuple[RunChoice, ...] = ()
        self._wanted = ""  # empty follows the newest
        self._turn = 0
        super().__init__(studio, method_id)

    # --- for kinds of pages

    def fill_tabs(self) -> None:
        """Add the tabs to `tabs`; the overview is one of them."""
        raise NotImplementedError

    def reading_of_choices(self, project: Project) -> Callable[[], tuple[RunChoice, ...]]:
        """What reads the runs, newest first; called in a thread."""
        raise NotImplementedError

    def reading_of_results(self, project: Project, run_id: str) -> Callable[[], Results]:
        """What reads the results of a run; called in a thread."""
        raise NotImplementedError

    def show_results(self, results: Any) -> None:
        """Show the results of another run, or none."""
        raise NotImplementedError

    def results_opened(self) -> None:
        """Results were read and are shown; for pages that wait for it."""

    # --- the frame

    def build(self, column: QVBoxLayout) -> None:
        """A line to choose the run, and the tabs."""
        self.choices_refresher = Refresher(self, self._choices_question, self.show_choices, self.studio.report_error)
        self.runs = QComboBox()
        self.runs.setAccessibleName("Run whose results are shown")
        self.runs.setToolTip("Run whose results are shown in the tabs")
        self.runs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.runs.setMinimumContentsLength(16)
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser = Row(Secondary("Results of", wrap=False), self.runs)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Parts of the results")
        self.tabs.tabBar().setAccessibleName("Parts of the results")
        self.tabs.setUsesScrollButtons(True)
        self.fill_tabs()
        top = QWidget()
        fill(QVBoxLayout(top), (self.chooser,), theme.unit(self), 0, 1)
        column.addWidget(top)
        column.addWidget(self.tabs)
        self.runs.activated.connect(self.on_run_chosen)

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
            self.show_results(None)

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
        self.show_run(str(state.get("run", "")), str(state.get("tab", "")))

    def take_project(self) -> None:
        """Show the results of the project."""
        super().take_project()
        self._wanted = ""
        self._turn += 1
        self.show_results(None)
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

    # --- inside

    async def _open_results(self, run_id: str, turn: int) -> None:
        project = self.studio.project
        results = None
        if project is not None and run_id:
            results = await in_background(self.reading_of_results(project.project, run_id))
        if turn == self._turn:
            self.show_results(results)
            self.results_opened()

    def _choices_question(self) -> Callable[[], tuple[RunChoice, ...]]:
        project = self.studio.project
        return self.reading_of_choices(project.project) if project else partial(tuple)
