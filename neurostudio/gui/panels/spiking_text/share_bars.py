"""A few named bars with their numbers, such as class probabilities: one line each."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.tints import Tint, colour_of

ROW_U, NAME_U, VALUE_U = 2.8, 11, 8


@dataclass(frozen=True)
class Share:
    """One bar: `value` from 0 to 1 is its length, `text` the number beside it."""

    name: str
    value: float
    text: str
    tint: Tint
    is_strong: bool = False


class ShareBars(QWidget):
    """::

    negative  ################--   96 %
    positive  #-----------------    4 %
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.shares: tuple[Share, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Show these bars."""
        if len(shares) != len(self.shares):
            self.updateGeometry()
        self.shares = tuple(shares)
        told = ", ".join(f"{share.name} {share.text}" for share in shares)
        self.setAccessibleName(f"{self._name}: {told}" if told else self._name)
        self.setToolTip(told)
        self.update()

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(40 * u, round(ROW_U * u * max(1, len(self.shares))))

    def minimumSizeHint(self) -> QSize:
        return QSize(round((NAME_U + VALUE_U + 2) * theme.unit(self)), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, u = theme.current(), theme.unit(self)
        left, right = NAME_U * u, self.width() - VALUE_U * u
        for row, share in enumerate(self.shares):
            top = row * ROW_U * u
            font = QFont(theme.body_font())
            font.setWeight(QFont.Weight.DemiBold if share.is_strong else QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(QColor(colours.text))
            name = painter.fontMetrics().elidedText(share.name, Qt.TextElideMode.ElideMiddle, round(left - u))
            centre = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, left - u, ROW_U * u), centre | Qt.AlignmentFlag.AlignLeft, name)
            painter.setFont(theme.number_font())
            painter.drawText(
                QRectF(right + 0.8 * u, top, VALUE_U * u - 0.8 * u, ROW_U * u), centre | Qt.AlignmentFlag.AlignLeft, share.text
            )
            track = QRectF(left, top + 0.8 * u, max(1.0, right - left), (ROW_U - 1.6) * u)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hairline))
            painter.drawRoundedRect(track, 0.3 * u, 0.3 * u)
            painter.setBrush(QColor(colour_of(share.tint)))
            width = track.width() * min(1.0, max(0.0, share.value))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), width, track.height()), 0.3 * u, 0.3 * u)
