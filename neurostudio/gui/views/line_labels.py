"""Names that stand right of a panel at the ends of their lines, pushed apart so that none covers another."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.pens import pen
from neurostudio.gui.views.tints import Tint
from neurostudio.report.label_places import pushed_apart

LONGEST = 24  # characters
DASHES = (2.5, 2.0)
_SAMPLE = 12.0  # length of the sample of the line before its name
_TEXT = 6.0 + _SAMPLE + 6.0  # where names begin
_EMPTY = 18.0  # room for the half of the last number of the axis below


@dataclass(frozen=True)
class LineLabel:
    """A name at the height `y` of the panel (as it is drawn: the logarithm on a logarithmic axis)."""

    text: str
    y: float
    tint: Tint
    is_dashed: bool = False


class LineLabels(pg.GraphicsWidget):  # type: ignore[misc] # pyqtgraph has no types
    """The strip right of one panel::

    ── fine-tuned
    -- chance
    """

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__()
        self._view = view
        self._labels: tuple[LineLabel, ...] = ()
        self._widest = 0.0
        view.sigYRangeChanged.connect(self.on_range)
        self.set_labels(())

    @property
    def labels(self) -> tuple[LineLabel, ...]:
        """What is shown."""
        return self._labels

    def set_labels(self, labels: Sequence[LineLabel], room: float = 1e9) -> None:
        """Show these names in a strip that takes at most `room` pixels; it only grows while the same lines are shown."""
        metrics = QFontMetricsF(theme.secondary_font())
        widest = max((metrics.horizontalAdvance(label.text) for label in labels), default=0.0)
        widest = min(widest, metrics.averageCharWidth() * LONGEST)
        same = {label.text for label in labels} == {label.text for label in self._labels}
        self._labels = tuple(labels)
        self._widest = max(self._widest, widest) if same else widest
        width = max(min(_TEXT + 2 + self._widest, room), _EMPTY) if labels else _EMPTY
        self.setMinimumWidth(width)
        self.setMaximumWidth(width)
        self.update()

    def on_range(self) -> None:
        """The names move with their lines."""
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0, 0), QSizeF(self.size()))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        height = self.size().height()
        if not self._labels or height <= 0:
            return
        colours = theme.current()
        font = theme.secondary_font()
        metrics = QFontMetricsF(font)
        (low, high) = self._view.viewRange()[1]
        span = (high - low) or 1.0
        seen = [label for label in self._labels if low - span * 0.02 <= label.y <= high + span * 0.02]
        places = pushed_apart([min(max((label.y - low) / span, 0.0), 1.0) for label in seen], metrics.height() / height)
        painter.setFont(font)
        for label, place in zip(seen, places, strict=True):
            y = (1 - place) * height
            painter.setPen(pen(label.tint, 1.2 if label.is_dashed else 2.4, DASHES if label.is_dashed else ()))
            painter.drawLine(QLineF(6, y, 6 + _SAMPLE, y))
            painter.setPen(colours.secondary if label.is_dashed else colours.text)
            text = metrics.elidedText(label.text, Qt.TextElideMode.ElideMiddle, self.size().width() - _TEXT)
            painter.drawText(QPointF(_TEXT, y + metrics.ascent() / 2 - metrics.descent() / 4), text)
