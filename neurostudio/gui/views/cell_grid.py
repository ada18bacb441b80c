"""Cells in colours with their numbers, and the names of rows and columns around them."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.colour_maps import lookup_table
from neurostudio.gui.views.confusion_data import CellTable
from neurostudio.report.wording import number_text, shortened

LONGEST_NAME = 18  # characters
LARGEST, SMALLEST = 13.0, 0.1  # side of a cell in u
NUMBERS_FROM = 3.4  # side in u from which numbers stand in the cells
LIKE_SQUARES_UP_TO = 3.0
_KEYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


@dataclass(frozen=True)
class _Place:
    """Where the cells lie: left and top of the first one, width and height of each."""

    left: float
    top: float
    width: float
    height: float


class CellGrid(QWidget):
    """A table of colours::

                    Predicted class
                    negative  positive
        T  negative |  106  |   12   |
        r  positive |   17  |  105   |

    The arrows move from cell to cell.

    Signals
    -------
    cell_changed : int row, int column
        Another cell is under the cursor, or chosen with the keys; -1, -1 for none.
    cell_clicked : int row, int column
    """

    cell_changed = Signal(int, int)
    cell_clicked = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.table: CellTable | None = None
        self.cell: tuple[int, int] | None = None
        self._image = QImage()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_table(self, table: CellTable) -> None:
        """Show other cells."""
        self.table, self.cell = table, None
        self._tint()
        self.update()

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(50 * u, 30 * u)

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(16 * u, 12 * u)

    def rect_of(self, row: int, column: int) -> QRectF:
        """Where a cell lies."""
        place = self._place()
        return QRectF(place.left + column * place.width, place.top + row * place.height, place.width, place.height)

    # --- events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(self._cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._choose(cell)
            self.cell_clicked.emit(*cell)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._choose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        table, key = self.table, Qt.Key(event.key())
        if table is None or not table.cells.size or key not in (*_KEYS, Qt.Key.Key_Return, Qt.Key.Key_Space):
            super().keyPressEvent(event)
            return
        row, column = self.cell or (0, 0)
        if key in _KEYS and self.cell is not None:
            down, right = _KEYS[key]
            n_row, n_column = table.cells.shape
            row, column = min(max(row + down, 0), n_row - 1), min(max(column + right, 0), n_column - 1)
        self._choose((row, column))
        if key not in _KEYS:
            self.cell_clicked.emit(row, column)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        table = self.table
        painter = QPainter(self)
        colours = theme.current()
        painter.fillRect(self.rect(), QColor(colours.surface))
        if table is None or not table.cells.size:
            return
        place = self._place()
        n_row, n_column = table.cells.shape
        target = QRectF(place.left, place.top, n_column * place.width, n_row * place.height)
        painter.drawImage(target, self._image)
        painter.setFont(theme.number_font())
        u = theme.unit(self)
        if min(place.width, place.height * 1.4) >= NUMBERS_FROM * u:
            self._paint_gaps(painter, target)
            self._paint_numbers(painter, table)
        self._paint_names(painter, table, place)
        if self.cell is not None:
            painter.setPen(QPen(QColor(colours.focus if self.hasFocus() else colours.text), 2))
            painter.drawRect(self.rect_of(*self.cell).adjusted(1, 1, -1, -1))

    # --- parts

    def _paint_gaps(self, painter: QPainter, target: QRectF) -> None:
        painter.setPen(QPen(QColor(theme.current().surface), 2))
        assert self.table is not None  # noqa: S101 - only called with one
        n_row, n_column = self.table.cells.shape
        for row in range(1, n_row):
            y = target.top() + row * target.height() / n_row
            painter.drawLine(QPointF(target.left(), y), QPointF(target.right(), y))
        for column in range(1, n_column):
            x = target.left() + column * target.width() / n_column
            painter.drawLine(QPointF(x, target.top()), QPointF(x, target.bottom()))

    def _paint_numbers(self, painter: QPainter, table: CellTable) -> None:
        small = theme.number_font(theme.SECONDARY_SIZE)
        u = theme.unit(self)
        for (row, column), value in np.ndenumerate(table.cells):
            rect = self.rect_of(row, column)
            painter.setPen(QColor(_readable(self._image.pixelColor(column, row).name())))
            painter.setFont(theme.number_font())
            has_share = table.is_confusion and rect.height() >= 4.6 * u
            words = rect.adjusted(0, 0, 0, -1.8 * u) if has_share else rect
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, number_text(value, 3) if np.isfinite(value) else "–")
            if has_share:
                painter.setFont(small)
                share = f"{table.shares[row, column]:.0%}".replace("%", " %")
                painter.drawText(rect.adjusted(0, 1.8 * u, 0, 0), Qt.AlignmentFlag.AlignCenter, share)

    def _paint_names(self, painter: QPainter, table: CellTable, place: _Place) -> None:
        colours, u = theme.current(), theme.unit(self)
        font = theme.secondary_font()
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        n_row, n_column = table.cells.shape
        painter.setPen(QColor(colours.text))
        every = max(1, int(np.ceil(metrics.height() / place.height)))
        for row in range(0, n_row, every):
            rect = QRectF(0, place.top + row * place.height, place.left - 0.8 * u, place.height * every)
            text = shortened(table.row_names[row], LONGEST_NAME)
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        widest = max(metrics.horizontalAdvance(shortened(name, LONGEST_NAME)) for name in table.column_names)
        every = max(1, int(np.ceil((widest + u) / place.width)))
        for column in range(0, n_column, every):
            middle = place.left + (column + 0.5) * place.width
            rect = QRectF(middle - widest / 2 - u, place.top - 2.6 * u, widest + 2 * u, 2.4 * u)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shortened(table.column_names[column], LONGEST_NAME))
        painter.setPen(QColor(colours.secondary))
        across = QRectF(place.left, place.top - 4.8 * u, max(n_column * place.width, 12 * u), 2.2 * u)
        painter.drawText(across, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, table.x_label)
        painter.save()
        painter.translate(0.2 * u, place.top + n_row * place.height)
        painter.rotate(-90)
        down = QRectF(0, 0, max(n_row * place.height, 12 * u), 2.2 * u)
        painter.drawText(down, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, table.y_label)
        painter.restore()

    def _place(self) -> _Place:
        u = theme.unit(self)
        assert self.table is not None  # noqa: S101 - only called with one
        n_row, n_column = self.table.cells.shape
        metrics = QFontMetricsF(theme.secondary_font())
        widest = max(metrics.horizontalAdvance(shortened(name, LONGEST_NAME)) for name in self.table.row_names)
        left = widest + (3.4 if self.table.y_label else 1.2) * u
        top = (5.4 if self.table.x_label else 3.2) * u
        width = max((self.width() - left - 1.5 * u) / n_column, SMALLEST * u)
        height = max((self.height() - top - u) / n_row, SMALLEST * u)
        width, height = min(width, LARGEST * u * 1.6), min(height, LARGEST * u)
        if 1 / LIKE_SQUARES_UP_TO <= n_row / n_column <= LIKE_SQUARES_UP_TO:
            side = min(width, height * 1.5)
            width, height = side, min(height, side)
        return _Place(left, top, width, height)

    def _cell_at(self, place: QPointF) -> tuple[int, int] | None:
        if self.table is None or not self.table.cells.size:
            return None
        cells, (n_row, n_column) = self._place(), self.table.cells.shape
        row, column = int((place.y() - cells.top) // cells.height), int((place.x() - cells.left) // cells.width)
        return (row, column) if 0 <= row < n_row and 0 <= column < n_column else None

    def _choose(self, cell: tuple[int, int] | None) -> None:
        if cell != self.cell:
            self.cell = cell
            self.update()
            self.cell_changed.emit(*(cell or (-1, -1)))

    def _tint(self) -> None:
        """The colours as an image of one pixel a cell."""
        table = self.table
        if table is None or not table.cells.size:
            return
        scale, shares = table.scale, table.shares
        levels = lookup_table(scale.map_name, theme.current().is_dark)
        known = np.isfinite(shares)
        place = np.clip((np.where(known, shares, scale.low) - scale.low) / (scale.high - scale.low), 0, 1)
        pixels = levels[(place * (len(levels) - 1)).round().astype(int)]
        empty = QColor(theme.current().hairline)
        pixels[~known] = (empty.red(), empty.green(), empty.blue())
        data = np.ascontiguousarray(pixels, dtype=np.uint8)
        n_row, n_column = shares.shape
        self._image = QImage(data.tobytes(), n_column, n_row, 3 * n_column, QImage.Format.Format_RGB888).copy()


def _readable(colour: str) -> str:
    """Black or white, whichever stands out more from a colour."""
    return max(("#FFFFFF", "#1C2126"), key=lambda text: theme.contrast(text, colour))
