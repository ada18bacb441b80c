"""What was found in one file: kind and name to choose, problems worst first, facts, and its first rows."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from neurostudio.core.errors import NeuroError
from neurostudio.data.import_report import ImportReport
from neurostudio.gui import theme
from neurostudio.gui.panels.data.class_bars import ClassBars
from neurostudio.gui.panels.data.presenter import class_shares, fact_lines, sample_table
from neurostudio.gui.panels.data.problem_list import ProblemCard
from neurostudio.gui.panels.parts.fact_list import FactList
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.shell.importing.option_form import OptionForm
from neurostudio.gui.shell.importing.previews import Candidate, kinds_to_choose, remedy
from neurostudio.gui.shell.importing.reader_options import OptionField
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Column, Elided, ErrorCard, Heading, Row, Secondary, button, fill
from neurostudio.report.wording import size_text

MOST_PROBLEMS = 12
MOST_ROWS = 8
BESIDE_FROM_U = 70
_NO_KIND = ""


class CandidateDetail(QScrollArea):
    """One candidate::

        reviews.tsv
        /home/lab/data/reviews.tsv · 412 KB
        Kind  [Labelled text v]      Name  [reviews        ]
        [ ] Copy into the project (412 KB)          > Reading options
        (!) 2 rows repeat an earlier text with the same label (lines 12 and 40)
        Rows 2,400 ...                     negative ###### 1,200
        Text                         Label
        a fine film                  positive

    Signals
    -------
    kind_chosen : data kind, empty for "recognise it"
    options_chosen : dict
    name_typed : str
    copy_chosen : bool
    """

    kind_chosen = Signal(str)
    options_chosen = Signal(object)
    name_typed = Signal(str)
    copy_chosen = Signal(bool)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("What was found")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        u = theme.unit(self)
        self.title, self.place = Heading(), Elided()
        self.place.setFont(theme.secondary_font())
        self.place.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Kind of data")
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(10)
        self.kind.addItem("recognise it", _NO_KIND)
        for kind, words in kinds_to_choose():
            self.kind.addItem(words, kind)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name in the project")
        self.name_problem = Secondary()
        self.name_problem.setForegroundRole(QPalette.ColorRole.BrightText)
        self.copy = QCheckBox()
        self.fold = button("Reading options", "right", "Encoding, columns and the like, where they were guessed wrong")
        self.fold.setFlat(True)
        self.options = OptionForm()
        self._wants_options = False
        self.note = Secondary()
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(u)
        self.busy.setAccessibleName("Reading the file")
        self.error = ErrorCard()
        self._remedy: tuple[str, dict[str, Any]] | None = None
        self._problems = QVBoxLayout()
        fill(self._problems, (), u, 0.6)
        self.more = Secondary()
        self.facts = FactList()
        self.classes = ClassBars(studio)
        self.sample_title = Heading("First rows")
        self.sample = LineTable("First rows of the data")
        self._arrange(u)
        self.kind.activated.connect(lambda _index: self.kind_chosen.emit(self.kind.currentData()))
        self.name.textEdited.connect(self.name_typed)
        self.copy.toggled.connect(self.copy_chosen)
        self.options.changed.connect(self.options_chosen)
        self.fold.clicked.connect(self.on_fold)
        self.error.wanted.connect(self.on_mend)

    def show_candidate(self, item: Candidate, fields: tuple[OptionField, ...], name_problem: str, note: str) -> None:
        """Show a candidate; `note` says what else there is to know about it."""
        self.title.setText(item.path.name)
        size = f" · {size_text(item.size)}" if item.size else ""
        self.place.setText(f"{item.path}{size}")
        with QSignalBlocker(self.kind):
            self.kind.setItemText(
                0, f"recognised: {self._title_of(item)}" if item.recognised and not item.kind else "recognise it"
            )
            self.kind.setCurrentIndex(max(0, self.kind.findData(item.kind)))
        if self.name.text() != item.name:
            self.name.setText(item.name)
        self._say_name_problem(name_problem)
        with QSignalBlocker(self.copy):
            self.copy.setChecked(item.copy)
        self.copy.setText(f"Copy into the project ({size_text(item.size)})" if item.size else "Copy into the project")
        self.options.show_fields(fields, item.options)
        self.fold.setVisible(bool(fields))
        self._fold_out(is_open=bool(fields) and (item.asks or self._wants_options))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        is_busy = item.state in ("waiting", "reading", "importing")
        self.busy.setVisible(is_busy)
        for widget in (self.kind, self.name, self.copy, self.options):
            widget.setEnabled(item.state not in ("importing", "imported"))
        self._show_found(item)

    def show_name_problem(self, text: str) -> None:
        """Say why the name cannot be used; nothing where it can."""
        self._say_name_problem(text)

    @Slot()
    def on_fold(self) -> None:
        """Fold the options out or in."""
        self._wants_options = self.options.isHidden()
        self._fold_out(is_open=self._wants_options)

    @Slot()
    def on_mend(self) -> None:
        """Read it again as the error says."""
        if self._remedy is not None:
            self.options_chosen.emit(self._remedy[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.viewport().width() >= BESIDE_FROM_U * theme.unit(self)
        self._beside.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    # --- inside

    def _fold_out(self, *, is_open: bool) -> None:
        self.options.setVisible(is_open)
        self.fold.setIcon(theme.icon("fold" if is_open else "right"))

    def _arrange(self, u: int) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * u)
        grid.setVerticalSpacing(round(0.5 * u))
        for column, (words, field) in enumerate((("Kind", self.kind), ("Name in the project", self.name))):
            label = QLabel(words)
            label.setBuddy(field)
            grid.addWidget(label, 0, column)
            grid.addWidget(field, 1, column)
            grid.setColumnStretch(column, 1)
        grid.addWidget(self.name_problem, 2, 1)
        self._found = QWidget()
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        fill(self._beside, (Column(self.facts, None), Column(self.classes, None)), u, 2.5)
        self._beside.setStretch(0, 3)
        self._beside.setStretch(1, 2)
        fill(QVBoxLayout(self._found), (self._beside, self.sample_title, self.sample), u, 1.2)
        inner = QWidget()
        parts = (
            Column(self.title, self.place, gap=0.3), grid, Row(self.copy, None, self.fold), self.options, self.note, self.busy,
            self.error, self._problems, self.more, self._found, None,
        )  # fmt: skip
        fill(QVBoxLayout(inner), parts, u, 1.2, 1)
        self.options.hide()
        self.setWidget(inner)

    def _show_found(self, item: Candidate) -> None:
        error = item.error
        report = item.report
        if error is None and report is not None and report.errors:
            error = NeuroError(report.errors[0].message, fix="Mend the file and import it again, or choose other reading options")
        self.error.setVisible(error is not None)
        self._remedy = remedy(item)
        if error is not None:
            self.error.show_error(error, self._remedy[0] if self._remedy else "")
        self._show_problems(report)
        self._found.setVisible(report is not None)
        if report is None:
            return
        self.facts.show_facts(fact_lines(report))
        shares = class_shares(report.facts)
        self.classes.show_classes(shares)
        self.classes.setVisible(bool(shares))
        table = sample_table(report)
        lines = [
            Line(tuple(Cell(text, is_number=place in table.numbers) for place, text in enumerate(row)), str(number))
            for number, row in enumerate(table.rows)
        ]
        self.sample.show_lines(table.headers, lines)
        self.sample.fit_columns()
        self.sample.fit_height(MOST_ROWS)
        self.sample.setVisible(bool(lines))
        self.sample_title.setVisible(bool(lines))

    def _show_problems(self, report: ImportReport | None) -> None:
        while (taken := self._problems.takeAt(0)) is not None:
            if (widget := taken.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        shown = [problem for problem in report.problems if problem not in report.errors[:1]] if report is not None else []
        for problem in shown[:MOST_PROBLEMS]:
            self._problems.addWidget(ProblemCard(problem, can_peek=False))
        rest = len(shown) - MOST_PROBLEMS
        self.more.setText(f"and {rest} more")
        self.more.setVisible(rest > 0)

    def _say_name_problem(self, text: str) -> None:
        self.name_problem.setText(text)
        self.name_problem.setVisible(bool(text))
        self.name.setAccessibleDescription(text)

    def _title_of(self, item: Candidate) -> str:
        place = self.kind.findData(item.found_kind)
        return self.kind.itemText(place) if place > 0 else item.found_kind
