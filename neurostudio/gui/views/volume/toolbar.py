"""The line over the slices: place, sides, what is seen, layers."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.views.volume.number_edit import PlaceEdit
from neurostudio.gui.widgets import Row, Secondary, button, fill, tool_button

SheetName = Literal["slices", "lightbox", "glass"]

SHEETS: dict[SheetName, tuple[str, str]] = {
    "slices": ("slices", "Three slices"),
    "lightbox": ("lightbox", "Lightbox"),
    "glass": ("glass", "Glass brain"),
}


class Toolbar(QWidget):
    """Buttons and fields of a viewer::

    [slices][lightbox][glass]  mm [12.0 -34.0 56.0]  voxel [23 45 12]  [L R] [+] [fit] [grid]  [Add layer v] [layers] [?]
    """

    def __init__(self) -> None:
        super().__init__()
        self.sheet_buttons: dict[SheetName, QToolButton] = {}
        for name, (icon, words) in SHEETS.items():
            made = tool_button(icon, words)
            made.setCheckable(True)
            self.sheet_buttons[name] = made
        self.show_sheet("slices")
        self.mm = PlaceEdit("Place of the crosshair in mm", 1, 17)
        self.voxel = PlaceEdit("Voxel of the crosshair", 0, 14)
        self.sides = button("Neurological")
        self.sides.setFlat(True)
        self.sides.setIcon(theme.icon("sides"))
        self.crosshair = _switch("crosshair", "Crosshair")
        self.crosshair.setChecked(True)
        self.fit = tool_button("fit", "Show all of it")
        self.mode = _switch("axes", "Along the body: resample oblique data")
        self.link = _switch("link", "Linked with the other images")
        self.link.setChecked(True)
        self.copy = tool_button("copy", "Copy the picture")
        self.add = button("Add layer", "add", "Show another image over these")
        self.side = _switch("layers", "Layers")
        self.help = tool_button("help", "Keys and mouse")
        parts: tuple[QWidget, ...] = (
            Row(*self.sheet_buttons.values(), gap=0.2),
            Row(Secondary("mm", wrap=False), self.mm, Secondary("voxel", wrap=False), self.voxel, gap=0.7),
            Row(self.sides, self.crosshair, self.fit, self.mode, self.link, self.copy, gap=0.2),
            Row(self.add, self.side, self.help, gap=0.4),
        )
        for part in parts:
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        fill(QVBoxLayout(self), (Flow(*parts, gap=1.5),), theme.unit(self), 0)

    def show_sheet(self, name: SheetName) -> None:
        """Mark the button of the sheet that is seen."""
        for other, made in self.sheet_buttons.items():
            made.setChecked(other == name)

    def show_sides(self, *, is_radiological: bool) -> None:
        """Say which side of the body is on the left of the screen."""
        words = "Radiological" if is_radiological else "Neurological"
        side = "right" if is_radiological else "left"
        self.sides.setText(words)
        self.sides.setToolTip(f"{words}: the {side} of the body is on the left of the screen. Press to switch")
        self.sides.setAccessibleName(f"Sides: {words}")


def _switch(icon: str, words: str) -> QToolButton:
    made = tool_button(icon, words)
    made.setCheckable(True)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    return made
