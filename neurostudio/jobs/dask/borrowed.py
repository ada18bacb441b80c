"""Run folders on a dask worker: copies that must not outlive whoever made them.

A dask worker may be killed at any moment, and what it started lives on. So the worker process of a borrowed folder holds the
reading end of a pipe; the system closes the other end with its owner, however that ended, on every system.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from neurostudio.core.files import remove
from neurostudio.core.run_folder import RunFolder

_PREFIX = "neurostudio-borrowed-"
_EXIT_CODE = 3
_REMOVALS = 10


def borrow_project(parent: Path | None) -> Path:
    """Make an empty project folder for one copy of a run; `parent` None: the system's place for temporary files."""
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))


def end_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that we started, with all that it started, and wait until it has gone."""
    if process.poll() is None:
        _kill_children(process.pid)
        process.kill()
    process.wait()
    if process.stdin:
        process.stdin.close()


def end_with_owner(folder: RunFolder) -> None:
    """In the worker of a borrowed run: end at once when standard input ends, and take the copy along."""
    threading.Thread(target=_watch, args=(folder.project,), name="owner-watch", daemon=True).start()


def _watch(project: Path) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    _kill_children(os.getpid())
    if project.name.startswith(_PREFIX):  # never a real project, whatever was typed
        for _ in range(_REMOVALS):  # the method still writes in its own thread
            remove(project)
            if not project.exists():
                break
    os._exit(_EXIT_CODE)


def _kill_children(pid: int) -> None:
    import psutil

    try:
        children = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
