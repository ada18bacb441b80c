"""The tour, on a window with the parts that it points at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QUndoCommand
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QMainWindow, QPushButton, QTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.app.settings import UserSettings, load
from neurostudio.gui.follower import JobLine
from neurostudio.gui.shell.tour import Tour, is_due, place_beside
from neurostudio.gui.shell.tour_steps import STEPS
from neurostudio.gui.studio import Studio


class Window(QMainWindow):
    """A window with what the tour points at."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(1200, 760)
        centre = QTextEdit()
        centre.setObjectName("centre")
        self.setCentralWidget(centre)
        self.docks: dict[str, QDockWidget] = {}
        for name, area in (
            ("navigator", Qt.DockWidgetArea.LeftDockWidgetArea),
            ("settings_panel", Qt.DockWidgetArea.RightDockWidgetArea),
            ("jobs_dock", Qt.DockWidgetArea.BottomDockWidgetArea),
        ):
            panel = QWidget()
            panel.setObjectName(name)
            panel.setMinimumSize(160, 120)
            dock = QDockWidget(name, self)
            dock.setWidget(panel)
            self.addDockWidget(area, dock)
            self.docks[name] = dock
        run = QPushButton("Run")
        run.setObjectName("run_button")
        QVBoxLayout(self.docks["settings_panel"].widget()).addWidget(run)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def tour(window: Window, studio: Studio) -> Tour:
    return Tour(studio, window)


def part(window: QWidget, name: str) -> QRect:
    widget = window.findChild(QWidget, name)
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_goes_from_part_to_part(window: Window, tour: Tour, qtbot: QtBot) -> None:
    tour.start()
    for index, step in enumerate(STEPS):
        assert tour.step == step
        assert tour.card.isVisible()
        assert window.rect().contains(tour.card.geometry())
        assert tour.veil.bright.intersects(part(window, step.target))
        assert f"step {index + 1} of 5: {step.title}" in tour.card.accessibleName()
        if index + 1 < len(STEPS):
            click(tour.card.next)
    assert tour.card.next.text() == "Done"
    with qtbot.waitSignal(tour.ended):
        click(tour.card.next)
    assert not tour.is_running
    assert not tour.veil.isVisible()


def test_back_skip_and_keys(tour: Tour) -> None:
    tour.start()
    assert tour.card.next.hasFocus()
    assert not tour.card.back.isEnabled()
    QTest.keyClick(tour.card.next, Qt.Key.Key_Right)
    assert tour.step == STEPS[1]
    QTest.keyClick(tour.card.next, Qt.Key.Key_Left)
    assert tour.step == STEPS[0]
    QTest.keyClick(tour.card.next, Qt.Key.Key_Space)
    assert tour.step == STEPS[1]
    click(tour.card.back)
    assert tour.step == STEPS[0]
    QTest.keyClick(tour.card.next, Qt.Key.Key_Escape)
    assert not tour.is_running
    tour.start()
    assert tour.step == STEPS[0]
    click(tour.card.skip)
    assert not tour.is_running


def test_the_part_can_be_used_while_it_is_pointed_at(window: Window, tour: Tour) -> None:
    pressed: list[bool] = []
    button = window.findChild(QPushButton, "run_button")
    button.clicked.connect(lambda: pressed.append(True))
    tour.start()
    click(tour.card.next)
    click(tour.card.next)
    place = part(window, "run_button").center()
    assert window.childAt(place) is button
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert pressed == [True]


def test_it_goes_on_when_the_person_does_the_thing(window: Window, open_sample: Studio) -> None:
    project = open_sample.project
    assert project is not None
    tour = Tour(open_sample, window)
    tour.start()
    open_sample.open_page("data:reviews")
    assert tour.step == STEPS[1]
    open_sample.open_page("run:1")
    assert tour.step == STEPS[1], "only the deed of the step counts"
    open_sample.undo.push(QUndoCommand("change"))
    assert tour.step == STEPS[2]
    open_sample.undo.undo()
    project.queue_changed.emit(())
    assert tour.step == STEPS[2]
    project.queue_changed.emit((JobLine("9", "new", "spiking.text", "running"),))
    assert tour.step == STEPS[3]
    project.run_ended.emit(None)
    assert tour.step == STEPS[4]
    open_sample.open_page("compare:1,2")
    assert not tour.is_running


def test_it_ends_when_the_project_is_closed(window: Window, open_sample: Studio) -> None:
    tour = Tour(open_sample, window)
    tour.start()
    project = open_sample.project
    assert project is not None
    open_sample.set_project(None)
    project.close()
    assert not tour.is_running


def test_it_follows_the_window(window: Window, tour: Tour, qtbot: QtBot) -> None:
    tour.start()
    for size in ((1600, 1000), (700, 500), (1100, 700)):
        window.resize(*size)
        qtbot.waitUntil(lambda: tour.veil.size() == window.size())
        assert window.rect().contains(tour.card.geometry())
        assert tour.veil.bright.intersects(part(window, "navigator"))


def test_a_closed_dock_is_opened_to_point_at_it(window: Window, tour: Tour) -> None:
    window.docks["navigator"].hide()
    tour.start()
    assert window.docks["navigator"].isVisible()
    assert not tour.veil.bright.isEmpty()


def test_a_part_that_is_not_there_has_its_card_in_the_middle(qtbot: QtBot, studio: Studio) -> None:
    empty = QMainWindow()
    empty.resize(900, 600)
    qtbot.addWidget(empty)
    empty.show()
    asked: list[str] = []
    tour = Tour(studio, empty, asked.append)
    tour.start()
    assert asked == ["navigator"]
    assert tour.veil.bright.isEmpty()
    assert abs(tour.card.geometry().center().x() - 450) <= 1


def test_it_comes_by_itself_once(window: Window, open_sample: Studio, qtbot: QtBot) -> None:
    assert is_due(open_sample)
    Tour(open_sample, window).start()
    assert not is_due(open_sample)
    qtbot.waitUntil(lambda: not load().settings.show_tour)


def test_without_a_project_it_does_not_come(studio: Studio) -> None:
    assert not is_due(studio)
    studio.change_settings(UserSettings(show_tour=False))
    assert not is_due(studio)


rects = st.builds(QRect, st.integers(0, 1000), st.integers(0, 700), st.integers(1, 600), st.integers(1, 500))


@given(rects, st.integers(600, 1600), st.integers(400, 1000))
def test_the_card_is_always_in_the_window_and_beside_its_part_where_there_is_room(bright: QRect, width: int, height: int) -> None:
    window, card = QRect(0, 0, width, height), QRect(0, 0, 320, 180)
    shown = bright.intersected(window)
    place = QRect(place_beside(shown, card, window, 8), card.size())
    assert window.contains(place)
    has_room = max(shown.left(), width - shown.right()) > 340 or max(shown.top(), height - shown.bottom()) > 200
    if not shown.isEmpty() and has_room:
        assert not place.intersects(shown)
