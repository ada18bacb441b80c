"""Going through the volumes: a slider, steps, and playing like a film."""

import math
import time

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import Row, fill, tool_button
from neurostudio.report.wording import number_text

SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # volumes a second
USUAL_SPEED = 10.0
TICK_MS = 15
STEP, LONG_STEP = 1, 10


class Playback(QWidget):
    """::

        (<) (>||) (>)  ----------o-----------------  [10 volumes/s v] (loop)  Volume 37 of 300, 72 s

    While an image is still being read: ``Volume 3 of 300, 37 loaded``; the slider ends where the reading is.
    Playing leaves volumes out where they cannot be drawn so fast: the film keeps its time.

    Signals
    -------
    time_wanted : number of the volume to show.
    playing_changed : whether it plays.
    """

    time_wanted = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.n_volumes = 0
        self.n_loaded = 0
        self.time = 0
        self._tr_s: float | None = None
        self._began_at = 0.0
        self._began_with = 0
        self.back = tool_button("left", "One volume back ([)")
        self.play = tool_button("run", "Play (Space)")
        self.forward = tool_button("right", "One volume on (])")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Volume")
        self.slider.setPageStep(LONG_STEP)
        self.speed = QComboBox()
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Volumes a second")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g} volumes/s", speed)
        self.speed.setCurrentIndex(SPEEDS.index(USUAL_SPEED))
        self.loop = tool_button("refresh", "Begin again at the end")
        self.loop.setCheckable(True)
        self.loop.setChecked(True)
        self.where = QLabel()
        self.where.setFont(theme.number_font(theme.SECONDARY_SIZE))
        self.where.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = Row(self.back, self.play, self.forward, self.slider, self.speed, self.loop, self.where, gap=0.5)
        box = row.layout()
        if box is not None:
            box.setStretch(3, 1)  # type: ignore[attr-defined]
        fill(QVBoxLayout(self), (row,), theme.unit(self), 0)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.on_tick)
        self.back.clicked.connect(lambda: self.step(-STEP))
        self.forward.clicked.connect(lambda: self.step(STEP))
        self.play.clicked.connect(self.toggle)
        self.slider.valueChanged.connect(self.on_slider)
        self.speed.currentIndexChanged.connect(self.on_speed)
        self._say()

    @property
    def is_playing(self) -> bool:
        """Whether the film runs."""
        return self._clock.isActive()

    @property
    def volumes_a_second(self) -> float:
        """The chosen speed."""
        return float(self.speed.currentData())

    def show_length(self, n_volumes: int, tr_s: float | None) -> None:
        """So many volumes, and the seconds between them where that is known."""
        self.n_volumes, self._tr_s = n_volumes, tr_s
        self.n_loaded = min(self.n_loaded or n_volumes, n_volumes)
        self.set_loaded(self.n_loaded)
        self.setEnabled(n_volumes > 1)

    def set_loaded(self, n_loaded: int) -> None:
        """So many can be looked at by now."""
        self.n_loaded = min(n_loaded, self.n_volumes)
        was_blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, self.n_loaded - 1))
        self.slider.blockSignals(was_blocked)
        self._say()

    def set_time(self, time_: int) -> None:
        """Stand at a volume."""
        self.time = time_
        was_blocked = self.slider.blockSignals(True)
        self.slider.setValue(time_)
        self.slider.blockSignals(was_blocked)
        self._say()

    def step(self, by: int) -> None:
        """Go some volumes on, or back."""
        self.stop()
        self._want(self.time + by)

    @Slot()
    def toggle(self) -> None:
        """Play, or stop."""
        if self.is_playing:
            self.stop()
        elif self.n_loaded > 1:
            if self.time >= self.n_loaded - 1:
                self._want(0)
            self._begin()
            self._clock.start()
            self._show_state()

    def stop(self) -> None:
        """Stand still."""
        if self.is_playing:
            self._clock.stop()
            self._show_state()

    @Slot()
    def on_tick(self) -> None:
        """Show the volume whose time has come."""
        wanted = self._began_with + math.floor((time.perf_counter() - self._began_at) * self.volumes_a_second)
        if wanted >= self.n_loaded:
            if self.n_loaded < self.n_volumes:
                wanted = self.n_loaded - 1  # wait for the reading
            elif self.loop.isChecked():
                wanted %= self.n_loaded
            else:
                wanted = self.n_loaded - 1
                self.stop()
        self._want(wanted)

    @Slot(int)
    def on_slider(self, time_: int) -> None:
        """The slider was moved."""
        self._want(time_)
        self._begin()

    @Slot()
    def on_speed(self) -> None:
        """Another speed: from here on."""
        self._begin()

    def hideEvent(self, event: object) -> None:
        self.stop()
        super().hideEvent(event)  # type: ignore[arg-type]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(event):
            super().keyPressEvent(event)

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key says: Space plays, [ and ] go one volume, { and } ten; returns whether it says anything."""
        steps = {"[": -STEP, "]": STEP, "{": -LONG_STEP, "}": LONG_STEP}
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
        elif event.text() in steps:
            self.step(steps[event.text()])
        else:
            return False
        return True

    def _begin(self) -> None:
        self._began_at, self._began_with = time.perf_counter(), self.time

    def _want(self, time_: int) -> None:
        wanted = min(max(time_, 0), max(self.n_loaded - 1, 0))
        if wanted != self.time:
            self.set_time(wanted)
            self.time_wanted.emit(wanted)

    def _show_state(self) -> None:
        name = "Stop (Space)" if self.is_playing else "Play (Space)"
        self.play.setIcon(theme.icon("stop" if self.is_playing else "run"))
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)
        self.playing_changed.emit(self.is_playing)

    def _say(self) -> None:
        text = self._text(self.time, self.n_loaded)
        widest = max(text, self._text(max(self.n_volumes - 1, 0), self.n_loaded), key=len)
        self.where.setText(text)
        self.where.setFixedWidth(self.where.fontMetrics().horizontalAdvance(widest) + theme.unit(self))

    def _text(self, at: int, n_loaded: int) -> str:
        if not self.n_volumes:
            return "No volumes"
        text = f"Volume {at + 1} of {self.n_volumes}"
        if self._tr_s:
            text += f", {number_text(at * self._tr_s)} s"
        return text if n_loaded >= self.n_volumes else f"{text}, {n_loaded} loaded"
