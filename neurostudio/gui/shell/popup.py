"""A surface over the window: a child of it, not a window of its own, so that it needs nothing of the window manager."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme

SHADOW_U = 0.8
CORNER_U = 0.4


class Popup(QWidget):
    """A card with a hairline and a soft shadow; its contents go into :attr:`column`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column = QVBoxLayout(self)
        self.column.setSpacing(0)
        self.column.setContentsMargins(*[self.shadow] * 4)

    @property
    def shadow(self) -> int:
        """Width of the shadow around the card, in pixels."""
        return max(4, round(SHADOW_U * theme.unit(self)))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, radius = self.shadow, CORNER_U * theme.unit(self)
        card = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter.setPen(Qt.PenStyle.NoPen)
        if colours.name != "contrast":
            painter.setBrush(QColor(0, 0, 0, 10 if colours.is_dark else 4))
            for step in range(width, 0, -1):
                painter.drawRoundedRect(card.adjusted(-step, -step / 2, step, step), radius + step, radius + step)
        painter.setPen(QColor(colours.hairline))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
