"""An axis whose ticks read like the rest of the program: few, plain numbers, names of categories, powers of ten."""

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from neurostudio.gui import theme
from neurostudio.gui.views.pens import pen
from neurostudio.report.wording import number_text, shortened

NAME_CHARACTERS = 22
_ROOM = 1.35  # a tick's text and the gap after it, in widths of the text


class Axis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph has no types
    """One axis of a panel. `orientation` is ``left`` or ``bottom``.

    Attributes
    ----------
    whole : bool
        Only whole numbers have a tick.
    names : sequence of str
        Names of the positions 0, 1, 2 ...; they replace the numbers.
    """

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=0)
        self.whole = False
        self.names: Sequence[str] = ()
        self.enableAutoSIPrefix(False)
        self.setZValue(-1000)  # hairlines lie behind the data
        self.setStyle(autoReduceTextSpace=False, hideOverlappingLabels=False, maxTickLevel=0, tickTextOffset=5)
        self.recolour()

    def recolour(self) -> None:
        """Take over the colours and the fonts of the theme."""
        colours = theme.current()
        font = theme.number_font(theme.SECONDARY_SIZE)
        self.setStyle(tickFont=font)
        self.label.setFont(theme.secondary_font())
        self.setPen(pen("hairline"))
        self.setTickPen(pen("hairline"))
        self.setTextPen(pen("secondary"))
        self.labelStyle = {"color": colours.text}
        self.label.setHtml(self.labelString())
        self.picture = None
        self.update()

    def set_label(self, text: str) -> None:
        """Set the caption; no caption takes no room."""
        self.setLabel(text or None)
        self.showLabel(bool(text))
        self.recolour()

    def set_grid(self, visible: bool) -> None:
        """Draw hairlines across the panel at the ticks."""
        self.setGrid(255 if visible else False)
        self.setStyle(tickAlpha=255)

    def boundingRect(self) -> QRectF:
        """The axis, the grid, and room for the halves of the first and the last number."""
        beside, above = (0, 12) if self.orientation == "left" else (48, 0)
        return QRectF(super().boundingRect()).adjusted(-beside, -above, beside, above)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Places of the ticks; see `pyqtgraph.AxisItem.tickValues`."""
        low, high = sorted((minVal, maxVal))
        if self.names:
            step = self._name_step(size, high - low)
            first = max(0, math.ceil(low))
            return [
                (step, [float(at) for at in range(first + -first % step, min(len(self.names) - 1, math.floor(high)) + 1, step)])
            ]
        if self.logMode:
            return [(1.0, _log_ticks(low, high))]
        levels = super().tickValues(low, high, size)[:1]
        if self.whole and levels and levels[0][0] < 1:
            levels = [(1.0, [float(at) for at in range(math.ceil(low), math.floor(high) + 1)])]
        return [self._thinned(spacing, places, size) for spacing, places in levels]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Texts of the ticks; see `pyqtgraph.AxisItem.tickStrings`."""
        if self.names:
            return [shortened(self.names[round(value)], NAME_CHARACTERS) for value in values]
        if self.logMode:
            return [number_text(10.0**value, 2) for value in values]
        return tick_texts(values, spacing)

    def _thinned(self, spacing: float, places: list[float], size: float) -> tuple[float, list[float]]:
        """Every second, third ... tick where the axis is too short for all their texts."""
        if not places:
            return spacing, places
        metrics = QFontMetricsF(self.style["tickFont"])
        widest = max(metrics.horizontalAdvance(text) for text in tick_texts(places, spacing))
        room = metrics.height() if self.orientation == "left" else widest * _ROOM
        every = max(1, math.ceil(room * len(places) / max(size, 1.0)))
        kept = [place for place in places if round(place / spacing) % every == 0] or places[:1]
        return spacing * every, kept

    def _name_step(self, size: float, span: float) -> int:
        """Every how many-th name fits."""
        metrics = QFontMetricsF(self.style["tickFont"])
        if self.orientation == "left":
            room = metrics.height()
        else:
            room = max(metrics.horizontalAdvance(shortened(name, NAME_CHARACTERS)) for name in self.names) * _ROOM
        return max(1, math.ceil(room * max(span, 1e-9) / max(size, 1.0)))


def tick_texts(values: Sequence[float], spacing: float) -> list[str]:
    """Ticks with as many decimals as their distance needs; very large and very small ones as powers of ten.

    >>> tick_texts([-0.5, 0.0, 0.5], 0.5), tick_texts([10000, 20000], 10000)
    (['−0.5', '0', '0.5'], ['10,000', '20,000'])
    """
    largest = max((abs(value) for value in values), default=0.0)
    if largest >= 1e7 or 0 < largest < 1e-3 or spacing < 1e-6:
        return [number_text(0.0 if abs(value) < spacing / 1e6 else value, 4) for value in values]
    decimals = max(0, -math.floor(math.log10(spacing) + 1e-9)) if spacing > 0 else 0
    return ["0" if abs(value) < spacing / 1e6 else f"{value:,.{decimals}f}".replace("-", "−") for value in values]


def _log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten, and 2 and 5 times them where less than two decades are seen."""
    factors = (1, 2, 5) if high - low < 2 else (1,)
    step = max(1, math.ceil((high - low) / 8))
    return [
        place
        for power in range(math.floor(low), math.ceil(high) + 1, step)
        for factor in factors
        if low <= (place := power + math.log10(factor)) <= high
    ]
