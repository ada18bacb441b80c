"""Which run is looked at: subjects, sessions, tasks and runs of a data set as a tree."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.fmri.presenter import Leaf
from neurostudio.gui.panels.parts.filter_edit import FilterEdit
from neurostudio.gui.widgets import Heading, fill

KEY = Qt.ItemDataRole.UserRole
FILTER_FROM = 12
LEAST_U = 14


class RunTree(QWidget):
    """The tree; what is not here has a mark and says why::

        Runs
        [ Filter           ]
        v sub-01
            rest run 1
          ! rest run 2        (not downloaded, says its tooltip)
        v Images
            T1w

    Signals
    -------
    chosen : key of a leaf
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._leaves: tuple[Leaf, ...] = ()
        self.filter = FilterEdit("Filter runs")
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Runs and images of the data set")
        self.tree.setFrameShape(QFrame.Shape.NoFrame)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(round(1.6 * u))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setMinimumWidth(LEAST_U * u)
        self.tree.currentItemChanged.connect(self.on_current)
        self.filter.textChanged.connect(self.on_filter)
        fill(QVBoxLayout(self), (Heading("Runs"), self.filter, self.tree), u, 0.8)

    def show_leaves(self, leaves: Sequence[Leaf]) -> None:
        """Show these runs; the chosen one stays chosen where it is still there."""
        if tuple(leaves) == self._leaves:
            return
        key, self._leaves = self.current(), tuple(leaves)
        was_blocked = self.tree.blockSignals(True)
        self.tree.clear()
        branches: dict[tuple[str, ...], QTreeWidgetItem] = {}
        for leaf in self._leaves:
            item = QTreeWidgetItem([leaf.title])
            item.setData(0, KEY, leaf.key)
            item.setToolTip(0, f"{leaf.tooltip}\n{leaf.trouble}".strip())
            if leaf.trouble:
                item.setIcon(0, theme.icon("warning", "warning"))
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{leaf.title}, {leaf.trouble}")
            self._branch(branches, leaf.path).addChild(item)
        self.tree.blockSignals(was_blocked)
        self.filter.setVisible(len(self._leaves) >= FILTER_FROM)
        self.on_filter(self.filter.text())
        self.choose(key)

    def choose(self, key: str) -> bool:
        """Put the cursor on a run, and tell nobody; returns whether there is one of that key."""
        item = next((one for one in self._items() if one.data(0, KEY) == key), None)
        if item is not None:
            was_blocked = self.tree.blockSignals(True)
            self.tree.setCurrentItem(item)
            self.tree.blockSignals(was_blocked)
        return item is not None

    def current(self) -> str:
        """Key of the chosen run; empty for none."""
        item = self.tree.currentItem()
        return str(item.data(0, KEY) or "") if item is not None else ""

    @Slot(QTreeWidgetItem, QTreeWidgetItem)
    def on_current(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        """The cursor came to another line."""
        if item is not None and item.data(0, KEY):
            self.chosen.emit(str(item.data(0, KEY)))

    @Slot(str)
    def on_filter(self, text: str) -> None:
        """Show the runs whose names hold every word."""
        words = text.lower().split()
        for item, leaf in zip(self._items(), self._leaves, strict=True):
            name = " ".join((*leaf.path, leaf.title, leaf.key)).lower()
            item.setHidden(not all(word in name for word in words))
        for at in range(self.tree.topLevelItemCount()):
            _hide_empty(self.tree.topLevelItem(at))

    def _branch(self, branches: dict[tuple[str, ...], QTreeWidgetItem], path: tuple[str, ...]) -> QTreeWidgetItem:
        if not path:
            return self.tree.invisibleRootItem()
        if path not in branches:
            item = QTreeWidgetItem([path[-1]])
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._branch(branches, path[:-1]).addChild(item)
            item.setExpanded(True)
            branches[path] = item
        return branches[path]

    def _items(self) -> list[QTreeWidgetItem]:
        """The leaves in their order."""
        found: dict[str, QTreeWidgetItem] = {}
        waiting = [self.tree.invisibleRootItem()]
        while waiting:
            item = waiting.pop()
            waiting += [child for at in range(item.childCount()) if (child := item.child(at)) is not None]
            if item.data(0, KEY):
                found[str(item.data(0, KEY))] = item
        return [found[leaf.key] for leaf in self._leaves if leaf.key in found]


def _hide_empty(item: QTreeWidgetItem | None) -> bool:
    """Hide a branch without a visible leaf; returns whether it is hidden."""
    if item is None:
        return True
    if item.childCount():
        hidden = [_hide_empty(item.child(at)) for at in range(item.childCount())]
        item.setHidden(all(hidden))
    return item.isHidden()
