"""The plot over time and playing, with real mouse and key events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.gui.views.timeline.playback import Playback
from neurostudio.gui.views.timeline.series import EventSpan, Series, WordSpan
from neurostudio.gui.views.timeline.time_plot import HISTOGRAM, SPECTRUM, TimePlot
from neurostudio.gui.views.timeline.timeline import Timeline

N = 60
TR_S = 2.0


def series(name: str = "0, 0, 0 mm", kind: str = "cursor", shift: float = 0.0) -> Series:
    return Series(name, 500 + shift + 10 * np.sin(np.arange(N) / 5), 0 if kind == "cursor" else 1, kind)  # type: ignore[arg-type]


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    made = Timeline()
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show_length(N, TR_S)
    made.plot.show_series([series()])
    made.show()
    qtbot.waitExposed(made)
    QApplication.processEvents()
    return made


def place_of(plot: TimePlot, x: float, panel: int = 0) -> QPoint:
    """Where a place of the x axis is on the screen, half way up a panel."""
    view = plot.canvas.panels[panel].view
    (_, _), (low, high) = view.viewRange()
    scene = view.mapViewToScene(QPointF(x, (low + high) / 2))
    return plot.canvas.graphics.mapFromScene(scene)


def drag(widget: QWidget, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, modifier, start)
    for share in (0.25, 0.5, 0.75, 1.0):
        at = start + (end - start) * share
        global_at = QPointF(widget.mapToGlobal(at))
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, QPointF(at), global_at, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, modifier
        )  # QTest moves without the keys that are held
        QTest.qWait(15)  # pyqtgraph hears of 100 moves a second
        QApplication.sendEvent(widget, move)
        QApplication.processEvents()
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, modifier, end)
    QApplication.processEvents()


def test_a_click_goes_to_that_volume(timeline: Timeline, qtbot: QtBot) -> None:
    asked: list[int] = []
    timeline.time_wanted.connect(asked.append)
    viewport = timeline.plot.canvas.graphics.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place_of(timeline.plot, 40.0))
    qtbot.waitUntil(lambda: asked == [20])
    assert timeline.plot.line.x == 40.0
    assert timeline.playback.slider.value() == 20


def test_dragging_goes_through_time_and_shift_pans(timeline: Timeline, qtbot: QtBot) -> None:
    asked: list[int] = []
    timeline.time_wanted.connect(asked.append)
    viewport = timeline.plot.canvas.graphics.viewport()
    before = timeline.plot.panel.view.viewRange()[0]
    drag(viewport, place_of(timeline.plot, 20.0), place_of(timeline.plot, 80.0))
    qtbot.waitUntil(lambda: bool(asked) and asked[-1] == 40)
    assert asked == sorted(asked)
    assert timeline.plot.panel.view.viewRange()[0] == before
    n_asked = len(asked)
    drag(viewport, place_of(timeline.plot, 20.0), place_of(timeline.plot, 80.0), Qt.KeyboardModifier.ShiftModifier)
    assert len(asked) == n_asked
    assert timeline.plot.panel.view.viewRange()[0][0] < before[0] - 10
    timeline.plot.canvas.reset()
    assert timeline.plot.panel.view.viewRange()[0] == pytest.approx(before)


def test_events_words_and_confounds_stand_under_the_series(timeline: Timeline, qtbot: QtBot) -> None:
    plot = timeline.plot
    plot.show_events([EventSpan(10, 12, "face"), EventSpan(50, 0, "house")])
    plot.show_words([WordSpan(4, 6, "once"), WordSpan(6, 8, "upon")])
    plot.show_confounds({"FD": np.linspace(0, 1, N)})
    QApplication.processEvents()
    assert len(plot.canvas.panels) == 4
    lefts = {round(panel.view.sceneBoundingRect().left()) for panel in plot.canvas.panels}
    assert len(lefts) == 1
    ranges = [panel.view.viewRange()[0] for panel in plot.canvas.panels]
    assert np.allclose(ranges, ranges[0], atol=1.0)
    assert "face" in plot.panel.read(12.0, 500.0)
    assert "upon" in plot.panel.read(6.5, 500.0)
    asked: list[int] = []
    timeline.time_wanted.connect(asked.append)
    QTest.mouseClick(plot.canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=place_of(plot, 50.0, panel=2))
    qtbot.waitUntil(lambda: asked == [25])
    plot.set_tr(None)
    assert len(plot.canvas.panels) == 2, "seconds have no place where the TR is not known"


def test_series_are_pinned_taken_away_and_copied(timeline: Timeline, qtbot: QtBot) -> None:
    plot = timeline.plot
    with qtbot.waitSignal(plot.pin_wanted):
        QTest.mouseClick(plot.pin, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(plot.pin_wanted):
        QTest.keyClick(plot.canvas.graphics, Qt.Key.Key_P)
    assert not plot.unpin.isEnabled()
    plot.show_series([series(), series("1, 1, 1 mm", "pinned", 20.0)])
    with qtbot.waitSignal(plot.unpin_wanted):
        QTest.mouseClick(plot.unpin, Qt.MouseButton.LeftButton)
    lines = plot.data_text().splitlines()
    assert lines[0] == "volume\ttime_s\t0, 0, 0 mm\t1, 1, 1 mm"
    assert len(lines) == N + 1
    assert lines[6].startswith("5\t10\t")


def test_spectrum_and_histogram_are_drawn(timeline: Timeline) -> None:
    plot = timeline.plot
    plot.what.setCurrentText(SPECTRUM)
    assert plot.panel.bounds() is not None
    assert not plot.mode.isEnabled()
    plot.what.setCurrentText(HISTOGRAM)
    assert plot.panel.bounds() is not None
    for place in range(plot.mode.count()):
        plot.mode.setCurrentIndex(place)
        assert plot.panel.bounds() is not None
    asked: list[int] = []
    timeline.time_wanted.connect(asked.append)
    plot.go(QPointF(500.0, 1.0))
    assert asked == [], "there is no time in a histogram"


def test_a_series_that_is_not_read_yet_is_hatched(timeline: Timeline) -> None:
    values = np.full(N, np.nan)
    values[:10] = 500.0 + np.arange(10)
    timeline.plot.show_series([Series("0, 0, 0 mm", values)])
    timeline.set_loaded(10)
    assert "10 loaded" in timeline.playback.where.text()
    assert timeline.playback.slider.maximum() == 9
    timeline.set_loaded(N)
    assert "loaded" not in timeline.playback.where.text()


def test_space_plays_and_keys_step(timeline: Timeline, qtbot: QtBot) -> None:
    playback = timeline.playback
    asked: list[int] = []
    timeline.time_wanted.connect(asked.append)
    QTest.keyClick(timeline.plot.canvas.graphics, Qt.Key.Key_BracketRight)
    assert asked == [1]
    QTest.keyClick(timeline.plot.canvas.graphics, Qt.Key.Key_BracketLeft)
    assert asked == [1, 0]
    QTest.keyClick(playback, Qt.Key.Key_Space)
    assert playback.is_playing
    qtbot.waitUntil(lambda: len(asked) > 4, timeout=20_000)
    QTest.keyClick(timeline.plot.canvas.graphics, Qt.Key.Key_Space)
    assert not playback.is_playing
    n_asked = len(asked)
    qtbot.wait(120)
    assert len(asked) == n_asked


def test_a_film_waits_for_the_reading_ends_or_begins_again(qtbot: QtBot) -> None:
    playback = Playback()
    qtbot.addWidget(playback)
    playback.show_length(30, None)
    playback.set_loaded(3)
    playback.speed.setCurrentIndex(playback.speed.count() - 1)
    playback.show()
    playback.toggle()
    qtbot.waitUntil(lambda: playback.time == 2, timeout=20_000)
    qtbot.wait(200)
    assert playback.is_playing
    assert playback.time == 2
    playback.loop.setChecked(False)
    playback.set_loaded(30)
    qtbot.waitUntil(lambda: not playback.is_playing, timeout=20_000)
    assert playback.time == 29
    playback.loop.setChecked(True)
    playback.toggle()
    qtbot.waitUntil(lambda: 0 <= playback.time < 20, timeout=20_000)
    playback.hide()
    assert not playback.is_playing


@pytest.mark.slow
def test_five_thousand_repaints_of_the_axes_survive(timeline: Timeline) -> None:
    plot = timeline.plot
    for turn in range(5_000):
        plot.set_time(turn % N)
        plot.show_series([series(shift=turn)])
        plot.canvas.graphics.viewport().repaint()
    assert plot.line.x == ((5_000 - 1) % N) * TR_S
