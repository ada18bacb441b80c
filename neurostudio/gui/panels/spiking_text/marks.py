"""Marks that only this panel draws: spikes with a colour each, the words x time image, small texts in a picture."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.colour_maps import Scale
from neurostudio.gui.views.marks import Bounds, Mark
from neurostudio.gui.views.shapes import Image

STEP_SHARE = 0.72  # of a time step that a spike is wide
FAINT = 0.12  # of spikes that are not chosen


class _SpikeItem(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph has no types
    """Draws lines by colour; the pen is as high as a row, at least a pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[tuple[QColor, list[QLineF]]] = []
        self.bounds = QRectF()
        self.height_px = 1.0

    def boundingRect(self) -> QRectF:
        return self.bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for colour, lines in self.groups:
            pen = QPen(colour, self.height_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(lines)


class Spikes(Mark):
    """A raster: ``times[spike]`` (steps from 1) and ``rows[spike]``; a colour for each group, the chosen ones stand out."""

    def __init__(self, n_time: int, n_row: int, times: NDArray[Any], rows: NDArray[Any]) -> None:
        super().__init__("", "text")
        self.n_time, self.n_row = n_time, n_row
        self.times, self.rows = times, rows
        self._groups: NDArray[Any] = np.zeros(len(times), dtype=int)
        self._colour: Callable[[int], str] = lambda _group: theme.current().text
        self._chosen: NDArray[np.bool_] | None = None
        self._item = _SpikeItem()
        self._item.bounds = QRectF(0.5, -0.5, n_time, n_row)
        self.items = (self._item,)

    def set_groups(self, groups: NDArray[Any], colour: Callable[[int], str]) -> None:
        """Colour the spikes by group, ``[spike]``; `colour` gives the colour of a group in the current theme."""
        self._groups, self._colour = groups, colour
        self.recolour()

    def choose(self, chosen: NDArray[np.bool_] | None) -> None:
        """Let some spikes stand out, ``[spike]``; None for all alike."""
        self._chosen = chosen
        self.recolour()

    def recolour(self) -> None:
        chosen = np.ones(len(self.times), dtype=bool) if self._chosen is None else self._chosen
        drawn: list[tuple[QColor, list[QLineF]]] = []
        for is_chosen in (False, True):
            for group in np.unique(self._groups):
                own = (self._groups == group) & (chosen == is_chosen)
                if own.any():
                    colour = QColor(self._colour(int(group)))
                    colour.setAlphaF(1.0 if is_chosen else FAINT)
                    drawn.append((colour, self._lines(own)))
        self._item.groups = drawn
        self._item.update()

    def refresh(self, view: pg.ViewBox) -> None:
        low, high = view.viewRange()[1]
        self._item.height_px = max(1.0, 0.8 * view.height() / ((high - low) or 1.0))
        self._item.update()

    def bounds(self) -> Bounds | None:
        return Bounds(0.5, self.n_time + 0.5, -0.5, self.n_row - 0.5)

    def nearest(self, time: float, row: float) -> int | None:
        """Index of the spike at that step whose row is nearest; None where that step has none."""
        here = np.flatnonzero(self.times == round(time))
        return int(here[np.abs(self.rows[here] - row).argmin()]) if len(here) else None

    def _lines(self, own: NDArray[np.bool_]) -> list[QLineF]:
        half = STEP_SHARE / 2
        return [
            QLineF(time - half, row, time + half, row)
            for time, row in zip(self.times[own].tolist(), self.rows[own].tolist(), strict=True)
        ]


class WordsByTime(Image):
    """How much each word spikes in each step, ``[word, time]``: the first word on top, steps from 1."""

    def __init__(self, values: NDArray[Any]) -> None:
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        super().__init__("", values[::-1].astype(float), Scale(low if low < high else 0.0, high or 1.0, "share"))

    def set_values(self, values: NDArray[Any], scale: Scale) -> None:
        super().set_values(values, scale)
        n_row, n_column = values.shape
        self._image.setRect(QRectF(0.5, -0.5, n_column, n_row))

    def bounds(self) -> Bounds | None:
        n_row, n_column = self.values.shape
        return Bounds(0.5, n_column + 0.5, -0.5, n_row - 0.5)

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Word and step (from 0) under a place; None outside."""
        n_row, n_column = self.values.shape
        row, column = n_row - 1 - round(y), round(x) - 1
        return (row, column) if 0 <= row < n_row and 0 <= column < n_column else None


class Extent(Mark):
    """Nothing to see: it holds a part of the data in view."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__("", "hairline")
        self._bounds = bounds

    def recolour(self) -> None:
        """It has no colour."""

    def bounds(self) -> Bounds | None:
        return self._bounds


class Frame(Mark):
    """An outline around a part of a picture."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__("", "accent")
        box = pg.QtWidgets.QGraphicsRectItem(
            QRectF(bounds.x_low, bounds.y_low, bounds.x_high - bounds.x_low, bounds.y_high - bounds.y_low)
        )
        self._box = box
        box.setZValue(10)
        self.items = (box,)
        self.recolour()

    def recolour(self) -> None:
        self._box.setPen(pg.mkPen(theme.current().accent, width=2))

    def bounds(self) -> Bounds | None:
        return None


class Separators(Mark):
    """Hairlines across a panel at some heights."""

    def __init__(self, heights: Sequence[float]) -> None:
        super().__init__("", "hairline")
        self.items = tuple(pg.InfiniteLine(pos=height, angle=0, movable=False) for height in heights)
        self.recolour()

    def recolour(self) -> None:
        for line in self.items:
            line.setPen(pg.mkPen(theme.current().hairline, width=1))

    def bounds(self) -> Bounds | None:
        return None


class Texts(Mark):
    """Small texts at places of the data: (x, y, text). They stand above their place, centred."""

    def __init__(self, texts: Sequence[tuple[float, float, str]], tint: str = "secondary") -> None:
        super().__init__("", tint)
        self._texts = tuple(texts)
        self.items = tuple(pg.TextItem(text, anchor=(0.5, 1.0)) for _, _, text in texts)
        for item, (x, y, _) in zip(self.items, texts, strict=True):
            item.setPos(x, y)
        self.recolour()

    def recolour(self) -> None:
        for item in self.items:
            item.setColor(QColor(str(getattr(theme.current(), str(self.tint)))))
            item.setFont(theme.secondary_font())

    def bounds(self) -> Bounds | None:
        if not self._texts:
            return None
        x, y = [text[0] for text in self._texts], [text[1] for text in self._texts]
        return Bounds(min(x), max(x), min(y), max(y))
