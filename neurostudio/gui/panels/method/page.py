"""The page of a method that has no panel of its own."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout

from neurostudio.gui import tasks
from neurostudio.gui.panels.method import presenter
from neurostudio.gui.panels.method.overview import MethodOverview
from neurostudio.gui.panels.method.presenter import MethodView
from neurostudio.gui.panels.page import Page
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.tasks import in_background


class MethodPage(Page):
    """What a method is, what it needs, and what it did so far; the settings form fills the dock beside it."""

    help_topic = "index"

    def __init__(self, studio: Studio, method_id: str) -> None:
        method = presenter.find_method(method_id)
        super().__init__(studio, f"method:{method_id}", method.title, "method")
        self.method = method
        self.view: MethodView | None = None
        self.overview = self.make_overview()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.refresher = Refresher(self, self._question, self.show_view, studio.report_error)
        self.build(column)
        self.overview.set_up_wanted.connect(self.on_set_up)
        self.overview.sample_wanted.connect(self.on_sample)
        self.overview.show_problem(presenter.problem(method))
        studio.project_changed.connect(self.on_project)
        self.on_project()

    def make_overview(self) -> MethodOverview:
        """The first thing on the page."""
        return MethodOverview(self.studio, self.method)

    def build(self, column: QVBoxLayout) -> None:
        """Put the parts of the page into its column."""
        column.addWidget(self.overview)

    def show_view(self, view: MethodView) -> None:
        """Show what was read."""
        self.view = view
        self.overview.show_view(view)

    def run_ids(self) -> tuple[str, ...]:
        """The runs that are chosen in the list."""
        return self.overview.runs.selected()

    @Slot()
    def on_project(self) -> None:
        """Another project is open."""
        self.take_project()

    @Slot()
    def on_changed(self) -> None:
        """Runs or data sets are not what they were."""
        self.take_changes()

    # Panels replace these two, never the slots: PySide 6.11 does not disconnect an overridden slot when its page is deleted.

    def take_project(self) -> None:
        """Follow the project that is open now; the one before is gone with its signals."""
        project = self.studio.project
        if project is not None:
            project.runs_changed.connect(self.on_changed)
            project.datasets_changed.connect(self.on_changed)
        self.refresher.ask()

    def take_changes(self) -> None:
        """Read again what the page shows."""
        self.refresher.ask()

    @Slot()
    def on_set_up(self) -> None:
        """Show the settings, with data that fit where there are some."""
        self.studio.fill_form(self.method.id, inputs=presenter.first_inputs(self.view) if self.view else None)

    @Slot(str)
    def on_sample(self, kind: str) -> None:
        """Make the sample data set and put it into the form."""
        tasks.start(self._use_sample(kind), self)

    async def _use_sample(self, kind: str) -> None:
        if self.studio.project is None:
            self.studio.open_page("welcome")
            return
        name = await in_background(presenter.add_sample, self.studio.project.project, kind)
        self.studio.notify(Notice("done", f"Made the data set '{name}'", "", "", "Open", f"data:{name}"))
        roles = [need.role.name for need in self.view.needs if need.sample == kind and need.role.required] if self.view else []
        self.studio.fill_form(self.method.id, inputs={role: [name] for role in roles})
        self.refresher.ask()

    def _question(self) -> partial[MethodView]:
        project = self.studio.project.project if self.studio.project else None
        return partial(presenter.load, project, self.method)
