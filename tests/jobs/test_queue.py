"""The queue with real workers: slots, dependencies, order, stopping."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.core.method import Resources
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.queue import Ended, Job, Queue, Started

pytestmark = pytest.mark.usefixtures("counting_environment")

MakeJob = Callable[..., Job]


@pytest.fixture
def job(tmp_path: Path) -> MakeJob:
    def make(key: str, after: tuple[str, ...] = (), cores: int = 1, **settings: object) -> Job:
        def prepare() -> tuple[RunFolder, Request]:
            request = Request(id=key, name=key, method="counting.sum", settings={"n": 3, **settings})
            folder = RunFolder(tmp_path / "runs" / key)
            folder.create(request)
            return folder, request

        return Job(key, Resources(cores=cores, memory_gb=0.1), prepare, after)

    return make


def run_all(queue: Queue, seconds: float = 60) -> list[Started | Ended]:
    changes: list[Started | Ended] = []
    end = time.monotonic() + seconds
    while not queue.is_idle:
        assert time.monotonic() < end
        changes += queue.step()
        time.sleep(0.02)
    return changes


def story(changes: list[Started | Ended]) -> list[str]:
    return [f"{'+' if isinstance(change, Started) else '-'}{change.job.key}" for change in changes]


def test_jobs_wait_for_free_slots(job: MakeJob) -> None:
    queue = Queue(Resources(cores=2, memory_gb=8))
    for one in (job("a", cores=2), job("b"), job("c")):
        queue.add(one)
    changes = story(run_all(queue))
    assert changes[:2] == ["+a", "-a"]
    assert changes[2:4] == ["+b", "+c"]


def test_a_job_larger_than_the_machine_runs_alone(job: MakeJob) -> None:
    queue = Queue(Resources(cores=1, memory_gb=8))
    queue.add(job("big", cores=64))
    assert story(run_all(queue)) == ["+big", "-big"]


def test_a_job_starts_after_those_it_needs_and_not_when_they_failed(job: MakeJob) -> None:
    queue = Queue(Resources(cores=4, memory_gb=8))
    for one in (
        job("good"),
        job("bad", fail_at=1),
        job("after-good", ("good",)),
        job("after-bad", ("bad",)),
        job("later", ("after-bad",)),
    ):
        queue.add(one)
    ended = {change.job.key: change for change in run_all(queue) if isinstance(change, Ended)}
    assert ended["after-good"].is_done
    assert not ended["bad"].is_done
    assert "needs 'bad'" in ended["after-bad"].reason
    assert "needs 'after-bad'" in ended["later"].reason


def test_at_once_bounds_what_runs_together(job: MakeJob) -> None:
    queue = Queue(Resources(cores=8, memory_gb=8), at_once=1)
    queue.add(job("a"))
    queue.add(job("b"))
    assert story(run_all(queue)) == ["+a", "-a", "+b", "-b"]


def test_waiting_jobs_can_be_moved_and_taken_out(job: MakeJob) -> None:
    queue = Queue(Resources(cores=1, memory_gb=8))
    for key in "abc":
        queue.add(job(key))
    queue.move("c", 0)
    assert queue.remove("b").reason
    assert story(run_all(queue)) == ["+c", "-c", "+a", "-a"]


def test_a_job_that_cannot_be_prepared_ends_with_the_reason() -> None:
    def prepare() -> tuple[RunFolder, Request]:
        raise RequestError("The data of 'mr' are missing")

    queue = Queue(Resources(cores=1, memory_gb=1))
    queue.add(Job("a", Resources(), prepare))
    (ended,) = queue.step()
    assert isinstance(ended, Ended)
    assert "mr" in ended.reason


def test_stopping_ends_everything_quickly(job: MakeJob) -> None:
    queue = Queue(Resources(cores=2, memory_gb=8))
    for key in "abc":
        queue.add(job(key, n=100000, pause_ms=20))
    queue.step()
    deadline = time.monotonic() + 20
    while any(folder.status().state != "running" for _, folder, _ in queue.running.values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    started = time.monotonic()
    ended = queue.stop()
    assert time.monotonic() - started < 6
    assert queue.is_idle
    assert sorted(item.status.state if item.status else "not started" for item in ended) == [
        "cancelled",
        "cancelled",
        "not started",
    ]
