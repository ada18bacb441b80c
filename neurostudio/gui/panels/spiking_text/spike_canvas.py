"""The spikes of one sentence on one time axis: every neuron, every word's input, and the membrane of one neuron."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import Signal, Slot

from neurostudio.gui import theme
from neurostudio.gui.panels.spiking_text.canvas import PageCanvas
from neurostudio.gui.panels.spiking_text.layers import tints_of, word_colour
from neurostudio.gui.panels.spiking_text.marks import Extent, Frame, Separators, Spikes, WordsByTime
from neurostudio.gui.panels.spiking_text.sentence import Ints, LayerSpikes, Sentence, layer_title
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.marks import Baseline, Bounds, Line
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.shapes import Points
from neurostudio.gui.views.tints import colour_of
from neurostudio.report.wording import number_text

ColourBy = Literal["width", "word"]
GAP = 0.012  # between two layers, of all rows
RASTER, INPUT, MEMBRANE = 8, 4, 2  # shares of the height


@dataclass(frozen=True, eq=False)
class _Band:
    """Rows of one layer: its first row from the bottom, and how many neurons are shown."""

    layer: LayerSpikes
    first: int
    n_shown: int

    def rows(self) -> Ints:
        """The row of each spike: the first word's neurons on top."""
        return np.asarray(self.first + self.n_shown - 1 - self.layer.units)


class SpikeCanvas(PageCanvas):
    """Three pictures under each other, with time along the bottom::

        Pooled  |  - -  -- - -
        Width 3 | --  -  - --       each dash: one neuron in one step
        Width 5 | -  -- -  - -
        word 1  | ######            how many inputs of the word spike
        word 2  | ##  ##
                | _/\\_/\\_ - - -    membrane of the chosen neuron, threshold, spikes

    Signals
    -------
    word_chosen : place of a word that was clicked
    neuron_chosen : layer name, neuron
    """

    word_chosen = Signal(int)
    neuron_chosen = Signal(str, int)

    def __init__(self, studio: Studio, *, with_membrane: bool = True) -> None:
        super().__init__()
        self._studio = studio
        self._colour_by: ColourBy = "width"
        self._sentence: Sentence | None = None
        self._bands: list[_Band] = []
        self._spikes: Spikes | None = None
        self._frame: Frame | None = None
        self.word = -1
        self.neuron: tuple[str, int] | None = None
        self.raster = self.add_panel(0, height=RASTER)
        self.input = self.add_panel(1, linked_x=self.raster, height=INPUT)
        self.membrane: Panel | None = self.add_panel(2, linked_x=self.raster, height=MEMBRANE) if with_membrane else None
        for panel in self.panels:
            panel.padding = (0.0, 0.0)
        if self.membrane is not None:
            self.membrane.padding = (0.0, 0.1)
        self.raster.clicked.connect(self.on_raster_clicked)
        self.input.clicked.connect(self.on_input_clicked)

    @property
    def sentence(self) -> Sentence | None:
        """What is shown."""
        return self._sentence

    def show_sentence(self, sentence: Sentence) -> None:
        """Show another sentence; nothing is chosen then."""
        for panel in self.panels:
            panel.clear()
        self._sentence, self.word, self.neuron, self._frame = sentence, -1, None, None
        self._draw_raster(sentence)
        self._draw_input(sentence)
        neuron = self.most_active()
        if neuron is not None:
            self.choose_neuron(*neuron)
        self.reset()
        spikes = sum(len(layer.times) for layer in sentence.layers)
        self.describe("Spikes of the sentence", f"{spikes:,} spikes in {sentence.n_time} steps. {'; '.join(self.counts())}.")

    def counts(self) -> list[str]:
        """Spikes of each layer in words."""
        layers = self._sentence.layers if self._sentence else ()
        return [f"{layer_title(layer.name)}: {len(layer.times):,} spikes of {layer.n_neuron:,} neurons" for layer in layers]

    def colour_by(self, what: ColourBy) -> None:
        """Colour spikes by the width of their filter, or by the word in the middle of their window."""
        self._colour_by = what
        if self._spikes is not None and self._sentence is not None:
            self._tint(self._spikes, self._sentence)
            self.raster.refresh()

    def choose_word(self, word: int) -> None:
        """Let the spikes stand out whose window holds the word; -1 for all alike."""
        self.word = word
        sentence, spikes = self._sentence, self._spikes
        if sentence is None or spikes is None:
            return
        has_word = 0 <= word < len(sentence.words)
        spikes.choose(np.concatenate([band.layer.covers(word) for band in self._bands]) if has_word else None)
        if self._frame is not None:
            self.input.remove(self._frame)
            self._frame = None
        if has_word:
            row = len(sentence.words) - 1 - word
            self._frame = self.input.add(Frame(Bounds(0.5, sentence.n_time + 0.5, row - 0.5, row + 0.5)))

    def most_active(self) -> tuple[str, int] | None:
        """Layer and number of the neuron with the most spikes; None where nothing fired."""
        layers = [layer for layer in (self._sentence.layers if self._sentence else ()) if len(layer.units)]
        best = [
            (int(counts.max()), layer.name, int(counts.argmax())) for layer in layers for counts in (np.bincount(layer.units),)
        ]
        return max(best)[1:] if best else None

    def choose_neuron(self, layer_name: str, unit: int) -> None:
        """Show the membrane of another neuron."""
        panel, sentence = self.membrane, self._sentence
        layer = sentence.layer(layer_name) if sentence else None
        if panel is None or sentence is None or layer is None:
            return
        self.neuron = (layer_name, unit)
        panel.clear()
        tint = tints_of(self._studio, [one.name for one in sentence.layers])[layer_name]
        steps = np.arange(1, sentence.n_time + 1)
        fired = layer.times[layer.units == unit]
        panel.add(Extent(Bounds(0.5, sentence.n_time + 0.5, np.inf, -np.inf)))
        if layer.membrane is not None:
            membrane = layer.membrane[:, unit]
            panel.add(Line("membrane", tint, steps, membrane))
            panel.add(Points("spike", "text", fired, membrane[fired - 1]))
        if layer.threshold is not None:
            panel.add(Baseline("threshold", layer.threshold))
        panel.set_axes("Time step", "Membrane", whole_x=True, grid="")
        panel.set_title(f"{layer_title(layer_name)}, {layer.unit_text(unit, sentence.words)}")
        panel.view.setXLink(self.raster.view)
        panel.refresh()

    @Slot(float, float)
    def on_raster_clicked(self, x: float, y: float) -> None:
        """Choose the neuron that is nearest."""
        found = self._neuron_at(x, y)
        if found is not None:
            self.neuron_chosen.emit(found[0].name, found[1])

    @Slot(float, float)
    def on_input_clicked(self, x: float, y: float) -> None:
        """Choose the word of the row; the chosen one is let go."""
        n_word = len(self._sentence.words) if self._sentence else 0
        word = n_word - 1 - round(y)
        if 0 <= word < n_word:
            self.word_chosen.emit(-1 if word == self.word else word)

    def recolour(self) -> None:
        super().recolour()
        if getattr(self, "_spikes", None) is not None and self._sentence is not None and self._spikes is not None:
            self._tint(self._spikes, self._sentence)

    # --- drawing

    def _draw_raster(self, sentence: Sentence) -> None:
        self._bands = _bands(sentence)
        if not self._bands:
            self._spikes = None
            return
        n_row = max(band.first + band.n_shown for band in self._bands)
        times = np.concatenate([band.layer.times for band in self._bands])
        rows = np.concatenate([band.rows() for band in self._bands])
        self.raster.add(Separators([band.first - _gap(n_row) / 2 - 0.5 for band in self._bands if band.first]))
        self._spikes = self.raster.add(Spikes(sentence.n_time, n_row, times, rows))
        self._tint(self._spikes, sentence)
        self.raster.set_axes("" if sentence.input_raster.size else "Time step", "Neuron", whole_x=True, grid="")
        self.raster.left.setTicks([[(band.first + band.n_shown / 2, layer_title(band.layer.name)) for band in self._bands]])
        self.raster.reader = self._read_raster

    def _draw_input(self, sentence: Sentence) -> None:
        if sentence.input_raster.size:
            self.input.add(WordsByTime(sentence.input_raster))
            self.input.set_axes("" if self.membrane else "Time step", "", whole_x=True, y_names=sentence.words[::-1], grid="")
            self.input.set_title("Input spikes of each word")
            self.input.reader = self._read_input

    def _tint(self, spikes: Spikes, sentence: Sentence) -> None:
        tints = tints_of(self._studio, [band.layer.name for band in self._bands])
        if self._colour_by == "width":
            groups = np.concatenate([np.full(len(band.layer.times), tints[band.layer.name]) for band in self._bands])
            spikes.set_groups(groups, colour_of)
            return
        n_word = len(sentence.words)
        groups = np.concatenate([_middle_word(band.layer, n_word) for band in self._bands])
        spikes.set_groups(groups, lambda word: theme.current().secondary if word < 0 else word_colour(word, n_word))

    # --- reading

    def _neuron_at(self, x: float, y: float) -> tuple[LayerSpikes, int] | None:
        """Layer and neuron of the nearest spike of that step, or of the row."""
        spikes = self._spikes
        nearest = spikes.nearest(x, y) if spikes is not None else None
        if spikes is None or nearest is None:
            return None
        for band in self._bands:
            if nearest < len(band.layer.times):
                return band.layer, int(band.layer.units[nearest])
            nearest -= len(band.layer.times)
        return None

    def _read_raster(self, x: float, y: float) -> str:
        found, sentence = self._neuron_at(x, y), self._sentence
        if found is None or sentence is None:
            return ""
        layer, unit = found
        count = int((layer.units == unit).sum())
        where = f"{layer_title(layer.name)}, {layer.unit_text(unit, sentence.words)}"
        return f"Step {round(x)}   {where}   {count} of {sentence.n_time} steps"

    def _read_input(self, x: float, y: float) -> str:
        sentence = self._sentence
        row, step = len(sentence.words) - 1 - round(y) if sentence else -1, round(x) - 1
        if sentence is None or not (0 <= row < len(sentence.words) and 0 <= step < sentence.n_time):
            return ""
        return f"Step {step + 1}   {sentence.words[row]}   {number_text(sentence.input_raster[row, step])} input spikes"


def _bands(sentence: Sentence) -> list[_Band]:
    """Rows for the layers, the first one on top; places beyond the sentence stay silent and are left out."""
    shown = [_shown_neurons(layer, len(sentence.words)) for layer in sentence.layers]
    gap = _gap(sum(shown))
    bands: list[_Band] = []
    first = 0
    for layer, n_shown in reversed(list(zip(sentence.layers, shown, strict=True))):
        bands.insert(0, _Band(layer, first, n_shown))
        first += n_shown + gap
    return bands


def _shown_neurons(layer: LayerSpikes, n_word: int) -> int:
    most = int(layer.units.max()) + 1 if len(layer.units) else 0
    in_sentence = n_word * layer.n_filter if layer.width else layer.n_neuron
    return max(1, most, min(in_sentence, layer.n_neuron))


def _gap(n_row: int) -> int:
    return max(1, round(GAP * n_row))


def _middle_word(layer: LayerSpikes, n_word: int) -> Ints:
    """The word in the middle of each spike's window, ``[spike]``; -1 for layers without places."""
    if not layer.width:
        return np.full(len(layer.times), -1)
    last = np.minimum(layer.positions + layer.width, n_word) - 1
    return np.asarray((layer.positions + last) // 2)
