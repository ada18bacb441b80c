"""Playing keeps its time, waits for what is not read, and the slider has the whole run."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from neurostudio.gui.views.timeline import playback as module
from neurostudio.gui.views.timeline.playback import Playback
from neurostudio.gui.views.timeline.series import Series
from neurostudio.gui.views.timeline.timeline import Timeline

from .conftest import place, settle

LEFT = Qt.MouseButton.LeftButton


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the film."""
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


@pytest.fixture
def bar(qtbot: Any) -> Playback:
    """A bar over 300 volumes of 2 s."""
    made = Playback()
    qtbot.addWidget(made)
    made.resize(1000, 40)
    made.show()
    made.show_length(300, 2.0)
    settle()
    return made


@pytest.fixture
def timeline(qtbot: Any) -> Timeline:
    """Plot and bar over 50 volumes."""
    made = Timeline()
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    made.show_length(50, 2.0)
    made.plot.show_series((Series("here", np.arange(50.0)),))
    made.set_loaded(50)
    made.activateWindow()
    settle()
    return made


def test_space_plays_and_stops(timeline: Timeline, qtbot: Any) -> None:
    timeline.plot.canvas.graphics.setFocus()
    with qtbot.waitSignal(timeline.time_wanted, timeout=10_000):
        qtbot.keyClick(timeline.plot.canvas.graphics, Qt.Key.Key_Space)
    assert timeline.playback.is_playing
    assert timeline.playback.play.accessibleName() == "Stop (Space)"
    qtbot.keyClick(timeline.plot.canvas.graphics, Qt.Key.Key_Space)
    assert not timeline.playback.is_playing


def test_brackets_step(timeline: Timeline, qtbot: Any) -> None:
    heard: list[int] = []
    timeline.time_wanted.connect(heard.append)
    graphics = timeline.plot.canvas.graphics
    qtbot.keyClicks(graphics, "]]")
    qtbot.keyClicks(graphics, "}")
    qtbot.keyClicks(graphics, "[")
    assert heard == [1, 2, 12, 11]
    assert timeline.playback.slider.value() == 11


def test_plot_and_slider_are_one(timeline: Timeline, qtbot: Any) -> None:
    heard: list[int] = []
    timeline.time_wanted.connect(heard.append)
    plot = timeline.plot
    qtbot.mouseClick(plot.canvas.graphics.viewport(), LEFT, pos=place(plot.canvas, plot.panel, 40.0))
    assert timeline.playback.time == 20
    timeline.playback.slider.setValue(33)
    assert plot.canvas.time == 33
    assert heard == [20, 33]
    timeline.set_time(5)
    assert (timeline.playback.time, plot.canvas.time, heard) == (5, 5, [20, 33])


def test_a_click_on_what_is_not_read_goes_to_the_last_volume_that_is(timeline: Timeline, qtbot: Any) -> None:
    timeline.set_loaded(10)
    plot = timeline.plot
    with qtbot.waitSignal(timeline.time_wanted) as wanted:
        qtbot.mouseClick(plot.canvas.graphics.viewport(), LEFT, pos=place(plot.canvas, plot.panel, 80.0))
    assert wanted.args == [9]


def test_a_slow_window_leaves_volumes_out_and_keeps_the_time(bar: Playback, clock: Clock) -> None:
    heard: list[int] = []
    bar.time_wanted.connect(heard.append)
    bar.toggle()
    bar._clock.stop()
    for passed in (0.05, 0.15, 1.05, 1.06, 3.05):  # seconds since it began; at 10 volumes a second
        clock.now = 100.0 + passed
        bar.on_tick()
    assert heard == [1, 10, 30]


def test_it_waits_for_volumes_that_are_not_read_and_goes_on_from_there(bar: Playback, clock: Clock) -> None:
    bar.set_loaded(5)
    bar.toggle()
    bar._clock.stop()
    clock.now += 60
    bar.on_tick()
    assert bar.time == 4
    bar.set_loaded(300)
    clock.now += 0.25
    bar.on_tick()
    assert bar.time == 6


def test_at_the_end_it_begins_again_or_stops(bar: Playback, clock: Clock) -> None:
    bar.set_time(298)
    bar.toggle()
    clock.now += 0.45
    bar.on_tick()
    assert bar.time == 302 % 300
    bar.loop.setChecked(False)
    bar.set_time(298)
    bar._begin()
    clock.now += 5
    bar.on_tick()
    assert bar.time == 299
    assert not bar.is_playing
    bar.toggle()  # from the end it plays from the beginning
    assert bar.time == 0
    bar.stop()


def test_another_speed_counts_from_here(bar: Playback, clock: Clock) -> None:
    bar.toggle()
    bar._clock.stop()
    clock.now += 1
    bar.on_tick()
    bar.speed.setCurrentIndex(bar.speed.findData(1.0))
    clock.now += 2
    bar.on_tick()
    assert bar.time == 12


def test_while_it_is_read_the_bar_says_how_much_is_there_and_holds_the_slider(bar: Playback) -> None:
    bar.set_loaded(37)
    settle()
    assert "37 of 300 volumes loaded" in bar.where.text()
    assert bar.slider.maximum() == 299
    bar.slider.setValue(200)
    assert bar.time == 36
    assert bar.slider.value() == 36
    bar.set_loaded(300)
    assert bar.where.text() == "Volume 37 of 300, 72 s"


def test_the_words_get_shorter_where_it_is_narrow_and_their_room_stays(bar: Playback) -> None:
    width = bar.where.width()
    bar.set_time(299)
    assert bar.where.width() == width
    bar.resize(bar.minimumSizeHint().width(), 40)
    settle()
    assert bar.where.text() == "300/300"


def test_a_press_on_the_groove_goes_there(bar: Playback, qtbot: Any) -> None:
    slider = bar.slider
    x = round(slider.x_of(150))
    with qtbot.waitSignal(bar.time_wanted) as wanted:
        qtbot.mouseClick(slider, LEFT, pos=QPoint(x, slider.height() // 2))
    assert abs(wanted.args[0] - 150) <= 1


def test_hidden_it_does_not_play(bar: Playback) -> None:
    bar.toggle()
    bar.hide()
    assert not bar.is_playing


def test_one_volume_has_nothing_to_play(bar: Playback) -> None:
    bar.show_length(1, None)
    assert not bar.isEnabled()
    bar.toggle()
    assert not bar.is_playing
