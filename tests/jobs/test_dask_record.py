"""What an attempt reports, written at home."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.events import Event, EventWriter, read_events
from neurostudio.core.files import write_json
from neurostudio.core.provenance import sha256_of
from neurostudio.core.run_folder import RunFolder
from neurostudio.jobs.dask.record import Record
from neurostudio.jobs.dask.transfer import Landing, pieces
from neurostudio.jobs.recorder import CHECKPOINT_RECORD, checkpoint_seq


class Home:
    """A run folder whose own record already has five events, and an attempt that counts from one."""

    def __init__(self, folder: Path, clock_s: float = 0.0) -> None:
        self.there = folder / "there"
        self.folder = RunFolder(folder / "runs" / "run")
        self.events = EventWriter(self.folder.events_file)
        for number in range(5):
            self.events.write("log", level="info", message=str(number), fields={})
        self.landing = Landing(self.folder.path / ".partial-arriving")
        self.started: list[Event] = []
        self.now = time.time() + clock_s
        self.record = Record(self.folder, self.events, self.landing, self.now, self.started.append)

    def tell(self, *events: dict[str, Any]) -> None:
        """Let the attempt report events."""
        self.record.take({"op": "events", "text": json.dumps([{"t": self.now, **event} for event in events])})

    def send(self, to: str, **files: str) -> str:
        """Let the attempt send a folder; returns its checksum."""
        self.there.mkdir(exist_ok=True)
        for name, text in files.items():
            (self.there / name).write_text(text)
        for message in pieces(self.there, to):
            self.record.take(message)
        return sha256_of(self.there)

    def read(self) -> list[Event]:
        """The record after its first five events."""
        return list(read_events(self.folder.events_file))[5:]


def metric(seq: int, step: int, t: float = 0.0) -> dict[str, Any]:
    return {"seq": seq, "type": "metric", "rows": [["a/b", 1.0, step, t]]}


def test_events_get_the_next_numbers_and_a_checkpoint_the_number_at_home(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.tell({"seq": 1, "type": "state", "state": "running", "pid": 1, "host": "there"}, metric(2, 0), metric(3, 1))
    write_json(tmp_path / "there" / CHECKPOINT_RECORD, {"step": "one", "seq": 3})
    home.tell(metric(4, 2))  # the worker's clock wrote it between the checkpoint and its event
    home.send("checkpoint", state="x")
    home.tell({"seq": 5, "type": "checkpoint", "step": "one"})
    assert [event["seq"] for event in home.read()] == [6, 7, 8, 9]
    assert checkpoint_seq(home.folder) == 7
    assert (home.folder.checkpoint / "state").read_text() == "x"
    assert [event["host"] for event in home.started] == ["there"]

    write_json(tmp_path / "there" / CHECKPOINT_RECORD, {"step": "two", "seq": 6})
    home.tell(metric(6, 3))
    home.send("checkpoint", state="y")
    home.tell({"seq": 7, "type": "checkpoint", "step": "two"})
    assert checkpoint_seq(home.folder) == 10
    assert (home.folder.checkpoint / "state").read_text() == "y"


def test_an_artifact_is_in_place_before_its_event_and_a_replaced_one_leaves_no_trace(tmp_path: Path) -> None:
    home = Home(tmp_path)
    checksum = home.send("artifacts/net", weights="1")
    fields = {"type": "artifact", "name": "net", "path": "artifacts/net"}
    home.tell({"seq": 1, **fields, "sha256": "of the one before"})
    assert home.read() == []
    assert not (home.folder.artifacts / "net").exists()
    home.send("artifacts/net")
    home.tell({"seq": 2, **fields, "sha256": checksum})
    assert [event["sha256"] for event in home.read()] == [checksum]
    assert sha256_of(home.folder.artifacts / "net") == checksum


def test_final_states_are_left_to_the_relay(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.tell({"seq": 1, "type": "state", "state": "done"})
    assert home.read() == []
    assert home.started == []


@pytest.mark.parametrize(("clock_s", "shift_s"), [(0.5, 0.0), (-3600.0, 3600.0)])
def test_times_of_a_clock_that_is_far_off_are_put_right(tmp_path: Path, clock_s: float, shift_s: float) -> None:
    home = Home(tmp_path, clock_s)
    home.tell(metric(1, 0, t=home.now))
    (event,) = home.read()
    assert event["t"] == pytest.approx(home.now + shift_s, abs=1.0 if shift_s else 1e-3)
    assert event["rows"][0][3] == event["t"]


def test_the_log_is_appended_byte_by_byte(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for data in ("naïv".encode()[:3], "naïv".encode()[3:], b"\n"):
        home.record.take({"op": "log", "data": data})
    assert home.folder.log_file.read_text() == "naïv\n"
