"""What both tabs of a sentence share: the sentence that is looked at, and its words."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QSizePolicy

from neurostudio.gui.panels.spiking_text.results import RunResults
from neurostudio.gui.panels.spiking_text.selection import SentenceSelection
from neurostudio.gui.panels.spiking_text.sentence import Sentence
from neurostudio.gui.panels.spiking_text.tab import ResultTab
from neurostudio.gui.panels.spiking_text.word_chips import WordChips


class SentenceTab(ResultTab):
    """A tab with a sentence on top::

    [1. Everyone agreed that the bread ...  (negative, right)  v]
    [everyone] [agreed] [that] [the] [bread]
    """

    missing = (
        "No sentence was explained",
        "This run explained no sentence. Set Examples to explain to 1 or more and run again, or try the bench.",
    )

    def __init__(self, selection: SentenceSelection) -> None:
        super().__init__()
        self.selection = selection
        self.picker = QComboBox()
        self.picker.setAccessibleName("Explained sentence")
        self.picker.setToolTip("Sentences that this run explained")
        self.picker.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.picker.setMinimumContentsLength(12)
        self.chips = WordChips()
        self.column.addWidget(self.picker)
        self.column.addWidget(self.chips)
        self.picker.activated.connect(self.on_picked)
        self.chips.word_chosen.connect(selection.choose_word)
        selection.examples_changed.connect(self.on_examples)
        selection.sentence_changed.connect(self.on_sentence)
        selection.word_changed.connect(self.on_word)
        selection.failed.connect(self.show_error)

    def show_sentence(self, sentence: Sentence) -> None:
        """Show another sentence."""
        raise NotImplementedError

    def show_word(self, word: int) -> None:
        """Mark a word in every picture; -1 for none."""
        raise NotImplementedError

    def show_results(self, results: RunResults | None) -> None:
        """The selection reads for both tabs."""
        if results is None:
            super().show_results(None)
        elif not self.selection.examples:
            self.show_missing()
        elif not self.picker.count():  # made after the selection has read its sentence
            self.on_examples()
            self.on_sentence()
            self.on_word(self.selection.word)
            if self.selection.error is not None:
                self.show_error(self.selection.error)

    @Slot(int)
    def on_picked(self, index: int) -> None:
        """Another sentence was chosen."""
        self.selection.choose_example(int(self.picker.itemData(index)))

    @Slot()
    def on_examples(self) -> None:
        """Another run has other sentences."""
        self.picker.clear()
        for example in self.selection.examples:
            self.picker.addItem(example.title, example.number)

    @Slot()
    def on_sentence(self) -> None:
        """Another sentence has been read."""
        sentence, example = self.selection.sentence, self.selection.example
        if sentence is None or example is None:
            return
        self.picker.setCurrentIndex(self.picker.findData(example.number))
        self.chips.show_sentence(sentence)
        self.show_sentence(sentence)
        self.show_content()

    @Slot(int)
    def on_word(self, word: int) -> None:
        """Another word is chosen."""
        self.chips.choose_word(word)
        self.show_word(word)
