"""A ring around whatever has the keyboard, for those who use it: after a key, not after a click; always in high contrast."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion, QWindow
from PySide6.QtWidgets import QApplication, QDockWidget, QPushButton, QScrollArea, QWidget
from shiboken6 import isValid

from neurostudio.gui import theme

GAP_PX, WIDTH_U = 2, 0.3
"""The ring stands off by the gap from a button that is filled with its colour; it covers the outline of anything else."""

_MOVES = {
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.ParentChange,
    QEvent.Type.PaletteChange,
}


class FocusRing(QObject):
    """Follows the keyboard through the window and its dialogs; draws into whichever of them has it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.follows_keys = False
        self._watched: list[QWidget] = []
        self._handles: list[QWindow] = []
        self._ring: Ring | None = None
        # what is around a widget may move several times in a row, and may be half gone while it says so: look afterwards
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self.place)
        application = QApplication.instance()
        application.focusChanged.connect(self.on_focus)  # type: ignore[union-attr]
        self.on_focus(None, QApplication.focusWidget())

    @property
    def ring(self) -> "Ring | None":
        """What is drawn now; None where nothing is."""
        ring = self._ring
        return ring if ring is not None and isValid(ring) and ring.isVisible() else None

    @Slot(QWidget, QWidget)
    def on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """The keyboard went to another widget, or to another program."""
        for watched in filter(isValid, self._watched):
            watched.removeEventFilter(self)
        self._watched = []
        if self._ring is not None and isValid(self._ring):
            self._ring.hide()
            self._ring.deleteLater()
        self._ring = None
        if new is None:
            return
        self._listen(new.window())
        if self.follows_keys:
            _scroll_to(new)
        self._watched = [new, *_ancestors(new)]
        for watched in self._watched:
            watched.installEventFilter(self)
        self._ring = Ring(new.window())
        self._soon.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys and clicks of a window say whether the ring is wanted; moves of the widget say where it is."""
        kind = event.type()
        if isinstance(watched, QWindow):
            if kind == QEvent.Type.KeyPress:
                self._follow(True)
            elif kind == QEvent.Type.MouseButtonPress:
                self._follow(False)
        elif kind in _MOVES:
            self._soon.start()
        return False

    @Slot()
    def place(self) -> None:
        """Put the ring around the widget; hide it where the widget is out of sight."""
        if self._ring is None or not all(map(isValid, (self._ring, *self._watched))):
            return
        wanted = self.follows_keys or theme.current().name == "contrast"
        widget = self._watched[0]
        rect = visible_rect(widget) if wanted else QRect()
        if rect.isEmpty():
            self._ring.hide()
        else:
            self._ring.surround(rect, GAP_PX if _is_filled(widget) else None)

    def _follow(self, is_wanted: bool) -> None:
        if self.follows_keys != is_wanted:
            self.follows_keys = is_wanted
            self._soon.start()

    def _listen(self, top: QWidget) -> None:
        """Hear the keys and clicks of a top-level window: of its native window, which sees each of them once."""
        self._handles = [handle for handle in self._handles if isValid(handle)]
        handle = top.windowHandle()
        if handle is not None and handle not in self._handles:
            self._handles.append(handle)
            handle.installEventFilter(self)


class Ring(QWidget):
    """Only the ring is there: clicks go through its middle, and what lies below is not painted twice."""

    def __init__(self, top: QWidget) -> None:
        super().__init__(top)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._top = top
        self.hide()

    def surround(self, rect: QRect, gap: int | None) -> None:
        """Draw around a rectangle of the window, so many pixels off; without a gap on its own edge, over its outline."""
        width = self._width()
        off = width // 2 if gap is None else width + gap
        outer = rect.adjusted(-off, -off, off, off).intersected(self._top.rect())
        self.setGeometry(outer)
        inner = QRect(QPoint(0, 0), outer.size()).adjusted(width, width, -width, -width)
        self.setMask(QRegion(QRect(QPoint(0, 0), outer.size())) - QRegion(inner))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        width = self._width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().focus), width))
        half = width / 2
        radius = 0.4 * theme.unit(self)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)

    def _width(self) -> int:
        return max(2, round(WIDTH_U * theme.unit(self)))


def keep_keyboard_in_sight(dock: QDockWidget) -> None:
    """Keep Tab out of a dock that stands behind another one; Qt calls its widgets visible all the same."""
    inside = dock.widget()
    inside.setEnabled(not dock.visibleRegion().isEmpty())
    dock.visibilityChanged.connect(inside.setEnabled)


def visible_rect(widget: QWidget) -> QRect:
    """The part of a widget that is in sight, in the coordinates of its top-level window; empty for none."""
    top = widget.window()
    if not widget.isVisible():
        return QRect()
    rect = QRect(widget.mapTo(top, QPoint(0, 0)), widget.size())
    for around in _ancestors(widget):
        rect = rect.intersected(QRect(around.mapTo(top, QPoint(0, 0)), around.size()))
    return rect


def _scroll_to(widget: QWidget) -> None:
    """Bring a widget into sight: Qt does so only where Tab moves inside one scroll area, not where it enters one."""
    for around in _ancestors(widget):
        content = around.widget() if isinstance(around, QScrollArea) else None
        if isinstance(around, QScrollArea) and content is not None and content.isAncestorOf(widget):
            around.ensureWidgetVisible(widget)


def _is_filled(widget: QWidget) -> bool:
    """Whether it is a button in the colour of the ring."""
    return isinstance(widget, QPushButton) and widget.palette().button().color() == QColor(theme.current().accent)


def _ancestors(widget: QWidget) -> list[QWidget]:
    """What holds the widget, up to its top-level window."""
    found: list[QWidget] = []
    while not widget.isWindow() and (around := widget.parentWidget()) is not None:
        found.append(around)
        widget = around
    return found
