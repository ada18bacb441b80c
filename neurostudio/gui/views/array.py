"""Arrays: an image of two axes with sliders for the others, or traces over time."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QSlider, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.array_data import ArrayFile, Slice, first_slice, is_traces, lines_of, load_arrays, shape_text, thinned
from neurostudio.gui.views.colour_bar import ColourBar
from neurostudio.gui.views.colour_maps import scale_of
from neurostudio.gui.views.curve_data import range_sentence
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.marks import Baseline, Line
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.shapes import Image
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.tints import ColourIndex, distinct
from neurostudio.gui.views.view import View
from neurostudio.gui.widgets import Column, Row, Secondary, fill
from neurostudio.report.wording import number_text

LIKE_SQUARES_UP_TO = 3.0  # sides; longer images are stretched
TRACES = "Traces"


class ArrayView(View):
    """One array of a file::

    [image v]  rows [axis 1 v]  columns [axis 2 v]   axis 0 ---o----- 12 of 40
    +---------------------------+  ▇ 1.2
    |                           |  ▆ 0
    +---------------------------+  ▅ -1.2
    row 3, column 8   0.41
    """

    has_picture: ClassVar[bool] = True
    has_numbers: ClassVar[bool] = True

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.choice = QComboBox()
        self.choice.setAccessibleName("Array")
        self.shape_words = Secondary("", wrap=False)
        self.axes = SliceBar()
        self.legend = Legend()
        self.canvas = Canvas(self.readout)
        self.panel = self.canvas.add_panel()
        self.bar = ColourBar()
        self.canvas.graphics.grid.addItem(self.bar, 1, 3)
        self.image: Image | None = None
        self._data: ArrayFile | None = None
        self._part: NDArray[Any] = np.empty((0, 0))
        self._every = 1
        bar = Flow(self.choice, self.shape_words, gap=1.5)
        self.set_content(Column(bar, self.axes, self.legend, self.canvas, gap=0.5))
        self.add_menu(self.canvas)
        self.choice.activated.connect(self.on_chosen)
        self.axes.changed.connect(self.on_sliced)
        self.legend.switched.connect(self.on_switched)
        self.canvas.room_changed.connect(self.on_room)

    @staticmethod
    def load(source: ArtifactSource) -> ArrayFile:
        return load_arrays(source)

    def show_data(self, data: ArrayFile) -> None:
        self._data = data
        self.choice.clear()
        if lines_of(data):
            self.choice.addItem(TRACES, None)
        for name, array in data.arrays.items():
            if array.ndim > 1 or name not in lines_of(data):
                self.choice.addItem(name, name)
        wants_traces = is_traces(data)
        self.choice.setCurrentIndex(0 if wants_traces or not lines_of(data) else min(1, self.choice.count() - 1))
        self.choice.setVisible(self.choice.count() > 1)
        self.notes = (f"Without numbers: {', '.join(data.left_out)}.",) if data.left_out else ()
        self.on_chosen()

    def data_text(self) -> str:
        """The slice that is seen, or the traces."""
        if self.choice.currentData() is None and self._data is not None:
            lines = lines_of(self._data)
            longest = max(map(len, lines.values()), default=0)
            rows = ("\t".join(f"{line[at]:.8g}" if at < len(line) else "" for line in lines.values()) for at in range(longest))
            return "\n".join(["\t".join(lines), *rows])
        return "\n".join("\t".join(f"{value:.8g}" for value in row) for row in self._part.tolist())

    @Slot()
    def on_chosen(self) -> None:
        """Another array of the file is wanted."""
        data, name = self._data, self.choice.currentData()
        if data is None:
            return
        self.panel.clear()
        self.panel.view.setAspectLocked(False)
        self.panel.view.invertY(False)
        self.panel.padding = (0.02, 0.07)
        self.image = None
        is_image = name is not None
        self.axes.setVisible(is_image and data.arrays[name].ndim > 2)
        self.shape_words.setVisible(is_image)
        self.bar.setVisible(is_image)
        self.legend.set_entries([])
        if not is_image:
            self._show_traces(data)
            return
        array = data.arrays[name]
        self.shape_words.setText(shape_text(array))
        self.axes.show_axes(array if array.ndim > 1 else array[None, :])
        self.on_sliced()
        self.panel.reset()

    @Slot()
    def on_sliced(self) -> None:
        """Another part of the array is wanted."""
        data, name = self._data, self.choice.currentData()
        if data is None or name is None:
            return
        array = data.arrays[name]
        self._part = self.axes.slice.of(array if array.ndim > 1 else array[None, :])
        shown, self._every = thinned(self._part)
        scale = scale_of(shown)
        if self.image is not None and self.image.values.shape == shown.shape:
            self.image.set_values(shown, scale)
        else:
            self.panel.clear()
            self.image = self.panel.add(Image(name, shown, scale))
            self._frame_image(data, shown)
        self.panel.reader = self._read_cell
        self.bar.show_scale(scale)
        self._describe_image(name, scale.low, scale.high)

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """Traces were hidden or shown."""
        for mark in self.panel.marks:
            if isinstance(mark, Line):
                mark.set_visible(mark.name not in hidden)
        self.panel.refresh()

    @Slot(bool)
    def on_room(self, has_room: bool) -> None:
        """Names stand at the lines, or not."""
        self.legend.set_wanted(not has_room)

    def _show_traces(self, data: ArrayFile) -> None:
        plot = data.plot if data.plot and data.plot.form in ("traces", "line") else None
        lines = lines_of(data)
        tints = distinct(lines, self.colour_index)
        times = data.arrays.get(plot.x) if plot and plot.x else None
        y_label = plot.y_label if plot else ""
        self.panel.set_axes(plot.x_label if plot else "Index", y_label, whole_x=times is None)
        shown = {}
        for name, values in lines.items():
            fits = times is not None and len(times) == len(values)
            across = np.asarray(times, dtype=np.float64) if fits else np.arange(1, len(values) + 1, dtype=np.float64)
            shown[name] = (across, np.asarray(values, dtype=np.float64))
            self.panel.add(Line(name, tints[name], across, values))
        for name, value in (plot.baselines if plot else {}).items():
            self.panel.add(Baseline(name, value))
        self.legend.set_entries(Entry(name, name, tints[name]) for name in lines)
        self.on_room(self.canvas.has_room())
        self.panel.reset()
        title = self.source.title if self.source else TRACES
        self.canvas.describe(title, range_sentence(shown, plot.x_label if plot else "index"))

    def _frame_image(self, data: ArrayFile, shown: NDArray[Any]) -> None:
        plot = data.plot if data.plot and data.plot.form == "heatmap" else None
        row, column = ("Row", "Column") if self._every == 1 else (f"Row / {self._every}", f"Column / {self._every}")
        x, y = (plot.x_label, plot.y_label) if plot else ("", "")
        self.panel.set_axes(x or column, y or row, whole_x=True, whole_y=True, grid="")
        self.panel.view.invertY(True)
        self.panel.padding = (0.0, 0.0)
        n_row, n_column = shown.shape
        is_like_square = 1 / LIKE_SQUARES_UP_TO <= n_row / n_column <= LIKE_SQUARES_UP_TO
        self.panel.view.setAspectLocked(is_like_square)

    def _read_cell(self, x: float, y: float) -> str:
        cell = self.image.cell(x, y) if self.image is not None else None
        if cell is None:
            return ""
        row, column = cell[0] * self._every, cell[1] * self._every
        return f"Row {row}   column {column}   {number_text(self._part[row, column])}"

    def _describe_image(self, name: str, low: float, high: float) -> None:
        n_row, n_column = self._part.shape
        title = self.source.title if self.source else name
        sentence = f"Image of {name}: {n_row} rows, {n_column} columns, colours from {number_text(low)} to {number_text(high)}."
        self.canvas.describe(title, sentence)


class SliceBar(QWidget):
    """Which axes are rows and columns, and a slider for each of the others.

    Signals
    -------
    changed : another slice is wanted
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.columns = QComboBox(), QComboBox()
        self.rows.setAccessibleName("Axis of the rows")
        self.columns.setAccessibleName("Axis of the columns")
        self._sliders: list[tuple[int, QSlider, QWidget]] = []
        self._shape: tuple[int, ...] = ()
        self.slice = Slice(0, 1, (0, 0))
        self._flow = Flow(Secondary("Rows", wrap=False), self.rows, Secondary("Columns", wrap=False), self.columns)
        fill(QVBoxLayout(self), (self._flow,), theme.unit(self), 0)
        self.setSizePolicy(self._flow.sizePolicy())
        self.rows.activated.connect(self.on_axis)
        self.columns.activated.connect(self.on_axis)

    def show_axes(self, array: NDArray[Any]) -> None:
        """Offer the axes of an array with at least two."""
        self._shape = array.shape
        self.slice = first_slice(array)
        for box, axis in ((self.rows, self.slice.row_axis), (self.columns, self.slice.column_axis)):
            box.clear()
            box.addItems([f"axis {at} ({size})" for at, size in enumerate(array.shape)])
            box.setCurrentIndex(axis)
        self._build_sliders()

    @Slot()
    def on_axis(self) -> None:
        """Other axes are rows and columns; the same one twice swaps them."""
        row, column = self.rows.currentIndex(), self.columns.currentIndex()
        if row == column:
            if row != self.slice.row_axis:
                column = self.slice.row_axis
            else:
                row = self.slice.column_axis
            self.rows.setCurrentIndex(row)
            self.columns.setCurrentIndex(column)
        self.slice = Slice(row, column, self.slice.places)
        self._build_sliders()
        self.changed.emit()

    @Slot()
    def on_slid(self) -> None:
        """Another place on one of the other axes."""
        places = list(self.slice.places)
        for axis, slider, group in self._sliders:
            places[axis] = slider.value()
            words = group.findChild(Secondary)
            if words is not None:
                words.setText(self._place_text(axis, slider.value()))
        self.slice = Slice(self.slice.row_axis, self.slice.column_axis, tuple(places))
        self.changed.emit()

    def _build_sliders(self) -> None:
        for _, _, group in self._sliders:
            group.hide()
            group.setParent(None)
            group.deleteLater()
        self._sliders = []
        for axis, size in enumerate(self._shape):
            if axis in (self.slice.row_axis, self.slice.column_axis):
                continue
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, size - 1)
            slider.setValue(self.slice.places[axis])
            slider.setFixedWidth(14 * theme.unit(self))
            slider.setAccessibleName(f"Place on axis {axis}")
            words = Secondary(self._place_text(axis, slider.value()), wrap=False)
            group = Row(slider, words)
            slider.valueChanged.connect(self.on_slid)
            self._flow.add(group)
            self._sliders.append((axis, slider, group))

    def _place_text(self, axis: int, place: int) -> str:
        return f"axis {axis}: {place} of {self._shape[axis]}"
