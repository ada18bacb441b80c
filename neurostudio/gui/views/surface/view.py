"""The cortex from several sides, with a map on it; a click goes to that place of the brain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import Image
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.parts.choice import choice
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.picture_menu import PictureMenu
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.surface.canvas import Picture, SurfaceCanvas
from neurostudio.gui.views.surface.colour_key import ColourKey
from neurostudio.gui.views.surface.mesh import SHAPES, Point, Shape, cortex
from neurostudio.gui.views.surface.painting import Overlay, painted
from neurostudio.gui.views.surface.panes import SHEETS, Pane
from neurostudio.gui.views.surface.raster import fitting_scale, raster
from neurostudio.gui.views.surface.sampling import Sampler
from neurostudio.gui.views.surface.space import is_mni, space_note
from neurostudio.gui.views.volume.layers import Look
from neurostudio.gui.widgets import ErrorCard, IconLabel, Row, Secondary, fill
from neurostudio.report.wording import number_text

BARE = Look()
FAR_MM = 10.0  # a crosshair this far from the cortex is not marked on it


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be drawn: a volume of an image with its look; no image leaves the cortex bare."""

    image: Image | None = None
    t: int = 0
    look: Look = BARE
    regions: NDArray[np.uint32] | None = None


class SurfaceView(QWidget):
    """::

        [Lateral and medial v] [Inflated v]                      −7.2 ▇▇▇▇|  |▇▇▇▇ 7.2
           Left, lateral      Right, lateral
          A  (picture)  P    P  (picture)  A
           Left, medial       Right, medial
          P  (picture)  A    A  (picture)  P
        (!) This image does not say that it is in MNI space; the cortex assumes it.

    All that takes time is done in a thread, once for however many changes came meanwhile.

    Attributes
    ----------
    values : ndarray, shape (V,), or None
        Of the vertices, left hemisphere first.
    note : str
        What people must know of the image and its space.

    Signals
    -------
    moved : tuple of float
        Place in mm that was clicked.
    drawn
        The pictures show what was asked for last.
    """

    moved = Signal(object)
    drawn = Signal()

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.readout = readout or Readout()
        self.values: NDArray[np.float32] | None = None
        self._wanted = Wanted()
        self._sampler: Sampler | None = None
        self._mm: Point | None = None
        self._is_dirty, self._is_at_work, self._is_ready = True, False, False
        self.sheet = choice("From which sides the cortex is seen")
        for title in SHEETS:
            self.sheet.addItem(title, title)
        self.shape = choice("Which surface is drawn")
        for key, title in SHAPES.items():
            self.shape.addItem(title, key)
        self.where = Secondary("", wrap=False)
        self.key = ColourKey()
        self.canvas = SurfaceCanvas()
        self.canvas.set_panes(self.panes)
        self.card = ErrorCard()
        self.card.hide()
        self._words = Secondary(space_note(None))
        self._sign = IconLabel("warning", 1.8, tint="warning")
        self._sign.hide()
        own = () if readout else (self.readout,)
        bar = Flow(self.sheet, self.shape, self.key, self.where, gap=0.8)
        below = Row(self._sign, self._words, gap=0.5)
        below.layout().setStretch(1, 1)  # type: ignore[union-attr]
        column = QVBoxLayout(self)
        fill(column, (bar, self.canvas, self.card, below, *own), theme.unit(self), 0.5)
        column.setStretch(1, 1)
        self.setFocusProxy(self.canvas)
        self.menu = PictureMenu(self, "cortex", self.picture, self.data_text)
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self.on_turn)
        self.sheet.currentIndexChanged.connect(self.on_sheet)
        self.shape.currentIndexChanged.connect(self.on_change)
        self.canvas.size_settled.connect(self.on_change)
        self.canvas.picked.connect(self.on_picked)
        self.canvas.hovered.connect(self.on_hovered)

    # --- what is shown

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The views that are chosen."""
        return SHEETS[str(self.sheet.currentData())]

    @property
    def note(self) -> str:
        """What people must know of the image and its space."""
        return self._words.text()

    def show_map(self, image: Image, t: int, low: float, high: float, threshold: float | None) -> None:
        """Put a volume of an image on the cortex; values below zero are blue."""
        self.show_look(image, t, Look("warm", "cool", low, high, threshold))

    def show_look(self, image: Image, t: int, look: Look, *, regions: NDArray[np.uint32] | None = None, title: str = "") -> None:
        """Put a volume of an image on the cortex as a layer of the viewer looks.

        Parameters
        ----------
        t : int
            Number of a volume that is read.
        regions : ndarray, optional
            Pixels of regions by their number (`Layer.region_table`), where the values are labels.
        title : str
            What its colours mean.
        """
        if image is not self._wanted.image:
            self._words.setText(space_note(image))
            self._sign.setVisible(not is_mni(image))
        self._wanted = Wanted(image, t, look, regions)
        self.key.show_look(look if regions is None else None, title)
        self.refresh()

    def clear(self) -> None:
        """Show the bare cortex."""
        self._wanted = Wanted()
        self.values = None
        self._words.setText(space_note(None))
        self._sign.hide()
        self.key.show_look(None)
        self.refresh()

    def set_cursor(self, mm: Point) -> None:
        """Ring the vertex nearest to a place, or say how far that is from the cortex."""
        self._mm = mm
        self._place_mark()

    def refresh(self) -> None:
        """Draw anew; hidden, it waits until it is seen."""
        self._is_dirty = True
        if self.isVisible():
            self._turn.start()

    def picture(self) -> QPixmap:
        """What is seen."""
        return self.canvas.grab()

    def data_text(self) -> str:
        """The values of the vertices, as lines with tabulators."""
        if self.values is None:
            return ""
        brain = cortex()
        lines = ["hemisphere\tvertex\tx_mm\ty_mm\tz_mm\tvalue"]
        for vertex, (mm, value) in enumerate(zip(brain.mm.tolist(), self.values.tolist(), strict=True)):
            side = brain.side_of(vertex)
            number = vertex if side == "left" else vertex - brain.n_left
            lines.append("\t".join([side, str(number), *(f"{part:.2f}" for part in mm), f"{value:.6g}"]))
        return "\n".join(lines)

    # --- slots

    @Slot()
    def on_sheet(self) -> None:
        """Other sides."""
        self.canvas.set_panes(self.panes)
        self.refresh()

    @Slot()
    def on_change(self) -> None:
        """Another surface, or another size."""
        self.refresh()

    @Slot(int)
    def on_picked(self, vertex: int) -> None:
        """A place of the cortex was chosen."""
        self.set_cursor(cortex().point_of(vertex))
        self.moved.emit(cortex().point_of(vertex))

    @Slot(int)
    def on_hovered(self, vertex: int) -> None:
        """Say what lies under the pointer."""
        if vertex < 0:
            self.readout.say("")
            return
        brain = cortex()
        place = ", ".join(number_text(round(value, 1)) for value in brain.point_of(vertex))
        value = float(self.values[vertex]) if self.values is not None else float("nan")
        text = f"   {number_text(value)}" if np.isfinite(value) else "   outside of the image" if self.values is not None else ""
        self.readout.say(f"{brain.side_of(vertex).capitalize()} hemisphere   {place} mm{text}   Click: go there")

    @Slot()
    def on_turn(self) -> None:
        """Draw, unless a drawing is at work: it is followed by another one."""
        if self._is_dirty and not self._is_at_work:
            tasks.start(self._draw(), self)

    # --- Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_dirty:
            self._turn.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "canvas"):
            self.canvas.update()

    # --- inside

    async def _draw(self) -> None:
        self._is_dirty, self._is_at_work = False, True
        try:
            if not self.canvas.pictures:
                self.canvas.say("Drawing the cortex ...")
            wanted, panes, shape = self._wanted, self.panes, self.shape.currentData()
            sampler, values, pictures = await tasks.in_background(
                _drawn, wanted, self._sampler, panes, shape, self.canvas.pane_size_px()
            )
        except NeuroError as error:
            self.card.show_error(error)
            self.canvas.hide()
            return
        finally:
            self._is_at_work = False
        if self._is_dirty:
            self._turn.start()
        if wanted.image is self._wanted.image:
            self._sampler, self.values = sampler, values
            if panes == self.panes:
                self.canvas.show_pictures(pictures)
        self.card.hide()
        self.canvas.show()
        if not self._is_ready:
            self._is_ready = True
            self._place_mark()
        if not self._is_dirty:
            self.drawn.emit()

    def _place_mark(self) -> None:
        if self._mm is None or not self._is_ready:
            return
        vertex, distance = cortex().nearest(self._mm)
        is_far = distance > FAR_MM
        self.canvas.set_mark(None if is_far else vertex)
        self.where.setText(f"The crosshair is {number_text(round(distance))} mm away from the cortex" if is_far else "")


def _drawn(
    wanted: Wanted, sampler: Sampler | None, panes: tuple[Pane, ...], shape: Shape, size: tuple[int, int]
) -> tuple[Sampler | None, NDArray[np.float32] | None, tuple[Picture, ...]]:
    """Sample and paint; runs in a thread."""
    width, height = size
    image, overlay = wanted.image, None
    values: NDArray[np.float32] | None = None
    if image is not None:
        is_labels = wanted.regions is not None
        if sampler is None or sampler.image is not image or sampler.is_labels != is_labels:
            sampler = Sampler.of(image, is_labels=is_labels)
        values = sampler.values(wanted.t)
        overlay = Overlay(values, wanted.look, regions=wanted.regions)
    scale = min(fitting_scale(pane, shape, width - 2, height - 2) for pane in panes)
    pictures = []
    for pane in panes:
        found = raster(pane, shape, width, height, round(scale, 3))
        pictures.append(Picture(pane, found, painted(found, overlay)))
    return sampler, values, tuple(pictures)
