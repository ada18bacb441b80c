"""Undo of edits in a form. Commands know the model, not the widgets: a form that is no longer shown can still be undone."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtGui import QUndoCommand

from neurostudio.gui.form.model import FormModel

_EDIT_ID = 731


class EditSetting(QUndoCommand):
    """One field changed; what is typed in one go is one step.

    Parameters
    ----------
    go : int
        Number of the go; edits of the same field in the same go are joined.
    """

    def __init__(self, model: FormModel, key: str, raw: Any, go: int) -> None:
        super().__init__(f"change {model.places[key].info.title.lower()}")
        self.model, self.key, self.go = model, key, go
        self.before, self.after = model.raw(key), raw

    def id(self) -> int:
        """Edits may be joined with each other."""
        return _EDIT_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Join the next edit of the same go."""
        if not isinstance(other, EditSetting) or (other.model, other.key, other.go) != (self.model, self.key, self.go):
            return False
        self.after = other.after
        return True

    def undo(self) -> None:
        """Put back what stood there."""
        self.model.put(self.key, self.before)

    def redo(self) -> None:
        """Put in what was typed."""
        self.model.put(self.key, self.after)


class ChangeForm(QUndoCommand):
    """The whole form changed at once: a preset was loaded, or everything was reset."""

    def __init__(self, text: str, model: FormModel, change: Callable[[], None]) -> None:
        super().__init__(text)
        self.model = model
        self.before: Mapping[str, Any] = model.state()
        change()  # an error of it leaves the stack alone
        self.after: Mapping[str, Any] = model.state()

    def undo(self) -> None:
        """Put back what stood there."""
        self.model.restore(self.before)

    def redo(self) -> None:
        """Change it again."""
        self.model.restore(self.after)
