"""Following a run from outside: its events as they come, and how fast it goes."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from neurostudio.core.events import Event, EventReader
from neurostudio.core.run_folder import RunFolder, Status

POLL_S = 0.1
START_WAIT_S = 30.0
_SMOOTHING = 0.3


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes
    ----------
    rate : float or None
        Units per second in this phase, smoothed.
    left_s : float or None
        Seconds until this phase ends, an estimate.
    """

    phase: str
    done: float
    total: float | None
    unit: str
    rate: float | None
    left_s: float | None


class ProgressMeter:
    """Turns ``progress`` events into rate and time left; a new phase starts the count afresh."""

    def __init__(self) -> None:
        self._last: Event | None = None
        self._rate: float | None = None

    def update(self, event: Event) -> Progress:
        """Take one ``progress`` event in."""
        last, done, total = self._last, float(event["done"]), event.get("total")
        if last is None or last["phase"] != event["phase"] or done < float(last["done"]):
            self._rate = None
        elif event["t"] > last["t"] and done > float(last["done"]):
            now = (done - float(last["done"])) / (event["t"] - last["t"])
            self._rate = now if self._rate is None else _SMOOTHING * now + (1 - _SMOOTHING) * self._rate
        self._last = event
        left = (float(total) - done) / self._rate if total is not None and self._rate else None
        return Progress(event["phase"], done, total, event.get("unit", ""), self._rate, left)


def follow(
    folder: RunFolder,
    on_events: Callable[[list[Event]], None],
    worker: subprocess.Popen[bytes] | None = None,
    offset: int = 0,
) -> Status:
    """Hand over the events of a run as they come, until its worker has gone; returns the state it ended in.

    Parameters
    ----------
    on_events : function
        Gets each block of new events, in order.
    worker : Popen, optional
        The worker's process where this program started it; without it the folder tells whether it lives.
    offset : int
        Byte offset in ``events.jsonl`` to start from.
    """
    reader = EventReader(folder.events_file, offset)
    started = time.monotonic()
    while True:
        starts = worker is None and folder.worker() is None and time.monotonic() - started < START_WAIT_S
        works = worker is not None and worker.poll() is None
        gone = not starts and not works and not folder.is_alive()  # of two programs that start one run, one has the worker
        events = reader.read()
        if events:
            on_events(events)
        elif gone:
            return folder.status()
        else:
            time.sleep(POLL_S)
