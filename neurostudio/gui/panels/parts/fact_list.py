"""Pairs of name and value under each other."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from neurostudio.gui import theme


class FactList(QWidget):
    """The pairs::

    Rows                 9,596
    Language             english
    """

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * u)
        self._grid.setVerticalSpacing(round(0.6 * u))
        self._grid.setColumnStretch(1, 1)
        self._facts: tuple[tuple[str, str], ...] = ()

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these pairs."""
        if tuple(facts) == self._facts:
            return
        self._facts = tuple(facts)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, (name, value) in enumerate(facts):
            label, text = QLabel(name), QLabel(value)
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            text.setFont(theme.number_font())
            text.setWordWrap(True)
            for one in (label, text):
                one.setTextFormat(Qt.TextFormat.PlainText)
                one.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(text, row, 1)
        self.setAccessibleName(", ".join(f"{name}: {value}" for name, value in facts))
