"""The scale of an image: its colours from the lowest to the highest value, right of the panel."""

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.colour_maps import LEVELS, Scale, lookup_table
from neurostudio.report.wording import number_text

_WIDTH, _GAP = 12.0, 6.0


class ColourBar(pg.GraphicsWidget):  # type: ignore[misc] # pyqtgraph has no types
    """A strip of colours with the values at its ends, and zero where the scale has two sides."""

    def __init__(self) -> None:
        super().__init__()
        self._scale = Scale(0.0, 1.0)
        self.show_scale(self._scale)

    def show_scale(self, scale: Scale) -> None:
        """Show another scale."""
        self._scale = scale
        metrics = QFontMetricsF(theme.number_font(theme.SECONDARY_SIZE))
        widest = max(metrics.horizontalAdvance(text) for text, _ in self._texts())
        width = 2 * _GAP + _WIDTH + _GAP + widest
        self.setMinimumWidth(width)
        self.setMaximumWidth(width)
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0, 0), QSizeF(self.size()))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        colours = theme.current()
        table = lookup_table(self._scale.map_name, colours.is_dark)
        image = QImage(1, LEVELS, QImage.Format.Format_RGB32)
        for level in range(LEVELS):
            image.setPixelColor(0, LEVELS - 1 - level, QColor(*(int(part) for part in table[level])))
        height = self.size().height()
        painter.drawImage(QRectF(2 * _GAP, 0, _WIDTH, height), image)
        font = theme.number_font(theme.SECONDARY_SIZE)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(colours.secondary))
        for text, share in self._texts():
            top = min(max((1 - share) * height - metrics.height() / 2, 0.0), height - metrics.height())
            words = QRectF(3 * _GAP + _WIDTH, top, self.size().width(), metrics.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _texts(self) -> list[tuple[str, float]]:
        ends = [(number_text(self._scale.high, 3), 1.0), (number_text(self._scale.low, 3), 0.0)]
        return [*ends, ("0", 0.5)] if self._scale.map_name == "signed" else ends
