"""What the keys and the mouse do in the slices: one table, for the viewer and for its help sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import Heading, Secondary, fill

FAR = 5  # voxels for an arrow key with Shift

K = Qt.Key


@dataclass(frozen=True)
class Binding:
    """One thing that a key does.

    Attributes
    ----------
    keys : tuple of Qt.Key
        Any of them.
    words : str
        The keys as people read them.
    does : str
        What they do.
    act : function
        Called with the viewer and how far (1, or more with Shift); None for what other widgets do.
    """

    keys: tuple[Qt.Key, ...]
    words: str
    does: str
    act: Callable[[Any, int], None] | None = None


BINDINGS: tuple[tuple[str, tuple[Binding, ...]], ...] = (
    (
        "Crosshair",
        (
            Binding((K.Key_Left,), "Left", "One voxel to the left; 5 with Shift", lambda v, n: v.step(right=-n)),
            Binding((K.Key_Right,), "Right", "One voxel to the right", lambda v, n: v.step(right=n)),
            Binding((K.Key_Up,), "Up", "One voxel up", lambda v, n: v.step(up=n)),
            Binding((K.Key_Down,), "Down", "One voxel down", lambda v, n: v.step(up=-n)),
            Binding((K.Key_PageUp,), "Page Up", "Next slice", lambda v, n: v.step(away=n)),
            Binding((K.Key_PageDown,), "Page Down", "Slice before", lambda v, n: v.step(away=-n)),
            Binding((K.Key_Home,), "Home", "To the middle of the image", lambda v, _: v.go_to_centre()),
            Binding((K.Key_G,), "G", "Type a place in mm", lambda v, _: v.type_place()),
            Binding((K.Key_C,), "C", "Crosshair on or off", lambda v, _: v.switch_crosshair()),
        ),
    ),
    (
        "Time",
        (
            Binding((K.Key_BracketLeft, K.Key_Comma), "[", "Volume before", lambda v, n: v.step_time(-n)),
            Binding((K.Key_BracketRight, K.Key_Period), "]", "Next volume", lambda v, n: v.step_time(n)),
        ),
    ),
    (
        "What is seen",
        (
            Binding((K.Key_Plus, K.Key_Equal), "+", "Larger", lambda v, _: v.zoom(1)),
            Binding((K.Key_Minus, K.Key_Underscore), "−", "Smaller", lambda v, _: v.zoom(-1)),
            Binding((K.Key_0, K.Key_F), "0", "All of it", lambda v, _: v.reset_eyes()),
            Binding((K.Key_1,), "1", "Only the coronal slice, or all three", lambda v, _: v.maximise("coronal")),
            Binding((K.Key_2,), "2", "Only the sagittal slice, or all three", lambda v, _: v.maximise("sagittal")),
            Binding((K.Key_3,), "3", "Only the axial slice, or all three", lambda v, _: v.maximise("axial")),
            Binding((K.Key_R,), "R", "Left of the body on the left, or on the right", lambda v, _: v.switch_sides()),
            Binding((K.Key_W,), "W", "Along the voxels, or along the body (oblique data)", lambda v, _: v.switch_mode()),
            Binding((K.Key_S,), "S", "Three slices", lambda v, _: v.show_slices()),
            Binding((K.Key_M,), "M", "Lightbox: many slices", lambda v, _: v.show_lightbox()),
            Binding((K.Key_B,), "B", "Glass brain", lambda v, _: v.show_glass()),
            Binding((K.Key_L,), "L", "Layers beside the slices, or not", lambda v, _: v.switch_side()),
        ),
    ),
    (
        "Layers",
        (
            Binding((K.Key_V,), "V", "Show or hide the layer", lambda v, _: v.switch_layer()),
            Binding((K.Key_O,), "O", "Show an image over the others...", lambda v, _: v.ask_overlay()),
            Binding((), "Alt Up or Down", "Move the layer in the list"),
            Binding((), "Delete", "Take the layer away, in the list"),
        ),
    ),
    (
        "Mouse",
        (
            Binding((), "Click or drag", "Move the crosshair"),
            Binding((), "Wheel", "Turn slices"),
            Binding((), "Ctrl Wheel", "Zoom at the pointer"),
            Binding((), "Middle or Shift drag", "Move the picture"),
            Binding((), "Right drag", "Contrast (across) and brightness (up) of the layer"),
            Binding((), "Right click", "Menu"),
            Binding((), "Double click", "All of it"),
        ),
    ),
    ("Help", (Binding((K.Key_H, K.Key_Question), "H", "This sheet", lambda v, _: v.show_help()),)),
)


def press(commands: Any, event: QKeyEvent) -> bool:
    """Do what a key says; returns whether it says anything."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers & ~Qt.KeyboardModifier.ShiftModifier:
        return False
    far = FAR if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
    for _, bindings in BINDINGS:
        for binding in bindings:
            if event.key() in binding.keys and binding.act is not None:
                binding.act(commands, far)
                return True
    return False


class HelpSheet(QDialog):
    """All keys and mouse moves of the slices, on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and mouse in the slices")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        u = theme.unit(self)
        sheet = QWidget()
        grid = QGridLayout(sheet)
        grid.setHorizontalSpacing(2 * u)
        grid.setVerticalSpacing(round(0.6 * u))
        grid.setColumnStretch(1, 1)
        row = 0
        for title, bindings in BINDINGS:
            heading = Heading(title)
            heading.setContentsMargins(0, u if row else 0, 0, 0)
            grid.addWidget(heading, row, 0, 1, 2)
            for binding in bindings:
                row += 1
                grid.addWidget(QLabel(binding.words), row, 0)
                grid.addWidget(Secondary(binding.does), row, 1)
            row += 1
        grid.setRowStretch(row, 1)
        area = QScrollArea()
        area.setWidget(sheet)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setAccessibleName(self.windowTitle())
        fill(QVBoxLayout(self), (area,), u, 1, 1.5)
        self.resize(58 * u, 76 * u)
