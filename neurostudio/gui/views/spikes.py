"""Spikes: a raster by group, rates below it, the input of each word and the membrane of one unit where the file has them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.colour_maps import Scale
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.marks import Baseline, Bounds, Line
from neurostudio.gui.views.panel import CATCH_PX, Panel
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.raster import Raster
from neurostudio.gui.views.shapes import Image, Points
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.spike_data import SpikeData, SpikeGroup, load_spikes
from neurostudio.gui.views.tints import ColourIndex, distinct
from neurostudio.gui.views.view import Selected, View
from neurostudio.gui.widgets import Column, Row, Secondary
from neurostudio.report.wording import number_text

HEIGHTS = {"raster": 5, "rate": 2, "input": 3, "membrane": 2}
PARTS = {"rate": "Rates", "input": "Input", "membrane": "Membrane"}


@dataclass(frozen=True)
class Unit:
    """One unit: its group, and its number in the group."""

    group: str
    number: int


class SpikesView(View):
    """Panels with one time axis::

    [x] conv_3  [x] pool        Show [x] Rates [x] Input [x] Membrane    Neuron [conv_3 v] [ 14 ]
    Neuron  | - -  -- - -       each dash: one neuron in one step       ── conv_3
    Rate    | __/--\\__          spikes of one neuron in one step
    Input   | ## ## #           how many inputs of each word spike
    Membrane| _/\\_/\\_ - -       of the chosen neuron, with its threshold and spikes
    """

    has_picture: ClassVar[bool] = True
    has_numbers: ClassVar[bool] = True

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.legend = Legend()
        self.canvas = Canvas(self.readout)
        self.parts = {key: _part_switch(text) for key, text in PARTS.items()}
        self.group = QComboBox()
        self.group.setAccessibleName("Group of the unit")
        self.number = QSpinBox()
        self.number.setAccessibleName("Number of the unit")
        self.unit: Unit | None = None
        self.unit_bar: QWidget = Row(Secondary("Unit", wrap=False), self.group, self.number)
        self.panels: dict[str, Panel] = {}
        self._data: SpikeData | None = None
        self._tints: dict[str, int] = {}
        bar = Flow(*self.parts.values(), self.unit_bar, gap=2)
        self.set_content(Column(bar, self.legend, self.canvas, gap=0.5))
        self.add_menu(self.canvas)
        self.legend.switched.connect(self.on_switched)
        for switch in self.parts.values():
            switch.toggled.connect(self.on_parts)
        self.group.activated.connect(self.on_group)
        self.number.valueChanged.connect(self.on_number)

    @staticmethod
    def load(source: ArtifactSource) -> SpikeData:
        return load_spikes(source)

    def show_data(self, data: SpikeData) -> None:
        self._data = data
        names = [group.name for group in data.groups]
        self._tints = distinct(names, self.colour_index)
        self.legend.set_entries(Entry(name, name or "spikes", self._tints[name]) for name in names)
        with_membrane = [group.name for group in data.groups if group.membrane is not None]
        self.parts["input"].setVisible(data.input_raster is not None)
        self.parts["membrane"].setVisible(bool(with_membrane))
        self.group.clear()
        self.group.addItems(with_membrane)
        self._build(data)
        unit = _most_active(data)
        self.unit = None
        if unit is not None:
            self.choose_unit(unit)
        else:
            self._show_unit_bar()
        self.canvas.reset()
        self._describe(data)

    def data_text(self) -> str:
        data = self._data
        if data is None:
            return ""
        lines = [
            f"{time:g}\t{unit:g}\t{group.name}"
            for group in data.groups
            for time, unit in zip(group.times.tolist(), group.units.tolist(), strict=True)
        ]
        return "\n".join(["time\tunit\tgroup", *lines])

    def choose_unit(self, unit: Unit) -> None:
        """Show the membrane of another unit, and ring it in the raster."""
        data = self._data
        group = data.by_name.get(unit.group) if data else None
        if data is None or group is None:
            return
        self.unit = Unit(unit.group, min(max(unit.number, 0), max(group.n_unit - 1, 0)))
        self._show_unit_bar()
        if "membrane" in self.panels:
            self._draw_membrane(self.panels["membrane"], data, group, self.unit.number)
            self.panels["membrane"].refresh()

    def show_selection(self, selected: Selected) -> None:
        group = self._data.group_of(selected.rows[0]) if self._data and selected.rows else None
        if group is not None:
            self.choose_unit(Unit(group.name, selected.rows[0] - group.first))

    # --- what people do

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """Groups were hidden or shown."""
        for key in ("raster", "rate"):
            if key in self.panels:
                for mark in self.panels[key].marks:
                    mark.set_visible(mark.name not in hidden)
                self.panels[key].refresh()

    @Slot()
    def on_parts(self) -> None:
        """Panels were switched off or on."""
        if self._data is not None:
            self._build(self._data)
            if self.unit is not None:
                self.choose_unit(self.unit)
            self.canvas.reset()

    @Slot()
    def on_group(self) -> None:
        """A unit of another group is wanted."""
        self.choose_unit(Unit(self.group.currentText(), 0))

    @Slot(int)
    def on_number(self, number: int) -> None:
        """Another unit is wanted."""
        self.choose_unit(Unit(self.group.currentText(), number))

    @Slot(float, float)
    def on_clicked(self, x: float, y: float) -> None:
        """The unit of the nearest spike is chosen."""
        found = self._nearest(x, y)
        if found is not None and self._data is not None:
            group, unit = found
            self.choose_unit(Unit(group.name, unit - group.first))
            self.selected.emit(Selected((unit,), (group.name,)))

    # --- panels

    def _build(self, data: SpikeData) -> None:
        """One panel under the other; only the last one has an axis of time."""
        self.canvas.drop_panels()
        self.panels = {}
        shown = ["raster", *[key for key in PARTS if self.parts[key].isChecked() and not self.parts[key].isHidden()]]
        for row, key in enumerate(shown):
            first = self.panels.get("raster")
            panel = self.panels[key] = self.canvas.add_panel(row, linked_x=first, height=HEIGHTS[key])
            panel.padding = (0.0, 0.08)
            draw = {"raster": self._draw_raster, "rate": self._draw_rate, "input": self._draw_input}
            if key in draw:
                draw[key](panel, data)
            panel.bottom.setVisible(row == len(shown) - 1)
        self.panels["raster"].clicked.connect(self.on_clicked)
        self.on_switched(self.legend.hidden())

    def _draw_raster(self, panel: Panel, data: SpikeData) -> None:
        panel.padding = (0.0, 0.01)
        panel.set_axes(data.x_label, data.y_label, whole_x=data.has_steps, whole_y=True, grid="")
        half = 0.5 if data.has_steps else 0.0
        for group in data.groups:
            bounds = Bounds(data.low - half, data.high + half, group.first - 0.5, group.first + max(group.n_unit, 1) - 0.5)
            panel.add(
                Raster(group.name, self._tints[group.name], group.times, group.units, has_steps=data.has_steps, bounds=bounds)
            )
        panel.reader = self._read_raster

    def _draw_rate(self, panel: Panel, data: SpikeData) -> None:
        panel.from_zero = "y"
        panel.has_names = False
        unit = "step" if data.has_steps else "bin"
        panel.set_axes(data.x_label, f"Spikes per {unit}", whole_x=data.has_steps)
        for group in data.groups:
            panel.add(Line(group.name, self._tints[group.name], data.bins, group.rate))

    def _draw_input(self, panel: Panel, data: SpikeData) -> None:
        raster = data.input_raster
        if raster is None:
            return
        panel.padding = (0.0, 0.0)
        panel.set_axes(data.x_label, "", whole_x=data.has_steps, y_names=data.input_words, grid="")
        panel.set_title("Input spikes of each word")
        panel.view.invertY(True)
        low, high = float(raster.min(initial=0)), float(raster.max(initial=1))
        panel.add(Image("input", raster, Scale(low, high if high > low else low + 1, "share"), first_x=data.low))
        panel.reader = self._read_input

    def _draw_membrane(self, panel: Panel, data: SpikeData, group: SpikeGroup, number: int) -> None:
        panel.clear()
        panel.set_axes(data.x_label, "Membrane", whole_x=data.has_steps, grid="")
        panel.set_title(f"Membrane of {group.name} {number}, and its spikes")
        if group.membrane is None:
            return
        membrane = np.asarray(group.membrane[:, number], dtype=np.float64)
        steps = data.low + np.arange(len(membrane))
        panel.add(Line("membrane", self._tints[group.name], steps, membrane))
        fired = group.times[group.units == group.first + number]
        at = np.round(fired - data.low).astype(int)
        at = at[(at >= 0) & (at < len(membrane))]
        panel.add(Points("spike", "text", steps[at], membrane[at]))
        if group.threshold is not None:
            panel.add(Baseline("threshold", group.threshold))

    def _show_unit_bar(self) -> None:
        group = self._data.by_name.get(self.unit.group) if self._data and self.unit else None
        self.unit_bar.setVisible(group is not None and group.membrane is not None and self.parts["membrane"].isChecked())
        if group is None or self.unit is None:
            return
        self.group.setCurrentText(group.name)
        self.number.blockSignals(True)
        self.number.setRange(0, max(group.n_unit - 1, 0))
        self.number.setValue(self.unit.number)
        self.number.setToolTip(f"0 to {group.n_unit - 1}")
        self.number.blockSignals(False)

    # --- words

    def _nearest(self, x: float, y: float) -> tuple[SpikeGroup, int] | None:
        data, panel = self._data, self.panels["raster"]
        scales = panel.pixels_per_unit()
        best: tuple[float, str, int] | None = None
        for mark in panel.marks:
            if isinstance(mark, Raster) and mark.is_visible and (near := mark.nearest(x, y, *scales)) is not None:
                at, distance = near
                if distance < CATCH_PX and (best is None or distance < best[0]):
                    best = (distance, mark.name, int(mark.units[at]))
        return (data.by_name[best[1]], best[2]) if data is not None and best is not None else None

    def _read_raster(self, x: float, y: float) -> str:
        found, data = self._nearest(x, y), self._data
        if found is None or data is None:
            return ""
        group, unit = found
        count = int((group.units == unit).sum())
        where = f"{data.x_label} {number_text(round(x) if data.has_steps else x)}"
        name = f"{group.name} {unit - group.first}" if group.name else f"{data.y_label} {unit}"
        return f"{where}   {name}   {number_text(count)} {'spike' if count == 1 else 'spikes'} in all"

    def _read_input(self, x: float, y: float) -> str:
        data = self._data
        raster = data.input_raster if data else None
        if data is None or raster is None:
            return ""
        row, column = round(y), round(x - data.low)
        if not (0 <= row < raster.shape[0] and 0 <= column < raster.shape[1]):
            return ""
        where, count = f"{data.x_label} {number_text(data.low + column)}", number_text(raster[row, column])
        return f"{where}   {data.input_words[row]}   {count} input spikes"

    def _describe(self, data: SpikeData) -> None:
        parts = [
            f"{group.name or 'all'}: {number_text(len(group.times))} spikes of {number_text(group.n_unit)} units"
            for group in data.groups
        ]
        span = f"{data.x_label} {number_text(data.low)} to {number_text(data.high)}"
        title = self.source.title if self.source else "Spikes"
        self.canvas.describe(title, f"{number_text(data.n_spike)} spikes, {span}. {'; '.join(parts)}.")
        if not data.n_spike:
            self.notes = ("No unit fired.",)


def _part_switch(text: str) -> QCheckBox:
    switch = QCheckBox(text)
    switch.setChecked(True)
    switch.setFont(theme.secondary_font())
    switch.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return switch


def _most_active(data: SpikeData) -> Unit | None:
    """The unit with the most spikes among those whose membrane is known; the first one where none fired."""
    known = [group for group in data.groups if group.membrane is not None and group.n_unit]
    best: tuple[int, Unit] | None = None
    for group in known:
        counts = np.bincount((group.units - group.first).astype(int), minlength=1)
        if best is None or counts.max() > best[0]:
            best = (int(counts.max()), Unit(group.name, int(counts.argmax())))
    return best[1] if best else None
