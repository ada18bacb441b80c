"""Projects with runs in them, real processes that work on them, and small disks."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.events import EventWriter
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).with_name("programs.py")
MakeRun = Callable[..., RunFolder]
Contents = Callable[[Path], dict[str, list[tuple[Any, ...]]]]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "my study"


@pytest.fixture
def store(project: Path) -> Iterator[Store]:
    with Store.open(project, create=True) as store:
        yield store


@pytest.fixture
def make_run(project: Path) -> MakeRun:
    """Make a run folder with a request; `events` become its record, each a dict with `type` and its fields."""

    def make(run_id: str = "run-1", *events: dict[str, Any], in_project: Path = project, **request: Any) -> RunFolder:
        folder = RunFolder(in_project / "runs" / run_id)
        defaults = {"name": f"name of {run_id}", "method": "spiking.text", "settings": {"spec_version": 1}, "created": 1e9}
        folder.create(Request(id=run_id, **{**defaults, **request}))
        append(folder, *events)
        return folder

    return make


@pytest.fixture
def add_events() -> Callable[..., None]:
    """Append events to the record of a run."""
    return append


@pytest.fixture(scope="session")
def contents() -> Contents:
    """Everything in an index that its folders decide, with names in place of numbers: equal indexes give equal contents."""
    return index_contents


@pytest.fixture
def start() -> Iterator[Start]:
    """Start one of the programs in programs.py as a real process; whatever is left of them is killed at the end."""
    processes = []

    def begin(*arguments: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, str(PROGRAMS), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Mount a disk of 1 MiB at ``tmp_path / "disk"``; call it with ``"ro"`` or ``"rw"`` to mount it again that way."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)):
        pytest.skip("small disk: this machine does not allow mounting")

    def remount(mode: str) -> None:
        assert _mount("-o", f"remount,{mode}", str(disk))

    yield remount
    subprocess.run(["umount", "-l", str(disk)], check=True)


def append(folder: RunFolder, *events: dict[str, Any]) -> None:
    writer = EventWriter(folder.events_file)
    for event in events:
        fields = dict(event)
        if fields["type"] == "metric":
            writer.metrics(fields["rows"])
        else:
            writer.write(fields.pop("type"), **fields)
    writer.close()


def index_contents(project: Path) -> dict[str, list[tuple[Any, ...]]]:
    queries = {
        "runs": "SELECT * FROM runs",
        "run_inputs": "SELECT r.run_id, x.* FROM run_inputs x JOIN runs r ON r.id = x.run",
        "metrics": "SELECT r.run_id, n.name AS metric, x.* FROM metrics x JOIN runs r ON r.id = x.run JOIN metric_names n ON n.id = x.name",
        "final_metrics": "SELECT r.run_id, n.name AS metric, x.* FROM final_metrics x JOIN runs r ON r.id = x.run"
        " JOIN metric_names n ON n.id = x.name",
        "artifacts": "SELECT r.run_id, x.* FROM artifacts x JOIN runs r ON r.id = x.run",
        "logs": "SELECT r.run_id, x.* FROM logs x JOIN runs r ON r.id = x.run",
        "datasets": "SELECT * FROM datasets",
    }
    numbers = {"runs": {"id"}, "metrics": {"run", "name"}, "final_metrics": {"run", "name"}}
    found = {}
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        for table, query in queries.items():
            cursor = connection.execute(query)
            left_out = numbers.get(table, {"run"})
            kept = [place for place, column in enumerate(cursor.description) if column[0] not in left_out]
            found[table] = sorted((tuple(row[place] for place in kept) for row in cursor), key=lambda row: json.dumps(row))
            n_rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            assert n_rows == len(found[table]), f"{table} has rows of no run"
    return found


def _mount(*arguments: str) -> bool:
    try:
        return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
