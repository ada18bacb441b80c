"""Spikes in a panel: many thousands at once. Where there are more units than pixels, the strength tells how many fired."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from neurostudio.gui.views.curve_data import Numbers
from neurostudio.gui.views.marks import Bounds, Mark
from neurostudio.gui.views.pens import screen_scale
from neurostudio.gui.views.tints import Tint, colour_of

STEP_SHARE = 0.62  # of a step that a spike is wide, where times are steps
ROW_SHARE = 0.8  # of a row that it is high
TICK_PX = 1.6  # width where times are not steps
LEVELS = 6
OPACITIES = tuple(0.16 + 0.84 * (level / LEVELS) ** 0.8 for level in range(1, LEVELS + 1))


class _Strokes(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph has no types
    """Lines in one colour and one width, in groups of other strength."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[tuple[float, PrimitiveArray]] = []
        self.colour = QColor()
        self.width_px = 1.0
        self._rect = QRectF()

    def show_lines(self, groups: list[tuple[float, PrimitiveArray]], width_px: float, rect: QRectF) -> None:
        """Draw other lines (opacity, lines), that lie within a rectangle."""
        self.prepareGeometryChange()
        self.groups, self.width_px, self._rect = groups, width_px, rect
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for opacity, lines in self.groups:
            colour = QColor(self.colour)
            colour.setAlphaF(opacity)
            pen = QPen(colour, self.width_px * screen_scale(), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(*lines.drawargs())


class Raster(Mark):
    """Spikes of one group: ``times[spike]`` across, ``units[spike]`` up.

    Where times are steps, a spike is a dash as wide as most of its step; elsewhere it is an upright tick.
    """

    def __init__(
        self, name: str, tint: Tint, times: NDArray[Any], units: NDArray[Any], *, has_steps: bool, bounds: Bounds
    ) -> None:
        super().__init__(name, tint)
        order = np.argsort(times, kind="stable")
        self.times: Numbers = np.asarray(times, dtype=np.float64)[order]
        self.units: Numbers = np.asarray(units, dtype=np.float64)[order]
        self._has_steps = has_steps
        self._bounds = bounds
        self._strokes = _Strokes()
        self.items = (self._strokes,)
        self.recolour()

    def recolour(self) -> None:
        self._strokes.colour = QColor(colour_of(self.tint))
        self._strokes.update()

    def refresh(self, view: pg.ViewBox) -> None:
        (x_low, x_high), (y_low, y_high) = view.viewRange()
        width, height = max(int(view.width()), 1), max(int(view.height()), 1)
        row_px = height / ((y_high - y_low) or 1.0)
        first, last = np.searchsorted(self.times, [x_low - 1, x_high + 1])
        times, units = self.times[first:last], self.units[first:last]
        seen = (units >= y_low - 1) & (units <= y_high + 1)
        times, units, share = times[seen], units[seen], np.ones(int(seen.sum()))
        if row_px < 1:
            pixel = (x_high - x_low) / width
            column = float(max(1, round(pixel))) if self._has_steps else pixel
            times, units, share = crowded(times, units, column, 1 / row_px)
        levels = np.ceil(np.clip(share, 0, 1) * LEVELS).astype(int)
        groups = [
            (OPACITIES[level - 1], self._lines(times[levels == level], units[levels == level], row_px))
            for level in np.unique(levels)
        ]
        pen_px = max(1.0, ROW_SHARE * row_px) if self._has_steps else TICK_PX
        self._strokes.show_lines(groups, pen_px, QRectF(x_low - 1, y_low - 1, x_high - x_low + 2, y_high - y_low + 2))

    def _lines(self, times: Numbers, units: Numbers, row_px: float) -> PrimitiveArray:
        """Strokes as Qt takes them, without an object for each."""
        lines = PrimitiveArray(QLineF, 4)
        lines.resize(len(times))
        across = STEP_SHARE / 2 if self._has_steps else 0.0
        up = 0.0 if self._has_steps else max(ROW_SHARE / 2, 1.0 / row_px)
        lines.ndarray()[:] = np.stack([times - across, units - up, times + across, units + up], 1)
        return lines

    def bounds(self) -> Bounds | None:
        return self._bounds

    def last_y(self) -> float | None:
        """Height of its name: the middle of its units."""
        return (self._bounds.y_low + self._bounds.y_high) / 2

    def nearest(self, x: float, y: float, x_scale: float, y_scale: float) -> tuple[int, float] | None:
        """Index of the spike nearest to a place, and its distance in pixels; the scales are pixels for one unit."""
        if not len(self.times):
            return None
        distance = ((self.times - x) * x_scale) ** 2 + ((self.units - y) * y_scale) ** 2
        at = int(distance.argmin())
        return at, float(np.sqrt(distance[at]))


def crowded(times: Numbers, units: Numbers, column: float, row: float) -> tuple[Numbers, Numbers, Numbers]:
    """Spikes gathered in cells, where there are more units than pixels.

    Parameters
    ----------
    times, units : float arrays, ``[spike]``
    column, row : float
        Width of a cell in time, and its height in units.

    Returns
    -------
    times, units, share : float arrays, ``[cell]``
        Place of each cell with a spike, and the share of its units that fired.
    """
    if not len(times):
        return times, units, np.empty(0)
    at_time, at_unit = np.round(times / column).astype(np.int64), np.floor(units / row).astype(np.int64)
    first_time, first_unit = int(at_time.min()), int(at_unit.min())
    n_row = int(at_unit.max()) - first_unit + 1
    counts = np.bincount((at_time - first_time) * n_row + at_unit - first_unit)
    cells = np.flatnonzero(counts)
    cell_times = np.asarray((cells // n_row + first_time) * column, dtype=np.float64)
    cell_units = np.asarray((cells % n_row + first_unit + 0.5) * row, dtype=np.float64)
    return cell_times, cell_units, np.asarray(counts[cells] / row, dtype=np.float64)
