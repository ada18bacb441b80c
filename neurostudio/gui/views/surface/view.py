"""The cortex from several sides, with a map on it; a click goes to that place of the brain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import Image
from neurostudio.data.fmri.templates import Side
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.parts.choice import choice
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.surface.mesh import SHAPES, SIDES, Shape, hemisphere
from neurostudio.gui.views.surface.raster import Direction, Raster, raster
from neurostudio.gui.views.volume.layers import Look, pixels
from neurostudio.gui.widgets import ErrorCard, Secondary, fill
from neurostudio.report.wording import number_text

NOTE = "Average cortex fsaverage5; assumes that the map is in MNI space."
LEAST_TILE_PX = 40
SETTLE_MS = 120

Tile = tuple[Side, Direction, str]
VIEWS: dict[str, tuple[Tile, ...]] = {
    "Outside and inside": (
        ("left", "lateral", "Left, outside"),
        ("right", "lateral", "Right, outside"),
        ("left", "medial", "Left, inside"),
        ("right", "medial", "Right, inside"),
    ),
    "Above and below": (
        ("left", "dorsal", "Left, above"),
        ("right", "dorsal", "Right, above"),
        ("left", "ventral", "Left, below"),
        ("right", "ventral", "Right, below"),
    ),
    "Front and back": (
        ("right", "anterior", "Right, front"),
        ("left", "anterior", "Left, front"),
        ("left", "posterior", "Left, back"),
        ("right", "posterior", "Right, back"),
    ),
}


@dataclass(frozen=True, eq=False)
class Shown:
    """A map on both hemispheres: values of the vertices, and how they look."""

    values: dict[Side, NDArray[np.float32]]
    look: Look


class SurfaceView(QWidget):
    """Two by two pictures of the cortex::

        [Outside and inside v] [Inflated v]
        +-----------------+-----------------+
        |  Left, outside  |  Right, outside |
        +-----------------+-----------------+
        |  Left, inside   |  Right, inside  |
        +-----------------+-----------------+
        Average cortex fsaverage5; assumes that the map is in MNI space.

    Signals
    -------
    moved : place in mm that was clicked (tuple of float).
    """

    moved = Signal(object)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.readout = readout or Readout()
        self.shown: Shown | None = None
        self._turn = 0
        self.sides = choice("From which sides the cortex is seen")
        for title in VIEWS:
            self.sides.addItem(title, title)
        self.shape = choice("Which surface is drawn")
        for key, title in SHAPES.items():
            self.shape.addItem(title, key)
        self.canvas = SurfaceCanvas(self)
        self.card = ErrorCard()
        self.card.hide()
        own = () if readout else (self.readout,)
        bar = Flow(self.sides, self.shape, gap=0.5)
        fill(QVBoxLayout(self), (bar, self.canvas, self.card, Secondary(NOTE), *own), theme.unit(self), 0.5)
        self.setFocusProxy(self.canvas)
        self.sides.currentIndexChanged.connect(self.on_choice)
        self.shape.currentIndexChanged.connect(self.on_choice)

    def show_map(self, image: Image, t: int, low: float, high: float, threshold: float | None) -> None:
        """Put a volume of an image on the cortex; values below zero are blue."""
        self.show_look(image, t, Look("warm", "cool", low, high, threshold))

    def show_look(self, image: Image, t: int, look: Look) -> None:
        """Put a volume of an image on the cortex as a layer of the viewer looks."""
        self._turn += 1
        tasks.start(self._sample(image, t, look, self._turn), self)

    def clear(self) -> None:
        """Show the bare cortex."""
        self._turn += 1
        self.shown = None
        self.canvas.repaint_soon()

    def set_cursor(self, mm: tuple[float, float, float]) -> None:
        """Ring the places of the cortex that lie nearest to a place."""
        self.canvas.set_cursor(mm)

    def picture(self) -> QPixmap:
        """What is seen."""
        return self.canvas.grab()

    @Slot()
    def on_choice(self) -> None:
        """Other sides, or another surface."""
        self.canvas.show_tiles(VIEWS[str(self.sides.currentData())], self.shape.currentData())

    async def _sample(self, image: Image, t: int, look: Look, turn: int) -> None:
        try:
            values = await tasks.in_background(sampled, image, t)
        except NeuroError as error:
            self.card.show_error(error)
            self.card.show()
            self.canvas.hide()
            return
        if turn == self._turn:
            self.shown = Shown(values, look)
            self.canvas.repaint_soon()


class SurfaceCanvas(QWidget):
    """The pictures. They are made in a thread for each new size; a new map only paints anew."""

    def __init__(self, view: SurfaceView) -> None:
        super().__init__()
        self._view = view
        self._tiles: tuple[Tile, ...] = next(iter(VIEWS.values()))
        self._shape: Shape = "inflated"
        self._rasters: list[Raster] = []
        self._images: list[QImage] = []
        self._mm: tuple[float, float, float] | None = None
        self._turn = 0
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self.on_settled)
        self._repaint = QTimer(self, interval=0, singleShot=True)
        self._repaint.timeout.connect(self.on_repaint)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Cortex")
        self.setAccessibleDescription("A map on the cortex. A click goes to that place of the brain.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(60 * u, 44 * u)

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(20 * u, 16 * u)

    @property
    def is_ready(self) -> bool:
        """Whether the pictures are there."""
        return len(self._images) == len(self._tiles)

    def show_tiles(self, tiles: tuple[Tile, ...], shape: Shape) -> None:
        """Look from other sides, or at another surface."""
        self._tiles, self._shape = tiles, shape
        self._settle.start()

    def set_cursor(self, mm: tuple[float, float, float]) -> None:
        """Ring a place."""
        self._mm = mm
        self.update()

    def repaint_soon(self) -> None:
        """There are other values: one paint for however many changes."""
        self._repaint.start()

    def place_of(self, tile: int, vertex: int) -> QPointF | None:
        """Where a vertex is seen in a tile; None where it is hidden."""
        found = self._rasters[tile].pixel_of(vertex)
        if found is None:
            return None
        box, ratio = self._box(tile), self.devicePixelRatioF()
        return QPointF(box.left() + found[1] / ratio, box.top() + found[0] / ratio)

    def vertex_at(self, place: QPointF) -> tuple[Side, int] | None:
        """The side and the vertex under a place; None beside the cortex."""
        for tile, found in enumerate(self._rasters):
            box, ratio = self._box(tile), self.devicePixelRatioF()
            if box.contains(place):
                row, column = (place.y() - box.top()) * ratio, (place.x() - box.left()) * ratio
                vertex = found.vertex_at(int(row), int(column))
                return None if vertex is None else (self._tiles[tile][0], vertex)
        return None

    # --- slots

    @Slot()
    def on_settled(self) -> None:
        """The size stays: make the pictures for it."""
        self._turn += 1
        tasks.start(self._make(self._turn), self)

    @Slot()
    def on_repaint(self) -> None:
        """Paint the map anew."""
        self._images = [self._painted(tile) for tile in range(len(self._rasters))]
        self.update()

    # --- Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._repaint.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.vertex_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if found is not None:
            x, y, z = hemisphere(found[0]).mm[found[1]].tolist()
            self._view.moved.emit((x, y, z))
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.vertex_at(event.position())
        if found is None:
            self._view.readout.say("")
            return
        side, vertex = found
        place = ", ".join(number_text(float(value), 3) for value in hemisphere(side).mm[vertex])
        value = "" if self._view.shown is None else f"   {number_text(float(self._view.shown.values[side][vertex]))}"
        self._view.readout.say(f"{place} mm   {side} hemisphere{value}")

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._view.readout.say("")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.current()
        painter.fillRect(self.rect(), QColor(colours.surface))
        painter.setFont(theme.secondary_font())
        for tile, (_, _, title) in enumerate(self._tiles):
            box = self._box(tile)
            if tile < len(self._images):
                painter.drawImage(box.topLeft(), self._images[tile])
            painter.setPen(QColor(colours.secondary))
            painter.drawText(self._outer(tile), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter, title)
        if not self.is_ready:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drawing the cortex ...")
        else:
            self._paint_cursor(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 1.4))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # --- inside

    def _outer(self, tile: int) -> QRectF:
        width, height = self.width() / 2, self.height() / 2
        return QRectF((tile % 2) * width, (tile // 2) * height, width, height)

    def _box(self, tile: int) -> QRectF:
        """The picture under its title."""
        title = self.fontMetrics().height()
        return self._outer(tile).adjusted(0, title, 0, 0)

    async def _make(self, turn: int) -> None:
        ratio = self.devicePixelRatioF()
        box = self._box(0)
        width, height = (max(LEAST_TILE_PX, int(side * ratio)) for side in (box.width(), box.height()))
        try:
            made = [
                await tasks.in_background(raster, side, self._shape, direction, width, height)
                for side, direction, _ in self._tiles
            ]
        except NeuroError as error:
            self._view.card.show_error(error)
            self._view.card.show()
            self.hide()
            return
        if turn == self._turn:
            self._rasters = made
            self.on_repaint()

    def _painted(self, tile: int) -> QImage:
        found, shown = self._rasters[tile], self._view.shown
        height, width = found.is_there.shape
        level = np.clip(found.grey * 255, 0, 255).astype(np.uint32)
        colours = (np.uint32(255) << np.uint32(24)) | (level << np.uint32(16)) | (level << np.uint32(8)) | level
        if shown is not None:
            values = found.values(shown.values[self._tiles[tile][0]])
            over = pixels(values, shown.look, hides_zero=True)
            is_drawn = over >> np.uint32(24) > 0
            colours = np.where(is_drawn, _lit(over, found.light), colours)
        picture = np.zeros((height, width), np.uint32)
        picture[found.is_there] = colours
        image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
        image.setDevicePixelRatio(self.devicePixelRatioF())
        return image

    def _paint_cursor(self, painter: QPainter) -> None:
        if self._mm is None:
            return
        side: Side = SIDES[0] if self._mm[0] < 0 else SIDES[1]
        vertex = int(((hemisphere(side).mm - np.asarray(self._mm)) ** 2).sum(axis=1).argmin())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        u = theme.unit(self)
        for tile, (of_tile, _, _) in enumerate(self._tiles):
            place = self.place_of(tile, vertex) if of_tile == side else None
            if place is not None:
                for colour, width in ((theme.current().surface, 3.5), (theme.current().accent, 1.8)):
                    painter.setPen(QPen(QColor(colour), width))
                    painter.drawEllipse(place, 0.6 * u, 0.6 * u)


def sampled(image: Image, t: int) -> dict[Side, NDArray[np.float32]]:
    """Values of a volume half way between white matter and pial surface, for each vertex; NaN outside the image."""
    return {side: image.sample(hemisphere(side).mm, t) for side in SIDES}


def _lit(colours: NDArray[np.uint32], light: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Premultiplied colours, opaque, with the light that falls on them."""
    lit = np.zeros_like(colours)
    for shift in (0, 8, 16):
        channel = ((colours >> np.uint32(shift)) & np.uint32(255)) * np.clip(light + 0.15, 0, 1)
        lit |= channel.astype(np.uint32) << np.uint32(shift)
    return lit | (np.uint32(255) << np.uint32(24))
