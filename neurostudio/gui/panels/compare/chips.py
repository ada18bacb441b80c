"""The runs that are compared, in one row: colour, state and name of each; dragged or moved with Alt and the arrows."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.parts.state_mark import StateMark, state_word
from neurostudio.gui.widgets import button, fill, tool_button
from neurostudio.report.wording import shortened

LONGEST_NAME = 36


@dataclass(frozen=True)
class Chip:
    """One run: `colour` is the index of its category."""

    run_id: str
    name: str
    state: str
    colour: int
    about: str = ""


class RunChip(QWidget):
    """One run::

        (#) v mr-seed1 x

    Signals
    -------
    removed, opened : run id
    shifted : run id, places to the right (negative: to the left)
    dragged : run id, place of the cursor on the screen
    """

    removed = Signal(str)
    opened = Signal(str)
    shifted = Signal(str, int)
    dragged = Signal(str, QPoint)

    def __init__(self, chip: Chip) -> None:
        super().__init__()
        self.chip = chip
        self._pressed_at: QPoint | None = None
        self._is_dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.swatch = Swatch()
        self.mark = StateMark(has_word=False)
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.remove = tool_button("close", f"Remove {chip.name}")
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does it
        self.remove.clicked.connect(lambda: self.removed.emit(self.chip.run_id))
        u = theme.unit(self)
        self.remove.setIconSize(QSize(round(1.4 * u), round(1.4 * u)))
        row = QHBoxLayout(self)
        fill(row, (self.swatch, self.mark, self.label, self.remove), u, 0.7)
        row.setContentsMargins(u, round(0.3 * u), round(0.4 * u), round(0.3 * u))
        self.show_chip(chip)

    def show_chip(self, chip: Chip) -> None:
        """Show the run as it stands now."""
        self.chip = chip
        self.swatch.show_colour(chip.colour)
        self.mark.show_state(chip.state)
        self.label.setText(shortened(chip.name, LONGEST_NAME))
        self.setToolTip(f"{chip.name}\n{chip.about}\nEnter opens it, Delete removes it, Alt with the arrows moves it")
        self.setAccessibleName(f"{chip.name}, {state_word(chip.state).lower()}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, remove, move."""
        key, has_alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if has_alt and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.shifted.emit(self.chip.run_id, -1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.chip.run_id)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.chip.run_id)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at, self._is_dragged = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        way = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if self._is_dragged or way >= QApplication.startDragDistance():
            self._is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(self.chip.run_id, event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at, self._is_dragged = None, False
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit(self.chip.run_id)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(colours.surface))
        painter.setPen(QPen(QColor(colours.focus if self.hasFocus() else colours.hairline), 2 if self.hasFocus() else 1))
        radius = 0.4 * theme.unit(self)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), radius, radius)


class Swatch(QWidget):
    """The colour of a run."""

    def __init__(self) -> None:
        super().__init__()
        self._index = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_colour(self, index: int) -> None:
        """Show another category."""
        self._index = index
        self.update()

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(round(1.3 * u), round(1.3 * u))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.category(self._index)))
        painter.drawRoundedRect(self.rect().toRectF(), 2, 2)


class ChipRow(QWidget):
    """All runs, and the button that adds one.

    Signals
    -------
    reordered : tuple of run ids
    opened : run id
    add_wanted : nothing
    """

    reordered = Signal(object)
    opened = Signal(str)
    add_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._chips: dict[str, RunChip] = {}
        self._flow = Flow(gap=0.8)
        self.add = button("Add run...", "add", "Choose another run to compare")
        self.add.clicked.connect(self.add_wanted)
        self._flow.add(self.add)
        fill(QVBoxLayout(self), (self._flow,), theme.unit(self), 0)
        self.setAccessibleName("Compared runs")

    def ids(self) -> tuple[str, ...]:
        """The runs, in their order."""
        return tuple(self._chips)

    def chip(self, run_id: str) -> RunChip:
        """The chip of a run; KeyError where it is not shown."""
        return self._chips[run_id]

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Show these runs; what stays keeps the keyboard."""
        wanted = [chip.run_id for chip in chips]
        for run_id in [run_id for run_id in self._chips if run_id not in wanted]:
            gone = self._chips.pop(run_id)
            if gone.hasFocus():
                self.add.setFocus()
            self._flow.remove(gone)
            gone.deleteLater()
        for chip in chips:
            if chip.run_id not in self._chips:
                self._chips[chip.run_id] = self._made(chip)
            self._chips[chip.run_id].show_chip(chip)
        self._chips = {run_id: self._chips[run_id] for run_id in wanted}
        self._flow.arrange([*self._chips.values(), self.add])

    def _made(self, chip: Chip) -> RunChip:
        made = RunChip(chip)
        made.removed.connect(self.on_removed)
        made.opened.connect(self.opened)
        made.shifted.connect(self.on_shifted)
        made.dragged.connect(self.on_dragged)
        return made

    @Slot(str)
    def on_removed(self, run_id: str) -> None:
        """Compare without one run; the keyboard goes to its neighbour."""
        ids = list(self._chips)
        place = ids.index(run_id)
        if self._chips[run_id].hasFocus():
            others = [one for one in ids if one != run_id]
            (self._chips[others[min(place, len(others) - 1)]] if others else self.add).setFocus()
        self.reordered.emit(tuple(one for one in ids if one != run_id))

    @Slot(str, int)
    def on_shifted(self, run_id: str, steps: int) -> None:
        """Move a run by places."""
        self._move(run_id, list(self._chips).index(run_id) + steps)

    @Slot(str, QPoint)
    def on_dragged(self, run_id: str, place: QPoint) -> None:
        """Move a run to where the cursor is."""
        here = self._flow.mapFromGlobal(place)
        self._flow.settle()
        others = [chip.geometry() for other, chip in self._chips.items() if other != run_id]
        before = [one for one in others if one.bottom() < here.y() or (one.top() <= here.y() and one.center().x() < here.x())]
        self._move(run_id, len(before))

    def _move(self, run_id: str, place: int) -> None:
        ids = [one for one in self._chips if one != run_id]
        ids.insert(max(0, min(len(ids), place)), run_id)
        if tuple(ids) != self.ids():
            self.reordered.emit(tuple(ids))
