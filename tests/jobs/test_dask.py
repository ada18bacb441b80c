"""Runs on a real dask cluster: a scheduler and two workers on loopback, some of which are killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from neurostudio.core.events import Event, decode_number, read_events
from neurostudio.core.method import Input
from neurostudio.core.provenance import sha256_of
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.launch import cancel
from neurostudio.jobs.recorder import checkpoint_seq

pytest.importorskip("distributed")

WAIT_S = 60.0
OF_EACH_PROCESS = Path("/proc/self/cwd")  # names another folder in each process: a path that only the relay can follow


BORROWED = "neurostudio-borrowed-"


@dataclass
class Site:
    """A scheduler with its workers; each worker has its own folders, and none of them is the relay's."""

    folder: Path
    environment: dict[str, str]
    address: str = ""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_scheduler(self) -> None:
        """Start it on a free port."""
        file = self.folder / "scheduler.json"
        self._start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        wait_until(file.exists)
        self.address = json.loads(file.read_text())["address"]

    def start_worker(self, name: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, without a nanny."""
        options = ["--no-nanny", "--nworkers", "1", "--nthreads", "1", "--host", "127.0.0.1", "--name", name]
        scratch = self.folder / f"{name}-scratch"
        return self._start(name, "worker", self.address, *options, "--local-directory", str(scratch), **environment)

    @property
    def where(self) -> str:
        """As ``--on`` takes it."""
        return self.address.replace("tcp://", "dask://")

    def worker_of(self, run: RunFolder) -> subprocess.Popen[bytes]:
        """The dask worker that has taken a run last."""
        address = next(event["fields"]["worker"] for event in reversed(events_of(run, "log")) if "worker" in event["fields"])
        (name,) = [path.stem for path in self.folder.glob("*.log") if f"Start worker at: {address}" in squeezed(path)]
        return self.processes[name]

    def borrowed(self) -> list[Path]:
        """Copies of runs that lie on the workers' disks."""
        return [Path(parent, name) for parent, names, _ in os.walk(self.folder) for name in names if name.startswith(BORROWED)]

    def stop(self) -> None:
        """Kill everything that still runs."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _start(self, name: str, command: str, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        cwd = self.folder / f"{name}-cwd"
        cwd.mkdir(parents=True)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", command, "--no-dashboard", *options],
                cwd=cwd,
                env={**self.environment, "TMPDIR": str(cwd), **environment},
                stdout=log,
                stderr=log,
            )
        self.processes[name] = process
        return process


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, plugin_environment: dict[str, str]) -> Iterator[Site]:
    """Two workers, for tests that leave them alive."""
    with a_site(tmp_path_factory.mktemp("site"), plugin_environment) as site:
        site.start_worker("one")
        site.start_worker("two")
        yield site


@contextlib.contextmanager
def a_site(folder: Path, environment: dict[str, str]) -> Iterator[Site]:
    site = Site(folder, environment)
    try:
        site.start_scheduler()
        yield site
    finally:
        site.stop()


@dataclass
class Home:
    """Where the project is."""

    folder: Path
    environment: dict[str, str]

    def run_folder(self, name: str, where: str = "local", inputs: tuple[Input, ...] = (), **settings: Any) -> RunFolder:
        """Make a run of the counting method."""
        folder = RunFolder(self.folder / "project" / "runs" / name)
        request = Request(name, name, "counting.sum", settings, inputs, seed=7, where=where)
        folder.create(request)
        return folder

    def start(self, folder: RunFolder) -> subprocess.Popen[bytes]:
        """Start its worker process, as `neurostudio run` does."""
        with folder.log_file.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "neurostudio", "worker", str(folder.path)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def finish(self, folder: RunFolder) -> int:
        """Run to the end; returns the exit code."""
        return self.start(folder).wait(WAIT_S)

    @contextlib.contextmanager
    def running(self, folder: RunFolder) -> Iterator[subprocess.Popen[bytes]]:
        """A worker process that does not outlive the test."""
        process = self.start(folder)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def home(tmp_path: Path, plugin_environment: dict[str, str]) -> Home:
    return Home(tmp_path, plugin_environment)


def wait_until(is_true: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_S
    while not is_true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def squeezed(file: Path) -> str:
    return " ".join(file.read_text().split())


def events_of(folder: RunFolder, kind: str) -> list[Event]:
    return [event for event in read_events(folder.events_file) if event["type"] == kind]


def curve(folder: RunFolder, name: str = "sum/value") -> list[tuple[int | None, float]]:
    """Steps and values as a reader counts them: rows after the checkpoint that an attempt went on from do not count."""
    rows: list[tuple[int, int | None, float]] = []
    for event in read_events(folder.events_file):
        if event["type"] == "state" and "resumed_seq" in event:
            rows = [row for row in rows if row[0] <= event["resumed_seq"]]
        elif event["type"] == "metric":
            rows += [(event["seq"], step, decode_number(value)) for metric, value, step, _ in event["rows"] if metric == name]
    return [(step, value) for _, step, value in rows]


def finals(folder: RunFolder) -> dict[str, float]:
    return {row[0]: decode_number(row[1]) for event in events_of(folder, "metric") for row in event["rows"]}


def files_of(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*") if path.is_file()}


def states(folder: RunFolder) -> list[str]:
    return [event["state"] for event in events_of(folder, "state")]


def processes_of(run: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(run in part for part in process.cmdline()):
                found.append(process)
    return found


def assert_whole(folder: RunFolder) -> None:
    """The record has no gap, every artifact of it is there as it says, and nothing half-written is left."""
    numbers = [event["seq"] for event in read_events(folder.events_file)]
    assert numbers == list(range(1, len(numbers) + 1))
    last = {event["path"]: event["sha256"] for event in events_of(folder, "artifact")}
    assert {path: sha256_of(folder.path / path) for path in last} == last
    assert not list(folder.path.glob(".partial*"))


@pytest.mark.slow
def test_a_run_on_the_cluster_leaves_the_same_folder_as_a_local_one(site: Site, home: Home) -> None:
    settings = {"n": 30, "checkpoint_every": 7, "pause_ms": 5, "ballast_kb": 1500}
    here = home.run_folder("here", **settings)
    there = home.run_folder("there", site.where, **settings)
    assert home.finish(here) == 0
    assert home.finish(there) == 0
    assert states(there) == ["queued", "running", "done"]
    assert curve(there) == curve(here)
    assert len(curve(there)) == 30
    assert finals(there) == finals(here)
    assert files_of(there.artifacts) == files_of(here.artifacts)
    assert not there.checkpoint.exists()
    assert not here.checkpoint.exists()
    assert "counting first=0 n=30" in there.log_file.read_text()
    assert_whole(there)
    wait_until(lambda: not site.borrowed())


@pytest.mark.skipif(not OF_EACH_PROCESS.exists(), reason="needs a path that means another place in another process")
def test_inputs_travel_when_the_worker_does_not_see_them_and_stay_when_it_does(site: Site, home: Home) -> None:
    file, table = home.folder / "corpus.txt", home.folder / "tables"
    file.write_bytes(os.urandom(2_500_000))
    (table / "deep").mkdir(parents=True)
    (table / "a.csv").write_text("x\n1\n")
    (table / "deep" / "empty.csv").touch()
    hidden, seen = OF_EACH_PROCESS / "corpus.txt", table
    inputs = (
        Input("corpus", "corpus", "corpus", hidden, sha256_of(file)),
        Input("table", "unseen", "table", OF_EACH_PROCESS / "tables", sha256_of(table)),
        Input("table", "seen", "table", seen, sha256_of(table)),
    )
    run = home.run_folder("inputs", site.where, inputs, n=2)
    assert home.finish(run) == 0
    read = [event["fields"] for event in events_of(run, "log") if event["message"] == "read"]
    assert ["neurostudio-borrowed-" in fields["path"] for fields in read] == [True, True, False]
    assert [fields["files"] for fields in read] == [1, 2, 2]
    assert [value for _, value in curve(run, "input/bytes")] == [2_500_000, 4, 4]


def test_an_error_of_the_method_comes_home_with_its_traceback(site: Site, home: Home) -> None:
    run = home.run_folder("stumble", site.where, n=9, fail_at=8)
    assert home.finish(run) == 1
    assert states(run)[-1] == "failed"
    (error,) = events_of(run, "error")
    assert "stumbled at step 8" in error["why"]
    assert "ZeroDivisionError" in error["traceback"]
    assert len(curve(run)) == 7


@pytest.mark.slow
def test_a_run_is_cancelled_on_the_cluster_and_resumes_there_and_here_to_the_same_result(site: Site, home: Home) -> None:
    settings = {"n": 150, "pause_ms": 15, "checkpoint_every": 4}
    whole, run = home.run_folder("whole", n=150), home.run_folder("cancelled", site.where, **settings)
    assert home.finish(whole) == 0
    with home.running(run) as relay:
        wait_until(lambda: len(events_of(run, "checkpoint")) >= 2)
        run.request_cancel()
        assert relay.wait(WAIT_S) == 3
    assert states(run) == ["queued", "running", "cancelled"]
    run.cancel_file.unlink()
    before = len(events_of(run, "checkpoint"))
    with home.running(run) as relay:
        wait_until(lambda: len(events_of(run, "checkpoint")) > before)
        relay.send_signal(signal.SIGTERM)
        assert relay.wait(WAIT_S) == 3
    assert states(run)[-3:] == ["queued", "running", "interrupted"]
    run.create(Request(run.id, run.id, "counting.sum", settings, seed=7))
    assert home.finish(run) == 0
    assert curve(run) == curve(whole)
    assert_whole(run)
    wait_until(lambda: not site.borrowed())


@pytest.mark.slow
def test_a_method_that_does_not_listen_is_cancelled_too_and_leaves_nothing_there(site: Site, home: Home) -> None:
    run = home.run_folder("deaf", site.where, n=100_000, pause_ms=10, deaf=True)
    with home.running(run):
        wait_until(lambda: "running" in states(run))
        assert cancel(run).state == "cancelled"
    wait_until(lambda: not site.borrowed() and not processes_of("runs/deaf"))


def test_a_killed_relay_takes_the_worker_process_with_it(site: Site, home: Home) -> None:
    run = home.run_folder("orphan", site.where, n=100_000, pause_ms=10)
    with home.running(run) as relay:
        wait_until(lambda: events_of(run, "checkpoint"))
        relay.kill()
    assert run.status().state == "interrupted"
    wait_until(lambda: not site.borrowed() and not processes_of("runs/orphan"))


@pytest.mark.slow
def test_a_killed_dask_worker_is_replaced_from_the_last_checkpoint(site: Site, home: Home) -> None:
    settings = {"n": 100, "pause_ms": 20, "checkpoint_every": 5}
    whole, run = home.run_folder("whole", n=100), home.run_folder("killed", site.where, **settings)
    assert home.finish(whole) == 0
    with home.running(run) as relay:
        wait_until(lambda: len(events_of(run, "checkpoint")) >= 3)
        site.worker_of(run).kill()
        site.start_worker("three")
        assert relay.wait(WAIT_S) == 0
    assert states(run) == ["queued", "running", "running", "done"]
    first, second = (event for event in events_of(run, "state") if event["state"] == "running")
    assert (first["attempt"], second["attempt"]) == (1, 2)
    assert "resumed_seq" not in first
    assert first["seq"] < second["resumed_seq"] < second["seq"]
    assert len({event["fields"]["worker"] for event in events_of(run, "log") if "worker" in event["fields"]}) == 2
    assert curve(run) == curve(whole)
    assert finals(run)["sum/steps_done"] <= 100 - 15
    assert checkpoint_seq(run) <= len(list(read_events(run.events_file)))
    assert_whole(run)
    wait_until(lambda: not site.borrowed() and not processes_of("runs/killed"))


@pytest.mark.slow
def test_when_every_dask_worker_dies_the_run_is_interrupted_with_a_reason(plugin_environment: dict[str, str], home: Home) -> None:
    once = {**plugin_environment, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with a_site(home.folder / "site", once) as site:
        worker = site.start_worker("only")
        run = home.run_folder("doomed", site.where, n=100_000, pause_ms=10)
        with home.running(run) as relay:
            wait_until(lambda: events_of(run, "checkpoint"))
            worker.kill()
            assert relay.wait(WAIT_S) == 3
        (error,) = events_of(run, "error")
        assert "dask workers died" in error["what"]
        assert run.status().state == "interrupted"
        assert run.checkpoint.is_dir()


@pytest.mark.slow
def test_a_lost_scheduler_interrupts_the_run(plugin_environment: dict[str, str], home: Home) -> None:
    with a_site(home.folder / "site", plugin_environment) as site:
        site.start_worker("only")
        run = home.run_folder("lost", site.where, n=100_000, pause_ms=10)
        with home.running(run) as relay:
            wait_until(lambda: events_of(run, "checkpoint"))
            site.processes["scheduler"].kill()
            assert relay.wait(WAIT_S) == 3
        assert run.status().state == "interrupted"
        assert "scheduler" in events_of(run, "error")[0]["what"]
        wait_until(lambda: not processes_of("runs/lost"))


@pytest.mark.slow
def test_a_worker_without_the_method_is_passed_over_and_a_cluster_without_it_is_refused(
    plugin_environment: dict[str, str], home: Home
) -> None:
    bare = {"PYTHONPATH": ""}
    with a_site(home.folder / "site", plugin_environment) as site:
        site.start_worker("bare", **bare)
        refused = home.run_folder("refused", site.where, n=3)
        assert home.finish(refused) == 1
        (error,) = events_of(refused, "error")
        assert "can run 'counting.sum'" in error["what"]
        assert states(refused) == ["queued", "failed"]
        site.start_worker("able")
        wait_until(lambda: "Registered to:" in (site.folder / "able.log").read_text())
        runs = [home.run_folder(f"mixed-{number}", site.where, n=3) for number in range(2)]
        relays = [home.start(run) for run in runs]
        assert [relay.wait(WAIT_S) for relay in relays] == [0, 0]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("dask://127.0.0.1:1", "No dask scheduler answers"),
        ("dask://nowhere", "not the address"),
        ("dask://a:b", "not the address"),
    ],
)
def test_a_scheduler_that_is_not_there_is_named(home: Home, where: str, said: str) -> None:
    run = home.run_folder("unreachable", where)
    assert home.finish(run) == 1
    (error,) = events_of(run, "error")
    assert said in error["what"]
    assert where in error["what"]
    assert states(run) == ["queued", "failed"]
