"""Fixtures of the window's tests: one application, its loop, a real sample project, and a look for leaks after each test."""

import asyncio
import gc
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

qasync = pytest.importorskip("qasync")

from PySide6.QtCore import QCoreApplication, QEvent, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from neurostudio.app import Project, import_data, make_request, run  # noqa: E402
from neurostudio.data.samples import write_sample_reviews  # noqa: E402
from neurostudio.gui import tasks, theme  # noqa: E402
from neurostudio.gui.open_project import OpenProject  # noqa: E402
from neurostudio.gui.studio import Studio  # noqa: E402
from neurostudio.gui.style import FlatStyle  # noqa: E402

THREADS_OF_THE_PROGRAM = ("window", "follower", "cancel")
QUICK_SETTINGS = {
    "training.epochs": 1,
    "finetuning.epochs": 1,
    "time_steps": 4,
    "conversion.steps": [2, 4],
    "evaluation.encoder_seeds": 2,
    "robustness.sentences": 2,
}


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """Name of the application in the tests."""
    return ["neurostudio-tests"]


@pytest.fixture(autouse=True, scope="session")
def style(qapp: QApplication) -> None:
    """The style of the program."""
    qapp.setStyle(FlatStyle())
    gc.collect()
    gc.freeze()  # what is loaded by now is no leak: the look after each test need not walk through it


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has its own preferences: a closing window writes them and would change the next test."""
    folder = tmp_path / "neurostudio-config"
    monkeypatch.setenv("NEUROSTUDIO_CONFIG", str(folder))
    return folder


@pytest.fixture(autouse=True)
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The Qt loop as asyncio loop, marked as running: tasks go on while ``qtbot.waitUntil`` spins."""
    made = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(made)
    asyncio.events._set_running_loop(made)
    theme.use("light")
    yield made
    deadline = time.monotonic() + 5
    closing = made.create_task(tasks.shut_down())
    while not closing.done() and time.monotonic() < deadline:
        qapp.processEvents()
    asyncio.events._set_running_loop(None)
    asyncio.set_event_loop(None)
    made.close()


@pytest.fixture(autouse=True)
def no_leaks(qapp: QApplication, loop: asyncio.AbstractEventLoop, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a window, a timer or a thread behind."""
    before = {id(widget) for widget in qapp.topLevelWidgets()}
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    qapp.processEvents()
    left = [repr(widget) for widget in qapp.topLevelWidgets() if id(widget) not in before and widget.isVisible()]
    timers = [repr(timer) for timer in qapp.findChildren(QTimer) if timer.isActive()]
    deadline = time.monotonic() + 3
    while (threads := _threads()) and time.monotonic() < deadline:
        time.sleep(0.02)
        qapp.processEvents()
    failed = getattr(request.node, "failed_call", False)
    if not failed:
        assert not left, f"windows left open: {left}"
        assert not timers, f"timers left running: {timers}"
        assert not threads, f"threads left running: {threads}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the leak check whether the test itself passed."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.failed_call = report.failed


def _threads() -> list[str]:
    tasks_of_pool = ("window",)  # ended by shut_down, after this check
    return [
        thread.name
        for thread in threading.enumerate()
        if thread.name.startswith(THREADS_OF_THE_PROGRAM) and not thread.name.startswith(tasks_of_pool)
    ]


@pytest.fixture
def studio(qapp: QApplication) -> Iterator[Studio]:
    """The shared state of a window without a project."""
    made = Studio()
    yield made
    if made.project is not None:
        made.project.close()
    made.deleteLater()


@pytest.fixture(scope="session")
def sample_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project made by real workers: data `reviews`, runs `first` and `second` (done), and `broken` (failed)."""
    folder = tmp_path_factory.mktemp("sample") / "sample-study"
    with Project.create(folder) as project:
        source = write_sample_reviews(folder / "data")
        import_data(project, [source], kind="labelled-text", name="reviews")
        for name, seed in (("first", 1), ("second", 2)):
            run(
                project,
                make_request(
                    project, "spiking.text", settings=QUICK_SETTINGS, inputs={"train": ["reviews"]}, seed=seed, name=name
                ),
            )
        vectors = folder / "data" / "small.vec"
        vectors.write_text("2 2\nnothing 0.5 0.25\nfits 0.25 0.5\n", encoding="utf-8")
        import_data(project, [vectors], kind="word-vectors", name="small-vectors")
        inputs = {"train": ["reviews"], "vectors": ["small-vectors"]}
        settings = {**QUICK_SETTINGS, "vectors.kind": "file"}
        run(project, make_request(project, "spiking.text", settings=settings, inputs=inputs, seed=1, name="broken"))
    return folder


@pytest.fixture
def sample_project(sample_runs: Path, tmp_path: Path) -> Path:
    """A copy of that project for one test."""
    folder = tmp_path / "sample-study"
    shutil.copytree(sample_runs, folder)
    return folder


@pytest.fixture
def open_sample(studio: Studio, sample_project: Path) -> Studio:
    """A studio with that project open."""
    studio.set_project(OpenProject(Project.open(sample_project)))
    return studio


@pytest.fixture
def neurostudio_command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as people do."""

    def call(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "neurostudio", *map(str, words)], capture_output=True, text=True, check=False
        )

    return call
