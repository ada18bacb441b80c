"""Every page, dock and dialog of the sample: each thing has a name, the keyboard gets there, no word is cut."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, import_data
from neurostudio.app.settings import UserSettings, save
from neurostudio.data.samples import write_sample_fmri, write_sample_reviews
from neurostudio.gui import tasks, theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.shell.about import AboutDialog
from neurostudio.gui.shell.accessibility import Finding, describe, name_of, walk
from neurostudio.gui.shell.closing import ClosingDialog
from neurostudio.gui.shell.focus import visible_rect
from neurostudio.gui.shell.importing import ImportDialog
from neurostudio.gui.shell.preferences import PreferencesDialog
from neurostudio.gui.shell.shortcuts_sheet import ShortcutsSheet
from neurostudio.gui.shell.start import make_window
from neurostudio.gui.shell.window import MainWindow
from neurostudio.gui.studio import Notice

pytestmark = pytest.mark.slow  # every page and dialog is opened, narrow and wide

LONG_MS = 20_000
SETTLE_MS = 500
TRIES = 8
SIZES = {"wide": (1600, 1000), "narrow": (1100, 700)}

PAGES = (
    "welcome",
    "method:spiking.text",
    "run:first",
    "run:broken",
    "run:no-such-run",
    "data:reviews",
    "data:small-vectors",
    "data:listening",
    "method:fmri.glm",
    "method:fmri.encode",
    "compare:first,second",
    "compare:",
    "report:new:first,second",
    "report:new:",
    "help:index",
    "help:spiking-text",
)
DIALOGS: dict[str, Callable[[MainWindow, Path], QDialog]] = {
    "preferences": lambda window, folder: PreferencesDialog(window.studio, window),
    "shortcuts": lambda window, folder: ShortcutsSheet(window.actions_, window),
    "about": lambda window, folder: AboutDialog(window),
    "closing": lambda window, folder: ClosingDialog(
        [JobLine("1", "a run with a long name " * 4, "spiking.text", "running", "training", 3, 10, "epoch", left_s=84.0)], window
    ),
    "import": lambda window, folder: ImportDialog(window.studio, [write_sample_reviews(folder)], parent=window),
    "import-nothing": lambda window, folder: ImportDialog(window.studio, parent=window),
}


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, sample_project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window with the sample open."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(tmp_path / "cache"))
    save(UserSettings(show_tour=False, reopen_last=False, confirm_close=False))
    with Project.open(sample_project) as project:
        import_data(project, [write_sample_fmri(tmp_path / "scan", runs=2, volumes=30, voxel_mm=10)], name="listening")
    made = make_window(sample_project, reset_layout=False)
    made.resize(*SIZES["wide"])
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.furniture is not None, timeout=LONG_MS)
    qtbot.waitUntil(lambda: made.studio.project is not None and bool(made.centre.pages()), timeout=LONG_MS)
    yield made
    with qtbot.waitSignal(made.closed, timeout=LONG_MS):
        made.close()
    tasks.error_listeners[:] = [one for one in tasks.error_listeners if one != made.on_task_error]
    made.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(made), timeout=LONG_MS)


def page_key(window: MainWindow, key: str) -> str:
    """The key with the ids of runs in place of their names."""
    assert window.studio.project is not None
    for name in ("first", "second", "broken"):
        if name in key:
            key = key.replace(name, window.studio.project.project.find_run(name).run_id)
    return key


def each_tab(widget: QWidget, qtbot: QtBot) -> Iterator[str]:
    """Show each tab of the tabs in a page, one after the other."""
    tabs = [one for one in widget.findChildren(QTabWidget) if one.isVisible()]
    if not tabs:
        yield ""
        return
    for index in range(tabs[0].count()):
        tabs[0].setCurrentIndex(index)
        qtbot.wait(SETTLE_MS)
        yield tabs[0].tabText(index)


def said(findings: list[Finding]) -> list[str]:
    return sorted({f"{one.problem}: {one.widget} {one.detail}".strip() for one in findings})


def lasting(widget: QWidget, qtbot: QtBot) -> list[str]:
    """What is wrong and stays so: a page that is being filled lays its parts out more than once."""
    for _ in range(TRIES):
        found = said(walk(widget))
        if not found:
            break
        qtbot.wait(SETTLE_MS)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", PAGES)
def test_every_page_can_be_used_with_keyboard_and_screen_reader(window: MainWindow, qtbot: QtBot, key: str, size: str) -> None:
    window.resize(*SIZES[size])
    page = window.open_page(page_key(window, key))
    qtbot.wait(SETTLE_MS)
    assert page.isVisible()
    assert page.accessibleName()
    found = {tab: lasting(page, qtbot) for tab in each_tab(page, qtbot)}
    assert {tab: lines for tab, lines in found.items() if lines} == {}


@pytest.mark.parametrize("size", SIZES)
def test_the_frame_and_its_docks(window: MainWindow, qtbot: QtBot, size: str) -> None:
    window.resize(*SIZES[size])
    window.studio.notify(Notice("warning", "The disk is nearly full", "2 GB are free", "Free some space", "Open", "data:reviews"))
    window.studio.fill_form("spiking.text", inputs={"train": ["reviews"]})
    found = {}
    for dock in window.docks.all():
        dock.show()
        dock.raise_()
        qtbot.wait(SETTLE_MS)
        found[dock.objectName()] = lasting(dock, qtbot)
    window.show_settings()
    qtbot.wait(SETTLE_MS)
    assert window.furniture is not None
    found["settings panel"] = lasting(window.furniture.settings_panel, qtbot)
    found["everything"] = lasting(window, qtbot)
    assert {place: lines for place, lines in found.items() if lines} == {}


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog(window: MainWindow, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    dialog = DIALOGS[name](window, tmp_path)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.open()
    qtbot.wait(SETTLE_MS)
    found = lasting(dialog, qtbot)
    dialog.close()
    dialog.deleteLater()
    assert dialog.windowTitle()
    assert found == []


def test_the_overlays(window: MainWindow, qtbot: QtBot) -> None:
    assert window.furniture is not None
    window.furniture.palette.open()
    qtbot.wait(SETTLE_MS)
    found = {"palette": said(walk(window.furniture.palette))}
    window.furniture.palette.close_up()
    window.furniture.tour.start()
    found["tour"] = said(walk(window.furniture.tour.card))
    window.furniture.tour.end()
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_every_entry_of_the_menus_has_words_and_help(window: MainWindow) -> None:
    for action in window.actions_.children():
        if action.objectName():
            shown = window.actions_[action.objectName()]
            assert shown.text().strip()
            assert shown.toolTip().strip()


@pytest.mark.parametrize("key", ["welcome", "run:first", "data:reviews"])
def test_tab_goes_through_the_window_and_comes_back(window: MainWindow, qtbot: QtBot, key: str) -> None:
    """Nothing keeps the keyboard, and it never goes where nothing can be seen."""
    window.open_page(page_key(window, key))
    qtbot.wait(SETTLE_MS)
    seen: list[QWidget] = []
    for _ in range(300):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
        here = window.focusWidget()
        if here in seen:
            break
        assert not visible_rect(here).isEmpty(), f"out of sight: {describe(here)}"
        seen.append(here)
    assert here is seen[0], f"Tab is caught at {describe(here)} after {describe(seen[-1])}"
    assert len(seen) > 5
    back = [seen[0]]
    for _ in seen:
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        back.append(window.focusWidget())
    assert set(back) == set(seen)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_text_of_twice_the_size_still_fits(window: MainWindow, qtbot: QtBot, scale: float) -> None:
    window.studio.change_settings(window.studio.settings.model_copy(update={"text_scale": scale}))
    window.resize(*SIZES["wide"])
    qtbot.wait(SETTLE_MS)
    found = {}
    for key in ("welcome", "run:first", "help:index"):
        page = window.open_page(page_key(window, key))
        qtbot.wait(SETTLE_MS)
        found[key] = said([one for one in walk(page) if one.problem in ("clipped", "cut off")])
    window.studio.change_settings(window.studio.settings.model_copy(update={"text_scale": 1.0}))
    assert {key: lines for key, lines in found.items() if lines} == {}


def test_colours_of_high_contrast_reach_every_widget(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["view.contrast"].trigger()
    qtbot.wait(SETTLE_MS)
    assert theme.current().name == "contrast"
    assert window.actions_["view.contrast"].isChecked()
    strange = [
        name_of(widget)
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.palette().window().color().name() not in ("#000000", theme.current().accent.lower())
    ]
    assert strange == []
