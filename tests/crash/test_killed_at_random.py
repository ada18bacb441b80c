"""Worker, command and follower are killed at random moments: nothing flushed is lost, and a resume comes to the same end."""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from neurostudio.app import runs as use
from neurostudio.app.project import Project
from neurostudio.core.events import read_events
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.launch import start_worker
from neurostudio.store.read import curve

LANES = 2  # rounds at the same time: most of a round is waiting for one process to start
SEED = 3
LENGTHS = (60, 120, 200)
FOLLOWER, COMMAND, WORKER = "follower", "command", "worker"
LAST_DELAY_S = {"start": 1.5, "claim": 0.4, "work": 0.4, "checkpoint": 0.1}
"""Stage of the run that is waited for first -> longest pause after it, until the first victim is killed."""


@dataclass(frozen=True)
class Kill:
    """One blow: who is killed, in which order, and when."""

    victims: tuple[str, ...]
    stage: str
    delay_s: float
    gap_s: float


@dataclass(frozen=True)
class Plan:
    """What one round does; all of it is drawn from its seed."""

    n: int
    pause_ms: float
    checkpoint_every: int
    kills: tuple[Kill, ...]

    @classmethod
    def draw(cls, seed: int, lengths: tuple[int, ...]) -> "Plan":
        """The round of that seed."""
        luck = random.Random(seed)
        return cls(
            n=luck.choice(lengths),
            pause_ms=luck.uniform(2, 5),
            checkpoint_every=luck.choice((3, 5, 10)),
            kills=tuple(_draw_kill(luck) for _ in range(luck.choice((1, 1, 2)))),
        )

    def flags(self) -> list[object]:
        """The flags of ``neurostudio run``."""
        settings = [f"{key}={getattr(self, key)}" for key in ("n", "pause_ms", "checkpoint_every")]
        return ["counting.sum", "--seed", SEED, "--device", "cpu", *(word for one in settings for word in ("--set", one))]


def _draw_kill(luck: random.Random) -> Kill:
    everyone = [FOLLOWER, COMMAND, WORKER]
    victims = luck.sample(everyone, luck.choice((1, 2, 3)))
    stage = luck.choice(list(LAST_DELAY_S))
    return Kill(tuple(victims), stage, luck.uniform(0, LAST_DELAY_S[stage]), luck.choice((0, luck.uniform(0, 0.1))))


@dataclass
class Round:
    """One project, one run, some kills, and the way back."""

    study: Any
    plan: Plan
    follower: "subprocess.Popen[str]"
    checks: Callable[[Path], None]
    killed: set[str] = field(default_factory=set)
    flushed: bytes = b""
    tally: Counter[str] = field(default_factory=Counter)

    def play(self) -> Counter[str]:
        """Strike as planned and look at what is left each time, then bring the run to its end."""
        for kill in self.plan.kills:
            self._strike(kill)
            if self._state() == "done":
                break
        if FOLLOWER not in self.killed:  # it has seen everything happen and must not have minded
            _, errors = self.follower.communicate(timeout=60)
            assert (self.follower.returncode, errors) == (0, "")
        if self._state() != "done":
            command = self._start()
            _, errors = command.communicate(timeout=60)
            assert command.returncode == 0, errors
            self.tally["resumed"] += 1
        self._look()
        assert self._state() == "done"
        return self.tally

    def _start(self) -> "subprocess.Popen[str]":
        folder = self.study.folder()
        return self.study.start("resume", folder.id) if folder else self.study.start("run", *self.plan.flags())

    def _strike(self, kill: Kill) -> None:
        before, state = _progress(self.study.folder()), self._state()
        command = self._start()
        while _progress(self.study.folder())[kill.stage] <= before[kill.stage] and command.poll() is None:
            time.sleep(0.002)
        time.sleep(kill.delay_s)
        dead = set()
        for victim in kill.victims:
            dead |= self._kill(victim, command)
            time.sleep(kill.gap_s)
        _, errors = command.communicate(timeout=60)
        self.study.wait_for_workers()
        self._look()
        self._compare_state(state, command.returncode, errors, dead)

    def _kill(self, victim: str, command: "subprocess.Popen[str]") -> set[str]:
        if victim == WORKER:
            processes = self.study.workers()
        else:
            processes = [process for process in [command if victim == COMMAND else self.follower] if process.poll() is None]
        for process in processes:
            process.kill()
            process.wait()
        if not processes:
            return set()
        self.killed.add(victim)
        self.tally[victim] += 1
        return {victim}

    def _look(self) -> None:
        """Whatever was in the record is still there, and the index says what the record says."""
        folder = self.study.folder()
        content = folder.events_file.read_bytes() if folder and folder.events_file.exists() else b""
        assert content.startswith(self.flushed)
        self.flushed = content[: content.rfind(b"\n") + 1]
        self.checks(self.study.path)

    def _state(self) -> str:
        with Project.open(self.study.path) as project:
            rows = use.list_runs(project)
        return rows[0].state if rows else "none"

    def _compare_state(self, before: str, code: int, errors: str, dead: set[str]) -> None:
        state = self._state()
        self.tally[state] += 1
        if WORKER in dead:  # just before its first word or just after its last one, that makes no difference
            assert state in ("queued", "interrupted", "done")
        elif COMMAND in dead:  # a worker outlives its command, if it came to have one
            assert state in (before, "queued", "done")
        else:
            assert state == "done"
        if COMMAND not in dead:
            assert code == {"interrupted": 3, "done": 0, "queued": 1}[state], errors
            assert "Traceback" not in errors
            assert state == "done" or "neurostudio resume" in errors


def _progress(folder: RunFolder | None) -> dict[str, int]:
    """How far a run has come, as numbers that only grow; ``start`` is always past."""
    worker = folder.worker() if folder else None
    events = list(read_events(folder.events_file)) if folder else []
    checkpoints = sum(event["type"] == "checkpoint" for event in events)
    return {
        "start": time.monotonic_ns(),
        "claim": worker.attempt if worker else 0,
        "work": len(events),
        "checkpoint": checkpoints,
    }


@dataclass(frozen=True)
class Result:
    """What must be the same however often a run was killed."""

    metrics: dict[str, float]
    steps: list[int]
    values: list[float]
    files: dict[str, bytes]


def result_of(path: Path, run_id: str) -> Result:
    with Project.open(path) as project:
        detail = use.show(project, run_id)
        points = curve(project.store, run_id, "sum/value")
    metrics = dict(detail.metrics)
    done_here = metrics.pop("sum/steps_done")  # of the last attempt alone
    firsts = [event["fields"]["first"] for event in read_events(detail.folder / "events.jsonl") if event["type"] == "log"]
    assert done_here == len(points.values) - firsts[-1]
    artifacts = detail.folder / "artifacts"
    assert not list(detail.folder.rglob(".partial-*"))
    files = {str(file.relative_to(artifacts)): file.read_bytes() for file in artifacts.rglob("*") if file.is_file()}
    assert "steps.csv" in files
    return Result(metrics, points.steps.tolist(), points.values.tolist(), files)


@pytest.fixture
def play(new_study, index_is_the_record) -> Callable[..., Counter[str]]:
    """Play rounds in a few lanes; returns what came about. A failure names the seeds of its rounds."""

    def reference(n: int) -> Result:
        study = new_study(f"whole-{n}")
        whole = study.call("run", *Plan(n, 0, 10, ()).flags())
        assert whole.returncode == 0, whole.stderr
        return result_of(study.path, study.folder().id)

    def play_one(seed: int, lengths: tuple[int, ...], references: dict[int, Future[Result]]) -> Counter[str]:
        study = new_study(f"round-{seed}")
        plan = Plan.draw(seed, lengths)
        try:
            tally = Round(study, plan, study.program("follow"), index_is_the_record).play()
            assert result_of(study.path, study.folder().id) == references[plan.n].result()
        except Exception as error:
            error.add_note(f"in the round of seed {seed}: {plan}")
            raise
        finally:
            study.end()
        return tally

    def play_all(seeds: range, lengths: tuple[int, ...]) -> Counter[str]:
        with ThreadPoolExecutor(LANES) as lanes:
            references = {n: lanes.submit(reference, n) for n in lengths}
            rounds = [lanes.submit(play_one, seed, lengths, references) for seed in seeds]
        failures = [error for one in rounds if isinstance(error := one.exception(), Exception)]
        if failures:
            raise ExceptionGroup(f"{len(failures)} of {len(rounds)} rounds failed", failures)
        return sum((one.result() for one in rounds), Counter())

    return play_all


@pytest.mark.slow
def test_a_few_kills_lose_nothing_and_a_resume_comes_to_the_same_end(play) -> None:
    tally = play(range(1000, 1004), LENGTHS[:1])
    assert tally["resumed"]


def test_a_worker_that_dies_before_its_first_word_is_told_and_can_be_resumed(
    study, command_line, wait, index_is_the_record
) -> None:
    plan = Plan(20, 0, 5, ())
    command = study.start("run", *plan.flags())
    wait(lambda: study.workers() != [] or command.poll() is not None)
    for worker in study.workers():
        worker.kill()
    _, errors = command.communicate(timeout=60)
    assert not study.folder().worker_file.exists(), "the worker was faster than the blow"
    assert command.returncode == 1
    assert "did not start" in errors
    assert "neurostudio resume" in errors
    assert "Traceback" not in errors
    code, _, told = command_line("resume", study.path, "latest")
    assert code == 0, told
    index_is_the_record(study.path)


def test_a_checkpoint_that_was_set_aside_when_the_blow_fell_still_counts(
    study, counting_environment, wait, recorded, index_is_the_record
) -> None:
    folder = RunFolder(study.path / "runs" / "one")
    settings = {"n": 60, "pause_ms": 10}
    folder.create(Request(id="one", name="one", method="counting.sum", settings=settings, seed=SEED))
    worker = start_worker(folder, folder.request())
    wait(lambda: (folder.checkpoint / "checkpoint.json").exists())
    worker.kill()
    worker.wait()
    folder.checkpoint.rename(folder.path / ".partial-0123abcd-old")  # the old one is away, and the new one not yet there
    assert start_worker(folder, folder.request()).wait(60) == 0
    run = recorded(folder)
    assert [step for *_, name, _, step, _ in run["metrics"] if name == "sum/value"] == list(range(60))
    assert run["finals"]["sum/steps_done"] < 60
    index_is_the_record(study.path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_rounds_of_kills_lose_nothing_and_a_resume_comes_to_the_same_end(play) -> None:
    tally = play(range(100), LENGTHS)
    assert min(tally[victim] for victim in (FOLLOWER, COMMAND, WORKER)) >= 20, tally
    assert min(tally["interrupted"], tally["done"]) >= 10, tally
