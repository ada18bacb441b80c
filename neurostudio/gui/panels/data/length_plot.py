"""How long the sentences are: a histogram on the program's own canvas."""

import numpy as np

from neurostudio.gui.panels.data.contents import Histogram
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.shapes import Stairs
from neurostudio.report.wording import number_text


class LengthPlot(Canvas):
    """Counts against words; the readout line says how many items a bar stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.panel = self.add_panel()
        self._histogram: Histogram | None = None

    def show_histogram(self, histogram: Histogram) -> None:
        """Show another histogram."""
        self._histogram = histogram
        edges = np.array([*histogram.lows, histogram.lows[-1] + histogram.width], dtype=np.float64) - 0.5
        counts = np.array(histogram.counts)
        self.panel.clear()
        self.panel.set_axes(histogram.unit.capitalize(), histogram.what.capitalize(), whole_x=True, whole_y=True)
        self.panel.from_zero = "y"
        self.panel.reader = self._read
        self.panel.add(Stairs(histogram.what, "accent", edges, counts, is_filled=True))
        self.reset()
        most = int(np.argmax(counts))
        self.describe(
            f"Length of the {histogram.what}",
            f"{number_text(int(counts.sum()))} {histogram.what}, most of them with {self._bin(most)}",
        )

    def _read(self, x: float, _y: float) -> str:
        shown = self._histogram
        if shown is None:
            return ""
        place = int((x + 0.5 - shown.lows[0]) // shown.width)
        if not 0 <= place < len(shown.counts):
            return ""
        return f"{self._bin(place)}: {number_text(shown.counts[place])} {shown.what}"

    def _bin(self, place: int) -> str:
        shown = self._histogram
        if shown is None:
            return ""
        low, high = shown.lows[place], shown.lows[place] + shown.width - 1
        return f"{low} {shown.unit}" if low == high else f"{low} to {high} {shown.unit}"
