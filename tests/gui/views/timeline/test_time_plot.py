"""The plot over time: clicks and keys go through time, series are scaled, kept and taken away, events and words lie under it."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from neurostudio.gui import theme
from neurostudio.gui.views.marks import Line
from neurostudio.gui.views.timeline.series import EventSpan, Series, WordSpan
from neurostudio.gui.views.timeline.spans import EventBars, Words
from neurostudio.gui.views.timeline.time_plot import HISTOGRAM, SECONDS, SPECTRUM, TIME, VOLUMES, TimePlot
from neurostudio.gui.views.timeline.traces import FRAMEWISE

from .conftest import drag, place, settle, wheel

TR_S = 2.0
NO = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def series(n_time: int = 60, n_loaded: int = 60) -> tuple[Series, ...]:
    """One at the crosshair, two kept, one fitted."""
    time = np.arange(n_time)
    known = np.where(time < n_loaded, 1.0, np.nan)
    return (
        Series("1, 2, 3 mm", (900 + 5 * np.sin(time / 4)) * known, 2, "pinned"),
        Series("4, 5, 6 mm", (950 + time) * known, 3, "pinned"),
        Series("7, 8, 9 mm", (1000 + 10 * np.cos(time / 3)) * known, 0, "cursor"),
        Series("fit", (1000 + 9 * np.cos(time / 3)) * known, 1, "fit"),
    )


@pytest.fixture
def plot(qtbot: Any) -> TimePlot:
    """A plot of 60 volumes of 2 s."""
    made = TimePlot()
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    made.set_tr(TR_S)
    made.show_series(series())
    made.set_loaded(60)
    settle()
    return made


def test_a_click_goes_to_the_volume_under_it(plot: TimePlot, qtbot: Any) -> None:
    for volume in (0, 17, 59):
        with qtbot.waitSignal(plot.time_wanted) as wanted:
            at = place(plot.canvas, plot.panel, volume * TR_S)
            qtbot.mouseClick(plot.canvas.graphics.viewport(), LEFT, pos=at)
        assert wanted.args == [volume]


def test_a_plain_drag_goes_through_time_and_moves_no_axis(plot: TimePlot, qtbot: Any) -> None:
    heard: list[int] = []
    plot.time_wanted.connect(heard.append)
    before = plot.canvas.part()
    drag(qtbot, plot.canvas, place(plot.canvas, plot.panel, 20.0), place(plot.canvas, plot.panel, 80.0), NO)
    assert plot.canvas.part() == before
    assert heard == sorted(heard)
    assert heard[-1] == 40


def test_shift_and_drag_pans_and_goes_nowhere(plot: TimePlot, qtbot: Any) -> None:
    heard: list[int] = []
    plot.time_wanted.connect(heard.append)
    before = plot.canvas.part()
    shift = Qt.KeyboardModifier.ShiftModifier
    parts: list[tuple[float, float]] = []
    plot.canvas.part_changed.connect(lambda low, high: parts.append((low, high)))
    # the mouse moves of QTest carry no modifiers: the drag is told as pyqtgraph tells it
    event = FakeDrag(plot, place(plot.canvas, plot.panel, 60.0), QPoint(-120, 0), shift)
    plot.panel.view.mouseDragEvent(event)
    settle()
    assert heard == []
    assert plot.canvas.part()[0] > before[0] + 3
    assert parts


class FakeDrag:
    """A drag of pyqtgraph, as far as a view asks about it."""

    def __init__(self, plot: TimePlot, start: QPoint, by: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        self._view, self._start, self._by, self._modifiers = plot.panel.view, start, by, modifiers

    def button(self) -> Qt.MouseButton:
        return LEFT

    def modifiers(self) -> Qt.KeyboardModifier:
        return self._modifiers

    def pos(self) -> Any:
        import pyqtgraph as pg

        return pg.Point(self._start + self._by)

    def lastPos(self) -> Any:
        import pyqtgraph as pg

        return pg.Point(self._start)

    def buttonDownPos(self) -> Any:
        return self.lastPos()

    def scenePos(self) -> Any:
        return self.pos()

    def isFinish(self) -> bool:
        return True

    def accept(self) -> None:
        """Taken."""

    def ignore(self) -> None:
        """Left to others."""


def test_the_wheel_zooms_time_at_the_cursor_only_and_a_double_click_shows_all(plot: TimePlot, qtbot: Any) -> None:
    at = place(plot.canvas, plot.panel, 30.0)
    before, heights = plot.canvas.part(), plot.panel.view.viewRange()[1]
    wheel(plot.canvas, at, 240)
    low, high = plot.canvas.part()
    assert high - low < before[1] - before[0]
    assert plot.panel.view.mapSceneToView(plot.canvas.graphics.mapToScene(at)).x() == pytest.approx(30.0, abs=0.5)
    assert plot.panel.view.viewRange()[1] == heights
    plot.show_series(series())  # the crosshair moves: the part that is seen stays
    assert plot.canvas.part() == pytest.approx((low, high))
    viewport = plot.canvas.graphics.viewport()
    qtbot.mouseClick(viewport, LEFT, pos=at)
    qtbot.mouseDClick(viewport, LEFT, pos=at)
    qtbot.mouseRelease(viewport, LEFT, pos=at)
    settle()
    assert plot.canvas.part() == pytest.approx(before)


def test_arrows_go_one_volume_and_page_keys_ten(plot: TimePlot, qtbot: Any) -> None:
    plot.set_time(30)
    for key, volume in ((Qt.Key.Key_Right, 31), (Qt.Key.Key_Left, 29), (Qt.Key.Key_PageDown, 40), (Qt.Key.Key_PageUp, 20)):
        with qtbot.waitSignal(plot.time_wanted) as wanted:
            qtbot.keyClick(plot.canvas.graphics, key)
        assert wanted.args == [volume]
    plot.set_time(59)
    with qtbot.waitSignal(plot.time_wanted) as wanted:
        qtbot.keyClick(plot.canvas.graphics, Qt.Key.Key_PageDown)
    assert wanted.args == [59]


def test_shift_and_arrows_pan(plot: TimePlot, qtbot: Any) -> None:
    before = plot.canvas.part()
    qtbot.keyClick(plot.canvas.graphics, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert plot.canvas.part()[0] > before[0]


def test_the_pointer_is_marked_and_read_with_what_a_click_does(plot: TimePlot, qtbot: Any) -> None:
    plot.show_events((EventSpan(20.0, 10.0, "face"),))
    settle()
    qtbot.mouseMove(plot.canvas.graphics.viewport(), place(plot.canvas, plot.panel, 24.3))
    settle()
    text = plot.readout.text()
    assert text.startswith("Volume 13 of 60, 24 s")
    assert "7, 8, 9 mm" in text
    assert "face" in text
    assert text.endswith("Click: go there")
    assert [mark.pointed for mark in plot.canvas._marks.values()] == [24.0, 24.0]
    plot.canvas.on_left()
    assert [mark.pointed for mark in plot.canvas._marks.values()] == [None, None]


def test_modes_scale_what_is_drawn(plot: TimePlot) -> None:
    drawn = {"raw": 1000.0, "demeaned": 0.0, "percent": 0.0, "z": 0.0}
    for index, (mode, middle) in enumerate(drawn.items()):
        plot.mode.setCurrentIndex(index)
        line = plot._lines[2]
        assert plot.scaling == mode
        assert float(np.mean(line.y)) == pytest.approx(middle, abs=5 if mode == "raw" else 1e-6)
    assert plot._lines[2].y.std() == pytest.approx(1.0)


def test_without_a_tr_the_axis_counts_volumes_and_events_have_no_place(plot: TimePlot, qtbot: Any) -> None:
    plot.show_events((EventSpan(0.0, 10.0, "face"),))
    assert len(plot.canvas.panels) == 2
    assert plot.canvas.panels[-1].bottom.labelText == "Time (s)"
    plot.set_tr(None)
    settle()
    assert len(plot.canvas.panels) == 1
    assert plot.panel.bottom.labelText == "Volume"
    assert not plot.across.isVisible()
    with qtbot.waitSignal(plot.time_wanted) as wanted:
        qtbot.mouseClick(plot.canvas.graphics.viewport(), LEFT, pos=place(plot.canvas, plot.panel, 33))
    assert wanted.args == [33]


def test_seconds_and_volumes_show_the_same_part(plot: TimePlot) -> None:
    plot.show_events((EventSpan(20.0, 10.0, "face"),))
    plot.canvas.show_part(10, 30)
    plot.across.setCurrentIndex(plot.across.findText(VOLUMES))
    settle()
    assert plot.panel.view.viewRange()[0] == pytest.approx([10, 30])
    bars = next(mark for mark in plot.canvas.panels[1].marks if isinstance(mark, EventBars))
    assert (bars.starts.tolist(), bars.ends.tolist()) == ([10.0], [15.0])
    plot.across.setCurrentIndex(plot.across.findText(SECONDS))
    assert plot.panel.view.viewRange()[0] == pytest.approx([20, 60])


def test_kept_series_are_taken_away_one_by_one_or_all(plot: TimePlot, qtbot: Any) -> None:
    menu = plot.unpin.menu()
    assert [action.text() for action in menu.actions()] == ["1, 2, 3 mm", "4, 5, 6 mm", "", "All"]
    with qtbot.waitSignal(plot.pin_removed) as removed:
        menu.actions()[1].trigger()
    assert removed.args == [1]
    with qtbot.waitSignal(plot.unpin_wanted):
        menu.actions()[-1].trigger()
    with qtbot.waitSignal(plot.pin_wanted):
        qtbot.keyClick(plot.canvas.graphics, Qt.Key.Key_P)
    plot.show_series(series()[2:])
    assert not plot.unpin.isEnabled()


def test_the_room_of_the_plot_stays_while_the_crosshair_moves(plot: TimePlot) -> None:
    width = plot.panel.view.width()
    moved = [
        Series("−123.5, −100.5, −44.5 mm" if one.kind == "cursor" else one.name, one.values, one.tint, one.kind)
        for one in series()
    ]
    plot.show_series(moved)
    settle()
    assert plot.panel.view.width() == width
    lines = list(plot._lines)
    plot.show_series(series())
    assert all(line is before for line, before in zip(plot._lines, lines, strict=True))  # they only moved


def test_what_is_not_read_is_hatched_and_the_whole_time_is_there_from_the_start(plot: TimePlot) -> None:
    plot.show_series(series(n_loaded=12))
    plot.set_loaded(12)
    settle()
    mark = next(iter(plot.canvas._marks.values()))
    assert mark.unread == (23.0, 119.0)
    assert plot.canvas.part() == pytest.approx((-0.5, 59.5))
    plot.set_loaded(60)
    assert mark.unread is None


def test_a_series_without_any_value_leaves_the_axis_of_time(plot: TimePlot) -> None:
    plot.show_series((Series("outside", np.full(30, np.nan)),))
    settle()
    assert plot.canvas.part() == pytest.approx((-0.5, 29.5))


def test_framewise_displacement_is_drawn_at_once_and_motion_when_it_is_chosen(plot: TimePlot) -> None:
    plot.show_confounds({FRAMEWISE: np.full(60, 0.2), "pitch": np.zeros(60), "roll": np.zeros(60), "csf": np.arange(60.0)})
    settle()
    assert [panel.left.labelText for panel in plot.canvas.panels] == ["Signal", "FD (mm)"]
    for action in plot.traces.menu().actions():
        if not action.isChecked():
            action.trigger()
    settle()
    assert [panel.left.labelText for panel in plot.canvas.panels] == ["Signal", "FD (mm)", "°", "csf (z)"]
    views = [panel.view for panel in plot.canvas.panels]
    assert len({view.viewRange()[0][0] for view in views}) == 1
    assert len({round(view.sceneBoundingRect().left()) for view in views}) == 1  # their data begin together


def test_events_stand_in_rows_by_condition_in_the_colours_that_are_asked_for(plot: TimePlot) -> None:
    spans = (EventSpan(0.0, 4.0, "face"), EventSpan(10.0, 4.0, "house"), EventSpan(20.0, 0.0, "face"))
    plot.show_events(spans, {"face": 5, "house": 6})
    settle()
    bars = [mark for mark in plot.canvas.panels[1].marks if isinstance(mark, EventBars)]
    assert [(bar.name, bar.tint, bar.row, len(bar.starts)) for bar in bars] == [("face", 5, 1, 2), ("house", 6, 0, 1)]
    assert plot.canvas.panels[1].left.names == ("house", "face")


def test_words_are_drawn_under_the_axis(plot: TimePlot) -> None:
    plot.show_words([WordSpan(10.0 * at, 10.0 * at + 4, f"word{at}") for at in range(10)])
    settle()
    plot.canvas.grab()
    words = next(mark for mark in plot.canvas.panels[-1].marks if isinstance(mark, Words))
    assert words.drawn == tuple(f"word{at}" for at in range(10))


def test_spectrum_and_histogram_have_their_own_axes(plot: TimePlot) -> None:
    plot.what.setCurrentIndex(1)
    settle()
    assert plot.shown == SPECTRUM
    assert plot.spread.isVisible()
    assert plot.spread.panel.bottom.labelText == "Frequency (Hz)"
    assert not plot.mode.isEnabled()
    assert len([mark for mark in plot.spread.panel.marks if isinstance(mark, Line)]) == 4
    plot.what.setCurrentIndex(2)
    assert plot.shown == HISTOGRAM
    assert plot.spread.panel.left.labelText == "Volumes"
    plot.show_series(series())  # the crosshair moves
    plot.what.setCurrentIndex(0)
    assert plot.shown == TIME
    assert plot.canvas.isVisible()


def test_a_line_is_switched_off_in_the_legend_of_a_narrow_plot(plot: TimePlot, qtbot: Any) -> None:
    plot.resize(40 * theme.unit(plot), 420)
    settle()
    assert plot.legend.isVisible()
    key = plot.legend._keys[1]
    qtbot.mouseClick(key, LEFT)
    assert [line.is_visible for line in plot._lines] == [True, False, True, True]
    plot.show_series(series())
    assert [line.is_visible for line in plot._lines] == [True, False, True, True]


def test_data_and_picture_go_to_the_clipboard(plot: TimePlot) -> None:
    plot.menu.on_copy_data()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["volume", "time_s", "1, 2, 3 mm", "4, 5, 6 mm", "7, 8, 9 mm", "fit"]
    assert len(lines) == 61
    plot.menu.on_copy_picture()
    assert QApplication.clipboard().pixmap().width() > 300


def test_it_can_be_used_without_eyes_and_without_a_mouse(plot: TimePlot) -> None:
    assert plot.canvas.graphics.accessibleName() == "Series over time"
    assert "60 volumes, 120 s" in plot.canvas.graphics.accessibleDescription()
    for widget in (plot.what, plot.mode, plot.across, plot.traces, plot.pin, plot.unpin):
        assert widget.accessibleName(), widget
        assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_the_theme_colours_lines_and_hatching(plot: TimePlot, name: Any) -> None:
    plot.set_loaded(20)
    theme.use(name)
    settle()
    picture = plot.picture().toImage()
    assert picture.pixelColor(2, 2).name() == theme.current().surface.lower()


def test_nothing_is_cut_off_where_letters_are_twice_as_large(plot: TimePlot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = QFont(application.font())
    large = QFont(before)
    large.setPointSizeF(2 * before.pointSizeF())
    try:
        plot.show_events((EventSpan(20.0, 10.0, "face"), EventSpan(40.0, 10.0, "house")))
        application.setFont(large)
        plot.resize(600, 600)
        settle()
        for part in (plot.what, plot.mode, plot.across, plot.pin, plot.unpin):
            corner = part.mapTo(plot, part.rect().bottomRight())
            assert plot.rect().contains(corner), part.accessibleName()
        assert plot.panel.view.height() > 100
    finally:
        application.setFont(before)


@pytest.mark.slow
def test_five_thousand_repaints_of_the_axis_survive(plot: TimePlot) -> None:
    plot.show_events((EventSpan(20.0, 10.0, "face"),))
    plot.show_words([WordSpan(10.0 * at, 10.0 * at + 4, f"word{at}") for at in range(10)])
    for step in range(5_000):
        plot.set_time(step % 60)
        plot.canvas.show_part(step % 7, 30 + step % 11)
        plot.canvas.graphics.viewport().repaint()
    assert plot.canvas.time == 4_999 % 60
