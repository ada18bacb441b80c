"""The welcome page. It is on the first paint of the window: nothing heavy is imported here."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from neurostudio.app.sample_studies import SAMPLE_STUDIES
from neurostudio.app.settings import UserSettings, save
from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.page import Page
from neurostudio.gui.panels.welcome.presenter import DROPS, RecentProject, look_at_recent, short, when
from neurostudio.gui.panels.welcome.sample_maker import SampleMaker
from neurostudio.gui.panels.welcome.study_card import StudyCard
from neurostudio.gui.shell.two_line_list import TwoLineList, TwoLines
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Column, Heading, IconLabel, Row, Secondary, Title, button, fill

WITH_DEMO = ("spiking-english",)
TWO_COLUMNS_FROM_U = 100
WIDEST_U = 170
MOST_SHOWN = 7


class WelcomePage(Page):
    """The page::

        NeuroStudio
        Recent projects                       Sample studies
        [ my-study      ~/work/..   today ]   [ Spiking text: English reviews ]
        [ old           ~/work/..  a week ]   [ Spiking text: Chinese reviews ]
        [New project...] [Open project...]    + - drop files anywhere - - - - +

    Signals
    -------
    project_wanted : folder of a project to open
    new_project_wanted, open_project_wanted : the folder is still to be asked for
    sample_wanted : id of a sample study that is being made; `project_wanted` follows when it is ready
    tour_wanted : start the tour
    """

    project_wanted = Signal(str)
    new_project_wanted = Signal()
    open_project_wanted = Signal()
    sample_wanted = Signal(str)
    tour_wanted = Signal()

    help_topic = "index"

    def __init__(self, studio: Studio, _rest: str = "") -> None:
        super().__init__(studio, "welcome", "Welcome", "home")
        self.maker = SampleMaker(self)
        self.recent = _RecentList()
        self.cards = {study.id: StudyCard(study, has_demo=study.id in WITH_DEMO) for study in SAMPLE_STUDIES.values()}
        self.new = button("New project...", "folder-new", "Make an empty project folder", primary=True)
        self.open = button("Open project...", "folder", "Open a project folder")
        self.tour = button("Take the tour", "tour", "Five steps on the sample study")
        self._build()
        self.new.clicked.connect(self.new_project_wanted)
        self.open.clicked.connect(self.open_project_wanted)
        self.tour.clicked.connect(self.tour_wanted)
        self.recent.chosen.connect(self.on_recent_chosen)
        self.recent.remove_wanted.connect(self.on_remove)
        for study_id, card in self.cards.items():
            card.wanted.connect(lambda with_runs, study_id=study_id: self._make(study_id, with_runs=with_runs))
            card.folder_wanted.connect(lambda with_runs, study_id=study_id: self._ask(study_id, with_runs=with_runs))
            card.stop_wanted.connect(self.maker.stop)
        self.maker.progressed.connect(self.on_progress)
        self.maker.made.connect(self.on_made)
        self.maker.failed.connect(self.on_failed)
        studio.settings_changed.connect(self.on_settings)
        self.on_settings(studio.settings)

    async def leave(self) -> None:
        """A demo that is at work ends with the page."""
        self.maker.stop()

    # --- building

    def _build(self) -> None:
        u = theme.unit(self)
        self._no_recent = Secondary("Projects that you open are listed here.")
        left = Column(
            Heading("Recent projects"), self.recent, self._no_recent, Row(self.new, self.open, None), gap=1.2
        )  # fmt: skip
        right = Column(Heading("Sample studies"), *self.cards.values(), gap=1.2)
        self._left = Column(left, None, gap=2)
        self._right = Column(right, _DropTarget(), None, gap=2)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        fill(self._columns, (self._left, self._right), u, 4)
        self._columns.setStretch(0, 1)
        self._columns.setStretch(1, 1)
        words = Secondary("Spiking networks, brain data, language models and reports of a lab in one place.")
        self.tour.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head = Row(Column(Title("NeuroStudio"), words, gap=0.4), self.tour, gap=2)
        inner = QWidget()
        inner.setMaximumWidth(WIDEST_U * u)
        fill(QVBoxLayout(inner), (head, self._columns, None), u, 3, 3)
        centred = QWidget()
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight, centred)
        fill(row, (None, inner, None), u, 0)
        row.setStretch(0, 1)
        row.setStretch(1, 1000)
        row.setStretch(2, 1)
        scroll = QScrollArea()
        scroll.setWidget(centred)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName("Welcome")
        fill(QVBoxLayout(self), (scroll,), u, 0)
        chain: list[QWidget] = [self.recent, self.new, self.open]
        for card in self.cards.values():
            chain += [card.open, card.demo, card.more, card.stop]
        for one, other in pairwise([*chain, self.tour]):
            self.setTabOrder(one, other)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard goes to the recent projects; without any, to the first button."""
        super().focusInEvent(event)
        (self.recent if self.recent.lines() else self.new).setFocus(event.reason())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= TWO_COLUMNS_FROM_U * theme.unit(self)
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    # --- recent projects

    @Slot(object)
    def on_settings(self, settings: UserSettings) -> None:
        """Other projects were opened last."""
        self._show_recent([RecentProject(Path(path), 0.0) for path in settings.recent_projects], is_certain=False)
        tasks.start(self._look(settings.recent_projects), self)

    async def _look(self, paths: tuple[str, ...]) -> None:
        found = await in_background(look_at_recent, paths)
        if paths == self.studio.settings.recent_projects:
            self._show_recent(found)

    def _show_recent(self, projects: Sequence[RecentProject], *, is_certain: bool = True) -> None:
        self.recent.show_projects(projects, is_certain=is_certain)
        self.recent.setVisible(bool(projects))
        self._no_recent.setVisible(not projects)

    @Slot(str)
    def on_recent_chosen(self, path: str) -> None:
        """A project is to be opened."""
        if self.recent.is_there(path):
            self.project_wanted.emit(path)
        else:
            fix = "Open it from where it is now, or remove it from the list"
            self.studio.notify(Notice("warning", f"There is no project in {short(Path(path))}", "", fix))

    @Slot(str)
    def on_remove(self, path: str) -> None:
        """Take a project off the list; its folder stays."""
        rest = tuple(one for one in self.studio.settings.recent_projects if one != path)
        self.studio.change_settings(self.studio.settings.model_copy(update={"recent_projects": rest}))
        tasks.start(self._save(), self)

    async def _save(self) -> None:
        await in_background(save, self.studio.settings)

    # --- sample studies

    def _make(self, study_id: str, *, with_runs: bool, folder: Path | None = None) -> None:
        if self.maker.is_busy:
            return
        self.sample_wanted.emit(study_id)
        if with_runs:
            card = self.cards[study_id]
            self.maker.make_with_runs(study_id, folder or card.folder().with_name(f"{card.folder().name}-with-runs"))
        else:
            self.maker.make(study_id, folder)

    def _ask(self, study_id: str, *, with_runs: bool) -> None:
        tasks.start(self._make_in_chosen(study_id, with_runs=with_runs), self)

    async def _make_in_chosen(self, study_id: str, *, with_runs: bool) -> None:
        study = SAMPLE_STUDIES[study_id]
        dialog = QFileDialog(self, f"Folder for {study.title}", str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Make sample")
        dialog.selectFile(study.folder)
        folder = await tasks.chosen_path(dialog)
        if folder is not None:
            self._make(study_id, with_runs=with_runs, folder=folder)

    @Slot(str, str, object)
    def on_progress(self, study_id: str, words: str, share: float | None) -> None:
        """A sample is being made."""
        for card in self.cards.values():
            card.open.setEnabled(False)
            card.demo.setEnabled(False)
        self.cards[study_id].show_work(words, share, can_stop=share is not None)

    @Slot(str, str)
    def on_made(self, _study_id: str, path: str) -> None:
        """A sample is ready: open it."""
        self._rest()
        self.project_wanted.emit(path)

    @Slot(str, object)
    def on_failed(self, _study_id: str, error: NeuroError | None) -> None:
        """A sample could not be made, or was stopped."""
        self._rest()
        if error is not None:
            self.studio.report_error(error)

    def _rest(self) -> None:
        for card in self.cards.values():
            card.rest()


class _RecentList(TwoLineList):
    """Recent projects; Enter or a click opens, Delete removes from the list.

    Signals
    -------
    remove_wanted : path
    """

    remove_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("Recent projects", Qt.TextElideMode.ElideMiddle)
        self._there: dict[str, bool] = {}
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.on_menu)
        self.clicked.connect(self.on_activated)
        self.activated.disconnect(self.on_activated)

    def show_projects(self, projects: Sequence[RecentProject], *, is_certain: bool) -> None:
        """Show these; before it is certain that they are there, nothing is said of it."""
        self._there = {str(project.path): project.is_there for project in projects}
        self.show_lines(
            [
                TwoLines(
                    str(project.path),
                    project.path.name,
                    short(project.path),
                    "project" if project.is_there else "warning",
                    end=when(project.used) if is_certain else "",
                    tooltip=str(project.path),
                    is_faint=not project.is_there,
                )
                for project in projects
            ]
        )
        self.updateGeometry()

    def is_there(self, path: str) -> bool:
        """Whether the folder holds a project, as far as it is known."""
        return self._there.get(path, False)

    def sizeHint(self) -> QSize:
        """As high as its entries, up to some."""
        return QSize(40 * theme.unit(self), self.height_of(min(MOST_SHOWN, max(1, len(self.lines())))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete removes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.on_activated(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete and self.current_key():
            self.remove_wanted.emit(self.current_key())
        else:
            super().keyPressEvent(event)

    @Slot(QPoint)
    def on_menu(self, position: QPoint) -> None:
        """What can be done with an entry."""
        key = self.current_key()
        if not key:
            return
        menu = QMenu(self)
        menu.addAction(theme.icon("open"), "Open", lambda: self.chosen.emit(key)).setEnabled(self.is_there(key))
        menu.addAction(theme.icon("remove"), "Remove from the list", lambda: self.remove_wanted.emit(key))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(position))


class _DropTarget(QWidget):
    """Says what becomes of dropped files; the whole window takes them::

    + - - - - - - - - - - - - - - - - - - - - - - +
    |  (arrow)  Drop files anywhere in the window |
    |  (data)    Data             are read ...    |
    + - - - - - - - - - - - - - - - - - - - - - - +
    """

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(round(1.2 * u))
        grid.setVerticalSpacing(round(0.7 * u))
        grid.setColumnStretch(2, 1)
        for row, (icon, thing, fate) in enumerate(DROPS):
            grid.addWidget(IconLabel(icon, 2, tint="secondary"), row, 0)
            grid.addWidget(QLabel(thing), row, 1)
            grid.addWidget(Secondary(fate), row, 2)
        head = Row(IconLabel("import", 2.6, tint="accent"), Heading("Drop files anywhere in the window"), None, gap=1.2)
        fill(QVBoxLayout(self), (head, grid), u, 1.2, 2)
        self.setAccessibleName("Drop files anywhere in the window: " + "; ".join(f"{thing} {fate}" for _, thing, fate in DROPS))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().baseline), 1, Qt.PenStyle.DashLine))
        radius = 0.4 * theme.unit(self)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
