"""Reading again what a page shows: in a thread, a few times a second at most, and only while somebody looks at it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks

PERIOD_S = 0.25


class Refresher(QObject):
    """Asks are merged: while one reading is at work, or the last is not a period old, the next one waits.

    Parameters
    ----------
    owner : QWidget
        Nothing is read while it is hidden; when it is shown again it catches up.
    question : function
        Called on the window's thread before each reading; returns the function that a thread is to call.
    show : function
        Gets what that function returned, on the window's thread.
    fail : function
        Gets the NeuroError that it raised.
    """

    def __init__(
        self,
        owner: QWidget,
        question: Callable[[], Callable[[], Any]],
        show: Callable[[Any], None],
        fail: Callable[[NeuroError], None],
        period_s: float = PERIOD_S,
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._question = question
        self._show = show
        self._fail = fail
        self._period_s = period_s
        self._is_wanted = False
        self._is_at_work = False
        owner.installEventFilter(self)

    def ask(self) -> None:
        """Read again, now or soon."""
        self._is_wanted = True
        if not self._is_at_work and self._owner.isVisible():
            self._is_at_work = True
            tasks.start(self._work(), self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catch up when the page is shown again."""
        if event.type() == QEvent.Type.Show and self._is_wanted:
            self.ask()
        return False

    async def _work(self) -> None:
        try:
            while self._is_wanted and self._owner.isVisible():
                self._is_wanted = False
                began = time.monotonic()
                try:
                    found = await tasks.in_background(self._question())
                except NeuroError as error:
                    self._fail(error)
                else:
                    self._show(found)
                await asyncio.sleep(max(0.0, began + self._period_s - time.monotonic()))
        finally:
            self._is_at_work = False
