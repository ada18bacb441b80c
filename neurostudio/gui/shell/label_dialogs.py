"""Small dialogs for what people say about runs: tags and notes."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QDialog, QDialogButtonBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import Heading, Secondary, fill


class TagsDialog(QDialog):
    """Tags of one or several runs, with commas between them::

    Tags of mr-seed1
    [ pilot, paper                     ]
    Known tags: paper, pilot, spiking
                       [Cancel] [Save]
    """

    def __init__(self, parent: QWidget, title: str, tags: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Tags")
        self._edit = QLineEdit(", ".join(tags))
        self._edit.setAccessibleName(f"Tags of {title}, with commas between them")
        self._edit.setPlaceholderText("pilot, paper")
        self._edit.setMinimumWidth(40 * theme.unit(self))
        names = list(known)
        self._edit.setCompleter(_last_word_completer(names, self._edit))
        about = f"Known tags: {', '.join(names[:12])}" if names else "Separate tags with commas."
        fill(
            QVBoxLayout(self), (Heading(f"Tags of {title}"), self._edit, Secondary(about), _buttons(self)), theme.unit(self), 1, 2
        )

    def tags(self) -> tuple[str, ...]:
        """What was typed."""
        return tuple(dict.fromkeys(" ".join(part.split()) for part in self._edit.text().split(",") if part.strip()))


class NotesDialog(QDialog):
    """Notes about one run."""

    def __init__(self, parent: QWidget, title: str, notes: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("Notes")
        u = theme.unit(self)
        self._edit = QPlainTextEdit(notes)
        self._edit.setAccessibleName(f"Notes about {title}")
        self._edit.setPlaceholderText("What you want to remember about this run")
        self._edit.setTabChangesFocus(True)
        self._edit.setMinimumSize(56 * u, 18 * u)
        self._edit.installEventFilter(self)
        fill(QVBoxLayout(self), (Heading(f"Notes about {title}"), self._edit, _buttons(self)), u, 1, 2)

    def notes(self) -> str:
        """What was typed."""
        return self._edit.toPlainText()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter saves."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.accept()
                return True
        return super().eventFilter(watched, event)


def _buttons(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


class _LastWordCompleter(QCompleter):
    """Completes what stands after the last comma."""

    def splitPath(self, path: str) -> list[str]:
        """The part that is completed; Qt calls it."""
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index) -> str:  # type: ignore[no-untyped-def]
        """The whole text with the part completed; Qt calls it."""
        edit = self.widget()
        before = edit.text().rpartition(",")[0].rstrip() if isinstance(edit, QLineEdit) else ""
        return f"{before}, {index.data()}" if before else str(index.data())


def _last_word_completer(known: list[str], edit: QLineEdit) -> QCompleter:
    completer = _LastWordCompleter(known, edit)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return completer
