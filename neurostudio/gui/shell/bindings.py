"""What each command of the table does in the window, and when it can be done."""

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDockWidget, QFileDialog

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.commands import Actions
from neurostudio.gui.panels.page import Page
from neurostudio.gui.shell.layouts import Preset
from neurostudio.gui.shell.start import look_after_appearance
from neurostudio.gui.tasks import in_background

if TYPE_CHECKING:
    from neurostudio.gui.shell.furniture import Furniture
    from neurostudio.gui.shell.window import MainWindow

NEEDS_PROJECT = ("file.close", "file.import", "file.show", "edit.find")
NEEDS_RUN = ("run.stop", "run.resume", "run.again", "run.change", "run.pin", "run.command", "file.export")
TEXT_STEP, LEAST_TEXT, MOST_TEXT = 0.1, 0.8, 2.0


def bind(window: "MainWindow", furniture: "Furniture") -> None:
    """Bind every command."""
    _File(window, furniture)
    _View(window)
    _Runs(window, furniture)
    _Window(window, furniture)
    _Help(window, furniture)


class _Bound:
    """Commands of one menu."""

    def __init__(self, window: "MainWindow") -> None:
        self.window = window
        self.studio = window.studio
        self.actions: Actions = window.actions_

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        tasks.start(coroutine, self.window)


class _File(_Bound):
    def __init__(self, window: "MainWindow", furniture: "Furniture") -> None:
        super().__init__(window)
        self._furniture = furniture
        actions, studio = self.actions, self.studio
        actions.bind("file.new", lambda: self.start(self._new()))
        actions.bind("file.open", lambda: self.start(self._open()))
        actions.bind("file.sample", lambda: self.start(self._sample()))
        actions.bind("file.close", lambda: self.start(window.close_project()))
        actions.bind("file.import", furniture.on_import_wanted)
        actions.bind("file.show", self._show_folder)
        actions.bind("file.preferences", self._preferences)
        actions.bind("file.quit", window.close)
        actions.bind("edit.undo", studio.undo.undo)
        actions.bind("edit.redo", studio.undo.redo)
        actions.bind("edit.find", self._find)
        studio.undo.canUndoChanged.connect(self._on_undo)
        studio.undo.canRedoChanged.connect(self._on_undo)
        studio.undo.indexChanged.connect(self._on_undo)
        studio.project_changed.connect(self._on_project)
        self._on_undo()
        self._on_project()

    def _find(self) -> None:
        self.window.docks.navigator.show()
        self._furniture.navigator.focus_search()

    def _on_undo(self, *_: object) -> None:
        undo = self.studio.undo
        self.actions.set_enabled("edit.undo", undo.canUndo(), "There is nothing to take back")
        self.actions.set_enabled("edit.redo", undo.canRedo(), "Nothing was taken back")
        self.actions["edit.undo"].setText(f"Undo {undo.undoText()}".strip())
        self.actions["edit.redo"].setText(f"Redo {undo.redoText()}".strip())

    def _on_project(self) -> None:
        for command_id in NEEDS_PROJECT:
            self.actions.set_enabled(command_id, self.studio.project is not None, "Open a project first")

    async def _new(self) -> None:
        path = await _ask_folder(self.window, "New project", "Make project", is_new=True)
        if path is not None:
            await self.window.projects.create(path)

    async def _open(self) -> None:
        path = await _ask_folder(self.window, "Open project", "Open", is_new=False)
        if path is not None:
            self.window.open_project(path)

    async def _sample(self) -> None:
        from neurostudio.app.sample_studies import make_sample_project

        self.window.open_project(await in_background(make_sample_project))

    def _show_folder(self) -> None:
        if self.studio.project is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.studio.project.path)))

    def _preferences(self) -> None:
        from neurostudio.gui.shell.preferences import PreferencesDialog

        PreferencesDialog(self.studio, self.window).open()


class _View(_Bound):
    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        for name in ("light", "dark", "contrast", "system"):
            self.actions.bind(f"view.{name}", partial(self._change, appearance=name))
        for command_id, step in (("view.larger", TEXT_STEP), ("view.smaller", -TEXT_STEP)):
            self.actions.bind(command_id, partial(self._scale_text, step))
        self.actions.bind("view.normal", partial(self._change, text_scale=1.0))
        for preset in get_args(Preset):
            self.actions.bind(f"view.{preset}", partial(window.arrange, preset))
        self.actions.bind("view.mine", window.take_own_layout)
        self.actions.bind("view.keep", window.keep_layout)
        self.actions.bind("view.reset", partial(window.arrange, "work"))
        self.actions.bind("view.full", lambda: window.showNormal() if window.isFullScreen() else window.showFullScreen())
        self.studio.settings_changed.connect(self._on_settings)
        self._on_settings(self.studio.settings)

    def _scale_text(self, step: float) -> None:
        self._change(text_scale=min(MOST_TEXT, max(LEAST_TEXT, round(self.studio.settings.text_scale + step, 2))))

    def _change(self, **changes: Any) -> None:
        from neurostudio.app.settings import change

        self.studio.change_settings(self.studio.settings.model_copy(update=changes))
        tasks.start(_saved(partial(change, **changes)))

    def _on_settings(self, settings: Any) -> None:
        look_after_appearance(settings)
        for name in ("light", "dark", "contrast", "system"):
            self.actions[f"view.{name}"].setChecked(settings.appearance == name)


class _Runs(_Bound):
    def __init__(self, window: "MainWindow", furniture: "Furniture") -> None:
        super().__init__(window)
        running = furniture.running
        self.actions.bind("run.start", furniture.settings_panel.run)
        furniture.on_can_run(furniture.settings_panel.can_run)
        self.actions.bind("run.stop", lambda: running.stop(self._run_id()))
        self.actions.bind("run.resume", lambda: self.start(running.resume(self._run_id())))
        self.actions.bind("run.again", lambda: self.start(running.run_again(self._run_id())))
        self.actions.bind("run.change", lambda: self.start(running.change(self._run_id())))
        self.actions.bind("run.command", lambda: self.start(running.copy_as("command", self._run_id())))
        self.actions.bind("file.export", lambda: self.start(running.export(self._run_id())))
        self.actions.bind("run.pin", lambda: running.pin(self._page_runs()))
        self.actions.bind("run.compare", running.compare)
        self.actions.bind("file.report", lambda: running.report(self._page_runs() or self.studio.pinned))
        window.centre.current_changed.connect(self._on_page)
        self.studio.pins_changed.connect(self._look)
        self.studio.project_changed.connect(self._look)
        self._look()

    def _page_runs(self) -> tuple[str, ...]:
        page = self.window.page()
        return page.run_ids() if page else ()

    def _run_id(self) -> str:
        runs = self._page_runs()
        if not runs:
            raise NeuroError("No run is shown on this page", fix="Open one from the list of runs")
        return runs[0]

    def _on_page(self, _page: Page | None) -> None:
        self._look()

    def _look(self) -> None:
        is_open, runs = self.studio.project is not None, self._page_runs()
        for command_id in NEEDS_RUN:
            self.actions.set_enabled(command_id, is_open and len(runs) == 1, "Open the page of a run first")
        self.actions.set_enabled("run.pin", is_open and bool(runs), "Open the page of a run first")
        self.actions.set_enabled("run.compare", is_open and bool(self.studio.pinned), "Pin the runs to compare first")
        self.actions.set_enabled("file.report", is_open, "Open a project first")


class _Window(_Bound):
    def __init__(self, window: "MainWindow", furniture: "Furniture") -> None:
        super().__init__(window)
        docks, centre = window.docks, window.centre
        self.actions.bind("window.palette", furniture.palette.open)
        for command_id, dock, widget in (
            ("window.project", docks.navigator, furniture.navigator),
            ("window.jobs", docks.jobs, furniture.jobs),
            ("window.log", docks.log, furniture.log),
            ("window.notices", docks.notices, furniture.notices),
        ):
            self.actions.bind(command_id, partial(self._go, dock, widget))
        self.actions.bind("window.settings", self._settings)
        self.actions.bind("window.page", self._focus_page)
        self.actions.bind("window.next", partial(centre.step, 1))
        self.actions.bind("window.previous", partial(centre.step, -1))
        self.actions.bind("window.other", self._move_page)
        self.actions.bind("window.close", self._close_page)
        self.actions.bind("window.reopen", centre.reopen)
        self.actions.bind("window.welcome", partial(window.open_page, "welcome"))

    def _go(self, dock: QDockWidget, widget: Any) -> None:
        from neurostudio.gui.shell.furniture import focus_first

        dock.show()
        dock.raise_()
        focus_first(widget)

    def _settings(self) -> None:
        from neurostudio.gui.shell.furniture import focus_first

        self.window.show_settings()
        if self.window.furniture is not None:
            focus_first(self.window.furniture.settings_panel)

    def _move_page(self) -> None:
        if page := self.window.page():
            self.window.centre.move_page(page)

    def _close_page(self) -> None:
        if page := self.window.page():
            self.window.centre.close_page(page)

    def _focus_page(self) -> None:
        from neurostudio.gui.shell.furniture import focus_first

        if page := self.window.page():
            focus_first(page)


class _Help(_Bound):
    def __init__(self, window: "MainWindow", furniture: "Furniture") -> None:
        super().__init__(window)
        self.actions.bind("help.here", self._here)
        self.actions.bind("help.contents", partial(window.open_page, "help:index"))
        self.actions.bind("help.keys", self._keys)
        self.actions.bind("help.tour", furniture.tour.start)
        self.actions.bind("help.about", self._about)
        self.actions.bind("help.machine", partial(window.open_page, "help:machine"))

    def _here(self) -> None:
        from neurostudio.gui.shell.help_view import topic_of_focus

        self.window.open_page(f"help:{topic_of_focus(self.window)}")

    def _keys(self) -> None:
        from neurostudio.gui.shell.shortcuts_sheet import ShortcutsSheet

        ShortcutsSheet(self.actions, self.window).open()

    def _about(self) -> None:
        from neurostudio.gui.shell.about import AboutDialog

        AboutDialog(self.window).open()


async def _saved(change: Callable[[], object]) -> None:
    await in_background(change)


async def _ask_folder(window: "MainWindow", title: str, verb: str, *, is_new: bool) -> Path | None:
    dialog = QFileDialog(window, title, str(_start_folder(window)))
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, verb)
    if is_new:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.selectFile("my-study")
    else:
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return await tasks.chosen_path(dialog)


def _start_folder(window: "MainWindow") -> Path:
    """Where file dialogs start: beside the project that was open last."""
    recent = window.studio.settings.recent_projects
    return Path(recent[0]).parent if recent else Path.home()
