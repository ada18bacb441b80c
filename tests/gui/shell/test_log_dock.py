"""The log dock: real logs of runs, the program's own messages from threads, filters, tail and copy."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from neurostudio.app import Project
from neurostudio.gui.follower import JobLine
from neurostudio.gui.shell.log_dock import LogDock
from neurostudio.gui.shell.log_lines import MOST_LINES, PROGRAM, Choice, LogBook, LogLine, line_of, read_news
from neurostudio.gui.shell.program_log import ProgramLog
from neurostudio.gui.studio import Studio

logger = logging.getLogger("neurostudio.tests")


def said(text: str = "words", level: str = "info", source: str = PROGRAM, t: float = 0.0) -> LogLine:
    return LogLine(t, level, source, "name", text)


@pytest.fixture
def dock(open_sample: Studio, qtbot: QtBot) -> Iterator[LogDock]:
    made = LogDock(open_sample)
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.show()
    yield made
    made.program.close()


# --- lines


def test_the_book_keeps_only_the_last_lines() -> None:
    book = LogBook()
    book.add(said(str(number)) for number in range(MOST_LINES + 10))
    kept = book.chosen(Choice("debug"))
    assert (len(kept), kept[0].text, kept[-1].text) == (MOST_LINES, "10", str(MOST_LINES + 9))


def test_a_choice_joins_level_source_and_words() -> None:
    line = said("the vectors do not fit", "warning", "run-1")
    assert Choice("warning", None, "VECTORS fit").fits(line)
    assert not Choice("error").fits(line)
    assert not Choice("info", "run-2").fits(line)
    assert Choice("info", None, "name warning").fits(line), "level and source are searched, too"


def test_a_record_with_an_error_brings_its_traceback() -> None:
    try:
        raise ValueError("bad")
    except ValueError:
        record = logging.LogRecord(
            "neurostudio.gui.tasks", logging.ERROR, "", 1, "failed n=%d", (3,), __import__("sys").exc_info()
        )
    line = line_of(record)
    assert (line.level, line.name) == ("error", "gui.tasks")
    assert line.text.startswith("failed n=3\nTraceback")


def test_news_of_a_run_are_read_once(sample_project: Path) -> None:
    with Project.open(sample_project) as project:
        run_id = project.find_run("first").run_id
        news = read_news(project, {run_id: 0, "no-such-run": 0})
        assert news
        assert {line.name for line, _ in news} == {"first"}
        assert read_news(project, {run_id: news[-1][1]}) == []


# --- the program's own messages


def test_messages_of_any_thread_arrive_merged_in_the_windows_thread(qtbot: QtBot) -> None:
    log = ProgramLog()
    got: list[LogLine] = []
    places: set[int] = set()
    blocks: list[int] = []

    def take(lines: list[LogLine]) -> None:
        got.extend(lines)
        blocks.append(len(lines))
        places.add(threading.get_ident())

    log.arrived.connect(take)
    threads = [threading.Thread(target=lambda: [logger.info("line") for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(got) == 2000)
    assert places == {threading.get_ident()}
    assert len(blocks) < 100
    log.close()
    logger.info("nobody listens")
    qtbot.wait(80)
    assert len(got) == 2000
    log.deleteLater()


def test_a_listener_that_is_destroyed_listens_no_more(qtbot: QtBot) -> None:
    before = len(logging.getLogger().handlers)
    log = ProgramLog()
    assert len(logging.getLogger().handlers) == before + 1
    with qtbot.waitSignal(log.destroyed):
        log.deleteLater()
    assert len(logging.getLogger().handlers) == before
    logger.warning("still safe")


# --- the dock


def test_it_shows_what_the_program_says(dock: LogDock, qtbot: QtBot) -> None:
    logger.warning("index stays behind project=%s", "x")
    qtbot.waitUntil(lambda: "index stays behind project=x" in dock.text.toPlainText())
    assert "warning" in dock.text.toPlainText()


def test_it_shows_the_log_of_a_run_that_is_chosen(dock: LogDock, qtbot: QtBot) -> None:
    assert dock.studio.project is not None
    row = dock.studio.project.project.find_run("first")
    dock.show_run(row.run_id, row.name)
    qtbot.waitUntil(lambda: "train: 1944 sentences" in dock.text.toPlainText())
    logger.warning("of the program")
    qtbot.wait(100)
    assert "of the program" not in dock.text.toPlainText()
    dock.source.setCurrentIndex(0)
    assert "of the program" in dock.text.toPlainText()


def test_runs_of_the_session_are_offered_and_read_by_themselves(dock: LogDock, qtbot: QtBot) -> None:
    project = dock.studio.project
    assert project is not None
    row = project.project.find_run("second")
    dock.on_jobs((JobLine(row.run_id, row.name, row.method, "running"),))
    qtbot.waitUntil(lambda: "second" in dock.text.toPlainText())
    assert [dock.source.itemText(place) for place in range(dock.source.count())] == ["All messages", "NeuroStudio", "second"]


def test_level_and_search_narrow_the_lines(dock: LogDock, qtbot: QtBot) -> None:
    dock.on_program([said("one fine day"), said("two storms", "warning"), said("three", "error")])
    dock.level.setCurrentIndex(2)
    assert "fine" not in dock.text.toPlainText()
    qtbot.keyClicks(dock.search, "storm")
    qtbot.waitUntil(lambda: "three" not in dock.text.toPlainText())
    assert "two storms" in dock.text.toPlainText()
    qtbot.keyClicks(dock.search, "zzz")
    qtbot.waitUntil(lambda: dock._stack.currentWidget() is dock._empty)
    assert dock._empty.text() == "No line fits this choice."


def test_the_tail_is_followed_until_somebody_scrolls_up(dock: LogDock, qtbot: QtBot) -> None:
    dock.on_program([said(f"line {number}") for number in range(200)])
    bar = dock.text.verticalScrollBar()
    assert bar.value() == bar.maximum()
    dock.text.setFocus()
    qtbot.keyClick(dock.text, Qt.Key.Key_PageUp)
    assert not dock.follow.isChecked()
    place = bar.value()
    dock.on_program([said("one more")])
    assert bar.value() == place
    qtbot.mouseClick(dock.follow, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()


def test_copy_and_clear(dock: LogDock, qtbot: QtBot) -> None:
    dock.on_program([said("kept"), said("hidden", "debug")])
    qtbot.mouseClick(dock.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert "kept" in copied
    assert "hidden" not in copied
    qtbot.mouseClick(dock.clear, Qt.MouseButton.LeftButton)
    assert dock._stack.currentWidget() is dock._empty


def test_another_project_brings_other_runs(dock: LogDock, qtbot: QtBot) -> None:
    project = dock.studio.project
    assert project is not None
    row = project.project.find_run("first")
    dock.show_run(row.run_id, row.name)
    qtbot.waitUntil(lambda: "1944" in dock.text.toPlainText())
    dock.on_program([said("of the program")])
    dock.studio.set_project(None)
    assert "1944" not in dock.text.toPlainText()
    assert "of the program" in dock.text.toPlainText()
    assert dock.source.count() == 2
    project.close()
    project.deleteLater()
