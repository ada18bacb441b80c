"""What the command palette searches: commands, runs, data sets, methods, reports, help pages, settings, recent projects.

Providers are made in the window each time the palette opens. Those that ask the index are searched in a thread: they hold
the store, which is safe there, and no QObject.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from neurostudio.core.registry import registry
from neurostudio.core.resources import resource_folder
from neurostudio.gui.commands import COMMANDS, Actions
from neurostudio.gui.shell import help_pages
from neurostudio.gui.shell.palette_model import MOST_HITS, Hit, Provider
from neurostudio.gui.studio import Studio

if TYPE_CHECKING:
    from neurostudio.store.write import Store

FEW = 6
"""Hits of each provider while nothing is typed."""


@dataclass(frozen=True)
class SettingLine:
    """One setting of the form that is shown: its key, title, help, and its value as text with unit."""

    key: str
    title: str
    help: str
    value: str


def native_keys(keys: str) -> str:
    """A shortcut as people of this system write it."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def commands(actions: Actions) -> Provider:
    """Every command; those that cannot be given now say why."""
    offered = [
        Hit(
            key=one.id,
            title=one.title,
            icon=one.icon,
            detail=f"{one.menu}, {one.submenu}" if one.submenu else one.menu,
            words=one.help,
            keys=native_keys(one.keys),
            reason=actions.reason(one.id) if not actions[one.id].isEnabled() else "",
        )
        for one in COMMANDS
        if one.in_palette and one.id != "window.palette"
    ]
    return Provider("Command", "", lambda _text: offered, lambda hit: actions[hit.key].trigger())


def runs(studio: Studio, store: "Store") -> Provider:
    """The runs of the project; the newest where nothing is typed."""
    from neurostudio.store import read

    def search(text: str) -> list[Hit]:
        return [
            Hit(
                key=f"run:{row.run_id}",
                title=row.name or row.run_id,
                icon=_existing(f"state-{row.state}", "run"),
                detail=f"{row.method}, {row.state}, {time.strftime('%d %b %H:%M', time.localtime(row.created))}",
                words=" ".join((row.run_id, *row.tags, row.notes)),
            )
            for row in read.runs(store, text=text, limit=MOST_HITS if text else FEW)
        ]

    return _opener("Run", "run", search, studio)


def datasets(studio: Studio, store: "Store") -> Provider:
    """The data sets of the project."""
    from neurostudio.store import read

    def search(text: str) -> list[Hit]:
        rows = read.datasets(store)
        return [
            Hit(f"data:{row.name}", row.name, _existing(f"data-{row.kind}", "data"), f"Data set, {row.kind}", str(row.path))
            for row in (rows if text else rows[:FEW])
        ]

    return _opener("Data set", "data", search, studio)


def reports(studio: Studio, store: "Store") -> Provider:
    """The reports that were written."""
    from neurostudio.store import read

    def search(text: str) -> list[Hit]:
        rows = read.reports(store)
        return [
            Hit(f"report:{row.path}", row.title or row.path.name, "report", "Report", str(row.path))
            for row in (rows if text else rows[:FEW])
        ]

    return _opener("Report", "report", search, studio)


def methods(studio: Studio) -> Provider:
    """Every method that is installed."""

    def search(_text: str) -> list[Hit]:
        known = registry().methods.values()
        return [Hit(f"method:{one.id}", one.title, "method", f"Method, {one.id}", one.summary) for one in known]

    return _opener("Method", "method", search, studio)


def help_topics(studio: Studio) -> Provider:
    """The pages of the help; found by their headings, too."""

    def search(text: str) -> list[Hit]:
        if not text:
            return []
        pages = [help_pages.page(topic) for topic in help_pages.topics()]
        return [
            Hit(f"help:{one.topic}", one.title, "help", "Help", ". ".join(heading.text for heading in one.headings[1:]))
            for one in pages
        ]

    return _opener("Help", "help", search, studio)


def settings(lines: Iterable[SettingLine], show: Callable[[str], object]) -> Provider:
    """Settings of the form that is shown; `show` brings the one with that key into view."""
    offered = [Hit(one.key, one.title, "settings", f"Setting, {one.value}", f"{one.key} {one.help}") for one in lines]
    return Provider("Setting", "settings", lambda text: offered if text else [], lambda hit: show(hit.key))


def recent_projects(paths: Sequence[str], open_project: Callable[[str], object]) -> Provider:
    """Projects that were opened lately."""
    offered = [Hit(path, Path(path).name, "project", "Project", path) for path in paths]
    return Provider("Project", "project", lambda text: offered if text else [], lambda hit: open_project(hit.key))


def of_project(studio: Studio) -> list[Provider]:
    """What the open project has; nothing where none is open."""
    if studio.project is None:
        return []
    store = studio.project.project.store
    return [runs(studio, store), datasets(studio, store), reports(studio, store)]


def _opener(name: str, icon: str, search: Callable[[str], Sequence[Hit]], studio: Studio) -> Provider:
    """A provider of pages, searched in a thread."""
    return Provider(name, icon, search, lambda hit: studio.open_page(hit.key), is_slow=True)


def _existing(name: str, other: str) -> str:
    return name if (resource_folder() / "icons" / f"{name}.svg").exists() else other
