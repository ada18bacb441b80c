"""The whole window, as people use it: mouse, keyboard, files dropped, programs killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, make_request
from neurostudio.app.settings import UserSettings, save
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import run_folders
from neurostudio.gui import tasks
from neurostudio.gui.panels.report import ReportPage
from neurostudio.gui.panels.run import RunPage
from neurostudio.gui.panels.welcome import WelcomePage
from neurostudio.gui.shell.importing import ImportDialog
from neurostudio.gui.shell.start import make_window
from neurostudio.gui.shell.window import MainWindow
from tests.gui.conftest import QUICK_SETTINGS

pytestmark = pytest.mark.slow  # whole programs, trained networks, written reports

LONG_MS = 40_000
RUN_MS = 180_000

Open = Callable[..., MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens windows as the program does, and closes them as a person does."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "home" / "Documents"))
    registry.cache_clear()  # a plugin of the test before may stand in it
    save(UserSettings(show_tour=False, reopen_last=False, confirm_close=False))
    opened: list[MainWindow] = []

    def open_one(project: Path | None = None) -> MainWindow:
        window = make_window(project, reset_layout=False)
        opened.append(window)
        window.resize(1600, 1000)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=LONG_MS)
        qtbot.waitUntil(lambda: window.furniture is not None, timeout=LONG_MS)
        if project is not None:
            qtbot.waitUntil(lambda: window.studio.project is not None, timeout=LONG_MS)
            qtbot.waitUntil(lambda: window.page() is not None and window.page().key != "welcome", timeout=LONG_MS)
        return window

    yield open_one
    for window in opened:
        _close(window, qtbot)


def _close(window: MainWindow, qtbot: QtBot) -> None:
    if not shiboken6.isValid(window):
        return
    if window.isVisible():
        with qtbot.waitSignal(window.closed, timeout=LONG_MS):
            window.close()
    tasks.error_listeners[:] = [one for one in tasks.error_listeners if one != window.on_task_error]
    window.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(window), timeout=LONG_MS)


def _page(window: MainWindow, kind: type, qtbot: QtBot) -> Any:
    qtbot.waitUntil(lambda: isinstance(window.page(), kind), timeout=LONG_MS)
    return window.page()


def _choose_file(path: Path, qtbot: QtBot) -> None:
    """Answer the file dialog that is open."""

    def dialogs() -> list[QFileDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog) and one.isVisible()]

    qtbot.waitUntil(lambda: bool(dialogs()), timeout=LONG_MS)
    dialog = dialogs()[0]
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    assert field is not None
    field.setText(str(path))
    dialog.accept()


def _press(window: MainWindow, key: Qt.Key, qtbot: QtBot) -> None:
    """Ctrl and a key; the window is made active first, as a window manager would after a pop-up has closed."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=LONG_MS)
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)


def _count(window: MainWindow, **settings: Any) -> str:
    """Start the counting method as the Run button would; returns the run's id once it is at work."""
    project = window.studio.project
    assert project is not None
    assert window.furniture is not None
    request = make_request(project.project, "counting.sum", settings=settings, seed=1, name="count")
    window.furniture.settings_panel.run_requested.emit(request)
    return request.id


def _state(window: MainWindow, run_id: str) -> str:
    assert window.studio.project is not None
    rows = {row.run_id: row for row in window.studio.project.project.store and _runs(window)}
    return rows[run_id].state if run_id in rows else ""


def _runs(window: MainWindow) -> list[Any]:
    from neurostudio.store.read import runs

    assert window.studio.project is not None
    return runs(window.studio.project.project.store, trashed=None)


def test_the_first_run_from_the_welcome_page_to_a_finished_report(open_window: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window()
    welcome = _page(window, WelcomePage, qtbot)
    card = welcome.cards["spiking-english"]
    qtbot.mouseClick(card.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.studio.project is not None, timeout=LONG_MS)
    qtbot.waitUntil(lambda: window.page() is not None and window.page().key == "method:spiking.text", timeout=LONG_MS)
    assert window.furniture is not None
    panel = window.furniture.settings_panel
    qtbot.waitUntil(lambda: panel.form is not None and panel.can_run, timeout=LONG_MS)
    window.studio.fill_form("spiking.text", QUICK_SETTINGS, {"train": ["sample-reviews"]}, 3, "my first")
    qtbot.waitUntil(lambda: panel.can_run, timeout=LONG_MS)
    qtbot.mouseClick(panel.footer.run, Qt.MouseButton.LeftButton)
    page = _page(window, RunPage, qtbot)
    (run_id,) = page.run_ids()
    qtbot.waitUntil(lambda: bool(window.studio.project.jobs()), timeout=LONG_MS)
    qtbot.waitUntil(lambda: _state(window, run_id) == "done", timeout=RUN_MS)
    qtbot.waitUntil(lambda: page.title == "my first", timeout=LONG_MS)
    window.actions_["file.report"].trigger()
    report = _page(window, ReportPage, qtbot)
    qtbot.waitUntil(report.side.write.isEnabled, timeout=LONG_MS)
    qtbot.mouseClick(report.side.write, Qt.MouseButton.LeftButton)
    target = tmp_path / "first.html"
    _choose_file(target, qtbot)
    qtbot.waitUntil(target.exists, timeout=RUN_MS)  # two reports are drawn: the preview and the file
    assert "my first" in target.read_text(encoding="utf-8")


def test_what_the_window_starts_equals_the_run_of_the_command_line(
    open_window: Open, qtbot: QtBot, sample_project: Path, neurostudio_command: Callable[..., Any]
) -> None:
    window = open_window(sample_project)
    assert window.furniture is not None
    panel = window.furniture.settings_panel
    window.studio.fill_form("spiking.text", QUICK_SETTINGS, {"train": ["reviews"]}, 5, "by window")
    qtbot.waitUntil(lambda: panel.can_run, timeout=LONG_MS)
    _press(window, Qt.Key.Key_Return, qtbot)
    qtbot.waitUntil(lambda: any(row.name == "by window" and row.state == "done" for row in _runs(window)), timeout=RUN_MS)
    ours = next(row.run_id for row in _runs(window) if row.name == "by window")
    sets = [word for key, value in QUICK_SETTINGS.items() for word in ("--set", f"{key}={str(value).replace(' ', '')}")]
    answer = neurostudio_command(
        "run", sample_project, "spiking.text", "--input", "train=reviews", *sets, "--seed", "5", "--name", "by command"
    )
    assert answer.returncode == 0, answer.stderr
    qtbot.waitUntil(lambda: any(row.name == "by command" and row.state == "done" for row in _runs(window)), timeout=LONG_MS)
    theirs = next(row.run_id for row in _runs(window) if row.name == "by command")
    folders = {folder.id: folder for folder in run_folders(sample_project)}
    one, other = folders[ours].request(), folders[theirs].request()
    for field in ("method", "settings", "inputs", "seed", "device", "cores", "where", "versions"):
        assert getattr(one, field) == getattr(other, field), field
    from neurostudio.store.read import run_detail

    store = window.studio.project.project.store
    hashes = [{art.name: art.sha256 for art in run_detail(store, run_id).artifacts} for run_id in (ours, theirs)]
    differ = {name for name in hashes[0] if hashes[0][name] != hashes[1].get(name)}
    assert differ <= {"snn", "model-card"}, "these two name the run that they come from; every other output is the same"
    assert len(hashes[0]) > 10
    for file in ("artifacts/snn/config.json", "artifacts/model-card.md"):
        texts = [(folders[run_id].path / file).read_text(encoding="utf-8").replace(run_id, "") for run_id in (ours, theirs)]
        assert texts[0].replace("by window", "") == texts[1].replace("by command", ""), file
    weights = [(folders[run_id].path / "artifacts/snn/model.safetensors").read_bytes() for run_id in (ours, theirs)]
    assert weights[0] == weights[1]


def test_a_run_is_stopped_and_resumed_from_its_page(
    open_window: Open, qtbot: QtBot, tmp_path: Path, counting_environment: dict[str, str]
) -> None:
    Project.create(tmp_path / "study").close()
    window = open_window(tmp_path / "study")
    run_id = _count(window, n=100, pause_ms=100)
    page = _page(window, RunPage, qtbot)
    qtbot.waitUntil(lambda: any(line.done >= 2 for line in window.studio.project.jobs()), timeout=LONG_MS)
    stop = page.header.buttons["stop"]
    qtbot.waitUntil(stop.isVisible, timeout=LONG_MS)
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _state(window, run_id) == "cancelled", timeout=LONG_MS)
    resume = page.header.buttons["resume"]
    qtbot.waitUntil(resume.isVisible, timeout=LONG_MS)
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _state(window, run_id) == "running", timeout=LONG_MS)
    window.actions_["run.stop"].trigger()
    qtbot.waitUntil(lambda: _state(window, run_id) == "cancelled", timeout=LONG_MS)


def test_a_killed_worker_is_shown_with_what_to_do(
    open_window: Open, qtbot: QtBot, tmp_path: Path, counting_environment: dict[str, str]
) -> None:
    Project.create(tmp_path / "study").close()
    window = open_window(tmp_path / "study")
    run_id = _count(window, n=1000, pause_ms=100)
    page = _page(window, RunPage, qtbot)
    qtbot.waitUntil(lambda: any(line.done >= 1 for line in window.studio.project.jobs()), timeout=LONG_MS)
    worker = window.studio.project.project.run_folder(run_id).worker()
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: _state(window, run_id) == "interrupted", timeout=LONG_MS)
    qtbot.waitUntil(lambda: page.header.buttons["resume"].isVisible(), timeout=LONG_MS)
    assert window.furniture is not None
    qtbot.waitUntil(lambda: any("count" in entry.notice.title for entry in window.furniture.book.entries()), timeout=LONG_MS)


_WINDOW_TO_KILL = """
import asyncio, os, sys
from pathlib import Path
import qasync
from PySide6.QtWidgets import QApplication
from neurostudio.app import make_request
from neurostudio.app.settings import UserSettings, save
from neurostudio.gui.shell.start import make_window

app = QApplication([])
loop = qasync.QEventLoop(app)
asyncio.set_event_loop(loop)
save(UserSettings(show_tour=False, runs_at_once=1))
window = make_window(Path(sys.argv[1]), False)
window.show()

async def work():
    while window.furniture is None or window.studio.project is None:
        await asyncio.sleep(0.05)
    project = window.studio.project
    for name, n in (("first", 60), ("second", 2)):
        request = make_request(project.project, "counting.sum", settings={"n": n, "pause_ms": 100}, seed=1, name=name)
        await project.submit(request)
    while not any(line.done >= 2 for line in project.jobs()) or project.waiting() == []:
        await asyncio.sleep(0.05)
    await window.projects.keep()
    print("at work", flush=True)
    await asyncio.sleep(600)

with loop:
    loop.run_until_complete(work())
"""


def test_a_window_that_is_killed_loses_no_run_and_the_next_one_finds_them(
    open_window: Open, qtbot: QtBot, tmp_path: Path, counting_environment: dict[str, str]
) -> None:
    Project.create(tmp_path / "study").close()
    with subprocess.Popen(
        [sys.executable, "-c", _WINDOW_TO_KILL, str(tmp_path / "study")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**counting_environment, "NEUROSTUDIO_CONFIG": str(tmp_path / "other-config"), "QT_QPA_PLATFORM": "offscreen"},
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "at work\n"
        first.kill()
    window = open_window(tmp_path / "study")
    project = window.studio.project
    assert project is not None
    qtbot.waitUntil(lambda: [line.name for line in project.jobs() if line.state == "running"] == ["first"], timeout=LONG_MS)
    qtbot.waitUntil(
        lambda: {row.name: row.state for row in _runs(window)} == {"first": "done", "second": "done"}, timeout=LONG_MS
    )


def test_two_windows_on_one_project_see_each_others_work(
    open_window: Open, qtbot: QtBot, tmp_path: Path, counting_environment: dict[str, str]
) -> None:
    Project.create(tmp_path / "study").close()
    one, other = open_window(tmp_path / "study"), open_window(tmp_path / "study")
    run_id = _count(one, n=20, pause_ms=50)
    qtbot.waitUntil(lambda: any(line.run_id == run_id for line in other.studio.project.jobs()), timeout=LONG_MS)
    qtbot.waitUntil(lambda: _state(other, run_id) == "done", timeout=LONG_MS)
    assert one.studio.project.project.run_folder(run_id).status().attempt == 1


def test_a_broken_file_that_is_dropped_says_what_is_wrong_and_what_to_do(
    open_window: Open, qtbot: QtBot, tmp_path: Path, sample_project: Path
) -> None:
    window = open_window(sample_project)
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 this is no archive")
    _drop(window, [broken])
    qtbot.waitUntil(lambda: bool(_shown(ImportDialog) or window.furniture.book.entries()), timeout=LONG_MS)
    qtbot.wait(500)
    dialogs = _shown(ImportDialog)
    words = " ".join(entry.as_text() for entry in window.furniture.book.entries())
    if dialogs:
        dialog: Any = dialogs[0]
        qtbot.waitUntil(lambda: not dialog.all.isEnabled(), timeout=LONG_MS)
        words += " ".join(
            label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text") and callable(label.text)
        )
        with qtbot.waitSignal(dialog.finished):
            dialog.reject()
    assert "broken" in words
    assert "Traceback" not in words


def _drop(window: MainWindow, paths: list[Path]) -> None:
    from PySide6.QtGui import QDragEnterEvent

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = window.rect().center()
    QApplication.sendEvent(window, QDragEnterEvent(middle, action, mime, buttons, keys))
    target: QWidget = window.furniture.drop if window.furniture is not None and window.furniture.drop.isVisible() else window
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), action, mime, buttons, keys))


def _shown(kind: type) -> list[Any]:
    return [one for one in QApplication.allWidgets() if isinstance(one, kind) and one.isVisible()]


def test_the_main_task_is_done_with_the_keyboard_alone(open_window: Open, qtbot: QtBot, sample_project: Path) -> None:
    window = open_window(sample_project)
    assert window.furniture is not None
    palette = window.furniture.palette
    _press(window, Qt.Key.Key_K, qtbot)
    qtbot.waitUntil(palette.isVisible, timeout=LONG_MS)
    qtbot.keyClicks(palette.field, "welcome page")
    qtbot.wait(300)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.page() is not None and window.page().key == "welcome", timeout=LONG_MS)
    panel = window.furniture.settings_panel
    qtbot.waitUntil(lambda: panel.page is not None, timeout=LONG_MS)
    _press(window, Qt.Key.Key_3, qtbot)
    qtbot.waitUntil(lambda: panel.isAncestorOf(QApplication.focusWidget() or window), timeout=LONG_MS)
    reached: set[str] = set()
    for _ in range(80):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.add(focused.accessibleName() or type(focused).__name__)
        if focused is panel.footer.run:
            break
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert any("Time steps" in name for name in reached), reached
    assert len(reached) > 8
    _press(window, Qt.Key.Key_1, qtbot)
    qtbot.waitUntil(lambda: window.docks.navigator.isAncestorOf(QApplication.focusWidget() or window), timeout=LONG_MS)
    count = len(window.centre.pages())
    _press(window, Qt.Key.Key_W, qtbot)
    qtbot.waitUntil(lambda: len(window.centre.pages()) == count - 1, timeout=LONG_MS)


def test_pages_drafts_and_docks_are_as_before_at_the_next_start(open_window: Open, qtbot: QtBot, sample_project: Path) -> None:
    first = open_window(sample_project)
    run_id = next(row.run_id for row in _runs(first) if row.name == "first")
    first.open_page(f"run:{run_id}")
    first.studio.fill_form("spiking.text", {"training.lr": 3e-5}, {"train": ["reviews"]}, None, "a draft")
    first.docks.log.hide()
    first.furniture.palette.recent.ids = [("Command", "file.report")]
    qtbot.wait(100)
    _close(first, qtbot)
    again = make_window(sample_project, reset_layout=False)
    again.show()
    qtbot.waitUntil(lambda: again.furniture is not None and again.studio.project is not None, timeout=LONG_MS)
    qtbot.waitUntil(lambda: f"run:{run_id}" in again.centre.keys()[0], timeout=LONG_MS)
    qtbot.waitUntil(lambda: again.furniture.settings_panel.form is not None, timeout=LONG_MS)
    form = again.furniture.settings_panel.form
    assert again.furniture.palette.recent.ids == [("Command", "file.report")]
    titles = {page.key: page.title for page in again.centre.pages()}
    assert titles[f"run:{run_id}"] == "first", "also before the page was looked at"
    assert form.name == "a draft"
    assert form.settings.raw("training.lr") == 3e-5
    _close(again, qtbot)


def test_layout_presets_show_what_they_name_and_nothing_is_cut_off_when_small(
    open_window: Open, qtbot: QtBot, sample_project: Path
) -> None:
    window = open_window(sample_project)
    window.actions_["view.look"].trigger()
    assert not any(dock.isVisible() for dock in window.docks.all())
    assert window.furniture.jobs_line.isVisible()
    window.actions_["view.work"].trigger()
    assert window.docks.navigator.isVisible()
    assert window.docks.settings.isVisible()
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: not window.docks.settings.isVisible(), timeout=LONG_MS)
    assert window.width() == 1100, "the smallest size of the window is not larger than this"
    assert window.height() == 700
    window.actions_["window.settings"].trigger()
    qtbot.waitUntil(window.drawer.isVisible, timeout=LONG_MS)
    qtbot.keyClick(QApplication.focusWidget() or window.drawer, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.drawer.isVisible(), timeout=LONG_MS)
    window.resize(1600, 1000)
    qtbot.waitUntil(window.docks.settings.isVisible, timeout=LONG_MS)


def test_closing_with_runs_at_work_asks_and_leaving_them_lets_them_end(
    open_window: Open, qtbot: QtBot, tmp_path: Path, counting_environment: dict[str, str]
) -> None:
    from neurostudio.gui.shell.closing import ClosingDialog

    Project.create(tmp_path / "study").close()
    window = open_window(tmp_path / "study")
    window.studio.change_settings(window.studio.settings.model_copy(update={"confirm_close": True}))
    run_id = _count(window, n=80, pause_ms=100)
    qtbot.waitUntil(lambda: any(line.done >= 1 for line in window.studio.project.jobs()), timeout=LONG_MS)
    window.close()
    qtbot.waitUntil(lambda: bool(_shown(ClosingDialog)), timeout=LONG_MS)
    _shown(ClosingDialog)[0].stay.click()
    qtbot.wait(200)
    assert window.isVisible()
    folder = window.studio.project.project.run_folder(run_id)
    with qtbot.waitSignal(window.closed, timeout=LONG_MS):
        window.close()
        qtbot.waitUntil(lambda: bool(_shown(ClosingDialog)), timeout=LONG_MS)
        _shown(ClosingDialog)[0].leave.click()
    assert folder.is_alive(), folder.status()
    deadline = time.monotonic() + 60
    while folder.status().state != "done" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert folder.status().state == "done"


def test_a_window_closes_where_nothing_can_be_kept(
    open_window: Open, qtbot: QtBot, sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(sample_project)
    index = sample_project / "project.sqlite"
    index.unlink()  # as if the disk had gone
    monkeypatch.setenv("NEUROSTUDIO_CONFIG", str(index.parent / "data" / "small.vec" / "no-folder"))
    with qtbot.waitSignal(window.closed, timeout=LONG_MS):
        window.close()
