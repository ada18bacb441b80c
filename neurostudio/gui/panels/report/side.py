"""Beside the preview: title and runs of a new report, or the runs of one that was written; and the project's reports."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.state_mark import state_icon, state_word
from neurostudio.gui.panels.report.presenter import MOST_AT_ONCE, ReportView, RunItem, WrittenReport
from neurostudio.gui.widgets import Heading, Row, Secondary, button, fill

KEY = Qt.ItemDataRole.UserRole
MIN_U = 24


class ReportSide(QWidget):
    """::

        Title
        [Report of my-study      ]
        Runs            [All] [None]
        [x] mr-seed1
        [ ] mr-seed0
        [ Write report... ]
        Reports of this project
        Pilot, 14:02

    Signals
    -------
    changed : other runs, or another title
    write_wanted : the button was pressed
    opened : key of a page
    """

    changed = Signal()
    write_wanted = Signal()
    opened = Signal(str)

    def __init__(self, *, is_new: bool) -> None:
        super().__init__()
        self._is_new = is_new
        u = theme.unit(self)
        self.setMinimumWidth(MIN_U * u)
        self.name = QLineEdit()
        self.name.setAccessibleName("Title of the report")
        self.runs = QListWidget()
        self.runs.setAccessibleName("Runs in the report")
        self.all, self.none = button("All", tooltip="Choose every run"), button("None", tooltip="Choose no run")
        self.all.setAccessibleName("Choose every run")
        self.none.setAccessibleName("Choose no run")
        self.write = button("Write report...", "report", "Write it as HTML or PDF", primary=True)
        self.reports = QListWidget()
        self.reports.setAccessibleName("Reports of this project")
        self.no_reports = Secondary("None yet.")
        for one in (self.runs, self.reports):
            one.setTextElideMode(Qt.TextElideMode.ElideRight)
            one.setIconSize(QSize(2 * u, 2 * u))
            one.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        title, heads = Secondary("Title", wrap=False), Row(Heading("Runs"), None, self.all, self.none)
        for widget in (title, self.name, self.all, self.none, self.write):
            widget.setVisible(is_new)
        column = QVBoxLayout(self)
        fill(
            column,
            (title, self.name, heads, self.runs, self.write, Heading("Reports of this project"), self.reports, self.no_reports),
            u,
        )
        column.setStretchFactor(self.runs, 3)
        column.setStretchFactor(self.reports, 2)
        self.name.textChanged.connect(self.changed)
        self.runs.itemChanged.connect(self.changed)
        self.runs.itemActivated.connect(self.on_run)
        self.reports.itemActivated.connect(self.on_report)
        self.all.clicked.connect(lambda: self._choose(Qt.CheckState.Checked))
        self.none.clicked.connect(lambda: self._choose(Qt.CheckState.Unchecked))
        self.write.clicked.connect(self.write_wanted)

    def title(self) -> str:
        """Title of the report."""
        return self.name.text().strip() or self.name.placeholderText()

    def set_title(self, title: str) -> None:
        """Fill the field for the title; what somebody typed stays."""
        self.name.setPlaceholderText(title)
        if not self.name.text():
            self.name.setText(title)

    def chosen(self) -> tuple[str, ...]:
        """Ids of the chosen runs, oldest first, as reports show them."""
        items = (self.runs.item(row) for row in reversed(range(self.runs.count())))
        return tuple(str(item.data(KEY)) for item in items if item.checkState() == Qt.CheckState.Checked)

    def show_view(self, view: ReportView, asked: tuple[str, ...] | None) -> None:
        """Show runs and reports; `asked` are the runs to choose, None leaves the choice as it is."""
        chosen = set(self.chosen() if asked is None else asked)
        in_report = view.shown.runs if view.shown else ()
        shown = [run for run in view.runs if self._is_new or run.run_id in in_report]
        if asked is not None and self._is_new and not chosen:
            chosen = set([run.run_id for run in shown if run.state == "done"][:MOST_AT_ONCE])
        self.runs.blockSignals(True)
        self.runs.clear()
        for run in shown:
            self.runs.addItem(self._run_item(run, is_chosen=run.run_id in chosen))
        self.runs.blockSignals(False)
        self.reports.clear()
        for one in view.written:
            self.reports.addItem(_report_item(one, is_shown=one == view.shown))
        self.reports.setVisible(bool(view.written))
        self.no_reports.setVisible(not view.written)

    def set_ready(self, is_ready: bool) -> None:
        """Whether there is something to write."""
        self.write.setEnabled(is_ready)
        self.write.setToolTip("Write it as HTML or PDF" if is_ready else "Choose a run first")

    @Slot(QListWidgetItem)
    def on_run(self, item: QListWidgetItem) -> None:
        """Open the page of a run."""
        self.opened.emit(f"run:{item.data(KEY)}")

    @Slot(QListWidgetItem)
    def on_report(self, item: QListWidgetItem) -> None:
        """Open the page of a report."""
        self.opened.emit(str(item.data(KEY)))

    def _choose(self, state: Qt.CheckState) -> None:
        self.runs.blockSignals(True)
        for row in range(self.runs.count()):
            self.runs.item(row).setCheckState(state)
        self.runs.blockSignals(False)
        self.changed.emit()

    def _run_item(self, run: RunItem, *, is_chosen: bool) -> QListWidgetItem:
        item = QListWidgetItem(theme.icon(*state_icon(run.state)), f"{run.name}, {run.when}")
        item.setData(KEY, run.run_id)
        item.setToolTip(f"{run.name}\n{run.method}, {state_word(run.state).lower()}, {run.when}\nDouble click opens the run")
        if self._is_new:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
        return item


def _report_item(one: WrittenReport, *, is_shown: bool) -> QListWidgetItem:
    item = QListWidgetItem(theme.icon("report" if one.exists else "warning"), f"{one.title}, {one.when}")
    item.setData(KEY, one.key)
    item.setToolTip(f"{one.title}\n{one.path}" if one.exists else f"{one.title}\n{one.path} is gone")
    if is_shown:
        font = theme.strong_font()
        item.setFont(font)
    return item
