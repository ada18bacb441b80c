"""Notices: the book, the list and the toasts, with real mouse and keys."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from neurostudio.gui.shell.notice_book import MOST_NOTICES, NoticeBook
from neurostudio.gui.shell.notices import FADE_MS, MOST_TOASTS, NoticesDock, Toast
from neurostudio.gui.studio import Notice, Studio

FAILED = Notice("error", "Run 'a' failed", "The vectors do not fit", "Choose others", "Open", "run:a")


@pytest.fixture
def book(studio: Studio) -> NoticeBook:
    return NoticeBook(studio)


@pytest.fixture
def window(book: NoticeBook, qtbot: QtBot) -> Iterator[QMainWindow]:
    made = QMainWindow()
    qtbot.addWidget(made)
    edit = QLineEdit()
    made.setCentralWidget(edit)
    made.resize(900, 600)
    made.statusBar().showMessage("status")
    made.toast = Toast(book, made)  # type: ignore[attr-defined]
    made.show()
    qtbot.waitActive(made)
    edit.setFocus()
    yield made
    book.clear()


def toast_of(window: QMainWindow) -> Toast:
    return window.toast  # type: ignore[attr-defined,no-any-return]


# --- the book


def test_the_newest_comes_first_and_counts_as_unread(studio: Studio, book: NoticeBook, qtbot: QtBot) -> None:
    with qtbot.waitSignal(book.unread_changed, check_params_cb=lambda count: count == 1):
        studio.notify(Notice("info", "one"))
    studio.notify(Notice("info", "two"))
    assert [entry.notice.title for entry in book.entries()] == ["two", "one"]
    book.mark_read()
    assert book.unread == 0


def test_the_same_again_is_counted_not_listed(studio: Studio, book: NoticeBook) -> None:
    for _ in range(3):
        studio.notify(Notice("warning", "disk is nearly full"))
    (entry,) = book.entries()
    assert (entry.count, entry.as_text()) == (3, "Warning: disk is nearly full (3 times).")
    studio.notify(Notice("warning", "disk is nearly full", t=entry.notice.t + 3600))
    assert len(book.entries()) == 2, "an hour later it is news again"


def test_the_history_has_an_end(studio: Studio, book: NoticeBook) -> None:
    for number in range(MOST_NOTICES + 20):
        studio.notify(Notice("info", str(number)))
    assert len(book.entries()) == MOST_NOTICES


@pytest.mark.parametrize(
    ("name", "level", "title"), [("first", "done", "Run 'first' is done"), ("broken", "error", "Run 'broken' failed")]
)
def test_the_end_of_a_run_is_told_with_its_outcome(open_sample: Studio, qtbot: QtBot, name: str, level: str, title: str) -> None:
    book = NoticeBook(open_sample)
    project = open_sample.project
    assert project is not None
    row = project.project.find_run(name)
    project.run_ended.emit(row)
    qtbot.waitUntil(lambda: bool(book.entries()))
    notice = book.entries()[0].notice
    assert (notice.level, notice.title, notice.action_key) == (level, title, f"run:{row.run_id}")
    if level == "error":
        assert "words have no vector" in notice.text
        assert "most_unknown" in notice.fix
    else:
        assert "test/accuracy 0." in notice.text


# --- the list


def test_the_list_shows_level_text_and_what_to_do(studio: Studio, book: NoticeBook, qtbot: QtBot) -> None:
    dock = NoticesDock(book)
    qtbot.addWidget(dock)
    dock.resize(700, 200)
    assert dock._stack.currentWidget() is dock._empty
    studio.notify(FAILED)
    assert book.unread == 1
    dock.show()
    assert book.unread == 0
    (card,) = dock.cards()
    assert card.accessibleName() == "Error: Run 'a' failed. The vectors do not fit. Choose others."
    with qtbot.waitSignal(studio.page_requested, check_params_cb=lambda key: key == "run:a"):
        qtbot.mouseClick(card.action, Qt.MouseButton.LeftButton)
    studio.notify(Notice("done", "newer"))
    assert [card.entry.notice.title for card in dock.cards()] == ["newer", "Run 'a' failed"]
    assert book.unread == 0, "whoever looks at the list has seen it"
    qtbot.mouseClick(dock.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("Error: Run 'a' failed")
    qtbot.mouseClick(dock.clear, Qt.MouseButton.LeftButton)
    assert dock._stack.currentWidget() is dock._empty


def test_a_list_that_is_made_later_shows_what_came_before(studio: Studio, book: NoticeBook, qtbot: QtBot) -> None:
    studio.notify(Notice("info", "one"))
    studio.notify(Notice("info", "two"))
    dock = NoticesDock(book)
    qtbot.addWidget(dock)
    assert [card.entry.notice.title for card in dock.cards()] == ["two", "one"]


# --- toasts


def test_a_toast_comes_in_the_corner_and_opens_what_it_is_about(studio: Studio, window: QMainWindow, qtbot: QtBot) -> None:
    studio.notify(FAILED)
    (toast,) = toast_of(window).toasts()
    assert FADE_MS < 120
    assert window.rect().contains(toast.geometry())
    assert toast.geometry().bottom() <= window.statusBar().geometry().top()
    assert window.width() - toast.geometry().right() < 40
    with qtbot.waitSignal(studio.page_requested, check_params_cb=lambda key: key == "run:a"):
        qtbot.mouseClick(toast.card.action, Qt.MouseButton.LeftButton)
    assert toast_of(window).toasts() == []


def test_errors_stay_and_others_go(studio: Studio, window: QMainWindow) -> None:
    studio.notify(FAILED)
    studio.notify(Notice("done", "finished"))
    error, done = toast_of(window).toasts()
    assert not error._timer.isActive()
    assert done._timer.isActive()
    done.on_time_over()
    assert toast_of(window).toasts() == [error]


def test_f8_goes_to_the_newest_and_escape_closes_it_and_gives_the_keyboard_back(
    studio: Studio, window: QMainWindow, qtbot: QtBot
) -> None:
    edit = window.centralWidget()
    studio.notify(FAILED)
    qtbot.keyClick(edit, Qt.Key.Key_F8)
    (toast,) = toast_of(window).toasts()
    assert QApplication.focusWidget() is toast.card.action
    toast.on_time_over()
    assert toast_of(window).toasts() == [toast], "it stays while the keyboard is on it"
    qtbot.keyClick(toast.card.action, Qt.Key.Key_Escape)
    assert toast_of(window).toasts() == []
    assert QApplication.focusWidget() is edit


def test_at_most_a_few_stand_there_and_they_do_not_overlap(studio: Studio, window: QMainWindow) -> None:
    for number in range(6):
        studio.notify(Notice("error", f"error {number}", "A sentence that is long enough to need more than one line. " * 2))
    toasts = toast_of(window).toasts()
    assert [toast.card.entry.notice.title for toast in toasts] == [f"error {number}" for number in (3, 4, 5)]
    assert len(toasts) == MOST_TOASTS
    for above, below in pairwise(toasts):
        assert above.geometry().bottom() <= below.geometry().top()


def test_they_stay_in_the_corner_of_a_window_that_shrinks(studio: Studio, window: QMainWindow, qtbot: QtBot) -> None:
    studio.notify(FAILED)
    window.resize(QSize(400, 300))
    (toast,) = toast_of(window).toasts()
    qtbot.waitUntil(lambda: window.rect().contains(toast.geometry()))


def test_without_motion_a_toast_is_there_at_once(studio: Studio, window: QMainWindow) -> None:
    studio.change_settings(studio.settings.model_copy(update={"reduce_motion": True}))
    studio.notify(FAILED)
    (toast,) = toast_of(window).toasts()
    assert toast.graphicsEffect() is None


def test_whoever_wants_no_toasts_gets_errors_only(studio: Studio, window: QMainWindow, book: NoticeBook) -> None:
    studio.change_settings(studio.settings.model_copy(update={"notifications_in_window": False}))
    studio.notify(Notice("done", "finished"))
    assert toast_of(window).toasts() == []
    studio.notify(FAILED)
    assert len(toast_of(window).toasts()) == 1
    assert len(book.entries()) == 2


def test_a_repeated_notice_counts_on_its_toast(studio: Studio, window: QMainWindow) -> None:
    for _ in range(3):
        studio.report_error(error_of_disk())
    (toast,) = toast_of(window).toasts()
    assert toast.card.entry.count == 3


def error_of_disk() -> Exception:
    from neurostudio.core.errors import NeuroError

    return NeuroError("Cannot write /data", "The disk is full", "Free some space")
