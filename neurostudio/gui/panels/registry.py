"""From the key of a page to the page. What is not a page of its own is a folder of this package, loaded when it is opened."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from neurostudio.core.errors import RequestError
from neurostudio.gui.panels.page import Page
from neurostudio.gui.studio import Studio

if TYPE_CHECKING:  # brings the database
    from neurostudio.app import Project

# First word of the key -> module and class. A page is made as ``Class(studio, rest of the key)``.
_PAGES: dict[str, tuple[str, str]] = {
    "welcome": ("neurostudio.gui.panels.welcome", "WelcomePage"),
    "run": ("neurostudio.gui.panels.run", "RunPage"),
    "compare": ("neurostudio.gui.panels.compare", "ComparePage"),
    "data": ("neurostudio.gui.panels.data", "DataPage"),
    "method": ("neurostudio.gui.panels.method", "MethodPage"),
    "report": ("neurostudio.gui.panels.report", "ReportPage"),
    "help": ("neurostudio.gui.shell.help_view", "HelpView"),
}

# Methods with a panel of their own; every other one has the page that is built from its record.
_METHOD_PANELS: dict[str, tuple[str, str]] = {
    "spiking.text": ("neurostudio.gui.panels.spiking_text.page", "SpikingTextPage"),
}

# Domains of methods whose results are shown in one way; a panel of a method's own comes before.
_DOMAIN_PANELS: dict[str, tuple[str, str]] = {
    "fmri": ("neurostudio.gui.panels.fmri.method_page", "BrainMethodPage"),
}

# Kinds of data that are looked at on a page of their own; every other one has the page that is built from its record.
_DATA_PAGES: dict[str, tuple[str, str]] = {
    "fmri": ("neurostudio.gui.panels.fmri", "BrainPage"),
}


def page_for(key: str, studio: Studio) -> Page:
    """Make the page of that key; ValueError for a key that no page has."""
    word, _, rest = key.partition(":")
    if word not in _PAGES:
        raise ValueError(f"no page has the key {key!r}")
    module, name = _own_page(word, rest, studio) or _PAGES[word]
    make: Callable[[Studio, str], Page] = getattr(importlib.import_module(module), name)
    return make(studio, rest)


def page_modules() -> list[str]:
    """Every module that pages come from."""
    tables = (_PAGES, _METHOD_PANELS, _DOMAIN_PANELS, _DATA_PAGES)
    return list(dict.fromkeys(module for table in tables for module, _ in table.values()))


def _own_page(word: str, rest: str, studio: Studio) -> tuple[str, str] | None:
    """The page that a method, or a kind of data, has for itself."""
    if word == "method":
        return _METHOD_PANELS.get(rest) or _DOMAIN_PANELS.get(rest.partition(".")[0])
    if word == "data" and studio.project is not None:
        return _DATA_PAGES.get(kind_of(studio.project.project, rest))
    return None


def kind_of(project: "Project", name: str) -> str:
    """Kind of a data set; empty where there is none of that name."""
    from neurostudio.store import read

    try:
        return read.dataset(project.store, name).kind
    except RequestError:
        return ""
