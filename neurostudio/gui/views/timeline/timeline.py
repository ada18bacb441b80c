"""Time plot and playback, one under the other, with one current volume."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.timeline.playback import Playback
from neurostudio.gui.views.timeline.time_plot import TimePlot
from neurostudio.gui.widgets import fill


class Timeline(QWidget):
    """The plot over time above the playback bar; both show the same volume.

    Signals
    -------
    time_wanted : number of the volume that was asked for.
    """

    time_wanted = Signal(int)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.plot = TimePlot(readout)
        self.playback = Playback()
        fill(QVBoxLayout(self), (self.plot, self.playback), theme.unit(self), 0.5)
        self.setFocusProxy(self.plot)
        self.plot.time_wanted.connect(self.on_time)
        self.playback.time_wanted.connect(self.on_time)

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
        self.plot.set_time(time)
        self.playback.set_time(time)

    @Slot(int)
    def on_time(self, time: int) -> None:
        """One of the two wants another volume: both show it, and everybody else hears of it."""
        self.set_time(time)
        self.time_wanted.emit(time)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_plain = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier == Qt.KeyboardModifier.NoModifier
        if not (is_plain and self.playback.press(event)):
            super().keyPressEvent(event)
