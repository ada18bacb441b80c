"""Surfaces over the window: popups are children of it, so that they need nothing of the window manager; dialogs fit into it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from neurostudio.gui import theme

SHADOW_U = 0.8
CORNER_U = 0.4
ROOM_U = 4


def resize_within(dialog: QDialog, size_u: QSize) -> None:
    """Make a dialog as large as it likes, in u, but not larger than the window below it."""
    u = theme.unit(dialog)
    parent = dialog.parentWidget()
    wanted = size_u * u
    room = parent.window().size() - QSize(ROOM_U, ROOM_U) * u if parent is not None else dialog.screen().availableSize()
    dialog.resize(wanted.boundedTo(room).expandedTo(dialog.minimumSizeHint()))


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
