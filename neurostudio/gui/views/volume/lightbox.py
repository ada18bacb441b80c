"""Many slices of one plane side by side, drawn in a thread; a click moves the crosshair there."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.volume.frame import PLANES, PlaneName
from neurostudio.gui.views.volume.scene import Picture, Scene
from neurostudio.gui.views.volume.slice_view import GROUND, HAIR, HALO, WORDS
from neurostudio.gui.widgets import Row, Secondary, fill
from neurostudio.report.wording import number_text

MOST_SLICES = 120
FIRST_SLICES = 15
GAP = 2  # pixels


@dataclass(frozen=True, eq=False)
class Tile:
    """One slice: where it lies, and its layers from below, each with its opacity."""

    depth: int
    words: str
    pictures: tuple[tuple[Picture, float], ...]


def spread(low: int, high: int, n: int) -> list[int]:
    """At most `n` whole numbers from low to high at equal distances, without those at the very ends.

    >>> spread(0, 9, 4), spread(3, 4, 9)
    ([1, 3, 6, 8], [3, 4])
    """
    n = max(1, min(n, high - low + 1))
    step = (high - low + 1) / n
    return [math.floor(low + step * (at + 0.5)) for at in range(n)]


def tiles(scene: Scene, plane: PlaneName, first: int, last: int, n: int) -> list[Tile]:
    """Draw the slices; the scene must be one that nobody changes meanwhile."""
    frame = scene.frame
    if frame is None:
        return []
    made = []
    for depth in spread(first, last, n):
        pictures = [
            (picture, layer.look.opacity)
            for layer in scene.layers
            if layer.look.is_visible and (picture := scene.picture_at(plane, layer, depth)) is not None
        ]
        made.append(Tile(depth, _place_words(scene, plane, depth), tuple(pictures)))
    return made


class Lightbox(QWidget):
    """Slices of one plane::

    [Axial v]  [15] slices from [4] to [48]
    +----+----+----+----+----+
    | -8 |  0 |  8 | 16 | 24 |
    +----+----+----+----+----+

    Signals
    -------
    placed : tuple of float
        The crosshair is wanted in the middle of a slice that was clicked, in mm.
    """

    placed = Signal(object)

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self._is_dirty = False
        self._is_at_work = False
        self._ends: tuple[int, int] | None = None
        self.plane = QComboBox()
        self.plane.setAccessibleName("Plane of the slices")
        for name in ("axial", "coronal", "sagittal"):
            self.plane.addItem(name.capitalize(), name)
        self.number, self.first, self.last = (_number(name) for name in ("Slices", "First slice", "Last slice"))
        self.number.setRange(1, MOST_SLICES)
        self.number.setValue(FIRST_SLICES)
        self.sheet = _Sheet()
        bar = Flow(
            self.plane,
            Row(self.number, Secondary("slices", wrap=False)),
            Row(Secondary("from", wrap=False), self.first, Secondary("to", wrap=False), self.last),
            gap=1.5,
        )
        fill(QVBoxLayout(self), (bar, self.sheet), theme.unit(self), 0.8)
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self.on_turn)
        self.plane.activated.connect(self.on_plane)
        for box in (self.number, self.first, self.last):
            box.valueChanged.connect(self.refresh)
        self.sheet.clicked.connect(self.on_clicked)

    @property
    def plane_name(self) -> PlaneName:
        """The plane that is shown."""
        name: PlaneName = self.plane.currentData()
        return name

    def refresh(self) -> None:
        """Draw the slices anew, once for however many changes came; hidden, it waits until it is seen."""
        self._is_dirty = True
        if self.isVisible():
            self._turn.start()

    def restore(self, plane: str, number: object) -> None:
        """Take up such a look again; what cannot be is left as it is."""
        if self.plane.findData(plane) >= 0:
            self.plane.setCurrentIndex(self.plane.findData(plane))
            self._ends = None
        if isinstance(number, int):
            self.number.setValue(number)
        self.refresh()

    def show_crosshair(self) -> None:
        """Mark the slice of the crosshair."""
        if self.isVisible():
            self.sheet.mark(self._scene.depth(self.plane_name))

    def picture(self) -> QPixmap:
        """What is seen."""
        return self.sheet.grab()

    @Slot()
    def on_plane(self) -> None:
        """Another plane."""
        self._ends = None
        self.refresh()

    @Slot()
    def on_turn(self) -> None:
        """Draw, unless a drawing is at work: it is followed by another one."""
        if self._is_dirty and not self._is_at_work and self._scene.frame is not None:
            self._fit_ends()
            tasks.start(self._draw(), self)

    @Slot(int, QPointF)
    def on_clicked(self, depth: int, at: QPointF) -> None:
        """A place of a slice was clicked."""
        self.placed.emit(self._scene.mm_at(self.plane_name, at.x(), at.y(), depth))

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._is_dirty:
            self._turn.start()

    def _fit_ends(self) -> None:
        frame = self._scene.frame
        if frame is None:
            return
        axis = PLANES[self.plane_name][0]
        ends = (frame.lows[axis], frame.highs[axis])
        if ends == self._ends:
            return
        self._ends = ends
        for box, value in ((self.first, ends[0]), (self.last, ends[1])):
            box.blockSignals(True)
            box.setRange(*ends)
            box.setValue(value)
            box.blockSignals(False)

    async def _draw(self) -> None:
        self._is_dirty, self._is_at_work = False, True
        try:
            scene, plane = self._scene.snapshot(), self.plane_name
            first, last = sorted((self.first.value(), self.last.value()))
            made = await tasks.in_background(tiles, scene, plane, first, last, self.number.value())
            self.sheet.show_tiles(made, scene.box(plane), scene.depth(plane))
            self.sheet.setAccessibleName(f"{len(made)} {plane} slices")
        finally:
            self._is_at_work = False
        if self._is_dirty:
            self._turn.start()


class _Sheet(QWidget):
    """The slices in rows and columns that fit the room."""

    clicked = Signal(int, QPointF)

    def __init__(self) -> None:
        super().__init__()
        self._tiles: list[Tile] = []
        self._box = (0.0, 0.0, 1.0, 1.0)
        self._depth = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Slices")

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(16 * u, 12 * u)

    def show_tiles(self, made: list[Tile], box: tuple[float, float, float, float], depth: int) -> None:
        """Show other slices; `depth` is that of the crosshair."""
        self._tiles, self._box, self._depth = made, box, depth
        self.update()

    def mark(self, depth: int) -> None:
        """Mark another slice."""
        if depth != self._depth:
            self._depth = depth
            self.update()

    def cells(self) -> list[QRectF]:
        """Where each slice is drawn."""
        n = len(self._tiles)
        if not n:
            return []
        left, bottom, right, top = self._box
        wide, tall = right - left, top - bottom
        columns = max(range(1, n + 1), key=lambda c: min(self.width() / (c * wide), self.height() / (-(-n // c) * tall)))
        rows = -(-n // columns)
        width, height = self.width() / columns, self.height() / rows
        return [QRectF(at % columns * width, at // columns * height, width - GAP, height - GAP) for at in range(n)]

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(GROUND))
            self._draw(painter)

    def _draw(self, painter: QPainter) -> None:
        painter.setFont(theme.number_font(theme.SECONDARY_SIZE))
        line = painter.fontMetrics().height()
        nearest = min((abs(tile.depth - self._depth) for tile in self._tiles), default=0)
        for tile, cell in zip(self._tiles, self.cells(), strict=True):
            scale = self._scale(cell)
            for picture, opacity in tile.pictures:
                n_row, n_column = picture.pixels.shape
                image = QImage(picture.pixels.data, n_column, n_row, 4 * n_column, QImage.Format.Format_ARGB32_Premultiplied)
                left, bottom, right, top = picture.box
                painter.setOpacity(opacity)
                painter.drawImage(
                    QRectF(self._to_screen(cell, scale, left, top), self._to_screen(cell, scale, right, bottom)), image
                )
            painter.setOpacity(1.0)
            room = QRectF(cell.x() + line / 4, cell.bottom() - line, cell.width(), line)
            painter.setPen(QColor(HALO))
            painter.drawText(room.translated(1, 1), tile.words)
            painter.setPen(QColor(WORDS))
            painter.drawText(room, tile.words)
            if abs(tile.depth - self._depth) == nearest:
                painter.setPen(QPen(QColor(HAIR), 1))
                painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for tile, cell in zip(self._tiles, self.cells(), strict=True):
            if event.button() == Qt.MouseButton.LeftButton and cell.contains(event.position()):
                left, bottom, right, top = self._box
                away = (event.position() - cell.center()) / self._scale(cell)
                self.clicked.emit(tile.depth, QPointF((left + right) / 2 + away.x(), (bottom + top) / 2 - away.y()))
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()

    def _scale(self, cell: QRectF) -> float:
        left, bottom, right, top = self._box
        return float(min(cell.width() / (right - left), cell.height() / (top - bottom)))

    def _to_screen(self, cell: QRectF, scale: float, x: float, y: float) -> QPointF:
        left, bottom, right, top = self._box
        middle = cell.center()
        return QPointF(middle.x() + (x - (left + right) / 2) * scale, middle.y() - (y - (bottom + top) / 2) * scale)


def _place_words(scene: Scene, plane: PlaneName, depth: int) -> str:
    frame, axis = scene.frame, PLANES[plane][0]
    if frame is None or not scene.has_orientation:
        return str(depth)
    index = np.array(frame.nearest(scene.mm), dtype=np.float64)
    index[axis] = depth
    return f"{'xyz'[axis]} {number_text(round(float(frame.mm_of(index)[axis]), 1))}"


def _number(name: str) -> QSpinBox:
    made = QSpinBox()
    made.setAccessibleName(name)
    made.setKeyboardTracking(False)
    return made
