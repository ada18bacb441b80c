"""What stands in each panel over time: the current volume, the volume under the pointer, and what is not read yet."""

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.marks import Bounds, Mark
from neurostudio.gui.views.pens import pen

_HATCH_OPACITY = 0.38


class TimeMark(Mark):
    """A line at the current volume, a faint one under the pointer, hatching where volumes are not read yet."""

    def __init__(self) -> None:
        super().__init__("", "accent")
        self._low, self._high = 0.0, 0.0
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.setZValue(15)
        self._pointer = pg.InfiniteLine(angle=90, movable=False)
        self._pointer.setZValue(14)
        self._pointer.setVisible(False)
        self._unread = _Hatch()
        self.items = (self._unread, self._line, self._pointer)
        self.recolour()

    @property
    def x(self) -> float:
        """Where the line of the current volume stands."""
        return float(self._line.value())

    @property
    def unread(self) -> tuple[float, float] | None:
        """From where to where nothing is read yet."""
        return (self._unread.low, self._unread.high) if self._unread.isVisible() else None

    @property
    def pointed(self) -> float | None:
        """Where the pointer is."""
        return float(self._pointer.value()) if self._pointer.isVisible() else None

    def go_to(self, x: float) -> None:
        """Stand at another volume."""
        self._line.setPos(x)

    def hover(self, x: float | None) -> None:
        """The pointer is at another volume, or elsewhere."""
        self._pointer.setVisible(x is not None)
        if x is not None:
            self._pointer.setPos(x)

    def set_ends(self, low: float, high: float, unread: float | None) -> None:
        """The whole time, and where the unread part begins."""
        self._low, self._high = low, high
        self._unread.setVisible(unread is not None)
        if unread is not None:
            self._unread.set_ends(unread, high)

    def set_visible(self, visible: bool) -> None:
        """It is always there."""

    def bounds(self) -> Bounds | None:
        return Bounds(self._low, self._high, float("inf"), float("-inf")) if self._high > self._low else None

    def recolour(self) -> None:
        self._line.setPen(pen("accent", 1.6))
        self._pointer.setPen(pen("baseline", 1.0))
        self._unread.update()


class _Hatch(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph has no types
    """Fine diagonal lines over the whole height of a panel; as fine at every zoom."""

    def __init__(self) -> None:
        super().__init__()
        self.low = self.high = 0.0
        self.setZValue(-10)
        self.setVisible(False)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable, False)

    def set_ends(self, low: float, high: float) -> None:
        """From where to where."""
        self.prepareGeometryChange()
        self.low, self.high = low, high

    def viewRangeChanged(self) -> None:
        """Another part is seen, and with it another height."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        seen = view.viewRect() if view is not None else QRectF()
        return QRectF(self.low, seen.top(), self.high - self.low, seen.height()).normalized()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        brush = QBrush(QColor(theme.current().baseline), Qt.BrushStyle.BDiagPattern)
        inverse, can_invert = painter.worldTransform().inverted()
        brush.setTransform(inverse if can_invert else QTransform())
        painter.setOpacity(_HATCH_OPACITY)
        painter.fillRect(self.boundingRect(), brush)
