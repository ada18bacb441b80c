"""Several programs on one project, some of them killed: each event counts once."""

import random
import time
from pathlib import Path

import pytest

from neurostudio.core.events import read_events
from neurostudio.core.run_folder import run_folders
from neurostudio.store import Store, ingest_project, read, rebuild


def assert_each_event_counts_once(project: Path, contents, runs: list[str], n_steps: int) -> None:
    """Compare with the record itself, and with an index made afresh."""
    with Store.open(project) as store:
        assert ingest_project(store).problems == ()
        assert sorted(row.run_id for row in read.runs(store, state="done")) == runs
        for folder in run_folders(project):
            rows = [row for event in read_events(folder.events_file) if event["type"] == "metric" for row in event["rows"]]
            assert len(rows) == 2 * n_steps
            for name in ("train/loss", "train/rate"):
                curve = read.curve(store, folder.id, name)
                assert list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True)) == [
                    (step, value) for metric, value, step, _ in rows if metric == name
                ]
            assert len(read.logs(store, folder.id)) == -(-n_steps // 50)
    kept = contents(project)
    rebuild(project)
    assert contents(project) == kept


@pytest.mark.slow
def test_no_event_is_lost_or_counted_twice_when_the_reader_is_killed_at_random_moments(project: Path, start, contents) -> None:
    Store.open(project, create=True).close()
    n_steps = 1500
    writers = [start("write", project, run, n_steps, 0.002) for run in ("run-1", "run-2")]
    luck = random.Random(1)
    kills = 0
    while any(writer.poll() is None for writer in writers) or kills < 6:
        reader = start("ingest", project)
        assert reader.stdout.readline() == "ready\n"
        time.sleep(luck.uniform(0.05, 0.4))
        reader.kill()
        reader.wait()
        kills += 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert_each_event_counts_once(project, contents, ["run-1", "run-2"], n_steps)


@pytest.mark.slow
def test_programs_that_take_in_one_project_at_the_same_time_share_the_work(project: Path, start, contents) -> None:
    Store.open(project, create=True).close()
    readers = [start("ingest", project, 5) for _ in range(3)]
    writers = [start("write", project, f"run-{number}", 600, 0.003) for number in range(2)]
    outputs = [process.communicate(timeout=120) for process in (*readers, *writers)]
    assert [process.returncode for process in (*readers, *writers)] == [0] * 5, outputs
    with Store.open(project) as store:
        left = ingest_project(store).events
    taken = sum(int(output.split()[-1]) for output, _ in outputs[:3])
    assert taken + left == sum(1 for folder in run_folders(project) for _ in read_events(folder.events_file))
    assert_each_event_counts_once(project, contents, ["run-0", "run-1"], 600)


@pytest.mark.slow
def test_a_rebuild_under_the_hands_of_other_programs_is_followed_by_them(project: Path, start, contents) -> None:
    Store.open(project, create=True).close()
    reader = start("ingest", project, 4)
    writer = start("write", project, "run-1", 400, 0.003)
    assert reader.stdout.readline() == "ready\n"
    for _ in range(3):
        time.sleep(0.7)
        rebuild(project)
    for process in (reader, writer):
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert_each_event_counts_once(project, contents, ["run-1"], 400)
