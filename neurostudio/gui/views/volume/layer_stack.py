"""Changes of layers, each of which can be undone. Commands know the scene, not the widgets: those only watch."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QUndoCommand, QUndoStack

from neurostudio.gui.views.volume.layers import Kind, Layer, Look, as_kind
from neurostudio.gui.views.volume.scene import Scene

Watcher = Callable[[], None]

_LOOK_ID = 741


class LayerStack:
    """The layers of a scene as people change them.

    Parameters
    ----------
    undo : QUndoStack
        Where changes are kept. It must be the child of a QObject: its commands know this object, and the garbage collector
        may free the members of such a ring in an order that ends the process.
    """

    def __init__(self, scene: Scene, undo: QUndoStack) -> None:
        self.scene = scene
        self.undo = undo
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Be told of each change."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Be told no longer."""
        self._watchers.remove(watcher)

    def told(self) -> None:
        """Something has changed."""
        for watcher in list(self._watchers):
            watcher()

    # --- changes

    def add(self, layer: Layer, at: int | None = None) -> None:
        """Put a layer on top. Not undone: the file would have to be read again."""
        self.scene.add(layer, at)
        self.told()

    def remove(self, layer: Layer) -> None:
        """Take a layer away."""
        self.undo.push(_Removed(self, layer))

    def change(self, layer: Layer, look: Look, what: str, go: int = -1) -> None:
        """Give a layer another look; changes of the same `go` (from 0) are one step."""
        if look != layer.look:
            self.undo.push(_Looks(self, layer, look, what, go))

    def switch(self, layer: Layer, *, is_visible: bool) -> None:
        """Show or hide a layer."""
        self.change(layer, replace(layer.look, is_visible=is_visible), "show" if is_visible else "hide")

    def set_kind(self, layer: Layer, kind: Kind) -> None:
        """Show a layer as another kind; colours and range begin anew."""
        if kind != layer.kind:
            self.undo.push(_Kinds(self, layer, kind))

    def order(self, layers: list[Layer]) -> None:
        """Put the layers into another order, the lowest first."""
        if layers != self.scene.layers:
            self.undo.push(_Orders(self, layers))

    def move(self, layer: Layer, up: int) -> None:
        """Move a layer by places towards the top."""
        layers = list(self.scene.layers)
        at = layers.index(layer)
        layers.insert(min(max(at + up, 0), len(layers) - 1), layers.pop(at))
        self.order(layers)


class _Change(QUndoCommand):
    """A change that leaves the layer alone when it has been taken away since."""

    def __init__(self, stack: LayerStack, layer: Layer, what: str) -> None:
        super().__init__(f"{what} of {layer.name}")
        self.stack, self.layer = stack, layer


class _Looks(_Change):
    def __init__(self, stack: LayerStack, layer: Layer, look: Look, what: str, go: int) -> None:
        super().__init__(stack, layer, what)
        self.before, self.after, self.go = layer.look, look, go

    def id(self) -> int:
        return _LOOK_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Looks) or self.go < 0 or (other.layer, other.go) != (self.layer, self.go):
            return False
        self.after = other.after
        return True

    def undo(self) -> None:
        self._put(self.before)

    def redo(self) -> None:
        self._put(self.after)

    def _put(self, look: Look) -> None:
        self.layer.look = look
        self.stack.told()


class _Kinds(_Change):
    def __init__(self, stack: LayerStack, layer: Layer, kind: Kind) -> None:
        super().__init__(stack, layer, "kind")
        self.before = (layer.kind, layer.look, layer.note)
        self.after = as_kind(layer, kind)

    def undo(self) -> None:
        self._put(self.before)

    def redo(self) -> None:
        self._put(self.after)

    def _put(self, kind: tuple[Kind, Look, str]) -> None:
        self.layer.kind, self.layer.look, self.layer.note = kind
        self.stack.told()


class _Removed(_Change):
    def __init__(self, stack: LayerStack, layer: Layer) -> None:
        super().__init__(stack, layer, "removal")
        self.at = stack.scene.layers.index(layer)
        self.was_reference = stack.scene.reference is layer

    def undo(self) -> None:
        self.stack.scene.add(self.layer, self.at)
        if self.was_reference:
            self.stack.scene.set_reference(self.layer)
        self.stack.told()

    def redo(self) -> None:
        if self.layer in self.stack.scene.layers:
            self.stack.scene.remove(self.layer)
            self.stack.told()


class _Orders(QUndoCommand):
    def __init__(self, stack: LayerStack, layers: list[Layer]) -> None:
        super().__init__("order of the layers")
        self.stack, self.before, self.after = stack, list(stack.scene.layers), list(layers)

    def undo(self) -> None:
        self._put(self.before)

    def redo(self) -> None:
        self._put(self.after)

    def _put(self, layers: list[Layer]) -> None:
        here = self.stack.scene.layers
        new = [layer for layer in here if layer not in layers]
        self.stack.scene.order([*(layer for layer in layers if layer in here), *new])
        self.stack.told()
