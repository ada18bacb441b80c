"""What one attempt reports, written into the run folder at home as if the method had run here."""

import json
import logging
import os
import time
from bisect import bisect_right
from collections.abc import Callable

from neurostudio.core.events import Event, EventWriter
from neurostudio.core.files import explained_disk_errors, remove, replaced, write_json
from neurostudio.core.provenance import sha256_of
from neurostudio.core.run_folder import RunFolder, read_json
from neurostudio.jobs.dask.transfer import Landing, Message
from neurostudio.jobs.recorder import CHECKPOINT_RECORD

_CLOCKS_DIFFER_S = 2.0

logger = logging.getLogger(__name__)


class Record:
    """Takes the messages ``piece``, ``log`` and ``events`` of one attempt.

    The attempt counts its events from 1; here each gets the next number of the run's own record, and the number inside a
    checkpoint is translated, so that any later attempt, here or there, knows what belongs to it.

    Parameters
    ----------
    folder : RunFolder
        The run at home.
    events : EventWriter
        Its record.
    landing : Landing
        Where files arrive; on the same disk as the folder.
    now : float
        Unix seconds on the attempt's clock when it said hello.
    on_running : function
        Gets the event (on our clock) with which the attempt's worker says that it runs.
    """

    def __init__(
        self, folder: RunFolder, events: EventWriter, landing: Landing, now: float, on_running: Callable[[Event], None]
    ) -> None:
        self._folder = folder
        self._events = events
        self._landing = landing
        self._on_running = on_running
        ahead = time.time() - now
        self._shift_s = ahead if abs(ahead) > _CLOCKS_DIFFER_S else 0.0  # less is the time that a message travels
        self._theirs: list[int] = []
        self._ours: list[int] = []

    def take(self, message: Message) -> None:
        """Write what one message brings."""
        match message["op"]:
            case "piece":
                self._landing.take(message)
            case "log":
                with explained_disk_errors(self._folder.log_file), self._folder.log_file.open("ab") as log:
                    log.write(message["data"])
            case "events":
                for event in json.loads(message["text"]):
                    self._write(event)

    def _write(self, event: Event) -> None:
        seq, kind = int(event["seq"]), str(event["type"])
        if kind == "state":
            if event["state"] == "running":
                self._on_running(self._on_our_clock(event))
        elif (kind != "artifact" or self._place_artifact(event)) and (kind != "checkpoint" or self._place_checkpoint()):
            self._events.write(kind, **self._on_our_clock(event))
        self._theirs.append(seq)
        self._ours.append(self._events.seq)

    def _place_artifact(self, event: Event) -> bool:
        """Put a landed artifact under its name; False when it is not the one of the event, which was replaced meanwhile."""
        landed = self._landing.path(event["path"])
        if sha256_of(landed) != event["sha256"]:
            logger.info("artifact was replaced on its way path=%s", event["path"])
            remove(landed)
            return False
        with replaced(self._folder.path / event["path"]) as partial:
            os.replace(landed, partial)
        return True

    def _place_checkpoint(self) -> bool:
        landed = self._landing.path("checkpoint")
        record = read_json(landed / CHECKPOINT_RECORD)
        position = bisect_right(self._theirs, int(record["seq"]))
        write_json(landed / CHECKPOINT_RECORD, {**record, "seq": self._ours[position - 1]})
        with replaced(self._folder.checkpoint) as partial:
            os.replace(landed, partial)
        del self._theirs[: position - 1], self._ours[: position - 1]  # no later checkpoint asks for them
        return True

    def _on_our_clock(self, event: Event) -> Event:
        fields = {key: value for key, value in event.items() if key not in ("seq", "type")}
        fields["t"] = round(event["t"] + self._shift_s, 4)
        if event["type"] == "metric":
            fields["rows"] = [[name, value, step, round(t + self._shift_s, 4)] for name, value, step, t in event["rows"]]
        return fields
