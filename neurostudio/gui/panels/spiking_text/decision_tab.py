"""Tab with the decision of one sentence: when it formed, and which words it rests on."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.spiking_text.picture_menu import PictureMenu
from neurostudio.gui.panels.spiking_text.results import FiredWindow
from neurostudio.gui.panels.spiking_text.selection import SentenceSelection
from neurostudio.gui.panels.spiking_text.sentence import Sentence, layer_title
from neurostudio.gui.panels.spiking_text.sentence_canvases import DecisionCanvas, WordsCanvas, said_text
from neurostudio.gui.panels.spiking_text.sentence_tab import SentenceTab
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Heading, Secondary
from neurostudio.report.wording import number_text

BESIDE_FROM_U = 84
CANVAS_U, ROW_U, TABLE_U = 30, 2.2, 28
HEADERS = ("Filter", "Words", "Spikes", "Weight", "Steps")


class DecisionTab(SentenceTab):
    """Class curves beside the words, and below the filters that fired::

    "negative" with 96 %, from the first step on.
    (class curves)          (words)
    Filters that fired
    Width 3, 22   of the freezer   7   0.0097   1 2 3 4 5 6 8
    """

    title = "Decision"

    def __init__(self, studio: Studio, selection: SentenceSelection) -> None:
        super().__init__(selection)
        u = theme.unit(self)
        self.verdict = Secondary()
        self.decision = DecisionCanvas(studio)
        self.words = WordsCanvas()
        self.decision.setMinimumHeight(CANVAS_U * u)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.decision)
        self.splitter.addWidget(self.words)
        self.windows_title = Heading("Filters that fired")
        self.windows = LineTable("Filters that fired")
        self.windows.setMinimumHeight(TABLE_U * u)
        for widget in (self.verdict, self.splitter, self.windows_title, self.windows):
            self.column.addWidget(widget)
        self.column.setStretchFactor(self.splitter, 1)
        self.menus = (
            PictureMenu(self.decision, studio, lambda: selection.artifact("decision")),
            PictureMenu(self.words, studio, lambda: selection.artifact("explanation")),
        )
        self.words.word_chosen.connect(selection.choose_word)

    def show_sentence(self, sentence: Sentence) -> None:
        """Show another sentence."""
        self.verdict.setText(said_text(sentence))
        self.decision.show_sentence(sentence)
        self.words.show_sentence(sentence)
        self.words.setMinimumHeight(round(max(CANVAS_U, ROW_U * len(sentence.words) + 14) * theme.unit(self)))
        self._show_windows(sentence, -1)

    def show_word(self, word: int) -> None:
        """Frame a word, and list only the filters that saw it."""
        self.words.choose_word(word)
        if self.selection.sentence is not None:
            self._show_windows(self.selection.sentence, word)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= BESIDE_FROM_U * theme.unit(self)
        self.splitter.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)

    def _show_windows(self, sentence: Sentence, word: int) -> None:
        chosen = sentence.words[word] if 0 <= word < len(sentence.words) else ""
        shown = [window for window in self.selection.windows if not chosen or chosen in window.words.split()]
        self.windows_title.setText(f"Filters that fired for “{chosen}”" if chosen else "Filters that fired")
        self.windows.show_lines(HEADERS, [_line(window) for window in shown])


def _line(window: FiredWindow) -> Line:
    return Line(
        (
            Cell(f"{layer_title(window.layer)}, filter {window.number}"),
            Cell(window.words, is_strong=True),
            Cell(str(len(window.times)), is_number=True),
            Cell(number_text(window.weight, 3, measured=True), is_number=True),
            Cell(f"  {' '.join(map(str, window.times))}"),
        ),
        f"{window.layer} {window.number} {window.words}",
    )
