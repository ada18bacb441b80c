"""The pictures of the cortex on the screen: where they lie, what the pointer is over, and where the crosshair is."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.surface.panes import Pane
from neurostudio.gui.views.surface.raster import Raster

SETTLE_MS = 60  # after a change of size
LEAST_PANE_PX = 24
SIDE_U, GAP_U = 2.2, 1.0  # for the letters beside a picture, and between panes
_STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_REACH = 40  # steps of the keyboard until the next vertex


@dataclass(frozen=True, eq=False)
class Picture:
    """One pane as it was drawn last."""

    pane: Pane
    raster: Raster
    pixels: NDArray[np.uint32]

    def image(self) -> QImage:
        """Its pixels; they must live as long."""
        height, width = self.pixels.shape
        return QImage(self.pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)


class SurfaceCanvas(QWidget):
    """::

         Left, lateral      Right, lateral
        A  (picture)  P    P  (picture)  A

    A click goes to a place, the arrows go along the cortex, Page up and Page down to the next picture.

    Signals
    -------
    picked : int
        A vertex was chosen.
    hovered : int
        The pointer is over a vertex; -1 beside the cortex.
    size_settled
        Pictures of another size are wanted.
    """

    picked = Signal(int)
    hovered = Signal(int)
    size_settled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.panes: tuple[Pane, ...] = ()
        self.pictures: tuple[Picture, ...] = ()
        self.words = ""
        self._mark: int | None = None
        self._current = 0
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self.size_settled)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Cortex")
        self.setAccessibleDescription("A map on the cortex. A click or the arrow keys go to a place of the brain.")

    # --- what is shown

    def set_panes(self, panes: tuple[Pane, ...]) -> None:
        """Lay out other views; their pictures come with `show_pictures`."""
        self.panes, self._current = panes, 0
        self.update()

    def show_pictures(self, pictures: tuple[Picture, ...]) -> None:
        """Show what was drawn."""
        self.pictures = pictures
        self.words = ""
        self.update()

    def say(self, words: str) -> None:
        """Write something in the middle until there are pictures."""
        self.words = words
        self.update()

    def set_mark(self, vertex: int | None) -> None:
        """Ring a vertex in every picture that shows it."""
        if vertex != self._mark:
            self._mark = vertex
            self.update()

    # --- where things are

    def pane_size_px(self) -> tuple[int, int]:
        """Width and height of the pictures, in pixels of the screen."""
        box, ratio = self._box(0), self.devicePixelRatioF()
        return max(LEAST_PANE_PX, int(box.width() * ratio)), max(LEAST_PANE_PX, int(box.height() * ratio))

    def place_of(self, number: int, vertex: int) -> QPointF | None:
        """Where a vertex is seen in a picture; None where it is hidden."""
        found = self.pictures[number].raster.pixel_of(vertex)
        if found is None:
            return None
        box, (n_row, n_column) = self._box(number), self.pictures[number].pixels.shape
        return QPointF(box.x() + (found[1] + 0.5) * box.width() / n_column, box.y() + (found[0] + 0.5) * box.height() / n_row)

    def vertex_at(self, place: QPointF) -> int | None:
        """The vertex under a place; None beside the cortex."""
        for number, picture in enumerate(self.pictures):
            box, (n_row, n_column) = self._box(number), picture.pixels.shape
            if box.contains(place):
                row = math.floor((place.y() - box.y()) * n_row / box.height())
                return picture.raster.vertex_at(row, math.floor((place.x() - box.x()) * n_column / box.width()))
        return None

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(70 * u, 44 * u)

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(16 * u, 12 * u)

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.draw(painter)
            if self.hasFocus():
                painter.setPen(QPen(QColor(theme.current().focus), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def draw(self, painter: QPainter) -> None:
        """Draw the pictures, for the screen and for a copy of it."""
        colours = theme.current()
        painter.fillRect(self.rect(), QColor(colours.surface))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        is_fitting = tuple(picture.pane for picture in self.pictures) == self.panes
        for number, pane in enumerate(self.panes):
            cell, box = self._cell(number), self._box(number)
            if is_fitting:
                painter.drawImage(box, self.pictures[number].image())
            is_current = number == self._current and self.hasFocus() and len(self.panes) > 1
            painter.setFont(theme.secondary_font())
            painter.setPen(QColor(colours.text if is_current else colours.secondary))
            head = QRectF(cell.x(), cell.y(), cell.width(), box.y() - cell.y())
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, pane.title)
            painter.setPen(QColor(colours.secondary))
            for letter, x in zip(pane.letters, (cell.x(), box.right()), strict=True):
                room = QRectF(x, box.y(), box.x() - cell.x(), box.height())
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, letter)
        if is_fitting:
            self._draw_mark(painter)
        if self.words:
            painter.setPen(QColor(colours.secondary))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.words)

    def _draw_mark(self, painter: QPainter) -> None:
        if self._mark is None:
            return
        u, colours = theme.unit(self), theme.current()
        for number in range(len(self.pictures)):
            place = self.place_of(number, self._mark)
            if place is not None:
                for colour, width in (("#FFFFFF", 4.0), (colours.accent if not colours.is_dark else "#2F6FDE", 2.0)):
                    painter.setPen(QPen(QColor(colour), width))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawEllipse(place, 0.6 * u, 0.6 * u)

    # --- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pick(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._pick(event.position())
        vertex = self.vertex_at(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if vertex is None else Qt.CursorShape.CrossCursor)
        self.hovered.emit(-1 if vertex is None else vertex)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS and self.pictures:
            self._step(*_STEPS[key])
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and self.panes:
            self._current = (self._current + (1 if key == Qt.Key.Key_PageDown else -1)) % len(self.panes)
            self.update()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    # --- inside

    def _pick(self, place: QPointF) -> None:
        vertex = self.vertex_at(place)
        if vertex is not None:
            number = next(at for at in range(len(self.panes)) if self._box(at).contains(place))
            self._current = number
            self.picked.emit(vertex)

    def _step(self, right: int, down: int) -> None:
        """Go to the next vertex of the current picture in a direction, from the mark or from the middle."""
        box = self._box(self._current)
        start = self.place_of(self._current, self._mark) if self._mark is not None else None
        if start is None:
            middle = self.vertex_at(box.center())
            if middle is not None:
                self.picked.emit(middle)
            return
        length = 0.4 * theme.unit(self)
        for reach in range(1, _REACH):
            found = self.vertex_at(start + QPointF(right, down) * (reach * length))
            if found is not None and found != self._mark:
                self.picked.emit(found)
                return

    def _columns(self) -> int:
        """In how many columns the panes are largest; they are about one and a half times as wide as high."""
        n = max(1, len(self.panes))
        head = self._head()

        def scale(columns: int) -> float:
            rows = math.ceil(n / columns)
            return min(self.width() / columns / 3, (self.height() / rows - head) / 2)

        return max((columns for columns in range(1, n + 1) if n % columns == 0), key=scale)

    def _head(self) -> float:
        return QFontMetricsF(theme.secondary_font()).height() * 1.3

    def _cell(self, number: int) -> QRectF:
        columns = self._columns()
        rows = math.ceil(max(1, len(self.panes)) / columns)
        width, height = self.width() / columns, self.height() / rows
        gap = GAP_U * theme.unit(self) / 2
        return QRectF((number % columns) * width, (number // columns) * height, width, height).adjusted(gap, gap, -gap, -gap)

    def _box(self, number: int) -> QRectF:
        """The picture, under its title and between its letters."""
        side = SIDE_U * theme.unit(self)
        return self._cell(number).adjusted(side, self._head(), -side, 0)
