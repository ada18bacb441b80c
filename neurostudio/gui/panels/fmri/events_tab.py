"""The events of a run as a table; a row goes to its volume."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from neurostudio.data.import_report import Problem
from neurostudio.gui import theme
from neurostudio.gui.panels.fmri.event_lines import EventLine, event_lines, extra_names, seconds_text, summary
from neurostudio.gui.panels.parts.filter_edit import FilterEdit, fits
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.widgets import EmptyState, IconLabel, Row, Secondary, fill

if TYPE_CHECKING:
    from neurostudio.data.fmri.events import Events

_MARKS = {"error": ("problem", "problem"), "warning": ("warning", "warning"), "note": ("note", "secondary")}


class EventsTab(QWidget):
    """::

        96 events: faces 48, houses 48                         [ Filter ]
        (!) 2 of 96 events begin after the end of the run
        Onset (s)  Duration (s)  Type    Volume
        4.00       1.00          faces   2

    Signals
    -------
    time_wanted : int
        The volume of the row that the cursor came to.
    """

    time_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._lines: tuple[EventLine, ...] = ()
        self._extra: tuple[str, ...] = ()
        self.summary = Secondary()
        self.filter = FilterEdit("Filter events")
        self.filter.setMaximumWidth(28 * u)
        self.problems = QVBoxLayout()
        self.table = LineTable("Events of the run")
        self.empty = EmptyState(
            "table",
            "No events",
            "A table with onset and duration beside the image (…_events.tsv) is shown here, and under the time plot.",
        )
        self._content = QWidget()
        head = Row(self.summary, self.filter)
        head.layout().setStretch(0, 1)  # type: ignore[union-attr]
        fill(QVBoxLayout(self._content), (head, self.problems, self.table), u, 0.8, 1.5)
        self._stack = QStackedLayout(self)
        for page in (self.empty, self._content):
            self._stack.addWidget(page)
        self.filter.textChanged.connect(self.on_filter)
        self.table.moved.connect(self.on_row)
        self.table.chosen.connect(self.on_row)

    def show_events(self, events: "Events | None", tr_s: float | None, n_volumes: int, problems: Sequence[Problem] = ()) -> None:
        """Show these events; None for a run without."""
        self._stack.setCurrentWidget(self.empty if events is None else self._content)
        self._lines = () if events is None else event_lines(events, tr_s, n_volumes)
        while (item := self.problems.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if events is None:
            self._fill()
            return
        self._extra = extra_names(events)
        self.summary.setText(summary(events))
        for problem in problems:
            words = QLabel(problem.message)
            words.setWordWrap(True)
            icon, tint = _MARKS[problem.severity]
            line = Row(IconLabel(icon, 1.8, tint), words, gap=0.8)
            line.layout().setStretch(1, 1)  # type: ignore[union-attr]
            self.problems.addWidget(line)
        self._fill()

    @Slot(str)
    def on_row(self, key: str) -> None:
        """Go to the volume of an event."""
        line = self._lines[int(key)] if key.isdecimal() and int(key) < len(self._lines) else None
        if line is not None and line.volume is not None:
            self.time_wanted.emit(line.volume)

    @Slot(str)
    def on_filter(self, _text: str) -> None:
        """Show the events that fit."""
        self._fill()

    def _fill(self) -> None:
        words = self.filter.text()
        shown = [_line(one) for one in self._lines if fits(words, one.name, *one.extra, one.trouble)]
        self.table.show_lines(("Onset (s)", "Duration (s)", "Type", "Volume", *self._extra), shown)


def _line(event: EventLine) -> Line:
    odd = {"icon": "warning", "tint": "warning", "tooltip": event.trouble} if event.trouble else {}
    cells = (
        Cell(seconds_text(event.onset_s), is_number=True),
        Cell(seconds_text(event.duration_s), is_number=True),
        Cell(event.name, **odd),  # type: ignore[arg-type]
        Cell("–" if event.volume is None else str(event.volume), is_number=True, tooltip=event.trouble),
        *(Cell(text) for text in event.extra),
    )
    return Line(cells, str(event.number))
