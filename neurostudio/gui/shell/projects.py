"""Opening, making and closing projects, and what of the window is kept with each."""

import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from neurostudio.core.errors import NeuroError
from neurostudio.core.run_folder import process_started
from neurostudio.gui.shell.memory import VERSION
from neurostudio.gui.studio import COLOURS_KEY, COLOURS_VERSION, Notice, Studio
from neurostudio.gui.tasks import in_background

if TYPE_CHECKING:
    from neurostudio.app import Project
    from neurostudio.gui.open_project import OpenProject
    from neurostudio.store import Store

WINDOW_KEY, QUEUE_KEY, QUEUE_VERSION = "window", "queue", 2

logger = logging.getLogger(__name__)


class Projects(QObject):
    """What the window does with projects as wholes.

    Parameters
    ----------
    look : function
        What the window shows of the project, as plain JSON: it is kept with the project.
    close_pages : coroutine function
        Closes every page; what they keep at work ends before the project under them is closed.

    Signals
    -------
    changed : dict
        Another project is open, or none. What was kept of it: ``pages``, ``current``, ``states``, ``drafts``; empty at the
        first time.
    """

    changed = Signal(object)

    def __init__(
        self, studio: Studio, look: Callable[[], dict[str, Any]], close_pages: Callable[[], Awaitable[None]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self._look = look
        self._close_pages = close_pages

    async def open(self, path: Path | str) -> None:
        """Open a project folder in place of the one before; NeuroError when it is none, then nothing changes."""
        from neurostudio.app import Project

        await self._show(await in_background(Project.open, path))

    async def create(self, path: Path | str) -> None:
        """Make an empty project folder and open it; NeuroError when something is there."""
        from neurostudio.app import Project

        await self._show(await in_background(Project.create, path))

    async def close(self) -> None:
        """Close the project and go back to the welcome page."""
        await self.leave()
        self.changed.emit({})

    async def leave(self) -> None:
        """Keep what the window shows of the project, close its pages, then the project itself."""
        await self.keep()
        await self._close_pages()
        project = self._studio.project
        if project is not None:
            self._studio.set_project(None)
            await in_background(project.close)
            project.deleteLater()

    async def keep(self) -> None:
        """Keep with the project what the window shows of it; where that cannot be written, it is lost and nothing else."""
        project = self._studio.project
        if project is None or project.project.store.read_only:
            return
        try:
            await in_background(_write, project.project.store, self._look(), project.waiting(), self._studio.colours())
        except NeuroError as error:
            logger.warning("the look of the project was not kept project=%s error=%s", project.path, error)

    async def _show(self, opened: "Project") -> None:
        from neurostudio.app.settings import remember_project
        from neurostudio.gui.open_project import OpenProject

        await self.leave()
        kept = await in_background(opened.store.get_layout, WINDOW_KEY, VERSION)
        abandoned = await in_background(_take_abandoned, opened.store)
        project = OpenProject(opened, self._studio.settings.runs_at_once)
        self._studio.change_settings(await in_background(remember_project, opened.path))
        self._studio.set_project(project)
        project.trouble.connect(self._studio.report_error)
        if opened.store.notice:
            self._studio.notify(Notice("warning", opened.store.notice))
        self.changed.emit(kept if isinstance(kept, dict) else {})
        await self._queue_again(project, abandoned)

    async def _queue_again(self, project: "OpenProject", run_ids: Sequence[str]) -> None:
        """Put runs in the line that waited in a window that is gone."""
        for run_id in run_ids:
            try:
                row = await in_background(project.project.find_run, run_id)
                if row.state == "queued":
                    await project.resume(row.run_id)
            except NeuroError as error:  # removed, or its data are gone: it stays as it is and can be resumed by hand
                self._studio.report_error(error)


def _write(store: "Store", look: dict[str, Any], waiting: Sequence[str], colours: dict[str, int]) -> None:
    with store.writing():
        store.put_layout(WINDOW_KEY, VERSION, look)
        store.put_layout(COLOURS_KEY, COLOURS_VERSION, colours)
        others = [queue for queue in _queues(store) if not _is_mine(queue)]
        mine = {"waiting": list(waiting), "pid": os.getpid(), "started": process_started(os.getpid())}
        store.put_layout(QUEUE_KEY, QUEUE_VERSION, [*others, mine] if waiting else others)


def _take_abandoned(store: "Store") -> list[str]:
    """Runs that wait in windows that are gone; they are this window's from now on. Each window keeps a line of its own."""
    if store.read_only:
        return []
    with store.writing():
        queues = _queues(store)
        gone = [queue for queue in queues if process_started(int(queue["pid"])) != queue["started"] or _is_mine(queue)]
        if gone:
            store.put_layout(QUEUE_KEY, QUEUE_VERSION, [queue for queue in queues if queue not in gone])
    return [str(run_id) for queue in gone for run_id in queue["waiting"]]


def _queues(store: "Store") -> list[dict[str, Any]]:
    kept = store.get_layout(QUEUE_KEY, QUEUE_VERSION)
    return kept if isinstance(kept, list) else []


def _is_mine(queue: dict[str, Any]) -> bool:
    return int(queue["pid"]) == os.getpid()
