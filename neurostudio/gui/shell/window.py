"""The main window: it puts the parts together and remembers how they stood.

::

    menu bar                                        [search or command]
    project |  tabs of pages                        | settings form
    --------+---------------------------------------+--------------
    jobs | log | notices

It is made in two steps: the bare frame with the welcome page, which is painted at once, and then :meth:`MainWindow.furnish`,
which loads what needs a database or a plot.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QPushButton, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.commands import Actions
from neurostudio.gui.panels.page import Page
from neurostudio.gui.panels.registry import page_for
from neurostudio.gui.panels.welcome import WelcomePage
from neurostudio.gui.shell import layouts, memory
from neurostudio.gui.shell.centre import Centre
from neurostudio.gui.shell.drawer import Drawer
from neurostudio.gui.shell.layouts import Docks
from neurostudio.gui.shell.menus import fill_menu_bar, fill_recent
from neurostudio.gui.shell.projects import Projects
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Row, tool_button

if TYPE_CHECKING:
    from neurostudio.gui.shell.furniture import Furniture
    from neurostudio.gui.shell.warm_up import WarmUp

NARROW_U = 170
TURN_S = 0.01  # between two pieces of work that take the window's turn: events come through
FIRST_SIZE = QSize(1600, 1000)
SMALLEST_U = QSize(60, 40)


class MainWindow(QMainWindow):
    """The window.

    Signals
    -------
    painted : for the first time
    furnished : every part is there
    warmed_up : what pages need is loaded
    closed : may the program end
    """

    painted = Signal()
    furnished = Signal()
    warmed_up = Signal()
    closed = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.actions_ = Actions(self)
        self.furniture: Furniture | None = None
        self._warm_up: WarmUp | None = None
        self._is_painted = False
        self._may_close = False
        self._is_closing = False
        self._was_narrow: bool | None = None
        self._has_settings_dock = True
        self._look = memory.read_window()
        self.setWindowTitle("NeuroStudio")
        self.setObjectName("window")
        self.setMinimumSize(SMALLEST_U * theme.unit(self))
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self.centre = Centre(self._make_page)
        self.setCentralWidget(self.centre)
        self.projects = Projects(studio, self._project_look, self.centre.close_all, self)
        self.docks = Docks(
            navigator=self._dock("dock_project", "Project"),
            settings=self._dock("dock_settings", "Settings"),
            jobs=self._dock("dock_jobs", "Jobs"),
            log=self._dock("dock_log", "Log"),
            notices=self._dock("dock_notices", "Notices"),
        )
        self.drawer = Drawer(self)
        self.menus = fill_menu_bar(self.menuBar(), self.actions_)
        self._recent = self.menus["File"].addMenu("Open recent")
        self.menus["File"].insertMenu(self.actions_["file.sample"], self._recent)
        self._search = QPushButton("Search or command   Ctrl+K")
        self._search.setIcon(theme.icon("search", "secondary"))
        self._search.setFlat(True)
        self._search.setToolTip("Find a command, run, data set, setting or help page")
        self._search.clicked.connect(self.actions_["window.palette"].trigger)
        self._settings = tool_button("settings", "Settings")
        self._settings.clicked.connect(self.actions_["window.settings"].trigger)
        self._settings.hide()
        self._corner = Row(self._search, self._settings, gap=0.5)  # the menu bar does not own it
        self.menuBar().setCornerWidget(self._corner)
        self._saver = memory.Saver(self)
        self._saver.due.connect(self.on_save)
        self._take_up_look()
        studio.page_requested.connect(self.on_page_requested)
        studio.settings_changed.connect(self.on_settings)
        self.projects.changed.connect(self.on_project_changed)
        self.on_settings(studio.settings)
        self.open_page("welcome")

    # --- pages

    def open_page(self, key: str, column: int | None = None) -> Page:
        """Show a page."""
        return self.centre.open(key, column=column)

    def page(self) -> Page | None:
        """The page in front."""
        return self.centre.current()

    @Slot(str)
    def on_page_requested(self, key: str) -> None:
        """Some part wants to show a page, or a folder in the file manager."""
        if key.startswith("folder:"):
            QDesktopServices.openUrl(QUrl.fromLocalFile(key.removeprefix("folder:")))
        else:
            self.open_page(key).setFocus()

    def _make_page(self, key: str) -> Page:
        page = page_for(key, self.studio)
        if isinstance(page, WelcomePage):
            page.project_wanted.connect(self.open_project)
            page.new_project_wanted.connect(self.actions_["file.new"].trigger)
            page.open_project_wanted.connect(self.actions_["file.open"].trigger)
            page.tour_wanted.connect(self.actions_["help.tour"].trigger)
        return page

    # --- the second step

    def furnish(self) -> None:
        """Fill the docks and bind the commands."""
        from neurostudio.gui.shell.furniture import Furniture
        from neurostudio.gui.shell.palette_model import Recent
        from neurostudio.gui.shell.warm_up import WarmUp

        self.furniture = Furniture(self)
        self.furniture.palette.recent = Recent(self._look.get("recent", ()))
        self.furniture.palette.recent_changed.connect(self._saver.touch)
        self._warm_up = WarmUp()
        tasks.start(self._warm(self._warm_up), self)
        self.centre.current_changed.connect(self._saver.touch)
        self.centre.pages_changed.connect(self._saver.touch)
        self.centre.splitterMoved.connect(self._saver.touch)
        for dock in self.docks.all():
            dock.visibilityChanged.connect(self._saver.touch)
            dock.topLevelChanged.connect(self._saver.touch)
        self._fit_width()
        self.furnished.emit()

    async def _warm(self, warm_up: "WarmUp") -> None:
        await warm_up.done()
        self.warmed_up.emit()

    @Slot()
    def touch(self) -> None:
        """Something changed that is kept."""
        self._saver.touch()

    @property
    def is_narrow(self) -> bool:
        """Whether the settings are a drawer."""
        return self.width() < NARROW_U * theme.unit(self)

    def show_settings(self) -> None:
        """Bring the settings form into view."""
        if self.is_narrow:
            self.drawer.open()
        else:
            self.docks.settings.show()
            self.docks.settings.raise_()

    def arrange(self, preset: layouts.Preset) -> None:
        """Take up a layout preset."""
        layouts.arrange(self, self.docks, preset)
        self.centre.set_columns(layouts.COLUMNS[preset])
        self._put_settings_away()
        self._saver.touch()

    def _put_settings_away(self) -> None:
        """In a narrow window the settings are in the drawer, whatever the layout says."""
        self._has_settings_dock = not self.docks.settings.isHidden()
        if self.is_narrow:
            self.docks.settings.hide()

    def keep_layout(self) -> None:
        """Keep docks and sizes as the user's own layout."""
        self._look["mine"] = layouts.kept(self)
        self._saver.touch()

    def take_own_layout(self) -> None:
        """Take up the user's own layout."""
        if layouts.restore(self, str(self._look.get("mine", ""))):
            self._put_settings_away()
        else:
            self.arrange("work")

    # --- slots

    @Slot(object)
    def on_settings(self, settings: Any) -> None:
        """The preferences are others."""
        fill_recent(self._recent, tuple(settings.recent_projects), self.open_project)
        if self.studio.project is not None:
            self.studio.project.set_at_once(settings.runs_at_once)

    @Slot(str)
    def open_project(self, path: str | Path) -> None:
        """Open a project folder in place of the one that is open."""
        tasks.start(self.projects.open(path), self)

    @Slot(object)
    def on_project_changed(self, kept: dict[str, Any]) -> None:
        """Show what was open in the project."""
        tasks.start(self._show_kept(kept), self)

    async def _show_kept(self, kept: dict[str, Any]) -> None:
        from neurostudio.app.methods import first_method

        if self._warm_up is not None:
            await self._warm_up.done()
        project = self.studio.project
        self.setWindowTitle(f"{project.name} – NeuroStudio" if project else "NeuroStudio")
        await self._open_kept(kept)
        if self.furniture is not None:
            self.furniture.show_project(kept)
            await asyncio.sleep(TURN_S)
        if not self.centre.pages():
            self.open_page("welcome" if project is None else f"method:{await in_background(first_method, project.project)}")
        elif kept.get("current") in [page.key for page in self.centre.pages()]:
            self.open_page(str(kept["current"]))

    async def _open_kept(self, kept: dict[str, Any]) -> None:
        """Open the pages that were open, with a turn for the window between two; the form waits for the one in front."""
        states, titles = kept.get("states", {}), kept.get("titles", {})
        self.centre.blockSignals(True)
        try:
            for column, keys in enumerate(kept.get("pages", [])[:2]):
                for key in keys:
                    try:
                        page = self.centre.open(str(key), states.get(key), column)
                    except ValueError:  # a page of a newer version
                        continue
                    if key in titles:  # a page that is not seen yet has not read its own
                        page.set_title(str(titles[key]))
                    await asyncio.sleep(TURN_S)
        finally:
            self.centre.blockSignals(False)

    @Slot()
    def on_save(self) -> None:
        """Keep how the window stands."""
        if not self._is_closing:
            tasks.start(self._keep(), self)

    def on_task_error(self, error: Exception) -> None:
        """Tell people of an error that nobody else caught; the log has its traceback."""
        self.studio.report_error(tasks.message_of(error))

    # --- closing

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        if not self._is_closing:
            self._is_closing = True
            tasks.start(self._close(), self)

    async def close_project(self) -> None:
        """Close the project and go back to the welcome page."""
        if await self._settle_jobs():
            await self.projects.close()

    async def _close(self) -> None:
        try:
            if not await self._settle_jobs():
                return
            self._saver.stop()
            await in_background(memory.write_window, self._window_look())
            await self.projects.leave()
            self._may_close = True
        finally:
            self._is_closing = False
        self.close()

    async def _settle_jobs(self) -> bool:
        """Ask what becomes of runs at work; False to stay."""
        project = self.studio.project
        if project is None or not project.jobs() or not self.studio.settings.confirm_close:
            return True
        from neurostudio.gui.shell.closing import ask

        choice = await ask(self, project.jobs())
        if choice == "stop":
            await project.stop_all()
        return choice != "stay"

    # --- what is kept

    async def _keep(self) -> None:
        await in_background(memory.write_window, self._window_look())
        await self.projects.keep()

    def _window_look(self) -> dict[str, Any]:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        recent = self.furniture.palette.recent.ids if self.furniture else self._look.get("recent", [])
        self._look = {**self._look, "geometry": geometry, "docks": layouts.kept(self), "recent": recent}
        return self._look

    def _project_look(self) -> dict[str, Any]:
        page = self.page()
        return {
            "pages": self.centre.keys(),
            "current": page.key if page else "",
            "states": {page.key: page.state() for page in self.centre.pages()},
            "titles": {page.key: page.title for page in self.centre.pages()},
            "drafts": self.furniture.drafts() if self.furniture else {},
        }

    def _take_up_look(self) -> None:
        self.resize(FIRST_SIZE)
        layouts.arrange(self, self.docks, "work")
        geometry = str(self._look.get("geometry", ""))
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
            layouts.restore(self, str(self._look.get("docks", "")))
        else:
            available = self.screen().availableSize()
            self.resize(FIRST_SIZE.boundedTo(available))

    # --- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()
        if self.furniture is not None:
            self._saver.touch()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted.emit()

    def _fit_width(self) -> None:
        """In a narrow window the settings are a drawer, in a wide one a dock, where the layout has it."""
        if self.furniture is None or self.is_narrow == self._was_narrow:
            return
        panel: QWidget = self.furniture.settings_panel
        if self.is_narrow:
            self._has_settings_dock = not self.docks.settings.isHidden()
            self.drawer.hold(panel)
            self.docks.settings.hide()
        else:
            self.drawer.hide()
            self.docks.settings.setWidget(panel)
            self.docks.settings.setVisible(self._has_settings_dock)
        self._was_narrow = self.is_narrow
        self._settings.setVisible(self.is_narrow)
        self._corner.adjustSize()
        self.menuBar().setCornerWidget(self._corner)  # the menu bar does not see that a corner widget needs more room

    def _dock(self, name: str, title: str) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setAccessibleName(title)
        dock.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        return dock
