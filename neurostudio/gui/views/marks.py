"""What a panel can show: lines, bands and reference lines here, shapes and images in their own modules.

Each mark knows its data and its tint, not its colour.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPen, QPolygonF

from neurostudio.gui import theme
from neurostudio.gui.views.curve_data import Numbers, in_order, visible_points
from neurostudio.gui.views.pens import pen
from neurostudio.gui.views.tints import Tint, colour_of

DOTS_UP_TO = 24  # points of a line that are marked
SMOOTH_UP_TO = 3_000  # points of a line that are drawn with smooth edges
LINE_WIDTH = 1.7
DASHES = (4.0, 4.0)


@dataclass(frozen=True)
class Bounds:
    """A rectangle of data that should be seen."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def joined(self, other: "Bounds | None") -> "Bounds":
        """The smallest rectangle around both."""
        if other is None:
            return self
        return Bounds(
            min(self.x_low, other.x_low),
            max(self.x_high, other.x_high),
            min(self.y_low, other.y_low),
            max(self.y_high, other.y_high),
        )


@dataclass(frozen=True)
class Reading:
    """The value of a mark that is nearest to a place, and where it is."""

    x: float
    y: float
    value: float
    name: str


class Mark(ABC):
    """One thing in a panel. `items` are what pyqtgraph draws."""

    def __init__(self, name: str, tint: Tint) -> None:
        self.name = name
        self.tint: Tint = tint
        self.is_log = False
        self.is_visible = True
        self.items: tuple[Any, ...] = ()

    @abstractmethod
    def bounds(self) -> Bounds | None:
        """The data that should be seen; None where there is none."""

    @abstractmethod
    def recolour(self) -> None:
        """Take the colours of the theme."""

    def refresh(self, view: pg.ViewBox) -> None:  # noqa: B027 - most marks are drawn once
        """The panel shows another part, or has another size."""

    def reading(self, x: float, y: float) -> Reading | None:
        """The value nearest to a place of the panel."""
        return None

    def last_y(self) -> float | None:
        """Height at which its name stands beside the panel; None for marks without one."""
        return None

    def set_visible(self, visible: bool) -> None:
        """Show or hide it."""
        self.is_visible = visible
        for item in self.items:
            item.setVisible(visible)

    def shown_y(self, values: NDArray[Any]) -> NDArray[Any]:
        """Heights as the panel draws them: logarithms on a logarithmic axis, where only positive values have one."""
        if not self.is_log:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)


class Dots(pg.ScatterPlotItem):  # type: ignore[misc] # pyqtgraph has no types
    """Points that leave clicks to the panel, which finds out what they mean."""

    def mouseClickEvent(self, ev: Any) -> None:
        ev.ignore()


class Line(Mark):
    """A curve; more points than pixels keep their peaks.

    `is_quick` is for opaque lines that change many times a second: drawn piece by piece, which takes a quarter of the time that
    one stroke of a zigzag takes, and leaves its corners open by a fraction of a pixel.
    """

    def __init__(
        self,
        name: str,
        tint: Tint,
        x: NDArray[Any] | None = None,
        y: NDArray[Any] | None = None,
        *,
        width: float = LINE_WIDTH,
        alpha: float = 1.0,
        has_dots: bool = True,
        is_quick: bool = False,
    ) -> None:
        super().__init__(name, tint)
        self.width = width
        self.alpha = alpha
        self.has_dots = has_dots
        self.x: Numbers = np.empty(0)
        self.y: Numbers = np.empty(0)
        self._shown: Numbers = np.empty(0)
        self._curve = pg.PlotCurveItem(connect="finite", skipFiniteCheck=False)
        self._is_quick = is_quick
        if is_quick:
            self._curve.setSegmentedLineMode("on")
        self._dots = Dots(size=6, pxMode=True)
        self.items = (self._curve, self._dots)
        if x is not None and y is not None:
            self.set_data(x, y)
        self.recolour()

    def set_data(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Show other points, ``[point]`` each; `refresh` draws them."""
        self.x, self.y = in_order(x, y)
        self._shown = self.shown_y(self.y)

    def set_log(self, is_log: bool) -> None:
        """Draw logarithms, or the values."""
        self.is_log = is_log
        self._shown = self.shown_y(self.y)

    def refresh(self, view: pg.ViewBox) -> None:
        low, high = view.viewRange()[0]
        x, y = visible_points(self.x, self._shown, low, high, max(64, int(view.width())))
        self._curve.setData(x, y, antialias=len(x) <= SMOOTH_UP_TO)
        few = self.has_dots and len(self.x) <= DOTS_UP_TO
        self._dots.setData(self.x if few else [], self._shown if few else [])

    def recolour(self) -> None:
        colour = QColor(colour_of(self.tint))
        colour.setAlphaF(self.alpha)
        stroke = pen(colour, self.width)
        if self._is_quick:
            stroke.setCapStyle(Qt.PenCapStyle.FlatCap)  # ends that overlap would show as beads
        self._curve.setPen(stroke)
        self._dots.setPen(None)
        self._dots.setBrush(pg.mkBrush(colour))

    def bounds(self) -> Bounds | None:
        known = np.isfinite(self._shown)
        if not known.any():
            return None
        all_known = bool(known.all())
        x, y = (self.x, self._shown) if all_known else (self.x[known], self._shown[known])
        return Bounds(float(x[0]), float(x[-1]), float(y.min()), float(y.max()))

    def reading(self, x: float, y: float) -> Reading | None:
        if not len(self.x):
            return None
        at = int(np.searchsorted(self.x, x))
        at = min(at, len(self.x) - 1)
        if at and abs(self.x[at - 1] - x) <= abs(self.x[at] - x):
            at -= 1
        return Reading(float(self.x[at]), float(self._shown[at]), float(self.y[at]), self.name)

    def last_y(self) -> float | None:
        """Height of its last point, where its name stands."""
        known = np.flatnonzero(np.isfinite(self._shown[-1_000:]))
        return float(self._shown[-1_000:][known[-1]]) if len(known) else None


class Band(Mark):
    """Uncertainty around a line: the area between two curves with the same x."""

    def __init__(self, name: str, tint: Tint, x: NDArray[Any], low: NDArray[Any], high: NDArray[Any]) -> None:
        super().__init__(name, tint)
        x, low, high = (np.asarray(values, dtype=np.float64) for values in (x, low, high))
        known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        self.x, self.low, self.high = x[known], low[known], high[known]
        self._area = pg.QtWidgets.QGraphicsPolygonItem()
        self._area.setZValue(-5)
        self.items = (self._area,)
        self.recolour()

    def set_log(self, is_log: bool) -> None:
        """Draw logarithms, or the values."""
        self.is_log = is_log

    def refresh(self, view: pg.ViewBox) -> None:
        low, high = view.viewRange()[0]
        n_pixel = max(64, int(view.width()))
        above_x, above = visible_points(self.x, self.shown_y(self.high), low, high, n_pixel)
        below_x, below = visible_points(self.x, self.shown_y(self.low), low, high, n_pixel)
        known_above, known_below = np.isfinite(above), np.isfinite(below)
        x = np.concatenate([above_x[known_above], below_x[known_below][::-1]])
        y = np.concatenate([above[known_above], below[known_below][::-1]])
        self._area.setPolygon(QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]))

    def recolour(self) -> None:
        colour = QColor(colour_of(self.tint))
        colour.setAlphaF(0.22 if theme.current().is_dark else 0.16)
        self._area.setPen(QPen(Qt.PenStyle.NoPen))
        self._area.setBrush(QBrush(colour))

    def bounds(self) -> Bounds | None:
        low, high = self.shown_y(self.low), self.shown_y(self.high)
        known = np.isfinite(low) & np.isfinite(high)
        if not known.any():
            return None
        return Bounds(float(self.x[0]), float(self.x[-1]), float(low[known].min()), float(high[known].max()))


class Baseline(Mark):
    """A reference value, such as chance: a dashed grey line with a name."""

    def __init__(self, name: str, value: float, *, is_vertical: bool = False) -> None:
        super().__init__(name, "baseline")
        self.value = value
        self.is_vertical = is_vertical
        options = {"label": name, "labelOpts": {"position": 0.97, "anchors": [(0.0, 0.0), (0.0, 0.0)]}} if is_vertical else {}
        self._line = pg.InfiniteLine(angle=90 if is_vertical else 0, movable=False, **options)
        self._line.setZValue(-4)
        self.items = (self._line,)
        self.set_log(False)
        self.recolour()

    def set_log(self, is_log: bool) -> None:
        """Draw at the logarithm, or at the value."""
        self.is_log = is_log
        place = self._place()
        self._line.setVisible(place is not None and self.is_visible)
        self._line.setPos(place if place is not None else 0.0)

    def last_y(self) -> float | None:
        return None if self.is_vertical else self._place()

    def recolour(self) -> None:
        self._line.setPen(pen(self.tint, 1.2, DASHES))
        if self.is_vertical:
            self._line.label.setColor(QColor(colour_of("secondary")))
            self._line.label.setFont(theme.secondary_font())

    def bounds(self) -> Bounds | None:
        place = self._place()
        if place is None:
            return None
        return Bounds(place, place, np.inf, -np.inf) if self.is_vertical else Bounds(np.inf, -np.inf, place, place)

    def _place(self) -> float | None:
        place = self.value if self.is_vertical else float(self.shown_y(np.array([self.value]))[0])
        return place if np.isfinite(place) else None
