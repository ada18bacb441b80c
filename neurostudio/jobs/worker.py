"""The worker: the only thing that runs a method. ``neurostudio worker RUN_FOLDER``.

It claims the folder, runs the method named in ``request.json`` and writes events, log, artifacts and checkpoints there,
and nowhere else. It knows neither the index nor the window, and outlives both.
"""

import logging
import os
import random
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from neurostudio.core.compute import limit_loaded_libraries, thread_environment
from neurostudio.core.errors import Cancelled, NeuroError, RequestError
from neurostudio.core.events import EventWriter, State
from neurostudio.core.files import write_json
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import HEARTBEAT_S, Request, RunFolder, WorkerInfo, process_started
from neurostudio.jobs.recorder import Recorder, checkpoint_seq, clear_half_written, forget_checkpoint

CLOCK_S = 0.1
CLAIM_WAIT_S = 10.0
EXIT_CODES: dict[State, int] = {"done": 0, "failed": 1, "cancelled": 3, "interrupted": 3}

logger = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Run the worker command; returns its exit code."""
    if not arguments:
        sys.stderr.write("usage: neurostudio worker RUN_FOLDER [--serve | --borrowed]\n")
        return 2
    folder = RunFolder(Path(arguments[0]).absolute())
    try:
        request = folder.request()
        os.environ.update(thread_environment(request.cores))
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
        if "--borrowed" in arguments[1:]:
            from neurostudio.jobs.dask.borrowed import end_with_owner

            end_with_owner(folder)
        if "--serve" in arguments[1:]:
            from neurostudio.jobs.live import serve

            return serve(folder, request)
        if request.where.startswith("dask://"):
            from neurostudio.jobs.dask import relay

            return relay(folder, request)
        return run(folder, request)
    except NeuroError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, RequestError) else 1


def run(folder: RunFolder, request: Request) -> int:
    """Run the method of `request` to its end; returns the exit code."""
    with attempt(folder, request) as recorder:
        method = registry().get(request.method)
        spec = method.load_spec().from_settings(request.settings)
        function = method.load_run()
        limit_loaded_libraries(request.cores)
        seed_libraries(request.seed)
        function(spec, recorder)
    return EXIT_CODES[folder.status().state]


@contextmanager
def attempt(folder: RunFolder, request: Request) -> Iterator[Recorder]:
    """Claim the folder, keep its heartbeat while the block runs, and record how it ended.

    Exceptions end here: they become the events ``error`` and ``state``.
    """
    worker = claim(folder)
    events = EventWriter(folder.events_file)
    resumed = {"resumed_seq": checkpoint_seq(folder)} if worker.attempt > 1 else {}
    events.write("state", state="running", attempt=worker.attempt, pid=worker.pid, host=worker.host, **resumed)
    recorder = Recorder(folder, request, events, request.device)
    state: State = "failed"
    with clock(folder, recorder):
        try:
            yield recorder
            state = "done"
        except Cancelled:
            state = "cancelled" if folder.cancel_file.exists() else "interrupted"
        except NeuroError as error:
            record_error(events, error, traceback.format_exc())
        except BaseException as error:  # noqa: BLE001 - whatever stopped the run belongs in its record
            record_error(events, unexpected(request, error), traceback.format_exc())
        finally:
            recorder.flush()
    events.write("state", state=state, attempt=worker.attempt)
    events.close()
    if state == "done":
        forget_checkpoint(folder)


def claim(folder: RunFolder) -> WorkerInfo:
    """Make this process the worker of the run; RequestError while another one is at work on it."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder.path / ".claim.lock", timeout=CLAIM_WAIT_S):
            before = folder.worker()
            if before is not None and folder.is_alive():
                raise RequestError(f"Run {folder.id} is already at work (process {before.pid} on {before.host})")
            worker = WorkerInfo(
                pid=os.getpid(),
                started=process_started(os.getpid()) or time.time(),
                host=socket.gethostname(),
                attempt=(before.attempt if before else 0) + 1,
            )
            write_json(folder.worker_file, worker.__dict__)
            clear_half_written(folder)
            return worker
    except Timeout:
        raise RequestError(f"Run {folder.id} is being claimed by another process") from None


def seed_libraries(seed: int) -> None:
    """Seed the global generators of libraries that are loaded, for methods that draw from them."""
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)


@contextmanager
def clock(folder: RunFolder, recorder: Recorder) -> Iterator[None]:
    """Beat the heart, write what waits, and look for the cancel file, while the method computes."""
    ended = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        recorder.request_stop()

    def tick() -> None:
        beat = 0.0
        while not ended.wait(CLOCK_S):
            try:
                recorder.tick()
                if folder.cancel_file.exists():
                    recorder.request_stop()
                if time.monotonic() - beat >= HEARTBEAT_S:
                    os.utime(folder.worker_file)
                    beat = time.monotonic()
            except (NeuroError, OSError) as error:  # a full disk: the method meets it itself with its next event
                logger.warning("record cannot be written error=%s", error)

    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread:
        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program in front, which then asks us to stop
    thread = threading.Thread(target=tick, name="worker-clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        if in_main_thread:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def record_error(events: EventWriter, error: NeuroError, trace: str) -> None:
    """Write an ``error`` event; the traceback goes to the log too."""
    events.write("error", **error.as_dict(), traceback=trace)
    with suppress(OSError):  # a full disk may have room for a line of the record, and none for a new page of the log
        sys.stderr.write(trace)


def unexpected(request: Request, error: BaseException) -> NeuroError:
    """Say in words what stopped a run that nobody foresaw."""
    if isinstance(error, MemoryError):
        return NeuroError("There was not enough memory", fix="Use a smaller batch or fewer time steps, or close other programs")
    cause: dict[str, Any] = {"type": type(error).__name__, "text": str(error).strip()}
    why = f"{cause['type']}: {cause['text']}" if cause["text"] else cause["type"]
    return NeuroError(f"{request.method} stopped on an error of its own", why, "The log of the run has the details")
