"""What the bench shows before the first sentence: some of the test set to try."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import Heading, IconLabel, Secondary, button, fill
from neurostudio.report.wording import shortened

MOST_SHOWN, LONGEST = 5, 60


class FirstTry(QWidget):
    """::

                  Type a sentence
        Or try one of the test sentences:
        [ The staff greeted us like old friends ... ]

    Signals
    -------
    chosen : the sentence
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._heading = Heading("Type a sentence")
        self._words = Secondary("", wrap=False)
        self._sentences = QVBoxLayout()
        self._sentences.setSpacing(round(0.6 * u))
        column = QVBoxLayout(self)
        fill(column, (None,), u, 1, 2)
        for part in (IconLabel("spikes", 4, tint="secondary"), self._heading, self._words):
            column.addWidget(part, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._sentences)
        column.addStretch(2)
        self.show_sentences(())

    def show_sentences(self, sentences: tuple[str, ...]) -> None:
        """Offer these."""
        while (item := self._sentences.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._words.setText(
            "Or try one of the test sentences" if sentences else "Its spikes, its class and its energy appear here"
        )
        for text in sentences[:MOST_SHOWN]:
            one = button(shortened(text, LONGEST).replace("&", "&&"), tooltip=text)
            one.setAccessibleName(f"Classify: {text}")
            one.clicked.connect(lambda _checked=False, text=text: self.chosen.emit(text))
            self._sentences.addWidget(one, alignment=Qt.AlignmentFlag.AlignHCenter)
