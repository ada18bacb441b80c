"""The worker, with real processes: done, failed, cancelled, killed, resumed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.events import read_events
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.follow import follow
from neurostudio.jobs.launch import cancel, start_worker, worker_command, worker_environment

pytestmark = pytest.mark.usefixtures("counting_environment")

NewRun = Callable[..., RunFolder]


@pytest.fixture
def new_run(tmp_path: Path) -> NewRun:
    """Make a run folder of ``counting.sum`` with some settings."""

    def make(name: str = "r1", method: str = "counting.sum", seed: int = 3, **settings: Any) -> RunFolder:
        folder = RunFolder(tmp_path / "study" / "runs" / name)
        folder.create(Request(id=name, name=name, method=method, settings=settings, seed=seed))
        return folder

    return make


def work(folder: RunFolder) -> int:
    """Run the worker to its end; returns its exit code."""
    return start_worker(folder, folder.request()).wait(60)


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def values(folder: RunFolder) -> dict[int, float]:
    """The curve of ``sum/value`` as a reader of the record sees it, work done again counted once."""
    rows: list[tuple[int, int, float]] = []
    for event in read_events(folder.events_file):
        if event["type"] == "state" and "resumed_seq" in event:
            rows = [row for row in rows if row[0] <= event["resumed_seq"]]
        if event["type"] == "metric":
            rows += [(event["seq"], step, value) for name, value, step, _ in event["rows"] if name == "sum/value"]
    steps = [step for _, step, _ in rows]
    assert len(steps) == len(set(steps)), "a step was counted twice"
    return {step: value for _, step, value in rows}


def has_checkpoint(folder: RunFolder) -> bool:
    return (folder.checkpoint / "checkpoint.json").exists()


def test_a_run_leaves_events_artifacts_and_its_end(new_run: NewRun) -> None:
    folder = new_run(n=12)
    assert work(folder) == 0
    events = list(read_events(folder.events_file))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["type"] == "state"
    assert events[-1] | {"t": 0} == {"seq": len(events), "t": 0, "type": "state", "state": "done", "attempt": 1}
    artifacts = {event["name"]: event for event in events if event["type"] == "artifact"}
    assert (folder.path / artifacts["steps"]["path"]).stat().st_size == artifacts["steps"]["size"]
    assert len(values(folder)) == 12
    assert folder.status().state == "done"
    assert not list(folder.path.rglob(".partial-*"))


def test_a_bug_in_a_method_is_recorded_with_its_traceback(new_run: NewRun) -> None:
    folder = new_run(fail_at=3)
    assert work(folder) == 1
    error = next(event for event in read_events(folder.events_file) if event["type"] == "error")
    assert "ZeroDivisionError: stumbled at step 3" in error["why"]
    assert "Traceback" in error["traceback"]
    assert "stumbled" in folder.log_file.read_text()
    assert folder.status().state == "failed"


def test_an_unknown_method_and_a_wrong_setting_fail_with_a_sentence(new_run: NewRun) -> None:
    for folder, words in (
        (new_run("a", method="counting.su"), "no method 'counting.su'"),
        (new_run("b", nn=3), "no setting 'nn'"),
    ):
        assert work(folder) == 1
        error = next(event for event in read_events(folder.events_file) if event["type"] == "error")
        assert words in error["what"]


def test_cancel_ends_a_listening_run_within_two_seconds(new_run: NewRun) -> None:
    folder = new_run(n=100000, pause_ms=20)
    worker = start_worker(folder, folder.request())
    wait_for(has_events(folder))
    started = time.monotonic()
    assert cancel(folder).state == "cancelled"
    assert time.monotonic() - started < 2
    assert worker.wait(5) == 3


def test_cancel_ends_a_deaf_run_within_six_seconds(new_run: NewRun) -> None:
    folder = new_run(n=100000, pause_ms=20, deaf=True)
    worker = start_worker(folder, folder.request())
    wait_for(has_events(folder))
    started = time.monotonic()
    assert cancel(folder).state == "cancelled"
    assert time.monotonic() - started < 6
    worker.wait(5)


def test_a_terminated_worker_is_interrupted_not_cancelled(new_run: NewRun) -> None:
    folder = new_run(n=100000, pause_ms=20)
    worker = start_worker(folder, folder.request())
    wait_for(has_events(folder))
    worker.terminate()
    assert worker.wait(10) == 3
    assert folder.status().state == "interrupted"


def test_a_killed_run_goes_on_from_its_checkpoint_to_the_same_end(new_run: NewRun) -> None:
    whole, cut = new_run("whole", n=60), new_run("cut", n=60, pause_ms=20)
    assert work(whole) == 0
    worker = start_worker(cut, cut.request())
    wait_for(lambda: has_checkpoint(cut))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert cut.status().state == "interrupted"
    assert work(cut) == 0
    assert values(cut) == values(whole)
    done_again = next(
        row
        for event in read_events(cut.events_file)
        if event["type"] == "metric"
        for row in event["rows"]
        if row[0] == "sum/steps_done"
    )
    assert done_again[1] < 60
    assert cut.status().attempt == 2


def test_a_run_without_checkpoint_starts_over(new_run: NewRun) -> None:
    whole, cut = new_run("whole", n=30), new_run("cut", n=30, pause_ms=20, checkpoint_every=0)
    work(whole)
    worker = start_worker(cut, cut.request())
    wait_for(lambda: len(values(cut)) > 3)
    worker.kill()
    worker.wait()
    assert work(cut) == 0
    assert values(cut) == values(whole)


def test_a_second_worker_is_refused_while_the_first_is_at_work(new_run: NewRun) -> None:
    folder = new_run(n=100000, pause_ms=20)
    first = start_worker(folder, folder.request())
    wait_for(has_events(folder))
    second = subprocess.run(
        worker_command(folder, folder.request()),
        env=worker_environment(folder.request()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 2
    assert "already at work" in second.stderr
    cancel(folder)
    first.wait(10)


def test_the_heartbeat_beats(new_run: NewRun) -> None:
    folder = new_run(n=100000, pause_ms=20)
    worker = start_worker(folder, folder.request())
    wait_for(has_events(folder))
    os.utime(folder.worker_file, (0, 0))
    wait_for(lambda: folder.worker_file.stat().st_mtime > 0, 5)
    assert folder.is_alive()
    assert cancel(folder).state == "cancelled"
    worker.wait(10)


def test_following_hands_over_every_event_once(new_run: NewRun) -> None:
    folder = new_run(n=40, pause_ms=5)
    seen: list[dict[str, Any]] = []
    status = follow(folder, seen.extend, start_worker(folder, folder.request()))
    assert status.state == "done"
    assert [event["seq"] for event in seen] == [event["seq"] for event in read_events(folder.events_file)]


def test_a_run_whose_starter_died_is_found_by_its_folder(new_run: NewRun) -> None:
    folder = new_run(n=60, pause_ms=20)
    code = (
        "from neurostudio.core.run_folder import RunFolder; from neurostudio.jobs.launch import start_worker; from pathlib import Path\n"
        f"f = RunFolder(Path({str(folder.path)!r})); start_worker(f, f.request())"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    wait_for(has_events(folder))
    assert follow(folder, lambda _: None).state == "done"
    assert len(values(folder)) == 60


def test_the_worker_needs_neither_index_nor_window(new_run: NewRun) -> None:
    folder = new_run(n=3)
    code = (
        "import sys; from neurostudio.jobs.worker import main\n"
        f"code = main([{str(folder.path)!r}])\n"
        "bad = [m for m in ('sqlalchemy', 'alembic', 'PySide6', 'typer', 'torch') if m in sys.modules]\n"
        "assert code == 0 and not bad, (code, bad)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_metrics_are_batched(new_run: NewRun) -> None:
    folder = new_run(n=3000, checkpoint_every=0)
    work(folder)
    batches = [event for event in read_events(folder.events_file) if event["type"] == "metric"]
    assert sum(len(event["rows"]) for event in batches) == 3001
    assert len(batches) < 600


def test_the_request_on_disk_is_plain_json(new_run: NewRun) -> None:
    document = json.loads(new_run(n=3).request_file.read_text())
    assert document["method"] == "counting.sum"
    assert document["settings"] == {"n": 3}


def has_events(folder: RunFolder) -> Callable[[], bool]:
    return lambda: folder.events_file.exists() and len(values(folder)) > 0
