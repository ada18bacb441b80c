"""A field for one number of any size, and one for three of them: typed, or stepped with the arrow keys."""

import math
import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from neurostudio.gui import theme

BIG_STEP = 10


class NumberEdit(QLineEdit):
    """One number; Up and Down step it, with Shift ten times as far.

    Signals
    -------
    edited : float
        Someone gave another number.
    """

    edited = Signal(float)

    def __init__(self, name: str, width: float = 6) -> None:
        super().__init__()
        self.value = 0.0
        self.step = 0.1
        self.setAccessibleName(name)
        self.setFont(theme.number_font())
        self.setMinimumWidth(round(width * theme.unit(self)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.editingFinished.connect(self.on_finished)

    def show_value(self, value: float, step: float = 0.0) -> None:
        """Show another number; what is being typed stays."""
        self.step = step if step > 0 and math.isfinite(step) else self.step
        if value == self.value and self.text():
            return
        self.value = value
        if not (self.hasFocus() and self.isModified()):
            self.setText(f"{value:.5g}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            far = BIG_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._give(self.value + (far if event.key() == Qt.Key.Key_Up else -far) * self.step)
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self._write()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._write()

    @Slot()
    def on_finished(self) -> None:
        """A number was typed; what is none is taken back."""
        try:
            value = float(self.text().replace(",", ".").replace("−", "-"))
        except ValueError:
            value = math.nan
        if math.isfinite(value) and self.isModified():
            self._give(value)
        self._write()

    def _give(self, value: float) -> None:
        self.value = value
        self._write()
        self.edited.emit(value)

    def _write(self) -> None:
        self.setText(f"{self.value:.5g}")
        self.setModified(False)


class PlaceEdit(QLineEdit):
    """Three numbers, such as a place in mm or a voxel; Return goes there.

    Signals
    -------
    edited : tuple of float
        Three numbers were given.
    refused : str
        What was typed is no place: why.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, name: str, digits: int, width: float) -> None:
        super().__init__()
        self._digits = digits
        self._shown = ""
        self.setAccessibleName(name)
        self.setToolTip(f"{name}; type three numbers and press Return")
        self.setFont(theme.number_font())
        self.setFixedWidth(round(width * theme.unit(self)))
        self.returnPressed.connect(self.on_return)

    def show_place(self, place: tuple[float, ...] | None) -> None:
        """Show another place; none where it is outside, an empty one where there is nothing. What is being typed stays."""
        self._shown = "outside" if place is None else "  ".join(f"{value:.{self._digits}f}" for value in place)
        if not (self.hasFocus() and self.isModified()):
            self._write()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._write()

    @Slot()
    def on_return(self) -> None:
        """Three numbers were typed."""
        place = numbers_of(self.text())
        if place is None:
            self.refused.emit(f"'{self.text()}' is not three numbers, such as 12 -34 56")
            return
        self.setModified(False)
        self.edited.emit(place)

    def _write(self) -> None:
        if self.text() != self._shown:
            self.setText(self._shown)
        self.setModified(False)


def numbers_of(text: str) -> tuple[float, float, float] | None:
    """Three numbers in a text, however they are set apart; None where there are not three.

    >>> numbers_of("12 -34.5 56"), numbers_of("[12, -34.5; 56 mm]"), numbers_of("12 34")
    ((12.0, -34.5, 56.0), (12.0, -34.5, 56.0), None)
    """
    found = re.findall(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?", text.replace("−", "-"))
    if len(found) != 3:
        return None
    x, y, z = (float(one) for one in found)
    return (x, y, z) if all(map(math.isfinite, (x, y, z))) else None
