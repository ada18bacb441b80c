"""The side on a dask worker: one task that lets ``neurostudio worker`` run in a borrowed folder and sends home what it writes.

Whatever happens, the worker process ends and the folder goes: when the task ends here, when nobody wants it any more (the
relay died or gave it up, the scheduler lost it), and, by the pipe it holds, when this process is killed.
"""

import json
import secrets
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import neurostudio
from neurostudio.core.errors import RequestError
from neurostudio.core.events import FINAL_STATES, Event, EventReader
from neurostudio.core.files import remove
from neurostudio.core.provenance import sha256_of
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, RunFolder, read_json
from neurostudio.jobs.dask.borrowed import borrow_project, end_tree
from neurostudio.jobs.dask.channel import POLL_S, WINDOW, Queue
from neurostudio.jobs.dask.cluster import Misfit
from neurostudio.jobs.dask.transfer import PIECE_BYTES, Landing, Message, frozen_copy, pieces
from neurostudio.jobs.launch import spawn
from neurostudio.jobs.recorder import CHECKPOINT_RECORD
from neurostudio.jobs.worker import EXIT_CODES

if TYPE_CHECKING:
    from distributed import Client

_BUSY_POLL_S = 0.02


class Unwanted(Exception):  # noqa: N818 - not a failure: somebody else does it, or nobody
    """The scheduler no longer wants this attempt."""


def execute(run_id: str, door: str, method: str, version: str) -> str:
    """Run one attempt on this dask worker; returns the state it ended in. This is the task.

    Raises
    ------
    Misfit
        This worker cannot run it.
    Reschedule
        Nobody wants it here any more.
    """
    from distributed import Reschedule, get_client, get_worker

    check_fit(method, version)
    worker = get_worker()
    key = worker.get_current_task()

    def is_wanted() -> bool:
        task = worker.state.tasks.get(key)
        leaving = worker.status.name in ("closing", "closed", "failed")
        return task is not None and task.state in ("executing", "long-running") and not leaving

    project = borrow_project(Path(worker.local_directory))
    try:
        attempt = Attempt(get_client(), RunFolder(project / "runs" / run_id), is_wanted)
        return attempt.run(door, str(worker.contact_address))
    except Unwanted:
        raise Reschedule from None
    finally:
        remove(project)


def check_fit(method: str, version: str) -> None:
    """Raise Misfit unless this process can run the method of a program of that version."""
    if neurostudio.__version__ != version:
        raise Misfit(f"{socket.gethostname()} has NeuroStudio {neurostudio.__version__}, not {version}")
    try:
        registry().get(method)
    except RequestError:
        raise Misfit(f"The method '{method}' is not installed on {socket.gethostname()}") from None


class Attempt:
    """One try at a run, on one dask worker.

    Parameters
    ----------
    client : Client
        The dask worker's own connection to the scheduler.
    folder : RunFolder
        Where the copy of the run is to be made.
    is_wanted : function
        Whether the scheduler still counts on this attempt.
    """

    def __init__(self, client: "Client", folder: RunFolder, is_wanted: Callable[[], bool]) -> None:
        self._client = client
        self._folder = folder
        self._is_wanted = is_wanted
        self._landing = Landing(folder.project)
        self._came: deque[Message] = deque()

    def run(self, door_name: str, address: str) -> str:
        """Go through the whole attempt; returns the state it ended in."""
        name = f"{door_name}-{secrets.token_hex(4)}"
        self._up, self._down = Queue(self._client, f"{name}-up"), Queue(self._client, f"{name}-down")
        door = Queue(self._client, door_name)
        try:
            hello = {"op": "hello", "name": name, "worker": address, "host": socket.gethostname(), "now": time.time()}
            door.put(hello)
            request = self._make_copy(self._wait_for("start"))
            self._wait_for("go")
            process = spawn(self._folder, request, "--borrowed", stdin=subprocess.PIPE)
            try:
                self._report(process)
            finally:
                end_tree(process)
            return self._say_end(process.returncode)
        except Unwanted:
            self._up.take()  # if the relay died, nobody else frees the scheduler of it
            raise
        finally:
            for queue in (door, self._up, self._down):
                queue.close()

    # --- what comes down

    def _wait_for(self, op: str) -> Message:
        while True:
            message = self._next()
            if message is None:
                self._check_wanted()
                time.sleep(_BUSY_POLL_S)
            elif message["op"] == op:
                return message
            else:
                self._take(message)

    def _next(self) -> Message | None:
        if not self._came:
            self._came.extend(self._down.take())
        return self._came.popleft() if self._came else None

    def _take(self, message: Message) -> None:
        if message["op"] == "piece":
            self._landing.take(message)
        elif message["op"] == "cancel":
            self._folder.request_cancel()

    def _make_copy(self, start: Message) -> Request:
        document = json.loads(start["request"])
        wanted = []
        for number, (given, path) in enumerate(zip(document["inputs"], start["paths"], strict=True)):
            if _is_here(Path(path), given["sha256"]):
                given["path"] = path
            else:
                given["path"] = f"inputs/{number}/{Path(path).name}"
                wanted.append(number)
        request = Request.from_document({**document, "where": "local"}, self._folder.project)
        self._folder.create(request)
        self._up.put({"op": "need", "inputs": wanted})
        return request

    # --- what goes up

    def _report(self, process: subprocess.Popen[bytes]) -> None:
        stream = self._stream()
        while True:
            has_ended = process.poll() is not None  # looked at first, so that nothing it wrote before is missed
            said_all = self._send(stream)
            while (message := self._next()) is not None:
                self._take(message)
            self._check_wanted()
            if has_ended and said_all:
                return
            time.sleep(POLL_S if said_all else _BUSY_POLL_S)

    def _send(self, stream: Iterator[Message | None]) -> bool:
        for _ in range(WINDOW):  # then look whether there is word from home
            if not self._up.has_room():
                return False
            message = next(stream)
            if message is None:
                return True
            self._up.put(message)
        return False

    def _stream(self) -> Iterator[Message | None]:
        """Yield without end what is new, and None whenever nothing is."""
        reader, log_offset = EventReader(self._folder.events_file), 0
        while True:
            with self._folder.log_file.open("rb") as log:
                log.seek(log_offset)
                data = log.read(PIECE_BYTES)
            if data:
                log_offset += len(data)
                yield {"op": "log", "data": data}
            events = reader.read(PIECE_BYTES)
            yield from self._events(events)
            if not data and not events:
                yield None

    def _events(self, events: Sequence[Event]) -> Iterator[Message]:
        """Yield events in their order; the files of an event go before it."""
        ready: list[Event] = []
        for event in events:
            if event["type"] in ("artifact", "checkpoint"):
                copy = self._frozen(event)
                if copy is None:
                    continue  # replaced since: the event of the newer one follows
                if ready:
                    yield _event_message(ready)
                ready = []
                yield from pieces(copy, str(event.get("path", "checkpoint")))
                remove(copy)
            ready.append(event)
        if ready:
            yield _event_message(ready)

    def _frozen(self, event: Event) -> Path | None:
        """Set aside the files that belong to an event, None when they are no longer there."""
        copy = self._folder.project / "sending"
        try:
            if event["type"] == "artifact":
                return frozen_copy(self._folder.path / event["path"], copy)
            frozen_copy(self._folder.checkpoint, copy)
            if int(read_json(copy / CHECKPOINT_RECORD)["seq"]) < event["seq"]:
                return copy
        except FileNotFoundError:
            pass
        remove(copy)
        return None

    def _say_end(self, exit_code: int) -> str:
        state = self._folder.status().state
        if state not in FINAL_STATES:
            state = "failed"  # it never came so far as to claim the folder; its log says why
        reason = "" if exit_code in EXIT_CODES.values() else f"the worker process ended with code {exit_code}"
        self._up.put({"op": "end", "state": state, "reason": reason})
        return state

    def _check_wanted(self) -> None:
        if not self._is_wanted():
            raise Unwanted


def _event_message(events: Sequence[Event]) -> Message:
    return {"op": "events", "text": json.dumps(events, ensure_ascii=False)}


def _is_here(path: Path, sha256: str) -> bool:
    """Whether this machine sees the same input under the same path: then a disk is shared."""
    try:
        return bool(sha256) and path.exists() and sha256_of(path) == sha256
    except OSError:
        return False
