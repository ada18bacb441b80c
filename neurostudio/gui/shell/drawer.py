"""The right dock of a narrow window: a drawer that lies over the page and goes away again."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.shell.layouts import SETTINGS_U
from neurostudio.gui.widgets import Heading, tool_button

WIDEST_SHARE = 0.9


class Drawer(QWidget):
    """Holds one widget at the right edge of the window, over everything else::

    page ...        | Settings        x |
                    | the widget        |
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAccessibleName("Settings drawer")
        self._close = tool_button("close", "Close the settings")
        self._close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(Heading("Settings"))
        head.addStretch(1)
        head.addWidget(self._close)
        self._column = QVBoxLayout(self)
        u = theme.unit(self)
        self._column.setContentsMargins(u, u, u, u)
        self._column.setSpacing(u)
        self._column.addLayout(head)
        window.installEventFilter(self)
        self.hide()

    def hold(self, widget: QWidget) -> None:
        """Take a widget in."""
        self._column.addWidget(widget, 1)
        widget.show()

    @Slot()
    def open(self) -> None:
        """Slide it in."""
        self._place()
        self.show()
        self.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where no field in it wants that key, puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the edge while the window changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        painter.setPen(theme.current().hairline)
        painter.drawLine(0, 0, 0, self.height())

    def _place(self) -> None:
        width = min(round(self._window.width() * WIDEST_SHARE), SETTINGS_U * theme.unit(self))
        self.setGeometry(QRect(self._window.width() - width, 0, width, self._window.height()))
