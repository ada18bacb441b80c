"""Starting workers and stopping them: a plain subprocess that outlives its parent."""

import os
import subprocess
import sys
import time

from neurostudio.core.compute import thread_environment
from neurostudio.core.files import explained_disk_errors
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, RunFolder, Status

CANCEL_GRACE_S = 3.0
TERMINATE_GRACE_S = 1.5
_LOOK_S = 0.05
_WINDOWS_FLAGS = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)


def start_worker(folder: RunFolder, request: Request) -> subprocess.Popen[bytes]:
    """Start the worker of a run in its own session; what it prints goes to ``log.txt``."""
    return spawn(folder, request)


def start_live_worker(folder: RunFolder, request: Request) -> subprocess.Popen[bytes]:
    """Start the worker of a live session, with pipes for its questions and answers."""
    return spawn(folder, request, "--serve", stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def spawn(
    folder: RunFolder, request: Request, *options: str, stdin: int = subprocess.DEVNULL, stdout: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a worker process, cut loose from our terminal and our end; its messages go to ``log.txt``."""
    folder.cancel_file.unlink(missing_ok=True)
    with explained_disk_errors(folder.log_file), folder.log_file.open("ab") as log:
        return subprocess.Popen(
            worker_command(folder, request, *options),
            stdin=stdin,
            stdout=log if stdout is None else stdout,
            stderr=log,
            env=worker_environment(request),
            start_new_session=sys.platform != "win32",
            creationflags=_WINDOWS_FLAGS,
        )


def worker_command(folder: RunFolder, request: Request, *options: str) -> list[str]:
    """Command line of the worker: this program again, or the interpreter that the method asks for.

    On a cluster the worker here only relays: there the other end starts the interpreter of the method.
    """
    interpreter = "" if request.where.startswith("dask://") else registry().find(request.method).interpreter
    if getattr(sys, "frozen", False) and not interpreter:
        return [sys.executable, "worker", str(folder.path), *options]
    return [interpreter or sys.executable, "-m", "neurostudio", "worker", str(folder.path), *options]


def worker_environment(request: Request) -> dict[str, str]:
    """Environment of the worker: ours, with its share of threads."""
    return {**os.environ, **thread_environment(request.cores), "PYTHONFAULTHANDLER": "1", "PYTHONUTF8": "1"}


def cancel(folder: RunFolder, grace_s: float = CANCEL_GRACE_S, terminate_grace_s: float = TERMINATE_GRACE_S) -> Status:
    """Stop a run: ask, then terminate its process tree, then kill it. Returns the state it ended in.

    A run function that looks at ``should_stop()`` ends within two seconds; one that does not is ended within six.
    """
    folder.request_cancel()
    if not _wait_until_gone(folder, grace_s):
        _signal_tree(folder, kill=False)
        if not _wait_until_gone(folder, terminate_grace_s):
            _signal_tree(folder, kill=True)
            _wait_until_gone(folder, terminate_grace_s)
    return folder.status()


def _wait_until_gone(folder: RunFolder, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while folder.is_alive():
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_S)
    return True


def _signal_tree(folder: RunFolder, kill: bool) -> None:
    import psutil

    worker = folder.worker()
    if worker is None or not folder.is_alive():
        return
    try:
        parent = psutil.Process(worker.pid)
        tree = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return
    for process in tree:
        try:
            process.kill() if kill else process.terminate()
        except psutil.NoSuchProcess:
            continue
