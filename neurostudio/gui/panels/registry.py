"""From the key of a page to the page. What is not a page of its own is a folder of this package, loaded when it is opened."""

import importlib
from collections.abc import Callable

from neurostudio.gui.panels.page import Page
from neurostudio.gui.studio import Studio

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


def page_for(key: str, studio: Studio) -> Page:
    """Make the page of that key; ValueError for a key that no page has."""
    word, _, rest = key.partition(":")
    if word not in _PAGES:
        raise ValueError(f"no page has the key {key!r}")
    module, name = _METHOD_PANELS.get(rest, _PAGES[word]) if word == "method" else _PAGES[word]
    make: Callable[[Studio, str], Page] = getattr(importlib.import_module(module), name)
    return make(studio, rest)


def page_modules() -> list[str]:
    """Every module that pages come from."""
    return [module for module, _ in (*_PAGES.values(), *_METHOD_PANELS.values())]
