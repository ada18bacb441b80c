"""The glass brain on a black ground: outline of the MNI template, a map beyond its threshold through it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.views.volume.frame import LETTERS, PLANES, Box, PlaneName
from neurostudio.gui.views.volume.glass import Outline, Projection, outline_of, project
from neurostudio.gui.views.volume.layers import Layer
from neurostudio.gui.views.volume.scene import Scene
from neurostudio.gui.views.volume.slice_view import GROUND, WORDS
from neurostudio.gui.views.volume.template import template
from neurostudio.gui.widgets import Secondary, fill

OUTLINE = "#8E99A4"
BRAIN_FROM = 0.2  # of the highest value of the template: brain, not the haze around it
_ORDER: tuple[PlaneName, ...] = ("sagittal", "coronal", "axial")


class GlassBrain(QWidget):
    """A map from three sides::

         S             S             A
      P (   ) A     L (   ) R     L (   ) R
    auditory > visual: 312 voxels beyond ±2.3. The outline is that of the MNI152 template.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self._layer: Layer | None = None
        self._outline: Outline | None = None
        self._is_dirty = False
        self._is_at_work = False
        self.canvas = _Canvas(scene)
        self.words = Secondary("")
        fill(QVBoxLayout(self), (self.canvas, self.words), theme.unit(self), 0.8)
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self.on_turn)

    def show_layer(self, layer: Layer | None) -> None:
        """Look through this layer, or the top one that is no anatomy."""
        self._layer = layer
        self.refresh()

    def refresh(self) -> None:
        """Draw anew; hidden, it waits until it is seen."""
        self._is_dirty = True
        if self.isVisible():
            self._turn.start()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._is_dirty:
            self._turn.start()

    @Slot()
    def on_turn(self) -> None:
        """Draw, unless a drawing is at work: it is followed by another one."""
        if self._is_dirty and not self._is_at_work:
            tasks.start(self._draw(), self)

    def subject(self) -> Layer | None:
        """The layer that is looked through: the one that was chosen if it is a map, else the top map."""
        fitting = [layer for layer in self._scene.layers if layer.kind == "map" and layer.look.is_visible]
        if self._layer in fitting:
            return self._layer
        return fitting[-1] if fitting else None

    async def _draw(self) -> None:
        self._is_dirty, self._is_at_work = False, True
        try:
            layer = self.subject()
            if layer is None:
                self.canvas.show_parts(self._outline, None)
                self.words.setText("A map is seen here through the head. Show one over the anatomy first.")
                return
            if self._outline is None:
                self._outline = await tasks.in_background(_template_outline)
            room = np.array(layer.image.grid.box_mm, dtype=np.float64)
            low, high = (self._outline.low, self._outline.high) if self._outline else (room[0], room[1])
            copy = next(one for one in self._scene.snapshot().layers if one.key == layer.key)
            projection = await tasks.in_background(project, copy, copy.volume_at(self._scene.time), low, high)
            self.canvas.show_parts(self._outline, projection)
            self.words.setText(_words(layer, projection, has_outline=self._outline is not None))
            self.canvas.setAccessibleDescription(self.words.text())
        finally:
            self._is_at_work = False
        if self._is_dirty:
            self._turn.start()


class _Canvas(QWidget):
    """The three sides, at one scale."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self._outline: Outline | None = None
        self._projection: Projection | None = None
        self.setAccessibleName("Glass brain")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(20 * u, 10 * u)

    def show_parts(self, outline: Outline | None, projection: Projection | None) -> None:
        """Show another map."""
        self._outline, self._projection = outline, projection
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        boxes = {plane: box for plane in _ORDER if (box := self._box(plane)) is not None}
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(GROUND))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            if len(boxes) == len(_ORDER):
                self._draw(painter, boxes)

    def _draw(self, painter: QPainter, boxes: dict[PlaneName, Box]) -> None:
        u = theme.unit(self)
        room = 3.0 * u  # letters, on each side
        wide = sum(right - left for left, _, right, _ in boxes.values())
        tall = max(top - bottom for _, bottom, _, top in boxes.values())
        is_row = self.width() / wide * 1.2 > self.height() / (3 * tall)
        if is_row:
            scale = min((self.width() - 6 * room) / wide, (self.height() - 2 * room) / tall)
        else:
            widest = max(right - left for left, _, right, _ in boxes.values())
            high = sum(top - bottom for _, bottom, _, top in boxes.values())
            scale = min((self.width() - 2 * room) / widest, (self.height() - 6 * room) / high)
        if scale <= 0:
            return
        free = self.width() - wide * scale if is_row else self.height() - sum((b[3] - b[1]) * scale for b in boxes.values())
        at = free / 6
        for plane, (left, bottom, right, top) in boxes.items():
            size = (right - left) * scale, (top - bottom) * scale
            corner = QPointF(at, (self.height() - size[1]) / 2) if is_row else QPointF((self.width() - size[0]) / 2, at)
            self._draw_side(painter, plane, QRectF(corner.x(), corner.y(), *size), boxes[plane])
            at += (size[0] if is_row else size[1]) + free / 3

    def _draw_side(self, painter: QPainter, plane: PlaneName, room: QRectF, box: Box) -> None:
        u = theme.unit(self)
        is_mirrored = self._scene.is_radiological and PLANES[plane][1] == 0
        painter.save()
        if is_mirrored:
            painter.translate(2 * room.center().x(), 0)
            painter.scale(-1, 1)
        if self._projection is not None:
            painter.drawImage(_inside(room, box, self._projection.box[plane]), _image(self._projection.pixels[plane]))
        if self._outline is not None:
            line = _tinted(self._outline.strength[plane], OUTLINE)
            painter.drawImage(_inside(room, box, self._outline.box[plane]), _image(line))
        painter.restore()
        painter.setFont(theme.strong_font())
        painter.setPen(QColor(WORDS))
        _, across, up = PLANES[plane]
        left, right = LETTERS[across][::-1] if is_mirrored else LETTERS[across]
        lower, upper = LETTERS[up]
        if not self._scene.has_orientation:
            left = right = lower = upper = "?"
        line_height = painter.fontMetrics().height()
        middle = room.center()
        for letter, place in (
            (left, QPointF(room.left() - u, middle.y())),
            (right, QPointF(room.right() + u, middle.y())),
            (lower, QPointF(middle.x(), room.bottom() + u)),
            (upper, QPointF(middle.x(), room.top() - u)),
        ):
            painter.drawText(
                QRectF(place.x() - u, place.y() - line_height / 2, 2 * u, line_height), Qt.AlignmentFlag.AlignCenter, letter
            )

    def _box(self, plane: PlaneName) -> Box | None:
        found = [part.box[plane] for part in (self._outline, self._projection) if part is not None]
        if not found:
            return None
        left, bottom, right, top = (np.array(ends) for ends in zip(*found, strict=True))
        return float(left.min()), float(bottom.min()), float(right.max()), float(top.max())


def _template_outline() -> Outline | None:
    image = template()
    return outline_of(image, BRAIN_FROM) if image is not None else None


def _words(layer: Layer, projection: Projection, *, has_outline: bool) -> str:
    look = layer.look
    many = "1 voxel" if projection.n_beyond == 1 else f"{projection.n_beyond:,} voxels"
    if look.threshold is None:
        words = f"{layer.name}: no threshold; each pixel has the value farthest from zero."
    else:
        beyond = f"beyond ±{look.threshold:.4g}" if look.is_two_sided else f"from {look.threshold:.4g} on"
        words = f"{layer.name}: {many} {beyond}."
    return f"{words} The outline is that of the MNI152 template." if has_outline else words


def _inside(room: QRectF, whole: Box, part: Box) -> QRectF:
    """Where a part of a box is drawn, in the room of the whole one."""
    scale = room.width() / (whole[2] - whole[0])
    left, top = room.x() + (part[0] - whole[0]) * scale, room.y() + (whole[3] - part[3]) * scale
    return QRectF(left, top, (part[2] - part[0]) * scale, (part[3] - part[1]) * scale)


def _image(pixels: NDArray[np.uint32]) -> QImage:
    packed = np.ascontiguousarray(pixels)
    n_row, n_column = packed.shape
    # a copy: the image must not outlive the array
    return QImage(packed.data, n_column, n_row, 4 * n_column, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _tinted(strength: NDArray[np.float32], colour: str) -> NDArray[np.uint32]:
    """Premultiplied ARGB32 of one colour."""
    tint = QColor(colour)
    alpha = (strength * 255).astype(np.uint32)
    parts = [(strength * part).astype(np.uint32) for part in (tint.red(), tint.green(), tint.blue())]
    return np.ascontiguousarray(alpha << 24 | parts[0] << 16 | parts[1] << 8 | parts[2])
