"""The canvas of everything along time: a click or a drag goes to a volume, and a line stands at the current one in each panel."""

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent

from neurostudio.gui.views.panel import PAN_STEP, Panel
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.timeline.time_mark import TimeMark

HINT = "Click or drag: go there.   Shift and drag: pan.   Wheel: zoom.   Double click: all."
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
_ANY_HEIGHT = 1e6
_MARGIN = 0.5  # volumes beside the first and the last


class TimeCanvas(Canvas):
    """Panels over one time axis::

        |  /\\   ¦ /\\  |///     ¦ is the pointer, | the current volume, /// is not read yet
        | /  \\__¦/  \\_|///

    A plain click or drag goes through time, as people expect of it: in one viewer it needed a key, and a group that looks at
    images every day thought that it was missing. What drags elsewhere, panning, is done with Shift here. So are the arrows: one
    volume on or back, with Shift they pan.

    Attributes
    ----------
    step : float
        What one volume takes on the axis: the TR in seconds, or 1.

    Signals
    -------
    time_wanted : int
        Number of a volume, from 0.
    part_changed : float, float
        Someone zoomed or panned: the first and the last volume that are seen.
    """

    time_wanted = Signal(int)
    part_changed = Signal(float, float)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__(readout)
        self.n_volumes = 0
        self.n_loaded = 0
        self.time = 0
        self.step = 1.0
        self._marks: dict[Panel, TimeMark] = {}
        self._rows: dict[Panel, int] = {}
        self._low: list[Panel] = []
        self.graphics.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.hovered.connect(self.on_hovered)
        self.left.connect(self.on_pointer_left)
        self.room_changed.connect(self.on_room)

    # --- what is seen

    def add_time_panel(self, row: int, *, height: int = 1, most_height: float = 0.0, zooms_y: bool = False) -> Panel:
        """Another panel. The first one says for all which part of the time is seen: make the one that is high first.

        Parameters
        ----------
        height : int
            Its share of the room.
        most_height : float
            Pixels that it takes at most, its axis below not counted; 0 for any height.
        zooms_y : bool
            Whether the wheel and Shift with dragging go along the vertical axis, too.
        """
        first = self.panels[0] if self.panels else None
        panel = self.add_panel(row, linked_x=first, height=height)
        self._rows[panel] = row
        panel.has_names = panel.has_names or bool(most_height)
        if most_height:
            self._low.append(panel)
        self.graphics.grid.layout.setRowMaximumHeight(3 * row + 1, most_height or _ANY_HEIGHT)
        panel.padding = (0.0, panel.padding[1])
        self._marks[panel] = panel.add(TimeMark())
        panel.view.setMouseEnabled(x=True, y=zooms_y)
        panel.view.on_click = self.go
        panel.view.on_scrub = self.go
        panel.view.on_double_click = self.reset
        if first is None:
            panel.view.sigRangeChangedManually.connect(self.on_part_chosen)
        else:
            panel.view.sigRangeChangedManually.connect(self.on_linked_part_chosen)
        self._place_marks()
        return panel

    def drop_panels(self, keep: int = 0) -> None:
        layout = self.graphics.grid.layout
        self._low = [panel for panel in self._low if panel in self.panels[:keep]]
        for panel in self.panels[keep:]:
            self._marks.pop(panel, None)
            row = 3 * self._rows.pop(panel) + 1
            layout.setRowStretchFactor(row, 0)
            layout.setRowMaximumHeight(row, _ANY_HEIGHT)
        super().drop_panels(keep)

    def name_axis(self, caption: str) -> None:
        """Show the time axis under the lowest panel only."""
        lowest = max(self.panels, key=self._rows.__getitem__, default=None)
        for panel in self.panels:
            panel.bottom.setVisible(panel is lowest)
            panel.bottom.set_label(caption if panel is lowest else "")

    def set_length(self, n_volumes: int, step: float) -> None:
        """So many volumes, each so long on the axis."""
        self.n_volumes, self.step = n_volumes, step
        self._place_marks()

    def set_time(self, time: int) -> None:
        """Stand at a volume."""
        self.time = time
        for mark in self._marks.values():
            mark.go_to(time * self.step)

    def set_loaded(self, n_loaded: int) -> None:
        """So many volumes are read; the rest is hatched."""
        if n_loaded != self.n_loaded:
            self.n_loaded = n_loaded
            self._place_marks()

    def reset(self) -> None:
        self.graphics.grid.setGeometry(self.graphics.range)  # panels that came and went may have made it small
        super().reset()
        self._show_all_time()
        if self.panels:
            self.part_changed.emit(*self.part())

    def part(self) -> tuple[float, float]:
        """The first and the last volume that are seen, as fractions."""
        low, high = self.panels[0].view.viewRange()[0]
        return low / self.step, high / self.step

    def show_part(self, low: float, high: float) -> None:
        """Show some volumes, as another view of the same time does."""
        if self.panels and not np.allclose((low, high), self.part()):
            self.panels[0].view.setXRange(low * self.step, high * self.step, padding=0)
            is_all = low <= -_MARGIN and high >= self.n_volumes - 1 + _MARGIN
            for panel in self.panels:
                panel.is_zoomed = panel.is_zoomed or not is_all

    def volume_at(self, x: float) -> int:
        """The volume at a place of the axis."""
        return int(np.clip(np.floor(x / self.step + 0.5), 0, max(self.n_volumes - 1, 0)))

    def go(self, place: QPointF) -> None:
        """Go to the volume of a place that was clicked or dragged over."""
        if self.n_volumes:
            self.time_wanted.emit(self.volume_at(place.x()))

    def press(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _STEPS and modifiers == Qt.KeyboardModifier.NoModifier and self.n_volumes:
            self.time_wanted.emit(int(np.clip(self.time + _STEPS[key], 0, self.n_volumes - 1)))
            return True
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and modifiers == Qt.KeyboardModifier.ShiftModifier and self.panels:
            self.panels[0].pan(PAN_STEP * _STEPS[key], 0.0)
            self.on_part_chosen()
            return True
        is_done = super().press(event)
        if is_done and self.panels:
            self.on_part_chosen()
        return is_done

    # --- slots

    @Slot()
    def on_part_chosen(self) -> None:
        """Someone zoomed or panned."""
        self.part_changed.emit(*self.part())

    @Slot()
    def on_linked_part_chosen(self) -> None:
        """The same in a panel that follows the first: that one is zoomed, too."""
        self.panels[0].is_zoomed = True
        self.part_changed.emit(*self.part())

    @Slot(object, float, float)
    def on_hovered(self, _panel: Panel, x: float, _y: float) -> None:
        """The pointer is over a place: its volume is marked in all panels."""
        for mark in self._marks.values():
            mark.hover(self.volume_at(x) * self.step if self.n_volumes else None)

    @Slot()
    def on_pointer_left(self) -> None:
        """The pointer is elsewhere."""
        for mark in self._marks.values():
            mark.hover(None)

    @Slot()
    def on_room(self) -> None:
        """Names of low panels stand at their lines however narrow it is: there is no legend of them."""
        for panel in self._low:
            panel.has_names = True
            panel.place_names()

    # --- inside

    def _place_marks(self) -> None:
        ends = -_MARGIN * self.step, (self.n_volumes - 1 + _MARGIN) * self.step
        unread = (self.n_loaded - 0.5) * self.step if self.n_loaded < self.n_volumes else None
        for mark in self._marks.values():
            mark.set_ends(*ends, unread)
            mark.go_to(self.time * self.step)

    def _show_all_time(self) -> None:
        """Panels without any value show the whole time, too."""
        if self.panels and self.n_volumes and not self.panels[0].is_zoomed:
            low, high = -_MARGIN * self.step, (self.n_volumes - 1 + _MARGIN) * self.step
            self.panels[0].view.setXRange(low, high, padding=0)
