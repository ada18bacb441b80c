"""What people say about runs and data sets, changed so that it can be taken back: names, tags, notes, trash, forgetting.

Each function returns at once: what stands there now is read in a thread, one step goes onto the undo stack, and the change
is written in a thread, one after the other in the order in which they were made.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from PySide6.QtGui import QUndoCommand

from neurostudio.app.project import Project
from neurostudio.core.errors import NeuroError
from neurostudio.core.files import explained_disk_errors, remove
from neurostudio.gui import tasks
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.store.rows import DatasetRow, RunRow

LONGEST_NAME = 200
FORGOTTEN = ".forgotten"

Labels = Mapping[str, Any]

_locks: WeakKeyDictionary[OpenProject, asyncio.Lock] = WeakKeyDictionary()
_tidied: WeakSet[OpenProject] = WeakSet()


# --- runs


def rename_run(studio: Studio, run_id: str, new_name: str) -> None:
    """Give a run another name; an empty one brings back that of the request."""
    name = " ".join(new_name.split())[:LONGEST_NAME]
    _relabel(studio, [run_id], {"name": name}, lambda row: f"rename {row.name}")


def tag_run(studio: Studio, run_id: str, tags: Iterable[str]) -> None:
    """Give a run these tags in place of those it has."""
    kept = tuple(dict.fromkeys(tag for tag in (" ".join(tag.split()) for tag in tags) if tag))
    _relabel(studio, [run_id], {"tags": kept}, lambda row: f"tag {row.name}")


def note_run(studio: Studio, run_id: str, notes: str) -> None:
    """Write other notes about a run."""
    _relabel(studio, [run_id], {"notes": notes.strip()}, lambda row: f"notes of {row.name}")


def trash_runs(studio: Studio, run_ids: Iterable[str]) -> None:
    """Move runs to the trash in one step; their folders stay where they are."""
    _trash(studio, run_ids, is_trashed=True)


def restore_runs(studio: Studio, run_ids: Iterable[str]) -> None:
    """Take runs out of the trash in one step."""
    _trash(studio, run_ids, is_trashed=False)


class RelabelRuns(QUndoCommand):
    """One change of the labels of one or several runs.

    Parameters
    ----------
    before, after : dict
        run id -> any of ``name``, ``tags``, ``notes`` and ``trashed``.
    """

    def __init__(self, studio: Studio, text: str, before: Mapping[str, Labels], after: Mapping[str, Labels]) -> None:
        super().__init__(text)
        self._studio = studio
        self._project = studio.project
        self._before, self._after = before, after

    def redo(self) -> None:
        """Make the change."""
        self._write(self._after)

    def undo(self) -> None:
        """Take it back."""
        self._write(self._before)

    def _write(self, labels: Mapping[str, Labels]) -> None:
        project = self._project
        if project is None or project is not self._studio.project:
            return

        async def write() -> None:
            from neurostudio.app.runs import label

            try:
                for run_id, changed in labels.items():
                    await in_background(label, project.project, run_id, **changed)
            finally:  # also where it failed: views show what is kept
                project.runs_changed.emit(frozenset(labels))

        _in_turn(self._studio, project, write)


def _trash(studio: Studio, run_ids: Iterable[str], *, is_trashed: bool) -> None:
    verb, end = ("move", " to the trash") if is_trashed else ("restore", "")
    ids = list(dict.fromkeys(run_ids))

    def words(row: RunRow) -> str:
        return f"{verb} {row.name if len(ids) == 1 else f'{len(ids)} runs'}{end}"

    _relabel(studio, ids, {"trashed": is_trashed}, words)


def _relabel(studio: Studio, run_ids: list[str], wanted: Labels, words: Callable[[RunRow], str]) -> None:
    """Read the runs, and push one step that changes those that differ; nothing happens where none does."""
    project = studio.project
    if project is None or not run_ids:
        return

    async def push() -> None:
        rows = [await in_background(project.project.find_run, run_id) for run_id in run_ids]
        changed = [row for row in rows if any(getattr(row, key) != value for key, value in wanted.items())]
        if changed and project is studio.project:
            before = {row.run_id: {key: getattr(row, key) for key in wanted} for row in changed}
            studio.undo.push(RelabelRuns(studio, words(changed[0]), before, dict.fromkeys(before, wanted)))

    _in_turn(studio, project, push)


# --- data sets


def forget_dataset(studio: Studio, name: str) -> None:
    """Take a data set off the list.

    Data outside the project stay where they are. A copy inside is set aside so that it can come back, and removed when the
    project is closed.
    """
    project = studio.project
    if project is None:
        return

    async def push() -> None:
        from neurostudio.store.read import dataset

        row = await in_background(dataset, project.project.store, name)
        if project not in _tidied:
            _tidied.add(project)
            folder = _forgotten_folder(project.project)
            await in_background(_remove, folder)  # left by a window that was killed: no step of today needs it
            project.destroyed.connect(partial(_remove, folder))
        if project is studio.project:
            studio.undo.push(ForgetDataset(studio, row))

    _in_turn(studio, project, push)


class ForgetDataset(QUndoCommand):
    """One data set that was taken off the list."""

    def __init__(self, studio: Studio, row: DatasetRow) -> None:
        super().__init__(f"forget {row.name}")
        self._studio = studio
        self._project = studio.project
        self._row = row

    def redo(self) -> None:
        """Take it off."""
        self._change(_set_aside)

    def undo(self) -> None:
        """Put it back, with its copy."""
        self._change(_put_back)

    def _change(self, change: Callable[[Project, DatasetRow], None]) -> None:
        project = self._project
        if project is None or project is not self._studio.project:
            return

        async def work() -> None:
            await in_background(change, project.project, self._row)
            project.datasets_changed.emit()

        _in_turn(self._studio, project, work)


def _set_aside(project: Project, row: DatasetRow) -> None:
    if row.copied:
        _move(row.path, _place_aside(project, row))
    project.store.forget_dataset(row.name)


def _put_back(project: Project, row: DatasetRow) -> None:
    if row.copied:
        _move(_place_aside(project, row), row.path)
    project.store.put_dataset(row)


def _move(source: Path, target: Path) -> None:
    if source.exists():
        with explained_disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                remove(target)
            source.replace(target)


def _place_aside(project: Project, row: DatasetRow) -> Path:
    return _forgotten_folder(project) / row.sha256[:16] / row.path.name


def _forgotten_folder(project: Project) -> Path:
    return project.path / "data" / FORGOTTEN


def _remove(folder: Path, *_: object) -> None:
    shutil.rmtree(folder, ignore_errors=True)


# --- inside


def _in_turn(studio: Studio, project: OpenProject, work: Callable[[], Awaitable[None]]) -> None:
    """Do one thing after the other; what cannot be done is told."""
    lock = _locks.setdefault(project, asyncio.Lock())

    async def guarded() -> None:
        async with lock:
            try:
                await work()
            except NeuroError as error:
                studio.report_error(error)

    tasks.start(guarded(), project)
