"""The one plotting canvas of the program: panels of marks, the same mouse and keys everywhere, and a readout line."""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.panel import PAN_STEP, ZOOM_STEP, Panel
from neurostudio.gui.views.pens import pen
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.widgets import fill

NAMES_FROM = 44  # width in u from which names stand at the lines
NAME_SHARE = 0.28  # of the width that they may take
_KEYS_PAN = {
    Qt.Key.Key_Left: (-PAN_STEP, 0.0),
    Qt.Key.Key_Right: (PAN_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, PAN_STEP),
    Qt.Key.Key_Down: (0.0, -PAN_STEP),
}
_KEYS_IN = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_KEYS_RESET = (Qt.Key.Key_0, Qt.Key.Key_Home)


class Graphics(pg.GraphicsView):  # type: ignore[misc] # pyqtgraph has no types
    """The surface that the panels are drawn on; keys move the panel that the cursor was over last."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__()
        self._canvas = canvas
        self.grid = pg.GraphicsLayout()
        u = theme.unit(self)
        self.grid.setContentsMargins(u // 2, u // 2, u // 2, u // 2)
        self.setCentralItem(self.grid)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._canvas.press(event):
            event.ignore()  # the page may know it

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()  # the canvas shows its menu

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        event.accept()  # the page must not scroll while a picture is zoomed

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._canvas.on_left()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: Any) -> None:
        super().drawForeground(painter, rect)
        if self.hasFocus() and self._canvas.focus_by_keyboard:
            painter.setPen(pen("focus", 2))
            painter.drawRect(self.mapToScene(self.viewport().rect().adjusted(1, 1, -2, -2)).boundingRect())


class Canvas(QWidget):
    """Panels under and beside each other, and what lies under the cursor::

        Accuracy
         0.9 |        ____----  ── fine-tuned
             |  __---            -- ANN
         0.7 |/
             +---------------
               2   4   6   8   Time steps
        Time steps 4   fine-tuned 0.8528

    The wheel zooms at the cursor, dragging pans, a double click shows everything; so do ``+``, ``-``, the arrows and ``0``.

    Parameters
    ----------
    readout : Readout, optional
        Where the value under the cursor is written; a line of its own at the bottom unless given.

    Signals
    -------
    hovered : Panel, float x, float y
        The cursor is over a place of a panel.
    left
        The cursor is elsewhere.
    room_changed : bool
        Whether there is room for names at the lines.
    """

    hovered = Signal(object, float, float)
    left = Signal()
    room_changed = Signal(bool)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.graphics = Graphics(self)
        self.readout = readout or Readout()
        self.panels: list[Panel] = []
        self.focus_by_keyboard = False
        self._current: Panel | None = None
        fill(QVBoxLayout(self), (self.graphics, *(() if readout else (self.readout,))), theme.unit(self), 0.5)
        self.setFocusProxy(self.graphics)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.graphics.scene().sigMouseMoved.connect(self.on_moved)
        self._settle = QTimer(self, interval=0, singleShot=True)
        self._settle.timeout.connect(self.on_settled)
        self.recolour()

    def add_panel(
        self, row: int = 0, column: int = 0, *, linked_x: Panel | None = None, height: int = 1, width: int = 1
    ) -> Panel:
        """Another panel; `height` and `width` are shares of the room, `linked_x` is one that shows the same x."""
        panel = Panel(self.graphics.grid, row, column, self)
        panel.has_names, panel.name_room = self.has_room(), NAME_SHARE * self.width()
        layout = self.graphics.grid.layout
        layout.setRowStretchFactor(3 * row + 1, height)
        layout.setColumnStretchFactor(3 * column + 1, width)
        layout.setHorizontalSpacing(0)
        layout.setVerticalSpacing(theme.unit(self) // 2)
        if linked_x is not None:
            panel.view.setXLink(linked_x.view)
            panel.is_linked = True
        self.panels.append(panel)
        self._current = self._current or panel
        return panel

    def drop_panels(self, keep: int = 0) -> None:
        """Remove all panels after the first `keep`."""
        for panel in self.panels[keep:]:
            panel.view.setXLink(None)
            for item in (panel.title, panel.left, panel.view, panel.names, panel.bottom):
                self.graphics.grid.removeItem(item)
                item.deleteLater()
            panel.deleteLater()
        del self.panels[keep:]
        self._current = self.panels[0] if self.panels else None
        self.readout.say("")

    def describe(self, name: str, sentence: str) -> None:
        """Say what the picture shows, for people who do not see it."""
        for widget in (self, self.graphics):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(sentence)

    def reset(self) -> None:
        """Show everything in each panel."""
        for panel in self.panels:
            panel.reset()

    def refresh(self) -> None:
        """Draw what is new in each panel."""
        for panel in self.panels:
            panel.refresh()

    def has_room(self) -> bool:
        """Whether names stand at the lines; in a narrow picture a legend names them."""
        return self.width() >= NAMES_FROM * theme.unit(self)

    def picture(self) -> QPixmap:
        """What is seen, without the readout line."""
        return QPixmap(self.graphics.grab())

    def recolour(self) -> None:
        """Take the colours of the theme."""
        self.graphics.setBackground(QColor(theme.current().surface))
        for panel in self.panels:
            panel.recolour()

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key says; returns whether it says anything."""
        panel, key = self._current, Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.ShiftModifier
        if panel is None or modifiers != Qt.KeyboardModifier.NoModifier:
            return False
        if key in _KEYS_PAN:
            panel.pan(*_KEYS_PAN[key])
        elif key in _KEYS_IN:
            panel.zoom(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            panel.zoom(ZOOM_STEP)
        elif key in _KEYS_RESET:
            self.reset()
        else:
            return False
        return True

    @Slot(object)
    def on_moved(self, place: QPointF) -> None:
        """Read the value under the cursor."""
        for panel in self.panels:
            if panel.view.sceneBoundingRect().contains(place):
                self._current = panel
                here = panel.view.mapSceneToView(place)
                self.readout.say(panel.read(here.x(), here.y()))
                self.hovered.emit(panel, here.x(), here.y())
            else:
                panel.point_at(())

    @Slot()
    def on_left(self) -> None:
        """The cursor is elsewhere."""
        self.readout.say("")
        for panel in self.panels:
            panel.point_at(())
        self.left.emit()

    @Slot()
    def on_settled(self) -> None:
        """Names stand at the lines where there is room for them."""
        has_room = self.has_room()
        for panel in self.panels:
            panel.has_names = has_room
            panel.name_room = NAME_SHARE * self.width()
            panel.place_names()
            panel.on_part()
        self.room_changed.emit(has_room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "graphics"):
            self.recolour()
