"""Dropping files anywhere on the window: a sheet over it says what will happen, and then it happens."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QObject, QPoint, QProcess, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.shell.command_process import command_process, last_words
from neurostudio.gui.shell.importing.dialog import import_paths
from neurostudio.gui.shell.importing.drops import drop_actions, form_of, request_at
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Heading, IconLabel, Secondary, fill

if TYPE_CHECKING:
    from neurostudio.gui.shell.window import MainWindow

ICONS = {"project": "folder", "batch": "jobs", "request": "settings", "data": "import", "nothing": "info"}


@runtime_checkable
class Taker(Protocol):
    """A widget that takes dropped files itself."""

    def drop_sentence(self, paths: list[Path]) -> str:
        """What it would do with them; empty where they are not for it."""

    def take_files(self, paths: list[Path]) -> None:
        """They were dropped on it."""


class DropOverlay(QWidget):
    """The sheet::

        +- - - - - - - - - - - - - - - - - - - - +
        |                (arrow)                 |
        |   Look at “mr.tsv” before importing    |
        |          Escape cancels                |
        +- - - - - - - - - - - - - - - - - - - - +

    A project folder is opened, data are shown before they are imported, a batch file is run when that is wanted, a
    ``request.json`` fills the form.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._studio: Studio = window.studio
        self._paths: tuple[str, ...] = ()
        self._taker: Taker | None = None
        self._batches: list[QProcess] = []
        self.setAcceptDrops(True)
        self.setAccessibleName("Drop target")
        self._icon, self._title = IconLabel("import", 6, tint="accent"), Heading()
        self._title.setFont(theme.title_font())
        self._words = Secondary("Escape cancels", wrap=False)
        u = theme.unit(self)
        column = QVBoxLayout(self)
        fill(column, (None,), u, 1.5)
        for part in (self._icon, self._title, self._words):
            column.addWidget(part, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says will happen."""
        return self._title.text()

    # --- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window as soon as files hang over it, wherever they came in."""
        if event.type() == QEvent.Type.Show and watched is self._window and (handle := self._window.windowHandle()):
            handle.removeEventFilter(self)
            handle.installEventFilter(self)
        elif event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover()
        elif event.type() == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent) and self._take(event):
            return watched is self._window
        elif watched is self._window and event.type() in (QEvent.Type.DragMove, QEvent.Type.DragLeave, QEvent.Type.Drop):
            return self._pass_on(event)
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._take(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()
        taker = self._taker_at(event.position().toPoint())
        if taker is not self._taker:
            self._taker = taker
            self._tell(self._paths)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._taker = None
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.hide()
        taker, self._taker = self._taker_at(event.position().toPoint()), None
        if taker is not None:
            taker.take_files(_as_paths(self._paths))
        else:
            tasks.start(self._act(self._paths), self)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, u = theme.current(), theme.unit(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = QColor(colours.surface)
        sheet.setAlphaF(0.94)
        painter.fillRect(self.rect(), sheet)
        painter.setPen(QPen(QColor(colours.accent), max(2.0, u / 4), Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2 * u, 2 * u, -2 * u, -2 * u), u, u)

    # --- inside

    def _take(self, event: QDragEnterEvent) -> bool:
        """Whether these are files from outside; then say what will become of them."""
        if event.source() is not None or not event.mimeData().hasUrls():
            return False
        paths = tuple(url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())
        event.acceptProposedAction()
        if paths != self._paths or not self.isVisible():
            self._paths, self._taker = paths, self._taker_at(event.position().toPoint())
            self._tell(paths)
        self._cover()
        self.show()
        self.raise_()
        return True

    def _pass_on(self, event: QEvent) -> bool:
        if not self.isVisible():
            return False
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self.dropEvent(event)
        elif isinstance(event, QDragMoveEvent):
            self.dragMoveEvent(event)
        elif isinstance(event, QDragLeaveEvent):
            self.dragLeaveEvent(event)
        return True

    def _tell(self, paths: tuple[str, ...]) -> None:
        """Say what will become of the files here."""
        if self._taker is not None:
            self._say("add", self._taker.drop_sentence(_as_paths(paths)))
        else:
            self._say("import", "Drop to look at it")
            tasks.start(self._find_out(paths), self)

    def _taker_at(self, place: QPoint) -> Taker | None:
        """What lies under the sheet and takes these files itself, such as a viewer of images."""
        transparent = Qt.WidgetAttribute.WA_TransparentForMouseEvents
        self.setAttribute(transparent, True)  # the window looks through the sheet
        widget: QWidget | None = self._window.childAt(place)
        self.setAttribute(transparent, False)
        while widget is not None:
            if isinstance(widget, Taker) and widget.drop_sentence(_as_paths(self._paths)):
                return widget
            widget = widget.parentWidget()
        return None

    async def _find_out(self, paths: tuple[str, ...]) -> None:
        drop = await in_background(drop_actions, paths, has_project=self._studio.project is not None)
        if paths == self._paths and self._taker is None:
            self._say(ICONS[drop.what], drop.sentence, drop.reason)

    def _say(self, icon: str, title: str, reason: str = "") -> None:
        self._icon.show_icon(icon, "accent")
        self._title.setText(title)
        self._words.setText(reason or "Escape cancels")
        self.setAccessibleDescription(title)

    def _cover(self) -> None:
        self.setGeometry(self._window.rect())

    async def _act(self, paths: tuple[str, ...]) -> None:
        drop = await in_background(drop_actions, paths, has_project=self._studio.project is not None)
        if drop.what == "project":
            self._window.open_project(drop.paths[0])
        elif drop.what == "data":
            await import_paths(self._studio, drop.paths)
        elif drop.what == "request":
            await self._fill_form(drop.paths[0])
        elif drop.what == "batch":
            await self._run_batch(drop.paths[0])
        else:
            needs_project = self._studio.project is None and bool(drop.reason)
            action = ("Welcome page", "welcome") if needs_project else ("", "")
            self._studio.notify(Notice("warning", drop.sentence, "", drop.reason, *action))

    async def _fill_form(self, path: Path) -> None:
        request = await in_background(request_at, path)
        if request is not None:
            self._studio.open_page(f"method:{request.method}")
            self._studio.fill_form(**form_of(request))

    async def _run_batch(self, path: Path) -> None:
        from neurostudio.jobs.batch import read_batch

        project = self._studio.project
        if project is None:
            return
        try:
            plan = await in_background(read_batch, path)
        except NeuroError as error:
            raise NeuroError(f"The batch “{path.name}” cannot be run", str(error)) from error
        count = f"{len(plan.runs)} run{'s' if len(plan.runs) != 1 else ''}"
        box = QMessageBox(self._window)
        box.setWindowTitle("Run batch")
        box.setText(f"Run the batch “{path.name}”?")
        box.setInformativeText(
            f"{count} in the project “{project.name}”. Runs of it that are done already are skipped. The batch goes on while "
            "this window is open; drop the file again to go on later."
        )
        box.setStandardButtons(QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel)
        box.button(QMessageBox.StandardButton.Ok).setText(f"Run {count}")
        answer = await tasks.answer(box)
        box.deleteLater()
        if answer == QMessageBox.StandardButton.Ok:
            self._start_batch(path, project.path)

    def _start_batch(self, path: Path, project: Path) -> None:
        process = command_process(self, "batch", path, "--project", project, "--resume", "--json")
        process.finished.connect(partial(self.on_batch_over, process, path.name))
        self._batches.append(process)
        process.start()
        self._studio.notify(Notice("info", f"Started the batch “{path.name}”", "Its runs come one after the other"))

    @Slot()
    def on_batch_over(self, process: QProcess, name: str, code: int, *_: object) -> None:
        """A batch came to its end."""
        self._batches.remove(process)
        if code == 0:
            self._studio.notify(Notice("done", f"The batch “{name}” is done"))
        else:
            words = last_words(process)
            self._studio.report_error(NeuroError(f"The batch “{name}” did not end well", words, "Drop it again to go on"))
        process.deleteLater()


def _as_paths(paths: tuple[str, ...]) -> list[Path]:
    return [Path(path) for path in paths]
