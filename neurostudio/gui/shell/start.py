"""The first moments of the window: preferences, appearance, frame; then what it needs to work."""

import logging
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from neurostudio.app.settings import UserSettings, load
from neurostudio.gui import tasks, theme
from neurostudio.gui.shell import memory
from neurostudio.gui.shell.window import MainWindow
from neurostudio.gui.studio import Notice, Studio

logger = logging.getLogger(__name__)


def make_window(project: Path | None, reset_layout: bool) -> MainWindow:
    """Make the window, not yet shown; it furnishes itself once it is painted."""
    loaded = load()
    look_after_appearance(loaded.settings)
    if reset_layout:
        memory.window_file().unlink(missing_ok=True)
    studio = Studio(loaded.settings)
    window = MainWindow(studio)
    studio.setParent(window)

    def furnish() -> None:
        window.furnish()
        for problem in loaded.notices:
            studio.notify(Notice("warning", problem))
        wanted = project or _last_project(loaded.settings)
        if wanted is not None:
            window.open_project(wanted)

    # two turns later: the first frame is on the screen by then
    painted = window.painted
    painted.connect(lambda: QTimer.singleShot(0, lambda: QTimer.singleShot(0, furnish)), Qt.ConnectionType.SingleShotConnection)
    tasks.error_listeners.append(window.on_task_error)
    return window


def look_after_appearance(settings: UserSettings) -> None:
    """Give the application its colours and its text size."""
    theme.use(settings.appearance)
    scale_text(settings.text_scale)


def scale_text(scale: float) -> None:
    """Make all text of the application so many times as large as the system's."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 - a window has an application
    if application.property("system_points") is None:
        application.setProperty("system_points", application.font().pointSizeF())
    points = float(application.property("system_points")) * scale
    before = application.font().pointSizeF()
    if abs(points - before) < 0.01:
        return
    font = QFont(application.font())
    font.setPointSizeF(points)
    application.setFont(font)
    for widget in application.allWidgets():  # those with a font of their own keep their share of it
        if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont):
            own = widget.font()
            own.setPointSizeF(own.pointSizeF() * points / before)
            widget.setFont(own)


def _last_project(settings: UserSettings) -> Path | None:
    """The project that was open last, where it is to be opened again and is there."""
    if not settings.reopen_last or not settings.recent_projects:
        return None
    path = Path(settings.recent_projects[0])
    return path if (path / "project.sqlite").exists() else None
