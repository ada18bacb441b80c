"""The colours of all visible layers with the values at their ends, on the black ground of the slices."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.volume.colours import COLOUR_MAPS, colour_text
from neurostudio.gui.views.volume.layer_list import colour_strip
from neurostudio.gui.views.volume.layers import Layer
from neurostudio.gui.views.volume.scene import Scene
from neurostudio.gui.views.volume.slice_view import GROUND, HAIR, WORDS
from neurostudio.report.wording import number_text

FAINT = "#9AA5B1"
BAR_U, GAP_U, LINE_U, MARGIN_U = 22.0, 3.0, 1.9, 1.5


class ColourBars(QWidget):
    """One bar for each layer, the top one first::

    auditory > visual (t)   4.2     mean-bold        800
    ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇|▇▇▇▇▇     ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇|▇▇▇▇▇
    -6.1       ±2.3        6.1     12              1,024
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.refresh()

    def refresh(self) -> None:
        """Show the layers as they are now."""
        self.setAccessibleName(" ".join(f"{layer.name}: {words_of(layer)}." for layer in self._layers()) or "No layers")
        self.update()

    def height_for(self, width: int) -> int:
        """Room that the bars take at a width."""
        u = theme.unit(self)
        lines = -(-len(self._layers()) // self._columns(width))
        return round(lines * self._pitch() - u + 2 * MARGIN_U * u) if lines else 0

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(round((BAR_U + 2 * MARGIN_U) * u), self.height_for(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(GROUND))
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        """Draw the bars, for the screen and for a picture of it."""
        u = theme.unit(self)
        columns, pitch = self._columns(self.width()), self._pitch()
        for at, layer in enumerate(self._layers()):
            left = MARGIN_U * u + (at % columns) * (BAR_U + GAP_U) * u
            top = MARGIN_U * u + (at // columns) * pitch
            if top + pitch - u > self.height():
                break
            self._draw_bar(painter, layer, QRectF(left, top, min(BAR_U * u, self.width() - 2 * MARGIN_U * u), pitch - u))

    def _draw_bar(self, painter: QPainter, layer: Layer, room: QRectF) -> None:
        u = theme.unit(self)
        line = LINE_U * u
        reading = self._scene.reading(layer, self._scene.mm)
        head = QRectF(room.x(), room.y(), room.width(), line)
        painter.setFont(theme.number_font(theme.SECONDARY_SIZE))
        painter.setPen(QColor(WORDS))
        value = reading.text if layer.kind != "labels" and np.isfinite(reading.value) else ""
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
        metrics = QFontMetricsF(painter.font())
        painter.setFont(theme.secondary_font())
        left = room.width() - (metrics.horizontalAdvance(value) + u if value else 0)
        shown = QFontMetricsF(painter.font()).elidedText(_title(layer), Qt.TextElideMode.ElideMiddle, left)
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, shown)
        strip = QRectF(room.x(), room.y() + line, room.width(), u)
        below = QRectF(room.x(), strip.bottom(), room.width(), line)
        painter.setFont(theme.number_font(theme.SECONDARY_SIZE))
        if layer.kind == "labels":
            if np.isfinite(reading.value) and reading.value != 0:
                pixel = int(layer.pixels(np.array([[reading.value]]))[0, 0])
                painter.fillRect(QRectF(strip.x(), strip.y(), 2 * u, u), QColor(colour_text(pixel)))
                name = reading.text
            else:
                name = "no label here"
            painter.setPen(QColor(FAINT))
            words = QRectF(strip.x() + 3 * u, strip.y() - 0.4 * u, room.width() - 3 * u, line)
            name = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)
            return
        painter.drawImage(strip, colour_strip(layer.look.colour_map, layer.look.negative_map))
        self._draw_cut(painter, layer, strip)
        self._draw_mark(painter, layer, strip, reading.value)
        low, high = _ends(layer)
        painter.setPen(QColor(FAINT))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, number_text(low, 3))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number_text(high, 3))
        if layer.look.threshold is not None:
            sign = "±" if layer.look.is_two_sided else "≥ "
            text = f"{sign}{number_text(layer.look.threshold, 3)}"
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_cut(self, painter: QPainter, layer: Layer, strip: QRectF) -> None:
        """Darken the colours that the threshold leaves out."""
        look = layer.look
        if look.threshold is None or look.threshold <= 0 or look.high <= 0:
            return
        if look.negative_map:  # two maps back to back, each from low to high
            span = look.high - look.low
            share = min(max((look.threshold - look.low) / span, 0.0), 1.0) / 2 if span > 0 else 0.0
        elif COLOUR_MAPS[look.colour_map].sort == "two-sided":
            share = min(look.threshold / look.high, 1.0) / 2
        else:
            span = look.high - look.low
            share = min(max((look.threshold - look.low) / span, 0.0), 1.0) if span > 0 else 0.0
            painter.fillRect(QRectF(strip.x(), strip.y(), share * strip.width(), strip.height()), QColor(GROUND))
            return
        middle = strip.center().x()
        painter.fillRect(
            QRectF(middle - share * strip.width(), strip.y(), 2 * share * strip.width(), strip.height()), QColor(GROUND)
        )

    @staticmethod
    def _draw_mark(painter: QPainter, layer: Layer, strip: QRectF, value: float) -> None:
        """A mark at the value of the crosshair."""
        low, high = _ends(layer)
        if not np.isfinite(value) or not low < high:
            return
        look = layer.look
        if look.negative_map:  # two maps back to back, each from low to high
            size = min(max((abs(value) - look.low) / max(look.high - look.low, 1e-12), 0.0), 1.0)
            share = 0.5 + np.sign(value) * size / 2
        else:
            share = min(max((value - low) / (high - low), 0.0), 1.0)
        x = strip.x() + strip.width() * share
        mark = QRectF(x - 1, strip.y() - 2, 2, strip.height() + 4)
        painter.fillRect(mark.adjusted(-1, 0, 1, 0), QColor(GROUND))
        painter.fillRect(mark, QColor(HAIR))

    def _layers(self) -> list[Layer]:
        return [layer for layer in reversed(self._scene.layers) if layer.look.is_visible]

    def _columns(self, width: int) -> int:
        u = theme.unit(self)
        return max(1, int((width - 2 * MARGIN_U * u + GAP_U * u) // ((BAR_U + GAP_U) * u)))

    def _pitch(self) -> float:
        return (2 * LINE_U + 2) * theme.unit(self)


def words_of(layer: Layer) -> str:
    """The range of a layer in words."""
    if layer.kind == "labels":
        return f"{len(layer.names) or 'unnamed'} labels"
    low, high = _ends(layer)
    words = f"{COLOUR_MAPS[layer.look.colour_map].title}, {number_text(low, 3)} to {number_text(high, 3)}"
    return words if layer.look.threshold is None else f"{words}, threshold {number_text(layer.look.threshold, 3)}"


def _title(layer: Layer) -> str:
    return f"{layer.name}  ({layer.unit})" if layer.unit else layer.name


def _ends(layer: Layer) -> tuple[float, float]:
    look = layer.look
    return (-look.high, look.high) if look.is_two_sided else (look.low, look.high)
