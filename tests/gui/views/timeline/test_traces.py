"""Traces are grouped by their units, and volumes beyond a limit are found."""

from typing import Any

import numpy as np

from neurostudio.gui.views.timeline.trace_stack import TraceStack
from neurostudio.gui.views.timeline.traces import Traces, grouped

from .conftest import place, settle


def test_what_is_beyond_a_limit_is_an_outlier_and_what_is_missing_is_none() -> None:
    traces = Traces(fd_mm=np.array([np.nan, 0.1, 0.6, 0.1]), dvars=np.array([np.nan, 1.0, 1.0, 1.6]))
    assert traces.outliers().tolist() == [2, 3]
    assert Traces().outliers().tolist() == []
    assert Traces(dvars=np.full(4, np.nan)).groups() == ()


def test_rotations_are_shown_in_degrees_and_others_as_z() -> None:
    motion = np.zeros((5, 6))
    motion[:, 3] = np.pi / 180
    groups = Traces(motion=motion, others={"csf": np.arange(5.0), "wm": np.arange(5.0)}).groups()
    assert [group.label for group in groups] == ["Shift (mm)", "Rotation (°)", "Traces (z)"]
    assert groups[1].traces["pitch"][0] == 1.0
    assert abs(groups[2].traces["csf"].mean()) < 1e-12


def test_names_of_tables_find_their_unit() -> None:
    found = grouped({"framewise_displacement": np.zeros(3), "yaw": np.zeros(3), "csf": np.zeros(3)})
    assert [(group.label, group.limit) for group in found] == [("FD (mm)", 0.5), ("Rotation (°)", None), ("csf (z)", None)]


def test_the_stack_marks_outliers_and_a_click_goes_to_the_volume(qtbot: Any) -> None:
    stack = TraceStack()
    qtbot.addWidget(stack)
    stack.resize(700, 400)
    stack.show()
    fd_mm = np.full(30, 0.1)
    fd_mm[12] = 0.9
    stack.show_traces(Traces(fd_mm=fd_mm, dvars=np.ones(30), motion=np.zeros((30, 6))), 2.0)
    settle()
    panels = stack.canvas.panels
    assert [panel.view.height() > 30 for panel in panels] == [True] * 4
    assert "1 volumes above 0.5" in stack.canvas.accessibleDescription()
    with qtbot.waitSignal(stack.time_wanted) as wanted:
        qtbot.mouseClick(stack.canvas.graphics.viewport(), left(), pos=place(stack.canvas, panels[2], 24.4))
    assert wanted.args == [12]
    assert stack.data_text().splitlines()[13].split("\t")[:2] == ["12", "0.9"]
    stack.set_time(7)
    assert [mark.x for mark in stack.canvas._marks.values()] == [14.0] * 4


def left() -> Any:
    """The left button."""
    from PySide6.QtCore import Qt

    return Qt.MouseButton.LeftButton
