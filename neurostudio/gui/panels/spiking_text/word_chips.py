"""The words of a sentence as chips: one can be chosen, unknown ones are struck out."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.spiking_text.sentence import Sentence

PADDING_U, BAR_U = 0.8, 0.35


class Chip(QAbstractButton):
    """One word; the bar under it has a colour of its own where one is given."""

    def __init__(self, word: str, place: int, *, is_known: bool) -> None:
        super().__init__()
        self.place = place
        self.is_known = is_known
        self.bar: Callable[[], str] | None = None
        self.setText(word)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        state = "" if is_known else ", not in the vocabulary"
        self.setAccessibleName(f"Word {place + 1}: {word}{state}")
        self.setToolTip(
            f"Word {place + 1}{state}" if is_known else f"“{word}” is not in the vocabulary: the network does not see it"
        )
        font = QFont(theme.body_font())
        font.setStrikeOut(not is_known)
        self.setFont(font)

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(round(width + 2 * PADDING_U * u), round(2 * u + 2 * 0.45 * u + BAR_U * u))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, u = theme.current(), theme.unit(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        is_on = self.isChecked()
        edge = QPen(QColor(colours.focus if self.hasFocus() else colours.accent if is_on else colours.hairline))
        edge.setWidthF(2.0 if self.hasFocus() else 1.0)
        if not self.is_known:
            edge.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(edge)
        painter.setBrush(QColor(colours.accent if is_on else colours.surface))
        painter.drawRoundedRect(box, 0.4 * u, 0.4 * u)
        painter.setPen(QColor(colours.on_accent if is_on else colours.text if self.is_known else colours.secondary))
        words = self.rect().adjusted(0, 0, 0, -round(BAR_U * u) if self.bar else 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.bar is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.bar()))
            inside = 0.6 * u
            painter.drawRect(QRectF(box.left() + inside, box.bottom() - 0.3 * u - BAR_U * u, box.width() - 2 * inside, BAR_U * u))


class WordChips(Flow):
    """``[the] [bread] [tastes] [~~xyzzy~~]`` in as many lines as they need.

    Signals
    -------
    word_chosen : place of the word, -1 when it is let go
    """

    word_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(gap=0.6)
        self.setAccessibleName("Words of the sentence")

    def minimumSizeHint(self) -> QSize:
        """One line: how many there are follows from the width."""
        u = theme.unit(self)
        return QSize(12 * u, 3 * u)

    def sizeHint(self) -> QSize:
        """The same: a page that scrolls would keep room for one word a line."""
        return self.minimumSizeHint()

    def show_sentence(self, sentence: Sentence) -> None:
        """Show the words of another sentence; none is chosen."""
        self.clear()
        known = sentence.known or (True,) * len(sentence.words)
        for place, word in enumerate(sentence.words):
            chip = Chip(word, place, is_known=known[place])
            chip.clicked.connect(lambda is_on, place=place: self.word_chosen.emit(place if is_on else -1))
            self.add(chip)
            chip.show()
        self.updateGeometry()

    def chips(self) -> list[Chip]:
        """The chips in order."""
        return [widget for widget in self.widgets() if isinstance(widget, Chip)]

    def choose_word(self, word: int) -> None:
        """Choose a word; -1 for none."""
        for chip in self.chips():
            chip.setChecked(chip.place == word)

    def set_bars(self, colours: Sequence[Callable[[], str]]) -> None:
        """Put a bar of a colour under each word; none takes them away."""
        for chip in self.chips():
            chip.bar = colours[chip.place] if chip.place < len(colours) else None
            chip.updateGeometry()
            chip.update()
