"""What belongs to the run and what is missing; below it the record of the data set, and the runs that worked with it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.data.presenter import DataView
from neurostudio.gui.panels.data.problem_list import ProblemCard
from neurostudio.gui.panels.data.sections import RunsSection
from neurostudio.gui.panels.fmri.presenter import FileLine
from neurostudio.gui.panels.parts.fact_list import FactList
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.widgets import Column, Heading, fill

_WORDS = {"here": ("", "", ""), "missing": ("not here", "warning", "warning"), "none": ("none", "", "")}


class FilesTab(QScrollArea):
    """::

        Files of this run
        Role        File                  Size
        Image       sub-01_..._bold.nii   60 MB
        Events      none
        Problems found
        The data set: facts
        Used by

    Signals
    -------
    run_wanted : id of a run
    """

    run_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._title = Heading("Files of this run")
        self.table = LineTable("Files of this run")
        self.problems = Column(gap=1)
        self._problems_title = Heading("Problems found")
        self._shown_problems: tuple[object, ...] | None = None
        self._facts_title = Heading("In the whole data set")
        self.facts = FactList()
        self.runs = RunsSection()
        self.runs.run_wanted.connect(self.run_wanted)
        content = QWidget()
        parts = (
            self._title,
            self.table,
            self._problems_title,
            self.problems,
            self._facts_title,
            self.facts,
            self.runs,
        )
        fill(QVBoxLayout(content), (*parts, None), u, 1, 2)
        for title in (self._problems_title, self._facts_title, self.runs):
            title.setContentsMargins(0, u, 0, 0)  # two gaps between groups
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Files of the run, and record of the data set")

    def show_files(self, lines: Sequence[FileLine]) -> None:
        """Show what belongs to the run that is looked at."""
        self.table.show_lines(("For", "File", "Size"), [_line(one) for one in lines])
        self.table.fit_height(10)
        for part in (self._title, self.table):
            part.setVisible(bool(lines))

    def show_record(self, record: DataView) -> None:
        """Show the record of the data set."""
        self.facts.show_facts(record.facts)
        self.runs.show_data(record)
        if record.problems == self._shown_problems:
            return
        self._shown_problems = record.problems
        box = self.problems.layout()
        while box is not None and (item := box.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for problem in record.problems:
            if box is not None:
                box.addWidget(ProblemCard(problem, can_peek=False))
        self._problems_title.setVisible(bool(record.problems))
        self.problems.setVisible(bool(record.problems))


def _line(file: FileLine) -> Line:
    words, icon, tint = _WORDS[file.state]
    cells = (
        Cell(file.role),
        Cell(file.name, is_mono=file.state != "none", icon=icon, tint=tint, tooltip=file.note or file.name),
        Cell(file.size or words, is_number=True, tooltip=file.note),
    )
    return Line(cells, file.role)
