"""A bar that asks one thing at the top of the page, with its answers as buttons."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from neurostudio.gui import theme
from neurostudio.gui.panels.fmri.questions import LONGEST_S, SHORTEST_S, Question
from neurostudio.gui.widgets import Card, Column, Heading, IconLabel, Secondary, button, fill


class QuestionBar(Card):
    """The bar::

        (?) Which repetition time is right?
            The JSON file and the header name different ones.   [2 s (JSON file)] [2.5 s (header)]  [ 2.00 s] [Use]

    Signals
    -------
    answered : mapping of options
    """

    answered = Signal(object)

    def __init__(self) -> None:
        self._text, self._why = Heading(), Secondary()
        self._buttons: list[QPushButton] = []
        self._answers = QHBoxLayout()
        self.seconds = QDoubleSpinBox()
        self.seconds.setRange(SHORTEST_S, LONGEST_S)
        self.seconds.setDecimals(4)
        self.seconds.setSuffix(" s")
        self.seconds.setAccessibleName("Repetition time in seconds")
        self.seconds.setToolTip("Repetition time in seconds")
        self.use = button("Use", "", "Take this repetition time")
        self.use.clicked.connect(self.on_seconds)
        self._key = ""
        words = Column(self._text, self._why, gap=0.3)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        head = QHBoxLayout()
        super().__init__(head, gap=0, margin=1)
        u = theme.unit(self)
        fill(self._answers, (self.seconds, self.use), u, 0.6)
        fill(head, (IconLabel("help", 2, "warning"), words, self._answers), u, 1)
        head.setStretch(1, 1)
        self.hide()

    def show_question(self, question: Question | None) -> None:
        """Ask; None asks nothing."""
        for one in self._buttons:
            self._answers.removeWidget(one)
            one.hide()
            one.deleteLater()
        self._buttons = []
        self.setVisible(question is not None)
        if question is None:
            return
        self._key = question.key
        self._text.setText(question.text)
        self._why.setText(question.why)
        for place, choice in enumerate(question.choices):
            made = button(choice.text, "", choice.tooltip)
            made.clicked.connect(partial(self._answer, choice.options))
            self._answers.insertWidget(place, made)
            self._buttons.append(made)
        first = next((choice.options.get("tr_s") for choice in question.choices), None)
        self.seconds.setValue(float(first) if isinstance(first, int | float) else 2.0)
        for part in (self.seconds, self.use):
            part.setVisible(question.wants_number)
        self.setAccessibleName(f"{question.text} {question.why}")

    def set_at_work(self, *, is_at_work: bool) -> None:
        """While an answer is carried out nothing can be pressed."""
        for part in (*self._buttons, self.seconds, self.use):
            part.setEnabled(not is_at_work)

    @Slot()
    def on_seconds(self) -> None:
        """A number was given."""
        self.answered.emit({self._key: self.seconds.value()})

    def _answer(self, options: Mapping[str, object]) -> None:
        self.answered.emit(dict(options))


class StandingNote(QLabel):
    """One sentence that stays for as long as it is true, such as that left and right are unknown."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setFont(theme.strong_font())
        self.hide()

    def say(self, words: str) -> None:
        """Show a sentence, or nothing."""
        self.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
