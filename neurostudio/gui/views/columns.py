"""Pictures of columns: lines with bands, bars, clouds and histograms."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import Slot

from neurostudio.gui.views.column_data import ColumnPlot, bar_edges, load_columns
from neurostudio.gui.views.curve_data import range_sentence
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.marks import Band, Baseline, Line
from neurostudio.gui.views.panel import Panel, unit_of
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.shapes import Bars, Points, Spreads, Stairs
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.tints import ColourIndex, distinct
from neurostudio.gui.views.view import Selected, View
from neurostudio.gui.widgets import Column
from neurostudio.report.wording import number_text

LONG_NAME = 10  # characters; bars with longer names lie down, so that the names can be read
MOST_LINES = 6
_BAND = " band"


class ColumnsView(View):
    """Columns of a table as lines, bars, points or counts::

    [x] MAC  [x] AC
    Energy (mJ) |  ##
                |  ##  ==
                +----------
                  conv  pool
    conv   MAC 0.0012 mJ   AC 0.0004 mJ
    """

    has_picture: ClassVar[bool] = True
    has_numbers: ClassVar[bool] = True

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.legend = Legend()
        self.canvas = Canvas(self.readout)
        self.panel: Panel = self.canvas.add_panel()
        self._data: ColumnPlot | None = None
        self._tints: dict[str, int] = {}
        self._lies = False
        self.set_content(Column(self.legend, self.canvas, gap=0.5))
        self.add_menu(self.canvas)
        self.legend.switched.connect(self.on_switched)
        self.canvas.room_changed.connect(self.on_room)
        self.panel.clicked.connect(self.on_clicked)

    @staticmethod
    def load(source: ArtifactSource) -> ColumnPlot:
        return load_columns(source)

    def show_data(self, data: ColumnPlot) -> None:
        self._data, self.notes = data, data.notes
        tints = distinct(data.names, self.colour_index)
        hidden = frozenset(data.names[MOST_LINES:]) if data.plot.form in ("line", "histogram") else frozenset()
        self.legend.set_entries((Entry(name, name, tints[name]) for name in data.names), hidden)
        self.on_room(self.canvas.has_room())
        self._tints = tints
        self._draw(data)
        self._hide(hidden)
        self.panel.reset()
        self._describe(data)

    def data_text(self) -> str:
        data = self._data
        if data is None:
            return ""
        if data.counts is not None:
            columns: dict[str, Any] = {"from": data.counts.edges[:-1], "to": data.counts.edges[1:], **data.counts.counts}
        else:
            places = data.x_names or data.x
            columns = {data.plot.x or "row": places, **data.y}
            columns |= {data.plot.error[name]: values for name, values in data.spread.items()}
        rows = zip(*columns.values(), strict=True)
        return "\n".join(["\t".join(columns), *("\t".join(str(value) for value in row) for row in rows)])

    def show_selection(self, selected: Selected) -> None:
        data = self._data
        if data is None or not selected.rows or data.counts is not None:
            return
        row = selected.rows[0]
        if row < len(data.x):
            self.readout.say(self._row_text(data, row))

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """Columns were hidden or shown."""
        data = self._data
        if data is not None and data.plot.form == "bars":
            self._draw(data)  # the others close ranks
        self._hide(hidden)
        self.panel.refresh()

    @Slot(bool)
    def on_room(self, has_room: bool) -> None:
        """Names stand at the lines, or not."""
        is_lines = self._data is not None and self._data.plot.form == "line" and len(self._data.names) <= MOST_LINES
        self.legend.set_wanted(not (has_room and is_lines))

    @Slot(float, float)
    def on_clicked(self, x: float, y: float) -> None:
        """A place was clicked: its row is chosen."""
        data = self._data
        if data is None or data.counts is not None or not len(data.x):
            return
        place = y if self._lies else x
        row = int(np.abs(data.x - place).argmin())
        names = (data.x_names[row],) if data.x_names else ()
        self.selected.emit(Selected((row,), names))

    # --- forms

    def _draw(self, data: ColumnPlot) -> None:
        self.panel.clear()
        self._lies = data.plot.form == "bars" and _has_long_names(data)
        self.panel.from_zero = "x" if self._lies else "y" if data.plot.form in ("bars", "histogram") else ""
        self.panel.view.invertY(self._lies)
        draw = {"bars": self._draw_bars, "scatter": self._draw_points, "histogram": self._draw_counts}
        draw.get(data.plot.form, self._draw_lines)(data, self._tints)

    def _hide(self, hidden: frozenset[str]) -> None:
        for mark in self.panel.marks:
            if not isinstance(mark, Baseline):
                mark.set_visible(mark.name.removesuffix(_BAND) not in hidden)

    def _draw_lines(self, data: ColumnPlot, tints: Mapping[str, int]) -> None:
        plot = data.plot
        whole = bool(len(data.x)) and bool(np.all(data.x == np.round(data.x)))
        self.panel.set_axes(plot.x_label or plot.x, plot.y_label or _only(data), whole_x=whole, x_names=data.x_names)
        for name, values in data.y.items():
            if name in data.spread:
                low, high = values - data.spread[name], values + data.spread[name]
                self.panel.add(Band(f"{name}{_BAND}", tints[name], data.x, low, high))
        for name, values in data.y.items():
            self.panel.add(Line(name, tints[name], data.x, values))
        self._add_baselines(data)

    def _draw_points(self, data: ColumnPlot, tints: Mapping[str, int]) -> None:
        plot = data.plot
        self.panel.set_axes(plot.x_label or plot.x, plot.y_label or _only(data), x_names=data.x_names, grid="xy")
        for name, values in data.y.items():
            self.panel.add(Points(name, tints[name], data.x, values, data.spread.get(name)))
        self._add_baselines(data)

    def _draw_counts(self, data: ColumnPlot, tints: Mapping[str, int]) -> None:
        plot, counted = data.plot, data.counts
        assert counted is not None  # noqa: S101 - load_columns counts for this form
        self.panel.set_axes(plot.x_label or _only(data), plot.y_label or "Count", whole_y=True)
        for name, counts in counted.counts.items():
            self.panel.add(Stairs(name, tints[name], counted.edges, counts, is_filled=len(counted.counts) == 1))
        for name, value in plot.baselines.items():
            self.panel.add(Baseline(name, value, is_vertical=True))
        self.panel.reader = self._read_bin

    def _draw_bars(self, data: ColumnPlot, tints: Mapping[str, int]) -> None:
        plot = data.plot
        value_label = plot.y_label or _only(data)
        if self._lies:
            self.panel.set_axes(value_label, plot.x_label, y_names=data.x_names, grid="x")
        else:
            self.panel.set_axes(plot.x_label, value_label, x_names=data.x_names)
        for name, edges in bar_edges(data, self.legend.hidden()).items():
            left, right, bottom, top = edges
            shown = (bottom, top, left, right) if self._lies else edges
            self.panel.add(Bars(name, tints[name], *shown))
        if not data.plot.stacked:
            self._add_spreads(data)
        for name, value in plot.baselines.items():
            self.panel.add(Baseline(name, value, is_vertical=self._lies))
        self.panel.reader = self._read_bar

    def _add_spreads(self, data: ColumnPlot) -> None:
        for name, (left, right, bottom, top) in bar_edges(data, self.legend.hidden()).items():
            if name in data.spread:
                middle, height = (left + right) / 2, np.where(np.nan_to_num(data.y[name]) >= 0, top, bottom)
                x, y = (height, middle) if self._lies else (middle, height)
                self.panel.add(Spreads(x, y, 2 * data.spread[name], is_lying=self._lies))

    def _add_baselines(self, data: ColumnPlot) -> None:
        for name, value in data.plot.baselines.items():
            self.panel.add(Baseline(name, value))

    # --- words

    def _read_bar(self, x: float, y: float) -> str:
        data = self._data
        row = round(y if self._lies else x)
        return self._row_text(data, row) if data is not None and 0 <= row < len(data.x) else ""

    def _row_text(self, data: ColumnPlot, row: int) -> str:
        unit = unit_of(data.plot.y_label)
        hidden = self.legend.hidden()
        values = [
            f"{name} {number_text(values[row])}"
            + (f" ± {number_text(data.spread[name][row], 2)}" if name in data.spread else "")
            + (f" {unit}" if unit else "")
            for name, values in data.y.items()
            if name not in hidden
        ]
        place = data.x_names[row] if data.x_names else f"{data.plot.x_label or data.plot.x} {number_text(data.x[row])}".strip()
        return f"{place}   {'   '.join(values)}"

    def _read_bin(self, x: float, y: float) -> str:
        data = self._data
        if data is None or data.counts is None:
            return ""
        edges = data.counts.edges
        at = int(np.searchsorted(edges, x, "right")) - 1
        if not 0 <= at < len(edges) - 1:
            return ""
        hidden = self.legend.hidden()
        values = "   ".join(
            f"{name} {number_text(counts[at])}" for name, counts in data.counts.counts.items() if name not in hidden
        )
        return f"{number_text(edges[at])} to {number_text(edges[at + 1])}   {values}"

    def _describe(self, data: ColumnPlot) -> None:
        title = self.source.title if self.source else data.plot.y_label
        if data.counts is not None:
            edges = data.counts.edges
            words = "; ".join(f"{name}: {number_text(counts.sum())} values" for name, counts in data.counts.counts.items())
            sentence = f"Counts between {number_text(edges[0])} and {number_text(edges[-1])}. {words}."
        else:
            lines = {name: (data.x, values) for name, values in data.y.items()}
            sentence = range_sentence(lines, data.plot.x_label or data.plot.x)
            if data.x_names:
                sentence = f"{len(data.x_names)} categories from {data.x_names[0]} to {data.x_names[-1]}. {sentence}"
        self.canvas.describe(title, sentence)


def _only(data: ColumnPlot) -> str:
    return data.names[0] if len(data.names) == 1 else ""


def _has_long_names(data: ColumnPlot) -> bool:
    """Whether bars lie down, so that the names of their categories can be read."""
    return max((len(name) for name in data.x_names), default=0) > LONG_NAME or len(data.x_names) > 14
