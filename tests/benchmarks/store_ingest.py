"""Metric events per second from events.jsonl into the index, beside TensorBoard's event file writer.

Ours reads the record that a worker wrote, parses it and writes it to SQLite, where it can be asked at once; TensorBoard's
writer only appends to its file. Each repeat takes a fresh project and a fresh folder.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from neurostudio.core.events import EventWriter
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.store import Store, ingest_project, read
from tests.benchmarks._measure import Row, Seconds, interleaved, missing, timed

N_NUMBERS = 20_000
BATCH_SIZES = (1, 100)
REPEATS = 5
NAMES = ("train/loss", "train/accuracy", "train/lr", "test/accuracy")


def run() -> list[Row]:
    """Measure; returns numbers per second by the clock and by the processor."""
    rows = []
    peer_name = "TensorBoard EventFileWriter"
    write_with_peer = _tensorboard()
    for batch_size in BATCH_SIZES:
        pieces = {"ours": lambda size=batch_size: _ours(size)}
        if write_with_peer is not None:
            pieces["peer"] = write_with_peer
        medians = interleaved(pieces, REPEATS)
        for unit, clock in (("numbers/s", "wall"), ("numbers/CPU s", "cpu")):
            speed = {name: N_NUMBERS / getattr(seconds, clock) for name, seconds in medians.items()}
            case = "one number an event" if batch_size == 1 else f"{batch_size} numbers an event"
            rows.append(
                Row(case, unit, speed["ours"], speed.get("peer"), peer_name if write_with_peer else missing("tensorboard"))
            )
    return rows


def _ours(batch_size: int) -> Seconds:
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "project"
        folder = RunFolder(project / "runs" / "run-1")
        folder.create(Request(id="run-1", name="", method="a.b", settings={}))
        events = EventWriter(folder.events_file)
        events.write("state", state="running", attempt=1)
        for start in range(0, N_NUMBERS, batch_size):
            rows = [(NAMES[n % len(NAMES)], 1 / (n + 1), n, 1.79e9 + n) for n in range(start, start + batch_size)]
            events.metrics(rows)
        events.write("state", state="done", attempt=1)
        events.close()
        with Store.open(project, create=True) as store:
            seconds = timed(lambda: ingest_project(store))
            n_found = sum(len(read.curve(store, "run-1", name).values) for name in NAMES)
        if n_found != N_NUMBERS:
            raise RuntimeError(f"{n_found} of {N_NUMBERS} numbers are in the index")
        return seconds


def _tensorboard() -> Callable[[], Seconds] | None:
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError:
        return None

    def write() -> Seconds:
        with tempfile.TemporaryDirectory() as scratch:

            def work() -> None:
                writer = EventFileWriter(scratch)
                for n in range(N_NUMBERS):
                    value = Summary.Value(tag=NAMES[n % len(NAMES)], simple_value=1 / (n + 1))
                    writer.add_event(Event(wall_time=1.79e9 + n, step=n, summary=Summary(value=[value])))
                writer.flush()
                writer.close()

            return timed(work)

    return write
