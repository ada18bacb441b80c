"""The project on the left: data sets, runs, reports and methods, with search."""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.core.events import State
from neurostudio.gui import labels, theme
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.parts.state_mark import state_icon
from neurostudio.gui.shell.navigator_menu import NavigatorActions
from neurostudio.gui.shell.navigator_model import NavigatorModel
from neurostudio.gui.shell.navigator_tree import Contents, Node, Wanted, load_all, load_some, state_counts, tags_of, tree
from neurostudio.gui.shell.navigator_view import NavigatorTree
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import EmptyState, Secondary, button, fill, tool_button

PERIOD_S = 0.2
CLOSED_AT_FIRST = ("runs/trash", "runs/sessions", "group:reports")

Loaded = tuple[Contents, tuple[Node, ...]]


class Navigator(QWidget):
    """The project::

        [ search            ] (filter) (+)
        v Data                    4
            T mr.train   9,596 rows
        v Runs                   12
            o mr-seed1         61 %
            v mr-seed0        0.742
        > Reports                 1
        > Methods                 1

    Signals
    -------
    import_wanted : the person wants to add data
    """

    import_wanted = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.setAccessibleName("Project")
        self.contents = Contents()
        self.wanted = Wanted()
        self._changed: set[str] = set()
        self._has_changed_much = True
        self._is_new_project = True
        self._open_before_search: set[str] | None = None
        self._project: QObject | None = None
        self.model = NavigatorModel(self)
        self.tree = NavigatorTree(studio, self.model)
        self.actions_ = NavigatorActions(studio, self.tree, lambda: self.contents)
        self._build()
        self._refresher = Refresher(self, self._question, self._show, self._fail, PERIOD_S)
        self.model.rename_wanted.connect(self.on_rename)
        self.tree.activated.connect(self.on_activated)
        self.tree.customContextMenuRequested.connect(self.on_menu)
        self.tree.installEventFilter(self)
        self.search.textChanged.connect(self.on_search)
        self.search.installEventFilter(self)
        studio.project_changed.connect(self.on_project)
        studio.pins_changed.connect(self.on_pins)
        self.on_project()

    # --- for the shell

    def focus_search(self) -> None:
        """Go to the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def select(self, key: str) -> None:
        """Show and choose a line, such as that of the page in front; nothing where it is not listed."""
        index = self.model.index_of(key)
        if index.isValid() and index not in self.tree.selectionModel().selectedIndexes():
            self.tree.setCurrentIndex(index)

    def selected_runs(self) -> tuple[str, ...]:
        """Ids of the runs that are chosen."""
        return tuple(node.ref for node in self.tree.nodes() if node.kind == "run")

    def open_branches(self) -> list[str]:
        """Keys of the lines that are unfolded; the shell may keep them."""
        return [index.data(Qt.ItemDataRole.UserRole).key for index in self.model.branches() if self.tree.isExpanded(index)]

    # --- building

    def _build(self) -> None:
        u = theme.unit(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search names, tags, notes")
        self.search.setAccessibleName("Search runs, data, reports and methods")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(theme.icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter = tool_button("filter", "Show only some runs")
        self.filter.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._filter_menu = QMenu(self.filter)
        self._filter_menu.aboutToShow.connect(self.on_filter_menu)
        self.filter.setMenu(self._filter_menu)
        self.add = tool_button("add", "Import data...")
        self.add.clicked.connect(self.import_wanted)
        bar = QHBoxLayout()
        fill(bar, (self.search, self.filter, self.add), u, 0.4)
        self._filtered = Secondary("", wrap=False)
        self._clear = button("Show all")
        self._clear.setFlat(True)
        self._clear.clicked.connect(self.on_clear)
        self._filter_line = QWidget()
        fill(QHBoxLayout(self._filter_line), (self._filtered, None, self._clear), u, 0.6)
        self._nothing = EmptyState("search", "Nothing fits", "No data, run, report or method.", "Show all", width=24)
        self._nothing.wanted.connect(self.on_clear)
        self._no_project = EmptyState(
            "project", "No project is open", "Open one, or try a sample study.", "Welcome page", width=24
        )
        self._no_project.wanted.connect(lambda: self.studio.open_page("welcome"))
        self._stack = QStackedWidget()
        for page in (self.tree, self._nothing, self._no_project):
            self._stack.addWidget(page)
        head = QWidget()
        fill(QVBoxLayout(head), (bar, self._filter_line), u, 0.6, 0.8)
        self._head = head
        fill(QVBoxLayout(self), (head, self._stack), u, 0)

    # --- reading and showing

    def _question(self) -> Callable[[], Loaded]:
        """What a thread is to do now; taken note of as asked."""
        project = self.studio.project
        wanted, pinned, before = self.wanted, self.studio.pinned, self.contents
        if project is None:
            return lambda: (Contents(), ())
        changed, self._changed = self._changed, set()
        is_whole = self._has_changed_much or bool(wanted.text.strip())
        self._has_changed_much = False

        def question() -> Loaded:
            text = wanted.text.strip()
            contents = load_all(project.project, text) if is_whole else load_some(project.project, before, changed)
            return contents, tree(contents, wanted, pinned)

        return question

    def _show(self, loaded: Loaded) -> None:
        self.contents, nodes = loaded
        self.model.show(nodes, self.contents)
        if self.studio.project is None:
            self._stack.setCurrentWidget(self._no_project)
            return
        if self._is_new_project:
            self._is_new_project = False
            self._unfold(skip=CLOSED_AT_FIRST)
        elif self._open_before_search is not None:
            self._unfold()
        self._stack.setCurrentWidget(self.tree if nodes else self._nothing)
        self.tree.turning.set_turning(is_turning=any(row.state == "running" for row in self.contents.runs.values()))
        self._say_what_is_shown()

    def _fail(self, error: NeuroError) -> None:
        self._has_changed_much = True
        self.studio.report_error(error)

    def _unfold(self, skip: Iterable[str] = ()) -> None:
        closed = set(skip)
        for index in self.model.branches():
            self.tree.setExpanded(index, index.data(Qt.ItemDataRole.UserRole).key not in closed)

    def _say_what_is_shown(self) -> None:
        parts = [*sorted(self.wanted.states), *(f"tag {tag}" for tag in sorted(self.wanted.tags))]
        self._filter_line.setVisible(bool(parts))
        self._filtered.setText(f"Only {', '.join(parts)}")
        self.filter.setIcon(theme.icon("filter", "accent" if parts else ""))
        self.filter.setToolTip(f"Showing only {', '.join(parts)}" if parts else "Show only some runs")
        looked_for = f"“{self.wanted.text.strip()}”" if self.wanted.text.strip() else "this choice"
        self._nothing.setAccessibleName(f"Nothing fits {looked_for}")

    def _want(self, wanted: Wanted) -> None:
        """Search for something else; branches unfold for it, and fold again after it."""
        if self.wanted.is_all and not wanted.is_all:
            self._open_before_search = set(self.open_branches())
        text_changed = wanted.text.strip() != self.wanted.text.strip()
        self.wanted = wanted
        if text_changed:
            self._has_changed_much = True
        if wanted.is_all and self._open_before_search is not None:
            kept, self._open_before_search = self._open_before_search, None
            for index in self.model.branches():
                self.tree.setExpanded(index, index.data(Qt.ItemDataRole.UserRole).key in kept)
        self._refresher.ask()

    # --- slots

    @Slot()
    def on_project(self) -> None:
        """Another project is open, or none."""
        project = self.studio.project
        self._is_new_project = True
        self._open_before_search = None
        self._has_changed_much = True
        self._changed.clear()
        self.wanted = Wanted()
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._head.setVisible(project is not None)
        self._filter_line.hide()
        if project is None:
            self._show((Contents(), ()))
            return
        project.runs_changed.connect(self.on_runs)
        project.datasets_changed.connect(self.on_much)
        project.reports_changed.connect(self.on_much)
        self._refresher.ask()

    @Slot(object)
    def on_runs(self, run_ids: frozenset[str]) -> None:
        """Rows of runs changed; empty: any may have."""
        if run_ids:
            self._changed |= run_ids
        else:
            self._has_changed_much = True
        self._refresher.ask()

    @Slot()
    def on_much(self) -> None:
        """Data sets or reports changed."""
        self._has_changed_much = True
        self._refresher.ask()

    @Slot()
    def on_pins(self) -> None:
        """Other runs are pinned."""
        self._refresher.ask()

    @Slot(str)
    def on_search(self, text: str) -> None:
        """Something was typed into the search field."""
        self._want(Wanted(text, self.wanted.states, self.wanted.tags))

    @Slot()
    def on_clear(self) -> None:
        """Show everything again."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._want(Wanted())

    @Slot()
    def on_filter_menu(self) -> None:
        """Fill the menu of states and tags as they are now."""
        menu = self._filter_menu
        menu.clear()
        counts = state_counts(self.contents)
        menu.addSection("State")
        for state in get_args(State):
            self._add_filter(menu, f"{state.capitalize()} ({counts.get(state, 0)})", "states", state, *state_icon(state))
        tags = tags_of(self.contents)
        if tags:
            menu.addSection("Tag")
        for tag in tags:
            self._add_filter(menu, tag, "tags", tag, "tag", "")

    def _add_filter(self, menu: QMenu, text: str, which: str, value: str, icon: str, tint: str) -> None:
        chosen: frozenset[str] = getattr(self.wanted, which)
        action = menu.addAction(theme.icon(icon, tint), text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(value in chosen)

        def toggle(is_on: bool) -> None:
            kept: dict[str, Any] = {"text": self.wanted.text, "states": self.wanted.states, "tags": self.wanted.tags}
            self._want(Wanted(**{**kept, which: chosen | {value} if is_on else chosen - {value}}))

        action.toggled.connect(toggle)

    @Slot(str, str)
    def on_rename(self, run_id: str, name: str) -> None:
        """A name was typed in place."""
        labels.rename_run(self.studio, run_id, name)

    @Slot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        """Enter or a double click: open the page."""
        node = self.model.node(index)
        if node is not None and node.kind == "hint":
            self.import_wanted.emit()
        elif node is not None:
            self.actions_.open(node)

    @Slot(QPoint)
    def on_menu(self, position: QPoint) -> None:
        """The context menu of what is chosen."""
        nodes = self.tree.nodes()
        menu = self.actions_.menu(nodes) if nodes else None
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.tree.viewport().mapToGlobal(position))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys: Delete in the tree; Down and Escape in the search field."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.tree and event.key() == Qt.Key.Key_Delete:
                self.actions_.remove(self.tree.nodes())
                return True
            if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return):
                self._go_to_first_hit()
                return True
            if watched is self.search and event.key() == Qt.Key.Key_Escape and not self.wanted.is_all:
                self.on_clear()
                return True
        return super().eventFilter(watched, event)

    def _go_to_first_hit(self) -> None:
        self.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)
        first = self.model.index(0, 0)
        while first.isValid() and self.model.rowCount(first):
            first = self.model.index(0, 0, first)
        if first.isValid():
            self.tree.setCurrentIndex(first)
