"""Live sessions: a worker that keeps a model in memory and answers questions in milliseconds.

Frames travel on the worker's own pipes: four bytes (big-endian length), then UTF-8 JSON.

to the worker    ``{"id": 1, "request": {...}}`` · ``{"id": 1, "stop": true}`` ends the answer under way
from the worker  ``{"ready": true}`` once · ``{"id": 1, "part": {...}}`` any number · then ``{"id": 1, "end": true}``
                 or ``{"id": 1, "error": {"what", "why", "fix"}}`` · ``{"failed": {...}}`` when it could not start

One request at a time. The end of the input ends the session; its run folder keeps the history.
"""

import json
import os
import queue
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO, Any, Self

from neurostudio.core.compute import limit_loaded_libraries
from neurostudio.core.errors import NeuroError
from neurostudio.core.method import Session
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.launch import start_live_worker
from neurostudio.jobs.recorder import Recorder
from neurostudio.jobs.worker import EXIT_CODES, attempt, seed_libraries

MAX_FRAME_BYTES = 256 << 20
START_TIMEOUT_S = 120.0
CLOSE_TIMEOUT_S = 5.0
_LENGTH = struct.Struct(">I")

Message = dict[str, Any]


class SessionEndedError(NeuroError):
    """The worker of a live session is gone; a new one must be started."""


def send(stream: IO[bytes], message: Message) -> None:
    """Write one frame."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False).encode("utf-8")
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """Read one frame; None at the end of the stream. NeuroError for something that is not a frame."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME_BYTES:
        raise NeuroError("The live session sent something that is not a message", fix="Start the session again")
    body = stream.read(length)
    if len(body) < length:
        return None
    message = json.loads(body)
    if not isinstance(message, dict):
        raise NeuroError("The live session sent something that is not a message", fix="Start the session again")
    return message


# --- in the worker ------------------------------------------------------------------------------------------------------


def serve(folder: RunFolder, request: Request) -> int:
    """Load the method's session and answer until the input ends; returns the exit code."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print must not fall between the frames
    with attempt(folder, request) as recorder:
        try:
            method = registry().get(request.method)
            make = method.load_session()
            if make is None:
                raise NeuroError(f"{method.id} has no live session", fix="Run it as a job")
            session = make(method.load_spec().from_settings(request.settings), recorder)
            limit_loaded_libraries(request.cores)
            seed_libraries(request.seed)
        except NeuroError as error:
            send(answers, {"failed": error.as_dict()})
            raise
        send(answers, {"ready": True})
        _answer_all(session, answers, recorder)
    return EXIT_CODES[folder.status().state]


def _answer_all(session: Session, answers: IO[bytes], recorder: Recorder) -> None:
    requests: queue.Queue[Message | None] = queue.Queue()
    stopped: set[int] = set()

    def listen() -> None:
        while (message := receive(sys.stdin.buffer)) is not None:
            if message.get("stop"):
                stopped.add(int(message["id"]))
            else:
                requests.put(message)
        requests.put(None)

    threading.Thread(target=listen, name="live-listener", daemon=True).start()
    while (message := _next(requests, recorder)) is not None:
        number, started, problem = int(message["id"]), time.monotonic(), None
        parts = session.handle(dict(message["request"]))
        try:
            for part in parts:
                send(answers, {"id": number, "part": part})
                if number in stopped or recorder.should_stop():
                    break
            send(answers, {"id": number, "end": True})
        except NeuroError as error:
            problem = error.as_dict()
            send(answers, {"id": number, "error": problem})
        recorder.exchange(message["request"], time.monotonic() - started, problem)


def _next(requests: "queue.Queue[Message | None]", recorder: Recorder) -> Message | None:
    while True:
        try:
            return requests.get(timeout=0.2)
        except queue.Empty:
            recorder.check_stop()


# --- in the program that asks -------------------------------------------------------------------------------------------


class LiveSession:
    """A running live worker, seen from the program that asks.

    >>> with LiveSession.start(folder, request) as session:  # doctest: +SKIP
    ...     for part in session.ask({"text": "a small gem"}):
    ...         show(part)
    """

    def __init__(self, process: subprocess.Popen[bytes], folder: RunFolder) -> None:
        self._process = process
        self._number = 0
        self.folder = folder

    @classmethod
    def start(cls, folder: RunFolder, request: Request, timeout_s: float = START_TIMEOUT_S) -> Self:
        """Start the worker and wait until its model is loaded; NeuroError when it could not."""
        process = start_live_worker(folder, request)
        session = cls(process, folder)
        timer = threading.Timer(timeout_s, process.kill)
        timer.start()
        try:
            first = session._receive()
        finally:
            timer.cancel()
        if "failed" in first:
            process.wait()
            raise NeuroError.from_dict(first["failed"])
        return session

    def ask(self, request: Message) -> Iterator[Message]:
        """Send one request and yield the parts of its answer; NeuroError for a bad request, SessionEndedError for a dead worker."""
        self._number += 1
        number = self._number
        self._send({"id": number, "request": request})
        while True:
            message = self._receive()
            if message.get("id") != number:
                continue  # the rest of an answer that nobody waited for
            if "part" in message:
                yield message["part"]
            elif "error" in message:
                raise NeuroError.from_dict(message["error"])
            else:
                return

    def stop_answer(self) -> None:
        """End the answer under way after its current part."""
        self._send({"id": self._number, "stop": True})

    @property
    def is_alive(self) -> bool:
        """Whether its worker is still there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the session and wait for the worker; a second call does nothing."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: Message) -> None:
        try:
            assert self._process.stdin is not None  # noqa: S101 - a pipe by construction
            send(self._process.stdin, message)
        except (OSError, ValueError):
            raise self._gone() from None

    def _receive(self) -> Message:
        assert self._process.stdout is not None  # noqa: S101 - a pipe by construction
        message = receive(self._process.stdout)
        if message is None:
            raise self._gone()
        return message

    def _gone(self) -> SessionEndedError:
        return SessionEndedError("The live session has ended", f"See {self.folder.log_file}", "Start it again")
