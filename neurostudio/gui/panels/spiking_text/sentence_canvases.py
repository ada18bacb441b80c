"""The decision of one sentence: class curves over time, and how much each word spoke for the class."""

import numpy as np
from PySide6.QtCore import Signal, Slot

from neurostudio.gui.panels.spiking_text.canvas import PageCanvas
from neurostudio.gui.panels.spiking_text.layers import tints_of
from neurostudio.gui.panels.spiking_text.marks import Frame
from neurostudio.gui.panels.spiking_text.sentence import Sentence
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.legend import Entry, Legend
from neurostudio.gui.views.marks import Baseline, Bounds, Line
from neurostudio.gui.views.shapes import Bars
from neurostudio.report.wording import number_text

BAR_HALF = 0.38  # half the height of the two bars of a word
BY_OCCLUSION, BY_SPIKES = "by silencing the word", "by filter spikes"


class DecisionCanvas(PageCanvas):
    """The decision forming::

    Class score |      ____---- ── negative
                |  __--
                |  ‾‾--___      ── positive
                +--------------- Time step
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.panel = self.add_panel()

    def show_sentence(self, sentence: Sentence) -> None:
        """Show another sentence."""
        self.panel.clear()
        steps = np.arange(1, sentence.curves.shape[1] + 1)
        for name, tint in tints_of(self._studio, sentence.classes).items():
            self.panel.add(Line(name, tint, steps, sentence.curves[sentence.classes.index(name)]))
        if sentence.said and sentence.decided_at > 1:
            self.panel.add(Baseline("decided", float(sentence.decided_at), is_vertical=True))
        self.panel.set_axes("Time step", "Class score", whole_x=True)
        self.reset()
        self.describe("Class scores over time", said_text(sentence))


class WordsCanvas(PageCanvas):
    """How much each word spoke for the class, two ways::

        near    |  ==#
        missed  |        =====#####
        half    | ===##
                  against 0 for the class

    Signals
    -------
    word_chosen : place of the word that was clicked, -1 to let it go
    """

    word_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._sentence: Sentence | None = None
        self._frame: Frame | None = None
        self.word = -1
        self.panel = self.add_panel()
        self.panel.padding = (0.04, 0.01)
        self.panel.clicked.connect(self.on_clicked)
        self.legend = Legend()
        self.legend.set_entries((Entry(BY_OCCLUSION, BY_OCCLUSION.capitalize(), 0), Entry(BY_SPIKES, BY_SPIKES.capitalize(), 1)))
        self.legend.switched.connect(self.on_switched)
        self.layout().insertWidget(0, self.legend)  # type: ignore[union-attr]

    def show_sentence(self, sentence: Sentence) -> None:
        """Show another sentence; no word is chosen then."""
        self.panel.clear()
        self._sentence, self.word, self._frame = sentence, -1, None
        n_word = len(sentence.words)
        rows = np.arange(n_word)[::-1].astype(float)
        for name, tint, values, low, high in (
            (BY_OCCLUSION, 0, sentence.by_occlusion, 0.02, BAR_HALF),
            (BY_SPIKES, 1, sentence.by_spikes, -BAR_HALF, -0.02),
        ):
            if len(values) == n_word:
                zero = np.zeros(n_word)
                self.panel.add(Bars(name, tint, np.minimum(values, zero), np.maximum(values, zero), rows + low, rows + high))
        self.on_switched(self.legend.hidden())
        self.panel.add(Baseline("", 0.0, is_vertical=True))
        label = f"Contribution to “{sentence.said}”" if sentence.said else "Contribution"
        self.panel.set_axes(label, "", y_names=sentence.words[::-1], grid="")
        self.panel.reader = self._read
        self.reset()
        self.describe("Contribution of each word", "; ".join(self._text(word) for word in range(n_word)))

    def choose_word(self, word: int) -> None:
        """Frame a word; -1 for none."""
        self.word = word
        if self._frame is not None:
            self.panel.remove(self._frame)
            self._frame = None
        bounds, sentence = self.panel.bounds(), self._sentence
        if sentence is not None and bounds is not None and 0 <= word < len(sentence.words):
            row, beside = len(sentence.words) - 1 - word, 0.03 * (bounds.x_high - bounds.x_low)
            self._frame = self.panel.add(Frame(Bounds(bounds.x_low - beside, bounds.x_high + beside, row - 0.5, row + 0.5)))

    @Slot(float, float)
    def on_clicked(self, _x: float, y: float) -> None:
        """Choose the word of the row."""
        word = self._word_at(y)
        if word >= 0:
            self.word_chosen.emit(-1 if word == self.word else word)

    @Slot(object)
    def on_switched(self, hidden: frozenset[str]) -> None:
        """Hide one of the two ways, or show it again."""
        for mark in self.panel.marks:
            if isinstance(mark, Bars):
                mark.set_visible(mark.name not in hidden)

    def _word_at(self, y: float) -> int:
        n_word = len(self._sentence.words) if self._sentence else 0
        word = n_word - 1 - round(y)
        return word if 0 <= word < n_word else -1

    def _read(self, _x: float, y: float) -> str:
        word = self._word_at(y)
        return self._text(word) if word >= 0 else ""

    def _text(self, word: int) -> str:
        sentence = self._sentence
        if sentence is None:
            return ""
        parts = [
            f"{name} {number_text(values[word], 3)}"
            for name, values in ((BY_OCCLUSION, sentence.by_occlusion), (BY_SPIKES, sentence.by_spikes))
            if word < len(values)
        ]
        return f"{sentence.words[word]}   {'   '.join(parts)}"


def said_text(sentence: Sentence) -> str:
    """What the network said, how sure it is and since when, in a sentence."""
    if not sentence.said:
        return "There is no answer."
    at = sentence.decided_at
    since = "from the first step on" if at == 1 else f"from step {at} on"
    label = "" if not sentence.label else f" The label is {sentence.label}."
    return f"“{sentence.said}” with {100 * sentence.probabilities.max():.0f} %, {since}.{label}"
