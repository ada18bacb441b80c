"""What the window hears of runs: its own, those of other programs, and those of a window that is gone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, import_data, label, make_request
from neurostudio.app.runs import start, submit
from neurostudio.core.run_folder import RunFolder
from neurostudio.gui import tasks
from neurostudio.gui.follower import JobLine
from neurostudio.gui.open_project import OpenProject

LONG_MS = 30_000


@pytest.fixture
def opened(tmp_path: Path, counting_environment: dict[str, str]) -> Iterator[OpenProject]:
    Project.create(tmp_path / "study").close()
    project = OpenProject(Project.open(tmp_path / "study"))
    yield project
    project.close()


def _request(project: OpenProject, **settings: Any) -> Any:
    return make_request(project.project, "counting.sum", settings=settings, seed=1, name="count")


def _submit(project: OpenProject, qtbot: QtBot, **settings: Any) -> str:
    ids: list[str] = []

    async def page() -> None:
        ids.append(await project.submit(_request(project, **settings)))

    tasks.start(page())
    qtbot.waitUntil(lambda: bool(ids), timeout=LONG_MS)
    return ids[0]


def test_a_run_is_started_followed_and_told_of_at_its_end(opened: OpenProject, qtbot: QtBot) -> None:
    lines: list[tuple[JobLine, ...]] = []
    ended: list[Any] = []
    changed: set[str] = set()
    opened.queue_changed.connect(lines.append)
    opened.run_ended.connect(ended.append)
    opened.runs_changed.connect(changed.update)
    run_id = _submit(opened, qtbot, n=5, pause_ms=100)
    qtbot.waitUntil(lambda: bool(ended), timeout=LONG_MS)
    assert (ended[0].run_id, ended[0].state) == (run_id, "done")
    assert run_id in changed
    working = [line for snapshot in lines for line in snapshot if line.state == "running" and line.total]
    assert working
    assert working[-1].total == 5
    assert working[-1].name == "count"
    qtbot.waitUntil(lambda: opened.jobs() == (), timeout=LONG_MS)


@pytest.mark.slow
def test_a_run_is_stopped_and_goes_on_again(opened: OpenProject, qtbot: QtBot) -> None:
    ended: list[Any] = []
    opened.run_ended.connect(ended.append)
    run_id = _submit(opened, qtbot, n=40, pause_ms=100)
    qtbot.waitUntil(lambda: any(line.done >= 2 for line in opened.jobs()), timeout=LONG_MS)
    opened.stop(run_id)
    qtbot.waitUntil(lambda: bool(ended), timeout=LONG_MS)
    assert ended[0].state == "cancelled"

    async def again() -> None:
        await opened.resume(run_id)

    tasks.start(again())
    qtbot.waitUntil(lambda: len(ended) == 2, timeout=LONG_MS)
    assert (ended[1].state, ended[1].attempt) == ("done", 2)


def test_waiting_runs_are_moved_and_taken_out_of_the_line(opened: OpenProject, qtbot: QtBot) -> None:
    opened.set_at_once(1)
    first = _submit(opened, qtbot, n=100, pause_ms=100)
    qtbot.waitUntil(lambda: any(line.state == "running" for line in opened.jobs()), timeout=LONG_MS)
    second, third = _submit(opened, qtbot, n=2), _submit(opened, qtbot, n=3)
    qtbot.waitUntil(lambda: opened.waiting() == [second, third], timeout=LONG_MS)
    opened.move(third, 0)
    qtbot.waitUntil(lambda: opened.waiting() == [third, second], timeout=LONG_MS)
    opened.stop(third)
    qtbot.waitUntil(lambda: opened.waiting() == [second], timeout=LONG_MS)
    qtbot.waitUntil(lambda: opened.project.find_run(third).state == "cancelled", timeout=LONG_MS)
    opened.stop(first)
    qtbot.waitUntil(lambda: opened.project.find_run(second).state == "done", timeout=LONG_MS)


def test_a_run_that_the_command_line_starts_is_seen_while_it_works_and_at_its_end(
    opened: OpenProject, qtbot: QtBot, counting_environment: dict[str, str]
) -> None:
    ended: list[Any] = []
    opened.run_ended.connect(ended.append)
    words = ["run", str(opened.path), "counting.sum", "--set", "n=20", "--set", "pause_ms=100", "--seed", "1"]
    with subprocess.Popen([sys.executable, "-m", "neurostudio", *words], env=counting_environment) as other:
        qtbot.waitUntil(lambda: any(line.state == "running" and line.total == 20 for line in opened.jobs()), timeout=LONG_MS)
        qtbot.waitUntil(lambda: bool(ended), timeout=LONG_MS)
        assert other.wait() == 0
    assert ended[0].state == "done"


def test_runs_of_a_window_that_is_gone_are_found_again(
    tmp_path: Path, qtbot: QtBot, counting_environment: dict[str, str]
) -> None:
    with Project.create(tmp_path / "study") as before:
        folder = submit(before, make_request(before, "counting.sum", settings={"n": 30, "pause_ms": 100}, seed=1))
        worker = start(folder)
    project = OpenProject(Project.open(tmp_path / "study"))
    ended: list[Any] = []
    project.run_ended.connect(ended.append)
    qtbot.waitUntil(lambda: [line.run_id for line in project.jobs()] == [folder.id], timeout=LONG_MS)
    qtbot.waitUntil(lambda: bool(ended), timeout=LONG_MS)
    worker.wait()
    project.close()
    assert ended[0].state == "done"


def test_a_killed_worker_is_told_as_interrupted(opened: OpenProject, qtbot: QtBot) -> None:
    import psutil

    ended: list[Any] = []
    opened.run_ended.connect(ended.append)
    run_id = _submit(opened, qtbot, n=1000, pause_ms=100)
    folder = RunFolder(opened.path / "runs" / run_id)
    qtbot.waitUntil(lambda: any(line.done >= 1 for line in opened.jobs()), timeout=LONG_MS)
    worker = folder.worker()
    assert worker is not None
    psutil.Process(worker.pid).kill()
    qtbot.waitUntil(lambda: bool(ended), timeout=LONG_MS)
    assert ended[0].state == "interrupted"


def test_what_another_program_changes_is_told(opened: OpenProject, qtbot: QtBot, tmp_path: Path) -> None:
    run_id = _submit(opened, qtbot, n=2)
    qtbot.waitUntil(lambda: opened.project.find_run(run_id).state == "done", timeout=LONG_MS)
    source = tmp_path / "numbers.csv"
    source.write_text("a,b\n1,2\n", encoding="utf-8")
    other = Project.open(opened.path)
    with qtbot.waitSignal(opened.datasets_changed, timeout=LONG_MS):
        import_data(other, [source], kind="table")
    with qtbot.waitSignal(opened.runs_changed, timeout=LONG_MS):
        label(other, run_id, name="renamed elsewhere")
    other.close()
    assert opened.project.find_run(run_id).name == "renamed elsewhere"


def test_runs_are_followed_on_after_an_error_that_nobody_foresaw(
    opened: OpenProject, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    opened.trouble.connect(told.append)
    sync = opened.project.sync
    calls = iter([RuntimeError("boom"), RuntimeError("boom")])

    def failing_sync() -> Any:
        for error in calls:
            raise error
        return sync()

    monkeypatch.setattr(opened.project, "sync", failing_sync)
    qtbot.waitUntil(lambda: bool(told), timeout=LONG_MS)
    run_id = _submit(opened, qtbot, n=2)
    qtbot.waitUntil(lambda: opened.project.find_run(run_id).state == "done", timeout=LONG_MS)
    assert [error.what for error in told] == ["The runs could not be followed"], "the same trouble is told once"
