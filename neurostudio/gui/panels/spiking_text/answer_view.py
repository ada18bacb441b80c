"""One answer of the bench: words, class, how the decision formed, spikes, energy."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.spiking_text.bench_presenter import Answer, energy_text, ranked, steps, words_note
from neurostudio.gui.panels.spiking_text.layers import tints_of
from neurostudio.gui.panels.spiking_text.picture_menu import PictureMenu
from neurostudio.gui.panels.spiking_text.sentence import Sentence
from neurostudio.gui.panels.spiking_text.sentence_canvases import DecisionCanvas, WordsCanvas
from neurostudio.gui.panels.spiking_text.share_bars import Share, ShareBars
from neurostudio.gui.panels.spiking_text.spike_canvas import SpikeCanvas
from neurostudio.gui.panels.spiking_text.word_chips import WordChips
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import PAGE_MARGIN, Heading, Secondary, Title, fill

TWO_FROM_U = 78
DECISION_U, SPIKES_U, WORD_U = 30, 54, 2.2
MOST_CLASSES = 6


class AnswerView(QScrollArea):
    """::

    [everyone] [agreed] ...          "xyzzy" is not in the vocabulary.
    negative   96 %                   decided after 1 step, seed 0, 24 ms
    (bars of the classes)             (energy)
    (class curves)                    (words)
    (raster)                          (raster goes on)
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.answer: Answer | None = None
        u = theme.unit(self)
        self.text = Secondary()
        self.chips = WordChips()
        self.note = Secondary()
        self.said = Title()
        self.how = Secondary()
        self.classes = ShareBars("Class probabilities")
        self.energy_title = Heading("Energy (estimate)")
        self.energy = ShareBars("Energy of this sentence")
        self.verdict = Secondary()
        self.decision = DecisionCanvas(studio)
        self.words = WordsCanvas()
        self.spikes = SpikeCanvas(studio, with_membrane=False)
        self.decision.setMinimumHeight(DECISION_U * u)
        self.spikes.setMinimumHeight(SPIKES_U * u)
        self._curves_title = Heading("The decision forming")
        self._words_title = Heading("What each word added")
        self._spikes_title = Heading("Spikes")
        self._numbers = QWidget()
        self._energy_box = QWidget()
        fill(QVBoxLayout(self._numbers), (Heading("Classes"), self.classes, None), u, 0.6)
        fill(QVBoxLayout(self._energy_box), (self.energy_title, self.energy, self.verdict, None), u, 0.6)
        self._curves_box, self._words_box, self._spikes_box = QWidget(), QWidget(), QWidget()
        fill(QVBoxLayout(self._curves_box), (self._curves_title, self.decision), u, 0.6)
        fill(QVBoxLayout(self._words_box), (self._words_title, self.words), u, 0.6)
        fill(QVBoxLayout(self._spikes_box), (self._spikes_title, self.spikes), u, 0.6)
        self._grid = QGridLayout()
        self._grid.setSpacing(2 * u)
        content = QWidget()
        fill(
            QVBoxLayout(content),
            (self.text, self.chips, self.note, self.said, self.how, self._grid, None),
            u,
            1,
            PAGE_MARGIN - 1,
        )
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._columns = 0
        self._place()
        self.menus = [PictureMenu(canvas, studio) for canvas in (self.decision, self.words, self.spikes)]
        for source in (self.chips, self.words, self.spikes):
            source.word_chosen.connect(self.on_word)

    def show_answer(self, answer: Answer) -> None:
        """Show an answer as far as it has arrived; parts that are there already are left alone."""
        before = self.answer if self.answer and self.answer.number == answer.number else None
        self.answer = answer
        sentence, old = answer.sentence, before.sentence if before else None
        self.text.setText(f"“{answer.text}”")
        if old is None or old.words != sentence.words or not self.chips.chips():
            self.chips.show_sentence(sentence)
            self.note.setText(words_note(sentence))
            self.note.setVisible(bool(self.note.text()))
        if sentence.curves.size and (old is None or old.curves is not sentence.curves):
            self._show_decision(sentence)
        if sentence.layers and (old is None or old.layers is not sentence.layers):
            self.spikes.show_sentence(sentence)
        if answer.millijoule and (before is None or before.millijoule is not answer.millijoule):
            self._show_energy(answer)
        at = f"decided after {steps(sentence.decided_at)}" if sentence.said else ""
        took = "" if answer.latency_ms is None else f"{answer.latency_ms:.0f} ms"
        self.how.setText(", ".join(part for part in (at, f"seed {answer.seed}", took) if part).capitalize())

    @Slot(int)
    def on_word(self, word: int) -> None:
        """A word was chosen in one of the pictures: mark it in all."""
        self.chips.choose_word(word)
        self.words.choose_word(word)
        self.spikes.choose_word(word)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _show_decision(self, sentence: Sentence) -> None:
        tints = tints_of(self._studio, sentence.classes)
        order = ranked(sentence.classes, list(sentence.probabilities))
        self.said.setText(f"{sentence.said}, {100 * sentence.probabilities.max():.0f} %")
        self.classes.show_shares(
            [
                Share(name, share, f"{100 * share:.1f} %", tints[name], is_strong=name == sentence.said)
                for name, share in order[:MOST_CLASSES]
            ]
        )
        self.decision.show_sentence(sentence)
        self.words.show_sentence(sentence)
        self.words.setMinimumHeight(round(max(DECISION_U, WORD_U * len(sentence.words) + 12) * theme.unit(self)))

    def _show_energy(self, answer: Answer) -> None:
        most = max(answer.millijoule.values(), default=0.0) or 1.0
        self.energy.show_shares(
            [
                Share(name, value / most, energy_text(value), "baseline" if place == 0 else "accent")
                for place, (name, value) in enumerate(answer.millijoule.items())
            ]
        )
        self.verdict.setText(answer.verdict)

    def _place(self) -> None:
        """Two columns where there is room."""
        columns = 2 if self.viewport().width() >= TWO_FROM_U * theme.unit(self) else 1
        if columns == self._columns:
            return
        self._columns = columns
        boxes: tuple[QLabel | QWidget, ...] = (
            self._numbers,
            self._energy_box,
            self._curves_box,
            self._words_box,
            self._spikes_box,
        )
        places = ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0)) if columns == 2 else tuple((row, 0) for row in range(5))
        for box, (row, column) in zip(boxes, places, strict=True):
            self._grid.addWidget(box, row, column, 1, 2 if columns == 2 and box is self._spikes_box else 1)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)
