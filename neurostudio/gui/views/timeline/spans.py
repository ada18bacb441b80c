"""Marks along the time axis: bars of events in rows by condition, words of a transcript, and the line at a row of a carpet."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from neurostudio.gui import theme
from neurostudio.gui.views.axis import NAME_CHARACTERS
from neurostudio.gui.views.marks import Bounds, Mark
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.pens import pen
from neurostudio.gui.views.timeline.series import EventSpan, WordSpan
from neurostudio.gui.views.tints import Tint, colour_of
from neurostudio.report.wording import shortened

BAR_HEIGHT = 0.7
LEAST_BAR_PX = 2.0
WORD_ROOM_PX = 4.0
TICK_PX = 2.0  # left of a word
RUN_WIDTHS = 14.0  # letters m that a run of dense words takes at least


def align_left(panels: Sequence[Panel], names: Sequence[str]) -> None:
    """Give stacked panels left axes of one width, wide enough for numbers and for these names: their data begin together."""
    metrics = QFontMetricsF(theme.secondary_font())
    widest = max((metrics.horizontalAdvance(shortened(name, NAME_CHARACTERS)) for name in names), default=0.0)
    digits = metrics.horizontalAdvance("−0,000") + 2 * metrics.height()
    for panel in panels:
        panel.left.setWidth(max(widest + metrics.height(), digits))


class EventBars(Mark):
    """The events of one condition in the row `row`; what lasts no time is a thin bar. `scale` is the length of a second on the axis."""

    def __init__(self, name: str, tint: Tint, spans: Sequence[EventSpan], row: int, scale: float = 1.0) -> None:
        super().__init__(name, tint)
        self.row = row
        self.starts = np.array([span.onset_s for span in spans]) * scale
        self.ends = np.array([span.end_s for span in spans]) * scale
        self._bars = pg.BarGraphItem(x0=self.starts, x1=self.ends, y0=row - BAR_HEIGHT / 2, y1=row + BAR_HEIGHT / 2)
        self.items = (self._bars,)
        self.recolour()

    def recolour(self) -> None:
        self._bars.setOpts(pen=pg.mkPen(None), brush=pg.mkBrush(colour_of(self.tint)))

    def refresh(self, view: pg.ViewBox) -> None:
        (low, high), _ = view.viewRange()
        least = LEAST_BAR_PX * (high - low) / max(view.width(), 1.0)
        self._bars.setOpts(x1=np.maximum(self.ends, self.starts + least))

    def bounds(self) -> Bounds | None:
        """Only its row: the volumes say how long the time axis is."""
        return Bounds(np.inf, -np.inf, self.row - 0.5, self.row + 0.5) if len(self.starts) else None


class Words(Mark):
    """Words where they are said; where they are dense, as much of the text as has room, then an ellipsis.

    `scale` is the length of a second on the axis.
    """

    def __init__(self, spans: Sequence[WordSpan], scale: float = 1.0) -> None:
        super().__init__("Words", "text")
        spans = sorted((span for span in spans if np.isfinite(span.onset_s)), key=lambda span: span.onset_s)
        self.texts = [span.text for span in spans]
        self.starts = np.array([span.onset_s for span in spans]) * scale
        self._item = _WordItem(self)
        self.items = (self._item,)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The pieces of text that were drawn last."""
        return self._item.drawn

    def recolour(self) -> None:
        self._item.update()

    def refresh(self, view: pg.ViewBox) -> None:
        self._item.prepareGeometryChange()
        self._item.update()

    def bounds(self) -> Bounds | None:
        """Only its height: the volumes say how long the time axis is."""
        return Bounds(np.inf, -np.inf, 0.0, 1.0) if self.texts else None


class _WordItem(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph has no types
    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.drawn: tuple[str, ...] = ()

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return QRectF(view.viewRect()) if view is not None else QRectF()

    def viewRangeChanged(self) -> None:
        """Another part is seen."""
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_rest: Any) -> None:
        view = self.getViewBox()
        if view is None:
            return
        (low, high), _ = view.viewRange()
        font = theme.secondary_font()
        metrics = QFontMetricsF(font)
        words = self._words
        first, last = np.searchsorted(words.starts, (low, high))
        transform = painter.worldTransform()
        lefts = (words.starts[first:last] * transform.m11() + transform.dx()).tolist()
        end = transform.map(QPointF(high, 0.5)).x()
        pieces = laid_out(words.texts[first:last], lefts, end, metrics.horizontalAdvance, _elider(metrics))
        painter.save()
        painter.resetTransform()  # letters are not stretched by the axes
        painter.setFont(font)
        y = transform.map(QPointF(low, 0.5)).y() + (metrics.ascent() - metrics.descent()) / 2
        for left, text in pieces:
            painter.setPen(QColor(theme.current().hairline))
            painter.drawLine(QPointF(left - TICK_PX, y - metrics.ascent()), QPointF(left - TICK_PX, y + metrics.descent()))
            painter.setPen(QColor(theme.current().text))
            painter.drawText(QPointF(left, y), text)
        painter.restore()
        self.drawn = tuple(text for _, text in pieces)


def laid_out(
    texts: Sequence[str],
    lefts: Sequence[float],
    end: float,
    width_of: Callable[[str], float],
    elided: Callable[[str, float], str],
) -> list[tuple[float, str]]:
    """Where which text stands: each word at its place, or, where they are too dense for that, runs of words that begin at theirs.

    Parameters
    ----------
    lefts : sequence of float
        Where the words begin, in pixels and in order; `end` is where the room ends.
    width_of, elided : callable
        The width of a text, and a text shortened to a width.

    Examples
    --------
    >>> cut = lambda text, width: text if len(text) <= width else text[: int(width) - 1] + "…"
    >>> laid_out(["so", "it", "was"], [0.0, 20.0, 40.0], 90.0, len, cut)
    [(0.0, 'so'), (20.0, 'it'), (40.0, 'was')]
    >>> laid_out(["once", "upon", "a", "time"], [0.0, 1.0, 2.0, 3.0], 12.0, len, cut)
    [(0.0, 'once up…')]
    """
    pieces = []
    at = 0
    while at < len(texts):
        left = lefts[at]
        until = left + width_of(texts[at]) + WORD_ROOM_PX
        following = at + 1
        if following < len(texts) and lefts[following] < until:
            until = max(until, left + RUN_WIDTHS * max(1.0, width_of("m")))
            while following < len(texts) and lefts[following] < until:
                following += 1
        until = min(lefts[following] if following < len(texts) else end, end)
        text = elided(" ".join(texts[at:following]), max(0.0, until - left - WORD_ROOM_PX))
        if text:
            pieces.append((left, text))
        at = following
    return pieces


def _elider(metrics: QFontMetricsF) -> Callable[[str, float], str]:
    return lambda text, width: metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


class RowLine(Mark):
    """A line at one row of a carpet, whose first row is drawn at the top."""

    def __init__(self) -> None:
        super().__init__("", "accent")
        self.n_row = 0
        self.row = 0
        self._line = pg.InfiniteLine(angle=0, movable=False)
        self._line.setZValue(15)
        self._line.setVisible(False)
        self.items = (self._line,)
        self.recolour()

    def recolour(self) -> None:
        self._line.setPen(pen("accent", 1.6))

    def bounds(self) -> Bounds | None:
        return None

    def go_to(self, row: int) -> None:
        """Stand at a row."""
        self.row = row
        self._line.setPos(self.n_row - 1 - row)
        self._line.setVisible(True)


class GroupLines(Mark):
    """Hairlines between the groups of rows of a carpet."""

    def __init__(self, places: Sequence[float]) -> None:
        super().__init__("", "surface")
        self._lines = [pg.InfiniteLine(pos=place, angle=0, movable=False) for place in places]
        self.items = tuple(self._lines)
        self.recolour()

    def bounds(self) -> Bounds | None:
        return None

    def recolour(self) -> None:
        for line in self._lines:
            line.setPen(pen("surface", 1.0))
