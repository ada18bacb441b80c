"""The page of one run: header, progress or error, and sections in tabs that are made when they are first opened."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, cast

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.labels import rename_run
from neurostudio.gui.panels.page import Page
from neurostudio.gui.panels.parts.bounded import Bounded
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.run.actions import RunActions
from neurostudio.gui.panels.run.curves_section import CurvesSection
from neurostudio.gui.panels.run.failure import ACTION_TEXTS
from neurostudio.gui.panels.run.header import RunHeader
from neurostudio.gui.panels.run.inputs_section import InputsSection
from neurostudio.gui.panels.run.log_section import LogSection
from neurostudio.gui.panels.run.notes_section import NotesSection
from neurostudio.gui.panels.run.outputs_section import OutputsSection
from neurostudio.gui.panels.run.overview_section import OverviewSection
from neurostudio.gui.panels.run.presenter import RunView, load_run
from neurostudio.gui.panels.run.progress_strip import ProgressStrip
from neurostudio.gui.panels.run.settings_section import SettingsSection
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import PAGE_MARGIN, EmptyState, ErrorCard, fill
from neurostudio.store.rows import RunRow

SAID_MS = 3000
LEAST_SECTION_U = 2


@dataclass(frozen=True)
class _Said:
    """A label that was typed here and is being written; `is_pushed` once it is a step that can be undone."""

    value: Any
    is_pushed: bool = False


class _Section(Protocol):
    def show_run(self, view: RunView) -> None: ...


class RunPage(Page):
    """Everything about one run::

    first
    (ring) Running  Spiking text classification · 2026-11-24 06:12 · seed 1
    [Stop] [Duplicate...] [Open folder] [...]
    fine-tuning  ########------  2/3 epochs  0.2 epochs/s  0:24 left
    | Overview | Curves | Outputs | Settings | Inputs | Log | Notes |
    (the section, as large as possible)
    """

    help_topic = "runs"

    def __init__(self, studio: Studio, run_id: str) -> None:
        super().__init__(studio, f"run:{run_id}", "Run", "run")
        self._run_id = run_id
        self._view: RunView | None = None
        self._actions = RunActions(studio, self)
        self._wanted_state: dict[str, Any] = {}
        self._said: dict[str, _Said] = {}
        self._said_over = QTimer(self, interval=SAID_MS, singleShot=True)
        self.header = RunHeader()
        self.progress = ProgressStrip()
        self.card = ErrorCard()
        self._card_place = Bounded(self.card)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Sections of the run")
        self.tabs.tabBar().setAccessibleName("Sections of the run")
        self.gone = EmptyState("run", "This run is not here", "It was removed from the project, or belongs to another one.")
        self._sections: dict[str, QWidget] = {}
        self._holders: dict[str, QWidget] = {}
        self._makers: dict[str, Callable[[], QWidget]] = {
            "Overview": partial(OverviewSection, studio),
            "Curves": partial(CurvesSection, studio),
            "Outputs": partial(OutputsSection, studio),
            "Settings": SettingsSection,
            "Inputs": partial(InputsSection, studio),
            "Log": partial(LogSection, studio),
            "Notes": partial(NotesSection, studio),
        }
        self._build()
        self.header.renamed.connect(self.on_renamed)
        self.header.wanted.connect(self.on_wanted)
        self.card.wanted.connect(self.on_mend)
        self.tabs.currentChanged.connect(self.on_tab)
        self._refresher = Refresher(self, self._question, self._show, self._fail)
        self._said_over.timeout.connect(self.on_said_over)
        studio.undo.indexChanged.connect(self.on_undo)
        studio.pins_changed.connect(self._refresher.ask)
        if studio.project is not None:
            studio.project.runs_changed.connect(self.on_runs_changed)
            studio.project.queue_changed.connect(self.on_queue_changed)
        self._refresher.ask()

    def run_ids(self) -> tuple[str, ...]:
        return (self._run_id,)

    def state(self) -> dict[str, Any]:
        outputs = self._sections.get("Outputs")
        chosen = outputs.chosen() if isinstance(outputs, OutputsSection) else ""
        return {"section": self.section(), "output": chosen}

    def restore(self, state: dict[str, Any]) -> None:
        self._wanted_state = dict(state)
        self.open_section(str(state.get("section", "")))

    def section(self) -> str:
        """Name of the section that is open."""
        return list(self._makers)[self.tabs.currentIndex()]

    def open_section(self, name: str) -> QWidget | None:
        """Open a section by its name; None for a name that none has."""
        if name not in self._makers:
            return None
        self.tabs.setCurrentIndex(list(self._makers).index(name))
        return self._section(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._card_place.fit()

    # --- slots

    @Slot(object)
    def on_runs_changed(self, run_ids: frozenset[str]) -> None:
        """Read again where this run is among those that changed."""
        if not run_ids or self._run_id in run_ids:
            self._refresher.ask()

    @Slot(object)
    def on_queue_changed(self, _jobs: tuple[JobLine, ...]) -> None:
        """Show how far the run is."""
        if self._view is not None:
            self._show_progress(self._view)

    @Slot(str)
    def on_renamed(self, name: str) -> None:
        """Keep the new name."""
        self.on_said("name", name)
        rename_run(self.studio, self._run_id, name)

    @Slot(str, object)
    def on_said(self, label: str, value: object) -> None:
        """Show a label as it was just typed until the index has it, so that nothing flickers back meanwhile."""
        self._said[label] = _Said(value)
        self._said_over.start()

    @Slot()
    def on_said_over(self) -> None:
        """What is still not in the index was not kept, or has been changed again."""
        self._said.clear()
        self._refresher.ask()

    @Slot()
    def on_undo(self) -> None:
        """A step was done or taken back: the first after something was typed is the typing itself."""
        self._said = {label: _Said(said.value, is_pushed=True) for label, said in self._said.items() if not said.is_pushed}

    @Slot(str)
    def on_wanted(self, name: str) -> None:
        """A button of the header was pressed."""
        if self._view is not None:
            self._actions.do(name, self._view)

    @Slot()
    def on_mend(self) -> None:
        """The button of the error card was pressed."""
        view = self._view
        if view is None or view.failure is None:
            return
        action = view.failure.action
        if action == "resume":
            self._actions.do("resume", view)
        elif action == "settings":
            self._actions.do("duplicate", view)
        elif action == "data":
            self.studio.open_page(f"data:{view.failure.dataset}")
        elif action == "log" and isinstance(log := self.open_section("Log"), LogSection):
            log.show_error()

    @Slot(int)
    def on_tab(self, _index: int) -> None:
        """Make the section that is opened for the first time, and bring it up to date."""
        if self._view is not None:
            self._update_section(self.section(), self._view)

    # --- inside

    def _build(self) -> None:
        u = theme.unit(self)
        for name in self._makers:
            holder = self._holders[name] = QWidget()
            fill(QVBoxLayout(holder), (), u, 0)
            holder.layout().setContentsMargins(0, u, 0, 0)  # type: ignore[union-attr]
            holder.setMinimumSize(1, LEAST_SECTION_U * u)  # a page that is not open must not make this one larger
            self.tabs.addTab(holder, name)
        self._body = QWidget()
        fill(QVBoxLayout(self._body), (self.header, self.progress, self._card_place, self.tabs), u, 1.2)
        column = QVBoxLayout(self)
        fill(column, (self._body, self.gone), u, 0)
        side = round(PAGE_MARGIN * u)
        column.setContentsMargins(side, 2 * u, side, 2 * u)
        self.progress.hide()
        self.card.hide()
        self._body.hide()
        self.gone.hide()

    def _question(self) -> Callable[[], RunView | None]:
        project = self.studio.project
        if project is None:
            return lambda: None
        return partial(load_run, project.project, self._run_id, self.studio.pinned)

    def _show(self, found: RunView | None) -> None:
        self._body.setVisible(found is not None)
        self.gone.setVisible(found is None)
        if found is None:
            self._view = None
            self.set_title("Run")
            return
        view = self._view = replace(found, row=self._with_said(found.row))
        if self.title != (view.row.name or view.row.run_id):
            self.set_title(view.row.name or view.row.run_id)
        self._show_progress(view)
        self._show_failure(view)
        self._count_tabs(view)
        self._update_section(self.section(), view)

    def _with_said(self, row: RunRow) -> RunRow:
        """The run with the labels that are being written."""
        self._said = {label: said for label, said in self._said.items() if getattr(row, label) != said.value}
        return replace(row, **{label: said.value for label, said in self._said.items()})

    def _fail(self, error: NeuroError) -> None:
        """The index itself could not be read."""
        self._body.show()
        self.card.show_error(error)

    def _show_progress(self, view: RunView) -> None:
        job = self._job()
        is_shown = job is not None and view.is_at_work
        self.progress.setVisible(is_shown)
        if job is not None and is_shown:
            self.progress.show_job(job)
        is_stopping = is_shown and job is not None and job.state == "stopping"
        state = "stopping" if is_stopping else view.row.state
        self.header.show_run(view, state, is_pinned=self._run_id in self.studio.pinned)

    def _show_failure(self, view: RunView) -> None:
        failure = view.failure
        if failure is None or view.row.trashed:
            self.card.hide()
        elif not self.card.isVisible() or failure != self._shown_failure:
            self._shown_failure = failure
            error = failure.error
            why = "\n".join(part for part in (error.why, failure.where) if part)
            self.card.show_error(NeuroError(error.what, why, error.fix), ACTION_TEXTS[failure.action], failure.traceback)

    _shown_failure: object = None

    def _job(self) -> JobLine | None:
        project = self.studio.project
        jobs = project.jobs() if project else ()
        return next((job for job in jobs if job.run_id == self._run_id), None)

    def _count_tabs(self, view: RunView) -> None:
        counts = {"Outputs": sum(len(group.artifacts) for group in view.outputs), "Inputs": len(view.inputs)}
        for index, name in enumerate(self._makers):
            count = counts.get(name, 0)
            text = f"{name} ({count})" if count else name
            if self.tabs.tabText(index) != text:
                self.tabs.setTabText(index, text)

    def _section(self, name: str) -> QWidget:
        if name not in self._sections:
            made = self._sections[name] = self._makers[name]()
            self._holders[name].layout().addWidget(made)  # type: ignore[union-attr]
            if isinstance(made, InputsSection):
                made.page_wanted.connect(self.studio.open_page)
            elif isinstance(made, NotesSection):
                made.said.connect(self.on_said)
        return self._sections[name]

    def _update_section(self, name: str, view: RunView) -> None:
        section = self._section(name)
        cast(_Section, section).show_run(view)
        if isinstance(section, OutputsSection) and self._wanted_state.get("output"):
            section.choose(str(self._wanted_state.pop("output")))
