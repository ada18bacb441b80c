"""The layers as a list, the top one first: what is shown, in which colours, and its value at the crosshair."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from neurostudio.gui import theme
from neurostudio.gui.views.volume.colours import packed
from neurostudio.gui.views.volume.layers import KINDS, Layer
from neurostudio.gui.views.volume.scene import Scene

Index = QModelIndex | QPersistentModelIndex

_KEY, _VALUE, _COLOURS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
LINES_SHOWN = 4


class LayerList(QListWidget):
    """The layers::

    [x] ▬▬ auditory > visual     4.21
    [x] ▬▬ mean-bold             1,024
    [ ] ▬▬ atlas                 Precentral gyrus

    Drag a line, or Alt with Up and Down, to change the order.

    Signals
    -------
    chosen : Layer
        Another layer is current.
    switched : Layer, bool
        Show or hide it.
    ordered : list of Layer
        The lowest first.
    remove_wanted : Layer
    menu_wanted : Layer, QPoint
    """

    chosen = Signal(object)
    switched = Signal(object, bool)
    ordered = Signal(object)
    remove_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self._is_filling = False
        self.setAccessibleName("Layers, the top one first")
        self.setItemDelegate(_Line(self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemChanged.connect(self.on_item)
        self.currentItemChanged.connect(self.on_current)
        self.customContextMenuRequested.connect(self.on_menu)
        self.model().rowsMoved.connect(self.on_moved)

    def sizeHint(self) -> QSize:
        line = self.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        return QSize(24 * theme.unit(self), LINES_SHOWN * line + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        line = self.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        return QSize(12 * theme.unit(self), 2 * line + 2 * self.frameWidth())

    def current(self) -> Layer | None:
        """The layer that is being changed."""
        item = self.currentItem()
        return self._scene.with_key(int(item.data(_KEY))) if item is not None else None

    def choose(self, layer: Layer) -> None:
        """Make a layer current."""
        for item in self._items():
            if item.data(_KEY) == layer.key:
                self.setCurrentItem(item)

    def refresh(self) -> None:
        """Show the layers as they are now."""
        self._is_filling = True
        keys = [layer.key for layer in reversed(self._scene.layers)]
        before = self.current()
        if [item.data(_KEY) for item in self._items()] != keys:
            self.clear()
            for key in keys:
                item = QListWidgetItem()
                item.setData(_KEY, key)
                self.addItem(item)
        for item, layer in zip(self._items(), reversed(self._scene.layers), strict=True):
            item.setText(layer.name)
            item.setToolTip("\n".join(part for part in (layer.name, KINDS[layer.kind], layer.origin, layer.note) if part))
            item.setData(_COLOURS, (layer.look.colour_map, layer.look.negative_map))
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsDragEnabled
            )
            item.setCheckState(Qt.CheckState.Checked if layer.look.is_visible else Qt.CheckState.Unchecked)
        wanted = before if before in self._scene.layers else (self._scene.layers[-1] if self._scene.layers else None)
        if wanted is not None:
            self.choose(wanted)
        self._is_filling = False
        if wanted is not before:
            self.chosen.emit(wanted)

    def show_values(self) -> None:
        """Write what each layer has at the crosshair."""
        self._is_filling = True
        for item, layer in zip(self._items(), reversed(self._scene.layers), strict=True):
            reading = self._scene.reading(layer, self._scene.mm)
            volume = layer.volume_at(self._scene.time)
            names = layer.volume_names
            which = names[volume] if layer.n_volumes > 1 and volume < len(names) else ""
            text = reading.text or "not here"
            item.setData(_VALUE, f"{text}  ({which})" if which else text)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{layer.name}: {text}")
        self._is_filling = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layer, key = self.current(), event.key()
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if layer is not None and key == Qt.Key.Key_Delete:
            self.remove_wanted.emit(layer)
        elif layer is not None and is_alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            layers = list(self._scene.layers)
            at = layers.index(layer)
            layers.insert(min(max(at + (1 if key == Qt.Key.Key_Up else -1), 0), len(layers) - 1), layers.pop(at))
            self.ordered.emit(layers)
        else:
            super().keyPressEvent(event)

    @Slot(QListWidgetItem)
    def on_item(self, item: QListWidgetItem) -> None:
        """A layer was ticked, or not."""
        layer = self._scene.with_key(int(item.data(_KEY))) if not self._is_filling else None
        is_visible = item.checkState() == Qt.CheckState.Checked
        if layer is not None and layer.look.is_visible != is_visible:
            self.switched.emit(layer, is_visible)

    @Slot()
    def on_current(self) -> None:
        """Another line is current."""
        if not self._is_filling:
            self.chosen.emit(self.current())

    @Slot()
    def on_moved(self) -> None:
        """A line was dragged."""
        if not self._is_filling:
            keys = [item.data(_KEY) for item in self._items()]
            self.ordered.emit([self._scene.with_key(int(key)) for key in reversed(keys)])

    @Slot(QPoint)
    def on_menu(self, point: QPoint) -> None:
        """A menu is wanted."""
        item = self.itemAt(point) or self.currentItem()
        layer = self._scene.with_key(int(item.data(_KEY))) if item is not None else None
        if layer is not None:
            self.menu_wanted.emit(layer, self.viewport().mapToGlobal(point))

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]


class _Line(QStyledItemDelegate):
    """A line of the list: tick, colours and name; under them the value."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        widget = self.parent()
        assert isinstance(widget, QWidget)  # noqa: S101 - it is made with one
        u = theme.unit(widget)
        return QSize(10 * u, round(4.9 * u))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        name, option.text = option.text, ""
        widget: QWidget = option.widget
        style, u = widget.style(), theme.unit(widget)
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        tick = style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, widget)
        rect: QRect = option.rect
        left = tick.right() + u
        colours = theme.current()
        palette: QPalette = option.palette
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        words = palette.color(QPalette.ColorRole.HighlightedText if is_chosen else QPalette.ColorRole.Text)
        line = round(1.9 * u)
        top = rect.top() + round(0.5 * u)
        swatch = QRect(left, top + (line - u) // 2, 3 * u, u)
        _draw_colours(painter, swatch, *index.data(_COLOURS))
        room = rect.right() - swatch.right() - 2 * u
        painter.setFont(theme.body_font())
        painter.setPen(words)
        shown = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRect(swatch.right() + u, top, room, line), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setFont(theme.number_font(theme.SECONDARY_SIZE))
        painter.setPen(words if is_chosen else QColor(colours.secondary))
        value = QFontMetrics(painter.font()).elidedText(str(index.data(_VALUE) or ""), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(swatch.right() + u, top + line, room, line), Qt.AlignmentFlag.AlignVCenter, value)


def _draw_colours(painter: QPainter, rect: QRect, colour_map: str, negative_map: str) -> None:
    """A strip of the colours of a look."""
    painter.drawImage(rect, colour_strip(colour_map, negative_map))


def colour_strip(colour_map: str, negative_map: str = "") -> QImage:
    """The colours from low to high as an image of one row; negative ones before them, mirrored."""
    table = packed(colour_map)
    pixels = [*packed(negative_map)[::-1].tolist(), *table.tolist()] if negative_map else table.tolist()
    image = QImage(len(pixels), 1, QImage.Format.Format_RGB32)
    for at, pixel in enumerate(pixels):
        image.setPixel(at, 0, pixel)
    return image
