"""Run folders: requests, states, ids."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from neurostudio.core.errors import StoreError
from neurostudio.core.events import EventWriter
from neurostudio.core.files import write_json
from neurostudio.core.method import Input
from neurostudio.core.run_folder import Request, RunFolder, WorkerInfo, new_run_id, process_started, run_folders


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path / "study" / "runs" / "r1")
    inside = Input(
        "train", "mr", "labelled-text", tmp_path / "study" / "data" / "mr.tsv", "abc", {"encoding": "utf-8"}, {"dataset": "mr"}
    )
    outside = Input("test", "sst", "labelled-text", tmp_path / "elsewhere" / "sst.tsv")
    made.create(Request(id="r1", name="first", method="a.b", settings={"x": 1}, inputs=(inside, outside), seed=3))
    return made


def run_as(folder: RunFolder, pid: int, started: float, host: str = "", attempt: int = 1) -> None:
    write_json(folder.worker_file, WorkerInfo(pid, started, host or socket.gethostname(), attempt).__dict__)
    writer = EventWriter(folder.events_file)
    writer.write("state", state="running", attempt=attempt)
    writer.close()


def test_a_request_comes_back_and_moves_with_the_project(folder: RunFolder, tmp_path: Path) -> None:
    assert '"data/mr.tsv"' in folder.request_file.read_text()
    (tmp_path / "study").rename(tmp_path / "moved")
    moved = RunFolder(tmp_path / "moved" / "runs" / "r1").request()
    assert moved.inputs[0].path == tmp_path / "moved" / "data" / "mr.tsv"
    assert moved.inputs[1].path == tmp_path / "elsewhere" / "sst.tsv"
    assert (moved.seed, moved.settings, moved.inputs[0].options) == (3, {"x": 1}, {"encoding": "utf-8"})


def test_a_new_run_is_queued_and_can_be_cancelled_before_it_starts(folder: RunFolder) -> None:
    assert folder.status().state == "queued"
    folder.request_cancel()
    assert folder.status().state == "cancelled"


def test_the_state_of_a_living_and_of_a_dead_worker(folder: RunFolder) -> None:
    started = process_started(os.getpid())
    assert started is not None
    run_as(folder, os.getpid(), started)
    assert folder.status().state == "running"
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    run_as(folder, child.pid, started)
    assert folder.status().state == "interrupted"
    folder.request_cancel()
    assert folder.status().state == "cancelled"


def test_a_process_number_used_again_is_not_the_worker(folder: RunFolder) -> None:
    run_as(folder, os.getpid(), 1000.0)
    assert folder.status().state == "interrupted"


def test_a_worker_on_another_host_lives_by_its_heartbeat(folder: RunFolder) -> None:
    run_as(folder, 1, 0.0, host="another-host")
    assert folder.status().state == "running"
    os.utime(folder.worker_file, (0, 0))
    assert folder.status().state == "interrupted"


def test_a_newer_or_damaged_request_is_refused_with_a_sentence(folder: RunFolder) -> None:
    folder.request_file.write_text('{"format": 99, "id": "r1"}')
    with pytest.raises(StoreError, match="newer program"):
        folder.request()
    folder.request_file.write_text("{")
    with pytest.raises(StoreError, match=r"request\.json cannot be read"):
        folder.request()


def test_run_folders_lists_only_those_with_a_request(folder: RunFolder) -> None:
    (folder.path.parent / "stray").mkdir()
    assert [found.id for found in run_folders(folder.project)] == ["r1"]
    assert run_folders(folder.project / "nowhere") == []


def test_run_ids_sort_by_time_and_differ() -> None:
    early, late = new_run_id("spiking.text", 1.0e9), new_run_id("spiking.text", 1.1e9)
    assert early < late
    assert len({new_run_id("a.b", 1e9) for _ in range(100)}) == 100
    assert early.startswith("20010909-014640-spiking-text-")
