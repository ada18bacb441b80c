"""Curves while they come in: drawn together, smoothed, on other axes, pooled, and quiet when nothing is new."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from neurostudio.gui.views.curves import CurvesView
from neurostudio.gui.views.marks import Band, Baseline, Line
from neurostudio.store.rows import Curve


@pytest.fixture
def view(qtbot: Any) -> CurvesView:
    """A view without curves."""
    made = CurvesView()
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    return made


def steps(count: int) -> np.ndarray:
    """0, 1, 2 ..."""
    return np.arange(count)


def lines(view: CurvesView) -> dict[str, Line]:
    """Lines with a name."""
    return {mark.name: mark for mark in view.panel.marks if isinstance(mark, Line) and mark.name}


def test_curves_are_drawn_and_told(view: CurvesView) -> None:
    view.set_curves({"train/loss": (steps(3), np.array([3.0, 2, 1]))}, y_label="Loss", baselines={"floor": 0.5})
    assert lines(view)["train/loss"].y.tolist() == [3, 2, 1]
    assert [mark.name for mark in view.panel.marks if isinstance(mark, Baseline)] == ["floor"]
    assert view.canvas.accessibleDescription() == "1 line over step 0 to 2: train/loss from 1 to 3, last 1."
    assert view.data_text() == "curve\tstep\tvalue\ntrain/loss\t0\t3\ntrain/loss\t1\t2\ntrain/loss\t2\t1"
    assert not view.across.isVisible()


def test_points_that_come_one_by_one_are_drawn_together(view: CurvesView, qtbot: Any) -> None:
    view.set_curves({"loss": (steps(1), np.ones(1))})
    drawn = []
    redraw = view.on_redraw
    view._redraw.timeout.disconnect()
    view._redraw.timeout.connect(lambda: (drawn.append(1), redraw()))
    for step in range(1, 500):
        view.append("loss", [step], [1 / step])
    qtbot.waitUntil(lambda: len(lines(view)["loss"].x) == 500)
    assert len(drawn) <= 3
    view.append("other", [0], [0])
    qtbot.waitUntil(lambda: "other" in lines(view))


def test_smoothing_shows_the_average_over_the_faint_values(view: CurvesView, qtbot: Any) -> None:
    values = np.random.default_rng(0).normal(size=200)
    view.set_curves({"loss": (steps(200), values)})
    view.smoothing.setFocus()
    for _ in range(2):
        qtbot.keyClick(view.smoothing, Qt.Key.Key_Down)
    view.smoothing.activated.emit(2)
    faint, smooth = [mark for mark in view.panel.marks if isinstance(mark, Line)]
    assert np.array_equal(faint.y, values)
    assert (faint.name, smooth.name) == ("", "loss")
    assert smooth.y.std() < values.std() / 2
    assert faint.alpha < smooth.alpha


def test_a_curve_of_the_store_can_be_seen_over_time_and_on_a_logarithmic_axis(view: CurvesView, qtbot: Any) -> None:
    curve = Curve("loss", steps(3), np.array([100.0, 10.0, -1.0]), np.array([1e9, 1e9 + 2, 1e9 + 6]))
    view.set_curves({"loss": curve})
    assert view.across.isVisible()
    view.across.setCurrentIndex(1)
    view.across.activated.emit(1)
    assert lines(view)["loss"].x.tolist() == [0, 2, 6]
    qtbot.mouseClick(view.log, Qt.MouseButton.LeftButton)
    bounds = lines(view)["loss"].bounds()
    assert bounds is not None
    assert (bounds.y_low, bounds.y_high) == (1.0, 2.0)
    assert view.hint.text() == "1 values at or below zero are not seen"


def test_runs_of_a_group_become_a_mean_with_a_band(view: CurvesView) -> None:
    curves = {f"seed {seed}": (steps(4), steps(4) + seed) for seed in range(3)}
    view.set_curves(curves, groups=dict.fromkeys(curves, "wide"))
    assert list(lines(view)) == ["wide (n = 3)"]
    (band,) = [mark for mark in view.panel.marks if isinstance(mark, Band)]
    assert (band.low.tolist(), band.high.tolist()) == ([0, 1, 2, 3], [2, 3, 4, 5])


def test_of_many_curves_six_are_shown_and_more_become_grey_with_their_mean(view: CurvesView, qtbot: Any) -> None:
    view.set_curves({f"run {number}": (steps(4), steps(4) + number) for number in range(8)})
    assert len(lines(view)) == 6
    assert view.legend.hidden() == {"run 6", "run 7"}
    qtbot.mouseClick(view.legend._keys[6], Qt.MouseButton.LeftButton)
    assert list(lines(view)) == ["mean of 7"]
    assert len([mark for mark in view.panel.marks if mark.tint == "baseline"]) == 7


def test_someone_who_has_zoomed_keeps_the_part_while_data_come(view: CurvesView, qtbot: Any) -> None:
    view.set_curves({"loss": (steps(10), steps(10))})
    QApplication.processEvents()
    view.canvas.setFocus()
    qtbot.keyClick(view.canvas.graphics, Qt.Key.Key_Plus)
    part = view.panel.view.viewRange()
    view.set_curves({"loss": (steps(20), steps(20))})
    assert view.panel.view.viewRange() == part
    qtbot.keyClick(view.canvas.graphics, Qt.Key.Key_0)
    assert view.panel.view.viewRange()[0][1] > 19


def test_colours_are_those_of_the_keys_in_the_project(qtbot: Any) -> None:
    known = {"run-7": 5}
    view = CurvesView(lambda key: known.setdefault(key, len(known)))
    qtbot.addWidget(view)
    view.set_curves({"mine": (steps(2), steps(2))}, keys={"mine": "run-7"})
    assert lines(view)["mine"].tint == 5


def test_clearing_stops_everything(view: CurvesView) -> None:
    view.set_curves({"loss": (steps(3), steps(3))})
    view.append("loss", [4], [4])
    view.clear()
    assert view.state == "empty"
    assert not view._redraw.isActive()
    assert view.panel.marks == []
