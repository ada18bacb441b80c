"""The record of a run: whole lines, torn lines, numbers."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.events import EventReader, EventWriter, decode_number, encode_number, read_events


def test_events_come_back_in_order_with_running_numbers(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path / "events.jsonl")
    writer.write("state", state="running", attempt=1)
    writer.metrics([("train/loss", 0.5, 1, 0.0), ("train/loss", math.nan, 2, 0.0)])
    writer.close()
    events = list(read_events(tmp_path / "events.jsonl"))
    assert [event["seq"] for event in events] == [1, 2]
    assert events[1]["rows"][0] == ["train/loss", 0.5, 1, 0.0]
    assert math.isnan(decode_number(events[1]["rows"][1][1]))


def test_a_torn_last_line_is_kept_back_and_mended_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer = EventWriter(path)
    writer.write("log", level="info", message="whole")
    writer.close()
    with path.open("ab") as stream:
        stream.write(b'{"seq":2,"type":"lo')
    reader = EventReader(path)
    assert [event["message"] for event in reader.read()] == ["whole"]
    assert reader.read() == []
    writer = EventWriter(path)
    assert writer.write("log", level="info", message="next") == 2
    writer.close()
    assert [event["message"] for event in reader.read()] == ["next"]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_cut_of_the_file_loses_only_the_cut_line(tmp_path_factory: object, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("events") / "events.jsonl"  # type: ignore[attr-defined]
    writer = EventWriter(path)
    for number in range(data.draw(st.integers(1, 8))):
        writer.write("log", level="info", message=data.draw(st.text(max_size=30)) + str(number))
    writer.close()
    whole = path.read_bytes()
    cut = round(data.draw(st.floats(0, 1)) * len(whole))
    path.write_bytes(whole[:cut])
    expected = whole[:cut].count(b"\n")
    assert len(list(read_events(path))) == expected
    writer = EventWriter(path)
    assert writer.seq == expected
    writer.write("log", level="info", message="after")
    writer.close()
    assert [event["seq"] for event in read_events(path)] == list(range(1, expected + 2))


@given(st.lists(st.integers(1, 400), min_size=1, max_size=20), st.integers(1, 64))
@settings(max_examples=60, deadline=None)
def test_reading_in_blocks_gives_every_event_once(sizes: list[int], block: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        writer = EventWriter(path)
        for size in sizes:
            writer.write("log", message="é" * size)
        writer.close()
        reader, found = EventReader(path), []
        while events := reader.read(block):
            found += events
        assert [len(event["message"]) for event in found] == sizes
        assert reader.offset == path.stat().st_size


def test_a_damaged_line_does_not_hide_the_ones_after_it(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = [
        json.dumps({"seq": 1, "t": 0, "type": "log", "message": "a"}),
        "not json",
        json.dumps({"seq": 2, "t": 0, "type": "log"}),
    ]
    path.write_text("\n".join(lines) + "\n")
    assert [event["seq"] for event in read_events(path)] == [1, 2]


def test_a_missing_file_has_no_events(tmp_path: Path) -> None:
    assert EventReader(tmp_path / "none.jsonl").read() == []


@given(st.floats())
def test_numbers_survive_json(value: float) -> None:
    back = decode_number(json.loads(json.dumps(encode_number(value), allow_nan=False)))
    assert back == value or (math.isnan(back) and math.isnan(value))


def test_events_written_before_a_kill_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    code = (
        "import sys; from pathlib import Path; from neurostudio.core.events import EventWriter\n"
        f"w = EventWriter(Path({str(path)!r}))\n"
        "while True: sys.stdout.write(f\"{w.write('log', message='x' * 200)}\\n\"); sys.stdout.flush()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = [int(line) for line in process.stdout.read().splitlines() if line]
    process.wait()
    process.stdout.close()
    found = [event["seq"] for event in read_events(path)]
    assert found == list(range(1, len(found) + 1))
    assert acknowledged
    assert found[-1] >= acknowledged[-1]
