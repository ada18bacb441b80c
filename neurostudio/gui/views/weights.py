"""Weights: the tensors of a model, how the numbers of one are spread, and an image of two of its axes."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QTabWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.views.array import SliceBar
from neurostudio.gui.views.array_data import thinned
from neurostudio.gui.views.colour_bar import ColourBar
from neurostudio.gui.views.colour_maps import scale_of
from neurostudio.gui.views.page_browser import PageBrowser
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.shapes import Image, Stairs
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.table import Grid
from neurostudio.gui.views.table_data import TableData
from neurostudio.gui.views.table_model import TableModel
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.views.view import Selected, View
from neurostudio.gui.views.weight_data import TensorValues, Weights, load_values, load_weights
from neurostudio.gui.widgets import Column, Secondary
from neurostudio.report.plotted import count_values
from neurostudio.report.wording import number_text, size_text

HISTOGRAM, IMAGE = 2, 3  # shares of the width
NARROW = 80  # in u; below it the picture stands under the list


class WeightsView(View):
    """A list of tensors beside a picture of the chosen one::

    conv_3.weight   32 × 64 × 3   F32   24.6 KB |  count |   _--_        | row | ########
    conv_4.weight   32 × 64 × 4   F32   32.8 KB |        | _-    -_      |     | ########
    10 tensors, 97,142 numbers                  |          value         |       column
    """

    has_picture: ClassVar[bool] = False

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.model = TableModel(self)
        self.list = Grid(self.model)
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.verticalHeader().hide()
        self.list.horizontalHeader().setStretchLastSection(True)
        self.list.setAccessibleName("Tensors")
        self.summary = Secondary("", wrap=False)
        self.axes = SliceBar()
        self.canvas = Canvas(self.readout)
        self.counts = self.canvas.add_panel(0, 0, width=HISTOGRAM)
        self.picture_panel = self.canvas.add_panel(0, 1, width=IMAGE)
        self.bar = ColourBar()
        self.canvas.graphics.grid.addItem(self.bar, 1, 6)
        self.config = PageBrowser()
        self.config.setAccessibleName("Configuration")
        self._weights: Weights | None = None
        self._values: TensorValues | None = None
        self._part = np.empty((0, 0))
        self._turn_of_values = 0
        self._lay_out()
        self.add_menu(self.list)
        self.list.selectionModel().currentRowChanged.connect(self.on_chosen)
        self.list.copy_wanted.connect(self.copy_data)
        self.axes.changed.connect(self.on_sliced)

    def _lay_out(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(Column(self.axes, self.canvas, gap=0.5), "Numbers")
        self.tabs.addTab(self.config, "Configuration")
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(Column(self.list, self.summary, gap=0.5))
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        u = theme.unit(self)
        self.splitter.setSizes([60 * u, 76 * u])
        self.set_content(self.splitter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW * theme.unit(self)
        self.splitter.setOrientation(Qt.Orientation.Vertical if is_narrow else Qt.Orientation.Horizontal)

    @staticmethod
    def load(source: ArtifactSource) -> Weights:
        return load_weights(source)

    def show_data(self, data: Weights) -> None:
        self._weights = data
        rows = [
            (tensor.name, " × ".join(map(str, tensor.shape)) or "1 value", tensor.dtype, size_text(tensor.size))
            for tensor in data.tensors
        ]
        self.model.set_table(TableData(("Tensor", "Shape", "Type", "Size"), rows, len(rows)))
        self.list.fit_columns()
        count = len(data.tensors)
        self.summary.setText(f"{'1 tensor' if count == 1 else f'{count} tensors'}, {number_text(data.n_parameter)} numbers")
        self.summary.setToolTip("\n".join(data.files[:40]))
        self.config.show_text(data.config, is_markdown=False)
        self.tabs.setTabVisible(1, bool(data.config))
        self.tabs.tabBar().setVisible(bool(data.config))
        if rows:
            largest = max(range(count), key=lambda at: (len(data.tensors[at].shape) > 1, data.tensors[at].count))
            self.list.selectRow(largest)

    def data_text(self) -> str:
        rows = range(self.model.rowCount())
        return self.model.table.as_tsv(self.model.source_rows(list(rows)), range(4))

    @Slot()
    def on_chosen(self) -> None:
        """Another tensor is wanted."""
        weights, index = self._weights, self.list.currentIndex()
        if weights is None or not index.isValid():
            return
        (row,) = self.model.source_rows([index.row()])
        self._turn_of_values += 1
        self.selected.emit(Selected((row,), (weights.tensors[row].name,)))
        tasks.start(self._load_values(row, self._turn_of_values), self)

    @Slot()
    def on_sliced(self) -> None:
        """Another part of the tensor is wanted."""
        if self._values is None:
            return
        values = self._values.values
        self._part = self.axes.slice.of(values if values.ndim > 1 else values.reshape(1, -1))
        shown, self._every = thinned(self._part)
        panel = self.picture_panel
        panel.clear()
        scale = scale_of(shown)
        panel.view.invertY(True)
        panel.padding = (0.0, 0.0)
        panel.set_axes("Column", "Row", whole_x=True, whole_y=True, grid="")
        self._image = panel.add(Image(self._values.tensor.name, shown, scale))
        panel.reader = self._read_cell
        panel.reset()
        self.bar.show_scale(scale)

    async def _load_values(self, row: int, turn: int) -> None:
        weights = self._weights
        if weights is None:
            return
        try:
            values = await tasks.in_background(load_values, weights.tensors[row])
        except NeuroError as error:
            if turn == self._turn_of_values:
                self._show_no_values(str(error))
            return
        if turn == self._turn_of_values:
            self._show_values(values)

    def _show_no_values(self, why: str) -> None:
        self._values = None
        self.axes.hide()
        self.counts.clear()
        self.picture_panel.clear()
        self.readout.say(why)

    def _show_values(self, values: TensorValues) -> None:
        tensor = values.tensor
        self._values = values
        self.counts.clear()
        self.counts.from_zero = "y"
        self.counts.set_axes("Value", "Numbers", whole_y=True)
        try:
            counted = count_values({tensor.name: values.counted}, [tensor.name])
        except NeuroError as error:
            self._show_no_values(str(error))
            return
        self.counts.add(Stairs(tensor.name, 0, counted.edges, counted.counts[tensor.name], is_filled=True))
        self.counts.reset()
        self.axes.show_axes(values.values if values.values.ndim > 1 else values.values.reshape(1, -1))
        self.axes.setVisible(values.values.ndim > 2)
        self.on_sliced()
        low, high = number_text(values.counted.min()), number_text(values.counted.max())
        mean, spread = number_text(values.counted.mean()), number_text(values.counted.std())
        self.readout.say(f"{tensor.name}   {low} to {high}   mean {mean}   standard deviation {spread}")
        self.canvas.describe(tensor.name, f"{number_text(tensor.count)} numbers from {low} to {high}, mean {mean}.")

    def _read_cell(self, x: float, y: float) -> str:
        cell = self._image.cell(x, y)
        if cell is None:
            return ""
        row, column = cell[0] * self._every, cell[1] * self._every
        return f"Row {row}   column {column}   {number_text(float(self._part[row, column]))}"
