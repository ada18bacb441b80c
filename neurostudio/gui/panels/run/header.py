"""Top of the page of a run: its name, how it stands, and what can be done with it now."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.parts.name_edit import NameEdit
from neurostudio.gui.panels.parts.state_mark import StateMark
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.running import RECIPES
from neurostudio.gui.widgets import Elided, Row, button, fill, tool_button

# id of what can be done -> words, icon, tooltip; the ids are those of the signal `wanted`
BUTTONS: dict[str, tuple[str, str, str]] = {
    "stop": ("Stop", "stop", "Stop the run; it can be resumed from its last checkpoint"),
    "resume": ("Resume", "resume", "Go on from the last checkpoint"),
    "restore": ("Restore", "undo", "Take the run out of the trash"),
    "again": ("Run again", "refresh", "Start a new run with the same settings, data and seed"),
    "duplicate": ("Duplicate...", "copy", "Put settings, data and seed into the form, to change them before running"),
    "report": ("Report...", "report", "Write a report of this run as one HTML or PDF file"),
    "folder": ("Open folder", "folder", "Show the folder of the run in the file manager"),
}
MENU: dict[str, tuple[str, str]] = {
    **{key: (f"Copy as {words}", "copy") for key, words in RECIPES.items()},
    "id": ("Copy id", "copy"),
    "pin": ("Pin for comparison", "pin"),
    "trash": ("Move to trash", "trash"),
}
_LINES_BEFORE = ("id", "pin", "trash")
LEAST_NAME_U = 30


class RunHeader(QWidget):
    """The header::

        first                        [Run again] [Duplicate...] [Report...] [Open folder] [...]
        (tick) Done   Spiking text classification · 2026-11-24 06:12 · took 0:24 · seed 1

    The name is a field once it is clicked; where it is narrow the buttons stand under it.

    Signals
    -------
    renamed : new name
    wanted : id of the button or menu item that was pressed (`BUTTONS`, `MENU`)
    """

    renamed = Signal(str)
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.name = NameEdit("Name of the run")
        self.name.renamed.connect(self.renamed)
        self.mark = StateMark()
        self.facts = Elided()
        self.facts.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.buttons: dict[str, QPushButton] = {}
        for key, (text, icon, tooltip) in BUTTONS.items():
            made = button(text, icon, tooltip)
            made.clicked.connect(lambda _checked=False, key=key: self.wanted.emit(key))
            self.buttons[key] = made
        self.more = tool_button("more", "More")
        self.more.setPopupMode(self.more.ToolButtonPopupMode.InstantPopup)
        self.actions_of_menu = self._menu()
        self._bar = Flow(*self.buttons.values(), self.more, gap=0.8)
        self._top = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        u = theme.unit(self)
        fill(self._top, (self.name, self._bar), u, 0.8)
        facts = Row(self.mark, self.facts, gap=2)
        fill(QVBoxLayout(self), (self._top, facts), u, 0.8)

    def show_run(self, view: RunView, state: str, *, is_pinned: bool) -> None:
        """Show a run; `state` may be ``stopping``, which the index does not know."""
        row = view.row
        self.name.show_name(row.name or row.run_id)
        self.mark.show_state(state)
        self.facts.setText(" · ".join(self._facts(view)))
        at_work, is_stopping = view.is_at_work, state == "stopping"
        shown = {
            "stop": at_work and not is_stopping,
            "resume": view.can_resume and not row.trashed,
            "restore": row.trashed,
            "again": not at_work and view.is_installed and not row.serve,
            "duplicate": view.is_installed and not row.serve,
            "report": not at_work,
            "folder": True,
        }
        for key, is_shown in shown.items():
            self.buttons[key].setVisible(is_shown)
        self.actions_of_menu["pin"].setText("Unpin" if is_pinned else "Pin for comparison")
        self.actions_of_menu["trash"].setEnabled(not at_work and not row.trashed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The buttons stand beside the name where there is room."""
        super().resizeEvent(event)
        is_wide = self.width() >= self._bar.sizeHint().width() + LEAST_NAME_U * theme.unit(self)
        self._top.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    def _facts(self, view: RunView) -> list[str]:
        row = view.row
        facts = [view.method_title, view.when]
        if view.took:
            facts.append(f"{'running for' if row.state == 'running' else 'took'} {view.took}")
        if row.attempt > 1:
            facts.append(f"attempt {row.attempt}")
        facts.append(f"seed {row.seed}")
        if row.where != "local":
            facts.append(f"on {row.where}")
        return [fact for fact in facts if fact]

    def _menu(self) -> dict[str, QAction]:
        menu = QMenu(self.more)
        menu.setToolTipsVisible(True)
        made: dict[str, QAction] = {}
        for key, (text, icon) in MENU.items():
            if key in _LINES_BEFORE:
                menu.addSeparator()
            made[key] = menu.addAction(theme.icon(icon), text)
        menu.triggered.connect(self.on_menu)
        self.more.setMenu(menu)
        return made

    @Slot(QAction)
    def on_menu(self, action: QAction) -> None:
        """Tell which item of the menu was chosen."""
        self.wanted.emit(next(key for key, one in self.actions_of_menu.items() if one is action))
