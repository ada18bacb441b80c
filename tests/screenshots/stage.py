"""What a scene works with: the window, and hands for keys and mouse."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from neurostudio.gui import theme
from neurostudio.gui.shell.furniture import Furniture
from neurostudio.gui.shell.window import MainWindow
from neurostudio.gui.studio import Studio
from tests.screenshots.look import Look

W = TypeVar("W", bound=QWidget)

PATIENCE_S = 60.0
STEP_S = 0.05
REST_S = 0.6


class Stage:
    """The real window with the study open, and what a person can do to it."""

    def __init__(self, window: MainWindow, look: Look, study: Path, folder: Path) -> None:
        self.window, self.look, self.study, self.folder = window, look, study, folder
        self._others: list[Callable[[], object]] = []

    @property
    def studio(self) -> Studio:
        """What the pages share."""
        return self.window.studio

    @property
    def furniture(self) -> Furniture:
        """Docks, form and overlays."""
        assert self.window.furniture is not None
        return self.window.furniture

    # --- waiting

    async def until(self, condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until something is so; TimeoutError says what was not."""
        deadline = time.monotonic() + patience_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {patience_s:.0f} s in vain: {what}")
            await asyncio.sleep(STEP_S)

    async def rest(self, seconds: float = REST_S) -> None:
        """Let what was begun come to the screen."""
        await asyncio.sleep(seconds)

    # --- the project

    async def open_study(self, path: Path) -> None:
        """Open a project and wait until it is shown."""
        self.window.open_project(path)
        await self.until(lambda: self.studio.project is not None and self.studio.project.path == path, f"{path.name} is open")
        await self.until(lambda: path.name in self.window.windowTitle(), "its pages are shown")
        await self.rest()

    async def close_study(self) -> None:
        """Back to the welcome page."""
        if self.studio.project is not None:
            await self.window.close_project()
            await self.rest()

    def run_id(self, name: str) -> str:
        """Id of the run of that name in the open project."""
        assert self.studio.project is not None
        return self.studio.project.project.find_run(name).run_id

    # --- hands

    async def do(self, action: Callable[[], object]) -> None:
        """Do something between two steps of the loop.

        Qt handles other events while it delivers a key or a click. Were that inside a step of a coroutine, tasks that those
        events begin would be refused their first step: asyncio runs no task inside another.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def act() -> None:
            try:
                action()
            except Exception as error:  # noqa: BLE001 - raised again where it was asked for
                done.set_exception(error)
            else:
                done.set_result(None)

        QTimer.singleShot(0, act)
        await done

    async def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, through the window that has the keyboard."""
        await self.do(lambda: QTest.keyClick(self._keyboard(), key, modifier))

    async def write(self, text: str) -> None:
        """Text for whatever has the keyboard."""
        for letter in text:
            await self.do(lambda letter=letter: QTest.keyClick(self._keyboard(), letter))  # type: ignore[misc]

    async def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """A click into a widget, through its window."""
        at = widget.mapTo(widget.window(), place if place is not None else widget.rect().center())
        handle = widget.window().windowHandle()
        await self.do(lambda: QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at))

    async def command(self, command_id: str) -> None:
        """Give a command, as its menu does."""
        await self.do(self.window.actions_[command_id].trigger)

    async def dialog(self, kind: type[W]) -> W:
        """Wait for a dialog of that class."""
        await self.until(lambda: self._shown(kind), f"{kind.__name__} is open")
        await self.rest()
        return self._shown(kind)[0]

    async def take_keyboard(self) -> None:
        """Give the window the keyboard: without a window manager nobody does when a dialog closes."""
        self.window.activateWindow()
        await self.until(self.window.isActiveWindow, "the window is active")

    # --- after a scene

    def afterwards(self, action: Callable[[], object]) -> None:
        """Something to do once the picture is taken."""
        self._others.append(action)

    async def tidy(self) -> None:
        """Close what a scene opened."""
        for action in self._others:
            await self.do(action)
        self._others.clear()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        if self.window.furniture is not None:
            self.furniture.palette.close_up()
            self.furniture.tour.end()
        self.window.drawer.hide()
        await self.take_keyboard()
        await self.rest(0.2)

    # --- the picture

    def picture(self) -> QPixmap:
        """What stands on the screen where the window is: with its dialogs, each in a line that stands for its frame."""
        picture = self.window.screen().grabWindow(0, 0, 0, self.look.width, self.look.height)
        painter = QPainter(picture)
        painter.setPen(QPen(QColor(theme.current().baseline), 1))
        for dialog in self._shown(QDialog):
            painter.drawRect(dialog.frameGeometry().adjusted(-1, -1, 0, 0))
        painter.end()
        return picture

    # --- inside

    def _keyboard(self) -> QWindow:
        widget = QApplication.activeWindow() or self.window
        return widget.windowHandle()

    def _shown(self, kind: type[W]) -> list[W]:
        return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]
