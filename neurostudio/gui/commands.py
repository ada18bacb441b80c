"""The table of commands. Menus, toolbar, palette, shortcuts and their help page are all views of it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from neurostudio.gui import theme

MENUS = ("File", "Edit", "View", "Run", "Window", "Help")


@dataclass(frozen=True)
class Command:
    """One thing that a person can ask the window for.

    Attributes
    ----------
    id : str
        ``menu.words``, lower case.
    title : str
        As it stands in the menu; ends with "..." where a dialog follows.
    menu : str
        One of :data:`MENUS`.
    keys : str
        Shortcut in Qt's portable form; empty for none.
    help : str
        One sentence: what it does.
    group : int
        Commands of one group stand together in the menu, with a line between groups.
    submenu : str
        Name of the menu inside the menu that it stands in.
    """

    id: str
    title: str
    menu: str
    keys: str = ""
    icon: str = ""
    help: str = ""
    group: int = 0
    submenu: str = ""
    is_checkable: bool = False
    in_palette: bool = True


COMMANDS: tuple[Command, ...] = (
    Command("file.new", "New project...", "File", "Ctrl+N", "folder-new", "Make an empty project folder.", 0),
    Command("file.open", "Open project...", "File", "Ctrl+O", "folder", "Open a project folder.", 0),
    Command("file.sample", "Open the sample study", "File", "", "sample", "Make a small project with data to try things on.", 0),
    Command("file.close", "Close project", "File", "", "", "Close the project; runs at work go on.", 0),
    Command("file.import", "Import data...", "File", "Ctrl+I", "import", "Look at files and add them to the project.", 1),
    Command("file.report", "Write report...", "File", "Ctrl+Shift+R", "report", "Put the runs on this page into a report.", 1),
    Command("file.export", "Export run...", "File", "Ctrl+E", "export", "Copy the outputs of the run to a folder.", 1),
    Command("file.show", "Show project folder", "File", "", "open", "Open the project in the file manager.", 1),
    Command(
        "file.preferences", "Preferences...", "File", "Ctrl+,", "settings", "Appearance, text size, how many runs at once.", 2
    ),
    Command("file.quit", "Quit", "File", "Ctrl+Q", "", "Close the window; asks first where runs are at work.", 3),
    Command("edit.undo", "Undo", "Edit", "Ctrl+Z", "undo", "Take back the last change of a setting, name, tag or note.", 0),
    Command("edit.redo", "Redo", "Edit", "Ctrl+Shift+Z", "redo", "Make a change again that was taken back.", 0),
    Command(
        "edit.find", "Find runs and data", "Edit", "Ctrl+Shift+F", "search", "Search names, tags and notes of the project.", 1
    ),
    Command("view.light", "Light", "View", "", "", "Dark text on a light surface.", 0, "Appearance", True),
    Command("view.dark", "Dark", "View", "", "", "Light text on a dark surface.", 0, "Appearance", True),
    Command("view.contrast", "High contrast", "View", "", "", "Black, white and yellow.", 0, "Appearance", True),
    Command("view.system", "As the system", "View", "", "", "Follow the appearance of the desktop.", 0, "Appearance", True),
    Command("view.larger", "Larger text", "View", "Ctrl++", "zoom-in", "Make all text larger.", 1),
    Command("view.smaller", "Smaller text", "View", "Ctrl+-", "zoom-out", "Make all text smaller.", 1),
    Command("view.normal", "Normal text size", "View", "Ctrl+0", "", "Text in the size of the system.", 1),
    Command("view.work", "Work", "View", "Alt+1", "layout", "Project, page, settings and jobs.", 2, "Layout"),
    Command("view.look", "Look", "View", "Alt+2", "layout", "The page alone, with the jobs in one line.", 2, "Layout"),
    Command("view.compare", "Compare", "View", "Alt+3", "layout", "Two pages side by side.", 2, "Layout"),
    Command("view.write", "Write", "View", "Alt+4", "layout", "Report beside run.", 2, "Layout"),
    Command("view.mine", "My layout", "View", "Alt+5", "layout", "The layout that you kept.", 2, "Layout"),
    Command("view.keep", "Keep as my layout", "View", "", "", "Keep docks and sizes as they are now.", 3, "Layout"),
    Command("view.reset", "Reset layout", "View", "", "reset", "Docks and sizes as at the first start.", 3, "Layout"),
    Command("view.full", "Full screen", "View", "F11", "larger", "The window fills the screen.", 4, "", True),
    Command("run.start", "Run", "Run", "Ctrl+Return", "run", "Start a run with the settings on the right.", 0),
    Command("run.stop", "Stop", "Run", "Ctrl+.", "stop", "Stop the run on this page; it can be resumed.", 0),
    Command("run.resume", "Resume", "Run", "Ctrl+Shift+Return", "resume", "Go on from the last checkpoint.", 0),
    Command("run.again", "Run again", "Run", "", "refresh", "Start the same settings and seed once more.", 1),
    Command("run.change", "Duplicate with changes", "Run", "Ctrl+D", "copy", "Put the settings of this run into the form.", 1),
    Command("run.pin", "Pin for comparison", "Run", "Ctrl+P", "pin", "Choose the run on this page, or drop it again.", 2),
    Command("run.compare", "Compare pinned runs", "Run", "Ctrl+Shift+C", "compare", "Show the pinned runs side by side.", 2),
    Command("run.command", "Copy as command", "Run", "", "copy", "The command line that starts this run again.", 3),
    Command(
        "window.palette", "Search or command", "Window", "Ctrl+K", "search", "Find a command, run, data set, setting or page.", 0
    ),
    Command("window.project", "Project", "Window", "Ctrl+1", "project", "Go to the list of data and runs.", 1),
    Command("window.page", "Page", "Window", "Ctrl+2", "", "Go to the page in the centre.", 1),
    Command("window.settings", "Settings", "Window", "Ctrl+3", "settings", "Go to the settings form.", 1),
    Command("window.jobs", "Jobs", "Window", "Ctrl+4", "jobs", "Go to the runs that wait or work.", 1),
    Command("window.log", "Log", "Window", "Ctrl+5", "log", "Go to the log.", 1),
    Command("window.notices", "Notices", "Window", "Ctrl+6", "notice", "Go to what you were told.", 1),
    Command("window.next", "Next page", "Window", "Ctrl+PgDown", "right", "Show the tab to the right.", 2),
    Command("window.previous", "Previous page", "Window", "Ctrl+PgUp", "left", "Show the tab to the left.", 2),
    Command("window.other", "Move page to the other side", "Window", "", "", "Two pages side by side.", 2),
    Command("window.close", "Close page", "Window", "Ctrl+W", "close", "Close the tab.", 3),
    Command(
        "window.reopen", "Reopen closed page", "Window", "Ctrl+Shift+T", "undo", "Bring back the tab that was closed last.", 3
    ),
    Command("window.welcome", "Welcome page", "Window", "", "home", "Recent projects and sample studies.", 3),
    Command("help.here", "Help for this page", "Help", "F1", "help", "The help page of the panel that has the keyboard.", 0),
    Command("help.contents", "All help pages", "Help", "", "", "Contents of the help.", 0),
    Command("help.keys", "Keyboard shortcuts", "Help", "Ctrl+/", "keyboard", "All shortcuts on one sheet.", 1),
    Command("help.tour", "Take the tour", "Help", "", "tour", "Five steps on the sample study.", 1),
    Command("help.machine", "About this machine", "Help", "", "info", "Processor, memory, device and versions.", 2),
    Command("help.about", "About NeuroStudio", "Help", "", "info", "Version and licences.", 2),
)


def command(command_id: str) -> Command:
    """The command of that id; KeyError for an unknown one."""
    return _BY_ID[command_id]


class Actions(QObject):
    """One QAction for each command: bound to what it does by the shell, switched on and off with a reason."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        for one in COMMANDS:
            action = QAction(one.title, self)
            action.setObjectName(one.id)
            action.setCheckable(one.is_checkable)
            if one.keys:
                action.setShortcut(QKeySequence(one.keys))
            if one.icon:
                action.setIcon(theme.icon(one.icon))
            action.setMenuRole(_ROLES.get(one.id, QAction.MenuRole.NoRole))
            action.setStatusTip(one.help)
            self._actions[one.id] = action
            self.set_enabled(one.id, False, "There is nothing that it could act on here")

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def bind(self, command_id: str, slot: Callable[[], object], *, is_enabled: bool = True) -> None:
        """Say what a command does."""
        self._actions[command_id].triggered.connect(lambda _checked=False: slot())
        self.set_enabled(command_id, is_enabled)

    def set_enabled(self, command_id: str, is_enabled: bool, reason: str = "") -> None:
        """Switch a command on or off; `reason` says why it is off."""
        action, one = self._actions[command_id], _BY_ID[command_id]
        action.setEnabled(is_enabled)
        keys = QKeySequence(one.keys).toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{one.help} {f'({keys})' if keys else ''}".strip() if is_enabled else reason or one.help)
        action.setProperty("reason", "" if is_enabled else reason)

    def reason(self, command_id: str) -> str:
        """Why a command is off; empty where it is on."""
        return str(self._actions[command_id].property("reason") or "")


_BY_ID = {one.id: one for one in COMMANDS}
_ROLES = {
    "file.quit": QAction.MenuRole.QuitRole,
    "file.preferences": QAction.MenuRole.PreferencesRole,
    "help.about": QAction.MenuRole.AboutRole,
}
