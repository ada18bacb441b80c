"""The page of a brain data set: choose a run, look at it from all sides, see what belongs to it, and do something with it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.data.dataset_page import DatasetPage
from neurostudio.gui.panels.data.presenter import DataView
from neurostudio.gui.panels.fmri.carpet_tab import CarpetTab
from neurostudio.gui.panels.fmri.events_tab import EventsTab
from neurostudio.gui.panels.fmri.files_tab import FilesTab
from neurostudio.gui.panels.fmri.header import ROLE, BrainHeader
from neurostudio.gui.panels.fmri.header_tab import HeaderTab
from neurostudio.gui.panels.fmri.look_tab import LookTab
from neurostudio.gui.panels.fmri.opened import OpenRun, open_run, words_of
from neurostudio.gui.panels.fmri.presenter import BrainView, answer, data_facts, load_brain, selection_of
from neurostudio.gui.panels.fmri.question_bar import QuestionBar, StandingNote
from neurostudio.gui.panels.fmri.run_tree import RunTree
from neurostudio.gui.panels.fmri.surface_tab import SurfaceTab
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.views.volume.look_state import SURFACE as SURFACE_FORM
from neurostudio.gui.widgets import PAGE_MARGIN, Column, EmptyState, ErrorCard, fill

TREE_U = 30
NARROW_U = 110
LOOK, CARPET, SURFACE, HEADER, EVENTS, FILES = "Look", "Carpet", "Surface", "Header", "Events", "Files"


class BrainPage(DatasetPage):
    """Everything about one data set of brain images::

        (icon) listening     [Check quality] [Clean] [GLM] [Encode] [Decode classes] [...]
        fMRI · BIDS · 3 runs · 12 MB · linked
        (?) Which repetition time is right?                       [2 s] [2.5 s]
        Runs          | [Look] [Carpet] [Surface] [Header] [Events] [Files]
        v sub-01      |  three slices, layers
            rest 1    |  plot over time

    Everything on it follows one crosshair and one time: those of the viewer.
    """

    help_topic = "brain-data"

    def __init__(self, studio: Studio, name: str) -> None:
        super().__init__(studio, name, "data-fmri")
        self.view: BrainView | None = None
        self.opened: OpenRun | None = None
        self._wanted_key = ""
        self._wanted_tab = ""
        self._turn = 0
        self._kept: dict[str, Any] = {}
        self.header = BrainHeader()
        self.question = QuestionBar()
        self.note = StandingNote()
        self.card = ErrorCard()
        self.tree = RunTree()
        self.look = LookTab(studio, name)
        self.carpet = CarpetTab(self.look.crosshair)
        self.surface = SurfaceTab(self.look.viewer)
        self.head = HeaderTab()
        self.events = EventsTab()
        self.files = FilesTab()
        self.tabs = QTabWidget()
        self.nothing = EmptyState(
            "data-fmri", "No image is here", "The images of this data set were not downloaded; the list on the left says which."
        )
        self.waiting = EmptyState(
            "data-fmri", "Waiting for an answer", "The images are shown once the question above is answered; your answer is kept."
        )
        self._build()
        self._connect()
        self._refresher = Refresher(self, self._question, self._show, self._fail, 1.0)
        self.follow(self._refresher)

    def state(self) -> dict[str, Any]:
        """Run, tab and look."""
        key = self.opened.key if self.opened else self._wanted_key
        return {"run": key, "tab": self.tabs.tabText(self.tabs.currentIndex()), "look": self.look.state() or self._kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Run, tab and look of the last time."""
        self._wanted_key = str(state.get("run", ""))
        self._kept = state["look"] if isinstance(state.get("look"), dict) else {}
        self.show_tab(str(state.get("tab", "")))

    async def leave(self) -> None:
        """Read no further."""
        self._turn += 1
        self.look.stop()

    def show_tab(self, title: str) -> None:
        """Bring a tab to the front."""
        for index in range(self.tabs.count()):
            if self.tabs.tabText(index) == title:
                self.tabs.setCurrentIndex(index)

    # --- slots

    @Slot(str)
    def on_leaf(self, key: str) -> None:
        """Another run or image was chosen."""
        self._wanted_key = key
        if self.opened is None or self.opened.key != key:
            self._open(key)

    @Slot(object)
    def on_answer(self, options: Mapping[str, Any]) -> None:
        """A question was answered: the data set is read again with the answer."""
        project = self.studio.project
        if project is not None:
            self.question.set_at_work(is_at_work=True)
            tasks.start(self.change(partial(answer, project.project, self._name, options), "Read again"), self)

    @Slot(str)
    def on_deed(self, method: str) -> None:
        """Put the data into the form of a method."""
        run = self.view.run(self.opened.key) if self.view and self.opened else None
        settings = selection_of(self.view.data, run) if self.view and self.view.data else {}
        self.studio.fill_form(method, settings=settings, inputs={ROLE: [self._name]})

    @Slot(str)
    def on_wanted(self, what: str) -> None:
        """An entry of the menu of the header."""
        {"check": self.on_check, "folder": self.on_folder, "forget": self.on_forget, "checksum": self.on_checksum}[what]()

    @Slot()
    def on_checksum(self) -> None:
        """Put the checksum on the clipboard."""
        if self.view is not None:
            QGuiApplication.clipboard().setText(self.view.record.row.sha256)
            self.studio.notify(Notice("info", "Copied the checksum", self.view.record.row.sha256))

    @Slot(int)
    def on_time(self, time: int) -> None:
        """A row or a column of another part wants a volume."""
        self.look.crosshair.go_to(time)

    @Slot(int)
    def on_tab(self, _index: int) -> None:
        """The viewer itself says that sides are unknown; the page says it beside all other tabs. Its tools come and go with it."""
        self._show_note()
        self.look.tools.setVisible(self.tabs.currentWidget() in (self.look, self.surface))
        self.look.form = SURFACE_FORM if self.tabs.currentWidget() is self.surface else ""

    @Slot(object)
    def on_damaged(self, error: NeuroError) -> None:
        """The image turned out to be damaged while it was read."""
        self.card.show_error(error, "Check again")
        self._show_body(has_image=False)

    # --- around a change

    def record(self) -> DataView | None:
        """The data set as it was read last."""
        return self.view.record if self.view is not None else None

    def place(self) -> Path | None:
        """The image that is looked at, else the data set."""
        return self.opened.path if self.opened is not None else super().place()

    def change_fails(self, error: NeuroError) -> None:
        """The question may be answered again."""
        self.question.set_at_work(is_at_work=False)
        self.studio.report_error(error)

    def change_ends(self) -> None:
        """The run is opened anew."""
        self.opened = None

    # --- Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the tree stands on top of what it chooses."""
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW_U * theme.unit(self)
        self._beside.setOrientation(Qt.Orientation.Vertical if is_narrow else Qt.Orientation.Horizontal)
        self.tree.setMaximumHeight(14 * theme.unit(self) if is_narrow else 16_777_215)

    # --- inside

    def _build(self) -> None:
        u = theme.unit(self)
        parts = {
            LOOK: self.look,
            CARPET: self.carpet,
            SURFACE: self.surface,
            HEADER: self.head,
            EVENTS: self.events,
            FILES: self.files,
        }
        for title, part in parts.items():
            self.tabs.addTab(part, title)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Ways to look at the run")
        self.tabs.tabBar().setAccessibleName("Ways to look at the run")
        self.tabs.setCornerWidget(self.look.corner)
        self._stack = QStackedWidget()
        self._card_page = Column(self.card, None, margin=1)
        for page in (self.tabs, self.nothing, self.waiting, self._card_page):
            self._stack.addWidget(page)
        self._beside = QSplitter(Qt.Orientation.Horizontal)
        self._beside.setChildrenCollapsible(False)
        self._beside.addWidget(self.tree)
        self._beside.addWidget(self._stack)
        self._beside.setStretchFactor(1, 1)
        self._beside.setSizes([TREE_U * u, 5 * TREE_U * u])
        self._body = QWidget()
        column = QVBoxLayout(self._body)
        fill(column, (self.header, self.question, self.note, self._beside), u, 1)
        column.setContentsMargins(PAGE_MARGIN * u, 2 * u, PAGE_MARGIN * u, u)
        column.setStretchFactor(self._beside, 1)
        fill(QVBoxLayout(self), (self._body, self.gone), u, 0)
        for part in (self._body, self.gone):
            part.hide()

    def _connect(self) -> None:
        self.header.deed_wanted.connect(self.on_deed)
        self.header.wanted.connect(self.on_wanted)
        self.question.answered.connect(self.on_answer)
        self.card.wanted.connect(self.on_mend)
        self.tree.chosen.connect(self.on_leaf)
        self.look.damaged.connect(self.on_damaged)
        self.look.read.connect(self.carpet.on_volumes)
        self.look.timeline.part_changed.connect(self.carpet.plot.show_part)
        self.carpet.plot.part_changed.connect(self.look.timeline.show_part)
        self.events.time_wanted.connect(self.on_time)
        self.files.run_wanted.connect(lambda run_id: self.studio.open_page(f"run:{run_id}"))
        self.tabs.currentChanged.connect(self.on_tab)

    def _question(self) -> Callable[[], BrainView | None]:
        project = self.studio.project
        return partial(load_brain, project.project, self._name) if project else lambda: None

    def _show(self, view: BrainView | None) -> None:
        self._body.setVisible(view is not None)
        self.gone.setVisible(view is None)
        before, self.view = self.view, view
        if view is None:
            return
        is_usable = view.data is not None and not view.record.report.errors and bool(view.data.runs)
        self.header.show_data(view.record, data_facts(view.data), is_usable=is_usable)
        self.files.show_record(view.record)
        self.tree.show_leaves(view.leaves)
        self.tree.setVisible(len(view.leaves) > 1)
        if view.trouble is not None and view.data is None:
            self.question.show_question(next(iter(view.questions), None))
            self.card.show_error(view.trouble, "Find it again..." if view.record.is_missing else "Check again")
            self._stack.setCurrentWidget(self.waiting if view.questions else self._card_page)
            return
        key = self._wanted_key if view.image(self._wanted_key) is not None else view.first_key()
        if not key:
            self.opened = None
            self._stack.setCurrentWidget(self.nothing)
        elif self.opened is None or self.opened.key != key or before is None or before.record.row != view.record.row:
            self._open(key)

    def _open(self, key: str) -> None:
        self._turn += 1
        self.tree.choose(key)
        if self.view is not None and (path := self.view.image(key)) is not None:
            tasks.start(self._load(key, path, self._turn), self)

    async def _load(self, key: str, path: Path, turn: int) -> None:
        """Header at once, then the first volume; the rest is read while people look."""
        view = self.view
        if view is None:
            return
        try:
            if (absence := view.absence(key)) is not None:
                raise absence
            opened = await tasks.in_background(partial(_opened, view, key, path))
            if turn != self._turn:
                return
            self._show_opened(opened)
            await self.look.show_run(opened, self._kept)
            self._kept = {}
        except NeuroError as error:
            if turn == self._turn:
                self.opened = None
                self.card.show_error(error, "Check again")
                self._show_body(has_image=False)
            return
        if turn == self._turn:
            self.carpet.show_run(opened)
            self.surface.show_run(opened)

    def _show_opened(self, opened: OpenRun) -> None:
        """What is known before the first voxel is read."""
        self.opened = opened
        self.question.set_at_work(is_at_work=False)
        self.question.show_question(next(iter(opened.questions), None))
        self.head.show_header(opened.facts(), opened.notes(), opened.matrix(), opened.sidecar())
        self.events.show_events(opened.events, opened.tr_s, opened.image.n_volumes, opened.event_problems())
        self.files.show_files(opened.files())
        self._show_note()
        self._show_body(has_image=True)

    def _show_body(self, *, has_image: bool) -> None:
        self._stack.setCurrentWidget(self.tabs if has_image else self._card_page)

    def _show_note(self) -> None:
        is_said_there = self.tabs.currentWidget() is self.look
        self.note.say("" if self.opened is None or is_said_there else self.opened.standing_note)

    def _fail(self, error: NeuroError) -> None:
        self._body.show()
        self.card.show_error(error, "Check again")
        self._show_body(has_image=False)


def _opened(view: BrainView, key: str, path: Path) -> OpenRun:
    """The image of a leaf with everything that belongs to it; runs in a thread."""
    run = view.run(key)
    words = words_of(run, view.record.row.path) if run is not None else None
    title = next((leaf.title for leaf in view.leaves if leaf.key == key), "")
    return open_run(key, path, run, view.record.row.options, words, title)
