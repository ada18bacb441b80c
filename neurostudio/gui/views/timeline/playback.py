"""Going through the volumes: a slider, steps, and playing like a film."""

import math
import time

from PySide6.QtCore import QEvent, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.choice import choice
from neurostudio.gui.views.timeline.volume_slider import VolumeSlider
from neurostudio.gui.widgets import Row, fill, tool_button
from neurostudio.report.wording import number_text

SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # volumes a second
USUAL_SPEED = 10.0
TICK_MS = 15
STEP, LONG_STEP = 1, 10
_STEP_KEYS = {"[": -STEP, "]": STEP, "{": -LONG_STEP, "}": LONG_STEP}


class RoomLabel(QLabel):
    """A line with a room of its own, which stays while its numbers change, and shrinks where there is less."""

    def __init__(self) -> None:
        super().__init__()
        self._room = self._least = 0

    def set_room(self, room: int, least: int) -> None:
        """So wide, and at least so wide, in pixels."""
        if (room, least) != (self._room, self._least):
            self._room, self._least = room, least
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._room, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least, super().minimumSizeHint().height())


class Playback(QWidget):
    """::

        (<) (>||) (>)  ########O------ · · · ·  [10 volumes/s v] (loop)  Volume 3 of 300, 4 s · 37 of 300 volumes loaded

    The slider has the whole run from the first moment on; it goes as far as the volumes are read. Playing keeps its time: where
    volumes cannot be drawn so fast, some are left out, and what is not read yet is waited for.

    Signals
    -------
    time_wanted : int
        Number of the volume to show.
    playing_changed : bool
        Whether it plays.
    """

    time_wanted = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.n_volumes = 0
        self.n_loaded = 0
        self.time = 0
        self._tr_s: float | None = None
        self._began_s = 0.0
        self._began_at = 0
        self.back = tool_button("left", "One volume back ([)")
        self.play = tool_button("run", "Play (Space)")
        self.forward = tool_button("right", "One volume on (])")
        self.slider = VolumeSlider()
        self.slider.setPageStep(LONG_STEP)
        self.speed = choice("Speed: volumes a second")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g} volumes/s", speed)
        self.speed.setCurrentIndex(SPEEDS.index(USUAL_SPEED))
        self.loop = tool_button("refresh", "Begin again at the end")
        self.loop.setCheckable(True)
        self.loop.setChecked(True)
        self.where = RoomLabel()
        self.where.setFont(theme.number_font(theme.SECONDARY_SIZE))
        row = Row(self.back, self.play, self.forward, self.slider, self.speed, self.loop, self.where, gap=0.5)
        row.layout().setStretch(3, 1)  # type: ignore[union-attr]
        fill(QVBoxLayout(self), (row,), theme.unit(self), 0)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.on_tick)
        self.back.clicked.connect(self.on_back)
        self.forward.clicked.connect(self.on_forward)
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
        """So many volumes, all of them read unless `set_loaded` says otherwise, and the seconds between them where that is known."""
        self.stop()
        self.n_volumes, self._tr_s = n_volumes, tr_s
        self.time = min(self.time, max(0, n_volumes - 1))
        was_blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, n_volumes - 1))
        self.slider.blockSignals(was_blocked)
        self.set_loaded(n_volumes)
        self.setEnabled(n_volumes > 1)

    def set_loaded(self, n_loaded: int) -> None:
        """So many can be looked at by now."""
        self.n_loaded = min(n_loaded, self.n_volumes)
        self.slider.set_loaded(self.n_loaded)
        self._say()

    def set_time(self, volume: int) -> None:
        """Stand at a volume."""
        self.time = volume
        was_blocked = self.slider.blockSignals(True)
        self.slider.setValue(volume)
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
            if self.time >= self.n_volumes - 1:
                self._want(0)
            self._begin()
            self._clock.start()
            self._show_state()

    @Slot()
    def stop(self) -> None:
        """Stand still."""
        if self.is_playing:
            self._clock.stop()
            self._show_state()

    @Slot()
    def on_back(self) -> None:
        """One volume back."""
        self.step(-STEP)

    @Slot()
    def on_forward(self) -> None:
        """One volume on."""
        self.step(STEP)

    @Slot()
    def on_tick(self) -> None:
        """Show the volume whose time has come."""
        wanted = self._began_at + math.floor((time.perf_counter() - self._began_s) * self.volumes_a_second)
        if wanted < self.n_loaded:
            self._want(wanted)
        elif self.n_loaded < self.n_volumes:  # it goes on from here once more is read
            self._want(self.n_loaded - 1)
            self._begin()
        elif self.loop.isChecked():
            self._want(wanted % self.n_volumes)
        else:
            self._want(self.n_volumes - 1)
            self.stop()

    @Slot(int)
    def on_slider(self, volume: int) -> None:
        """The slider was moved; it goes back to what is read."""
        held = min(volume, max(0, self.n_loaded - 1))
        self._want(held)
        if held != volume:
            self.set_time(held)
        self._begin()

    @Slot()
    def on_speed(self) -> None:
        """Another speed: from here on."""
        self._begin()

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and hasattr(self, "where"):
            self.where.setFont(theme.number_font(theme.SECONDARY_SIZE))
            self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(event):
            super().keyPressEvent(event)

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key says: Space plays, [ and ] go one volume, { and } ten; returns whether it says anything."""
        if event.text() == " ":
            self.toggle()
        elif event.text() in _STEP_KEYS:
            self.step(_STEP_KEYS[event.text()])
        else:
            return False
        return True

    # --- inside

    def _begin(self) -> None:
        self._began_s, self._began_at = time.perf_counter(), self.time

    def _want(self, volume: int) -> None:
        wanted = min(max(volume, 0), max(self.n_loaded - 1, 0))
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
        """As much as there is room for; the room stays while the numbers change."""
        metrics = self.where.fontMetrics()
        last = max(self.n_volumes - 1, 0)
        others = sum(one.sizeHint().width() for one in (self.back, self.play, self.forward, self.speed, self.loop))
        free = self.width() - others - self.slider.minimumWidth() - 5 * theme.unit(self)
        widths = [metrics.horizontalAdvance(text) for text in self._texts(last)]
        at = next((place for place, width in enumerate(widths) if width <= free), len(widths) - 1)
        texts = self._texts(self.time)
        self.where.setText(texts[at])
        self.where.setToolTip(texts[0])
        self.where.set_room(widths[at] + theme.unit(self), widths[-1])
        self.slider.setAccessibleDescription(texts[0])

    def _texts(self, at: int) -> tuple[str, ...]:
        """Where it stands, the longest text first."""
        if not self.n_volumes:
            return ("No volumes",)
        volume = f"Volume {at + 1} of {self.n_volumes}"
        time_text = f"{volume}, {number_text(at * self._tr_s)} s" if self._tr_s else volume
        short = (time_text, volume, f"{at + 1}/{self.n_volumes}")
        if self.n_loaded >= self.n_volumes:
            return short
        loaded = f"{self.n_loaded} of {self.n_volumes} volumes loaded"
        return (f"{time_text} · {loaded}", loaded, *short[2:])
