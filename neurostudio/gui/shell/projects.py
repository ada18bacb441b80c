"""Opening, making and closing projects, and what of the window is kept with each."""

import os
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QObject, Signal

from neurostudio.core.errors import NeuroError
from neurostudio.core.run_folder import process_started
from neurostudio.gui.shell.memory import VERSION
from neurostudio.gui.studio import COLOURS_KEY, COLOURS_VERSION, Notice, Studio
from neurostudio.gui.tasks import in_background

WINDOW_KEY, QUEUE_KEY = "window", "queue"


class Projects(QObject):
    """What the window does with projects as wholes.

    Signals
    -------
    opened : dict
        What the window kept of the project: ``pages``, ``current``, ``states``, ``drafts``; empty at the first time.
    """

    opened = Signal(object)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio

    async def open(self, path: Path | str) -> None:
        """Open a project folder and close the one before; NeuroError when it is none, then nothing changes."""
        from neurostudio.app import Project

        await self._show(await in_background(Project.open, path))

    async def create(self, path: Path | str) -> None:
        """Make an empty project folder and open it; NeuroError when something is there."""
        from neurostudio.app import Project

        await self._show(await in_background(Project.create, path))

    async def close(self, blob: dict[str, Any] | None = None) -> None:
        """Close the project; `blob` is what the window keeps of it."""
        project = self._studio.project
        if project is None:
            return
        if blob is not None:
            await self.keep(blob)
        self._studio.set_project(None)
        await in_background(project.close)
        project.deleteLater()

    async def keep(self, blob: dict[str, Any]) -> None:
        """Keep with the project what the window shows of it; a project that cannot be written keeps nothing."""
        project = self._studio.project
        if project is None or project.project.store.read_only:
            return
        queue = {"waiting": project.waiting(), "pid": os.getpid(), "started": process_started(os.getpid())}
        await in_background(_write, project.project.store, blob, queue, self._studio.colours())

    async def _show(self, opened: Any) -> None:
        from neurostudio.app.settings import remember_project
        from neurostudio.gui.open_project import OpenProject

        store = opened.store
        blob = await in_background(store.get_layout, WINDOW_KEY, VERSION)
        queue = await in_background(store.get_layout, QUEUE_KEY, VERSION)
        project = OpenProject(opened, self._studio.settings.runs_at_once)
        await self.close()
        self._studio.change_settings(await in_background(remember_project, opened.path))
        self._studio.set_project(project)
        project.trouble.connect(self._studio.report_error)
        if store.notice:
            self._studio.notify(Notice("warning", store.notice))
        self.opened.emit(blob if isinstance(blob, dict) else {})
        await self._queue_again(queue if isinstance(queue, dict) else {})

    async def _queue_again(self, queue: dict[str, Any]) -> None:
        """Put runs in the line that waited when the window that held them was closed; not while it is open still."""
        project = self._studio.project
        if project is None or _is_alive(queue):
            return
        for run_id in queue.get("waiting", ()):
            try:
                row = await in_background(project.project.find_run, str(run_id))
                if row.state == "queued":
                    await project.resume(row.run_id)
            except NeuroError as error:  # removed, or its data are gone: it stays as it is and can be resumed by hand
                self._studio.report_error(error)


def _write(store: Any, blob: dict[str, Any], queue: dict[str, Any], colours: dict[str, int]) -> None:
    store.put_layout(WINDOW_KEY, VERSION, blob)
    store.put_layout(QUEUE_KEY, VERSION, queue)
    store.put_layout(COLOURS_KEY, COLOURS_VERSION, colours)


def _is_alive(queue: dict[str, Any]) -> bool:
    """Whether the window that held this queue is open still."""
    pid = int(queue.get("pid", 0))
    return pid not in (0, os.getpid()) and psutil.pid_exists(pid) and process_started(pid) == queue.get("started")
