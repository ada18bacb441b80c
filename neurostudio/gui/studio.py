"""What the pages of the window share, and how one asks another for something: nothing of them needs to know the shell."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from neurostudio.app.settings import UserSettings
from neurostudio.core.errors import NeuroError

if TYPE_CHECKING:  # brings the database, which the first paint does without
    from neurostudio.gui.open_project import OpenProject
    from neurostudio.gui.views.volume.cursor import Cursor

COLOURS_KEY, COLOURS_VERSION = "colours", 1
UNDO_LIMIT = 200
_RUN_ID = re.compile(r"\d{8}-\d{6}-")

Level = Literal["info", "done", "warning", "error"]


@dataclass(frozen=True)
class Notice:
    """One thing that people are told.

    Attributes
    ----------
    title, text, fix : str
        What happened; more about it; what to do now.
    action_text, action_key : str
        Verb on its button, and the page that the button opens.
    """

    level: Level
    title: str
    text: str = ""
    fix: str = ""
    action_text: str = ""
    action_key: str = ""
    t: float = field(default_factory=time.time)


@dataclass(frozen=True)
class FormRequest:
    """A method to show in the settings form, filled in as far as it is known."""

    method_id: str
    settings: Mapping[str, Any] | None = None
    inputs: Mapping[str, Sequence[str]] | None = None
    seed: int | None = None
    name: str = ""


class Studio(QObject):
    """The shared state of the window.

    Signals
    -------
    project_changed : another project is open, or none
    page_requested : key of a page, such as ``run:<id>``
    form_requested : FormRequest
    import_requested : kind of data to import, empty for any
    noticed : Notice
    pins_changed : the runs chosen for comparison
    settings_changed : UserSettings
    """

    project_changed = Signal()
    page_requested = Signal(str)
    form_requested = Signal(object)
    import_requested = Signal(str)
    noticed = Signal(object)
    pins_changed = Signal()
    settings_changed = Signal(object)

    def __init__(self, settings: UserSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings or UserSettings()
        self.project: OpenProject | None = None
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(UNDO_LIMIT)
        self.pinned: tuple[str, ...] = ()
        self._colours: dict[str, int] = {}
        self._cursor: Cursor | None = None

    @property
    def cursor(self) -> "Cursor":
        """The crosshair and the time that all images of the brain share while they are linked."""
        from neurostudio.gui.views.volume.cursor import Cursor

        if self._cursor is None:
            self._cursor = Cursor(self)
        return self._cursor

    def set_project(self, project: "OpenProject | None") -> None:
        """Show another project, or none; the one before is closed by whoever opened it."""
        self.undo.clear()
        self.pinned = ()
        self.project = project
        kept = project.project.store.get_layout(COLOURS_KEY, COLOURS_VERSION) if project else None
        self._colours = {str(key): int(index) for key, index in kept.items()} if isinstance(kept, dict) else {}
        self.project_changed.emit()
        self.pins_changed.emit()

    def change_settings(self, settings: UserSettings) -> None:
        """Take over other preferences; who shows them hears of it."""
        self.settings = settings
        self.settings_changed.emit(settings)

    def open_page(self, key: str) -> None:
        """Open a page, or bring it to the front."""
        self.page_requested.emit(key)

    def fill_form(
        self,
        method_id: str,
        settings: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Sequence[str]] | None = None,
        seed: int | None = None,
        name: str = "",
    ) -> None:
        """Show the settings form of a method, filled in."""
        self.form_requested.emit(FormRequest(method_id, settings, inputs, seed, name))

    def ask_import(self, kind: str = "") -> None:
        """Let the person choose files to import, of one kind or of any."""
        self.import_requested.emit(kind)

    def notify(self, notice: Notice) -> None:
        """Tell people something; it is kept in the list of notices."""
        self.noticed.emit(notice)

    def report_error(self, error: NeuroError) -> None:
        """Tell people of an error."""
        self.notify(Notice("error", error.what, error.why, error.fix))

    def pin(self, run_ids: Iterable[str]) -> None:
        """Choose runs for comparison, in place of those before."""
        self.pinned = tuple(dict.fromkeys(run_ids))
        self.pins_changed.emit()

    def colour_index(self, key: str) -> int:
        """Index of the colour of a run, class, layer ...: the same in every view of a project, also tomorrow."""
        if key not in self._colours:  # runs are counted apart: they stand beside each other, not beside classes and layers
            is_run = bool(_RUN_ID.match(key))
            self._colours[key] = sum(bool(_RUN_ID.match(other)) == is_run for other in self._colours)
        return self._colours[key]

    def colours(self) -> dict[str, int]:
        """Which colour each key has; the shell keeps it with the project."""
        return dict(self._colours)
