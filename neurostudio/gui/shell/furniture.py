"""The parts of the window that need a project, a database or a plot: docks, form, notices, overlays."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDockWidget, QWidget

from neurostudio.gui import tasks
from neurostudio.gui.form.settings_panel import SettingsPanel
from neurostudio.gui.shell.bindings import bind
from neurostudio.gui.shell.focus import FocusRing
from neurostudio.gui.shell.importing import DropOverlay, import_paths
from neurostudio.gui.shell.jobs_dock import JobsDock, JobsLine
from neurostudio.gui.shell.log_dock import LogDock
from neurostudio.gui.shell.navigator import Navigator
from neurostudio.gui.shell.notices import NoticeBook, NoticesDock, Toast
from neurostudio.gui.shell.palette import CommandPalette
from neurostudio.gui.shell.running import Running
from neurostudio.gui.studio import FormRequest

if TYPE_CHECKING:
    from neurostudio.core.run_folder import Request
    from neurostudio.gui.shell.window import MainWindow


class Furniture(QObject):
    """Everything that stands in the frame; made once, right after the first paint."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.window = window
        studio, docks = window.studio, window.docks
        self.running = Running(studio, window)
        self.navigator = self._into(docks.navigator, Navigator(studio), "navigator")
        self.jobs = self._into(docks.jobs, JobsDock(studio), "jobs_dock")
        self.log = self._into(docks.log, LogDock(studio), "log_dock")
        self.book = NoticeBook(studio)
        self.notices = self._into(docks.notices, NoticesDock(self.book), "notices_dock")
        self.toast = Toast(self.book, window)
        self.settings_panel = SettingsPanel(studio)
        self.settings_panel.setObjectName("settings_panel")
        self.jobs_line = JobsLine(studio)
        window.statusBar().addPermanentWidget(self.jobs_line, 1)
        window.statusBar().setSizeGripEnabled(False)
        self.palette = CommandPalette(studio, window.actions_, window)
        self.drop = DropOverlay(window)
        self.focus = FocusRing(window)
        studio.form_requested.connect(self.on_form_requested)
        self.settings_panel.run_requested.connect(self.on_run_requested)
        self.settings_panel.import_requested.connect(self.on_import_requested)
        docks.jobs.visibilityChanged.connect(self.on_jobs_visible)
        self.on_jobs_visible()
        bind(window, self)

    def show_project(self, kept: dict[str, Any]) -> None:
        """Take up the drafts of forms that were kept with the project."""
        drafts = kept.get("drafts")
        if isinstance(drafts, dict):
            self.settings_panel.restore(drafts)

    def drafts(self) -> dict[str, Any]:
        """What stands in the forms."""
        return self.settings_panel.draft()

    @Slot(object)
    def on_form_requested(self, request: FormRequest) -> None:
        """Show the settings of a method."""
        self.settings_panel.show_method(request)
        self.window.show_settings()

    @Slot(object)
    def on_run_requested(self, request: "Request") -> None:
        """Start a run."""
        tasks.start(self.running.submit(request), self)

    @Slot(str, object)
    def on_import_requested(self, _role: str, kinds: tuple[str, ...]) -> None:
        """Import data of such kinds."""
        tasks.start(self._import(kinds), self)

    async def _import(self, kinds: tuple[str, ...]) -> None:
        await import_paths(self.window.studio, (), kinds)

    @Slot()
    def on_jobs_visible(self) -> None:
        """The one-line summary stands in for the dock where that is not in sight."""
        self.window.statusBar().setVisible(not self.window.docks.jobs.isVisible())

    def _into(self, dock: QDockWidget, widget: QWidget, name: str) -> Any:
        widget.setObjectName(name)
        dock.setWidget(widget)
        return widget


def focus_first(widget: QWidget) -> None:
    """Give the keyboard to a dock or page: to the first thing in it that takes it."""
    takers = [
        child
        for child in widget.findChildren(QWidget)
        if child.isVisible() and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    (takers[0] if takers else widget).setFocus(Qt.FocusReason.ShortcutFocusReason)
