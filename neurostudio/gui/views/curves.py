"""Metrics over steps or time, also while they come in: smoothed, on a logarithmic axis, runs pooled into bands."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.curve_buffer import CurveBuffer
from neurostudio.gui.views.curve_data import Numbers, in_order, pooled, range_sentence, smoothed
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.marks import Band, Baseline, Line
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.tints import ColourIndex, distinct
from neurostudio.gui.views.view import View
from neurostudio.gui.widgets import Column, Secondary
from neurostudio.store.rows import Curve

SMOOTHING = {"No smoothing": 0.0, "Light smoothing": 0.6, "Strong smoothing": 0.9, "Very strong smoothing": 0.98}
MOST_LINES = 6
FAINT, GREY = 0.28, 0.45
LEAST_REDRAW_MS = 100
DRAWING_SHARE = 8  # drawing takes at most one part in so many of the window's time
STEP, TIME = "Step", "Time"

CurveLike = Curve | tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True, eq=False)
class CurveSet:
    """What a view of curves shows.

    Attributes
    ----------
    curves : dict
        Name at the line -> a curve of the store, or (steps, values).
    keys : dict
        Name -> key of its colour in the project (the id of a run); the name itself unless given.
    groups : dict
        Name -> name of its group: runs that differ only by their seed are drawn as a mean with a band.
    baselines : dict
        Name -> value of dashed reference lines.
    """

    curves: Mapping[str, CurveLike]
    x_label: str = STEP
    y_label: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    baselines: Mapping[str, float] = field(default_factory=dict)


class CurvesView(View):
    """Curves with what can be done to them::

        [x] train/loss  [x] validation/loss     [No smoothing v] [Step v] [ ] Logarithmic
        train/loss |  \\__
                   |     \\____--__
                   +----------------
                          Step
        Step 40   train/loss 0.412

    Data that come while someone has zoomed are drawn, and the part that is seen stays.
    """

    has_picture: ClassVar[bool] = True
    has_numbers: ClassVar[bool] = True

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.legend = Legend()
        self.canvas = Canvas(self.readout)
        self.panel = self.canvas.add_panel()
        self.smoothing = QComboBox()
        self.smoothing.addItems(list(SMOOTHING))
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("Exponential moving average; the values themselves stay as a faint line")
        self.across = QComboBox()
        self.across.addItems([STEP, TIME])
        self.across.setAccessibleName("Horizontal axis")
        self.log = QCheckBox("Logarithmic")
        self.log.setToolTip("Powers of ten on the vertical axis; values of zero and below have no place on it")
        for control in (self.smoothing, self.across, self.log):
            control.setFont(theme.secondary_font())
        self.hint = Secondary("", wrap=False)
        self.controls = Flow(self.smoothing, self.across, self.log, self.hint)
        self.set_content(Column(self.controls, self.legend, self.canvas, gap=0.5))
        self.add_menu(self.canvas)
        self._buffers: dict[str, CurveBuffer] = {}
        self._set = CurveSet({})
        self._drawn: dict[str, Line] = {}
        self._layout: object = None
        self._redraw = QTimer(self, singleShot=True)
        self._redraw.timeout.connect(self.on_redraw)
        self._cost_s = 0.0
        self.smoothing.activated.connect(self.on_changed)
        self.across.activated.connect(self.on_changed)
        self.log.toggled.connect(self.on_log)
        self.legend.switched.connect(self.on_switched)
        self.canvas.room_changed.connect(self.on_room)

    # --- data

    def show_data(self, data: CurveSet) -> None:
        self._set = data
        for name in [name for name in self._buffers if name not in data.curves]:
            del self._buffers[name]
        for name, curve in data.curves.items():
            buffer = self._buffers.setdefault(name, CurveBuffer())
            if isinstance(curve, Curve):
                buffer.replace(curve.steps, curve.values, curve.times)
            else:
                buffer.replace(*curve)
        has_times = any(len(buffer) and np.isfinite(buffer.times[-1]) for buffer in self._buffers.values())
        self.across.setVisible(has_times)
        if not has_times:
            self.across.setCurrentIndex(0)
        self.on_redraw()

    def set_curves(
        self,
        curves: Mapping[str, CurveLike],
        *,
        x_label: str = STEP,
        y_label: str = "",
        keys: Mapping[str, str] | None = None,
        groups: Mapping[str, str] | None = None,
        baselines: Mapping[str, float] | None = None,
    ) -> None:
        """Show these curves; may be called many times a second with longer ones."""
        self.show_now(CurveSet(curves, x_label, y_label, keys or {}, groups or {}, baselines or {}))

    def append(self, name: str, steps: NDArray[Any], values: NDArray[Any], times: NDArray[Any] | None = None) -> None:
        """Add points to a curve; drawn together with others that come within a moment."""
        if name not in self._buffers:
            self._set = CurveSet(
                {**self._set.curves, name: (np.empty(0), np.empty(0))},
                self._set.x_label,
                self._set.y_label,
                self._set.keys,
                self._set.groups,
                self._set.baselines,
            )
        self._buffers.setdefault(name, CurveBuffer()).append(steps, values, times)
        if self.state != "done":
            self.show_now(CurveSet({name: (buffer.steps, buffer.values) for name, buffer in self._buffers.items()}))
        elif not self._redraw.isActive():
            self._redraw.start(max(LEAST_REDRAW_MS, round(1000 * DRAWING_SHARE * self._cost_s)))

    def clear(self) -> None:
        super().clear()
        self._redraw.stop()
        self._buffers, self._drawn, self._layout = {}, {}, None
        self._set = CurveSet({})
        self.panel.clear()

    def data_text(self) -> str:
        """One line for each point: curve, step, value."""
        lines = [
            f"{name}\t{step:g}\t{value:.8g}"
            for name, buffer in self._buffers.items()
            for step, value in zip(buffer.steps.tolist(), buffer.values.tolist(), strict=True)
        ]
        return "\n".join(["curve\tstep\tvalue", *lines])

    # --- what people do

    @Slot()
    def on_changed(self) -> None:
        """Smoothing or the horizontal axis were changed."""
        self._layout = None
        self.panel.is_zoomed = False
        self.on_redraw()

    @Slot(bool)
    def on_log(self, is_log: bool) -> None:
        """The vertical axis is logarithmic now, or not any more."""
        self._layout = None
        self.on_redraw()
        self._say_hidden(is_log)

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """Curves were hidden or shown."""
        self._layout = None
        self.on_redraw()

    @Slot(bool)
    def on_room(self, has_room: bool) -> None:
        """Names stand at the lines, or not; several curves keep their switches."""
        self.legend.set_wanted(len(self._buffers) > 1)

    @Slot()
    def on_redraw(self) -> None:
        """Draw what is new."""
        self._redraw.stop()
        began = time.perf_counter()
        names = list(self._buffers)
        tints = distinct([self._set.keys.get(name, name) for name in names], self.colour_index)
        self._tints = {name: tints[self._set.keys.get(name, name)] for name in names}
        first_hidden = names[MOST_LINES:] if self._layout is None and not self._set.groups and not self._drawn else ()
        hidden = self.legend.hidden() | frozenset(first_hidden)
        self.legend.set_entries((Entry(name, name, self._tints[name]) for name in names), hidden)
        visible = [name for name in names if name not in hidden]
        weight = SMOOTHING[self.smoothing.currentText()]
        layout = (
            tuple(visible),
            weight,
            self.across.currentText(),
            self.log.isChecked(),
            self._groups(visible),
            self._set.y_label,
        )
        if layout != self._layout:
            self._layout = layout
            self._build(visible)
        points = {name: self._points(self._buffers[name]) for name in visible}
        if self._is_pooled(visible):
            self._draw_pooled(points)
        else:
            self._draw_single(points, weight)
        self.panel.refresh()
        self._describe(points)
        self._cost_s = time.perf_counter() - began

    # --- drawing

    def _build(self, visible: list[str]) -> None:
        was_zoomed, part = self.panel.is_zoomed, self.panel.view.viewRange()
        self.panel.clear()
        self._drawn = {}
        is_time = self.across.currentText() == TIME
        y_label = self._set.y_label or (visible[0] if len(visible) == 1 else "Value")
        self.panel.set_axes("Time (s)" if is_time else self._set.x_label, y_label, whole_x=not is_time)
        for name, value in self._set.baselines.items():
            self.panel.add(Baseline(name, value))
        if not self._is_pooled(visible):
            weight = SMOOTHING[self.smoothing.currentText()]
            for name in visible:
                if weight:
                    self._drawn[f"raw {name}"] = self.panel.add(
                        Line("", self._tints[name], alpha=FAINT, width=1.0, has_dots=False)
                    )
                self._drawn[name] = self.panel.add(Line(name, self._tints[name], has_dots=not weight))
        self.panel.set_log(self.log.isChecked())
        if was_zoomed:
            self.panel.is_zoomed = True
            self.panel.view.setRange(xRange=part[0], yRange=part[1], padding=0)

    def _draw_single(self, points: Mapping[str, tuple[Numbers, Numbers]], weight: float) -> None:
        for name, (x, y) in points.items():
            if weight:
                self._drawn[f"raw {name}"].set_data(x, y)
            self._drawn[name].set_data(x, smoothed(y, weight) if weight else y)

    def _draw_pooled(self, points: Mapping[str, tuple[Numbers, Numbers]]) -> None:
        """Means with bands of groups; of more than six lines without groups their common mean over grey lines."""
        for mark in [mark for mark in self.panel.marks if not isinstance(mark, Baseline)]:
            self.panel.remove(mark)
        groups = dict(self._groups(list(points)))
        members: dict[str, list[str]] = {}
        for name in points:
            members.setdefault(groups.get(name, f"mean of {len(points)}"), []).append(name)
        for group, names in members.items():
            tint = self._tints[names[0]]
            if not groups:
                for name in names:
                    self.panel.add(Line("", "baseline", *points[name], width=1.0, alpha=GREY, has_dots=False))
            found = pooled([points[name] for name in names])
            if found is None:
                for name in names:
                    self.panel.add(Line(name, self._tints[name], *points[name]))
                continue
            if found.n_curve > 1:
                self.panel.add(Band(f"{group} band", tint, found.x, found.low, found.high))
            title = f"{group} (n = {found.n_curve})" if found.n_curve > 1 and groups else group
            self.panel.add(Line(title, tint, found.x, found.mean))
        self.panel.set_log(self.log.isChecked())

    def _points(self, buffer: CurveBuffer) -> tuple[Numbers, Numbers]:
        if self.across.currentText() == TIME and len(buffer):
            times = buffer.times
            return in_order(times - np.nanmin(times), buffer.values)
        return in_order(buffer.steps, buffer.values)

    def _groups(self, visible: list[str]) -> tuple[tuple[str, str], ...]:
        return tuple((name, self._set.groups[name]) for name in visible if name in self._set.groups)

    def _is_pooled(self, visible: list[str]) -> bool:
        return len(visible) > MOST_LINES or bool(self._groups(visible))

    def _say_hidden(self, is_log: bool) -> None:
        below = sum(int((buffer.values <= 0).sum()) for buffer in self._buffers.values()) if is_log else 0
        self.hint.setText(f"{below:,} values at or below zero are not seen" if below else "")

    def _describe(self, points: Mapping[str, tuple[Numbers, Numbers]]) -> None:
        title = self._set.y_label or ", ".join(list(points)[:3]) or "Curves"
        self.canvas.describe(title, range_sentence(points, self.across.currentText().lower()))
