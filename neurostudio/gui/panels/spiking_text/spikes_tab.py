"""Tab with every spike of one sentence."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QSizePolicy

from neurostudio.gui import theme
from neurostudio.gui.panels.spiking_text.layers import word_colour
from neurostudio.gui.panels.spiking_text.picture_menu import PictureMenu
from neurostudio.gui.panels.spiking_text.selection import SentenceSelection
from neurostudio.gui.panels.spiking_text.sentence import Sentence, layer_title
from neurostudio.gui.panels.spiking_text.sentence_tab import SentenceTab
from neurostudio.gui.panels.spiking_text.spike_canvas import SpikeCanvas
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Row, Secondary, button

CANVAS_U = 84
MOST_NEURONS = 60


class SpikesTab(SentenceTab):
    """Raster, input and one membrane on the same time axis::

    Colour by [Filter width] [Word]        Membrane of [Width 3, filter 22 at "of the freezer" v]
    (raster)
    (words x time)
    (membrane)
    """

    title = "Spikes"

    def __init__(self, studio: Studio, selection: SentenceSelection) -> None:
        super().__init__(selection)
        self.canvas = SpikeCanvas(studio)
        self.canvas.setMinimumHeight(CANVAS_U * theme.unit(self))
        self.by_width, self.by_word = button("Filter width"), button("Word")
        self._colours = QButtonGroup(self)
        self.by_width.setToolTip("Each layer of filters has a colour")
        self.by_word.setToolTip("Each spike has the colour of the word in the middle of its window")
        for one in (self.by_width, self.by_word):
            one.setCheckable(True)
            one.setAccessibleName(f"Colour spikes by {one.text().lower()}")
            one.clicked.connect(self.on_colour)
            self._colours.addButton(one)
        self.by_width.setChecked(True)
        self.neurons = QComboBox()
        self.neurons.setAccessibleName("Neuron whose membrane is shown")
        self.neurons.setToolTip("Membrane of this neuron. Clicking a spike chooses its neuron, too.")
        self.neurons.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.neurons.setMinimumContentsLength(16)
        self.neurons.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.counts = Secondary()
        colours = Row(Secondary("Colour by", wrap=False), self.by_width, self.by_word)
        self.column.addWidget(Row(colours, Secondary("Membrane of", wrap=False), self.neurons, gap=2))
        self.column.addWidget(self.canvas, 1)
        self.column.addWidget(self.counts)
        self.menu = PictureMenu(self.canvas, studio, lambda: selection.artifact("spikes"))
        self.canvas.word_chosen.connect(selection.choose_word)
        self.canvas.neuron_chosen.connect(self.on_neuron)
        self.neurons.activated.connect(self.on_picked_neuron)

    def show_sentence(self, sentence: Sentence) -> None:
        """Show another sentence."""
        self.canvas.show_sentence(sentence)
        self._show_bars(sentence)
        self._fill_neurons(sentence)
        self.counts.setText(f"{'. '.join(self.canvas.counts())}. Places beyond the sentence are left out.")

    def show_word(self, word: int) -> None:
        """Let the spikes of a word stand out."""
        self.canvas.choose_word(word)

    @Slot(str, int)
    def on_neuron(self, layer: str, unit: int) -> None:
        """A neuron was clicked."""
        self.canvas.choose_neuron(layer, unit)
        sentence = self.selection.sentence
        if sentence is None:
            return
        index = self.neurons.findData(f"{layer} {unit}")
        if index < 0:
            self.neurons.insertItem(0, _neuron_text(sentence, layer, unit), f"{layer} {unit}")
            index = 0
        self.neurons.setCurrentIndex(index)

    @Slot(int)
    def on_picked_neuron(self, index: int) -> None:
        """A neuron was chosen in the list."""
        layer, _, unit = str(self.neurons.itemData(index)).rpartition(" ")
        self.canvas.choose_neuron(layer, int(unit))

    @Slot()
    def on_colour(self) -> None:
        """Spikes are coloured by something else."""
        self.canvas.colour_by("word" if self.by_word.isChecked() else "width")
        if self.selection.sentence is not None:
            self._show_bars(self.selection.sentence)

    def _show_bars(self, sentence: Sentence) -> None:
        n_word = len(sentence.words)
        is_by_word = self.by_word.isChecked()
        self.chips.set_bars([partial(word_colour, place, n_word) for place in range(n_word)] if is_by_word else [])

    def _fill_neurons(self, sentence: Sentence) -> None:
        """The neurons with the most spikes, of every layer."""
        found: list[tuple[int, str, int]] = []
        for layer in sentence.layers:
            counts: dict[int, int] = {}
            for unit in layer.units.tolist():
                counts[unit] = counts.get(unit, 0) + 1
            found += sorted(((count, layer.name, unit) for unit, count in counts.items()), reverse=True)[:MOST_NEURONS]
        found.sort(key=lambda one: -one[0])
        self.neurons.clear()
        for _, layer_name, unit in found:
            self.neurons.addItem(_neuron_text(sentence, layer_name, unit), f"{layer_name} {unit}")
        if self.canvas.neuron is not None:
            layer_name, unit = self.canvas.neuron
            self.neurons.setCurrentIndex(self.neurons.findData(f"{layer_name} {unit}"))


def _neuron_text(sentence: Sentence, layer_name: str, unit: int) -> str:
    layer = sentence.layer(layer_name)
    if layer is None:
        return ""
    count = int((layer.units == unit).sum())
    spikes = "spike" if count == 1 else "spikes"
    return f"{layer_title(layer_name)}, {layer.unit_text(unit, sentence.words)}, {count} {spikes}"
