"""Pictures that a run left: fitted to the room, zoomed at the cursor, dragged."""

from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QImageReader, QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from neurostudio.core.errors import NeuroError
from neurostudio.gui.views.source import ArtifactSource, unreadable
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.views.view import View

MOST_BYTES = 60_000_000
MOST_PIXELS = 60_000_000
SVG_SCALE = 3  # pixels for each unit of the drawing
ZOOM_STEP, LARGEST = 1.25, 40.0
PAPER = "#FFFFFF"


@dataclass(frozen=True, eq=False)
class Picture:
    """A file that was read: PNG pixels, or an SVG drawing."""

    content: bytes
    is_svg: bool
    name: str


def load_picture(source: ArtifactSource) -> Picture:
    """Read a picture; what is in it is decoded by the view.

    Raises
    ------
    NeuroError
        When the file is missing, too large, or neither PNG nor SVG.
    """
    path = source.path
    try:
        if path.stat().st_size > MOST_BYTES:
            raise NeuroError(f"{path.name} is too large to show", fix="Open it in another program")
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    is_svg = b"<svg" in content[:4_000]
    if not is_svg and not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise NeuroError(f"{path.name} is neither an SVG nor a PNG picture", fix="Restore it from a copy, or run again")
    return Picture(content, is_svg, path.name)


class FigureView(View):
    """A picture on white paper, as it will be printed."""

    has_picture: ClassVar[bool] = False

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.paper = Paper()
        self.set_content(self.paper)
        self.add_menu(self.paper)

    @staticmethod
    def load(source: ArtifactSource) -> Picture:
        return load_picture(source)

    def show_data(self, data: Picture) -> None:
        image = decoded(data)
        self.paper.show_image(image, SVG_SCALE if data.is_svg else 1)
        self.paper.setAccessibleName(self.source.title if self.source else data.name)
        self.paper.setAccessibleDescription(f"Picture, {image.width()} × {image.height()} pixels.")

    def picture(self) -> QPixmap:
        return self.paper.pixmap

    def copy_data(self) -> None:
        self.copy_picture()

    def exports(self) -> list[tuple[str, str]]:
        suffix = self.source.path.suffix if self.source else ".png"
        return [(f"Export {suffix[1:].upper()}...", suffix)]


def decoded(picture: Picture) -> QImage:
    """The pixels of a picture; NeuroError where it is damaged."""
    content = QByteArray(picture.content)
    if picture.is_svg:
        renderer = QSvgRenderer(content)
        size = renderer.defaultSize() * SVG_SCALE
        if renderer.isValid() and not size.isEmpty() and size.width() * size.height() <= MOST_PIXELS:
            image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(QColor(PAPER))
            painter = QPainter(image)
            renderer.render(painter)
            painter.end()
            return image
    else:
        buffer = QBuffer()
        buffer.setData(content)
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer)
        size = reader.size()
        image = reader.read() if size.width() * size.height() <= MOST_PIXELS else QImage()
        if not image.isNull():
            return image
    raise NeuroError(f"{picture.name} is a damaged picture", fix="Restore it from a copy, or run again")


class Paper(QGraphicsView):
    """One picture: the wheel zooms at the cursor, dragging moves, a double click or ``0`` fits it again."""

    def __init__(self) -> None:
        super().__init__()
        self.pixmap = QPixmap()
        self._scene = QGraphicsScene(self)
        self._item: Any = self._scene.addPixmap(self.pixmap)
        self._item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._is_fitted, self._natural = True, 1.0
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def zoom(self) -> float:
        """Pixels of the screen for one of the picture."""
        return self.transform().m11()

    def show_image(self, image: QImage, scale: int) -> None:
        """Show another picture, fitted; `scale` is how many of its pixels make one at its natural size."""
        self.pixmap = QPixmap.fromImage(image)
        self._natural = 1.0 / scale
        self._item.setPixmap(self.pixmap)
        self._scene.setSceneRect(QRectF(self.pixmap.rect()))
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Show all of it, not larger than it is."""
        self._is_fitted = True
        self.resetTransform()
        room, rect = self.viewport().rect(), self._scene.sceneRect()
        if rect.isEmpty() or room.isEmpty():
            return
        self._scale_to(min(self._natural * 1.5, (room.width() - 2) / rect.width(), (room.height() - 2) / rect.height()))

    def zoom_by(self, factor: float) -> None:
        """Show it larger or smaller."""
        wanted = self.zoom * factor
        if self._natural / LARGEST < wanted < self._natural * LARGEST:
            self._is_fitted = False
            self.scale(factor, factor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.0015 ** event.angleDelta().y())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / ZOOM_STEP)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()

    def _scale_to(self, factor: float) -> None:
        self.scale(factor, factor)
