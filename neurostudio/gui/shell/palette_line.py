"""How one line of the command palette is painted."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from neurostudio.gui import theme
from neurostudio.gui.shell.palette_model import Found

HEIGHT_U, GAP_U = 3.4, 1.2
LEAST_DETAIL = 0.3


def row_height() -> int:
    """Height of a line in pixels; it follows the font."""
    return round(QFontMetrics(theme.body_font()).height() / 2 * HEIGHT_U)


class LineDelegate(QStyledItemDelegate):
    """``(icon) Title with typed letters bold            detail   Ctrl+K``"""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(row_height(), row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        found: Found = index.data(Qt.ItemDataRole.UserRole)
        colours = theme.current()
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        area: QRect = option.rect
        u = max(4, round(QFontMetrics(theme.body_font()).height() / 2))
        painter.save()
        if is_chosen:
            painter.fillRect(area, QColor(colours.accent))
        strong = colours.on_accent if is_chosen else colours.text
        weak = colours.on_accent if is_chosen else colours.secondary
        area = area.adjusted(round(GAP_U * u), 0, -round(GAP_U * u), 0)
        side = 2 * u
        tint = "on_accent" if is_chosen else "secondary" if found.hit.reason else ""
        picture = QRect(area.left(), area.center().y() - side // 2, side, side)
        if name := found.hit.icon or found.provider.icon:
            theme.icon(name, tint).paint(painter, picture)
        area.setLeft(picture.right() + round(GAP_U * u))
        area.setRight(area.right() - self._paint_keys(painter, area, found.hit.keys, weak))
        detail = found.hit.reason or found.hit.detail or found.provider.name
        area.setRight(area.right() - self._paint_detail(painter, area, detail, weak, u, self._title_width(found)))
        self._paint_title(painter, area, found, weak if found.hit.reason else strong)
        painter.restore()

    def _paint_keys(self, painter: QPainter, area: QRect, keys: str, colour: str) -> int:
        """At the right edge; returns the width that it took."""
        if not keys:
            return 0
        painter.setFont(theme.secondary_font())
        painter.setPen(QColor(colour))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)
        metrics = painter.fontMetrics()
        return metrics.horizontalAdvance(keys) + metrics.height()

    def _paint_detail(self, painter: QPainter, area: QRect, detail: str, colour: str, u: int, title_width: int) -> int:
        painter.setFont(theme.secondary_font())
        painter.setPen(QColor(colour))
        metrics = painter.fontMetrics()
        room = max(area.width() - title_width - 2 * u, round(area.width() * LEAST_DETAIL))
        text = metrics.elidedText(detail, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        return metrics.horizontalAdvance(text) + u

    def _title_width(self, found: Found) -> int:
        font = theme.strong_font()  # typed letters are bold
        return QFontMetrics(font).horizontalAdvance(found.hit.title)

    def _paint_title(self, painter: QPainter, area: QRect, found: Found, colour: str) -> None:
        font = theme.body_font()
        metrics = QFontMetrics(font)
        text = metrics.elidedText(found.hit.title, Qt.TextElideMode.ElideRight, area.width())
        layout = QTextLayout(text, font)
        formats = []
        for place in found.letters:
            letter = QTextLayout.FormatRange()
            letter.start, letter.length = place, 1
            bold = QTextCharFormat()
            bold.setFontWeight(QFont.Weight.Bold)
            letter.format = bold
            formats.append(letter)
        layout.setFormats(formats)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(area.width() * 2)  # bold letters may be a little wider: never a second line
        layout.endLayout()
        painter.setPen(QColor(colour))
        painter.setClipRect(area)
        layout.draw(painter, QPointF(area.left(), area.center().y() - line.height() / 2 + 1))
