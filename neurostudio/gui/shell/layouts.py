"""Layout presets: which docks are there, and how large. Layout is disposable: what cannot be read is the default."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from neurostudio.gui import theme

Preset = Literal["work", "look", "compare", "write"]
STATE_VERSION = 1

NAVIGATOR_U, SETTINGS_U, JOBS_U = 36, 42, 16


@dataclass(frozen=True)
class Docks:
    """The docks of the window by what they hold."""

    navigator: QDockWidget
    settings: QDockWidget
    jobs: QDockWidget
    log: QDockWidget
    notices: QDockWidget

    def all(self) -> tuple[QDockWidget, ...]:
        """All of them."""
        return (self.navigator, self.settings, self.jobs, self.log, self.notices)


_SHOWN: dict[str, tuple[str, ...]] = {
    "work": ("navigator", "settings", "jobs", "log", "notices"),
    "look": (),
    "compare": ("navigator",),
    "write": ("navigator",),
}
COLUMNS: dict[str, int] = {"work": 1, "look": 1, "compare": 2, "write": 2}


def arrange(window: QMainWindow, docks: Docks, preset: Preset) -> None:
    """Put every dock at its place and show those of the preset."""
    for dock, area in (
        (docks.navigator, Qt.DockWidgetArea.LeftDockWidgetArea),
        (docks.settings, Qt.DockWidgetArea.RightDockWidgetArea),
        (docks.jobs, Qt.DockWidgetArea.BottomDockWidgetArea),
        (docks.log, Qt.DockWidgetArea.BottomDockWidgetArea),
        (docks.notices, Qt.DockWidgetArea.BottomDockWidgetArea),
    ):
        dock.setFloating(False)
        window.addDockWidget(area, dock)
    window.tabifyDockWidget(docks.jobs, docks.log)
    window.tabifyDockWidget(docks.log, docks.notices)
    shown = _SHOWN[preset]
    for name in Docks.__dataclass_fields__:
        getattr(docks, name).setVisible(name in shown)
    u = theme.unit(window)
    window.resizeDocks([docks.navigator, docks.settings], [NAVIGATOR_U * u, SETTINGS_U * u], Qt.Orientation.Horizontal)
    window.resizeDocks([docks.jobs], [JOBS_U * u], Qt.Orientation.Vertical)
    if "jobs" in shown:
        docks.jobs.raise_()


def kept(window: QMainWindow) -> str:
    """Docks and sizes as text."""
    return bytes(window.saveState(STATE_VERSION).toBase64().data()).decode("ascii")


def restore(window: QMainWindow, text: str) -> bool:
    """Take up docks and sizes again; False where the text is of another version or damaged."""
    return window.restoreState(QByteArray.fromBase64(text.encode("ascii", "ignore")), STATE_VERSION)
