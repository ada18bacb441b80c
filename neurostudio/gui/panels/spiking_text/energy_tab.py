"""Tab with the energy estimate: both networks beside each other, by layer and by kind of operation."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.spiking_text.bench_presenter import energy_text
from neurostudio.gui.panels.spiking_text.canvas import PageCanvas
from neurostudio.gui.panels.spiking_text.layers import tints_of
from neurostudio.gui.panels.spiking_text.marks import Texts
from neurostudio.gui.panels.spiking_text.picture_menu import PictureMenu
from neurostudio.gui.panels.spiking_text.results import Energy, RunResults
from neurostudio.gui.panels.spiking_text.sentence import layer_title
from neurostudio.gui.panels.spiking_text.tab import ResultTab
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.shapes import Bars
from neurostudio.gui.widgets import Heading, Row, Secondary, Tile, button
from neurostudio.report.artifact_data import Table
from neurostudio.report.wording import number_text

CANVAS_U, TILE_U = 44, 22
BAR_WIDTH, BAR_GAP = 0.36, 0.03
ALL_LAYERS = "All layers"
FORMULA = (
    "An estimate from counted operations for one sentence, not a measurement. Ordinary network: MACs × E(MAC). "
    "Spiking network: spikes that arrive at a synapse × E(AC); with direct input the first layer multiplies, once."
)
FORMULA_WITH_MEMORY = (
    "An estimate, not a measurement: operations and memory traffic, beside an ordinary network whose activations have as many "
    "levels as the spiking network has steps."
)
_UNITS = ((1e6, "nJ"), (1e3, "µJ"), (1.0, "mJ"))


@dataclass(frozen=True, eq=False)
class EnergyData:
    """Both tiers and their constants."""

    simple: Energy | None
    with_memory: Energy | None
    constants: Table | None


class EnergyCanvas(PageCanvas):
    """Two stacked bars for each layer: the ordinary network left, the spiking one right."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._energy: Energy | None = None
        self._places: list[str] = []
        self._factor, self._unit = 1.0, "mJ"
        self.panel = self.add_panel()
        self.panel.from_zero = "y"
        self.panel.padding = (0.02, 0.14)
        self.legend = Legend()
        self.legend.switched.connect(self.on_switched)
        self.layout().insertWidget(0, self.legend)  # type: ignore[union-attr]

    def show_energy(self, energy: Energy) -> None:
        """Show one tier."""
        self.panel.clear()
        self._energy = energy
        self._places = [ALL_LAYERS, *dict.fromkeys(bar.layer for bar in energy.bars)]
        most = max((energy.total(network) for network in energy.networks), default=0.0)
        self._factor, self._unit = next(((factor, unit) for factor, unit in _UNITS[::-1] if most * factor >= 1), _UNITS[0])
        tints = tints_of(self._studio, energy.kinds)
        for kind in energy.kinds:
            edges = self._edges(kind)
            self.panel.add(Bars(kind, tints[kind], *(np.array(edge) for edge in edges)))
        self.panel.add(Texts(self._captions()))
        self.panel.set_axes("", f"Energy of one sentence ({self._unit})", x_names=[self._title(name) for name in self._places])
        self.panel.reader = self._read
        self.legend.set_entries(Entry(kind, kind, tints[kind]) for kind in energy.kinds)
        self.reset()
        self.describe("Energy by layer", energy.verdict())

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """Hide a kind of operation, or show it again."""
        for mark in self.panel.marks:
            if isinstance(mark, Bars):
                mark.set_visible(mark.name not in hidden)

    def _value(self, network: str, place: str, kind: str) -> float:
        bars = self._energy.bars if self._energy else ()
        return sum(
            dict(bar.millijoule).get(kind, 0.0) for bar in bars if bar.network == network and place in (ALL_LAYERS, bar.layer)
        )

    def _edges(self, kind: str) -> tuple[list[float], list[float], list[float], list[float]]:
        """Left, right, bottom and top of the pieces of one kind."""
        left, right, bottom, top = [], [], [], []
        energy = self._energy
        for at, place in enumerate(self._places):
            for side, network in enumerate(energy.networks if energy else ()):
                below = sum(self._value(network, place, one) for one in self._kinds_before(kind))
                value = self._value(network, place, kind)
                if value > 0:
                    start = at + (side - 1) * (BAR_WIDTH + BAR_GAP) + BAR_GAP / 2
                    left.append(start)
                    right.append(start + BAR_WIDTH)
                    bottom.append(below * self._factor)
                    top.append((below + value) * self._factor)
        return left, right, bottom, top

    def _kinds_before(self, kind: str) -> tuple[str, ...]:
        kinds = self._energy.kinds if self._energy else ()
        return kinds[: kinds.index(kind)]

    def _captions(self) -> list[tuple[float, float, str]]:
        """The name of each network above its bars of the whole."""
        energy = self._energy
        return (
            [
                (
                    (side - 1) * (BAR_WIDTH + BAR_GAP) + BAR_GAP / 2 + BAR_WIDTH / 2,
                    energy.total(network) * self._factor,
                    network,
                )
                for side, network in enumerate(energy.networks)
            ]
            if energy
            else []
        )

    def _title(self, place: str) -> str:
        return place if place == ALL_LAYERS else layer_title(place)

    def _read(self, x: float, _y: float) -> str:
        energy, at = self._energy, round(x)
        if energy is None or not 0 <= at < len(self._places):
            return ""
        side = 0 if x < at else 1
        network = energy.networks[min(side, len(energy.networks) - 1)]
        parts = [
            f"{kind} {energy_text(value)}" for kind in energy.kinds if (value := self._value(network, self._places[at], kind)) > 0
        ]
        return f"{network}, {self._title(self._places[at]).lower()}   {'   '.join(parts) or 'nothing'}"


class EnergyTab(ResultTab):
    """::

    [ANN 3.60 uJ] [SNN 1.40 uJ  39 %]      Count [Operations] [Operations and memory]
    By this estimate the SNN needs 39 % of the energy of the ANN.
    (bars)
    > Constants
    """

    title = "Energy"
    missing = ("No energy estimate", "This run ended before the energy was estimated.")

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._data: EnergyData | None = None
        self.tiles = Flow()
        self.simple, self.memory = button("Operations"), button("Operations and memory")
        self._tiers = QButtonGroup(self)
        for one, with_memory in ((self.simple, False), (self.memory, True)):
            one.setCheckable(True)
            one.clicked.connect(partial(self._show_tier, with_memory))
            one.setAccessibleName(f"Count {one.text().lower()}")
            self._tiers.addButton(one)
        self.simple.setChecked(True)
        self.verdict = Heading()
        self.verdict.setWordWrap(True)
        self.formula = Secondary()
        self.canvas = EnergyCanvas(studio)
        self.canvas.setMinimumHeight(CANVAS_U * theme.unit(self))
        self.menu = PictureMenu(self.canvas, studio, self._artifact)
        self.fold = button("Constants", "right")
        self.constants = LineTable("Constants of the energy estimate")
        self.constants.hide()
        self.fold.clicked.connect(self.on_fold)
        for widget in (
            Row(Secondary("Count", wrap=False), self.simple, self.memory, None),
            self.tiles,
            self.verdict,
            self.formula,
            self.canvas,
            Row(self.fold, None),
            self.constants,
        ):
            self.column.addWidget(widget)
        self.column.setStretchFactor(self.canvas, 1)

    def read(self, results: RunResults) -> EnergyData | None:
        """Both tiers of the estimate."""
        data = EnergyData(results.energy(with_memory=False), results.energy(with_memory=True), results.constants())
        return data if data.simple or data.with_memory else None

    def show_data(self, data: EnergyData) -> None:
        """Show the tier that is chosen."""
        self._data = data
        self.simple.setEnabled(data.simple is not None)
        self.memory.setEnabled(data.with_memory is not None)
        self._show_tier(with_memory=self.memory.isChecked() or data.simple is None)
        table = data.constants
        if table is not None:
            lines = [
                Line(
                    (
                        Cell(name.replace("_", " ")),
                        Cell(f"{number_text(float(value))} {'bits' if name.endswith('bits') else 'pJ'}", is_number=True),
                        Cell(source, colour="secondary"),
                    ),
                    name,
                )
                for name, value, source in zip(*(table.column(name) for name in ("constant", "value", "source")), strict=True)
            ]
            self.constants.show_lines(("Constant", "Value", "Source"), lines)
            self.constants.setMinimumHeight(round((4.5 + 3.2 * len(lines)) * theme.unit(self)))
        self.fold.setVisible(table is not None)

    @Slot()
    def on_fold(self) -> None:
        """Show or hide the constants."""
        self.constants.setVisible(not self.constants.isVisible())
        self.fold.setIcon(theme.icon("fold" if self.constants.isVisible() else "right"))

    def _artifact(self) -> tuple[RunResults, str] | None:
        return (self.results, "energy-with-memory" if self.memory.isChecked() else "energy") if self.results else None

    def _show_tier(self, with_memory: bool) -> None:
        energy = (self._data.with_memory if with_memory else self._data.simple) if self._data else None
        if energy is None:
            return
        self.memory.setChecked(with_memory)
        self.simple.setChecked(not with_memory)
        self.canvas.show_energy(energy)
        self.verdict.setText(energy.verdict())
        self.formula.setText(FORMULA_WITH_MEMORY if with_memory else FORMULA)
        self.tiles.clear()
        first = energy.total(energy.networks[0]) if energy.networks else 0.0
        for number, network in enumerate(energy.networks):
            tile = Tile(network)
            tile.setMinimumWidth(TILE_U * theme.unit(self))
            value, _, unit = energy_text(energy.total(network)).partition(" ")
            change = f"{100 * energy.total(network) / first:.0f} % of {energy.networks[0]}" if number and first else ""
            tile.show_value(value, unit, change)
            self.tiles.add(tile)
