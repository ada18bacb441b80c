"""What people say about runs and data sets, changed so that it can be taken back: names, tags, notes, trash, forgetting.

Each function returns at once: what stands there now is read in a thread, one step goes onto the undo stack, and the change
is written in a thread, one after the other in the order in which they were made.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtGui import QUndoCommand

from neurostudio.app.runs import label
from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.store.read import dataset as read_dataset
from neurostudio.store.rows import DatasetRow, RunRow
from neurostudio.store.write import Store

LONGEST_NAME = 200

Labels = Mapping[str, Any]

_locks: WeakKeyDictionary[OpenProject, asyncio.Lock] = WeakKeyDictionary()


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
    """Take a data set off the list. Its files stay, a copy inside the project among them, so that undo puts it back."""
    project = studio.project
    if project is None:
        return

    async def push() -> None:
        row = await in_background(read_dataset, project.project.store, name)
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
        self._change(lambda store: store.forget_dataset(self._row.name))

    def undo(self) -> None:
        """Put it back."""
        self._change(lambda store: store.put_dataset(self._row))

    def _change(self, change: Callable[[Store], None]) -> None:
        project = self._project
        if project is None or project is not self._studio.project:
            return

        async def work() -> None:
            try:
                await in_background(change, project.project.store)
            finally:
                project.datasets_changed.emit()

        _in_turn(self._studio, project, work)


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
