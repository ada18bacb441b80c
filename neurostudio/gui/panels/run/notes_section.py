"""Notes and tags of a run: typed here, kept shortly after, taken back with Undo."""

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.labels import note_run, tag_run
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Heading, Secondary, fill

PAUSE_MS = 1500


class NotesSection(QWidget):
    """The fields::

        Tags    [baseline, for the paper      ]
        Notes   [                             ]

    Signals
    -------
    said : name of a label (``tags``, ``notes``) and its new value, which is being written
    """

    said = Signal(str, object)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._view: RunView | None = None
        self.tags = QLineEdit()
        self.tags.setPlaceholderText("baseline, for the paper")
        self.tags.setAccessibleName("Tags, separated by commas")
        self._known = QStringListModel([], self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tags.setCompleter(completer)
        self.notes = QPlainTextEdit()
        self.notes.setPlaceholderText("What you wanted to know, and what you saw")
        self.notes.setAccessibleName("Notes")
        self.notes.setTabChangesFocus(True)
        self.notes.installEventFilter(self)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self.keep_notes)
        self.notes.textChanged.connect(self.on_typed)
        self.tags.editingFinished.connect(self.keep_tags)
        fill(
            QVBoxLayout(self),
            (
                Heading("Tags"),
                self.tags,
                Secondary("Separated by commas. The project list and the search find runs by them."),
                Heading("Notes"),
                self.notes,
            ),
            theme.unit(self),
            0.8,
        )

    def show_run(self, view: RunView) -> None:
        """Show what is kept; what is being typed stays."""
        self._view = view
        document = self.notes.document()
        if not document.isModified() and view.row.notes != self.notes.toPlainText().strip():
            self.notes.setPlainText(view.row.notes)
        if not self.tags.isModified():
            self.tags.setText(", ".join(view.row.tags))
        if self._known.stringList() != list(view.known_tags):
            self._known.setStringList(list(view.known_tags))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the notes when the keyboard goes elsewhere."""
        if watched is self.notes and event.type() == QEvent.Type.FocusOut:
            self.keep_notes()
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        self.keep_notes()
        super().hideEvent(event)

    @Slot()
    def on_typed(self) -> None:
        """Keep the notes after a pause."""
        if self.notes.document().isModified():
            self._pause.start()

    @Slot()
    def keep_notes(self) -> None:
        """Write the notes down, where they are other than before."""
        self._pause.stop()
        document = self.notes.document()
        if self._view is not None and document.isModified():
            document.setModified(False)
            self.said.emit("notes", self.notes.toPlainText().strip())
            note_run(self._studio, self._view.row.run_id, self.notes.toPlainText())

    @Slot()
    def keep_tags(self) -> None:
        """Write the tags down, where they are other than before."""
        if self._view is not None and self.tags.isModified():
            tags = tags_in(self.tags.text())
            self.tags.setText(", ".join(tags))  # not modified any more
            self.said.emit("tags", tags)
            tag_run(self._studio, self._view.row.run_id, tags)


def tags_in(text: str) -> tuple[str, ...]:
    """The tags in a line, each once.

    >>> tags_in(" baseline, for the paper,, baseline ")
    ('baseline', 'for the paper')
    """
    words = (" ".join(part.split()) for part in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))
