"""The parts of the window that need a project, a database or a plot: docks, form, notices, overlays."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDockWidget, QWidget
from shiboken6 import isValid

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.form.settings_panel import SettingsPanel
from neurostudio.gui.panels.page import Page
from neurostudio.gui.running import Running
from neurostudio.gui.shell import palette_sources, tour
from neurostudio.gui.shell.bindings import bind
from neurostudio.gui.shell.focus import FocusRing, keep_keyboard_in_sight
from neurostudio.gui.shell.importing import DropOverlay, import_paths
from neurostudio.gui.shell.jobs_dock import JobsDock, JobsLine
from neurostudio.gui.shell.log_dock import LogDock
from neurostudio.gui.shell.navigator import Navigator
from neurostudio.gui.shell.notice_book import NoticeBook
from neurostudio.gui.shell.notices import NoticesDock, Toast
from neurostudio.gui.shell.palette import CommandPalette
from neurostudio.gui.shell.palette_model import Provider
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
        self.navigator: Navigator = self._into(docks.navigator, Navigator(studio), "navigator")
        self.jobs: JobsDock = self._into(docks.jobs, JobsDock(studio), "jobs_dock")
        self.log: LogDock = self._into(docks.log, LogDock(studio), "log_dock")
        self.book = NoticeBook(studio)
        self.notices: NoticesDock = self._into(docks.notices, NoticesDock(self.book), "notices_dock")
        self.toast = Toast(self.book, window)
        self.settings_panel = SettingsPanel(studio)
        self.settings_panel.setObjectName("settings_panel")
        self.settings_panel.footer.run.setObjectName("run_button")
        self.jobs_line = JobsLine(studio)
        window.statusBar().addPermanentWidget(self.jobs_line, 1)
        window.statusBar().setSizeGripEnabled(False)
        self.palette = CommandPalette(studio, window.actions_, window)
        self.palette.add_source(lambda: palette_sources.recent_projects(studio.settings.recent_projects, window.open_project))
        self.palette.add_source(self._settings_source)
        self.drop = DropOverlay(window)
        self.focus = FocusRing(window)
        self.tour = tour.Tour(studio, window, self._reveal)
        studio.form_requested.connect(self.on_form_requested)
        self.settings_panel.run_requested.connect(self.on_run_requested)
        self.settings_panel.import_requested.connect(self.on_import_requested)
        self.settings_panel.draft_changed.connect(window.touch)
        self.settings_panel.can_run_changed.connect(self.on_can_run)
        studio.import_requested.connect(self.on_import_kind)
        self.navigator.import_wanted.connect(self.on_import_wanted)
        self.jobs_line.jobs_wanted.connect(self.on_jobs_wanted)
        self.book.unread_changed.connect(self.on_unread)
        window.centre.current_changed.connect(self.on_page)
        docks.jobs.visibilityChanged.connect(self.on_jobs_visible)
        self.on_jobs_visible()
        bind(window, self)

    def show_project(self, kept: dict[str, Any]) -> None:
        """Take up the drafts of forms that were kept with the project."""
        drafts = kept.get("drafts")
        if isinstance(drafts, dict):
            self.settings_panel.restore(drafts)
        if tour.is_due(self.window.studio):
            self.tour.start()

    def drafts(self) -> dict[str, Any]:
        """What stands in the forms."""
        return self.settings_panel.draft()

    # --- slots

    @Slot(object)
    def on_form_requested(self, request: FormRequest) -> None:
        """Show the settings of a method."""
        if self._show_form(request):
            self.window.show_settings()

    @Slot(object)
    def on_run_requested(self, request: "Request") -> None:
        """Start a run."""
        self.window.drawer.hide()
        tasks.start(self.running.submit(request), self)

    @Slot(bool)
    def on_can_run(self, can_run: bool) -> None:
        """The command is on when the button is."""
        self.window.actions_.set_enabled("run.start", can_run, "Fill in the settings on the right first")

    @Slot()
    def on_import_wanted(self) -> None:
        """Import data of any kind."""
        self.import_files(())

    @Slot(str)
    def on_import_kind(self, kind: str) -> None:
        """Import data of one kind; empty for any."""
        self.import_files((), (kind,) if kind else ())

    @Slot(str, object)
    def on_import_requested(self, _role: str, kinds: tuple[str, ...]) -> None:
        """Import data of such kinds."""
        self.import_files((), kinds)

    def import_files(self, paths: Sequence[Path], kinds: tuple[str, ...] = ()) -> None:
        """Look at files and add them to the project; without paths they are asked for."""
        tasks.start(self._import(paths, kinds), self)

    async def _import(self, paths: Sequence[Path], kinds: tuple[str, ...]) -> None:
        await import_paths(self.window.studio, paths, kinds)

    @Slot()
    def on_jobs_visible(self) -> None:
        """The one-line summary stands in for the dock where that is not in sight."""
        if isValid(self.window):  # docks say so, too, while the window is taken down
            self.window.statusBar().setVisible(self.window.docks.jobs.isHidden())

    @Slot()
    def on_jobs_wanted(self) -> None:
        """Show the job list."""
        self.window.docks.jobs.show()
        self.window.docks.jobs.raise_()

    @Slot(int)
    def on_unread(self, count: int) -> None:
        """How many notices were not looked at yet."""
        self.window.docks.notices.setWindowTitle(f"Notices ({count})" if count else "Notices")

    @Slot(object)
    def on_page(self, page: Page | None) -> None:
        """The log is that of the run on the page, the form that of the method on it."""
        runs = page.run_ids() if page else ()
        if page is not None and page.key.startswith("method:"):
            self._show_form(FormRequest(page.key.removeprefix("method:")))
        if page is not None and len(runs) == 1:
            self.log.show_run(runs[0], page.title)

    # --- inside

    def _show_form(self, request: FormRequest) -> bool:
        try:
            self.settings_panel.show_method(request)
        except NeuroError as error:
            self.window.studio.report_error(error)
            return False
        return True

    def _into(self, dock: QDockWidget, widget: QWidget, name: str) -> Any:
        widget.setObjectName(name)
        dock.setWidget(widget)
        keep_keyboard_in_sight(dock)
        return widget

    def _settings_source(self) -> Provider | None:
        page = self.settings_panel.page
        if page is None:
            return None
        model = page.form.settings
        lines = [
            palette_sources.SettingLine(place.key, place.info.title, place.info.help, str(model.raw(place.key)))
            for place in model.fields()
        ]
        return palette_sources.settings(lines, self._show_setting)

    def _show_setting(self, key: str) -> None:
        self.window.show_settings()
        if (page := self.settings_panel.page) is not None:
            page.settings.focus_setting(key)

    def _reveal(self, name: str) -> None:
        """Bring what the tour points at into view."""
        if name in ("settings_panel", "run_button"):
            self.window.show_settings()
        elif name == "navigator":
            self.window.docks.navigator.show()
        elif name == "jobs_dock":
            self.on_jobs_wanted()


def focus_first(widget: QWidget) -> None:
    """Give the keyboard to a dock or page: to the first thing in it that takes it."""
    takers = [
        child
        for child in widget.findChildren(QWidget)
        if child.isVisible() and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    widget.window().activateWindow()
    (takers[0] if takers else widget).setFocus(Qt.FocusReason.ShortcutFocusReason)
