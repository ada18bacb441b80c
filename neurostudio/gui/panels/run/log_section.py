"""Log of a run: its own lines by level, or everything that was printed; the end stays in view while it grows."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.filter_edit import FilterEdit, fits
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.run.log_presenter import ERROR_KEY, MOST_LINES, LogLine, LogView, load_log, load_printed
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Row, Secondary, button, fill

PERIOD_S = 0.5
HEADERS = ("Time", "Level", "Message")
LEVELS = {"debug": "All levels", "info": "Info and above", "warning": "Warnings and errors", "error": "Errors"}
SOURCES = ("Log", "Everything printed")
_COLOURS = {"warning": "warning", "error": "problem", "debug": "secondary"}
_ICONS = {"warning": ("warning", "warning"), "error": ("problem", "problem")}


class LogSection(QWidget):
    """The log::

    [Log v] [All levels v] [search            ] [Show error]
    06:12:01  info     reading  path=...
    06:12:04  warning  12 words are unknown
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._view: RunView | None = None
        self._lines: tuple[LogLine, ...] = ()
        self.source = _choice("What to show", SOURCES)
        self.level = _choice("Least level", LEVELS.values())
        self.level.setCurrentIndex(1)
        self.filter = FilterEdit("Search the log")
        self.to_error = button("Show error", "problem", "Go to the error that ended the run")
        self.table = LineTable("Log of the run")
        self.printed = QPlainTextEdit()
        self.printed.setReadOnly(True)
        self.printed.setFont(theme.mono_font())
        self.printed.setFrameShape(QFrame.Shape.NoFrame)
        self.printed.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.printed.setAccessibleName("Everything that the run printed")
        self.note = Secondary(f"Only the last {MOST_LINES:,} lines are shown; the whole log stands in the folder of the run.")
        self.whole = QLabel()
        self.whole.setFont(theme.mono_font())
        self.whole.setTextFormat(Qt.TextFormat.PlainText)
        self.whole.setWordWrap(True)
        self.whole.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.whole.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.printed)
        bar = Row(self.source, self.level, self.filter, self.to_error)
        fill(QVBoxLayout(self), (bar, self.note, self._stack, self.whole), theme.unit(self))
        self.to_error.hide()
        self.note.hide()
        self.source.currentIndexChanged.connect(self.on_choice)
        self.level.currentIndexChanged.connect(self.on_choice)
        self.filter.textChanged.connect(self.on_filter)
        self.to_error.clicked.connect(self.show_error)
        self.table.moved.connect(self.on_line)
        self._refresher = Refresher(self, self._question, self._show, studio.report_error, PERIOD_S)

    def show_run(self, view: RunView) -> None:
        """Show the log of a run, or what has come to it."""
        self._view = view
        self.to_error.setVisible(view.row.state == "failed")
        self._refresher.ask()

    @Slot()
    def show_error(self) -> None:
        """Go to the error that ended the run."""
        self.source.setCurrentIndex(0)
        self.filter.clear()
        if not self.table.select_key(ERROR_KEY) and self._lines:
            errors = [line.key for line in self._lines if line.level == "error"]
            self.table.select_key(errors[-1] if errors else self._lines[-1].key)
        self.table.scrollTo(self.table.currentIndex())
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def on_choice(self) -> None:
        """Another source or level was chosen."""
        is_log = self.source.currentIndex() == 0
        self._stack.setCurrentIndex(0 if is_log else 1)
        self.level.setEnabled(is_log)
        self.whole.hide()
        self._refresher.ask()

    @Slot()
    def on_filter(self) -> None:
        """Show the lines that hold the words of the filter, or find them in what was printed."""
        if self.source.currentIndex() == 0:
            self._fill_table()
        elif not self.printed.find(self.filter.text()):
            self.printed.moveCursor(self.printed.textCursor().MoveOperation.Start)
            self.printed.find(self.filter.text())

    @Slot(str)
    def on_line(self, key: str) -> None:
        """Show all of the line that the cursor is on."""
        line = next((one for one in self._lines if one.key == key), None)
        self.whole.setVisible(line is not None)
        if line is not None:
            self.whole.setText(line.text)

    def _question(self) -> Any:
        project, view = self._studio.project, self._view
        if project is None or view is None:
            return str
        if self.source.currentIndex() == 1:
            return partial(load_printed, view.folder / "log.txt")
        return partial(load_log, project.project, view.row.run_id, list(LEVELS)[self.level.currentIndex()])

    def _show(self, found: LogView | str) -> None:
        if isinstance(found, str):
            self._show_printed(found)
            return
        self._lines = found.lines
        self.note.setVisible(found.is_cut)
        self._fill_table()

    def _fill_table(self) -> None:
        bar = self.table.verticalScrollBar()
        follows = bar.value() >= bar.maximum()
        words = self.filter.text()
        shown = [_line(line) for line in self._lines if fits(words, line.text, line.level)]
        self.table.show_lines(HEADERS, shown)
        if follows:
            self.table.scrollToBottom()

    def _show_printed(self, text: str) -> None:
        if text == self.printed.toPlainText():
            return
        bar = self.printed.verticalScrollBar()
        place, follows = bar.value(), bar.value() >= bar.maximum()
        self.printed.setPlainText(text)
        bar.setValue(bar.maximum() if follows else place)


def _choice(name: str, words: Any) -> QComboBox:
    box = QComboBox()
    box.addItems(list(words))
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box


def _line(line: LogLine) -> Line:
    icon, tint = _ICONS.get(line.level, ("", ""))
    colour = _COLOURS.get(line.level, "")
    return Line(
        (
            Cell(line.clock, is_mono=True, colour="secondary"),
            Cell(line.level, colour=colour, icon=icon, tint=tint),
            Cell(line.text, is_mono=True),
        ),
        line.key,
    )
