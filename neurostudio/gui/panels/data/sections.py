"""The parts of the page of a data set: facts and classes, lengths and overlap, first rows, and who used it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import theme
from neurostudio.gui.panels.data.class_bars import ClassBars
from neurostudio.gui.panels.data.contents import Histogram, Overlap
from neurostudio.gui.panels.data.presenter import DataView
from neurostudio.gui.panels.parts.fact_list import FactList
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.parts.state_mark import state_icon, state_word
from neurostudio.gui.panels.parts.times import local_time
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Column, ErrorCard, Heading, Row, Secondary, fill
from neurostudio.report.wording import duration_text, number_text

BESIDE_FROM_U = 84
PLOT_U = 26
MOST_ROWS = 20
KINDS_WITH_TEXTS = ("labelled-text", "corpus")


class FactsSection(QWidget):
    """Facts, and beside them (under them where it is narrow) the balance of the classes."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        u = theme.unit(self)
        self.facts = FactList()
        self.bars = ClassBars(studio)
        self._classes_title = Heading("Classes")
        self._classes = Column(self._classes_title, self.bars, None)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        fill(self._box, (Column(Heading("What is in it"), self.facts, None), self._classes), u, 3)
        self._box.setStretch(0, 1)
        self._box.setStretch(1, 1)

    def show_data(self, view: DataView) -> None:
        """Show the facts of a data set."""
        self.facts.show_facts(view.facts)
        self.bars.show_classes(view.classes)
        self._classes.setVisible(bool(view.classes))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= BESIDE_FROM_U * theme.unit(self)
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)


class ContentsSection(QWidget):
    """What a look into the data tells: lengths, and sentences shared with other sets."""

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self.title = Heading()
        self.work = Secondary()
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(u)
        self.busy.setMaximumWidth(30 * u)
        self.busy.setAccessibleName("Reading the data")
        self.trouble = ErrorCard()
        self._plot: QWidget | None = None
        self._plot_place = QVBoxLayout()
        self.beyond = Secondary()
        self.shared_title = Heading("Shared with other data sets")
        self.shared = LineTable("Sentences shared with other data sets")
        self.shared_hint = Secondary("A test on sentences that were learnt from says nothing. Hover a row for examples.")
        parts = (self.title, self._plot_place, self.beyond, self.shared_title, self.shared_hint, self.shared)
        fill(QVBoxLayout(self), (*parts, Column(self.work, self.busy, gap=0.5), self.trouble), u, 1)
        self.show_nothing()

    @staticmethod
    def expects(view: DataView) -> bool:
        """Whether there is anything to be told of data of this kind."""
        return view.row.kind in KINDS_WITH_TEXTS

    def show_nothing(self) -> None:
        """Nothing is told."""
        for part in (self.title, self.beyond, self.shared_title, self.shared, self.shared_hint, self.trouble):
            part.hide()
        self.show_work("")
        if self._plot is not None:
            self._plot.hide()
        self.hide()

    def show_work(self, words: str) -> None:
        """Say what is being done; nothing when it is done."""
        self.work.setText(words)
        self.work.setVisible(bool(words))
        self.busy.setVisible(bool(words))
        self.setVisible(True)

    def show_histogram(self, histogram: Histogram | None) -> None:
        """Show how long the items are."""
        from neurostudio.gui.panels.data.length_plot import LengthPlot  # pyqtgraph: only where there is a plot

        has_any = histogram is not None
        self.title.setVisible(has_any)
        if histogram is None:
            return
        self.title.setText(f"Length of the {histogram.what}")
        if self._plot is None:
            self._plot = LengthPlot()
            self._plot.setFixedHeight(PLOT_U * theme.unit(self))
            self._plot_place.addWidget(self._plot)
        self._plot.show()
        if isinstance(self._plot, LengthPlot):
            self._plot.show_histogram(histogram)
        words = []
        if histogram.beyond:
            words.append(f"{number_text(histogram.beyond)} longer {histogram.what} are not shown")
        if histogram.is_cut:
            words.append(f"counted in the first {number_text(sum(histogram.counts) + histogram.beyond)} {histogram.what}")
        self.beyond.setText("; ".join(words)[:1].upper() + "; ".join(words)[1:])
        self.beyond.setVisible(bool(words))

    def show_overlaps(self, overlaps: Sequence[Overlap]) -> None:
        """Show what is shared with other data sets."""
        for part in (self.shared_title, self.shared_hint, self.shared):
            part.setVisible(bool(overlaps))
        lines = [_overlap_line(one) for one in overlaps]
        self.shared.show_lines(("Data set", "Shared sentences", "Share of these"), lines)
        self.shared.fit_height(MOST_ROWS)

    def show_trouble(self, error: NeuroError) -> None:
        """Say why the data cannot be read."""
        self.show_work("")
        self.trouble.show_error(error)


class SampleSection(QWidget):
    """The first rows of the data."""

    def __init__(self) -> None:
        super().__init__()
        self.table = LineTable("First rows of the data")
        fill(QVBoxLayout(self), (Heading("First rows"), self.table), theme.unit(self))

    def show_data(self, view: DataView) -> None:
        """Show the sample of a data set."""
        sample = view.sample
        lines = [
            Line(tuple(Cell(text, is_number=place in sample.numbers) for place, text in enumerate(row)), str(number))
            for number, row in enumerate(sample.rows)
        ]
        self.table.show_lines(sample.headers, lines)
        self.table.fit_height(MOST_ROWS)
        self.setVisible(bool(lines))


class RunsSection(QWidget):
    """Runs that worked with the data.

    Signals
    -------
    run_wanted : id of a run
    """

    run_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.table = LineTable("Runs that worked with these data")
        self.table.chosen.connect(self.run_wanted)
        self.none = QLabel("No run has worked with these data yet.")
        hint = Row(Heading("Used by"), None)
        fill(QVBoxLayout(self), (hint, self.none, self.table), theme.unit(self))

    def show_data(self, view: DataView) -> None:
        """Show who used a data set."""
        self.none.setVisible(not view.used_by)
        self.table.setVisible(bool(view.used_by))
        lines = []
        for row in view.used_by:
            icon, tint = state_icon(row.state)
            cells = (
                Cell(row.name or row.run_id, tooltip="Enter or a double click opens the run"),
                Cell(state_word(row.state), icon=icon, tint=tint),
                Cell(row.method),
                Cell(local_time(row.created)),
                Cell(duration_text(row.seconds), is_number=True),
            )
            lines.append(Line(cells, row.run_id))
        self.table.show_lines(("Run", "State", "Method", "Started", "Time"), lines)
        self.table.fit_height(12)


def _overlap_line(one: Overlap) -> Line:
    share = one.n_shared / one.n_row if one.n_row else 0.0
    examples = "\n".join(one.examples)
    cells = (
        Cell(one.other, icon="warning" if one.n_shared else "", tint="warning", tooltip=examples or one.other),
        Cell(number_text(one.n_shared), is_number=True, tooltip=examples or "None"),
        Cell(f"{100 * share:.1f} %", is_number=True, tooltip=examples or "None"),
    )
    return Line(cells, one.other)
