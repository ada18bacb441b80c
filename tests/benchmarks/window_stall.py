"""How late the event loop of the window is: at rest, while a run keeps all cores busy, with long curves and large projects.

Each case is a real window in a fresh process. Lateness is that of a timer of 5 ms in the window's own thread; the peer is an
empty Qt window under the same load, which shows what the machine itself does. The load is a worker that burns every core and
writes 5,000 numbers a second. Targets are printed, not asserted: they mean a machine of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neurostudio.app import Project, make_request
from neurostudio.core.run_folder import RunFolder
from neurostudio.jobs.launch import cancel
from neurostudio.store import Store, read
from tests.benchmarks._load import NAMES
from tests.benchmarks._measure import Row
from tests.benchmarks._projects import fill_project, large_project

NUMBERS_A_SECOND = 5_000
N_RUNS, N_NUMBERS = 1_000, 2_000_000
EMPTY = "empty Qt window"
WATCHED_S = 12.0
PYQTGRAPH = "pyqtgraph PlotWidget"
WAIT_S = 30.0

Numbers = dict[str, float]


def run() -> list[Row]:
    """Measure; returns ms."""
    with tempfile.TemporaryDirectory() as scratch:
        rest, empty_rest = _small_project(Path(scratch) / "rest"), _window("bare", str(WATCHED_S))
        rows = _lateness("run page, no load", _window("run-page", str(WATCHED_S), *rest), empty_rest, 16)
        busy = Path(scratch) / "busy"
        with _run_at_work(busy) as run_id:
            empty_busy = _window("bare", str(WATCHED_S))
            n_before = _numbers_of(busy, run_id)
            ours_busy = _window("run-page", str(WATCHED_S), str(busy), run_id)
            if _numbers_of(busy, run_id) - n_before < NUMBERS_A_SECOND * WATCHED_S / 2:
                raise RuntimeError("The window did not follow the run")
        rows += _lateness("run page, all cores busy", ours_busy, empty_busy, 50)
        rows += _frames(_window("long-curve"), _window("long-curve-peer"))
        stalls = _window("large-project", str(large_project(N_RUNS, N_NUMBERS)))
    for what, stall in stalls.items():
        case = f"{N_RUNS:,} runs, {N_NUMBERS / 1e6:g} million numbers, {what}: longest stall (target 100)"
        rows.append(Row(case, "ms", stall, None, "-", better="lower"))
    return rows


def _lateness(case: str, ours: Numbers, empty: Numbers, target: int) -> list[Row]:
    names = {"p50": "median", "p99": f"p99 (target {target})", "max": "longest"}
    return [Row(f"{case}: {name}", "ms", ours[key], empty[key], EMPTY, better="lower") for key, name in names.items()]


def _frames(ours: Numbers, peer: Numbers) -> list[Row]:
    names = {"p50": "a frame (target 60)", "p99": "p99"}
    return [
        Row(f"curve of a million points, dragged: {name}", "ms", ours[key], peer[key], PYQTGRAPH, better="lower")
        for key, name in names.items()
    ]


def _small_project(folder: Path) -> tuple[str, str]:
    """A project with a few runs; returns its folder and the id of a run."""
    with Project.create(folder) as project:
        fill_project(project, n_runs=10, n_numbers=40_000)
        return str(folder), project.find_run("latest").run_id


@contextmanager
def _run_at_work(folder: Path) -> Iterator[str]:
    """A project in which a run keeps all cores busy."""
    with Project.create(folder) as project:
        fill_project(project, n_runs=10, n_numbers=40_000)
        request = make_request(project, "spiking.text", inputs={"train": ["reviews"]}, seed=1, name="busy")
        run_folder = project.run_folder(request.id)
        run_folder.create(request)
    worker = subprocess.Popen([sys.executable, "-m", "tests.benchmarks._load", str(run_folder.path), str(NUMBERS_A_SECOND)])
    try:
        _wait_for_numbers(run_folder)
        yield request.id
    finally:
        cancel(run_folder)
        worker.wait(WAIT_S)


def _numbers_of(project: Path, run_id: str) -> int:
    """How many numbers of a run are in the index by now; nothing is taken in here."""
    with Store.open(project) as store:
        return sum(len(read.curve(store, run_id, name).values) for name in NAMES)


def _wait_for_numbers(folder: RunFolder) -> None:
    end = time.monotonic() + WAIT_S
    while not folder.events_file.exists() or folder.events_file.stat().st_size < 100_000:
        if time.monotonic() > end:
            raise TimeoutError(f"The run in {folder.path} does not write")
        time.sleep(0.1)


def _window(scenario: str, *arguments: str) -> Numbers:
    with tempfile.TemporaryDirectory() as config:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "NEUROSTUDIO_CONFIG": config}
        Path(config, "settings.toml").write_text("version = 1\nconfirm_close = false\nshow_tour = false\n", encoding="utf-8")
        words = [sys.executable, "-m", "tests.benchmarks._window", scenario, *arguments]
        answer = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=180)
    if answer.returncode != 0:
        raise RuntimeError(f"The window of '{scenario}' failed: {answer.stderr.strip()}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))
