"""The crosshair and the time that linked views share: one place of the body, in mm, and one volume."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal


class Cursor(QObject):
    """Where people look. Who shows it listens; who is clicked moves it.

    Attributes
    ----------
    mm : tuple of float
        The crosshair, RAS+.
    time : int
        Number of the volume, from 0.
    is_placed : bool
        Whether anyone has moved it yet.

    Signals
    -------
    moved : tuple of float
    time_moved : int
    """

    moved = Signal(object)
    time_moved = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self.time = 0
        self.is_placed = False

    def move_to(self, mm: Sequence[float]) -> None:
        """Look at another place."""
        x, y, z = (float(value) for value in mm)
        if (x, y, z) != self.mm or not self.is_placed:
            self.mm, self.is_placed = (x, y, z), True
            self.moved.emit(self.mm)

    def go_to(self, time: int) -> None:
        """Look at another volume."""
        if time != self.time:
            self.time = max(0, int(time))
            self.time_moved.emit(self.time)


class Link(QObject):
    """Keeps two cursors together: each goes where the other goes."""

    def __init__(self, own: Cursor, shared: Cursor) -> None:
        super().__init__(own)
        self._own, self._shared = own, shared
        self.is_on = False

    def switch(self, *, is_on: bool) -> None:
        """Keep them together, or no longer; the own one goes to the shared one where that has been placed."""
        if is_on == self.is_on:
            return
        self.is_on = is_on
        own, shared = self._own, self._shared
        for signal, slot in (
            (shared.moved, own.move_to),
            (shared.time_moved, own.go_to),
            (own.moved, shared.move_to),
            (own.time_moved, shared.go_to),
        ):
            if is_on:
                signal.connect(slot)
            else:
                signal.disconnect(slot)
        if is_on and shared.is_placed:
            own.move_to(shared.mm)
            own.go_to(shared.time)
