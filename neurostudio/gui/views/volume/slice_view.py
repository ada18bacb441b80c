"""One slice on a black ground: layers over each other, crosshair, letters of the sides. Mouse and wheel end in signals."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.volume.frame import PlaneName
from neurostudio.gui.views.volume.scene import Picture, Scene

GROUND, WORDS, HALO, HAIR = "#000000", "#E6E9EC", "#000000", "#6EE7A8"
NOTCH = 120  # of the wheel, in Qt's units
LEAST_ZOOM, MOST_ZOOM = 0.5, 60.0
ZOOM_STEP = 1.25
HAIR_GAP = 1.2  # u that the crosshair leaves open around its place
MARGIN = 1.8  # u around the picture, for the letters


@dataclass
class Eye:
    """Which part of a plane is seen.

    Attributes
    ----------
    fit : float
        Pixels for 1 mm at which all of it is seen.
    zoom : float
        How many times larger than that.
    centre : tuple of float or None
        Place in the middle of the screen, in mm of the plane; None for the middle of the picture.
    """

    fit: float = 1.0
    zoom: float = 1.0
    centre: tuple[float, float] | None = None

    @property
    def scale(self) -> float:
        """Pixels for 1 mm."""
        return self.fit * self.zoom


class SliceView(QWidget):
    """One plane of a scene::

              S
        +-----|-----+
      L |-----+-----| R      Coronal  y 12 mm
        +-----|-----+
              I

    A click or drag moves the crosshair, the wheel turns slices, Ctrl and wheel zoom, the middle button or Shift drags the
    picture, the right button drags brightness and contrast; a right click without a drag opens the menu.

    Signals
    -------
    placed : tuple of float
        The crosshair is wanted at a place, in mm.
    stepped : int
        So many slices further.
    zoom_wanted : float factor, QPointF at
    panned : moved by the mouse
    window_begun, window_ended
    window_dragged : float right, float up
        Brightness and contrast are dragged; shares of the width and the height since the button went down.
    menu_wanted : QPoint
        On the screen.
    reset_wanted : a double click
    hovered : tuple of float or None
        The pointer is over a place, in mm.
    """

    placed = Signal(object)
    stepped = Signal(int)
    zoom_wanted = Signal(float, QPointF)
    panned = Signal()
    window_begun = Signal()
    window_dragged = Signal(float, float)
    window_ended = Signal()
    menu_wanted = Signal(QPoint)
    reset_wanted = Signal()
    hovered = Signal(object)

    def __init__(self, scene: Scene, plane: PlaneName) -> None:
        super().__init__()
        self.scene = scene
        self.plane: PlaneName = plane
        self.eye = Eye()
        self.has_crosshair = True
        self.is_smooth = False
        self.waiting = ""
        self._grip: str = ""
        self._from = QPointF()
        self._eye_from = (0.0, 0.0)
        self._turned = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(f"{plane.capitalize()} slice")

    # --- geometry

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(30 * u, 30 * u)

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(8 * u, 8 * u)

    def fitting_scale(self) -> float:
        """Pixels for 1 mm at which all of the plane is seen."""
        left, bottom, right, top = self.scene.box(self.plane)
        room = 2 * MARGIN * theme.unit(self)
        return max(0.01, min((self.width() - room) / max(right - left, 1e-6), (self.height() - room) / max(top - bottom, 1e-6)))

    def middle(self) -> tuple[float, float]:
        """The place in the middle of the screen, in mm of the plane."""
        if self.eye.centre is not None:
            return self.eye.centre
        left, bottom, right, top = self.scene.box(self.plane)
        return (left + right) / 2, (bottom + top) / 2

    def to_screen(self, x: float, y: float) -> QPointF:
        """Pixels of a place in mm of the plane."""
        across, up = self.middle()
        scale = self.eye.scale
        return QPointF(self.width() / 2 + (x - across) * scale, self.height() / 2 - (y - up) * scale)

    def to_plane(self, point: QPointF) -> tuple[float, float]:
        """Mm of the plane under a pixel."""
        across, up = self.middle()
        scale = self.eye.scale
        return across + (point.x() - self.width() / 2) / scale, up - (point.y() - self.height() / 2) / scale

    def mm_at(self, point: QPointF) -> tuple[float, float, float]:
        """The centre of the voxel under a pixel, in mm."""
        return self.scene.mm_at(self.plane, *self.to_plane(point))

    def is_over_picture(self, point: QPointF) -> bool:
        """Whether a pixel lies over what is seen of the body."""
        x, y = self.to_plane(point)
        left, bottom, right, top = self.scene.box(self.plane)
        return left <= x <= right and bottom <= y <= top

    def zoom_at(self, factor: float, point: QPointF) -> None:
        """Zoom so that what lies under a pixel stays there."""
        zoom = min(max(self.eye.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
        x, y = self.to_plane(point)
        across, up = self.middle()
        share = 1 - self.eye.zoom / zoom
        self.eye.zoom = zoom
        self.eye.centre = (across + (x - across) * share, up + (y - up) * share)
        self.update()

    def reset_eye(self) -> None:
        """See all of it."""
        self.eye.zoom, self.eye.centre = 1.0, None
        self.update()

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(GROUND))
            self.draw(painter)
            if self.hasFocus():
                painter.setPen(QPen(QColor(theme.current().focus), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def draw(self, painter: QPainter) -> None:
        """Draw the slice, for the screen and for a picture of it."""
        if self.scene.frame is None:
            return
        for layer in self.scene.layers:
            if not layer.look.is_visible:
                continue
            picture = self.scene.picture(self.plane, layer)
            if picture is not None:
                painter.setOpacity(layer.look.opacity)
                self._draw_picture(painter, picture)
        painter.setOpacity(1.0)
        if self.has_crosshair and self.scene.is_inside():
            self._draw_crosshair(painter)
        self._draw_words(painter)

    def _draw_picture(self, painter: QPainter, picture: Picture) -> None:
        n_row, n_column = picture.pixels.shape
        image = QImage(picture.pixels.data, n_column, n_row, 4 * n_column, QImage.Format.Format_ARGB32_Premultiplied)
        left, bottom, right, top = picture.box
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
        painter.drawImage(QRectF(self.to_screen(left, top), self.to_screen(right, bottom)), image)

    def _draw_crosshair(self, painter: QPainter) -> None:
        at = self.to_screen(*self.scene.place(self.plane))
        # lines of one sharp pixel
        x, y = round(at.x() - 0.5) + 0.5, round(at.y() - 0.5) + 0.5
        gap = HAIR_GAP * theme.unit(self)
        colour = QColor(HAIR)
        colour.setAlphaF(0.85)
        painter.setPen(QPen(colour, 1))
        for start, end in (
            (QPointF(0, y), QPointF(x - gap, y)),
            (QPointF(x + gap, y), QPointF(self.width(), y)),
            (QPointF(x, 0), QPointF(x, y - gap)),
            (QPointF(x, y + gap), QPointF(x, self.height())),
        ):
            painter.drawLine(start, end)

    def _draw_words(self, painter: QPainter) -> None:
        u = theme.unit(self)
        font = theme.strong_font()
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        width, height = float(self.width()), float(self.height())
        line = metrics.height()
        left, right, lower, upper = self.scene.letters(self.plane)
        for letter, middle in (
            (left, QPointF(u, height / 2)),
            (right, QPointF(width - u, height / 2)),
            (lower, QPointF(width / 2, height - line / 2)),
            (upper, QPointF(width / 2, line / 2)),
        ):
            self._write(painter, letter, QRectF(middle.x() - u, middle.y() - line / 2, 2 * u, line))
        painter.setFont(theme.number_font(theme.SECONDARY_SIZE))
        metrics = QFontMetricsF(painter.font())
        line, room = metrics.height(), width / 2 - 2 * u
        place = self.scene.place_text(self.plane)
        words = f"{self.plane.capitalize()}  {place}"
        if metrics.horizontalAdvance(words) > room:  # the letters say which plane it is
            words = place if metrics.horizontalAdvance(place) <= room else ""
        beside = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._write(painter, words, QRectF(0.6 * u, height - line - 0.3 * u, room, line), beside)
        if self.waiting:
            self._write(painter, self.waiting, QRectF(0, height / 2 - 3 * line, width, line))

    @staticmethod
    def _write(painter: QPainter, text: str, room: QRectF, alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter) -> None:
        """Text with a dark rim: it is read over bright voxels, too."""
        painter.setPen(QColor(HALO))
        for right, down in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            painter.drawText(room.translated(right, down), alignment, text)
        painter.setPen(QColor(WORDS))
        painter.drawText(room, alignment, text)

    # --- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        button = event.button()
        self._from = event.position()
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and is_shifted):
            self._grip, self._eye_from = "pan", self.middle()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif button == Qt.MouseButton.LeftButton:
            self._grip = "place"
            self.placed.emit(self.mm_at(event.position()))
        elif button == Qt.MouseButton.RightButton:
            self._grip = "right"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        moved = at - self._from
        if self._grip == "place":
            self.placed.emit(self.mm_at(at))
        elif self._grip == "pan":
            scale = self.eye.scale
            self.eye.centre = (self._eye_from[0] - moved.x() / scale, self._eye_from[1] + moved.y() / scale)
            self.panned.emit()
            self.update()
        elif self._grip == "right" and moved.manhattanLength() >= QApplication.startDragDistance():
            self._grip = "window"
            self.window_begun.emit()
        if self._grip == "window":
            self.window_dragged.emit(moved.x() / max(1, self.width()), -moved.y() / max(1, self.height()))
        self.hovered.emit(self.mm_at(at) if self.is_over_picture(at) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        grip, self._grip = self._grip, ""
        self.setCursor(Qt.CursorShape.CrossCursor)
        if grip == "window":
            self.window_ended.emit()
        elif grip == "right":
            self.menu_wanted.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_wanted.emit(1.0015**turned, event.position())
        else:
            if turned * self._turned < 0:
                self._turned = 0
            self._turned += turned  # fine wheels and touchpads send less than a notch at once
            steps = int(self._turned / NOTCH)
            if steps:
                self._turned -= steps * NOTCH
                self.stepped.emit(steps)
        event.accept()  # the page must not scroll while slices turn

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            event.accept()  # the menu comes when the button goes up without a drag
        else:
            self.menu_wanted.emit(self.mapToGlobal(self.rect().center()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
