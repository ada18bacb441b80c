"""The plot over time: the series at the crosshair, pinned ones, the model's fit, traces; events and words under them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QPixmap
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.choice import choice
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.marks import LINE_WIDTH, Line, Reading
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.picture_menu import PictureMenu
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.timeline.series import MODES, UNITS, EventSpan, Floats, Mode, Series, WordSpan, scaled
from neurostudio.gui.views.timeline.series_text import as_table, series_sentence
from neurostudio.gui.views.timeline.spans import EventBars, Words, align_left
from neurostudio.gui.views.timeline.spread_plot import HISTOGRAM, SPECTRUM, SpreadPlot
from neurostudio.gui.views.timeline.time_canvas import HINT, TimeCanvas
from neurostudio.gui.views.timeline.trace_stack import TRACE_LINES, add_traces, values_at
from neurostudio.gui.views.timeline.traces import FRAMEWISE, TraceGroup, grouped
from neurostudio.gui.widgets import fill, tool_button
from neurostudio.report.wording import number_text

TIME = "Over time"
SECONDS, VOLUMES = "Seconds", "Volumes"
CROSSHAIR = "Crosshair"
SHARES = {"series": 6, "events": 3, "words": 1}
MOST_EVENT_ROWS = 8
LEAST_HEIGHT_U, SERIES_HEIGHT_U = 24, 34  # of bar, series and axis
WIDTHS = {"fit": 1.3, "pinned": 1.3}


class TimePlot(QWidget):
    """Series over time::

        [Over time] Spectrum  Histogram   [Raw v] [Seconds v] [Traces v] (pin) (unpin v)
         |   /\\    /\\__ |        ── Crosshair
         |__/  \\__/     \\|____    ── 12, −40, 8 mm
         ____/\\_____________|__   FD (mm)
         ▇▇    ▇▇   face
            ▇▇    ▇▇ house
         once upon a time ...
           20   40   60  Time (s)

    A plain click or drag goes through time (see :class:`TimeCanvas`); ``P`` pins the series at the crosshair.

    Attributes
    ----------
    series : tuple of Series
        What is drawn.

    Signals
    -------
    time_wanted : int
        Number of the volume that was clicked.
    pin_wanted
        Keep the series at the crosshair.
    unpin_wanted
        Take all pinned ones away.
    pin_removed : int
        Take one pinned series away: its number among the pinned ones of `series`.
    """

    time_wanted = Signal(int)
    pin_wanted = Signal()
    unpin_wanted = Signal()
    pin_removed = Signal(int)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.series: tuple[Series, ...] = ()
        self._tr_s: float | None = None
        self._events: tuple[EventSpan, ...] = ()
        self._words: tuple[WordSpan, ...] = ()
        self._traces: dict[str, NDArray[np.floating[Any]]] = {}
        self._trace_groups: tuple[TraceGroup, ...] = ()
        self._event_tints: Mapping[str, int] = {}
        self._lines: list[Line] = []
        self.readout = readout or Readout()
        self.canvas = TimeCanvas(self.readout)
        self.canvas.describe("Series over time", HINT)
        self.spread = SpreadPlot(self.readout)
        self._build_bar()
        self.panel = self.canvas.add_time_panel(0, height=SHARES["series"])
        self._stack = QStackedLayout()
        for page in (self.canvas, self.spread):
            self._stack.addWidget(page)
        own = () if readout else (self.readout,)
        fill(QVBoxLayout(self), (self.bar, self._stack, *own), theme.unit(self), 0.5)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusProxy(self.canvas)
        self.menu = PictureMenu(self, "time series", self.picture, self.data_text)
        self.canvas.time_wanted.connect(self.time_wanted)
        self.canvas.room_changed.connect(self.on_room)
        self._rebuild()

    def _build_bar(self) -> None:
        self.what = QTabBar()
        self.what.setAccessibleName("What is drawn of the series")
        self.what.setDrawBase(False)
        self.what.setExpanding(False)
        for title in (TIME, SPECTRUM, HISTOGRAM):
            self.what.addTab(title)
        self.mode = choice("How the series is scaled")
        for key, title in MODES.items():
            self.mode.addItem(title, key)
        self.across = choice("What the horizontal axis counts")
        for title in (SECONDS, VOLUMES):
            self.across.addItem(title, title)
        self.traces = _menu_button("Traces", "Motion and confounds under the series")
        self.pin = tool_button("pin", "Keep the series at the crosshair (P)")
        self.unpin = tool_button("remove", "Take kept series away")
        self.unpin.setMenu(QMenu(self.unpin))
        self.unpin.setPopupMode(self.unpin.ToolButtonPopupMode.InstantPopup)
        self.unpin.setEnabled(False)
        self.legend = Legend()
        self.bar = Flow(self.what, self.mode, self.across, self.traces, self.pin, self.unpin, self.legend, gap=0.5)
        self.what.currentChanged.connect(self.on_what)
        self.mode.currentIndexChanged.connect(self.on_mode)
        self.across.currentIndexChanged.connect(self.on_across)
        self.traces.menu().triggered.connect(self.on_traces)
        self.pin.clicked.connect(self.pin_wanted)
        self.unpin.menu().triggered.connect(self.on_unpin)
        self.legend.switched.connect(self.on_switched)

    # --- what is shown

    @property
    def n_volumes(self) -> int:
        """Length of the time axis."""
        return self.canvas.n_volumes

    @property
    def shown(self) -> str:
        """Series over time, their spectrum or their histogram."""
        return self.what.tabText(self.what.currentIndex())

    @property
    def scaling(self) -> Mode:
        """How series are scaled."""
        found: Mode = self.mode.currentData()
        return found

    @property
    def step(self) -> float:
        """One volume on the time axis."""
        return self._tr_s if self._tr_s and self.across.currentText() == SECONDS else 1.0

    def set_tr(self, tr_s: float | None) -> None:
        """Seconds between two volumes; None counts volumes."""
        if tr_s != self._tr_s:
            self._tr_s = tr_s
            self._rebuild()

    def show_series(self, series: Sequence[Series]) -> None:
        """Draw these lines; those of the same kinds are kept and only move."""
        before, self.series = self.series, tuple(series)
        n_volumes = max((len(one.values) for one in series), default=0)
        self._offer_unpin()
        if n_volumes != self.canvas.n_volumes:
            self.canvas.set_length(n_volumes, self.step)
            self._rebuild()
        elif self.shown != TIME or [(one.kind, one.tint) for one in before] != [(one.kind, one.tint) for one in series]:
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
        """Offer motion and other traces; framewise displacement is drawn at once, others when they are chosen."""
        self._traces = dict(confounds)
        menu = self.traces.menu()
        menu.clear()
        for name in self._traces:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name.replace("_", " ").lower() == FRAMEWISE)
        self._rebuild()

    def set_time(self, time: int) -> None:
        """Stand at a volume."""
        self.canvas.set_time(time)

    def set_loaded(self, n_loaded: int) -> None:
        """So many volumes are read; the rest is hatched."""
        self.canvas.set_loaded(n_loaded)

    def picture(self) -> QPixmap:
        """What is seen."""
        return (self.canvas if self.shown == TIME else self.spread.canvas).picture()

    def data_text(self) -> str:
        """The series as lines with tabulators."""
        return as_table(self.series, self._tr_s)

    # --- slots

    @Slot(int)
    def on_what(self, _index: int) -> None:
        """Something else is drawn."""
        self.mode.setEnabled(self.shown != SPECTRUM)
        self._stack.setCurrentWidget(self.canvas if self.shown == TIME else self.spread)
        self._show_controls()
        self._draw()

    @Slot()
    def on_mode(self) -> None:
        """Series are scaled otherwise."""
        self._draw()

    @Slot()
    def on_across(self) -> None:
        """Seconds or volumes: the same part stays in sight."""
        self._rebuild()

    @Slot(QAction)
    def on_traces(self, _action: QAction) -> None:
        """A trace was switched on or off."""
        self._rebuild()

    @Slot(QAction)
    def on_unpin(self, action: QAction) -> None:
        """One kept series is to go, or all."""
        number = action.data()
        if number is None:
            self.unpin_wanted.emit()
        else:
            self.pin_removed.emit(int(number))

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """A line was switched off or on."""
        for number, line in enumerate(self._lines):
            line.set_visible(str(number) not in hidden)
        self.spread.hide_lines(hidden)
        self.panel.refresh()

    @Slot(bool)
    def on_room(self, _has_room: bool) -> None:
        """Names stand at the lines, or in the legend."""
        self._show_legend()

    # --- Qt

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(60 * u, SERIES_HEIGHT_U * u + self._extra_height())

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(super().minimumSizeHint().width(), LEAST_HEIGHT_U * u + self._extra_height())

    def hasHeightForWidth(self) -> bool:
        """Only its bar has one: a page that scrolls would give the whole plot its preferred height."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_P and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.pin_wanted.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "canvas"):
            self._rebuild()

    # --- inside

    def _rebuild(self) -> None:
        """Other panels: under the series stand traces, events and words where there are any."""
        canvas, step = self.canvas, self.step
        was_zoomed, part = self.panel.is_zoomed, canvas.part()
        canvas.drop_panels(keep=1)
        canvas.set_length(canvas.n_volumes, step)
        chosen = [action.text() for action in self.traces.menu().actions() if action.isChecked()]
        self._trace_groups = grouped({name: self._traces[name] for name in chosen})
        panels = [self.panel, *add_traces(canvas, self._trace_groups, 1)]
        line = canvas.fontMetrics().height()
        if self._tr_s and self._events:
            panels.append(self._add_events(len(panels), line))
        if self._tr_s and self._words:
            panel = canvas.add_time_panel(len(panels), height=SHARES["words"], most_height=1.3 * line)
            panel.set_axes("", "", grid="")
            panel.left.setStyle(showValues=False)
            panel.add(Words(self._words, step / self._tr_s))
            panels.append(panel)
        for panel in panels:
            panel.reader = self._read
        align_left(panels, self._conditions() if self._tr_s else [])
        self._show_controls()
        self._draw()
        canvas.reset()
        if was_zoomed:
            canvas.show_part(*part)
        self.updateGeometry()

    def _add_events(self, row: int, line: float) -> Panel:
        names = self._conditions()
        most = line * min(len(names), MOST_EVENT_ROWS)
        panel = self.canvas.add_time_panel(row, height=SHARES["events"], most_height=most)
        panel.set_axes("", "", y_names=names[::-1], grid="")
        panel.padding = (0.0, 0.0)
        panel.has_names = False
        scale = self.step / (self._tr_s or 1.0)
        for number, name in enumerate(names):  # the first one on top
            spans = [span for span in self._events if span.name == name]
            tint = self._event_tints.get(name, number)
            panel.add(EventBars(name, tint, spans, len(names) - 1 - number, scale))
        return panel

    def _draw(self) -> None:
        for line in self._lines:
            self.panel.remove(line)
        self._lines = []
        if self.shown == TIME:
            self.panel.set_axes("", UNITS[self.scaling])
            self.canvas.name_axis(self._caption())  # naming the axes of a panel names the one of time, too
            for one in self.series:
                width = WIDTHS.get(one.kind, LINE_WIDTH)
                self._lines.append(self.panel.add(Line("", one.tint, width=width, has_dots=False, is_quick=True)))
            self._move_lines()
        else:
            self.spread.show(self.shown, self.series, self.scaling, self._tr_s)
        self._show_legend()
        self.on_switched(self.legend.hidden())
        self.canvas.describe("Series over time", f"{series_sentence(self.series, self._tr_s)} {HINT}")

    def _move_lines(self) -> None:
        x: Floats = np.arange(self.n_volumes, dtype=np.float64) * self.step
        for one, line in zip(self.series, self._lines, strict=True):
            line.name = CROSSHAIR if one.kind == "cursor" else one.name  # a name that stays keeps the room that it takes
            line.set_data(x[: len(one.values)], scaled(one.values, self.scaling))
        self.panel.refresh()

    def _show_legend(self) -> None:
        names = [CROSSHAIR if one.kind == "cursor" else one.name for one in self.series]
        entries = [Entry(str(number), name, one.tint) for number, (name, one) in enumerate(zip(names, self.series, strict=True))]
        has_room = self.canvas.has_room()
        if not has_room or self.shown == HISTOGRAM or self.legend.hidden():
            self.legend.set_entries(entries, self.legend.hidden())
        self.legend.set_wanted(not has_room or self.shown == HISTOGRAM)

    def _show_controls(self) -> None:
        is_time = self.shown == TIME
        self.across.setVisible(is_time and self._tr_s is not None)
        self.traces.setVisible(is_time and bool(self._traces))

    def _offer_unpin(self) -> None:
        pinned = [one.name for one in self.series if one.kind == "pinned"]
        menu = self.unpin.menu()
        if [action.text() for action in menu.actions()][: len(pinned)] != pinned or not pinned:
            menu.clear()
            for number, name in enumerate(pinned):
                menu.addAction(name).setData(number)
            if len(pinned) > 1:
                menu.addSeparator()
                menu.addAction("All")
        self.unpin.setEnabled(bool(pinned))

    def _extra_height(self) -> int:
        """Pixels of what stands under the series."""
        rows = min(len(self._conditions()), MOST_EVENT_ROWS) + 1 if self._tr_s and self._events else 0
        words = 2 if self._tr_s and self._words else 0
        return round((rows + words + TRACE_LINES * len(self._trace_groups)) * self.fontMetrics().height())

    def _caption(self) -> str:
        return "Time (s)" if self._tr_s and self.step == self._tr_s and self.across.currentText() == SECONDS else "Volume"

    def _conditions(self) -> list[str]:
        return list(dict.fromkeys(span.name for span in self._events))

    def _read(self, x: float, _y: float) -> str:
        """Time, values and what happens then; rings stand at the values."""
        if not self.n_volumes:
            return ""
        t = self.canvas.volume_at(x)
        parts = [f"Volume {t + 1} of {self.n_volumes}" + (f", {number_text(t * self._tr_s)} s" if self._tr_s else "")]
        readings = []
        for one, line in zip(self.series, self._lines, strict=False):
            if t < len(one.values) and line.is_visible and np.isfinite(one.values[t]):
                parts.append(f"{one.name} {number_text(float(one.values[t]))}")
                shown = scaled(one.values, self.scaling)[t]
                readings.append(Reading(t * self.step, float(shown), float(shown), one.name))
        self.panel.point_at(readings, hair=False)
        parts += values_at(self._trace_groups, t)
        if self._tr_s:
            now = x * self._tr_s / self.step
            parts += list(dict.fromkeys(span.name for span in self._events if span.onset_s <= now <= span.end_s))
            parts += [span.text for span in self._words if span.onset_s <= now < span.offset_s]
        return "   ".join([*parts, "Click: go there"])


def _menu_button(text: str, tooltip: str) -> QPushButton:
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setToolTip(tooltip)
    made.setAccessibleName(f"{text}: {tooltip.lower()}")
    made.setMenu(QMenu(made))
    return made
