"""Three slices and the colour bars, placed so that the body is as large as the room allows, at one scale."""

from typing import Literal

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.volume.colour_bars import ColourBars
from neurostudio.gui.views.volume.frame import PlaneName
from neurostudio.gui.views.volume.scene import Scene
from neurostudio.gui.views.volume.slice_view import GROUND, MARGIN, WORDS, SliceView

Arrangement = Literal["row", "square", "column"]
LEAST_BARS_U = 12  # room below which no strip of colour bars is kept
STEP = 1  # pixels between slices
EMPTY = "Nothing is shown.\nAdd a layer, or drop a brain image here."
RULE = "#30363D"  # between them


class Slices(QWidget):
    """The three slices::

    +---------+---------+
    | coronal | sagitt. |
    +---------+---------+
    | axial   | colours |
    +---------+---------+

    Signals
    -------
    settled : sizes have changed
    """

    settled = Signal()

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self.views: dict[PlaneName, SliceView] = {plane: SliceView(scene, plane) for plane in ("coronal", "sagittal", "axial")}
        self.bars = ColourBars(scene)
        self.maximised: PlaneName | None = None
        self.arrangement: Arrangement = "square"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for part in (*self.views.values(), self.bars):
            part.setParent(self)

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(22 * u, 20 * u)

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(90 * u, 60 * u)

    def shown(self) -> list[SliceView]:
        """The slices that are seen now."""
        return [view for view in self.views.values() if self.maximised in (None, view.plane)]

    def maximise(self, plane: PlaneName | None) -> None:
        """Show one slice alone, or all three."""
        self.maximised = plane
        self.arrange()

    def arrange(self) -> None:
        """Put the parts to their places and fit the body into them."""
        is_empty = not self._scene.layers
        for view in self.views.values():
            view.setVisible(view in self.shown() and not is_empty)
        self.bars.setVisible(not is_empty)
        self.setAccessibleName(EMPTY if is_empty else "Slices")
        self.update()
        if is_empty:
            return
        u = theme.unit(self)
        width, height = self.width(), self.height()
        strip = self._strip_height(width) if height > 2 * LEAST_BARS_U * u else 0
        if self.maximised is not None:
            self.views[self.maximised].setGeometry(0, 0, width, height - strip)
            self._place_bars(QRect(0, height - strip, width, strip))
        else:
            self.arrangement = self._best(width, height, strip)
            getattr(self, f"_arrange_{self.arrangement}")(width, height, strip)
        self.fit()

    def fit(self) -> None:
        """One scale for all slices that are seen."""
        shown = self.shown()
        scale = min(view.fitting_scale() for view in shown)
        for view in self.views.values():
            view.eye.fit = scale
            view.update()
        self.settled.emit()

    def picture(self) -> QPixmap:
        """What is seen, without the ring around the slice that has the keyboard."""
        made = QPixmap(self.size() * self.devicePixelRatioF())
        made.setDevicePixelRatio(self.devicePixelRatioF())
        made.fill(QColor(GROUND))
        with QPainter(made) as painter:
            parts: list[SliceView | ColourBars] = [*self.shown(), self.bars]
            for part in parts:
                if part.isHidden():
                    continue
                painter.save()
                painter.translate(part.pos())
                painter.setClipRect(part.rect())
                part.draw(painter)
                painter.restore()
        return made

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(RULE if self._scene.layers else GROUND))
            if not self._scene.layers:
                painter.setPen(QColor(WORDS))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, EMPTY)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    # --- where each part goes

    def _extent(self) -> tuple[float, float, float]:
        """Width (R), length (A) and height (S) of what is seen, in mm."""
        axial, sagittal = self._scene.box("axial"), self._scene.box("sagittal")
        return axial[2] - axial[0], axial[3] - axial[1], sagittal[3] - sagittal[1]

    def _best(self, width: int, height: int, strip: int) -> Arrangement:
        across, along, up = self._extent()
        room = 2 * MARGIN * theme.unit(self)
        tallest = max(along, up)
        scales: dict[Arrangement, float] = {
            "square": min((width - 2 * room) / (across + along), (height - 2 * room) / (along + up)),
            "row": min((width - 3 * room) / (2 * across + along), (height - strip - room) / tallest),
            "column": min((width - room) / max(across, along), (height - strip - 3 * room) / (2 * up + along)),
        }
        return max(scales, key=lambda name: scales[name])

    def _arrange_square(self, width: int, height: int, _strip: int) -> None:
        across, along, up = self._extent()
        room = 2 * MARGIN * theme.unit(self)
        left = round(_share(width, (across, along), room))
        top = round(_share(height, (up, along), room))
        self.views["coronal"].setGeometry(0, 0, left, top)
        self.views["sagittal"].setGeometry(left + STEP, 0, width - left - STEP, top)
        self.views["axial"].setGeometry(0, top + STEP, left, height - top - STEP)
        self._place_bars(QRect(left + STEP, top + STEP, width - left - STEP, height - top - STEP))

    def _arrange_row(self, width: int, height: int, strip: int) -> None:
        across, along, _ = self._extent()
        room = 2 * MARGIN * theme.unit(self)
        first = round(_share(width, (along, 2 * across), room, parts=3))
        second = (width - first) // 2
        tall = height - strip - (STEP if strip else 0)
        self.views["sagittal"].setGeometry(0, 0, first, tall)
        self.views["coronal"].setGeometry(first + STEP, 0, second - STEP, tall)
        self.views["axial"].setGeometry(first + second + STEP, 0, width - first - second - STEP, tall)
        self._place_bars(QRect(0, height - strip, width, strip))

    def _arrange_column(self, width: int, height: int, strip: int) -> None:
        _, along, up = self._extent()
        room = 2 * MARGIN * theme.unit(self)
        tall = height - strip
        third = round(_share(tall, (along, 2 * up), room, parts=3))
        second = (tall - third) // 2
        self.views["coronal"].setGeometry(0, 0, width, second)
        self.views["sagittal"].setGeometry(0, second + STEP, width, second - STEP)
        self.views["axial"].setGeometry(0, 2 * second + STEP, width, tall - 2 * second - STEP)
        self._place_bars(QRect(0, height - strip, width, strip))

    def _place_bars(self, rect: QRect) -> None:
        self.bars.setVisible(rect.height() > 0)
        self.bars.setGeometry(rect)

    def _strip_height(self, width: int) -> int:
        return self.bars.height_for(width)


def _share(whole: int, sizes: tuple[float, float], room: float, parts: int = 2) -> float:
    """Pixels of the first of two sizes, each slice with the same room for its letters."""
    first, rest = sizes
    free = max(0.0, whole - parts * room)
    return free * first / max(first + rest, 1e-6) + room
