"""The colours of a map with the values at their ends and its threshold, in one line."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.volume.colours import COLOUR_MAPS
from neurostudio.gui.views.volume.layer_list import colour_strip
from neurostudio.gui.views.volume.layers import Look
from neurostudio.report.wording import number_text

STRIP_U, HEIGHT_U = 18.0, 2.4


class ColourKey(QWidget):
    """::

    auditory (t)  −7.2 ▇▇▇▇▇|    |▇▇▇▇▇ 7.2   ±2.3
    """

    def __init__(self) -> None:
        super().__init__()
        self._look: Look | None = None
        self._title = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_look(self, look: Look | None, title: str = "") -> None:
        """Show the colours of a look; None shows nothing."""
        self._look, self._title = look, title
        self.setVisible(look is not None)
        self.setAccessibleName(" ".join(part for part in self._texts() if part))
        self.setToolTip(self.accessibleName())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        u, metrics = theme.unit(self), self._metrics()
        words = sum(metrics.horizontalAdvance(text) + u for text in self._texts() if text)
        return QSize(round(words + STRIP_U * u + u), round(HEIGHT_U * u))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._look is None:
            return
        u, metrics, colours = theme.unit(self), self._metrics(), theme.current()
        title, low, high, threshold = self._texts()
        with QPainter(self) as painter:
            painter.setFont(theme.number_font(theme.SECONDARY_SIZE))
            painter.setPen(QColor(colours.secondary))
            x = 0.0
            for text in (title, low):
                x = self._write(painter, metrics, text, x)
            strip = QRectF(x, (self.height() - u) / 2, STRIP_U * u, u)
            painter.drawImage(strip, colour_strip(self._look.colour_map, self._look.negative_map))
            self._hide_cut(painter, strip)
            x = strip.right() + u
            for text in (high, threshold):
                x = self._write(painter, metrics, text, x)

    def _write(self, painter: QPainter, metrics: QFontMetricsF, text: str, x: float) -> float:
        if not text:
            return x
        width = metrics.horizontalAdvance(text)
        painter.drawText(QRectF(x, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        return x + width + theme.unit(self)

    def _hide_cut(self, painter: QPainter, strip: QRectF) -> None:
        """The colours that the threshold leaves out."""
        look = self._look
        if look is None or look.threshold is None or look.threshold <= 0:
            return
        ground = self.palette().window().color()
        low = look.low if look.negative_map or not look.is_two_sided else 0.0
        share = min(max((look.threshold - low) / max(look.high - low, 1e-12), 0.0), 1.0)
        if look.is_two_sided:
            half = strip.width() / 2 * share
            painter.fillRect(QRectF(strip.center().x() - half, strip.y(), 2 * half, strip.height()), ground)
        else:
            painter.fillRect(QRectF(strip.x(), strip.y(), share * strip.width(), strip.height()), ground)

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(theme.number_font(theme.SECONDARY_SIZE))

    def _texts(self) -> tuple[str, str, str, str]:
        """Title, low end, high end, threshold."""
        look = self._look
        if look is None:
            return ("", "", "", "")
        low = -look.high if look.is_two_sided else look.low
        if look.negative_map and COLOUR_MAPS[look.colour_map].sort == "ordered":
            low = -look.high
        sign = "±" if look.is_two_sided else "≥ "
        threshold = "" if look.threshold is None else f"{sign}{number_text(look.threshold, 3)}"
        return self._title, number_text(low, 3), number_text(look.high, 3), threshold
