"""The words and tables of the command line, and its progress display."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.cli import output
from neurostudio.cli.output import counted, duration, number, plain, print_facts, print_table, size, state_text, value_text
from neurostudio.cli.progress import PLAIN_EVERY_S, RunDisplay
from neurostudio.core.events import FINAL_STATES


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (float("inf"), "-"), (0.4, "0:00"), (24, "0:24"), (59.7, "1:00"), (3800, "1:03:20")]
)
def test_durations_read_like_a_clock(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("n_bytes", "text"), [(0, "0 B"), (999, "999 B"), (12_300, "12.3 kB"), (4e8, "0.4 GB"), (99e6, "99.0 MB")]
)
def test_sizes_have_a_unit_of_their_own_size(n_bytes: float, text: str) -> None:
    assert size(n_bytes) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (float("nan"), "-"), (3.0, "3"), (0.123456, "0.1235"), (1e-7, "1e-07"), (float("inf"), "inf")],
)
def test_numbers_have_four_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_settings_and_counts_are_written_as_people_write_them() -> None:
    assert [value_text(value) for value in (None, True, [3, 4], 0.5, "x", [])] == ["none", "true", "3, 4", "0.5", "x", ""]
    assert [counted(1, "run"), counted(0, "run"), counted(12000, "event")] == ["1 run", "0 runs", "12,000 events"]


def test_every_state_has_a_mark_also_without_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    for unicode in (True, False):
        monkeypatch.setattr(output, "_prints_unicode", lambda unicode=unicode: unicode)
        for state in FINAL_STATES | {"queued", "running", "skipped", "not started"}:
            assert "?" not in state_text(state).plain


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(Path("a/b")),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)


@given(json_like)
def test_whatever_is_plain_is_strict_json(value: Any) -> None:
    text = json.dumps(plain(value), allow_nan=False)
    assert json.loads(text) == plain(value)


def test_a_table_leaves_out_empty_columns_and_trailing_spaces(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["Name", "Unit", "Value"], [("a", "", "10"), ("longer", "", "9")], right=("Value",))
    assert capsys.readouterr().out == "Name    Value\na          10\nlonger      9\n"
    print_facts([("key", "value"), ("k", "v")])
    assert capsys.readouterr().out == "  key  value\n  k    v\n"
    print_facts([])
    print_table(["Name"], [])
    assert "Name" not in capsys.readouterr().out


def test_a_row_is_one_line_where_the_output_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["Name", "Path"], [("one", "/a/very/long/path" * 20)])
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_progress_is_a_line_for_each_phase_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    def step(done: float, phase: str, t: float, total: float | None = 10) -> dict[str, Any]:
        return {"type": "progress", "phase": phase, "done": done, "total": total, "unit": "steps", "t": t}

    with RunDisplay() as display:
        display.take("one", [step(1, "reading", 0.0)])
        display.take("one", [step(2, "reading", 1.0)])
        display.take("one", [step(1, "training", 2.0), step(2, "training", 3.0)])
        display.take("one", [step(10, "testing", 4.0), {"type": "log", "level": "warning", "message": "odd data"}])
        display.take("two", [step(3, "reading", 5.0, total=None), {"type": "log", "level": "info", "message": "unsaid"}])
        display.end("one")
    assert PLAIN_EVERY_S > 1
    assert capsys.readouterr().err.splitlines() == [
        "one: reading 1/10 steps",
        "one: training 2/10 steps, 0:08 left",
        "one: odd data",
        "one: testing 10/10 steps",
        "two: reading 3 steps",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_what_is_said_stands_above_the_bars_of_a_terminal(tmp_path: Path) -> None:
    """Messages that go past the live display break its lines: seen as two texts run together."""
    import os
    import pty
    import subprocess

    program = """
import time
from neurostudio.cli.output import say
from neurostudio.cli.progress import RunDisplay
with RunDisplay() as display:
    for done in range(3):
        display.take("one", [{"type": "progress", "phase": "counting", "done": done, "total": 3, "unit": "steps", "t": time.time()}])
        time.sleep(0.15)
        say(f"message {done}")
"""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen([sys.executable, "-c", program], stderr=slave, stdout=slave, env=environment)
    os.close(slave)
    screen = b""
    while True:
        try:
            block = os.read(master, 65536)
        except OSError:  # the other end was closed
            break
        if not block:
            break
        screen += block
    os.close(master)
    assert process.wait() == 0
    text = screen.decode()
    assert "counting" in text
    for done in range(3):
        before, _, _ = text.partition(f"message {done}\r\n")
        assert before != text
        assert before.endswith(("\r\x1b[2K", "\x1b[2K", "\n")), "the bar is taken away before a message is written"
