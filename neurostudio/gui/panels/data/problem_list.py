"""What is odd or wrong in a data set, worst first, with the lines of the file to look at."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from neurostudio.data.import_report import Problem
from neurostudio.gui import theme
from neurostudio.gui.panels.data.contents import FileLine
from neurostudio.gui.widgets import Card, IconLabel, Row, Secondary, button, fill, tool_button

_ICONS = {"error": ("problem", "problem"), "warning": ("warning", "warning"), "note": ("note", "secondary")}


class ProblemCard(Card):
    """One problem; its lines fold out::

        (!) 2 rows repeat an earlier text with the same label (lines 12 and 40)      [Show line]
            Line 12 of 2 lines  [<] [>]
            11  1 a fine film
            12  1 a good film
            13  0 a bad one

    Signals
    -------
    line_wanted : int
        Number of the line to read; :meth:`show_lines` gets it.
    """

    line_wanted = Signal(int)

    def __init__(self, problem: Problem, *, can_peek: bool) -> None:
        self.problem = problem
        self._place = 0
        words = QLabel(problem.message)
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.show_button = button("Show line", "", "Look at the line in the file, with those around it")
        self.show_button.setVisible(can_peek and bool(problem.lines))
        self.show_button.clicked.connect(self.on_toggle)
        icon, tint = _ICONS[problem.severity]
        self._where = Secondary("", wrap=False)
        self.back, self.on = tool_button("left", "Line before"), tool_button("right", "Next line")
        self.back.clicked.connect(lambda: self._go(-1))
        self.on.clicked.connect(lambda: self._go(1))
        self._peek = LinePeek()
        self._fold = QWidget()
        fill(QVBoxLayout(self._fold), (Row(self._where, self.back, self.on, None, gap=0.5), self._peek), theme.unit(words), 0.5)
        head = Row(IconLabel(icon, tint=tint), words, self.show_button, gap=1)
        head.layout().setStretch(1, 1)  # type: ignore[union-attr]
        super().__init__(head, self._fold, gap=0.8, margin=1.2)
        self._fold.hide()
        self.setAccessibleName(f"{problem.severity.capitalize()}: {problem.message}")

    @Slot()
    def on_toggle(self) -> None:
        """Fold the lines out or in."""
        is_open = self._fold.isHidden()
        self._fold.setVisible(is_open)
        self.show_button.setText("Hide line" if is_open else "Show line")
        if is_open:
            self._go(0)

    def show_lines(self, number: int, lines: Sequence[FileLine], trouble: str = "") -> None:
        """Show the line that was asked for, with those around it, or why that cannot be done."""
        if number == self.problem.lines[self._place]:
            self._peek.show_lines(number, lines, trouble)

    def _go(self, steps: int) -> None:
        lines = self.problem.lines
        self._place = max(0, min(len(lines) - 1, self._place + steps))
        self.back.setEnabled(self._place > 0)
        self.on.setEnabled(self._place < len(lines) - 1)
        several = len(lines) > 1
        self.back.setVisible(several)
        self.on.setVisible(several)
        self._where.setText(f"Line {lines[self._place]:,}" + (f" ({self._place + 1} of {len(lines)})" if several else ""))
        self.line_wanted.emit(lines[self._place])


class LinePeek(QWidget):
    """A few lines of a file with their numbers; the one that is meant is stronger."""

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(round(1.5 * u))
        self._grid.setVerticalSpacing(round(0.3 * u))
        self._grid.setColumnStretch(1, 1)

    def show_lines(self, number: int, lines: Sequence[FileLine], trouble: str = "") -> None:
        """Show these lines, or a sentence where there are none."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not lines:
            self._grid.addWidget(Secondary(trouble or f"The file has no line {number:,} any more"), 0, 0, 1, 2)
            return
        for row, line in enumerate(lines):
            count, text = QLabel(str(line.number)), QLabel(line.text or " ")
            for label in (count, text):
                font = theme.mono_font()
                font.setBold(line.number == number)
                label.setFont(font)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
            if line.number != number:
                text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(count, row, 0)
            self._grid.addWidget(text, row, 1)
        self.setAccessibleName(". ".join(f"Line {line.number}: {line.text}" for line in lines))
