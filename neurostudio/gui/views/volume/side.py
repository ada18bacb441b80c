"""Beside the slices: the list of layers, and the look of the one that was chosen."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.volume.layer_list import LayerList
from neurostudio.gui.views.volume.layer_stack import LayerStack
from neurostudio.gui.views.volume.layers import Kind, Layer, Look
from neurostudio.gui.views.volume.look_editor import LookEditor
from neurostudio.gui.widgets import Heading, Row, fill, tool_button

WIDTH_U = 35


class Side(QWidget):
    """Layers and the look of one::

    Layers                 (up) (down) (remove)
    [x] ▬▬ auditory > visual
           4.21
    [x] ▬▬ mean-bold
           1,024
    Show as   [ Map   v ]
    ...

    Signals
    -------
    chosen : Layer or None
    reference_wanted : Layer
        Slice along its voxels.
    """

    chosen = Signal(object)
    reference_wanted = Signal(object)

    def __init__(self, stack: LayerStack) -> None:
        super().__init__()
        self._stack = stack
        self.list = LayerList(stack.scene)
        self.look = LookEditor()
        self.up, self.down = tool_button("up", "Move the layer up"), tool_button("down", "Move the layer down")
        self.remove = tool_button("trash", "Take the layer away")
        u = theme.unit(self)
        inner = QWidget()
        fill(
            QVBoxLayout(inner),
            (Row(Heading("Layers"), None, self.up, self.down, self.remove, gap=0.2), self.list, self.look, None),
            u,
            1,
            1,
        )
        self.area = QScrollArea()
        self.area.setWidget(inner)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        fill(QVBoxLayout(self), (self.area,), u, 0)
        self.list.chosen.connect(self.on_chosen)
        self.list.switched.connect(self.on_switched)
        self.list.ordered.connect(self.on_ordered)
        self.list.remove_wanted.connect(self.on_removed)
        self.list.menu_wanted.connect(self.show_menu)
        self.look.changed.connect(self.on_look)
        self.look.kind_wanted.connect(self.on_kind)
        self.up.clicked.connect(self.on_up)
        self.down.clicked.connect(self.on_down)
        self.remove.clicked.connect(self.on_remove)

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(WIDTH_U * u, 40 * u)

    def minimumSizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(20 * u, 12 * u)

    def current(self) -> Layer | None:
        """The layer that is being changed."""
        return self.list.current()

    def refresh(self) -> None:
        """Show the layers as they are now."""
        self.list.refresh()
        self.look.show_layer(self.current())
        self.look.setVisible(self.current() is not None)
        for part in (self.up, self.down, self.remove):
            part.setEnabled(self.current() is not None)

    def show_menu(self, layer: Layer, at: QPoint) -> None:
        """What can be done with a layer."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        scene = self._stack.scene
        slice_along = menu.addAction("Slice along its voxels")
        slice_along.setCheckable(True)
        slice_along.setChecked(scene.reference is layer)
        slice_along.triggered.connect(lambda: self.reference_wanted.emit(layer))
        menu.addSeparator()
        menu.addAction(theme.icon("up"), "Move up").triggered.connect(lambda: self._stack.move(layer, 1))
        menu.addAction(theme.icon("down"), "Move down").triggered.connect(lambda: self._stack.move(layer, -1))
        menu.addAction(theme.icon("trash"), "Take away").triggered.connect(lambda: self._stack.remove(layer))
        menu.popup(at)

    @Slot(object)
    def on_chosen(self, layer: Layer | None) -> None:
        """Another layer is current."""
        self.look.show_layer(layer)
        self.chosen.emit(layer)

    @Slot(object, bool)
    def on_switched(self, layer: Layer, is_visible: bool) -> None:
        """A layer was ticked, or not."""
        self._stack.switch(layer, is_visible=is_visible)

    @Slot(object)
    def on_ordered(self, layers: list[Layer]) -> None:
        """Another order."""
        self._stack.order(layers)

    @Slot(object)
    def on_removed(self, layer: Layer) -> None:
        """A layer is to go."""
        self._stack.remove(layer)

    @Slot(object, str, int)
    def on_look(self, look: Look, what: str, go: int) -> None:
        """Another look of the current layer."""
        layer = self.current()
        if layer is not None:
            self._stack.change(layer, look, what, go)

    @Slot(str)
    def on_kind(self, kind: Kind) -> None:
        """Show the current layer as another kind."""
        layer = self.current()
        if layer is not None:
            self._stack.set_kind(layer, kind)

    @Slot()
    def on_up(self) -> None:
        """One place up."""
        self._move(1)

    @Slot()
    def on_down(self) -> None:
        """One place down."""
        self._move(-1)

    @Slot()
    def on_remove(self) -> None:
        """Take the current layer away."""
        layer = self.current()
        if layer is not None:
            self._stack.remove(layer)

    def _move(self, up: int) -> None:
        layer = self.current()
        if layer is not None:
            self._stack.move(layer, up)
