"""Shapes in a panel: points, bars, outlines of histograms, whiskers, images."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from neurostudio.gui import theme
from neurostudio.gui.views.colour_maps import Scale, lookup_table
from neurostudio.gui.views.marks import LINE_WIDTH, Bounds, Dots, Mark, Reading
from neurostudio.gui.views.pens import pen
from neurostudio.gui.views.tints import Tint, colour_of

SMALL_ABOVE = 500  # points of a cloud


class Points(Mark):
    """A cloud of marks."""

    def __init__(self, name: str, tint: Tint, x: NDArray[Any], y: NDArray[Any], spread: NDArray[Any] | None = None) -> None:
        super().__init__(name, tint)
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        known = np.isfinite(x) & np.isfinite(y)
        self.rows = np.flatnonzero(known)
        self.x, self.y = x[known], y[known]
        many = len(self.x) > SMALL_ABOVE
        self._cloud = Dots(self.x, self.y, size=5 if many else 8, pxMode=True)
        self._alpha = 0.5 if many else 0.85
        self.items = (self._cloud,)
        self._bars: Any = None
        if spread is not None:
            self._bars = pg.ErrorBarItem(x=self.x, y=self.y, height=2 * np.abs(np.nan_to_num(spread[known])), beam=0)
            self.items = (self._bars, self._cloud)
        self.recolour()

    def recolour(self) -> None:
        colour = QColor(colour_of(self.tint))
        colour.setAlphaF(self._alpha)
        self._cloud.setPen(None)
        self._cloud.setBrush(pg.mkBrush(colour))
        if self._bars is not None:
            self._bars.setData(pen=pen(colour))

    def bounds(self) -> Bounds | None:
        if not len(self.x):
            return None
        return Bounds(float(self.x.min()), float(self.x.max()), float(self.y.min()), float(self.y.max()))

    def nearest(self, x: float, y: float, x_scale: float, y_scale: float) -> tuple[int, float] | None:
        """Index of the point nearest to a place, and its distance in pixels; the scales are pixels for one unit."""
        if not len(self.x):
            return None
        distance = ((self.x - x) * x_scale) ** 2 + ((self.y - y) * y_scale) ** 2
        at = int(distance.argmin())
        return at, float(np.sqrt(distance[at]))


class Bars(Mark):
    """Rectangles: `left`, `right`, `bottom` and `top` of each, ``[bar]``."""

    def __init__(
        self, name: str, tint: Tint, left: NDArray[Any], right: NDArray[Any], bottom: NDArray[Any], top: NDArray[Any]
    ) -> None:
        super().__init__(name, tint)
        self.left, self.right, self.bottom, self.top = (np.asarray(edge, dtype=np.float64) for edge in (left, right, bottom, top))
        self._bars = pg.BarGraphItem(x0=self.left, x1=self.right, y0=self.bottom, y1=self.top)
        self.items = (self._bars,)
        self.recolour()

    def recolour(self) -> None:
        self._bars.setOpts(pen=pg.mkPen(None), brush=pg.mkBrush(colour_of(self.tint)))

    def bounds(self) -> Bounds | None:
        if not len(self.left):
            return None
        return Bounds(float(self.left.min()), float(self.right.max()), float(self.bottom.min()), float(self.top.max()))


class Stairs(Mark):
    """Outline of a histogram: ``counts[bin]`` between ``edges[bin]`` and ``edges[bin + 1]``; filled where it stands alone."""

    def __init__(self, name: str, tint: Tint, edges: NDArray[Any], counts: NDArray[Any], *, is_filled: bool) -> None:
        super().__init__(name, tint)
        self.edges, self.counts = np.asarray(edges, dtype=np.float64), np.asarray(counts)
        self._is_filled = is_filled
        self._steps = pg.PlotCurveItem(self.edges, self.counts.astype(np.float64), stepMode="center", antialias=False)
        self.items = (self._steps,)
        self.recolour()

    def recolour(self) -> None:
        colour = colour_of(self.tint)
        if self._is_filled:
            self._steps.setFillLevel(0.0)
            self._steps.setBrush(pg.mkBrush(colour))
        self._steps.setPen(pg.mkPen(None) if self._is_filled else pen(self.tint, LINE_WIDTH))

    def bounds(self) -> Bounds | None:
        return Bounds(float(self.edges[0]), float(self.edges[-1]), 0.0, float(self.counts.max(initial=1)))

    def reading(self, x: float, y: float) -> Reading | None:
        at = int(np.searchsorted(self.edges, x, "right")) - 1
        if not 0 <= at < len(self.counts):
            return None
        return Reading((self.edges[at] + self.edges[at + 1]) / 2, float(self.counts[at]), float(self.counts[at]), self.name)


class Spreads(Mark):
    """Whiskers of uncertainty at places ``[place]``; `size` is from end to end, along x or along y."""

    def __init__(self, x: NDArray[Any], y: NDArray[Any], size: NDArray[Any], *, is_lying: bool) -> None:
        super().__init__("", "secondary")
        self._whiskers = pg.ErrorBarItem(x=x, y=y, **{"width" if is_lying else "height": np.nan_to_num(size)}, beam=0)
        self.items = (self._whiskers,)
        half = np.nan_to_num(size) / 2
        across, up = (half, half * 0) if is_lying else (half * 0, half)
        self._bounds = (
            Bounds(float((x - across).min()), float((x + across).max()), float((y - up).min()), float((y + up).max()))
            if len(x)
            else None
        )
        self.recolour()

    def recolour(self) -> None:
        self._whiskers.setData(pen=pen(self.tint, 1.2))

    def bounds(self) -> Bounds | None:
        return self._bounds


class Image(Mark):
    """A 2D array as colours; the centre of the cell ``[row, column]`` lies at x = `first_x` + column, y = row."""

    def __init__(self, name: str, values: NDArray[Any], scale: Scale, *, first_x: float = 0.0) -> None:
        super().__init__(name, "text")
        self.first_x = first_x
        self.values = values
        self.scale = scale
        self._image = pg.ImageItem(axisOrder="row-major")
        self.items = (self._image,)
        self.set_values(values, scale)

    def set_values(self, values: NDArray[Any], scale: Scale) -> None:
        """Show another array, ``[row, column]``."""
        self.values, self.scale = values, scale
        n_row, n_column = values.shape
        shown = values.astype(np.float32) if values.dtype.kind not in "f" else values
        self._image.setImage(shown, levels=(scale.low, scale.high), autoLevels=False)
        self._image.setRect(QRectF(self.first_x - 0.5, -0.5, n_column, n_row))
        self.recolour()

    def recolour(self) -> None:
        self._image.setLookupTable(lookup_table(self.scale.map_name, theme.current().is_dark))

    def bounds(self) -> Bounds | None:
        n_row, n_column = self.values.shape
        return Bounds(self.first_x - 0.5, self.first_x + n_column - 0.5, -0.5, n_row - 0.5)

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column under a place; None outside."""
        row, column = round(y), round(x - self.first_x)
        n_row, n_column = self.values.shape
        return (row, column) if 0 <= row < n_row and 0 <= column < n_column else None
