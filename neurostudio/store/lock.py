"""One writer at a time, across threads and programs.

The lock is an operating-system lock on ``.lock`` in the project folder: it is gone when its process is, however that
process ended. It is held for the length of one write or one migration, so several programs that have the same project
open take turns. Who holds it stands in ``.lock.json`` beside it: only for the message when waiting takes too long.
"""

import errno
import json
import logging
import os
import socket
import threading
import time
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from neurostudio.core.errors import StoreError
from neurostudio.core.run_folder import process_started

LOCK_NAME = ".lock"
OWNER_NAME = ".lock.json"
OWNER_BYTES = 200  # always the same length, so that it can be overwritten in place
WAIT_S = 30.0
POLL_S = 0.01

logger = logging.getLogger(__name__)


class ProjectLock:
    """The write lock of one project; a context manager, re-entrant within a thread.

    Parameters
    ----------
    project : Path
        The project folder.
    wait_s : float
        Seconds to wait for another writer.

    Raises
    ------
    StoreError
        On entering: another program or thread kept it longer than `wait_s` (the message names it), or the folder cannot
        be written to.
    """

    def __init__(self, project: Path, wait_s: float = WAIT_S) -> None:
        self.project = Path(os.path.abspath(project))
        self.wait_s = wait_s
        self._door = _door(self.project)

    def __enter__(self) -> Self:
        end = time.monotonic() + self.wait_s
        door = self._door
        if not door.threads.acquire(timeout=self.wait_s):
            raise self._too_long(f"Another thread of this program has been writing to it for {self.wait_s:g} s")
        try:
            if door.depth == 0:
                self._acquire_file(max(0.0, end - time.monotonic()))
            door.depth += 1
        except BaseException:
            door.threads.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        door = self._door
        door.depth -= 1
        try:
            if door.depth == 0:
                door.file.release()
        finally:
            door.threads.release()

    def _acquire_file(self, wait_s: float) -> None:
        if not self.project.is_dir():  # filelock would make it
            raise StoreError(f"The project folder {self.project} is gone", fix="Put it back, then open it again")
        try:
            self._door.file.acquire(timeout=wait_s, poll_interval=POLL_S)
        except Timeout:
            raise self._too_long(f"{_owner(self.project)} has been writing to it for {self.wait_s:g} s") from None
        except OSError as error:
            full = error.errno == errno.ENOSPC
            raise StoreError(
                f"The project {self.project} cannot be written to",
                "The disk is full" if full else f"The folder is read-only or gone ({error.strerror})",
                "Free some space, then try again" if full else "Copy the project to a folder you can write to",
            ) from error
        try:
            # Overwritten in place: truncating a file first makes some file systems flush it to the disk.
            file = os.open(self.project / OWNER_NAME, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                os.write(file, _ourselves())
            finally:
                os.close(file)
        except OSError as error:  # it only serves a message: a full disk shows itself with the write that follows
            logger.debug("owner of the lock not noted project=%s error=%s", self.project, error)

    def _too_long(self, why: str) -> StoreError:
        return StoreError(f"The project {self.project} is in use", why, "Wait until it is done or end it, then try again")


class _Door:
    """What all locks of one project in this process share: an OS lock does not keep threads of one process apart."""

    def __init__(self, project: Path) -> None:
        self.threads = threading.RLock()
        self.file = FileLock(project / LOCK_NAME, thread_local=False)
        self.depth = 0


_doors: dict[Path, _Door] = {}
_doors_guard = threading.Lock()


def _door(project: Path) -> _Door:
    with _doors_guard:
        if project not in _doors:
            _doors[project] = _Door(project)
        return _doors[project]


@cache
def _ourselves() -> bytes:
    owner = {"host": socket.gethostname(), "pid": os.getpid(), "started": process_started(os.getpid())}
    return json.dumps(owner).ljust(OWNER_BYTES).encode()


def _owner(project: Path) -> str:
    try:
        owner = json.loads((project / OWNER_NAME).read_text(encoding="utf-8"))
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(owner["started"])))
        return f"Process {owner['pid']} on {owner['host']} (started {since})"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another program"
