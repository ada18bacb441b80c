"""Which sentence and which word are chosen: one choice for all tabs that show a sentence."""

from PySide6.QtCore import QObject, Signal

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.panels.spiking_text.results import Example, FiredWindow, RunResults
from neurostudio.gui.panels.spiking_text.sentence import Sentence
from neurostudio.gui.tasks import in_background


class SentenceSelection(QObject):
    """The explained sentences of one run, the chosen one, and the chosen word in it.

    Signals
    -------
    examples_changed : other sentences can be chosen
    sentence_changed : another sentence is chosen and has been read
    word_changed : place of the chosen word, -1 for none
    failed : NeuroError
    """

    examples_changed = Signal()
    sentence_changed = Signal()
    word_changed = Signal(int)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.results: RunResults | None = None
        self.examples: tuple[Example, ...] = ()
        self.example: Example | None = None
        self.sentence: Sentence | None = None
        self.windows: tuple[FiredWindow, ...] = ()
        self.word = -1
        self.error: NeuroError | None = None
        self._wanted = 1

    def show_results(self, results: RunResults | None) -> None:
        """Take the sentences of another run; the number that was chosen stays where it is there, too."""
        self.results = results
        self.examples = results.examples() if results else ()
        self.example, self.sentence, self.windows, self.word, self.error = None, None, (), -1, None
        self.examples_changed.emit()
        if self.examples:
            numbers = [example.number for example in self.examples]
            self.choose_example(self._wanted if self._wanted in numbers else numbers[0])

    def artifact(self, family: str) -> tuple[RunResults, str] | None:
        """The output of a family (``spikes``, ``decision`` ...) that belongs to the chosen sentence."""
        if self.results is None or self.example is None:
            return None
        return self.results, f"{family}-{self.example.number}"

    def choose_example(self, number: int) -> None:
        """Read another sentence and show it everywhere."""
        example = next((one for one in self.examples if one.number == number), None)
        if example is not None and self.results is not None and example != self.example:
            self._wanted = number
            self.example, self.error = example, None
            tasks.start(self._read(self.results, example), self)

    def choose_word(self, word: int) -> None:
        """Choose a word in all pictures; -1 for none."""
        if word != self.word:
            self.word = word
            self.word_changed.emit(word)

    async def _read(self, results: RunResults, example: Example) -> None:
        try:
            sentence, windows = await in_background(lambda: (results.sentence(example), results.fired_windows(example)))
        except NeuroError as error:
            if example is self.example:
                self.error = error
                self.failed.emit(error)
            return
        if example is self.example:
            self.sentence, self.windows, self.word = sentence, windows, -1
            self.sentence_changed.emit()
