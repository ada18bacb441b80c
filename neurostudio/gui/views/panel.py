"""One pair of axes of a canvas: its marks, which part of the data is seen, and what lies under the cursor."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor

from neurostudio.gui import theme
from neurostudio.gui.views.axis import Axis
from neurostudio.gui.views.line_labels import LineLabel, LineLabels
from neurostudio.gui.views.marks import Band, Baseline, Bounds, Dots, Line, Mark, Reading
from neurostudio.gui.views.pens import pen
from neurostudio.gui.views.shapes import Points
from neurostudio.report.wording import number_text

PADDING = (0.02, 0.07)  # of the data, beside and above
CATCH_PX = 24.0  # how near the cursor must be to a point of a cloud
MOST_NAMES = 6
ZOOM_STEP, PAN_STEP = 1.25, 0.1

M = TypeVar("M", bound=Mark)


class PanelView(pg.ViewBox):  # type: ignore[misc] # pyqtgraph has no types
    """The area with the marks: the wheel zooms at the cursor, dragging pans, a double click shows everything again.

    Where `on_scrub` is set, dragging goes through time, and Shift with dragging pans.
    """

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.disableAutoRange()
        self.on_double_click: Callable[[], None] = lambda: None
        self.on_click: Callable[[QPointF], None] = lambda _place: None
        self.on_scrub: Callable[[QPointF], None] | None = None

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        if ev.button() == Qt.MouseButton.LeftButton and self.on_scrub and ev.modifiers() == Qt.KeyboardModifier.NoModifier:
            ev.accept()
            self.on_scrub(self.mapSceneToView(ev.scenePos()))
        elif ev.button() == Qt.MouseButton.LeftButton:
            super().mouseDragEvent(ev, axis)
        else:
            ev.ignore()

    def mouseClickEvent(self, ev: Any) -> None:
        if ev.button() != Qt.MouseButton.LeftButton:
            return
        ev.accept()
        if ev.double():
            self.on_double_click()
        else:
            self.on_click(self.mapSceneToView(ev.scenePos()))


class Panel(QObject):
    """Axes, marks and the names of lines.

    Attributes
    ----------
    padding : tuple of float
        Room beside and above the data, as a share of them.
    from_zero : str
        Letters of the axes that begin at zero without room below it (bars, counts).
    reader : function or None
        Says what lies under a place in place of `read`.
    has_names : bool
        Whether names stand at the ends of lines; they take at most `name_room` pixels.
    is_linked : bool
        Another panel says which part of x is seen.

    Signals
    -------
    clicked : float x, float y
        A place of the data was clicked.
    """

    clicked = Signal(float, float)

    def __init__(self, grid: pg.GraphicsLayout, row: int, column: int, parent: QObject) -> None:
        super().__init__(parent)
        self.marks: list[Mark] = []
        self.view = PanelView()
        self.left, self.bottom = Axis("left"), Axis("bottom")
        self.names = LineLabels(self.view)
        self.title = pg.LabelItem(justify="left")
        self.title.setMaximumHeight(0)
        self.is_zoomed = False
        self.has_names = True
        self.name_room = 120.0
        self.is_linked = False
        self.from_zero = ""
        self.padding = PADDING
        self.reader: Callable[[float, float], str] | None = None
        self._title_text = ""
        self._x_name = self.unit = ""
        self._hair = pg.InfiniteLine(angle=90, movable=False)
        self._rings = Dots(size=9, pxMode=True)
        for item in (self._hair, self._rings):
            item.setVisible(False)
            item.setZValue(20)
            self.view.addItem(item, ignoreBounds=True)
        at_row, at_column = 3 * row, 3 * column
        grid.addItem(self.title, at_row, at_column + 1)
        grid.addItem(self.left, at_row + 1, at_column)
        grid.addItem(self.view, at_row + 1, at_column + 1)
        grid.addItem(self.names, at_row + 1, at_column + 2)
        grid.addItem(self.bottom, at_row + 2, at_column + 1)
        self.left.linkToView(self.view)
        self.bottom.linkToView(self.view)
        self.view.sigRangeChangedManually.connect(self.on_zoomed)
        self.view.sigXRangeChanged.connect(self.on_part)
        self.view.sigResized.connect(self.on_part)
        self.view.on_double_click = self.reset
        self.view.on_click = lambda place: self.clicked.emit(place.x(), place.y())
        self.recolour()

    # --- what it shows

    def set_axes(
        self,
        x: str = "",
        y: str = "",
        *,
        whole_x: bool = False,
        whole_y: bool = False,
        x_names: Sequence[str] = (),
        y_names: Sequence[str] = (),
        grid: str = "y",
    ) -> None:
        """Name the axes; `grid` holds the letters of the axes on which values are read off."""
        self._x_name, self.unit = x.partition(" (")[0], unit_of(y)
        for axis, text, is_whole, names, letter in (
            (self.bottom, x, whole_x, x_names, "x"),
            (self.left, y, whole_y, y_names, "y"),
        ):
            axis.whole, axis.names = is_whole, tuple(names)
            axis.set_label(text)
            axis.set_grid(letter in grid)

    def set_title(self, text: str) -> None:
        """A few words above the panel."""
        self._title_text = text
        self.title.setMaximumHeight(1e6 if text else 0)
        self.recolour()

    def add(self, mark: M) -> M:
        """Show another mark; `reset` or `refresh` once all are there."""
        self.marks.append(mark)
        for item in mark.items:
            self.view.addItem(item, ignoreBounds=True)
        return mark

    def remove(self, mark: Mark) -> None:
        """Show a mark no longer."""
        self.marks.remove(mark)
        for item in mark.items:
            self.view.removeItem(item)

    def clear(self) -> None:
        """Remove every mark."""
        for mark in list(self.marks):
            self.remove(mark)
        self.left.names = self.bottom.names = ()
        self.reader = None
        self.is_zoomed = False
        self.point_at(())
        self.names.set_labels(())

    def set_log(self, is_log: bool) -> None:
        """Draw heights as logarithms, or as they are."""
        self.left.setLogMode(is_log)
        self.left.logMode = is_log
        for mark in self.marks:
            if isinstance(mark, Line | Band | Baseline):
                mark.set_log(is_log)
        self.reset()

    def recolour(self) -> None:
        """Take the colours of the theme."""
        colours = theme.current()
        self.left.recolour()
        self.bottom.recolour()
        self.names.update()
        self.title.setText(self._title_text, color=colours.secondary, size=f"{theme.secondary_font().pointSizeF():.1f}pt")
        self._hair.setPen(pen("baseline"))
        self._rings.setPen(pen("text", 1.4))
        self._rings.setBrush(pg.mkBrush(QColor(colours.surface)))
        for mark in self.marks:
            mark.recolour()

    # --- which part is seen

    def bounds(self) -> Bounds | None:
        """Rectangle around everything that is visible; None where nothing is."""
        found: Bounds | None = None
        for mark in self.marks:
            bounds = mark.bounds() if mark.is_visible else None
            if bounds is not None:
                found = bounds.joined(found)
        return found if found and np.isfinite(found.x_low) and np.isfinite(found.y_low) else None

    def reset(self) -> None:
        """Show everything, with a little room around it; from now on new data are shown too."""
        self.is_zoomed = False
        self.refresh()

    def refresh(self) -> None:
        """Draw what is new; everything is shown again unless someone has zoomed."""
        bounds = self.bounds()
        if bounds is not None and not self.is_zoomed:
            beside, above = self.padding
            x_low, x_high = _padded(bounds.x_low, bounds.x_high, beside, "x" in self.from_zero)
            y_low, y_high = _padded(bounds.y_low, bounds.y_high, above, "y" in self.from_zero)
            across = {} if self.is_linked else {"xRange": (x_low, x_high)}
            self.view.setRange(yRange=(y_low, y_high), padding=0, **across)
        self.on_part()
        self.place_names()

    def on_part(self) -> None:
        """Another part is seen, or the panel has another size."""
        for mark in self.marks:
            if mark.is_visible:
                mark.refresh(self.view)

    def on_zoomed(self) -> None:
        """Someone zoomed or dragged: leave the part as it is when data come."""
        self.is_zoomed = True

    def zoom(self, factor: float) -> None:
        """Show `factor` times as much, about the middle."""
        self.view.scaleBy((factor, factor))
        self.on_zoomed()

    def pan(self, right: float, up: float) -> None:
        """Move by a share of what is seen."""
        (x_low, x_high), (y_low, y_high) = self.view.viewRange()
        self.view.translateBy(x=right * (x_high - x_low), y=up * (y_high - y_low))
        self.on_zoomed()

    def place_names(self) -> None:
        """Write the names of lines and reference lines at their ends; the canvas says whether there is room."""
        if not self.has_names:
            self.names.set_labels(())
            return
        labels = [
            LineLabel(mark.name, y, mark.tint, isinstance(mark, Baseline))
            for mark in self.marks
            if mark.is_visible and mark.name and (y := mark.last_y()) is not None
        ]
        if len(labels) == 1 and not labels[0].is_dashed:
            labels = []  # one line alone is named by its axis
        self.names.set_labels(labels, self.name_room)

    # --- what is under the cursor

    def read(self, x: float, y: float) -> str:
        """The sentence of the readout line for a place; it marks there what it says."""
        if self.reader is not None:
            return self.reader(x, y)
        visible = [mark for mark in self.marks if mark.is_visible]
        x_scale, y_scale = self.pixels_per_unit()
        for mark in reversed(visible):
            if isinstance(mark, Points) and (near := mark.nearest(x, y, x_scale, y_scale)) and near[1] < CATCH_PX:
                at = near[0]
                self.point_at([Reading(mark.x[at], mark.y[at], mark.y[at], mark.name)], hair=False)
                return f"{mark.name}: {self.x_text(mark.x[at])}, {self.value_text(mark.y[at])}"
        readings = [reading for mark in visible if mark.name and (reading := mark.reading(x, y)) is not None]
        if not readings:
            self.point_at(())
            return ""
        nearest = min(abs(reading.x - x) for reading in readings)
        here = [reading for reading in readings if abs(reading.x - x) <= nearest * (1 + 1e-9) and np.isfinite(reading.value)]
        here = sorted(here, key=lambda reading: abs(reading.y - y))[:MOST_NAMES]
        self.point_at(here)
        values = "   ".join(f"{reading.name} {self.value_text(reading.value)}" for reading in here)
        return f"{self.x_text(here[0].x)}   {values}" if here else ""

    def point_at(self, readings: Sequence[Reading], *, hair: bool = True) -> None:
        """Ring some values, with a thin line through them; none takes the rings away."""
        shown = [reading for reading in readings if np.isfinite(reading.y)]
        self._rings.setData([reading.x for reading in shown], [reading.y for reading in shown])
        self._rings.setVisible(bool(shown))
        self._hair.setVisible(bool(shown) and hair)
        if shown:
            self._hair.setPos(shown[0].x)

    def x_text(self, x: float) -> str:
        """A place on the x axis in words."""
        names = self.bottom.names
        text = names[round(x)] if names and 0 <= round(x) < len(names) else number_text(x)
        return f"{self._x_name} {text}".strip()

    def value_text(self, value: float) -> str:
        """A value with its unit."""
        return f"{number_text(value)} {self.unit}".strip()

    def pixels_per_unit(self) -> tuple[float, float]:
        """How many pixels one unit of x and of y takes."""
        (x_low, x_high), (y_low, y_high) = self.view.viewRange()
        return self.view.width() / ((x_high - x_low) or 1.0), self.view.height() / ((y_high - y_low) or 1.0)


def unit_of(label: str) -> str:
    """The unit that a caption ends with.

    >>> unit_of("Energy (mJ)"), unit_of("Accuracy")
    ('mJ', '')
    """
    found = re.search(r"\(([^()]{1,16})\)\s*$", label)
    return found.group(1) if found else ""


def _padded(low: float, high: float, share: float, from_zero: bool) -> tuple[float, float]:
    """A range with some room at its ends; none below where it begins at zero."""
    from_zero = from_zero and low >= 0
    low = 0.0 if from_zero else low
    span = high - low
    if span <= 0:
        span = abs(high) * 0.2 or 1.0
        return low - span / 2, high + span / 2
    return (low if from_zero else low - share * span), high + share * span
