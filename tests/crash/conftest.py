"""Projects under real programs: commands, workers and followers as processes, and what the record says beside the index."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from neurostudio.app.batches import run_batch
from neurostudio.app.datasets import import_data
from neurostudio.app.project import Project
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import RunFolder, run_folders
from neurostudio.store import Store, ingest_project, rebuild

PROGRAMS = Path(__file__).with_name("programs.py")
WAIT_S = 120.0


@dataclass
class Study:
    """One project and the real programs that work on it."""

    path: Path
    environment: dict[str, str]
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, command: str, *arguments: object) -> "subprocess.Popen[str]":
        """Start ``neurostudio COMMAND PROJECT ARGUMENT...``."""
        return self._spawn("-m", "neurostudio", command, self.path, *arguments)

    def call(self, command: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """Run ``neurostudio COMMAND PROJECT ARGUMENT...`` to its end."""
        process = self.start(command, *arguments)
        output, errors = process.communicate(timeout=WAIT_S)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def program(self, name: str, *arguments: object) -> "subprocess.Popen[str]":
        """Start one of the programs in programs.py on this project."""
        return self._spawn(PROGRAMS, name, self.path, *arguments)

    def folder(self) -> RunFolder | None:
        """The only run of the project, None before there is one."""
        there = run_folders(self.path)
        assert len(there) < 2
        return there[0] if there else None

    def workers(self) -> list[psutil.Process]:
        """Every living worker of this project, also one that has not said a word yet."""
        found = []
        for process in psutil.process_iter():
            try:
                command = process.cmdline()
                if "worker" in command and any(Path(part).is_relative_to(self.path) for part in command):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def wait_for_workers(self) -> None:
        """Wait until the workers have come to their own end."""
        wait_for(lambda: not self.workers())

    def end(self) -> None:
        """Kill what is left."""
        for process in self.processes:
            process.kill()
            process.communicate()
        for worker in self.workers():
            worker.kill()

    def _spawn(self, *arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process


@pytest.fixture
def new_study(tmp_path: Path, plugin_environment: dict[str, str]) -> Iterator[Callable[..., Study]]:
    """Make an empty project below ``tmp_path``; whatever still works on it is killed at the end."""
    studies = []

    def make(name: str = "study") -> Study:
        path = tmp_path / name
        Project.create(path).close()
        studies.append(Study(path, plugin_environment))
        return studies[-1]

    yield make
    for study in studies:
        study.end()


@pytest.fixture
def study(new_study: Callable[..., Study]) -> Study:
    return new_study()


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory: pytest.TempPathFactory, plugin_environment: dict[str, str]) -> Path:
    """A project with two finished runs, a linked and a copied data set: to be copied, not to be changed."""
    path = tmp_path_factory.mktemp("finished") / "study"
    linked, copied = path.with_name("linked.txt"), path.with_name("copied.txt")
    linked.write_text("the cat sat on the mat\n" * 20, encoding="utf-8")
    copied.write_text("the dog ate the bone\n" * 20, encoding="utf-8")
    batch = path.with_name("batch.yaml")
    batch.write_text(
        "runs:\n"
        "  - {name: first, method: counting.sum, seed: 3, device: cpu, settings: {n: 30}, inputs: {corpus: linked}}\n"
        "  - {name: second, method: counting.sum, seed: 4, device: cpu, settings: {n: 20}, inputs: {corpus: copied}}\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch, Project.create(path) as project:
        patch.setenv("PYTHONPATH", plugin_environment["PYTHONPATH"])
        patch.syspath_prepend(plugin_environment["PYTHONPATH"].split(os.pathsep)[0])
        registry.cache_clear()
        import_data(project, [linked], kind="corpus")
        import_data(project, [copied], kind="corpus", copy=True)
        assert [item.outcome for item in run_batch(project, batch)] == ["done", "done"]
    registry.cache_clear()
    return path


@pytest.fixture
def finished(finished_study: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return shutil.copytree(finished_study, tmp_path / "study")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a disk in memory at ``tmp_path / "disk"``; call it with mount options (``size=2m``, ``ro``) first and again."""
    disk = tmp_path / "disk"
    mounted = False

    def mount(options: str) -> Path:
        nonlocal mounted
        disk.mkdir(exist_ok=True)
        arguments = ["-o", f"remount,{options}", str(disk)] if mounted else ["-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
        if not _succeeds("mount", *arguments):
            assert not mounted
            pytest.skip("small disk: this machine does not allow mounting")
        mounted = True
        return disk

    yield mount
    if mounted:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def command_line(counting_environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run one command line in this process: exit code, standard output, standard error on one line."""
    with warnings.catch_warnings():  # typer 0.20 imports a name that click 8.4 deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        from neurostudio.cli.main import run

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        output, errors = capsys.readouterr()
        return code, output, " ".join(errors.split())

    return call


@pytest.fixture(scope="session")
def recorded() -> Callable[[RunFolder], dict[str, Any]]:
    return recorded_run


@pytest.fixture(scope="session")
def indexed() -> Callable[[Path], dict[str, dict[str, Any]]]:
    return indexed_runs


@pytest.fixture(scope="session")
def index_is_the_record() -> Callable[[Path], None]:
    return assert_index_is_the_record


@pytest.fixture(scope="session")
def wait() -> Callable[..., None]:
    return wait_for


def wait_for(condition: Callable[[], bool], seconds: float = WAIT_S) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def assert_index_is_the_record(project: Path) -> None:
    """The project opens, and its index says what the run folders say, neither less nor twice; so does one made afresh."""
    with Store.open(project) as store:
        assert ingest_project(store).problems == ()
    Project.open(project).close()
    found = indexed_runs(project)
    assert found == {folder.id: recorded_run(folder) for folder in run_folders(project)}
    copy = shutil.copytree(project, project.with_name(f"{project.name}-made-again"))
    rebuild(copy)
    assert indexed_runs(copy) == found
    shutil.rmtree(copy)


def recorded_run(folder: RunFolder) -> dict[str, Any]:
    """What the files of a run say, read line by line; of a run that nobody works on."""
    content = folder.events_file.read_bytes() if folder.events_file.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    events = [json.loads(line) for line in whole.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    run: dict[str, Any] = {"state": "queued", "attempt": 0, "checkpoint": "", "metrics": [], "artifacts": {}, "logs": []}
    for event in events:
        if event["type"] == "state":
            run["state"], run["attempt"] = event["state"], event["attempt"]
            if "resumed_seq" in event:
                run["metrics"] = [point for point in run["metrics"] if point[0] <= event["resumed_seq"]]
        elif event["type"] == "metric":
            run["metrics"] += [(event["seq"], part, *row) for part, row in enumerate(event["rows"])]
        elif event["type"] == "artifact":
            run["artifacts"][event["name"]] = (event["path"], event["size"], event["sha256"])
        elif event["type"] == "log":
            run["logs"].append((event["seq"], event["message"]))
        elif event["type"] == "checkpoint":
            run["checkpoint"] = event["step"]
    if run["state"] not in ("done", "failed", "cancelled", "interrupted") and folder.worker_file.exists():
        run["state"] = "interrupted"
    run["finals"] = {name: value for _, _, name, value, _, _ in run["metrics"]}
    run["read"] = (len(whole), len(events))
    return run


def indexed_runs(project: Path) -> dict[str, dict[str, Any]]:
    """What the index says, in the form of :func:`recorded_run`; read without the program."""
    found = {}
    with closing(sqlite3.connect(project / "project.sqlite")) as index:
        for number, run_id, state, attempt, checkpoint, *read in index.execute(
            "SELECT id, run_id, state, attempt, checkpoint, cursor, last_seq FROM runs"
        ).fetchall():
            metrics = index.execute(
                "SELECT m.seq, m.part, n.name, m.value, m.step, m.t FROM metrics m JOIN metric_names n ON n.id = m.name"
                " WHERE m.run = ? ORDER BY m.seq, m.part",
                (number,),
            )
            finals = index.execute(
                "SELECT n.name, f.value FROM final_metrics f JOIN metric_names n ON n.id = f.name WHERE f.run = ?", (number,)
            )
            artifacts = index.execute("SELECT name, path, size, sha256 FROM artifacts WHERE run = ?", (number,))
            logs = index.execute("SELECT seq, message FROM logs WHERE run = ? ORDER BY seq", (number,))
            found[run_id] = {
                "state": state,
                "attempt": attempt,
                "checkpoint": checkpoint,
                "metrics": metrics.fetchall(),
                "artifacts": {name: tuple(row) for name, *row in artifacts},
                "logs": logs.fetchall(),
                "finals": dict(finals.fetchall()),
                "read": tuple(read),
            }
    return found


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}).returncode == 0
    except FileNotFoundError:
        return False
