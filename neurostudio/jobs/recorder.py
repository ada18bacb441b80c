"""The context of a worker: turns what a run function reports into events and files of the run folder."""

import contextlib
import json
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neurostudio.core.context import Context
from neurostudio.core.events import EventWriter, MetricRow
from neurostudio.core.files import PARTIAL_PREFIX, remove, replaced, write_json
from neurostudio.core.kinds import Plot
from neurostudio.core.provenance import sha256_of, size_of
from neurostudio.core.run_folder import Request, RunFolder, read_json

METRIC_BATCH_S = 0.1
PROGRESS_EVERY_S = 0.1
CHECKPOINT_RECORD = "checkpoint.json"

logger = logging.getLogger(__name__)


class Recorder(Context):
    """Writes one run folder.

    Metrics are gathered for 100 ms and written as one event; progress is written at most ten times a second, and always
    when the phase changes. Every other event flushes the metrics before it, so the record keeps the order of things.

    Parameters
    ----------
    folder : RunFolder
        The run's folder; nothing outside of it is written.
    request : Request
        Its request.
    events : EventWriter
        Its open record.
    """

    def __init__(self, folder: RunFolder, request: Request, events: EventWriter, device: str) -> None:
        super().__init__(
            seed=request.seed,
            device=device,
            cores=request.cores,
            inputs=request.inputs,
            identity={
                "run": request.id,
                "method": request.method,
                "program": f"NeuroStudio {request.versions.get('neurostudio', '')}".strip(),
            },
        )
        self.folder = folder
        self._events = events
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._rows: list[MetricRow] = []
        self._rows_since = 0.0
        self._phase = ""
        self._progress_written = 0.0
        self._progress_waiting: dict[str, Any] | None = None

    # --- reporting

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        now = time.time()
        with self._lock:
            if not self._rows:
                self._rows_since = now
            self._rows.append((name, float(value), None if step is None else int(step), round(now, 4)))
            due = now - self._rows_since >= METRIC_BATCH_S
        if due:
            self.flush()

    def progress(self, done: float, total: float | None, phase: str, unit: str = "") -> None:
        event = {"phase": phase, "done": done, "total": total, "unit": unit}
        now = time.monotonic()
        with self._lock:
            due = phase != self._phase or now - self._progress_written >= PROGRESS_EVERY_S or done == total
            self._progress_waiting = None if due else event
            if due:
                self._phase, self._progress_written = phase, now
        if due:
            self.flush()
            self._events.write("progress", **event)

    def log(self, message: str, level: str = "info", **fields: Any) -> None:
        self.flush()
        logger.log(logging.getLevelNamesMapping()[level.upper()], "%s%s", message, _key_values(fields))
        self._events.write("log", level=level, message=message, fields=json.loads(json.dumps(fields, default=str)))

    def exchange(self, request: dict[str, Any], seconds: float, error: dict[str, str] | None) -> None:
        """Record one question of a live session."""
        self.flush()
        self._events.write("exchange", request=request, seconds=round(seconds, 4), error=error)

    def should_stop(self) -> bool:
        return self._stop.is_set()

    def request_stop(self) -> None:
        """Make `should_stop` true from now on."""
        self._stop.set()

    def flush(self) -> None:
        """Write the metrics gathered so far; also called by the worker's clock, so none waits for the next."""
        with self._lock:
            if self._rows:
                self._events.metrics(self._rows)
                self._rows = []  # not before: what a full disk does not take is written when there is room again

    def tick(self) -> None:
        """Write what waits: called a few times a second by the worker's clock."""
        self.flush()
        with self._lock:
            event, self._progress_waiting = self._progress_waiting, None
            if event:
                self._progress_written = time.monotonic()
                self._events.write("progress", **event)

    # --- checkpoints

    @contextlib.contextmanager
    def checkpoint(self, step: str) -> Iterator[Path]:
        with replaced(self.folder.checkpoint) as partial:
            partial.mkdir()
            yield partial
            self.flush()
            # what was reported before this event is kept on resume, what comes after is done again
            write_json(partial / CHECKPOINT_RECORD, {"step": step, "seq": self._events.seq})
        self._events.write("checkpoint", step=step)

    def last_checkpoint(self) -> Path | None:
        return self.folder.checkpoint if (self.folder.checkpoint / CHECKPOINT_RECORD).is_file() else None

    def _artifact_folder(self) -> Path:
        return self.folder.artifacts

    def _record_artifact(self, name: str, kind: str, path: Path, title: str, plot: Plot | None) -> None:
        self.flush()
        self._events.write(
            "artifact",
            name=name,
            kind=kind,
            path=path.relative_to(self.folder.path).as_posix(),
            title=title,
            size=size_of(path),
            sha256=sha256_of(path),
            plot=plot.as_dict() if plot else None,
        )


def checkpoint_seq(folder: RunFolder) -> int:
    """Sequence number up to which the record belongs to the last checkpoint; 0 without one."""
    record = folder.checkpoint / CHECKPOINT_RECORD
    return int(read_json(record)["seq"]) if record.is_file() else 0


def forget_checkpoint(folder: RunFolder) -> None:
    """Remove the checkpoint: a run that is done has nothing to go on with."""
    remove(folder.checkpoint)


def clear_half_written(folder: RunFolder) -> None:
    """Remove what an attempt that was killed left half-written; a checkpoint that it had only set aside comes back."""
    for parent in (folder.path, folder.artifacts):
        for left_over in parent.glob(f"{PARTIAL_PREFIX}*"):
            old_checkpoint = left_over.name.endswith("-old") and not folder.checkpoint.exists()
            if old_checkpoint and (left_over / CHECKPOINT_RECORD).is_file():
                shutil.move(left_over, folder.checkpoint)  # killed between setting the old one aside and renaming the new one
            else:
                remove(left_over)


def _key_values(fields: dict[str, Any]) -> str:
    return "".join(f" {key}={value}" for key, value in fields.items())
