"""Coroutines, threads and child processes as the pages use them."""

import asyncio
import threading
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import SIGNAL, QObject
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.run_folder import run_folders
from neurostudio.gui import tasks
from neurostudio.jobs.launch import cancel


def test_work_in_a_thread_comes_back_to_the_window(qtbot: QtBot) -> None:
    got: list[str] = []

    async def page() -> None:
        got.append(await tasks.in_background(lambda: threading.current_thread().name))
        got.append(threading.current_thread().name)

    tasks.start(page())
    qtbot.waitUntil(lambda: len(got) == 2)
    assert got[0].startswith("window")
    assert got[1] == "MainThread"


def test_an_error_in_a_thread_is_raised_where_it_was_awaited(qtbot: QtBot) -> None:
    got: list[Exception] = []

    def fail() -> None:
        raise RequestError("There is no such thing", fix="Name another")

    async def page() -> None:
        with pytest.raises(RequestError, match="no such thing"):
            await tasks.in_background(fail)
        got.append(ValueError())

    tasks.start(page())
    qtbot.waitUntil(lambda: bool(got))


def test_the_error_of_a_task_goes_to_the_listeners(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Exception] = []
    monkeypatch.setattr(tasks, "error_listeners", [heard.append])

    async def page() -> None:
        raise NeuroError("It went wrong")

    tasks.start(page())
    qtbot.waitUntil(lambda: bool(heard))
    assert str(heard[0]) == "It went wrong."


def test_a_task_ends_with_its_owner(qtbot: QtBot) -> None:
    owner = QObject()
    reached: list[int] = []

    async def page() -> None:
        reached.append(1)
        await asyncio.sleep(0.2)
        reached.append(2)

    task = tasks.start(page(), owner)
    qtbot.waitUntil(lambda: reached == [1])
    owner.deleteLater()
    qtbot.waitUntil(task.done)
    assert reached == [1]


def test_a_dialog_is_awaited_without_a_loop_inside_the_loop(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    codes: list[int] = []

    async def page() -> None:
        codes.append(await tasks.answer(dialog))

    tasks.start(page())
    qtbot.waitUntil(dialog.isVisible)
    dialog.accept()
    qtbot.waitUntil(lambda: codes == [1])


def test_a_command_runs_as_a_child_process_and_gives_its_document(qtbot: QtBot) -> None:
    got: list[dict[str, object]] = []

    async def page() -> None:
        got.append(await tasks.command("methods", "spiking.text", "--json"))
        with pytest.raises(NeuroError, match=r"no method 'spiking\.tetx'"):
            await tasks.command("methods", "spiking.tetx", "--json")
        got.append({})

    tasks.start(page())
    qtbot.waitUntil(lambda: len(got) == 2, timeout=30_000)
    assert got[0]["id"] == "spiking.text"


def test_a_long_lived_owner_does_not_collect_tasks_that_are_over(qtbot: QtBot) -> None:
    owner = QObject()

    async def page() -> None:
        await asyncio.sleep(0)

    def receivers_after(count: int) -> int:
        started = [tasks.start(page(), owner) for _ in range(count)]
        qtbot.waitUntil(lambda: all(task.done() for task in started))
        qtbot.wait(20)
        return owner.receivers(SIGNAL("destroyed()"))

    first = receivers_after(1)
    assert receivers_after(50) == first
    owner.deleteLater()


def test_a_command_that_nobody_waits_for_any_more_is_ended(qtbot: QtBot, tmp_path: Path) -> None:
    async def page() -> None:
        await tasks.command("demo", "--project", tmp_path / "demo", "--json")

    task = tasks.start(page())
    me = psutil.Process()
    qtbot.waitUntil(lambda: (tmp_path / "demo" / "project.sqlite").exists(), timeout=30_000)
    children = [child for child in me.children() if "demo" in child.cmdline()]
    assert len(children) == 1
    task.cancel()
    qtbot.waitUntil(lambda: not children[0].is_running() or children[0].status() == psutil.STATUS_ZOMBIE, timeout=10_000)
    for run in run_folders(tmp_path / "demo"):  # the run that it had started works on its own
        cancel(run)


def test_queries_do_not_wait_for_commands(qtbot: QtBot) -> None:
    order: list[str] = []

    async def chore() -> None:
        await tasks.command("methods", "--json")
        order.append("chore")

    async def query() -> None:
        await tasks.in_background(order.append, "query")

    started = [tasks.start(chore()) for _ in range(2 * tasks.THREADS)]
    tasks.start(query())
    qtbot.waitUntil(lambda: "query" in order)
    assert order[0] == "query"
    for task in started:
        task.cancel()
    qtbot.waitUntil(lambda: all(task.done() for task in started), timeout=30_000)
