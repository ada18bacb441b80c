"""How series are spread: their power over frequencies, and histograms of their values."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.marks import Line, Mark
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.shapes import Stairs
from neurostudio.gui.views.timeline.series import UNITS, Mode, Series, histogram, scaled, spectrum
from neurostudio.gui.widgets import fill

SPECTRUM, HISTOGRAM = "Spectrum", "Histogram"


class SpreadPlot(QWidget):
    """::

        Share of the variance |  /\\
                              | /  \\__/\\____
                                0.05  0.1  Frequency (Hz)
    """

    def __init__(self, readout: Readout) -> None:
        super().__init__()
        self.canvas = Canvas(readout)
        self.panel = self.canvas.add_panel()
        self.marks: list[Mark] = []
        fill(QVBoxLayout(self), (self.canvas,), theme.unit(self), 0)
        self.setFocusProxy(self.canvas)

    def show(self, what: str, series: Sequence[Series], mode: Mode, tr_s: float | None) -> None:  # type: ignore[override]
        """Draw the spectrum or the histogram of these series."""
        was_zoomed, part = self.panel.is_zoomed, self.panel.view.viewRange()
        is_same = what == self.canvas.accessibleName()
        self.panel.clear()
        self.panel.from_zero = "y"
        self.marks = []
        for one in series:
            mark: Mark
            if what == SPECTRUM:
                mark = Line(one.name, one.tint, *spectrum(one.values, tr_s), has_dots=False)
            else:
                edges, counts = histogram(scaled(one.values, mode))
                mark = Stairs(one.name, one.tint, edges, counts, is_filled=len(series) == 1)
            self.marks.append(self.panel.add(mark))
        if what == SPECTRUM:
            self.panel.set_axes("Frequency (Hz)" if tr_s else "Frequency (cycles per volume)", "Share of the variance")
        else:
            self.panel.set_axes(UNITS[mode], "Volumes", whole_y=True)
        self.panel.reset()
        if was_zoomed and is_same:
            self.panel.view.setRange(xRange=part[0], yRange=part[1], padding=0)
            self.panel.on_zoomed()
        self.canvas.describe(what, f"{what} of {', '.join(one.name for one in series) or 'no series'}")

    def hide_lines(self, hidden: frozenset[str]) -> None:
        """Show all but those with these numbers."""
        for number, mark in enumerate(self.marks):
            mark.set_visible(str(number) not in hidden)
        self.panel.refresh()
