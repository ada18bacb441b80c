"""The question before the window closes while runs are at work."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.gui import tasks
from neurostudio.gui.follower import JobLine
from neurostudio.gui.shell.closing import ClosingDialog, ask, line, summary

WORKING = JobLine("1", "mr-seed1", "spiking.text", "running", "training", 3, 10, "epoch", left_s=84.0)
WAITING = JobLine("2", "mr-seed2", "spiking.text", "queued")


class Asked:
    """Asks, and keeps the answer."""

    def __init__(self, window: QWidget, *jobs: JobLine) -> None:
        self.answer = ""
        self._window, self._jobs = window, jobs
        tasks.start(self._ask())

    async def _ask(self) -> None:
        self.answer = await ask(self._window, self._jobs)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(900, 600)
    qtbot.addWidget(made)
    made.show()
    return made


def dialog_of(window: QWidget, qtbot: QtBot) -> ClosingDialog:
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(ClosingDialog)))
    return window.findChildren(ClosingDialog)[0]


@pytest.mark.parametrize(("name", "answer"), [("leave", "leave"), ("stop", "stop"), ("stay", "stay")])
def test_each_button_is_an_answer(window: QWidget, qtbot: QtBot, name: str, answer: str) -> None:
    asked = Asked(window, WORKING, WAITING)
    chosen: QPushButton = getattr(dialog_of(window, qtbot), name)
    QTest.mouseClick(chosen, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: asked.answer == answer)


def test_escape_stays_and_enter_leaves_them_running(window: QWidget, qtbot: QtBot) -> None:
    asked = Asked(window, WORKING)
    QTest.keyClick(dialog_of(window, qtbot), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: asked.answer == "stay")
    qtbot.waitUntil(lambda: not window.findChildren(ClosingDialog))
    again = Asked(window, WORKING)
    QTest.keyClick(dialog_of(window, qtbot), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: again.answer == "leave")


def test_without_runs_nothing_is_asked(window: QWidget, qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    asked = Asked(window)
    qtbot.waitUntil(lambda: asked.answer == "leave")
    assert not window.findChildren(ClosingDialog)


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        ([WORKING], "1 run is at work"),
        ([WORKING, WORKING], "2 runs are at work"),
        ([WORKING, WAITING, WAITING], "1 run is at work, 2 wait"),
        ([WAITING], "1 run waits"),
        ([WAITING, WAITING], "2 runs wait"),
    ],
)
def test_the_heading_counts_them(jobs: list[JobLine], words: str) -> None:
    assert summary(jobs) == words


def test_each_line_says_how_far_a_run_is() -> None:
    assert line(WORKING) == "mr-seed1: training, 30 %, about 1:24 left in this phase"
    assert line(WAITING) == "mr-seed2: waiting"
    assert line(JobLine("3", "x", "m", "running")) == "x: running"


def test_many_runs_do_not_make_it_taller_than_the_window(window: QWidget, qtbot: QtBot) -> None:
    asked = Asked(window, *[WORKING] * 40)
    dialog = dialog_of(window, qtbot)
    assert dialog.height() < window.height()
    dialog.reject()
    qtbot.waitUntil(lambda: asked.answer == "stay")
