"""Work that takes time, seen from the window: coroutines on the Qt loop, functions in threads, commands in processes.

A page writes what it does in one line after the other::

    tasks.start(self._load(), self)

    async def _load(self):
        rows = await in_background(presenter.rows, self.studio.project)
        self._show(rows)

Threads get plain data and give plain data; they never touch a QObject.
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog

from neurostudio.core.errors import NeuroError

THREADS = 4
CHORES = 2  # child processes at the same time; they have threads of their own, so that no query waits for a report

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

_running: set[asyncio.Task[None]] = set()
_pools: dict[str, ThreadPoolExecutor] = {}


def _log_error(error: Exception) -> None:
    logger.error("task failed", exc_info=error)


error_listeners: list[Callable[[Exception], None]] = [_log_error]
"""Who hears of the error of a task; the window adds itself."""


def start(coroutine: Coroutine[Any, Any, None], owner: QObject | None = None) -> asyncio.Task[None]:
    """Run a coroutine on the window's loop. It is cancelled when `owner` is destroyed; its error goes to the listeners."""
    task = asyncio.get_event_loop().create_task(_guarded(coroutine))
    _running.add(task)
    task.add_done_callback(_running.discard)
    task.add_done_callback(lambda _task: coroutine.close())  # one that was cancelled before it began was never awaited
    if owner is not None:
        connection = owner.destroyed.connect(task.cancel)
        # the window lives long and starts many: a connection for each that is over would never go
        task.add_done_callback(lambda _task: QObject.disconnect(connection))
    return task


async def in_background(function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Call a function in a thread and wait for what it returns; its error is raised here."""
    loop = asyncio.get_event_loop()
    return await loop.run_in_executor(_threads("window", THREADS), lambda: function(*arguments, **options))


async def answer(dialog: QDialog) -> int:
    """Open a dialog and wait for its end; never ``exec()``, which would start a loop inside the loop."""
    closed: asyncio.Future[int] = asyncio.get_event_loop().create_future()

    def on_finished(code: int) -> None:
        if not closed.done():
            closed.set_result(code)

    dialog.finished.connect(on_finished)
    dialog.open()
    return await closed


async def chosen_paths(dialog: QFileDialog) -> list[Path]:
    """Open a file dialog and return the paths that were chosen; none where it was closed without."""
    is_chosen = await answer(dialog)
    paths = [Path(path) for path in dialog.selectedFiles()] if is_chosen else []
    dialog.deleteLater()
    return paths


async def chosen_path(dialog: QFileDialog) -> Path | None:
    """The same for a dialog that asks for one path; None where it was closed without."""
    return next(iter(await chosen_paths(dialog)), None)


async def command(*words: str | Path) -> dict[str, Any]:
    """Run ``neurostudio WORDS`` as a child process, and return the JSON document that it prints.

    For work that is heavy on the interpreter (reports, figures): in a thread it would take the window's turn. The process
    ends with the task that waits for it.

    Raises
    ------
    NeuroError
        With the sentence that the command printed.
    """
    child = _Child([str(word) for word in words])
    try:
        document = await asyncio.get_event_loop().run_in_executor(_threads("chore", CHORES), child.run)
    except asyncio.CancelledError:  # nobody waits for it any more
        child.stop()
        raise
    return dict(document) if isinstance(document, dict) else {"items": document}


async def shut_down() -> None:
    """Cancel what still runs and end the threads."""
    here = asyncio.current_task()
    waiting = [task for task in _running if task is not here]
    for task in waiting:
        task.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=2)
    while _pools:
        _pools.popitem()[1].shutdown(wait=False, cancel_futures=True)


def message_of(error: Exception) -> NeuroError:
    """An error as people are told it: its own sentence, or that the program has one of its own."""
    if isinstance(error, NeuroError):
        return error
    return NeuroError(
        "NeuroStudio met an error of its own",
        f"{type(error).__name__}: {error}",
        "What you did is kept. The details are in the log; try again, or do the same from the command line",
    )


async def _guarded(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        await coroutine
    except Exception as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # its owner is gone, and with it the widgets that it would tidy up
            logger.info("error of a cancelled task", exc_info=error)
            return
        for listener in error_listeners:
            listener(error)


def _threads(name: str, count: int) -> ThreadPoolExecutor:
    if name not in _pools:
        _pools[name] = ThreadPoolExecutor(count, thread_name_prefix=name)
    return _pools[name]


class _Child:
    """One command as a child process: run in a thread, stopped from the window's."""

    def __init__(self, words: list[str]) -> None:
        program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "neurostudio"]
        self._command = [*program, *words]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._is_stopped = False

    def run(self) -> Any:
        """Run it to its end and return what it printed; NeuroError where it refused."""
        with self._lock:
            if self._is_stopped:
                return {}
            self._process = subprocess.Popen(
                self._command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"},
            )
        printed, said = self._process.communicate()
        if self._process.returncode != 0:
            words = " ".join(line.strip() for line in said.splitlines() if line.strip())
            raise NeuroError(words.removeprefix("Error: ") or f"The command ended with code {self._process.returncode}")
        return json.loads(printed) if printed.strip() else {}

    def stop(self) -> None:
        """End the process, or see to it that it does not begin."""
        with self._lock:
            self._is_stopped = True
            if self._process is not None:
                self._process.terminate()
