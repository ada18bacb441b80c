"""The welcome page with real keys and mouse, real folders, and the real demo as a child process."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, list_datasets
from neurostudio.app import sample_studies as studies
from neurostudio.app.settings import UserSettings, load
from neurostudio.gui.panels.registry import page_for
from neurostudio.gui.panels.welcome import WelcomePage
from neurostudio.gui.panels.welcome.presenter import DAY_S, is_run_over, look_at_recent, when
from neurostudio.gui.studio import Notice, Studio

NOW = 1_795_500_000.0


@pytest.fixture
def page(
    studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_project: Path
) -> Iterator[WelcomePage]:
    monkeypatch.setattr(studies.platformdirs, "user_documents_path", lambda: tmp_path / "documents")
    studio.change_settings(UserSettings(recent_projects=(str(sample_project), str(tmp_path / "gone"))))
    made = page_for("welcome", studio)
    assert isinstance(made, WelcomePage)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    yield made
    made.maker.stop()


# --- words


@pytest.mark.parametrize(
    ("used", "words"),
    [(None, "not found"), (NOW - DAY_S, "yesterday"), (NOW - 3 * DAY_S, "3 days ago"), (NOW - 30 * DAY_S, "2026-10-25")],
)
def test_when_a_project_was_used(used: float | None, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert when(used, NOW) == words
    assert when(NOW - 60, NOW).startswith("today ")


def test_a_project_that_is_gone_is_seen(sample_project: Path, tmp_path: Path) -> None:
    there, gone, folder = look_at_recent([str(sample_project), str(tmp_path / "gone"), str(tmp_path)])
    assert (there.is_there, gone.is_there, folder.is_there) == (True, False, False)


def test_the_end_of_a_run_is_told_from_its_progress() -> None:
    assert is_run_over("bernoulli: done")
    assert not is_run_over("bernoulli: training 1/48 batches")


# --- recent projects


def test_a_click_opens_a_recent_project(page: WelcomePage, qtbot: QtBot, sample_project: Path) -> None:
    qtbot.waitUntil(lambda: page.recent.lines()[0].end.startswith("today"))
    assert [line.is_faint for line in page.recent.lines()] == [False, True]
    place = page.recent.visualRect(page.recent.model().index(0, 0)).center()
    with qtbot.waitSignal(page.project_wanted, check_params_cb=lambda path: path == str(sample_project)):
        qtbot.mouseClick(page.recent.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_enter_opens_and_delete_removes_from_the_list(page: WelcomePage, qtbot: QtBot, sample_project: Path) -> None:
    qtbot.waitUntil(lambda: page.recent.lines()[1].is_faint)
    page.recent.setFocus()
    page.recent.select_key(str(sample_project))
    opened: list[str] = []
    page.project_wanted.connect(opened.append)
    qtbot.keyClick(page.recent, Qt.Key.Key_Return)
    assert opened == [str(sample_project)]
    told: list[Notice] = []
    page.studio.noticed.connect(told.append)
    qtbot.keyClick(page.recent, Qt.Key.Key_Down)
    qtbot.keyClick(page.recent, Qt.Key.Key_Return)
    assert len(opened) == 1
    assert "There is no project" in told[0].title
    qtbot.keyClick(page.recent, Qt.Key.Key_Delete)
    assert [line.upper for line in page.recent.lines()] == ["sample-study"]
    qtbot.waitUntil(lambda: load().settings.recent_projects == (str(sample_project),))


def test_without_recent_projects_it_says_what_will_stand_there(studio: Studio, qtbot: QtBot) -> None:
    page = WelcomePage(studio)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitActive(page)
    assert not page.recent.isVisible()
    assert page._no_recent.isVisible()
    page.setFocus()
    qtbot.waitUntil(page.new.hasFocus)


# --- the other ways in


def test_new_open_and_tour_are_asked_of_the_window(page: WelcomePage, qtbot: QtBot) -> None:
    for signal, button in (
        (page.new_project_wanted, page.new),
        (page.open_project_wanted, page.open),
        (page.tour_wanted, page.tour),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_all_of_it_is_reached_with_tab(page: WelcomePage, qtbot: QtBot) -> None:
    page.setFocus()
    seen = set()
    for _ in range(20):
        seen.add(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    english = page.cards["spiking-english"]
    assert {page.recent, page.new, page.open, page.tour, english.open, english.demo, english.more} <= seen


def test_nothing_is_cut_off_in_a_narrow_window(page: WelcomePage, qtbot: QtBot) -> None:
    page.resize(480, 700)
    card = page.cards["spiking-english"]

    def all_inside() -> bool:
        return all(
            widget.mapTo(page, widget.rect().bottomRight()).x() < page.width() for widget in (card.demo, page.new, page.tour)
        )

    qtbot.waitUntil(all_inside)


# --- sample studies


def test_a_sample_study_is_made_and_opened(page: WelcomePage, qtbot: QtBot) -> None:
    card = page.cards["spiking-chinese"]
    announced: list[str] = []
    page.sample_wanted.connect(announced.append)
    with qtbot.waitSignal(page.project_wanted, timeout=20_000) as wanted:
        qtbot.mouseClick(card.open, Qt.MouseButton.LeftButton)
        assert card.words.isVisible()
        assert not page.cards["spiking-english"].open.isEnabled(), "one at a time"
    assert announced == ["spiking-chinese"]
    assert card.open.isEnabled()
    with Project.open(wanted.args[0]) as project:
        assert [row.name for row in list_datasets(project)] == ["sample-reviews-chinese"]
    with qtbot.waitSignal(page.project_wanted, timeout=20_000) as again:
        qtbot.mouseClick(card.open, Qt.MouseButton.LeftButton)
    assert again.args == wanted.args


def test_a_sample_that_cannot_be_made_is_told(page: WelcomePage, qtbot: QtBot) -> None:
    folder = page.cards["spiking-chinese"].folder()
    folder.parent.mkdir(parents=True)
    folder.parent.chmod(0o500)
    (folder.parent.parent / "file").write_text("in the way")
    told: list[Notice] = []
    page.studio.noticed.connect(told.append)
    page._make("spiking-chinese", with_runs=False, folder=folder.parent.parent / "file")
    qtbot.waitUntil(lambda: bool(told))
    folder.parent.chmod(0o700)
    assert "exists already" in told[0].title
    assert page.cards["spiking-chinese"].open.isEnabled()


def test_the_demo_says_how_far_it_is_and_can_be_stopped(page: WelcomePage, qtbot: QtBot, tmp_path: Path) -> None:
    card = page.cards["spiking-english"]
    said: list[str] = []
    page.maker.progressed.connect(lambda _study, words, _share: said.append(words))
    qtbot.mouseClick(card.demo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("sentences" in words for words in said), timeout=40_000)
    assert card.stop.isVisible()
    qtbot.mouseClick(card.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.maker.is_busy)
    assert card.open.isEnabled()
    assert not card.stop.isVisible()


def test_the_page_leaves_no_process_behind(page: WelcomePage, qtbot: QtBot) -> None:
    page._make("spiking-english", with_runs=True)
    qtbot.waitUntil(lambda: page.maker._process is not None and page.maker._process.processId() > 0)
    from neurostudio.gui import tasks

    tasks.start(page.leave())
    qtbot.waitUntil(lambda: not page.maker.is_busy)
