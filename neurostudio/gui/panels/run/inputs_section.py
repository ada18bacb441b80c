"""Inputs of a run, one card each."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from neurostudio.core.method import Input
from neurostudio.gui import theme
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.run.inputs_presenter import CHECKSUM_SHOWN, InputCard, load_inputs
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Card, Elided, EmptyState, Heading, IconLabel, Row, Secondary, button, fill, tool_button


class InputsSection(QScrollArea):
    """The cards::

        train   reviews                                  [Show]
        Labelled text · 260 rows · 14 KB
        Data set of the project
        (!) Changed: the file has other content now
        /data/reviews.tsv
        sha256 3fa9c1... [copy]

    Signals
    -------
    page_wanted : key of the page that shows an input
    """

    page_wanted = Signal(str)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._inputs: tuple[Input, ...] | None = None
        self._cards: tuple[InputCard, ...] | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Inputs of the run")
        self._refresher = Refresher(self, self._question, self.show_cards, studio.report_error, 1.0)

    def show_run(self, view: RunView) -> None:
        """Show the inputs of a run; where they lie is looked at in the background."""
        self._inputs = view.inputs
        self._refresher.ask()

    def _question(self) -> Any:
        project = self._studio.project
        return partial(load_inputs, project.project, self._inputs or ()) if project else tuple

    def show_cards(self, cards: Sequence[InputCard]) -> None:
        """Show what was found."""
        if tuple(cards) == self._cards:
            return
        self._cards = tuple(cards)
        place = self.verticalScrollBar().value()
        body = QWidget()
        u = theme.unit(self)
        if cards:
            fill(QVBoxLayout(body), (*(self._card(one) for one in cards), None), u, 2)
        else:
            fill(QVBoxLayout(body), (EmptyState("data", "No inputs", "This run needed no data."),), u)
        self.setWidget(body)
        self.verticalScrollBar().setValue(place)

    def _card(self, one: InputCard) -> Card:
        name = Heading(one.name)
        role = Secondary(one.role, wrap=False)
        show = button("Show", "right", f"Open {one.name}")
        show.setAccessibleName(f"Show {one.name}")
        show.setVisible(bool(one.page_key))
        show.clicked.connect(lambda _checked=False, key=one.page_key: self.page_wanted.emit(key))
        checksum = QLabel(f"sha256 {one.checksum[:CHECKSUM_SHOWN]}…" if one.checksum else "No checksum")
        checksum.setFont(theme.mono_font())
        checksum.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        checksum.setToolTip(one.checksum)
        copy = tool_button("copy", f"Copy the checksum of {one.name}")
        copy.setVisible(bool(one.checksum))
        copy.clicked.connect(lambda _checked=False, text=one.checksum: self.on_copy(text))
        path = Elided(str(one.path))
        path.setFont(theme.mono_font())
        path.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        items: list[QWidget] = [
            Row(name, role, None, show),
            Secondary(" · ".join(part for part in (one.kind, *one.facts, one.size, one.origin) if part)),
        ]
        if one.trouble:
            items.append(_warning(one.trouble))
        items += [path, Row(checksum, copy, None, gap=0.5)]
        card = Card(*items, gap=0.6)
        card.setAccessibleName(f"Input {one.role}: {one.name}. {one.trouble}".strip())
        return card

    @Slot(str)
    def on_copy(self, text: str) -> None:
        """Put a checksum on the clipboard."""
        QGuiApplication.clipboard().setText(text)


def _warning(text: str) -> QWidget:
    words = QLabel(text)
    words.setWordWrap(True)
    line = QWidget()
    fill(QHBoxLayout(line), (IconLabel("warning", tint="warning"), words), theme.unit(line), 0.8)
    line.layout().setStretch(1, 1)  # type: ignore[union-attr]
    return line
