"""The plot over time: the series at the crosshair, pinned ones, the model's fit, confounds; events and words under it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.choice import choice
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.marks import Line
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.shapes import Stairs
from neurostudio.gui.views.timeline.series import (
    MODES,
    UNITS,
    EventSpan,
    Floats,
    Mode,
    Series,
    WordSpan,
    histogram,
    scaled,
    spectrum,
)
from neurostudio.gui.views.timeline.spans import EventBars, TimeLine, Words, align_left
from neurostudio.gui.widgets import fill, tool_button
from neurostudio.report.wording import number_text

TIME, SPECTRUM, HISTOGRAM = "Over time", "Spectrum", "Histogram"
SHARES = {"series": 6, "confounds": 2, "events": 1, "words": 1}
HINT = "Click or drag: go to that volume.   Shift and drag: pan.   Wheel: zoom.   Double click: all of it."


class TimePlot(QWidget):
    """Series over time::

        [Over time v] [Raw v] (pin) (remove pins)      ▪ 12, −40, 8 mm  ▪ fit
         |   /\\    /\\__ |
         |__/  \\__/     \\|____        the line stands at the current volume
         ▇▇    ▇▇   face
            ▇▇    ▇▇ house
         once upon a time
           20   40   60  Time (s)

    A plain click or drag goes through time: that is what people look for here, and in one viewer it was hidden behind a key for
    years. Shift with dragging pans.

    Signals
    -------
    time_wanted : number of the volume that was clicked.
    pin_wanted : keep the series at the crosshair.
    unpin_wanted : take the pinned ones away.
    """

    time_wanted = Signal(int)
    pin_wanted = Signal()
    unpin_wanted = Signal()

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.series: tuple[Series, ...] = ()
        self.n_volumes = 0
        self.n_loaded = 0
        self.time = 0
        self._tr_s: float | None = None
        self._events: tuple[EventSpan, ...] = ()
        self._words: tuple[WordSpan, ...] = ()
        self._confounds: dict[str, NDArray[np.floating[Any]]] = {}
        self._event_tints: Mapping[str, int] = {}
        self._lines: dict[tuple[str, str], Line] = {}
        self.what = choice("What is drawn of the series")
        for title in (TIME, SPECTRUM, HISTOGRAM):
            self.what.addItem(title, title)
        self.mode = choice("How the series is scaled")
        for key, title in MODES.items():
            self.mode.addItem(title, key)
        self.pin = tool_button("pin", "Keep the series at the crosshair (P)")
        self.unpin = tool_button("remove", "Take the kept series away")
        self.unpin.setEnabled(False)
        self.legend = Legend()
        self.canvas = Canvas(readout)
        self.canvas.graphics.setToolTip(HINT)
        self.canvas.describe("Series over time", HINT)
        self.panel = self.canvas.add_panel(0, height=SHARES["series"])
        self.line = TimeLine()
        self._extra: list[Panel] = []
        self._time_lines: list[TimeLine] = [self.line]
        self.bar = Flow(self.what, self.mode, self.pin, self.unpin, self.legend, gap=0.5)
        fill(QVBoxLayout(self), (self.bar, self.canvas), theme.unit(self), 0.5)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(14 * theme.unit(self))
        self.setFocusProxy(self.canvas)
        self.what.currentIndexChanged.connect(self.on_what)
        self.mode.currentIndexChanged.connect(self.on_mode)
        self.pin.clicked.connect(self.pin_wanted)
        self.unpin.clicked.connect(self.unpin_wanted)
        self.legend.switched.connect(self.on_switched)
        self.canvas.room_changed.connect(self.on_room)
        self._rebuild()

    # --- what is shown

    def set_tr(self, tr_s: float | None) -> None:
        """Seconds between two volumes; None counts volumes."""
        if tr_s != self._tr_s:
            self._tr_s = tr_s
            self._rebuild()

    def show_series(self, series: Sequence[Series]) -> None:
        """Draw these lines; those of the same name and kind are kept and only move."""
        same = [(one.kind, one.name) for one in series] == [(one.kind, one.name) for one in self.series]
        self.series = tuple(series)
        n_volumes = max((len(one.values) for one in series), default=0)
        self.unpin.setEnabled(any(one.kind == "pinned" for one in series))
        if n_volumes != self.n_volumes:
            self.n_volumes = n_volumes
            self._rebuild()
        elif self.shown != TIME or not same:
            self._draw()
        else:
            self._move_lines()

    def show_events(self, events: Sequence[EventSpan], tints: Mapping[str, int] | None = None) -> None:
        """Bars of events, a row for each condition, in the colours of `tints`; without a TR they have no place."""
        self._events, self._event_tints = tuple(events), tints or {}
        self._rebuild()

    def show_words(self, words: Sequence[WordSpan]) -> None:
        """Words of a transcript."""
        self._words = tuple(words)
        self._rebuild()

    def show_confounds(self, confounds: Mapping[str, NDArray[np.floating[Any]]]) -> None:
        """Motion and other traces, each about its mean in units of its spread."""
        self._confounds = dict(confounds)
        self._rebuild()

    def set_time(self, time: int) -> None:
        """Stand at a volume."""
        self.time = time
        for line in self._time_lines:
            line.go_to(time * self._step)

    def set_loaded(self, n_loaded: int) -> None:
        """So many volumes are read; the rest is hatched."""
        self.n_loaded = n_loaded
        end = (self.n_volumes - 0.5) * self._step
        for line in self._time_lines:
            line.show_unread((n_loaded - 0.5) * self._step, end if n_loaded < self.n_volumes else -np.inf)

    @property
    def shown(self) -> str:
        """Series over time, their spectrum or their histogram."""
        return str(self.what.currentData())

    @property
    def scaling(self) -> Mode:
        """How series are scaled."""
        found: Mode = self.mode.currentData()
        return found

    def picture(self) -> QPixmap:
        """What is seen."""
        return self.canvas.picture()

    def data_text(self) -> str:
        """The series as lines with tabulators."""
        if not self.series:
            return ""
        heads = ["volume", *(["time_s"] if self._tr_s else []), *(one.name for one in self.series)]
        lines = ["\t".join(heads)]
        for t in range(self.n_volumes):
            cells = [str(t), *([f"{t * self._tr_s:g}"] if self._tr_s else [])]
            cells += [f"{one.values[t]:.7g}" if t < len(one.values) else "" for one in self.series]
            lines.append("\t".join(cells))
        return "\n".join(lines)

    # --- slots

    @Slot()
    def on_what(self) -> None:
        """Something else is drawn."""
        self.mode.setEnabled(self.shown != SPECTRUM)
        self._rebuild()

    @Slot()
    def on_mode(self) -> None:
        """Series are scaled otherwise."""
        self._draw()

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """A line was switched off or on."""
        for (_, name), line in self._lines.items():
            line.set_visible(name not in hidden)
        self.panel.refresh()

    @Slot(bool)
    def on_room(self, has_room: bool) -> None:
        """Names stand at the lines, or in the legend."""
        self.legend.set_wanted(not has_room)

    def go(self, place: QPointF) -> None:
        """A place of a panel was clicked or dragged over."""
        if self.shown == TIME and self.n_volumes:
            self.time_wanted.emit(int(np.clip(round(place.x() / self._step), 0, self.n_volumes - 1)))

    # --- Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_P:
            self.pin_wanted.emit()
        else:
            super().keyPressEvent(event)

    # --- inside

    @property
    def _step(self) -> float:
        """One volume on the x axis."""
        return self._tr_s or 1.0

    @property
    def _x(self) -> Floats:
        return np.arange(self.n_volumes, dtype=np.float64) * self._step

    def _rebuild(self) -> None:
        """Other panels: under the series stand confounds, events and words where there are any."""
        self.canvas.drop_panels(keep=1)
        self.panel.clear()
        self._lines.clear()
        self._extra = []
        self._time_lines = []
        is_time = self.shown == TIME
        panels = [self.panel]
        if is_time:
            for name, is_there in (
                ("confounds", self._confounds),
                ("events", self._tr_s and self._events),
                ("words", self._tr_s and self._words),
            ):
                if is_there:
                    panels.append(self.canvas.add_panel(len(panels), linked_x=self.panel, height=SHARES[name]))
                    getattr(self, f"_fill_{name}")(panels[-1])
            self._extra = panels[1:]
            x_label = "Time (s)" if self._tr_s else "Volume"
            for panel in panels:
                self._time_lines.append(panel.add(TimeLine()))
                panel.view.on_click = self.go
                panel.view.on_scrub = self.go
                panel.bottom.set_label(x_label if panel is panels[-1] else "")
                panel.bottom.setVisible(panel is panels[-1])
                panel.reader = self._read
            self.line = self._time_lines[0]
            align_left(panels, [span.name for span in self._events] if self._tr_s else [])
        else:
            self.panel.view.on_scrub = None
            self.panel.bottom.setVisible(True)
        self._draw()
        for panel in self._extra:
            panel.refresh()
        self.set_time(self.time)
        self.set_loaded(self.n_loaded or self.n_volumes)

    def _draw(self) -> None:
        for line in self._lines.values():
            self.panel.remove(line)
        self._lines.clear()
        for mark in [mark for mark in self.panel.marks if isinstance(mark, Stairs)]:
            self.panel.remove(mark)
        draw = {TIME: self._draw_time, SPECTRUM: self._draw_spectrum, HISTOGRAM: self._draw_histogram}[self.shown]
        draw()
        names = [(one.name, one.tint) for one in self.series]
        self.legend.set_entries([Entry(name, name, tint) for name, tint in names], self.legend.hidden())
        self.panel.reset()

    def _draw_time(self) -> None:
        self.panel.set_axes("", UNITS[self.scaling])
        self.panel.bottom.set_label(("Time (s)" if self._tr_s else "Volume") if not self._extra else "")
        for one in self.series:
            width = 1.2 if one.kind == "fit" else 1.7
            self._lines[one.kind, one.name] = self.panel.add(Line(one.name, one.tint, width=width, has_dots=False))
        self._move_lines()

    def _move_lines(self) -> None:
        x = self._x
        for one in self.series:
            line = self._lines[one.kind, one.name]
            line.set_data(x[: len(one.values)], scaled(one.values, self.scaling))
        self.panel.refresh()

    def _draw_spectrum(self) -> None:
        self.panel.set_axes("Frequency (Hz)" if self._tr_s else "Frequency (1/volume)", "Share of the variance")
        for one in self.series:
            frequency, power = spectrum(one.values, self._tr_s)
            self._lines[one.kind, one.name] = self.panel.add(Line(one.name, one.tint, frequency, power, has_dots=False))

    def _draw_histogram(self) -> None:
        self.panel.set_axes(UNITS[self.scaling], "Volumes", whole_y=True)
        for one in self.series:
            edges, counts = histogram(scaled(one.values, self.scaling))
            self.panel.add(Stairs(one.name, one.tint, edges, counts, is_filled=len(self.series) == 1))

    def _fill_confounds(self, panel: Panel) -> None:
        names = list(self._confounds)
        panel.set_axes("", names[0] if len(names) == 1 else "", grid="")
        for number, (name, values) in enumerate(self._confounds.items()):
            x = np.arange(len(values)) * self._step
            panel.add(Line(name, number + 2, x, scaled(values, "z"), width=1.1, has_dots=False))

    def _fill_events(self, panel: Panel) -> None:
        names = list(dict.fromkeys(span.name for span in self._events))
        panel.set_axes("", "", y_names=names[::-1], grid="")
        for number, name in enumerate(names):  # the first one on top
            spans = [span for span in self._events if span.name == name]
            panel.add(EventBars(name, self._event_tints.get(name, number), spans, len(names) - 1 - number))
        panel.has_names = False

    def _fill_words(self, panel: Panel) -> None:
        panel.set_axes("", "", grid="")
        panel.left.setStyle(showValues=False)
        panel.add(Words(self._words))

    def _read(self, x: float, _y: float) -> str:
        """Time, values and what happens then."""
        if not self.n_volumes:
            return ""
        t = int(np.clip(round(x / self._step), 0, self.n_volumes - 1))
        parts = [f"Volume {t + 1} of {self.n_volumes}" + (f", {number_text(t * self._tr_s)} s" if self._tr_s else "")]
        parts += [f"{one.name} {number_text(float(one.values[t]))}" for one in self.series if t < len(one.values)]
        if self._tr_s:
            now = t * self._tr_s
            on = [span.name for span in self._events if span.onset_s <= now <= span.onset_s + span.duration_s]
            parts += list(dict.fromkeys(on))
            parts += [span.text for span in self._words if span.onset_s <= x < span.offset_s]
        return "   ".join(parts)
