"""The run's own record: ``events.jsonl``, one JSON object a line, appended as it happens.

Written only by the worker of the run, read by anyone. Every line carries ``seq`` (1, 2, 3 ...), ``t`` (Unix seconds) and
``type``. The types and their fields:

``state``     state (queued | running | done | failed | cancelled | interrupted), attempt, resumed_seq, pid, host
``progress``  phase, done, total (or null), unit
``metric``    rows: list of [name, value, step or null, t]
``artifact``  name, kind, path (relative to the run folder), title, size, sha256, plot
``log``       level, message, fields
``error``     what, why, fix, traceback
``checkpoint``  step (text)
``exchange``  request, seconds, error (live sessions: one question and how it went)

``resumed_seq`` in a state event means: this attempt goes on from a checkpoint that was made after that event. Metric rows
of events after it belong to work that is done again; readers drop them, so a resumed curve has each step once.
"""

import json
import math
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from neurostudio.core.files import explained_disk_errors

State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
FINAL_STATES: frozenset[str] = frozenset({"done", "failed", "cancelled", "interrupted"})

Event = dict[str, Any]
MetricRow = tuple[str, float, int | None, float]

_SYNCED_TYPES = frozenset({"state", "artifact", "checkpoint", "error"})
_READ_BLOCK_BYTES = 4 << 20
_BINARY = getattr(os, "O_BINARY", 0)  # Windows would turn each \n into \r\n


class EventWriter:
    """Appends events to one file; one ``write`` call a line, safe to share between threads.

    A torn last line (the writer was killed in the middle of it) is removed on opening: it never counted.

    Parameters
    ----------
    path : Path
        The ``events.jsonl`` of a run folder; made when missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with explained_disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _BINARY, 0o644)
        self._seq = _last_seq_and_mend(self._file)

    @property
    def seq(self) -> int:
        """Sequence number of the last event written."""
        return self._seq

    def write(self, type_: str, **fields: Any) -> int:
        """Append one event and return its sequence number."""
        with self._lock:
            event = {"seq": self._seq + 1, "t": round(time.time(), 4), "type": type_, **fields}
            line = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
            with explained_disk_errors(self.path):
                _write_whole_line(self._file, line.encode("utf-8"))
                if type_ in _SYNCED_TYPES:
                    os.fsync(self._file)
            self._seq += 1
            return self._seq

    def metrics(self, rows: Sequence[MetricRow]) -> int:
        """Append one ``metric`` event with many rows."""
        return self.write("metric", rows=[[name, encode_number(value), step, t] for name, value, step, t in rows])

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1


@dataclass
class EventReader:
    """Reads whole lines from a byte offset on; keeps a torn last line back until it is complete.

    Attributes
    ----------
    path : Path
        The ``events.jsonl`` to follow; it need not exist yet.
    offset : int
        Bytes already consumed: always the start of a line.
    """

    path: Path
    offset: int = 0

    def read(self, limit_bytes: int = _READ_BLOCK_BYTES) -> list[Event]:
        """Return the events that were completed since the last call, at most about `limit_bytes` of them."""
        return [event for event, _ in self.read_with_offsets(limit_bytes)]

    def read_with_offsets(self, limit_bytes: int = _READ_BLOCK_BYTES) -> list[tuple[Event, int]]:
        """Like `read`; each event comes with the byte offset of the line after it.

        A line that is not JSON is skipped: a damaged record must not hide the ones after it.
        """
        block = self._complete_lines(limit_bytes)
        found: list[tuple[Event, int]] = []
        position = self.offset
        for line in block.splitlines(keepends=True):
            position += len(line)
            event = _parse(line)
            if event is not None:
                found.append((event, position))
        self.offset = position
        return found

    def _complete_lines(self, limit_bytes: int) -> bytes:
        try:
            stream = self.path.open("rb")
        except FileNotFoundError:
            return b""
        with stream:
            stream.seek(self.offset)
            block = stream.read(limit_bytes)
            end = block.rfind(b"\n") + 1
            while not end and len(block) == limit_bytes:  # one line longer than the block
                limit_bytes *= 2
                stream.seek(self.offset)
                block = stream.read(limit_bytes)
                end = block.rfind(b"\n") + 1
        return block[:end]


def read_events(path: Path) -> Iterator[Event]:
    """Yield every complete event of a file, block by block."""
    reader = EventReader(path)
    while events := reader.read():
        yield from events


def encode_number(value: float) -> float | str:
    """JSON form of a number; JSON has no NaN or infinity, so those become words that ``float`` reads."""
    number = float(value)
    return number if math.isfinite(number) else str(number)


def decode_number(value: float | str) -> float:
    """Inverse of :func:`encode_number`."""
    return float(value)


def _write_whole_line(file: int, line: bytes) -> None:
    written = os.write(file, line)
    if written == len(line):
        return
    try:  # a full disk may take a part of the line first and raise only on the next write
        while written < len(line):
            written += os.write(file, line[written:])
    except OSError:
        os.ftruncate(file, os.fstat(file).st_size - written)
        raise


def _parse(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "type" in event and "seq" in event else None


def _last_seq_and_mend(file: int) -> int:
    size = os.fstat(file).st_size
    block = 1 << 16
    while size:
        start = max(0, size - block)
        os.lseek(file, start, os.SEEK_SET)
        tail = os.read(file, size - start)
        end = tail.rfind(b"\n") + 1
        for line in reversed(tail[:end].splitlines()):
            event = _parse(line)
            # the first line of a block may be cut in front: it only counts when the block starts the file
            if event is not None:
                os.ftruncate(file, start + end)
                return int(event["seq"])
        if start == 0:
            os.ftruncate(file, end)
            return 0
        block *= 4
    return 0
