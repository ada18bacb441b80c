"""Marks along the time axis: bars of events in rows by condition, words of a transcript, and the line of the current volume."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from neurostudio.gui import theme
from neurostudio.gui.views.axis import NAME_CHARACTERS
from neurostudio.gui.views.marks import Bounds, Mark, Reading
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.pens import pen
from neurostudio.gui.views.timeline.series import EventSpan, WordSpan
from neurostudio.gui.views.tints import Tint, colour_of
from neurostudio.report.wording import shortened

BAR_HEIGHT = 0.7
LEAST_BAR_PX = 2.0
WORD_ROOM_PX = 4.0


def align_left(panels: Sequence[Panel], names: Sequence[str]) -> None:
    """Give stacked panels left axes of one width, wide enough for numbers and for these names: their data begin together."""
    metrics = QFontMetricsF(theme.secondary_font())
    widest = max((metrics.horizontalAdvance(shortened(name, NAME_CHARACTERS)) for name in names), default=0.0)
    digits = metrics.horizontalAdvance("−0,000") + 2 * metrics.height()
    for panel in panels:
        panel.left.setWidth(max(widest + metrics.height(), digits))


class EventBars(Mark):
    """The events of one condition in the row `row`; what lasts no time is a thin bar."""

    def __init__(self, name: str, tint: Tint, spans: Sequence[EventSpan], row: int) -> None:
        super().__init__(name, tint)
        self.row = row
        self.starts = np.array([span.onset_s for span in spans])
        self.ends = self.starts + np.array([span.duration_s for span in spans])
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
        return (
            Bounds(float(self.starts.min()), float(self.ends.max()), self.row - 0.5, self.row + 0.5) if len(self.starts) else None
        )

    def holds(self, x: float) -> int | None:
        """Number of the event that is on at a place; None between events."""
        at = np.flatnonzero((self.starts <= x) & (x <= self.ends))
        return int(at[-1]) if at.size else None


class Words(Mark):
    """Words where they are said; those that have no room are left out, a dot stands for them."""

    def __init__(self, spans: Sequence[WordSpan]) -> None:
        super().__init__("Words", "text")
        self.texts = [span.text for span in spans]
        self.starts = np.array([span.onset_s for span in spans])
        self.ends = np.array([span.offset_s for span in spans])
        self._item = _WordItem(self)
        self.items = (self._item,)

    def recolour(self) -> None:
        self._item.update()

    def refresh(self, view: pg.ViewBox) -> None:
        self._item.prepareGeometryChange()
        self._item.update()

    def bounds(self) -> Bounds | None:
        known = np.isfinite(self.starts)
        if not known.any():
            return None
        return Bounds(float(self.starts[known].min()), float(np.nanmax(self.ends)), 0.0, 1.0)

    def reading(self, x: float, y: float) -> Reading | None:
        at = self.word_at(x)
        return None if at is None else Reading(float(self.starts[at]), 0.5, float("nan"), self.texts[at])

    def word_at(self, x: float) -> int | None:
        """Number of the last word that began by then; None before the first."""
        before = np.flatnonzero(self.starts <= x)
        return int(before[-1]) if before.size else None


class _WordItem(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph has no types
    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def boundingRect(self) -> QRectF:
        bounds = self._words.bounds()
        return QRectF(bounds.x_low, 0.0, bounds.x_high - bounds.x_low + 1.0, 1.0) if bounds else QRectF()

    def paint(self, painter: QPainter, *_rest: Any) -> None:
        view = self.getViewBox()
        if view is None:
            return
        (low, high), _ = view.viewRange()
        font = theme.secondary_font()
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(theme.current().text))
        transform = painter.worldTransform()
        painter.resetTransform()  # letters are not stretched by the axes
        free = -np.inf
        for at in np.flatnonzero((self._words.starts >= low) & (self._words.starts <= high)):
            place = transform.map(QPointF(float(self._words.starts[at]), 0.5))
            width = metrics.horizontalAdvance(self._words.texts[at])
            if place.x() < free:
                continue
            painter.drawText(QPointF(place.x(), place.y() + metrics.ascent() / 2 - metrics.descent() / 2), self._words.texts[at])
            free = place.x() + width + WORD_ROOM_PX
        painter.setWorldTransform(transform)


class TimeLine(Mark):
    """A line at the current volume, with the part that is not read yet hatched."""

    def __init__(self) -> None:
        super().__init__("", "accent")
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.setZValue(15)
        self._unread = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
        self._unread.setZValue(-10)
        self._unread.setVisible(False)
        self.items = (self._line, self._unread)
        self.recolour()

    def recolour(self) -> None:
        self._line.setPen(pen("accent", 1.6))
        brush = pg.mkBrush(QColor(theme.current().hairline))
        brush.setStyle(Qt.BrushStyle.BDiagPattern)
        self._unread.setBrush(brush)

    def bounds(self) -> Bounds | None:
        return None

    def go_to(self, x: float) -> None:
        """Stand at another place."""
        self._line.setPos(x)

    @property
    def x(self) -> float:
        """Where it stands."""
        return float(self._line.value())

    def show_unread(self, start: float, end: float) -> None:
        """Hatch what is not read yet."""
        is_there = end > start
        self._unread.setVisible(is_there)
        if is_there:
            self._unread.setRegion((start, end))


class RowLine(Mark):
    """A dashed line at one row of a carpet, whose first row is drawn at the top."""

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
        self._line.setPen(pen("accent", 1.2, (3.0, 3.0)))

    def bounds(self) -> Bounds | None:
        return None

    def go_to(self, row: int) -> None:
        """Stand at a row."""
        self.row = row
        self._line.setPos(self.n_row - 1 - row)
        self._line.setVisible(True)
