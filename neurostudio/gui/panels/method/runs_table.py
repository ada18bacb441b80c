"""The runs of one method: name with state, main metrics, time taken, when."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.core.method import MetricInfo
from neurostudio.gui import theme
from neurostudio.gui.panels.method.presenter import RunLine
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.parts.state_mark import state_icon, state_word
from neurostudio.gui.widgets import Heading, Row, Secondary, button, fill

MOST_ROWS = 8
ROW_U, HEADER_U = 3.2, 4.0


class RunsTable(QWidget):
    """Runs, newest first::

        Runs (3)                                          [Open] [Compare]
        Name        State   Time taken   test/accuracy  ann/accuracy   Started
        mr-seed1    Done    1:32         0.7523         0.7510         14:02

    Signals
    -------
    opened : id of the run
    compared : tuple of ids
    """

    opened = Signal(str)
    compared = Signal(object)

    def __init__(self, metrics: tuple[MetricInfo, ...]) -> None:
        super().__init__()
        self._metrics = metrics
        self._title = Heading("Runs")
        self._hint = Secondary("", wrap=False)
        self.open_button = button("Open", "open", "Open the page of the chosen run")
        self.compare_button = button("Compare", "compare", "Show the chosen runs side by side")
        self.table = LineTable("Runs of this method")
        fill(
            QVBoxLayout(self),
            (Row(self._title, self._hint, None, self.open_button, self.compare_button), self.table),
            theme.unit(self),
        )
        self.table.chosen.connect(self.opened)
        self.table.selectionModel().selectionChanged.connect(self.on_selection)
        self.open_button.clicked.connect(self.on_open)
        self.compare_button.clicked.connect(self.on_compare)
        self.on_selection()

    def show_runs(self, runs: tuple[RunLine, ...]) -> None:
        """Show these runs."""
        self._title.setText(f"Runs ({len(runs)})" if runs else "Runs")
        self._hint.setText("" if runs else "None yet. Set one up with the button above.")
        self.table.show_lines(
            ("Name", "State", "Time taken", *(_title(info) for info in self._metrics), "Started"),
            [_line(run) for run in runs],
        )
        self.table.setVisible(bool(runs))
        u = theme.unit(self)
        self.table.setFixedHeight(round((HEADER_U + ROW_U * min(max(len(runs), 1), MOST_ROWS)) * u) + u)
        self.open_button.setVisible(bool(runs))
        self.compare_button.setVisible(len(runs) > 1)
        self.on_selection()

    def selected(self) -> tuple[str, ...]:
        """Ids of the chosen runs, from top to bottom."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return tuple(self.table.lines[row].key for row in rows if row < len(self.table.lines))

    @Slot()
    def on_selection(self) -> None:
        """Buttons follow what is chosen."""
        count = len(self.selected())
        self.open_button.setEnabled(count == 1)
        self.compare_button.setEnabled(count > 1)
        self.compare_button.setToolTip(
            "Show the chosen runs side by side" if count > 1 else "Choose two or more runs with Ctrl or Shift"
        )

    @Slot()
    def on_open(self) -> None:
        """Open the chosen run."""
        self.opened.emit(self.selected()[0])

    @Slot()
    def on_compare(self) -> None:
        """Compare the chosen runs."""
        self.compared.emit(self.selected())


def _title(info: MetricInfo) -> str:
    return f"{info.name} ({info.unit})" if info.unit else info.name


def _line(run: RunLine) -> Line:
    icon, tint = state_icon(run.state)
    cells = (
        Cell(run.name, is_strong=True, tooltip=f"{run.name}\n{run.run_id}"),
        Cell(state_word(run.state), icon=icon, tint=tint),
        Cell(run.took, is_number=True),
        *(Cell(text, is_number=True) for text in run.metrics),
        Cell(run.when, is_number=True),
    )
    return Line(cells, key=run.run_id)
