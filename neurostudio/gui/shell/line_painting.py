"""Painting of the lines of the navigator and the jobs list: icon, words, what is said at the right end, turning rings."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem

from neurostudio.gui import theme
from neurostudio.gui.studio import Studio

TURN_MS = 100
TURN_DEGREES = 30

Index = QModelIndex | QPersistentModelIndex


def is_selected(option: QStyleOptionViewItem) -> bool:
    """Whether the line is painted on the highlight colour."""
    return bool(option.state & QStyle.StateFlag.State_Selected)


def paint_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Selection and hover as the style paints them."""
    style = option.widget.style()
    style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)


def paint_focus(painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
    """A ring around the line that has the keyboard."""
    flags = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    if option.state & flags == flags:
        painter.setPen(QPen(QColor(theme.current().focus), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(0, 0, -1, -1))


def paint_icon(painter: QPainter, rect: QRect, name: str, tint: str, angle: int = 0) -> None:
    """An icon in a square; `angle` in degrees for a ring that turns."""
    if not angle:
        theme.icon(name, tint).paint(painter, rect)
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(QRectF(rect).center())
    painter.rotate(angle)
    half = rect.width() // 2
    theme.icon(name, tint).paint(painter, QRect(-half, -half, rect.width(), rect.height()))
    painter.restore()


def paint_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    colour: str,
    alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
) -> None:
    """One line of text, shortened where room is short."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, elide, rect.width())
    painter.drawText(rect, alignment | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def square(rect: QRect, side: int) -> QRect:
    """A square of that side, in the middle of the left end."""
    return QRect(rect.left(), rect.top() + (rect.height() - side) // 2, side, side)


class Turning(QObject):
    """The angle of the rings of runs at work in one view; still where the user wants no motion, or nothing runs."""

    def __init__(self, view: QAbstractItemView, studio: Studio) -> None:
        super().__init__(view)
        self._view = view
        self._studio = studio
        self._timer = QTimer(self, interval=TURN_MS)
        self._timer.timeout.connect(self.on_turn)
        self.angle = 0

    def set_turning(self, *, is_turning: bool) -> None:
        """Turn, or rest."""
        wanted = is_turning and self._view.isVisible() and not self._studio.settings.reduce_motion
        if wanted and not self._timer.isActive():
            self._timer.start()
        elif not wanted:
            self._timer.stop()
            self.angle = 0

    @Slot()
    def on_turn(self) -> None:
        """One step further."""
        self.angle = (self.angle + TURN_DEGREES) % 360
        self._view.viewport().update()


def paint_bar(painter: QPainter, rect: QRect, share: float | None, *, on_highlight: bool = False) -> None:
    """A bar filled up to `share`; hatched where it is not known how far a run is."""
    colours = theme.current()
    fill = QColor(colours.on_accent if on_highlight else colours.accent)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    radius = frame.height() / 2
    painter.setPen(QPen(fill if on_highlight else QColor(colours.baseline), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if on_highlight else QColor(colours.frame))
    painter.drawRoundedRect(frame, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    if share is None:
        painter.setBrush(QBrush(fill, Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(frame, radius, radius)
    elif share > 0:
        painter.setBrush(fill)
        filled = QRectF(frame)
        filled.setWidth(max(frame.height(), frame.width() * share))
        painter.drawRoundedRect(filled, radius, radius)
    painter.restore()
