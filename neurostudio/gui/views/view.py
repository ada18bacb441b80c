"""The base of all views: it loads an artifact in a thread and shows it, or what is in the way."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QPixmap
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.tints import ColourIndex, in_order
from neurostudio.gui.widgets import Column, EmptyState, ErrorCard, fill

SLOW_MS = 150  # loading is not mentioned before

ViewState = Literal["empty", "loading", "done", "error"]


@dataclass(frozen=True)
class Selected:
    """What someone chose in a view, for other views of the same data.

    Attributes
    ----------
    rows : tuple of int
        Rows of a table in the order of the file, or units of a raster.
    names : tuple of str
        Names that stand for it: a class, a word, a layer.
    """

    rows: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


class View(QWidget):
    """One artifact as its kind is best seen, with a readout line under it.

    A kind of view writes `load`, which reads the file in a thread and returns frozen data, `show_data`, and
    `data_text`. Broken files end in a card that says what to do.

    Signals
    -------
    selected : Selected
        Something was chosen.
    export_wanted : str
        File ending (``.png``, ``.svg``, ``.pdf``, ``.csv``) from the menu of the right mouse button.
    state_changed : str
        ``empty``, ``loading``, ``done`` or ``error``.
    """

    selected = Signal(object)
    export_wanted = Signal(str)
    state_changed = Signal(str)

    has_picture: ClassVar[bool] = False
    """Whether it can be exported as a picture."""
    has_numbers: ClassVar[bool] = False
    """Whether it can be exported as a table."""

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__()
        self.colour_index = colour_index or in_order()
        self.state: ViewState = "empty"
        self.source: ArtifactSource | None = None
        self.notes: tuple[str, ...] = ()
        self.readout = Readout()
        self._turn = 0
        self._empty: QWidget = EmptyState("picture", "Nothing is shown", "Choose an output of a run.")
        self._waiting = QLabel()
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._error = ErrorCard()
        self._content: QWidget = QWidget()
        self._stack = QStackedLayout()
        self._error_page = Column(self._error, None)
        for page in (self._empty, self._waiting, self._error_page, self._content):
            self._stack.addWidget(page)
        fill(QVBoxLayout(self), (self._stack, self.readout), theme.unit(self), 0.5)
        self._slow = QTimer(self, interval=SLOW_MS, singleShot=True)
        self._slow.timeout.connect(self.on_slow)

    # --- for kinds of views

    def set_content(self, content: QWidget) -> None:
        """The widget that shows the data; called once, while the view is built."""
        self._stack.removeWidget(self._content)
        self._content.deleteLater()
        self._content = content
        self._stack.addWidget(content)

    @staticmethod
    def load(source: ArtifactSource) -> Any:
        """Read the file; runs in a thread. NeuroError where it cannot be read."""
        raise NotImplementedError

    def show_data(self, data: Any) -> None:
        """Show what `load` returned."""
        raise NotImplementedError

    def data_text(self) -> str:
        """What is shown as lines with tabulators; empty where there is nothing to copy."""
        return ""

    def look(self) -> dict[str, Any] | None:
        """What people have set, for the command line to draw the same; None for views that are drawn in one way only."""
        return None

    def show_selection(self, selected: Selected) -> None:
        """Mark what was chosen in another view of the same data."""

    def picture(self) -> QPixmap:
        """What is seen, as pixels."""
        return self._content.grab()

    # --- for pages

    def join(self, studio: Studio) -> None:
        """Share what the window shares, such as a crosshair; most views have no use for it."""

    def show_source(self, source: ArtifactSource) -> None:
        """Load an artifact and show it; what is there stays until it has come."""
        self._turn += 1
        self.source = source
        self._set_state("loading")
        self._waiting.setText(f"Reading {source.path.name} ...")
        self._slow.start()
        tasks.start(self._load(source, self._turn), self)

    def show_now(self, data: Any) -> None:
        """Show data that are there already."""
        self._turn += 1
        self._present(data)

    def show_error(self, error: NeuroError) -> None:
        """Say what is in the way."""
        self._turn += 1
        self._slow.stop()
        self.readout.say("")
        self._error.show_error(error)
        self._stack.setCurrentWidget(self._error_page)
        self._set_state("error")

    def clear(self) -> None:
        """Show nothing."""
        self._turn += 1
        self._slow.stop()
        self.source = None
        self.readout.say("")
        self._stack.setCurrentWidget(self._empty)
        self._set_state("empty")

    def copy_picture(self) -> None:
        """Put what is seen on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.picture())
        self.readout.say("The picture is on the clipboard")

    def copy_data(self) -> None:
        """Put the numbers or the text on the clipboard."""
        QGuiApplication.clipboard().setText(self.data_text())
        self.readout.say("The data are on the clipboard")

    def add_menu(self, widget: QWidget) -> None:
        """Give a widget the menu of the right mouse button."""
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        entries = [("Copy picture", "copy", self.copy_picture), ("Copy data", "copy", self.copy_data)]
        for text, icon, slot in entries if self.has_picture else entries[1:]:
            action = QAction(theme.icon(icon), text, widget)
            action.triggered.connect(slot)
            widget.addAction(action)
        separator = QAction(widget)
        separator.setSeparator(True)
        widget.addAction(separator)
        for text, suffix in self.exports():
            action = QAction(theme.icon("export"), text, widget)
            action.setData(suffix)
            action.triggered.connect(self.on_export)
            widget.addAction(action)

    def exports(self) -> list[tuple[str, str]]:
        """Names and file endings of what it can be exported as."""
        pictures = [("Export PNG...", ".png"), ("Export SVG...", ".svg"), ("Export PDF...", ".pdf")]
        return [*(pictures if self.has_picture else []), *([("Export CSV...", ".csv")] if self.has_numbers else [])]

    @Slot()
    def on_export(self) -> None:
        """An export was chosen in the menu."""
        action = self.sender()
        if isinstance(action, QAction):
            self.export_wanted.emit(str(action.data()))

    @Slot()
    def on_slow(self) -> None:
        """Loading takes long enough to be mentioned."""
        self._stack.setCurrentWidget(self._waiting)

    # --- inside

    async def _load(self, source: ArtifactSource, turn: int) -> None:
        try:
            data = await tasks.in_background(self.load, source)
            if turn == self._turn:
                self._present(data)
        except NeuroError as error:
            if turn == self._turn:
                self.show_error(error)
        except Exception as error:
            if turn == self._turn:
                self.show_error(
                    NeuroError(f"{source.title} cannot be shown", f"{type(error).__name__}: {error}", "Look at its file")
                )
            raise  # a bug: the log has its traceback

    def _present(self, data: Any) -> None:
        self._slow.stop()
        self.show_data(data)
        self._stack.setCurrentWidget(self._content)
        self._set_state("done")

    def _set_state(self, state: ViewState) -> None:
        self.state = state
        self.state_changed.emit(state)
