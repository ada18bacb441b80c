"""Tab with how often the neurons fire: dead and saturated ones are marked, and counted in words."""

import numpy as np

from neurostudio.gui import theme
from neurostudio.gui.panels.spiking_text.canvas import PageCanvas
from neurostudio.gui.panels.spiking_text.layers import tints_of
from neurostudio.gui.panels.spiking_text.picture_menu import PictureMenu
from neurostudio.gui.panels.spiking_text.results import LayerRates, RunResults
from neurostudio.gui.panels.spiking_text.sentence import layer_title
from neurostudio.gui.panels.spiking_text.tab import ResultTab
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.shapes import Bars
from neurostudio.gui.widgets import Secondary
from neurostudio.report.wording import number_text

N_BIN = 40
PANEL_U = 26
MUCH_DEAD, MUCH_SATURATED = 0.5, 0.2
DEAD, SATURATED = "problem", "warning"
NOTE = (
    "Firing rates over the test sentences; positions of a convolution count as neurons, so those beyond the longest sentence "
    "never fire."
)


class RatesCanvas(PageCanvas):
    """One histogram for each layer::

    Width 3: 236 of 1,056 never fire
    | #
    | ##__
    +-------- Spikes per step
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio

    def show_rates(self, layers: tuple[LayerRates, ...]) -> None:
        """Show the layers of another run."""
        self.drop_panels()
        tints = tints_of(self._studio, [layer.layer for layer in layers])
        for number, layer in enumerate(layers):
            panel = self.add_panel(number // 2, number % 2)
            self._draw(panel, layer, tints[layer.layer], is_last=number >= len(layers) - 2)
        self.setMinimumHeight(PANEL_U * theme.unit(self) * -(-len(layers) // 2))
        self.reset()
        self.describe("Firing rates", " ".join(layer.sentence() for layer in layers))

    def _draw(self, panel: Panel, layer: LayerRates, tint: int, *, is_last: bool) -> None:
        most = max(float(layer.rates.max(initial=0.0)), 1e-3)
        edges = np.linspace(0.0, 1.0 if layer.n_always else most, N_BIN + 1)
        alive = layer.rates[(layer.rates > 0) & (layer.rates < 1)]
        counts = np.histogram(alive, edges)[0].astype(float)
        width = edges[1] - edges[0]
        panel.from_zero = "y"
        panel.padding = (0.03, 0.08)
        panel.add(Bars("fire", tint, edges[:-1] + 0.05 * width, edges[1:] - 0.05 * width, np.zeros(N_BIN), counts))
        for name, colour, at, count in (("never", DEAD, -width, layer.n_dead), ("always", SATURATED, edges[-1], layer.n_always)):
            if count:
                left, zero = np.array([at + 0.05 * width]), np.zeros(1)
                panel.add(Bars(name, colour, left, left + 0.9 * width, zero, np.array([float(count)])))
        panel.set_title(_title(layer))
        panel.set_axes("Spikes per step" if is_last else "", "Neurons", whole_y=True)
        panel.reader = lambda x, _y: _reading(layer, edges, counts, x)


class NeuronsTab(ResultTab):
    """The histograms, and each layer in a sentence."""

    title = "Neurons"
    missing = ("No firing rates", "This run ended before its neurons were looked at.")

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.canvas = RatesCanvas(studio)
        self.menu = PictureMenu(self.canvas, studio, lambda: (self.results, "firing-rates") if self.results else None)
        self.sentences = Secondary()
        self.warnings = Secondary()
        for widget in (Secondary(NOTE), self.canvas, self.sentences, self.warnings):
            self.column.addWidget(widget)
        self.column.setStretchFactor(self.canvas, 1)

    def read(self, results: RunResults) -> tuple[LayerRates, ...] | None:
        """Firing rates by layer."""
        return results.rates()

    def show_data(self, data: tuple[LayerRates, ...]) -> None:
        """Show the layers."""
        self.canvas.show_rates(data)
        self.sentences.setText("\n".join(layer.sentence() for layer in data))
        found = warnings(data)
        self.warnings.setText("\n".join(found))
        self.warnings.setVisible(bool(found))


def warnings(layers: tuple[LayerRates, ...]) -> list[str]:
    """Layers that are mostly dead, or often saturated, and what may help."""
    found = []
    for layer in layers:
        name = layer_title(layer.layer)
        if len(layer.rates) and layer.n_dead > MUCH_DEAD * len(layer.rates):
            found.append(f"{name}: more than half of the neurons never fire. A lower threshold quantile may wake them.")
        if layer.saturated_share > MUCH_SATURATED:
            found.append(f"{name}: many neurons fire in each step. A higher threshold quantile, or more steps, may help.")
    return found


def _title(layer: LayerRates) -> str:
    dead = f"{layer.n_dead:,} of {len(layer.rates):,} never fire" if layer.n_dead else "every neuron fires"
    always = f", {layer.n_always:,} in each step" if layer.n_always else ""
    return f"{layer_title(layer.layer)}: {dead}{always}"


def _reading(layer: LayerRates, edges: np.ndarray, counts: np.ndarray, x: float) -> str:
    if x < edges[0]:
        return f"{layer_title(layer.layer)}: {layer.n_dead:,} neurons never fire"
    if x >= edges[-1]:
        return f"{layer_title(layer.layer)}: {layer.n_always:,} neurons fire in each step" if layer.n_always else ""
    at = min(int(np.searchsorted(edges, x, "right")) - 1, len(counts) - 1)
    low, high = number_text(edges[at], 2), number_text(edges[at + 1], 2)
    return f"{layer_title(layer.layer)}: {int(counts[at]):,} neurons with {low} to {high} spikes per step"
