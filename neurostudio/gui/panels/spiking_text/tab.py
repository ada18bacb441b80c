"""What every tab with results is: it reads its part of the run when it is seen, and says what is missing."""

from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.spiking_text.results import RunResults
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Column, EmptyState, ErrorCard, fill

MARGIN = 2
NO_RUN = (
    "No finished run yet",
    "Spikes, decisions and energy of a run are shown here. The sample reviews are enough for a first one.",
    "Run on the sample reviews",
)


class ResultTab(QWidget):
    """A part of the results of one run, or the reason why there is none.

    A tab writes `read`, which runs in a thread and returns plain data or None where the run has no such output, and
    `show_data`.

    Signals
    -------
    first_run_wanted : there is no run, and somebody wants one
    """

    first_run_wanted = Signal()

    title: ClassVar[str] = ""
    missing: ClassVar[tuple[str, str]] = ("Nothing to show", "This run did not come so far.")
    """Heading and sentence where the run has no such output."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.title)
        self.results: RunResults | None = None
        self._is_stale = False
        self._turn = 0
        self.content = QWidget()
        self.column = QVBoxLayout(self.content)
        fill(self.column, (), theme.unit(self), 1, MARGIN)
        scroll = QScrollArea()
        scroll.setWidget(self.content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll = scroll
        self._missing = EmptyState("spikes", *self.missing)
        self.no_run = EmptyState("spikes", *NO_RUN)
        self.no_run.wanted.connect(self.first_run_wanted)
        self._error = ErrorCard()
        self._error_page = Column(self._error, None, margin=MARGIN)
        self._blank = QWidget()
        self._stack = QStackedLayout(self)
        for page in (self._blank, self._scroll, self._missing, self._error_page, self.no_run):
            self._stack.addWidget(page)

    @property
    def state(self) -> str:
        """``blank``, ``content``, ``missing``, ``error`` or ``no run``."""
        return ("blank", "content", "missing", "error", "no run")[self._stack.currentIndex()]

    def show_results(self, results: RunResults | None) -> None:
        """Show another run; it is read as soon as the tab is seen."""
        self.results = results
        self._turn += 1
        self._is_stale = results is not None
        if results is None:
            self._stack.setCurrentWidget(self.no_run)
        elif self.isVisible():
            self._start()

    def read(self, results: RunResults) -> Any:
        """Read what the tab shows; runs in a thread. None where the run has no such output."""
        raise NotImplementedError

    def show_data(self, data: Any) -> None:
        """Show what `read` returned."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._start()

    def show_missing(self) -> None:
        """Say that the run has no such output."""
        self._stack.setCurrentWidget(self._missing)

    def show_content(self) -> None:
        """Bring the content to the front."""
        self._stack.setCurrentWidget(self._scroll)

    def show_error(self, error: NeuroError) -> None:
        """Say what is in the way."""
        self._error.show_error(error)
        self._stack.setCurrentWidget(self._error_page)

    def _start(self) -> None:
        self._is_stale = False
        if self.results is not None:
            tasks.start(self._load(self.results, self._turn), self)

    async def _load(self, results: RunResults, turn: int) -> None:
        try:
            data = await in_background(self.read, results)
        except NeuroError as error:
            if turn == self._turn:
                self.show_error(error)
            return
        if turn == self._turn:
            if data is None:
                self.show_missing()
            else:
                self.show_data(data)
                self.show_content()
