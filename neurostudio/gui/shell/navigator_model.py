"""The navigator's tree as a Qt model that changes in place: never reset, so that selection, expansion and scroll stay."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from neurostudio.gui.shell.navigator_tree import Contents, Node, spoken, tooltip
from neurostudio.gui.shell.row_changes import change_rows

NODE_ROLE = Qt.ItemDataRole.UserRole
RUN_MIME = "application/x-neurostudio-run"
DATASET_MIME = "application/x-neurostudio-dataset"

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class _Item:
    """A line at its place; `number` stands for it in model indexes."""

    __slots__ = ("children", "node", "number", "parent")

    def __init__(self, node: Node, parent: "_Item | None", number: int) -> None:
        self.node = node
        self.parent = parent
        self.number = number
        self.children: list[_Item] = []


class NavigatorModel(QAbstractItemModel):
    """One column of lines (:class:`Node`).

    Signals
    -------
    rename_wanted : run id, new name
    """

    rename_wanted = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = 1
        self._root = _Item(Node("", "root", ""), None, 0)
        self._items: dict[int, _Item] = {0: self._root}
        self._contents = Contents()

    # --- what is shown

    def show(self, nodes: Sequence[Node], contents: Contents) -> None:
        """Show another tree: only what differs is touched."""
        self._contents = contents
        self._match(self._root, QModelIndex(), nodes)

    def index_of(self, key: str) -> QModelIndex:
        """Index of a line; invalid where there is none."""
        for item in self._all(self._root):
            if item.node.key == key:
                return self._index(item)
        return QModelIndex()

    def node(self, index: Index) -> Node | None:
        """The line at an index."""
        item = self._items.get(index.internalId()) if index.isValid() else None
        return item.node if item is not None else None

    def branches(self) -> Iterator[QModelIndex]:
        """Indexes of the lines that hold others."""
        return (self._index(item) for item in self._all(self._root) if item.children)

    # --- Qt's questions

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        """Index of a row under a parent; Qt calls it."""
        item = self._item(parent)
        if item is None or column != 0 or not 0 <= row < len(item.children):
            return QModelIndex()
        return self.createIndex(row, 0, item.children[row].number)

    def parent(self, index: Index = _ROOT) -> QModelIndex:  # type: ignore[override]
        """Index of the line that holds it."""
        item = self._items.get(index.internalId()) if index.isValid() else None
        return QModelIndex() if item is None or item.parent is None else self._index(item.parent)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Number of lines under a parent."""
        item = self._item(parent)
        return 0 if item is None or parent.column() > 0 else len(item.children)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """One."""
        return 1

    def hasChildren(self, parent: Index = _ROOT) -> bool:
        """Whether lines stand under it."""
        return self.rowCount(parent) > 0

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a line says."""
        node = self.node(index)
        if node is None:
            return None
        if role == NODE_ROLE:
            return node
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return node.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._contents, node)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(node)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A name was typed: it shows when it is kept."""
        node = self.node(index)
        if node is None or role != Qt.ItemDataRole.EditRole or str(value).strip() in ("", node.title):
            return False
        self.rename_wanted.emit(node.ref, str(value).strip())
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What can be done with a line."""
        node = self.node(index)
        if node is None:
            return Qt.ItemFlag.NoItemFlags
        if node.reason:
            return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if node.kind in ("group", "subgroup"):
            return flags
        flags |= Qt.ItemFlag.ItemNeverHasChildren
        if node.kind in ("run", "data"):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if node.kind == "run":
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def mimeTypes(self) -> list[str]:
        """What is dragged out: ids of runs or names of data sets, one a line."""
        return [RUN_MIME, DATASET_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The lines that are dragged; as text their names."""
        nodes = [node for index in indexes if (node := self.node(index)) is not None]
        carried = QMimeData()
        for mime, kind in ((RUN_MIME, "run"), (DATASET_MIME, "data")):
            refs = [node.ref for node in nodes if node.kind == kind]
            if refs:
                carried.setData(mime, "\n".join(refs).encode())
        carried.setText("\n".join(node.title for node in nodes))
        return carried

    def supportedDragActions(self) -> Qt.DropAction:
        """They stay where they are."""
        return Qt.DropAction.CopyAction

    # --- inside

    def _match(self, item: _Item, index: QModelIndex, nodes: Sequence[Node]) -> None:
        """Make the children of an item those nodes."""
        by_key = {node.key: node for node in nodes}
        # new lines come without what is under them: that is inserted next, so that Qt counts it
        made = partial(self._made, item, by_key)
        change_rows(self, index, item.children, list(by_key), lambda child: child.node.key, made, self._drop)
        for row, child in enumerate(item.children):
            wanted = by_key[child.node.key]
            if child.node != wanted:
                child.node = wanted
                here = self.createIndex(row, 0, child.number)
                self.dataChanged.emit(here, here)
            if child.children or wanted.children:
                self._match(child, self.createIndex(row, 0, child.number), wanted.children)

    def _made(self, parent: _Item, by_key: dict[str, Node], key: str) -> _Item:
        return self._new(by_key[key], parent)

    def _new(self, node: Node, parent: _Item) -> _Item:
        made = _Item(node, parent, self._numbers)
        self._items[self._numbers] = made
        self._numbers += 1
        return made

    def _drop(self, item: _Item) -> None:
        del self._items[item.number]
        for child in item.children:
            self._drop(child)

    def _item(self, index: Index) -> _Item | None:
        return self._items.get(index.internalId()) if index.isValid() else self._root

    def _index(self, item: _Item) -> QModelIndex:
        if item.parent is None:
            return QModelIndex()
        return self.createIndex(item.parent.children.index(item), 0, item.number)

    def _all(self, item: _Item) -> Iterator[_Item]:
        for child in item.children:
            yield child
            yield from self._all(child)
