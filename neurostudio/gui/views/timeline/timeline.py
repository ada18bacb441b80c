"""Everything along time for one image: the plot over the playback bar, with one current volume."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.timeline.playback import Playback
from neurostudio.gui.views.timeline.time_plot import TimePlot
from neurostudio.gui.widgets import fill


class Timeline(QWidget):
    """::

        series at the crosshair
        FD (mm)
        events, words            one time axis
        (<) (>) (>)  ####O-----  [10 volumes/s v]  Volume 37 of 300, 72 s

    The panels over time share one axis, that of `plot`; what lies elsewhere, such as a carpet, follows it by `part_changed` and
    `show_part`. Space plays.

    Signals
    -------
    time_wanted : int
        Number of the volume that was asked for.
    part_changed : float, float
        Someone zoomed or panned: the first and the last volume that are seen.
    """

    time_wanted = Signal(int)
    part_changed = Signal(float, float)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.time = 0
        self.plot = TimePlot(readout)
        self.playback = Playback()
        fill(QVBoxLayout(self), (self.plot, self.playback), theme.unit(self), 0.5)
        self.setFocusProxy(self.plot)
        self.plot.time_wanted.connect(self.on_time)
        self.playback.time_wanted.connect(self.on_time)
        self.plot.canvas.part_changed.connect(self.part_changed)

    def show_length(self, n_volumes: int, tr_s: float | None) -> None:
        """So many volumes, so far apart."""
        self.plot.set_tr(tr_s)
        self.playback.show_length(n_volumes, tr_s)

    def set_loaded(self, n_loaded: int) -> None:
        """So many volumes can be looked at by now."""
        self.plot.set_loaded(n_loaded)
        self.playback.set_loaded(n_loaded)

    def set_time(self, time: int) -> None:
        """Stand at a volume."""
        self.time = time
        self.plot.set_time(time)
        self.playback.set_time(time)

    def show_part(self, low: float, high: float) -> None:
        """Show these volumes, as another view of the same time does."""
        self.plot.canvas.show_part(low, high)

    @Slot(int)
    def on_time(self, time: int) -> None:
        """One of the two wants another volume: both show it, and everybody else hears of it."""
        time = min(time, max(0, self.playback.n_loaded - 1))
        if time != self.time:
            self.set_time(time)
            self.time_wanted.emit(time)

    def hasHeightForWidth(self) -> bool:
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_plain = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier == Qt.KeyboardModifier.NoModifier
        if not (is_plain and self.playback.press(event)):
            super().keyPressEvent(event)
