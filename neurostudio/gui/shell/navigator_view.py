"""The tree of the navigator: how its lines are painted, and what keys and mouse do in it."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHideEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from neurostudio.gui import theme
from neurostudio.gui.shell import line_painting as painting
from neurostudio.gui.shell.navigator_model import NODE_ROLE, NavigatorModel
from neurostudio.gui.shell.navigator_tree import Node
from neurostudio.gui.studio import Studio

ROW_U = 3.2

Index = QModelIndex | QPersistentModelIndex


class NavigatorTree(QTreeView):
    """The lines::

    v Data                    4
      v Labelled text         2
          T mr.train   9,596 rows
    v Runs                   12
      v Spiking text          7
          o mr-seed1       61 %
          v mr-seed0      0.742
    """

    def __init__(self, studio: Studio, model: NavigatorModel) -> None:
        super().__init__()
        self.turning = painting.Turning(self, studio)
        self.setModel(model)
        self.setItemDelegate(_LineDelegate(self))
        self.setAccessibleName("Data, runs, reports and methods of the project")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setAnimated(False)
        self.setIndentation(round(1.6 * theme.unit(self)))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDragEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)

    def nodes(self) -> list[Node]:
        """The lines that are selected, from top to bottom."""
        chosen = sorted(self.selectionModel().selectedRows(), key=lambda index: self.visualRect(index).top())
        return [node for index in chosen if (node := index.data(NODE_ROLE)) is not None]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setIndentation(round(1.6 * theme.unit(self)))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.turning.set_turning(is_turning=False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.viewport().update()


class _LineDelegate(QStyledItemDelegate):
    """Paints one line: icon, name, and at the right end what there is to know at a glance."""

    def __init__(self, view: NavigatorTree) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Every line has the same height."""
        return QSize(0, round(ROW_U * theme.unit(self._view)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node: Node | None = index.data(NODE_ROLE)
        if node is None:
            return
        colours = theme.current()
        on_highlight = painting.is_selected(option)
        painting.paint_background(painter, option)
        u = theme.unit(self._view)
        whole = QRect(option.rect)
        painting.paint_focus(painter, option, whole)
        room = whole.adjusted(round(0.3 * u), 0, -u, 0)
        painter.save()
        if node.icon:
            tint = "on_accent" if on_highlight else "baseline" if node.reason else node.tint
            angle = self._view.turning.angle if node.state == "running" else 0
            painting.paint_icon(painter, painting.square(room, 2 * u), node.icon, tint, angle)
            room.setLeft(room.left() + round(2.6 * u))
        text = colours.on_accent if on_highlight else colours.baseline if node.reason else colours.text
        quiet = colours.on_accent if on_highlight else colours.baseline if node.reason else colours.secondary
        room.setRight(self._paint_end(painter, room, node, quiet, on_highlight=on_highlight))
        font = theme.strong_font() if node.kind == "group" else theme.body_font()
        colour = text if node.kind != "hint" or on_highlight else colours.accent
        painting.paint_text(painter, room, node.title, font, colour)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The field that a name is typed into."""
        editor = QLineEdit(parent)
        editor.setAccessibleName(f"New name of {index.data()}")
        editor.setFrame(False)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """The field covers the name and what stands right of it."""
        u = theme.unit(self._view)
        editor.setGeometry(option.rect.adjusted(round(2.6 * u), 0, 0, 0))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the name over; the line changes once it is kept."""
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def _paint_end(self, painter: QPainter, room: QRect, node: Node, colour: str, *, on_highlight: bool) -> int:
        """Paint what stands at the right end; returns where the name must end."""
        u = theme.unit(self._view)
        right = room.right()
        font = theme.number_font(theme.SECONDARY_SIZE)
        width = min(QFontMetrics(font).horizontalAdvance(node.secondary), room.width() // 2)
        needed = QFontMetrics(theme.body_font()).horizontalAdvance(node.title) + u + width
        if node.secondary and not (node.secondary == node.state and needed > room.width()):  # the mark says the state, too
            place = QRect(right - width, room.top(), width + 1, room.height())
            painting.paint_text(painter, place, node.secondary, font, colour, Qt.AlignmentFlag.AlignRight)
            right = place.left() - u
        if node.is_pinned:
            side = round(1.6 * u)
            place = painting.square(QRect(right - side, room.top(), side, room.height()), side)
            painting.paint_icon(painter, place, "pin", "on_accent" if on_highlight else "secondary")
            right = place.left() - round(0.6 * u)
        return right
