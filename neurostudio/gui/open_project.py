"""The project that the window has open: what its pages ask and what they are told."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from neurostudio.app import Project
from neurostudio.app.runs import resumable, submit
from neurostudio.core.run_folder import Request
from neurostudio.gui.bridge import Bridge
from neurostudio.gui.follower import Follower, Found, JobLine
from neurostudio.gui.tasks import in_background


class OpenProject(QObject):
    """One open project. Its store may be read from threads; its signals come merged, at most 20 times a second.

    Signals
    -------
    runs_changed : frozenset of str
        Ids of the runs whose rows changed; empty means that any may have.
    datasets_changed, reports_changed : nothing
    queue_changed : tuple of JobLine
    run_ended : RunRow
    trouble : NeuroError
    """

    runs_changed = Signal(object)
    datasets_changed = Signal()
    reports_changed = Signal()
    queue_changed = Signal(object)
    run_ended = Signal(object)
    trouble = Signal(object)

    def __init__(self, project: Project, at_once: int = 0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self._jobs: tuple[JobLine, ...] = ()
        self._bridge = Bridge(self._tell, self)
        self._follower = Follower(project, self._post, at_once)
        self._follower.start()

    @property
    def path(self) -> Path:
        """The project folder."""
        return self.project.path

    @property
    def name(self) -> str:
        """Its name: that of the folder."""
        return self.project.path.name

    def jobs(self) -> tuple[JobLine, ...]:
        """Runs that wait or work now."""
        return self._jobs

    def waiting(self) -> list[str]:
        """Ids of the runs that wait here for their turn, in order."""
        return self._follower.waiting()

    async def submit(self, request: Request) -> str:
        """Write the run folder, put the run in the line and return its id; NeuroError when it is refused."""
        folder = await in_background(submit, self.project, request)
        self._follower.enqueue(folder, request)
        self.runs_changed.emit(frozenset({folder.id}))
        return folder.id

    async def resume(self, run_id: str) -> None:
        """Put a run that stopped in the line again; NeuroError when it cannot go on."""
        folder = await in_background(resumable, self.project, run_id)
        self._follower.enqueue(folder, await in_background(folder.request))

    def stop(self, run_id: str) -> None:
        """Stop a run at work, or cancel one that waits."""
        self._follower.stop(run_id)

    async def stop_all(self) -> None:
        """Stop every run and wait for their ends."""
        await in_background(self._follower.stop_all)

    def move(self, run_id: str, position: int) -> None:
        """Move a waiting run to another place in the line."""
        self._follower.move(run_id, position)

    def set_at_once(self, at_once: int) -> None:
        """Allow so many runs at the same time; 0 for what fits."""
        self._follower.set_at_once(at_once)

    def close(self) -> None:
        """Stop following and close the index; runs at work go on, and are found again at the next start."""
        self._follower.close()
        self.project.close()

    def _post(self, found: Found) -> None:
        self._bridge.post("found", found, Found.joined)

    def _tell(self, messages: dict[Hashable, Any]) -> None:
        found: Found = messages["found"]
        if found.jobs is not None:
            self._jobs = found.jobs
            self.queue_changed.emit(found.jobs)
        if found.is_all:
            self.runs_changed.emit(frozenset())
        elif found.runs:
            self.runs_changed.emit(found.runs)
        if found.datasets:
            self.datasets_changed.emit()
        if found.reports:
            self.reports_changed.emit()
        for row in found.ended:
            self.run_ended.emit(row)
        for error in found.troubles:
            self.trouble.emit(error)
