"""The command palette, with real keys."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from neurostudio.gui.commands import Actions
from neurostudio.gui.shell.palette import CommandPalette
from neurostudio.gui.shell.palette_model import Hit, Provider
from neurostudio.gui.shell.palette_sources import SettingLine, recent_projects, settings
from neurostudio.gui.studio import Studio

Key = Qt.Key


class Window(QMainWindow):
    """A window with a field, the table of commands, and the palette over it."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.resize(1100, 700)
        self.field = QLineEdit()
        self.setCentralWidget(self.field)
        self.actions_ = Actions(self)
        self.given: list[str] = []
        for command_id in ("file.new", "file.preferences", "run.start", "help.keys"):
            self.actions_.bind(command_id, lambda command_id=command_id: self.given.append(command_id))
        self.actions_.set_enabled("run.stop", False, "No run is at work")
        self.palette_ = CommandPalette(studio, self.actions_, self)


@pytest.fixture
def make_window(qtbot: QtBot) -> Callable[[Studio], Window]:
    def make(studio: Studio) -> Window:
        window = Window(studio)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        window.field.setFocus()
        return window

    return make


@pytest.fixture
def window(make_window: Callable[[Studio], Window], studio: Studio) -> Window:
    return make_window(studio)


@pytest.fixture
def with_project(make_window: Callable[[Studio], Window], open_sample: Studio) -> Window:
    return make_window(open_sample)


def press(window: Window, key: Key) -> None:
    QTest.keyClick(window.palette_.field, key)


def type_in(window: Window, text: str) -> None:
    QTest.keyClicks(window.palette_.field, text)


def titles(window: Window) -> list[str]:
    return [found.hit.title for found in window.palette_.lines.found]


def current(window: Window) -> str:
    return str(window.palette_.list.currentIndex().data())


def test_it_opens_with_the_keyboard_in_its_field_at_the_top_of_the_middle(window: Window) -> None:
    palette = window.palette_
    assert not palette.isVisible()
    palette.open()
    assert palette.isVisible()
    assert QApplication.focusWidget() is palette.field
    assert abs(palette.geometry().center().x() - window.rect().center().x()) <= 1
    assert window.rect().contains(palette.geometry())
    assert "New project..." in titles(window)


def test_a_command_is_given_by_typing_and_enter(window: Window) -> None:
    window.palette_.open()
    type_in(window, "pref")
    assert current(window) == "Preferences..."
    press(window, Key.Key_Return)
    assert window.given == ["file.preferences"]
    assert not window.palette_.isVisible()
    assert QApplication.focusWidget() is window.field


def test_arrows_move_through_the_lines_and_around_the_ends(window: Window) -> None:
    window.palette_.open()
    first, second, last = titles(window)[0], titles(window)[1], titles(window)[-1]
    assert current(window) == first
    press(window, Key.Key_Down)
    assert current(window) == second
    press(window, Key.Key_Up)
    press(window, Key.Key_Up)
    assert current(window) == last
    press(window, Key.Key_Down)
    assert current(window) == first
    press(window, Key.Key_PageDown)
    assert window.palette_.list.currentIndex().row() == 11


def test_escape_closes_it_and_gives_the_keyboard_back(window: Window) -> None:
    window.palette_.open()
    press(window, Key.Key_Escape)
    assert not window.palette_.isVisible()
    assert QApplication.focusWidget() is window.field
    assert window.given == []


def test_opening_it_twice_closes_it(window: Window) -> None:
    window.palette_.open()
    window.palette_.open()
    assert not window.palette_.isVisible()


def test_it_goes_away_when_something_else_takes_the_keyboard(window: Window) -> None:
    window.palette_.open()
    window.field.setFocus()
    assert not window.palette_.isVisible()
    assert QApplication.focusWidget() is window.field


def test_a_command_that_is_off_says_why_and_is_not_given(window: Window) -> None:
    window.palette_.open()
    type_in(window, "stop")
    assert current(window) == "Stop"
    assert window.palette_.about.text() == "No run is at work"
    press(window, Key.Key_Return)
    assert window.palette_.isVisible()


def test_a_click_chooses_a_line(window: Window) -> None:
    window.palette_.open()
    type_in(window, "keyboard short")
    lines = window.palette_.list
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=lines.visualRect(lines.model().index(0, 0)).center())
    assert window.given == ["help.keys"]


def test_what_was_chosen_last_is_first_the_next_time(window: Window, qtbot: QtBot) -> None:
    window.palette_.open()
    type_in(window, "keyboard shortcuts")
    with qtbot.waitSignal(window.palette_.recent_changed):
        press(window, Key.Key_Return)
    window.palette_.open()
    assert titles(window)[0] == "Keyboard shortcuts"
    assert window.palette_.recent.ids == [("Command", "help.keys")]


def test_nothing_found_is_said(window: Window) -> None:
    window.palette_.open()
    type_in(window, "qqqq")
    assert titles(window) == []
    assert window.palette_.about.text() == "Nothing fits 'qqqq'."
    assert window.palette_.field.accessibleDescription() == "Nothing found"
    press(window, Key.Key_Return)
    press(window, Key.Key_Down)
    assert window.palette_.isVisible()


def test_a_screen_reader_hears_the_line_that_enter_means(window: Window) -> None:
    window.palette_.open()
    type_in(window, "new pro")
    assert window.palette_.field.accessibleDescription() == "New project, File, shortcut Ctrl+N"
    assert window.palette_.lines.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "New project, File, shortcut Ctrl+N"


def test_runs_and_data_sets_of_the_project_open_their_pages(with_project: Window, open_sample: Studio, qtbot: QtBot) -> None:
    asked: list[str] = []
    open_sample.page_requested.connect(asked.append)
    with_project.palette_.open()
    qtbot.waitUntil(lambda: {"first", "second", "broken", "reviews"} <= set(titles(with_project)))
    type_in(with_project, "first")
    qtbot.waitUntil(lambda: current(with_project) == "first")
    press(with_project, Key.Key_Return)
    assert asked[0].startswith("run:")
    with_project.palette_.open()
    type_in(with_project, "reviews")
    qtbot.waitUntil(lambda: current(with_project) == "reviews")
    press(with_project, Key.Key_Return)
    assert asked[1] == "data:reviews"


def test_methods_and_help_pages_open_theirs(window: Window, studio: Studio, qtbot: QtBot) -> None:
    asked: list[str] = []
    studio.page_requested.connect(asked.append)
    for text, key in (("batch files", "help:batch-files"), ("spiking.text", "method:spiking.text")):
        window.palette_.open()
        type_in(window, text)
        qtbot.waitUntil(lambda key=key: key in {found.hit.key for found in window.palette_.lines.found})
        found = [found.hit.key for found in window.palette_.lines.found]
        for _ in range(found.index(key)):
            press(window, Key.Key_Down)
        press(window, Key.Key_Return)
        assert asked[-1] == key


def test_settings_and_recent_projects_are_further_sources(window: Window, tmp_path: Path) -> None:
    shown: list[str] = []
    line = SettingLine("finetuning.lr", "Learning rate", "Of the second phase.", "3e-5")
    window.palette_.add_source(lambda: settings([line], shown.append))
    window.palette_.add_source(lambda: recent_projects([str(tmp_path / "my-study")], shown.append))
    window.palette_.add_source(lambda: None)
    for text in ("learning", "my-st"):
        window.palette_.open()
        type_in(window, text)
        press(window, Key.Key_Return)
    assert shown == ["finetuning.lr", str(tmp_path / "my-study")]


def test_late_answers_to_an_older_text_are_dropped(window: Window, qtbot: QtBot) -> None:
    asked: list[str] = []

    def search(text: str) -> list[Hit]:
        asked.append(text)
        time.sleep(0.05 if len(asked) > 1 else 0)
        return [Hit(key=text, title=f"zebra {text}")]

    window.palette_.add_source(lambda: Provider("Slow", "search", search, lambda hit: None, is_slow=True))
    window.palette_.open()
    type_in(window, "zeb")
    qtbot.waitUntil(lambda: "zeb" in asked)
    type_in(window, "ra")
    qtbot.waitUntil(lambda: "zebra zebra" in titles(window))
    assert titles(window)[0] == "zebra zebra"
    assert len(asked) <= 3, "letters typed quickly ask once"


def test_a_chosen_line_stays_chosen_when_more_is_found(window: Window, qtbot: QtBot) -> None:
    slow = Provider("Slow", "search", lambda text: [Hit(key="s", title="P")], lambda hit: None, is_slow=True)
    window.palette_.add_source(lambda: slow)
    window.palette_.open()
    type_in(window, "p")
    press(window, Key.Key_Down)
    chosen = current(window)
    qtbot.waitUntil(lambda: titles(window)[0] == "P")
    assert current(window) == chosen


def test_the_window_may_change_its_size_below_it(window: Window) -> None:
    window.palette_.open()
    window.resize(620, 420)
    assert window.rect().contains(window.palette_.geometry())


@pytest.fixture
def many_runs(open_sample: Studio) -> Studio:
    """The sample project with a thousand more runs in its index."""
    from sqlalchemy import insert, select

    from neurostudio.store.tables import runs

    assert open_sample.project is not None
    store = open_sample.project.project.store
    with store.reading() as connection:
        row = dict(connection.execute(select(runs).limit(1)).one()._mapping)
    row.pop("id")
    with store.writing() as connection:
        many = [{**row, "run_id": f"copy-{index}", "name": f"sweep-{index:04d}", "cursor": 0} for index in range(1000)]
        known = {column.name for column in runs.columns}
        connection.execute(insert(runs), [{key: value for key, value in one.items() if key in known} for one in many])
    return open_sample


def test_a_thousand_runs_are_searched(
    many_runs: Studio, make_window: Callable[[Studio], Window], qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    window = make_window(many_runs)
    window.palette_.open()
    type_in(window, "sweep-0777")
    qtbot.waitUntil(lambda: current(window) == "sweep-0777")
    assert len(titles(window)) <= 60
    press(window, Key.Key_Escape)


def test_hiding_leaves_no_timer_and_a_move_of_the_mouse_changes_nothing(window: Window) -> None:
    window.palette_.open()
    before = current(window)
    QTest.mouseMove(window.palette_.list.viewport(), QPoint(5, 90))
    assert current(window) == before
    window.palette_.close_up()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
