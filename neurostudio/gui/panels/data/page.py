"""The page of one data set: what it is, what is odd about it, what is in it, and who used it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.data import contents
from neurostudio.gui.panels.data.dataset_page import DatasetPage
from neurostudio.gui.panels.data.header import DataHeader, icon_name
from neurostudio.gui.panels.data.presenter import DataView, Use, load_dataset
from neurostudio.gui.panels.data.problem_list import ProblemCard
from neurostudio.gui.panels.data.sections import ContentsSection, FactsSection, RunsSection, SampleSection
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import PAGE_MARGIN, Column, ErrorCard, Heading, fill


class DataPage(DatasetPage):
    """Everything about one data set, from top to bottom::

    (icon) reviews
    Labelled text · digit-sentence · 14 KB · linked
    [Use in a run] [Check again] [Show in folder] [Forget]
    Problems found
    What is in it      | Classes
    Length of the sentences
    First rows
    Used by
    """

    help_topic = "data-sets"

    def __init__(self, studio: Studio, name: str) -> None:
        super().__init__(studio, name, "data")
        self._view: DataView | None = None
        self._looked_at = ""
        self.header = DataHeader()
        self.card = ErrorCard()
        self.problems = Column(gap=1)
        self.facts = FactsSection(studio)
        self.contents = ContentsSection()
        self.sample = SampleSection()
        self.runs = RunsSection()
        self._body = QScrollArea()
        self._build()
        self.header.use_wanted.connect(self.on_use)
        self.header.check_wanted.connect(self.on_check)
        self.header.folder_wanted.connect(self.on_folder)
        self.header.forget_wanted.connect(self.on_forget)
        self.card.wanted.connect(self.on_mend)
        self.runs.run_wanted.connect(lambda run_id: studio.open_page(f"run:{run_id}"))
        self._refresher = Refresher(self, self._question, self._show, self._fail, 1.0)
        self.follow(self._refresher)

    def state(self) -> dict[str, Any]:
        return {"place": self._body.verticalScrollBar().value()}

    # --- slots

    @Slot(object)
    def on_use(self, use: Use) -> None:
        """Put the data into the form of a method."""
        self.studio.fill_form(use.method, inputs={use.role: [self._name]})

    # --- around a change

    def record(self) -> DataView | None:
        """The data set as it was read last."""
        return self._view

    def change_begins(self) -> None:
        """Check again is off meanwhile."""
        self.header.check.setEnabled(False)

    def change_fails(self, error: NeuroError) -> None:
        """The card says why."""
        self.card.show_error(error, "Find it again..." if self._view and self._view.is_missing else "")
        self.header.check.setEnabled(True)

    def change_ends(self) -> None:
        """All of the page is read anew."""
        self._looked_at = ""
        self._view = None

    # --- inside

    def _build(self) -> None:
        u = theme.unit(self)
        content = QWidget()
        self._problems = Column(Heading("Problems found"), self.problems)
        parts = (self.header, self.card, self._problems, self.facts, self.contents, self.sample, self.runs)
        fill(QVBoxLayout(content), (*parts, None), u, 2)
        side = round(PAGE_MARGIN * u)
        content.layout().setContentsMargins(side, 2 * u, side, 2 * u)  # type: ignore[union-attr]
        self._body.setWidget(content)
        self._body.setWidgetResizable(True)
        self._body.setFrameShape(QFrame.Shape.NoFrame)
        self._body.setAccessibleName(f"Data set {self._name}")
        fill(QVBoxLayout(self), (self._body, self.gone), u, 0)
        for part in (self._body, self.gone, self.card):
            part.hide()

    def _question(self) -> Callable[[], DataView | None]:
        project = self.studio.project
        return partial(load_dataset, project.project, self._name) if project else lambda: None

    def _show(self, view: DataView | None) -> None:
        self._body.setVisible(view is not None)
        self.gone.setVisible(view is None)
        before, self._view = self._view, view
        if view is None or view == before:
            return
        self.icon_name = icon_name(view.row.kind)
        self.header.show_data(view)
        if view.trouble is not None:
            self.card.show_error(view.trouble, "Find it again..." if view.is_missing else "Check again")
        else:
            self.card.hide()
        if before is None or (before.problems, before.can_peek) != (view.problems, view.can_peek):
            self._show_problems(view)
        self.facts.show_data(view)
        self.sample.show_data(view)
        self.runs.show_data(view)
        if not view.is_missing and view.row.sha256 != self._looked_at:
            self._looked_at = view.row.sha256
            tasks.start(self._look_inside(view), self)

    def _show_problems(self, view: DataView) -> None:
        box = self.problems.layout()
        while box is not None and (item := box.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for problem in view.problems:
            card = ProblemCard(problem, can_peek=view.can_peek)
            card.line_wanted.connect(lambda number, card=card: tasks.start(self._peek(card, number), self))
            if box is not None:
                box.addWidget(card)
        self._problems.setVisible(bool(view.problems))

    def _fail(self, error: NeuroError) -> None:
        self._body.show()
        self.card.show_error(error)

    async def _peek(self, card: ProblemCard, number: int) -> None:
        if self._view is None:
            return
        row = self._view.row
        try:
            lines = await tasks.in_background(contents.lines_around, row.path, number, row.options.get("encoding"))
        except NeuroError as error:
            card.show_lines(number, (), str(error))
        else:
            card.show_lines(number, lines)

    async def _look_inside(self, view: DataView) -> None:
        """Read the data themselves for what their record does not tell."""
        project = self.studio.project
        if project is None or not self.contents.expects(view):
            self.contents.show_nothing()
            return
        self.contents.show_work("Reading the data")
        try:
            histogram = await tasks.in_background(contents.length_histogram, view.row)
            self.contents.show_histogram(histogram)
            self.contents.show_work("Comparing with the other data sets")
            self.contents.show_overlaps(await tasks.in_background(contents.overlaps, project.project, view.row))
            self.contents.show_work("")
        except NeuroError as error:
            self.contents.show_trouble(error)
