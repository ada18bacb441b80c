"""Loading what the pages need before anyone opens one: in a thread, a module at a time, while the window is at rest.

A page then opens without the second that importing plots and database takes. Importing makes no widgets.
"""

import asyncio
import importlib
import logging

from neurostudio.core.errors import NeuroError
from neurostudio.core.registry import registry
from neurostudio.gui.panels.registry import page_modules
from neurostudio.gui.tasks import in_background

MODULES = ("neurostudio.app.project", "pyqtgraph", "neurostudio.gui.open_project", "neurostudio.gui.views.plot")

logger = logging.getLogger(__name__)


class WarmUp:
    """Imports once, however many wait for it."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def done(self) -> None:
        """Begin if nobody has yet, and wait for the end."""
        if self._task is None:
            self._task = asyncio.get_event_loop().create_task(self._work())
        await asyncio.shield(self._task)

    async def _work(self) -> None:
        for name in (*MODULES, *page_modules()):
            try:
                await in_background(importlib.import_module, name)
            except ImportError as error:  # the page that needs it says so when it is opened
                logger.warning("cannot be imported name=%s error=%s", name, error)
        await in_background(_load_methods)


def _load_methods() -> None:
    """Find the methods, and what their forms are made from."""
    for method in registry().methods.values():
        try:
            method.load_spec()
            method.load_estimate()
        except (ImportError, NeuroError) as error:  # the page of the method says so
            logger.warning("cannot be loaded method=%s error=%s", method.id, error)
