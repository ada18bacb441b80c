"""Everything that people were told in this session, newest first; what becomes of runs is told here, too."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from neurostudio.app.project import Project
from neurostudio.core.registry import registry
from neurostudio.gui import tasks
from neurostudio.gui.studio import Level, Notice, Studio
from neurostudio.gui.tasks import in_background
from neurostudio.report.wording import duration_text, number_text
from neurostudio.store import read
from neurostudio.store.rows import RunError, RunRow

MOST_NOTICES = 200
SAME_WITHIN_S = 60.0
LEVEL_WORDS: dict[Level, str] = {"info": "Note", "done": "Done", "warning": "Warning", "error": "Error"}
LEVEL_ICONS: dict[Level, tuple[str, str]] = {
    "info": ("info", "secondary"),
    "done": ("state-done", "good"),
    "warning": ("warning", "warning"),
    "error": ("problem", "problem"),
}


@dataclass(frozen=True)
class Entry:
    """A notice in the book: its number, how often it came, and whether it was seen."""

    number: int
    notice: Notice
    count: int = 1
    is_read: bool = False

    def as_text(self) -> str:
        """All of it, for the clipboard and for screen readers."""
        notice = self.notice
        times = f" ({self.count} times)" if self.count > 1 else ""
        parts = (notice.title + times, notice.text, notice.fix)
        return f"{LEVEL_WORDS[notice.level]}: " + " ".join(_sentence(part) for part in parts if part)


class NoticeBook(QObject):
    """The notices of this session.

    Signals
    -------
    added : Entry
        A new one.
    repeated : Entry
        The same came again: only its count and its time are others.
    emptied : nothing is left
    unread_changed : number of notices that were not seen
    """

    added = Signal(object)
    repeated = Signal(object)
    emptied = Signal()
    unread_changed = Signal(int)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.studio = studio
        self._entries: list[Entry] = []
        self._numbers = 0
        studio.noticed.connect(self.on_noticed)
        studio.project_changed.connect(self.on_project)
        self.on_project()

    def entries(self) -> tuple[Entry, ...]:
        """All, the newest first."""
        return tuple(self._entries)

    @property
    def unread(self) -> int:
        """How many were not seen."""
        return sum(not entry.is_read for entry in self._entries)

    def mark_read(self) -> None:
        """All were seen."""
        if self.unread:
            self._entries = [replace(entry, is_read=True) for entry in self._entries]
            self.unread_changed.emit(0)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
        self.emptied.emit()
        self.unread_changed.emit(0)

    def act(self, notice: Notice) -> None:
        """Do what the button of a notice says."""
        if notice.action_key:
            self.studio.open_page(notice.action_key)

    @Slot(object)
    def on_noticed(self, notice: Notice) -> None:
        """Take a notice in; one that just came is counted, not listed twice."""
        last = self._entries[0] if self._entries else None
        if last is not None and _same(last.notice, notice):
            entry = replace(last, notice=notice, count=last.count + 1, is_read=False)
            self._entries[0] = entry
            self.repeated.emit(entry)
        else:
            self._numbers += 1
            entry = Entry(self._numbers, notice)
            self._entries = [entry, *self._entries[: MOST_NOTICES - 1]]
            self.added.emit(entry)
        self.unread_changed.emit(self.unread)

    @Slot()
    def on_project(self) -> None:
        """Another project is open, or none."""
        if self.studio.project is not None:
            self.studio.project.run_ended.connect(self.on_run_ended)

    @Slot(object)
    def on_run_ended(self, row: RunRow) -> None:
        """Tell how a run came out."""
        tasks.start(self._tell_end(row), self)

    async def _tell_end(self, row: RunRow) -> None:
        project = self.studio.project
        if project is not None:
            self.studio.notify(await in_background(notice_of_end, project.project, row))


def notice_of_end(project: Project, row: RunRow) -> Notice:
    """How a run came out, with its main numbers or with the reason."""
    detail = read.run_detail(project.store, row.run_id)
    name, key = f"Run '{row.name}'", f"run:{row.run_id}"
    if row.state == "done":
        return Notice("done", f"{name} is done", _outcome(row, detail.metrics), "", "Open", key)
    if row.state == "failed":
        error = detail.error or RunError("", "", "", "")
        reason = " ".join(_sentence(part) for part in (error.what, error.why) if part)
        return Notice("error", f"{name} failed", reason, error.fix or "Its log says more", "Open", key)
    resume = "Resume goes on from its last checkpoint" if row.checkpoint else "Resume starts it again"
    if row.state == "cancelled":
        return Notice("info", f"{name} was stopped", "", resume, "Open", key)
    return Notice("warning", f"{name} was cut off", "Its worker is gone", resume, "Open", key)


def as_text(entries: Iterable[Entry]) -> str:
    """Notices for the clipboard."""
    return "\n".join(entry.as_text() for entry in entries)


def _outcome(row: RunRow, metrics: dict[str, float]) -> str:
    """First two metrics of the method, and how long it took."""
    parts = []
    for info in registry().find(row.method).metrics[:2]:
        if info.name in metrics:
            unit = f" {info.unit}" if info.unit else ""
            parts.append(f"{info.name} {number_text(metrics[info.name], 3, measured=True)}{unit}")
    if row.seconds is not None:
        parts.append(f"took {duration_text(row.seconds)}")
    return ", ".join(parts)


def _same(one: Notice, other: Notice) -> bool:
    """Whether a notice is the one before, come again."""
    return replace(one, t=0.0) == replace(other, t=0.0) and other.t - one.t < SAME_WITHIN_S


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."
