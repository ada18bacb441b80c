"""What runs of this session and the program itself say, as it comes."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QTextCharFormat, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.panels.parts.filter_edit import FilterEdit
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.shell.log_lines import LEVELS, MOST_LINES, PROGRAM, Choice, LogBook, LogLine, as_text, read_news
from neurostudio.gui.shell.program_log import ProgramLog
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Row, Secondary, fill, tool_button

PERIOD_S = 0.5
SEARCH_MS = 150
LEVEL_WORDS = {"debug": "All levels", "info": "Info and above", "warning": "Warnings and errors", "error": "Errors"}

News = list[tuple[LogLine, int]]


class LogDock(QWidget):
    """The log::

    [All v] [Info and above v] [search        ]      (follow) (copy) (clear)
    06:12:01  info     mr-seed1  train: 1944 sentences
    06:12:04  warning  mr-seed1  12 words are unknown
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.setAccessibleName("Log")
        self.book = LogBook()
        self._names: dict[str, str] = {}
        self.source = QComboBox()
        self.source.setAccessibleName("Whose messages to show")
        self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.source.setMinimumContentsLength(16)
        self.level = QComboBox()
        self.level.setAccessibleName("Least level")
        self.level.addItems(list(LEVEL_WORDS.values()))
        self.level.setCurrentIndex(1)
        self.search = FilterEdit("Search the log")
        self.follow = tool_button("down", "Keep the newest line in view")
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.copy = tool_button("copy", "Copy what is shown, or what is selected")
        self.clear = tool_button("trash", "Clear the log here; the logs of the runs stay")
        self.text = _Lines()
        self._empty = Secondary("Nothing was logged in this session.", wrap=False)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.text)
        self._stack.addWidget(self._empty)
        u = theme.unit(self)
        bar = Row(self.source, self.level, self.search, self.follow, self.copy, self.clear, gap=0.6, margin=0.6)
        fill(QVBoxLayout(self), (bar, self._stack), u, 0)
        self._typed = QTimer(self, interval=SEARCH_MS, singleShot=True)
        self._refresher = Refresher(self, self._question, self._take_news, studio.report_error, PERIOD_S)
        self.program = ProgramLog(self)
        self._connect()
        self.on_project()

    def show_run(self, run_id: str, name: str) -> None:
        """Show the log of one run, also of one that ended before this session."""
        self._know(run_id, name)
        self.source.setCurrentIndex(self.source.findData(run_id))
        self._refresher.ask()

    # --- slots

    @Slot()
    def on_project(self) -> None:
        """Another project is open, or none."""
        self._names.clear()
        self.book.forget_runs()
        self.source.clear()
        self.source.addItem("All messages", None)
        self.source.addItem("NeuroStudio", PROGRAM)
        project = self.studio.project
        if project is not None:
            project.queue_changed.connect(self.on_jobs)
            project.runs_changed.connect(self.on_runs)
            self.on_jobs(project.jobs())
        self._fill()

    @Slot(object)
    def on_jobs(self, jobs: tuple[JobLine, ...]) -> None:
        """Runs of this session are followed from when they are first seen."""
        for job in jobs:
            if job.run_id not in self._names:
                self._know(job.run_id, job.name)
                self._refresher.ask()

    @Slot(object)
    def on_runs(self, run_ids: frozenset[str]) -> None:
        """Runs wrote something."""
        if self._names and (not run_ids or run_ids & self._names.keys()):
            self._refresher.ask()

    @Slot(object)
    def on_program(self, lines: list[LogLine]) -> None:
        """The program said something."""
        self._add(lines)

    @Slot()
    def on_choice(self) -> None:
        """Another source, level or word."""
        self._fill()

    @Slot()
    def on_copy(self) -> None:
        """Copy the selection, or everything that is shown."""
        cursor = self.text.textCursor()
        shown = (
            cursor.selectedText().replace("\u2029", "\n") if cursor.hasSelection() else as_text(self.book.chosen(self._choice()))
        )
        QGuiApplication.clipboard().setText(shown)

    @Slot()
    def on_clear(self) -> None:
        """Start with an empty log."""
        self.book.clear()
        self._fill()

    @Slot(bool)
    def on_follow(self, is_on: bool) -> None:
        """Go to the newest line and stay there."""
        if is_on:
            self.text.go_to_end()

    @Slot(int)
    def on_scrolled(self, value: int) -> None:
        """Whoever scrolls up wants to read; whoever comes back to the end wants to follow."""
        if self.text.verticalScrollBar().isSliderDown() or self.text.is_moved_by_user:
            self.follow.setChecked(value >= self.text.verticalScrollBar().maximum())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "program"):
            self._fill()

    # --- inside

    def _connect(self) -> None:
        self.source.currentIndexChanged.connect(self.on_choice)
        self.level.currentIndexChanged.connect(self.on_choice)
        self.search.textChanged.connect(self._typed.start)
        self._typed.timeout.connect(self.on_choice)
        self.copy.clicked.connect(self.on_copy)
        self.clear.clicked.connect(self.on_clear)
        self.follow.toggled.connect(self.on_follow)
        self.text.verticalScrollBar().valueChanged.connect(self.on_scrolled)
        self.program.arrived.connect(self.on_program)
        self.studio.project_changed.connect(self.on_project)

    def _choice(self) -> Choice:
        return Choice(LEVELS[self.level.currentIndex()], self.source.currentData(), self.search.text())

    def _know(self, run_id: str, name: str) -> None:
        if run_id not in self._names:
            self._names[run_id] = name
            self.book.read_up_to.setdefault(run_id, 0)
            self.source.addItem(name, run_id)

    def _question(self) -> Callable[[], News]:
        project = self.studio.project
        return list if project is None else partial(read_news, project.project, dict(self.book.read_up_to))

    def _take_news(self, news: News) -> None:
        fresh = []
        for line, number in news:
            if number > self.book.read_up_to.get(line.source, number):  # unknown: of a project that was closed meanwhile
                self.book.read_up_to[line.source] = number
                fresh.append(line)
        if fresh:
            self._add(fresh)

    def _add(self, lines: list[LogLine]) -> None:
        self.book.add(lines)
        choice = self._choice()
        self.text.append([line for line in lines if choice.fits(line)])
        self._settle()

    def _fill(self) -> None:
        self.text.clear()
        self.text.append(self.book.chosen(self._choice()))
        self._settle()

    def _settle(self) -> None:
        is_empty = not self.text.document().characterCount() > 1
        self._stack.setCurrentWidget(self._empty if is_empty else self.text)
        is_all = self._choice() == Choice()
        self._empty.setText("Nothing was logged in this session." if is_all else "No line fits this choice.")
        if self.follow.isChecked():
            self.text.go_to_end()


class _Lines(QPlainTextEdit):
    """The lines as text that can be selected; level words in their colour."""

    def __init__(self) -> None:
        super().__init__()
        self.is_moved_by_user = False
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFont(theme.mono_font())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setMaximumBlockCount(MOST_LINES)
        self.setAccessibleName("Log")
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def append(self, lines: list[LogLine]) -> None:
        """Put lines at the end, neighbours of one level in one go; the view stays where it is."""
        if not lines:
            return
        bar = self.verticalScrollBar()
        place = bar.value()
        colours = theme.current()
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        start = 0
        while start < len(lines):
            end = start
            while end < len(lines) and lines[end].level == lines[start].level:
                end += 1
            words = QTextCharFormat()
            tint = {"warning": colours.warning, "error": colours.problem, "debug": colours.secondary}
            words.setForeground(QColor(tint.get(lines[start].level, colours.text)))
            text = "\n".join(line.as_text() for line in lines[start:end])
            cursor.insertText(f"\n{text}" if cursor.position() else text, words)
            start = end
        cursor.endEditBlock()
        bar.setValue(place)

    def go_to_end(self) -> None:
        """Bring the newest line into view."""
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.is_moved_by_user = True
        super().wheelEvent(event)
        self.is_moved_by_user = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.is_moved_by_user = True
        super().keyPressEvent(event)
        self.is_moved_by_user = False
