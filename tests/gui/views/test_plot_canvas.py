"""The canvas: mouse and keys do the same everywhere, the theme colours it, the readout says what lies under the cursor."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication

from neurostudio.gui import theme
from neurostudio.gui.views.axis import Axis, tick_texts
from neurostudio.gui.views.marks import Band, Baseline, Line
from neurostudio.gui.views.panel import unit_of
from neurostudio.gui.views.plot import Canvas


@pytest.fixture
def canvas(qtbot: Any) -> Canvas:
    """One panel with two lines, a band and a baseline."""
    made = Canvas()
    qtbot.addWidget(made)
    panel = made.add_panel()
    panel.set_axes("Time steps", "Energy (mJ)", whole_x=True)
    x = np.arange(1, 9)
    panel.add(Band("band", 0, x, x / 10 - 0.05, x / 10 + 0.05))
    panel.add(Line("first", 0, x, x / 10))
    panel.add(Line("second", 1, x, x / 5))
    panel.add(Baseline("chance", 0.3))
    made.resize(700, 400)
    made.show()
    made.reset()
    settle()
    return made


def settle() -> None:
    """Let the layout come to rest."""
    for _ in range(4):
        QApplication.processEvents()


def place(canvas: Canvas, x: float, y: float) -> QPoint:
    """Where a place of the data lies on the screen."""
    return canvas.graphics.mapFromScene(canvas.panels[0].view.mapViewToScene(QPointF(x, y)))


def ranges(canvas: Canvas) -> list[float]:
    """What is seen: x from, x to, y from, y to."""
    return [value for axis in canvas.panels[0].view.viewRange() for value in axis]


def wheel(canvas: Canvas, at: QPoint, delta: int) -> None:
    """Turn the wheel over a place."""
    viewport = canvas.graphics.viewport()
    event = QWheelEvent(
        QPointF(at),
        QPointF(viewport.mapToGlobal(at)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
    settle()


def test_everything_is_seen_at_first(canvas: Canvas) -> None:
    x_low, x_high, y_low, y_high = ranges(canvas)
    assert x_low < 1 < 8 < x_high
    assert y_low < 0.05 < 1.6 < y_high


def test_the_wheel_zooms_at_the_cursor_and_a_double_click_shows_everything_again(canvas: Canvas, qtbot: Any) -> None:
    before = ranges(canvas)
    at = place(canvas, 3, 0.4)
    wheel(canvas, at, 240)
    zoomed = ranges(canvas)
    assert zoomed[1] - zoomed[0] < before[1] - before[0]
    here = canvas.panels[0].view.mapSceneToView(canvas.graphics.mapToScene(at))
    assert (here.x(), here.y()) == pytest.approx((3, 0.4), abs=0.05)
    canvas.panels[0].marks[1].set_data(np.arange(1, 20), np.arange(1, 20) / 10)  # type: ignore[attr-defined]
    canvas.refresh()
    assert ranges(canvas) == pytest.approx(zoomed)
    qtbot.mouseClick(canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=at)  # Qt's sends no release
    qtbot.mouseRelease(canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle()
    assert ranges(canvas)[1] > 19


def test_dragging_pans(canvas: Canvas, qtbot: Any) -> None:
    before, start = ranges(canvas), place(canvas, 4, 0.8)
    viewport = canvas.graphics.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 11):
        qtbot.mouseMove(viewport, start + QPoint(10 * step, 0))
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(100, 0))
    settle()
    after = ranges(canvas)
    assert after[0] < before[0] - 0.2
    assert after[1] - after[0] == pytest.approx(before[1] - before[0])


def test_keys_zoom_pan_and_reset(canvas: Canvas, qtbot: Any) -> None:
    before = ranges(canvas)
    canvas.setFocus()
    qtbot.keyClick(canvas.graphics, Qt.Key.Key_Plus)
    inside = ranges(canvas)
    assert inside[1] - inside[0] == pytest.approx((before[1] - before[0]) / 1.25)
    qtbot.keyClick(canvas.graphics, Qt.Key.Key_Right)
    assert ranges(canvas)[0] > inside[0]
    qtbot.keyClick(canvas.graphics, Qt.Key.Key_Up)
    assert ranges(canvas)[2] > inside[2]
    qtbot.keyClick(canvas.graphics, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas.graphics, Qt.Key.Key_0)
    assert ranges(canvas) == pytest.approx(before)


def test_the_readout_says_the_nearest_values_with_their_unit_and_keeps_its_height(canvas: Canvas, qtbot: Any) -> None:
    height = canvas.readout.height()
    qtbot.mouseMove(canvas.graphics.viewport(), place(canvas, 5.2, 1.0))
    settle()
    assert canvas.readout.text() == "Time steps 5   second 1 mJ   first 0.5 mJ"
    assert canvas.readout.height() == height
    canvas.on_left()
    assert canvas.readout.text() == ""


def test_names_stand_at_the_lines_where_there_is_room(canvas: Canvas) -> None:
    labels = canvas.panels[0].names.labels
    assert [(label.text, label.is_dashed) for label in labels] == [("first", False), ("second", False), ("chance", True)]
    canvas.resize(30 * theme.unit(canvas), 300)
    settle()
    assert canvas.panels[0].names.labels == ()


def test_a_change_of_theme_colours_everything_anew(canvas: Canvas) -> None:
    line = canvas.panels[0].marks[1]
    assert line.items[0].opts["pen"].color().name().upper() == theme.LIGHT.categories[0].upper()
    theme.use("dark")
    settle()
    assert line.items[0].opts["pen"].color().name().upper() == theme.DARK.categories[0].upper()
    assert canvas.graphics.backgroundBrush().color() == QColor(theme.DARK.surface)
    assert canvas.panels[0].left.textPen().color() == QColor(theme.DARK.secondary)
    dark = canvas.picture().toImage().pixelColor(3, 3)
    assert dark == QColor(theme.DARK.surface)


def test_the_right_button_does_not_zoom_and_opens_the_menu_of_the_canvas(canvas: Canvas, qtbot: Any) -> None:
    before, at = ranges(canvas), place(canvas, 4, 0.8)
    qtbot.mousePress(canvas.graphics.viewport(), Qt.MouseButton.RightButton, pos=at)
    qtbot.mouseMove(canvas.graphics.viewport(), at + QPoint(60, 60))
    qtbot.mouseRelease(canvas.graphics.viewport(), Qt.MouseButton.RightButton, pos=at + QPoint(60, 60))
    settle()
    assert ranges(canvas) == before
    assert canvas.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu


def test_a_million_points_are_drawn_as_a_few_thousand(qtbot: Any) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    panel = canvas.add_panel()
    values = np.random.default_rng(0).normal(size=1_000_000).cumsum()
    line = panel.add(Line("walk", 0, np.arange(1_000_000), values))
    canvas.resize(1_000, 500)
    canvas.show()
    panel.reset()
    settle()
    drawn_x, drawn_y = line.items[0].getData()
    assert len(drawn_x) < 5_000
    assert (drawn_y.min(), drawn_y.max()) == (values.min(), values.max())


def test_a_logarithmic_axis_leaves_out_what_has_no_logarithm(canvas: Canvas) -> None:
    panel = canvas.panels[0]
    line = panel.add(Line("loss", 2, np.arange(4), np.array([100.0, 1.0, 0.0, -3.0])))
    panel.set_log(True)
    bounds = line.bounds()
    assert bounds is not None
    assert (bounds.y_low, bounds.y_high) == (0.0, 2.0)
    reading = line.reading(0, 0)
    assert reading is not None
    assert reading.value == 100.0
    assert "100" in panel.left.tickStrings([2.0], 1.0, 1.0)


def test_linked_panels_show_the_same_times(canvas: Canvas) -> None:
    below = canvas.add_panel(1, linked_x=canvas.panels[0])
    below.add(Line("rate", 0, np.arange(3, 5), np.arange(2)))
    canvas.reset()
    settle()
    assert below.view.viewRange()[0] == pytest.approx(canvas.panels[0].view.viewRange()[0])
    canvas.drop_panels(keep=1)
    settle()
    assert len(canvas.panels) == 1


@pytest.mark.parametrize(
    ("values", "spacing", "texts"),
    [
        ([0.0, 0.0005, 0.001], 0.0005, ["0", "0.0005", "0.0010"]),
        ([-20000.0, 0.0], 10000.0, ["−20,000", "0"]),
        ([2e-5], 1e-5, ["2\xa0×\xa010⁻⁵"]),
        ([3e8], 1e8, ["300,000,000"]),
    ],
)
def test_ticks_read_as_numbers_do_elsewhere(values: list[float], spacing: float, texts: list[str]) -> None:
    assert tick_texts(values, spacing) == texts


def test_named_places_have_as_many_ticks_as_fit(qapp: QApplication) -> None:
    axis = Axis("bottom")
    axis.names = [f"class {number}" for number in range(100)]
    (step, places), *_ = axis.tickValues(-0.5, 99.5, 400)
    assert step > 5
    assert places == [float(at) for at in range(0, 100, int(step))]
    assert axis.tickStrings(places[:2], 1, step)[0] == "class 0"


def test_a_unit_is_what_stands_in_brackets_at_the_end() -> None:
    assert [unit_of(text) for text in ("Energy (mJ)", "Accuracy", "Rate (1/s) of all")] == ["mJ", "", ""]
