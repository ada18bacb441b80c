"""Runs that wait, work or came to their end lately: a table in a dock, and one line in its place where room is short."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.shell import line_painting as painting
from neurostudio.gui.shell.jobs_model import JobsModel
from neurostudio.gui.shell.jobs_presenter import JobRow, first_at_work, heading, rows, with_ended
from neurostudio.gui.shell.jobs_view import BUTTONS, WORDS, JobsTable
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Elided, Secondary, button, fill
from neurostudio.store import read
from neurostudio.store.rows import RunRow
from neurostudio.store.write import Store

MOST_INTERRUPTED = 5

_WIDEST = {"phase": "converting weights", "amount": "888/888 epochs", "percent": "100 %", "left": "8:88:88 left"}


class JobsDock(QWidget):
    """The table (:class:`JobsTable`), or one line that says that there is nothing::

    No run waits or works. Choose settings and press Run.

    Keys: Enter opens the run, Delete stops it or takes it out of the line, Alt+Up and Alt+Down move it in the line.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.setAccessibleName("Jobs")
        self._ended: tuple[RunRow, ...] = ()
        self.model = JobsModel(self)
        self.table = JobsTable(studio, self.model)
        self._empty = Secondary("No run waits or works. Choose settings and press Run.", wrap=False)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        fill(QVBoxLayout(self), (self._stack,), theme.unit(self), 0)
        self.table.verb_wanted.connect(self.on_verb)
        self.table.activated.connect(self.on_activated)
        self.table.customContextMenuRequested.connect(self.on_menu)
        self.table.installEventFilter(self)
        self.model.move_wanted.connect(self.on_move)
        studio.project_changed.connect(self.on_project)
        self.on_project()

    @Slot()
    def on_project(self) -> None:
        """Another project is open, or none."""
        self._ended = ()
        project = self.studio.project
        if project is not None:
            project.queue_changed.connect(self.on_jobs)
            project.run_ended.connect(self.on_ended)
            project.runs_changed.connect(self.on_runs)
            tasks.start(self._find_interrupted(), self)
        self._show()

    @Slot(object)
    def on_jobs(self, _jobs: tuple[JobLine, ...]) -> None:
        """The line of runs changed."""
        self._show()

    @Slot(object)
    def on_ended(self, row: RunRow) -> None:
        """A run came to its end."""
        self._ended = with_ended(self._ended, row)
        self._show()

    @Slot(object)
    def on_runs(self, run_ids: frozenset[str]) -> None:
        """Runs have other names or states."""
        known = {row.run_id for row in self._ended}
        if known and (not run_ids or known & run_ids):
            tasks.start(self._read_ended_again(), self)

    @Slot(str, str)
    def on_verb(self, run_id: str, verb: str) -> None:
        """A button was pressed: stop, resume, up, down or remove."""
        project = self.studio.project
        place = self.model.place_of(run_id)
        if project is None or place < 0:
            return
        row = self.model.rows[place]
        if verb in ("stop", "remove"):
            project.stop(run_id)
        elif verb == "resume":
            tasks.start(project.resume(run_id), self)
        else:
            self.on_move(run_id, row.position + (1 if verb == "down" else -1))

    @Slot(str, int)
    def on_move(self, run_id: str, position: int) -> None:
        """A waiting run was put to another place in the line."""
        n_waiting = sum(row.position >= 0 for row in self.model.rows)
        if self.studio.project is not None and 0 <= position < n_waiting:
            self.studio.project.move(run_id, position)

    @Slot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        """Enter or a double click: open the run."""
        row = self.model.row(index)
        if row is not None:
            self.studio.open_page(f"run:{row.run_id}")

    @Slot(QPoint)
    def on_menu(self, position: QPoint) -> None:
        """The context menu of a row."""
        row = self.table.chosen()
        if row is None:
            return
        menu = QMenu(self.table)
        menu.addAction(theme.icon("open"), "Open", lambda: self.studio.open_page(f"run:{row.run_id}"))
        for verb in row.verbs:
            menu.addAction(theme.icon(verb), WORDS[verb], lambda verb=verb: self.on_verb(row.run_id, verb))
        if self._ended:
            menu.addSeparator()
            menu.addAction("Clear ended runs", self.on_clear)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(position))

    @Slot()
    def on_clear(self) -> None:
        """Take the ended runs off this list; they stay in the project."""
        self._ended = ()
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the table."""
        row = self.table.chosen() if watched is self.table else None
        if row is None or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        with_alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        wanted = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}.get(Qt.Key(event.key()), "") if with_alt else ""
        if event.key() == Qt.Key.Key_Delete:
            wanted = next((verb for verb in ("stop", "remove") if verb in row.verbs), "")
        if wanted in row.verbs:
            self.on_verb(row.run_id, wanted)
            return True
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.table.turning.set_turning(is_turning=False)

    def sizeHint(self) -> QSize:
        """Room for five rows."""
        u = theme.unit(self)
        return QSize(90 * u, 20 * u)

    def _show(self) -> None:
        project = self.studio.project
        shown = rows(project.jobs(), self._ended) if project is not None else []
        self.model.show(shown)
        self._stack.setCurrentWidget(self.table if shown else self._empty)
        self.table.turning.set_turning(is_turning=any(row.state in ("running", "stopping") for row in shown))

    async def _find_interrupted(self) -> None:
        """Runs that were cut off before this window was opened can go on."""
        project = self.studio.project
        if project is None:
            return
        found = await in_background(read.runs, project.project.store, state="interrupted", limit=MOST_INTERRUPTED)
        if project is self.studio.project:
            self._ended += tuple(row for row in found if row.run_id not in {one.run_id for one in self._ended} and not row.serve)
            self._show()

    async def _read_ended_again(self) -> None:
        project, before = self.studio.project, self._ended
        if project is None:
            return
        fresh = await in_background(_read, project.project.store, [row.run_id for row in before])
        if project is self.studio.project and before is self._ended:
            self._ended = tuple(row for row in fresh if not row.trashed)
            self._show()


class JobsLine(QWidget):
    """The job list in one line::

        Jobs (1)  mr-seed2  fine-tuning  2/3 epochs  ####--  61 %  0:24 left  [Stop]

    Signals
    -------
    jobs_wanted : the person wants to see the whole list
    """

    jobs_wanted = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self._row: JobRow | None = None
        self.setAccessibleName("Jobs in one line")
        self.heading = button("Jobs", "jobs", "Show the job list")
        self.heading.setFlat(True)
        self.heading.clicked.connect(self.jobs_wanted)
        self.name = button("", tooltip="Open this run")
        self.name.setFlat(True)
        self.name.clicked.connect(self.on_open)
        self._quiet = Secondary("No run waits or works", wrap=False)
        self._phase = Elided(mode=Qt.TextElideMode.ElideRight)
        self._bar = _Bar()
        self._amount, self._percent, self._left = QLabel(), QLabel(), QLabel()
        self.stop = button("Stop", "stop", BUTTONS["stop"][1])
        self.stop.clicked.connect(self.on_stop)
        self._reserve()
        u = theme.unit(self)
        parts = (self._phase, self._amount, self._bar, self._percent, self._left, self.stop)
        self._parts = (self.name, *parts)
        fill(QHBoxLayout(self), (self.heading, self._quiet, self.name, *parts, None), u, 1.2)
        studio.project_changed.connect(self.on_project)
        self.on_project()

    @Slot()
    def on_project(self) -> None:
        """Another project is open, or none."""
        if self.studio.project is not None:
            self.studio.project.queue_changed.connect(self.on_jobs)
        self._show()

    @Slot(object)
    def on_jobs(self, _jobs: tuple[JobLine, ...]) -> None:
        """The line of runs changed."""
        self._show()

    @Slot()
    def on_open(self) -> None:
        """Open the run that is shown."""
        if self._row is not None:
            self.studio.open_page(f"run:{self._row.run_id}")

    @Slot()
    def on_stop(self) -> None:
        """Stop the run that is shown."""
        if self._row is not None and self.studio.project is not None:
            self.studio.project.stop(self._row.run_id)

    def _show(self) -> None:
        shown = rows(self.studio.project.jobs()) if self.studio.project is not None else []
        row = self._row = first_at_work(shown)
        self.heading.setText(heading(shown))
        self._quiet.setVisible(row is None)
        for part in self._parts:
            part.setVisible(row is not None)
        if row is None:
            self.setAccessibleDescription("No run waits or works")
            return
        fits = QFontMetrics(self.name.font()).elidedText(row.name, Qt.TextElideMode.ElideMiddle, 24 * theme.unit(self))
        self.name.setText(fits.replace("&", "&&"))
        self.name.setAccessibleName(f"Open {row.name}")
        self._phase.setText(row.place if row.state == "queued" else row.phase)
        self._amount.setText(row.amount)
        self._bar.show_share(row.share)
        self._percent.setText(row.percent)
        self._left.setText(row.left)
        self.stop.setEnabled("stop" in row.verbs or "remove" in row.verbs)
        self.setAccessibleDescription(row.spoken())

    def _reserve(self) -> None:
        for key, label in (("amount", self._amount), ("percent", self._percent), ("left", self._left)):
            label.setFont(theme.number_font())
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setFixedWidth(label.fontMetrics().horizontalAdvance(_WIDEST[key]))
        self._phase.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._phase.setFixedWidth(self._phase.fontMetrics().horizontalAdvance(_WIDEST["phase"]))


class _Bar(QWidget):
    """A bar that shows how far a run is; the number beside it says the same."""

    def __init__(self) -> None:
        super().__init__()
        self._share: float | None = None
        self.setFixedSize(14 * theme.unit(self), theme.unit(self))

    def show_share(self, share: float | None) -> None:
        """Show another share, 0 to 1; None where it is not known."""
        if share != self._share:
            self._share = share
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painting.paint_bar(QPainter(self), self.rect(), self._share)


def _read(store: Store, run_ids: list[str]) -> list[RunRow]:
    found = []
    for run_id in run_ids:
        try:
            found.append(read.find_run(store, run_id))
        except NeuroError:  # its folder was removed since
            continue
    return found
