"""A slider over all volumes of an image, of which some may not be read yet."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

from neurostudio.gui import theme


class VolumeSlider(QSlider):
    """The whole run from the first moment on; what is not read yet is dotted, and a press goes to where it is::

    ########O-------------------- · · · · · · · ·
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.n_loaded = 0
        self.setAccessibleName("Volume")
        self.setMinimumWidth(10 * theme.unit(self))

    def set_loaded(self, n_loaded: int) -> None:
        """So many volumes are read."""
        if n_loaded != self.n_loaded:
            self.n_loaded = n_loaded
            self.update()

    def value_at(self, x: float) -> int:
        """The volume at a place of the widget."""
        groove, handle = self._rect(QStyle.SubControl.SC_SliderGroove), self._rect(QStyle.SubControl.SC_SliderHandle)
        span = max(1, groove.width() - handle.width())
        place = round(x - groove.x() - handle.width() / 2)
        return QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), place, span, self.invertedAppearance())

    def x_of(self, value: int) -> float:
        """The middle of the handle at a volume."""
        groove, handle = self._rect(QStyle.SubControl.SC_SliderGroove), self._rect(QStyle.SubControl.SC_SliderHandle)
        span = max(1, groove.width() - handle.width())
        place = QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), value, span, self.invertedAppearance())
        return float(groove.x() + place + handle.width() / 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and not self._rect(QStyle.SubControl.SC_SliderHandle).contains(event.position().toPoint()):
            self.setValue(self.value_at(event.position().x()))  # the handle is under the pointer now, and is dragged
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.n_loaded > self.maximum():
            return
        groove = self._rect(QStyle.SubControl.SC_SliderGroove)
        start = self.x_of(self.n_loaded - 1) + self._rect(QStyle.SubControl.SC_SliderHandle).width() / 2
        y = groove.center().y() + 0.5
        with QPainter(self) as painter:
            height = max(8, groove.height() // 2)
            painter.fillRect(
                round(start), round(y - height / 2), self.width() - round(start), height, self.palette().window().color()
            )
            painter.setPen(QPen(QColor(theme.current().baseline), 2, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(start + 2, y), QPointF(groove.right(), y))

    def _rect(self, part: QStyle.SubControl) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)
