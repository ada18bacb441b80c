"""The run folder: where each file of a run lies, how its request reads, and in which state it is.

The folder is the truth about a run. Only its worker writes events, log, artifacts and checkpoints; anyone may place a
``cancel`` file. Everything here works without the index and without knowing the method.
"""

import json
import os
import re
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from neurostudio.core.errors import StoreError
from neurostudio.core.events import FINAL_STATES, State, read_events
from neurostudio.core.files import write_json
from neurostudio.core.method import Input

REQUEST_FORMAT = 1
HEARTBEAT_S = 1.0
HEARTBEAT_STALE_S = 15.0
START_TOLERANCE_S = 2.0  # start times are derived from the boot time, which moves when the clock is set
_NAME_CHARACTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Request:
    """What ``request.json`` holds: enough to run the same thing again.

    Attributes
    ----------
    id, name : str
        Identity of the run (name of its folder) and the name that people gave it.
    method : str
        Method id.
    settings : dict
        Plain settings with ``spec_version``.
    inputs : tuple of Input
        Resolved inputs with checksums.
    seed : int
        Given, or drawn when the run was submitted.
    device, cores : str, int
        What the run was allowed to use.
    where : str
        ``local`` or ``dask://HOST:PORT``.
    serve : bool
        A live session instead of a run to the end.
    batch : str
        Name of the batch entry that asked for it; empty otherwise.
    created : float
        Unix seconds.
    versions, machine : dict
        Provenance of the submitting program.
    """

    id: str
    name: str
    method: str
    settings: dict[str, Any]
    inputs: tuple[Input, ...] = ()
    seed: int = 0
    device: str = "cpu"
    cores: int = 1
    where: str = "local"
    serve: bool = False
    batch: str = ""
    created: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)

    def as_document(self, project: Path) -> dict[str, Any]:
        """JSON form; paths inside the project become relative to it."""
        document = {key: value for key, value in self.__dict__.items() if key != "inputs"}
        return {"format": REQUEST_FORMAT, **document, "inputs": [_input_document(given, project) for given in self.inputs]}

    @classmethod
    def from_document(cls, document: Mapping[str, Any], project: Path) -> "Request":
        """Read the JSON form; StoreError for a newer format, or where it is none."""
        try:
            if int(document.get("format", 0)) > REQUEST_FORMAT:
                raise StoreError(
                    f"The request of run {document.get('id')} was written by a newer program", fix="Update NeuroStudio"
                )
            fields = {key: value for key, value in document.items() if key in cls.__dataclass_fields__}
            inputs = tuple(_input_from(given, project) for given in fields.pop("inputs", ()))
            return cls(**fields, inputs=inputs)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"The request of run {document.get('id')} is damaged",
                f"{type(error).__name__}: {error}",
                "Restore its request.json from a copy, or remove the run folder",
            ) from error


@dataclass(frozen=True)
class WorkerInfo:
    """Who runs it: written by the worker to ``worker.json``, whose modification time is its heartbeat."""

    pid: int
    started: float
    host: str
    attempt: int

    def is_alive(self, heartbeat: float) -> bool:
        """On this host: the same process still exists. On another host: its heartbeat is fresh."""
        if self.host != socket.gethostname():
            return time.time() - heartbeat < HEARTBEAT_STALE_S
        started = process_started(self.pid)
        return started is not None and abs(started - self.started) < START_TOLERANCE_S


@dataclass(frozen=True)
class Status:
    """State of a run as its folder tells it."""

    state: State
    attempt: int = 0
    since: float = 0.0


@dataclass(frozen=True)
class RunFolder:
    """One run folder by its path; nothing is read before it is asked for."""

    path: Path

    @property
    def id(self) -> str:
        """Run id: the name of the folder."""
        return self.path.name

    @property
    def project(self) -> Path:
        """The project folder: two floors up."""
        return self.path.parent.parent

    @property
    def request_file(self) -> Path:
        """What was asked for."""
        return self.path / "request.json"

    @property
    def events_file(self) -> Path:
        """The run's own record."""
        return self.path / "events.jsonl"

    @property
    def log_file(self) -> Path:
        """Everything that the job printed."""
        return self.path / "log.txt"

    @property
    def artifacts(self) -> Path:
        """Folder of the outputs."""
        return self.path / "artifacts"

    @property
    def checkpoint(self) -> Path:
        """Folder of what a resume needs."""
        return self.path / "checkpoint"

    @property
    def cancel_file(self) -> Path:
        """Asks the worker to stop by being there."""
        return self.path / "cancel"

    @property
    def worker_file(self) -> Path:
        """Who runs it; its modification time is the heartbeat."""
        return self.path / "worker.json"

    @property
    def labels_file(self) -> Path:
        """What people add later: name, tags, notes, trash."""
        return self.path / "labels.json"

    def create(self, request: Request) -> None:
        """Make the folder with its request; the run then counts as queued."""
        write_json(self.request_file, request.as_document(self.project))

    def request(self) -> Request:
        """Read the request; StoreError when it is missing or damaged."""
        return Request.from_document(read_json(self.request_file), self.project)

    def worker(self) -> WorkerInfo | None:
        """Who runs it or ran it last, None when no worker came yet."""
        try:
            return WorkerInfo(**json.loads(self.worker_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def is_alive(self) -> bool:
        """Whether a worker is at work on it."""
        worker = self.worker()
        try:
            return worker is not None and worker.is_alive(self.worker_file.stat().st_mtime)
        except OSError:
            return False

    def request_cancel(self) -> None:
        """Ask the worker to stop; it looks several times a second."""
        self.cancel_file.touch()

    def status(self) -> Status:
        """Read the whole record for the state. The index answers faster; this is for when there is none."""
        last: dict[str, Any] = {}
        for event in read_events(self.events_file):
            if event["type"] == "state":
                last = event
        return effective_status(self, str(last.get("state", "queued")), int(last.get("attempt", 0)), float(last.get("t", 0.0)))


def effective_status(folder: RunFolder, recorded: str, attempt: int, since: float) -> Status:
    """Correct a recorded state by whether the worker lives: a dead one leaves ``interrupted`` (or ``cancelled``)."""
    if recorded in FINAL_STATES:
        return Status(recorded, attempt, since)  # type: ignore[arg-type]
    alive = folder.is_alive()
    if recorded == "queued" and folder.worker() is None:
        return Status("cancelled" if folder.cancel_file.exists() else "queued", attempt, since)
    if alive:
        return Status("running", attempt, since)
    return Status("cancelled" if folder.cancel_file.exists() else "interrupted", attempt, since)


def run_folders(project: Path) -> list[RunFolder]:
    """Every run folder of a project that has a request, oldest name first."""
    runs = project / "runs"
    if not runs.is_dir():
        return []
    return [RunFolder(path) for path in sorted(runs.iterdir()) if (path / "request.json").is_file()]


def new_run_id(method: str, now: float | None = None) -> str:
    """A fresh id that sorts by time: ``20261124-031500-spiking-text-4f2a``."""
    stamp = datetime.fromtimestamp(now if now is not None else time.time(), UTC).strftime("%Y%m%d-%H%M%S")
    words = _NAME_CHARACTERS.sub("-", method.lower()).strip("-")
    return f"{stamp}-{words}-{secrets.token_hex(3)}"


def process_started(pid: int) -> float | None:
    """Start time of a living process, None when it is gone (or a zombie)."""
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; StoreError names the file when it is missing or damaged."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{path} is missing") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read", str(error), "Restore the file from a copy, or remove it") from error
    if not isinstance(document, dict):
        raise StoreError(f"{path} does not hold a JSON object", fix="Restore the file from a copy, or remove it")
    return document


def _input_document(given: Input, project: Path) -> dict[str, Any]:
    return {**given.__dict__, "path": relative_path(given.path, project)}


def _input_from(fields: Mapping[str, Any], project: Path) -> Input:
    return Input(**{**fields, "path": absolute_path(str(fields["path"]), project)})


def relative_path(path: Path, project: Path) -> str:
    """POSIX path relative to the project where it lies inside, absolute otherwise."""
    try:
        return Path(os.path.abspath(path)).relative_to(os.path.abspath(project)).as_posix()
    except ValueError:
        return Path(os.path.abspath(path)).as_posix()


def absolute_path(text: str, project: Path) -> Path:
    """Inverse of :func:`relative_path`."""
    return Path(text) if Path(text).is_absolute() else Path(os.path.abspath(project)) / text
