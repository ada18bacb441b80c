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
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog

from neurostudio.core.errors import NeuroError

THREADS = 4

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

_running: set[asyncio.Task[None]] = set()
_pool: list[ThreadPoolExecutor] = []


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
        owner.destroyed.connect(task.cancel)
    return task


async def in_background(function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Call a function in a thread and wait for what it returns; its error is raised here."""
    loop = asyncio.get_event_loop()
    return await loop.run_in_executor(_threads(), lambda: function(*arguments, **options))


async def answer(dialog: QDialog) -> int:
    """Open a dialog and wait for its end; never ``exec()``, which would start a loop inside the loop."""
    closed: asyncio.Future[int] = asyncio.get_event_loop().create_future()

    def on_finished(code: int) -> None:
        if not closed.done():
            closed.set_result(code)

    dialog.finished.connect(on_finished)
    dialog.open()
    return await closed


async def chosen_path(dialog: QFileDialog) -> Path | None:
    """Open a file dialog and return the path that was chosen; None where it was closed without one."""
    is_chosen = await answer(dialog)
    paths = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(paths[0]) if is_chosen and paths else None


async def command(*words: str | Path) -> dict[str, Any]:
    """Run ``neurostudio WORDS`` as a child process, and return the JSON document that it prints.

    For work that is heavy on the interpreter (reports, figures): in a thread it would take the window's turn.

    Raises
    ------
    NeuroError
        With the sentence that the command printed.
    """
    document = await in_background(_run_command, [str(word) for word in words])
    return dict(document) if isinstance(document, dict) else {"items": document}


async def shut_down() -> None:
    """Cancel what still runs and end the threads."""
    here = asyncio.current_task()
    waiting = [task for task in _running if task is not here]
    for task in waiting:
        task.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=2)
    while _pool:
        _pool.pop().shutdown(wait=False, cancel_futures=True)


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


def _threads() -> ThreadPoolExecutor:
    if not _pool:
        _pool.append(ThreadPoolExecutor(THREADS, thread_name_prefix="window"))
    return _pool[0]


def _run_command(words: list[str]) -> Any:
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "neurostudio"]
    finished = subprocess.run(
        [*program, *words], capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    )
    if finished.returncode != 0:
        said = " ".join(line.strip() for line in finished.stderr.splitlines() if line.strip())
        raise NeuroError(said.removeprefix("Error: ") or f"The command ended with code {finished.returncode}")
    return json.loads(finished.stdout) if finished.stdout.strip() else {}
