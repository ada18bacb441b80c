"""What the window keeps with a project, and the lines of runs that wait in windows that are gone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from neurostudio.app import Project
from neurostudio.core.run_folder import process_started
from neurostudio.gui.shell import projects
from neurostudio.store import Store

ME, GONE = os.getpid(), 2**22 + 1  # no process has a number above Linux's highest


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Project.create(tmp_path / "study") as project:
        yield project.store


def _queue(pid: int, started: float | None, *waiting: str) -> dict[str, object]:
    return {"pid": pid, "started": started, "waiting": list(waiting)}


def test_runs_that_wait_in_a_window_that_is_gone_are_taken_over_once(store: Store) -> None:
    parent = os.getppid()
    alive = _queue(parent, process_started(parent), "theirs")
    store.put_layout(projects.QUEUE_KEY, projects.QUEUE_VERSION, [alive, _queue(GONE, 1.0, "a", "b")])
    assert projects._take_abandoned(store) == ["a", "b"]
    assert projects._take_abandoned(store) == []
    assert projects._queues(store) == [alive]


def test_a_number_that_another_program_has_by_now_is_a_window_that_is_gone(store: Store) -> None:
    store.put_layout(projects.QUEUE_KEY, projects.QUEUE_VERSION, [_queue(os.getppid(), 1.0, "a")])
    assert projects._take_abandoned(store) == ["a"]


def test_two_windows_keep_their_lines_beside_each_other(store: Store) -> None:
    parent = os.getppid()
    alive = _queue(parent, process_started(parent), "theirs")
    store.put_layout(projects.QUEUE_KEY, projects.QUEUE_VERSION, [alive])
    projects._write(store, {}, ["mine"], {})
    assert projects._queues(store) == [alive, _queue(ME, process_started(ME), "mine")]
    projects._write(store, {}, [], {})
    assert projects._queues(store) == [alive], "an empty line is no line"
