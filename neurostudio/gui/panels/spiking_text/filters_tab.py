"""Tab with the word sequences that make each filter fire most."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QSplitter

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.filter_edit import FilterEdit, fits
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.spiking_text.results import Filter, RunResults
from neurostudio.gui.panels.spiking_text.sentence import layer_title
from neurostudio.gui.panels.spiking_text.tab import ResultTab
from neurostudio.gui.widgets import Column, Heading, Row, Secondary
from neurostudio.report.wording import number_text

BESIDE_FROM_U, TABLE_U = 84, 30
MOST_SHOWN = 5


class FiltersTab(ResultTab):
    """Filters on the left, the sequences of the chosen one on the right::

    [search words]  [All widths v]          96 filters
    Width 3, filter 0   the opposite of, a letdown ...    Width 3, filter 0
    Width 3, filter 1   ...                               1.00  the opposite of
    """

    title = "Filters"
    missing = ("No filters", "This run ended before it looked at its filters.")

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._filters: tuple[Filter, ...] = ()
        self.search = FilterEdit("Search words")
        self.layer = QComboBox()
        self.layer.setAccessibleName("Width of the filters")
        self.count = Secondary("", wrap=False)
        self.table = LineTable("Filters and the words that make them fire")
        self.detail_title = Heading()
        self.detail = LineTable("Word sequences of the chosen filter")
        self.table.setMinimumHeight(TABLE_U * u)
        self.detail.setMinimumHeight(TABLE_U * u)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(Column(self.detail_title, self.detail))
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 1)
        self.column.addWidget(Row(self.search, self.layer, self.count))
        self.column.addWidget(self.splitter, 1)
        self.search.textChanged.connect(self.on_narrowed)
        self.layer.activated.connect(self.on_narrowed)
        self.table.moved.connect(self.on_moved)

    def read(self, results: RunResults) -> tuple[Filter, ...] | None:
        """Each filter with its word sequences."""
        return results.filters()

    def show_data(self, data: tuple[Filter, ...]) -> None:
        """Show other filters."""
        self._filters = data
        self.layer.clear()
        self.layer.addItem("All widths", "")
        for name in dict.fromkeys(one.layer for one in data):
            self.layer.addItem(layer_title(name), name)
        self.on_narrowed()

    @Slot()
    def on_narrowed(self) -> None:
        """Show the filters that fit the search."""
        words, layer = self.search.text(), str(self.layer.currentData() or "")
        shown = [
            one
            for one in self._filters
            if (not layer or one.layer == layer) and fits(words, "\n".join(gram for gram, _ in one.grams))
        ]
        self.count.setText(f"{len(shown)} of {len(self._filters)} filters")
        self.table.show_lines(("Filter", "Fires most for", "Spikes per step"), [_line(one, words) for one in shown])
        if shown and not self.table.current_key():
            self.table.select_key(_key(shown[0]))
        self.on_moved(self.table.current_key())

    @Slot(str)
    def on_moved(self, key: str) -> None:
        """Show the sequences of the chosen filter."""
        chosen = next((one for one in self._filters if _key(one) == key), None)
        self.detail_title.setText(_name(chosen) if chosen else "")
        lines = (
            [Line((Cell(number_text(rate, 3, measured=True), is_number=True), Cell(gram)), gram) for gram, rate in chosen.grams]
            if chosen
            else []
        )
        self.detail.show_lines(("Spikes per step", "Words"), lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= BESIDE_FROM_U * theme.unit(self)
        self.splitter.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)


def _key(one: Filter) -> str:
    return f"{one.layer} {one.number}"


def _name(one: Filter) -> str:
    return f"{layer_title(one.layer)}, filter {one.number}"


def _line(one: Filter, words: str) -> Line:
    """What was searched for stands first."""
    grams = [gram for gram, _ in one.grams]
    if words.strip():
        grams.sort(key=lambda gram: not fits(words, gram))
    shown = ", ".join(grams[:MOST_SHOWN])
    strongest = one.grams[0][1] if one.grams else 0.0
    return Line(
        (Cell(_name(one)), Cell(shown, tooltip="\n".join(grams)), Cell(number_text(strongest, 3, measured=True), is_number=True)),
        _key(one),
    )
