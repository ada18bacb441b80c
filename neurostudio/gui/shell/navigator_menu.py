"""What can be done with the lines of the navigator: its context menus and keys."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMenu

from neurostudio.app.runs import RESUMABLE
from neurostudio.core.registry import registry
from neurostudio.gui import labels, tasks, theme
from neurostudio.gui.running import Running
from neurostudio.gui.shell.label_dialogs import NotesDialog, TagsDialog
from neurostudio.gui.shell.navigator_tree import Contents, Node, tags_of
from neurostudio.gui.shell.navigator_view import NavigatorTree
from neurostudio.gui.studio import Studio


class NavigatorActions(QObject):
    """Acts on lines; asks `contents` for what is known about them."""

    def __init__(self, studio: Studio, tree: NavigatorTree, contents: Callable[[], Contents]) -> None:
        super().__init__(tree)
        self._studio = studio
        self._tree = tree
        self._contents = contents
        self._running = Running(studio, tree)

    def open(self, node: Node) -> None:
        """Open the page of a line."""
        if node.kind in ("run", "data", "report", "method") and not node.reason:
            self._studio.open_page(node.key)

    def open_all(self, nodes: Sequence[Node]) -> None:
        """Open the pages of several lines."""
        for node in nodes:
            self.open(node)

    def remove(self, nodes: Sequence[Node]) -> None:
        """Runs go to the trash, data sets off the list; both can be undone."""
        trashed = self._contents().runs
        ids = [node.ref for node in nodes if node.kind == "run" and node.ref in trashed and not trashed[node.ref].trashed]
        self._trash(ids)
        for node in nodes:
            if node.kind == "data":
                labels.forget_dataset(self._studio, node.ref)

    def menu(self, nodes: Sequence[Node]) -> QMenu | None:
        """The context menu of lines of one kind; None where nothing can be done."""
        kinds = {node.kind for node in nodes}
        menu = QMenu(self._tree)
        menu.setToolTipsVisible(True)
        if kinds == {"run"}:
            self._fill_for_runs(menu, nodes)
        elif kinds == {"data"}:
            self._fill_for_data(menu, nodes)
        elif kinds == {"report"}:
            self._add(menu, "Open", "open", lambda: self.open_all(nodes))
            self._add(menu, "Show in folder", "folder", lambda: _show(Path(nodes[0].ref).parent))
        elif kinds == {"method"}:
            self._add(menu, "Open", "open", lambda: self.open(nodes[0]), "", nodes[0].reason)
        elif [node.key for node in nodes] == ["runs/trash"]:
            ids = [child.ref for child in nodes[0].children]
            self._add(menu, "Restore all", "undo", lambda: labels.restore_runs(self._studio, ids))
        return menu if menu.actions() else None

    # --- runs

    def _fill_for_runs(self, menu: QMenu, nodes: Sequence[Node]) -> None:
        if len(nodes) == 1:
            self._fill_for_one_run(menu, nodes[0])
        else:
            self._add(menu, "Open", "open", lambda: self.open_all(nodes))
        ids = tuple(node.ref for node in nodes)
        menu.addSeparator()
        if len(nodes) > 1:
            self._add(menu, f"Compare {len(ids)} runs", "compare", lambda: self._studio.open_page(f"compare:{','.join(ids)}"))
        are_pinned = all(node.is_pinned for node in nodes)
        self._add(menu, "Unpin" if are_pinned else "Pin for comparison", "pin", lambda: self._pin(ids, are_pinned=are_pinned))
        self._add(menu, "Report...", "report", lambda: self._running.report(ids))
        menu.addSeparator()
        if len(nodes) == 1:
            self._add(menu, "Rename", "edit", lambda: self._tree.edit(self._tree.currentIndex()), "F2")
            self._add(menu, "Notes...", "note", lambda: tasks.start(self._note(nodes[0]), self))
        self._add(menu, "Tags...", "tag", lambda: tasks.start(self._tag(nodes), self))
        menu.addSeparator()
        self._fill_end_for_runs(menu, ids)

    def _fill_for_one_run(self, menu: QMenu, node: Node) -> None:
        run_id = node.ref
        row = self._contents().runs.get(run_id)
        in_line = {line.run_id: line.state for line in self._studio.project.jobs()} if self._studio.project else {}
        is_installed = row is not None and row.method in registry().methods
        reason = "" if is_installed else "Its method is not installed here"
        self._add(menu, "Open", "open", lambda: self.open(node), "Return")
        menu.addSeparator()
        self._add(menu, "Run again", "refresh", lambda: tasks.start(self._running.run_again(run_id), self), "", reason)
        self._add(menu, "Duplicate with changes", "copy", lambda: tasks.start(self._running.change(run_id), self), "", reason)
        if run_id in in_line or node.state == "running":
            self._add(menu, "Stop", "stop", lambda: self._running.stop(run_id))
        elif node.state in RESUMABLE and row is not None and not row.trashed:
            self._add(menu, "Resume", "resume", lambda: tasks.start(self._running.resume(run_id), self), "", reason)

    def _fill_end_for_runs(self, menu: QMenu, ids: tuple[str, ...]) -> None:
        rows = self._contents().runs
        known = [rows[run_id] for run_id in ids if run_id in rows]
        if len(ids) == 1:
            self._add(menu, "Copy as command", "copy", lambda: tasks.start(self._running.copy_as("command", ids[0]), self))
            self._add(menu, "Open folder", "folder", lambda: self._show_run(ids[0]))
            menu.addSeparator()
        if all(row.trashed for row in known):
            self._add(menu, "Restore", "undo", lambda: labels.restore_runs(self._studio, ids))
            return
        at_work = any(row.state == "running" for row in known)
        reason = "Stop it first" if at_work else ""
        self._add(menu, "Move to trash", "trash", lambda: self._trash(ids), "Del", reason)

    def _pin(self, ids: tuple[str, ...], *, are_pinned: bool) -> None:
        pinned = self._studio.pinned
        rest = tuple(run_id for run_id in pinned if run_id not in ids)
        self._studio.pin(rest if are_pinned else (*rest, *ids))

    def _trash(self, ids: Sequence[str]) -> None:
        rows = self._contents().runs
        labels.trash_runs(self._studio, [run_id for run_id in ids if run_id in rows and rows[run_id].state != "running"])

    async def _tag(self, nodes: Sequence[Node]) -> None:
        rows = [row for node in nodes if (row := self._contents().runs.get(node.ref)) is not None]
        shared = [tag for tag in rows[0].tags if all(tag in row.tags for row in rows)] if rows else []
        title = nodes[0].title if len(nodes) == 1 else f"{len(nodes)} runs"
        dialog = TagsDialog(self._tree, title, shared, tags_of(self._contents()))
        is_wanted, wanted = await tasks.answer(dialog), dialog.tags()
        dialog.deleteLater()
        if not is_wanted:
            return
        for row in rows:  # tags that only some have stay with them
            kept = [tag for tag in row.tags if tag in wanted or tag not in shared]
            labels.tag_run(self._studio, row.run_id, [*kept, *(tag for tag in wanted if tag not in kept)])

    async def _note(self, node: Node) -> None:
        row = self._contents().runs.get(node.ref)
        dialog = NotesDialog(self._tree, node.title, row.notes if row else "")
        if await tasks.answer(dialog):
            labels.note_run(self._studio, node.ref, dialog.notes())
        dialog.deleteLater()

    def _show_run(self, run_id: str) -> None:
        if self._studio.project is not None:
            _show(self._studio.project.project.run_folder(run_id).path)

    # --- data sets

    def _fill_for_data(self, menu: QMenu, nodes: Sequence[Node]) -> None:
        found = {row.name: row for row in self._contents().datasets}
        rows = [found[node.ref] for node in nodes if node.ref in found]
        self._add(menu, "Open", "open", lambda: self.open_all(nodes), "Return")
        kinds = {row.kind for row in rows}
        use = menu.addMenu(theme.icon("run"), "Use in a run")
        for method in registry().methods.values():
            for role in method.inputs:
                if kinds <= set(role.kinds) and (role.many or len(rows) == 1):
                    use.addAction(f"{method.title}: {role.name}", self._user(method.id, role.name, [row.name for row in rows]))
        use.setEnabled(bool(use.actions()))
        if len(rows) == 1:
            self._add(menu, "Show in folder", "folder", lambda: _show(rows[0].path.parent))
        menu.addSeparator()
        forget = self._add(menu, "Forget", "remove", lambda: self.remove(nodes), "Del")
        forget.setToolTip("Take it off the list; the data stay where they are")

    def _user(self, method_id: str, role: str, names: list[str]) -> Callable[[], None]:
        def use() -> None:
            self._studio.open_page(f"method:{method_id}")
            self._studio.fill_form(method_id, inputs={role: names})

        return use

    # --- inside

    @staticmethod
    def _add(menu: QMenu, text: str, icon: str, act: Callable[[], object], keys: str = "", reason: str = "") -> QAction:
        action = menu.addAction(theme.icon(icon), f"{text}\t{keys}" if keys else text)
        action.triggered.connect(lambda _checked=False: act())
        action.setEnabled(not reason)
        action.setToolTip(reason)
        return action


def _show(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
