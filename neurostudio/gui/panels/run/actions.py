"""What can be done with a run from its page; each is a coroutine or one call, and each says so when it cannot be done."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.labels import restore_runs, trash_runs
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.running import Running
from neurostudio.gui.studio import Notice, Studio


class RunActions:
    """The buttons of the page of a run.

    Parameters
    ----------
    window : QWidget
        Dialogs stand over it.
    """

    def __init__(self, studio: Studio, window: QWidget) -> None:
        self._studio = studio
        self._window = window
        self._running = Running(studio, window)

    def do(self, name: str, view: RunView) -> None:
        """Do what a button or menu item stands for: an id of ``header.BUTTONS`` or ``header.MENU``."""
        steps: dict[str, Callable[[], object]] = {
            "stop": lambda: self._running.stop(view.row.run_id),
            "resume": lambda: self._start(self._running.resume(view.row.run_id)),
            "again": lambda: self._start(self._running.run_again(view.row.run_id)),
            "duplicate": lambda: self._start(self._running.change(view.row.run_id)),
            "report": lambda: self._running.report((view.row.run_id,)),
            "folder": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(view.folder))),
            "id": lambda: self._copy(view.row.run_id, "The id of the run"),
            "pin": lambda: self._running.pin((view.row.run_id,)),
            "trash": lambda: trash_runs(self._studio, [view.row.run_id]),
            "restore": lambda: restore_runs(self._studio, [view.row.run_id]),
        }
        if name in steps:
            steps[name]()
        else:
            self._start(self._running.copy_as(name, view.row.run_id))

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        tasks.start(self._told(coroutine), self._window)

    async def _told(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except NeuroError as error:
            self._studio.report_error(error)

    def _copy(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._studio.notify(Notice("info", f"{what} is on the clipboard"))
