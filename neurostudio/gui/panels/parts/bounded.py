"""Room for something that may become long: as high as it is, up to a share of the page; then it scrolls."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Bounded(QScrollArea):
    """Holds one widget, and is seen only while that is.

    Parameters
    ----------
    content : QWidget
        Its height follows from its width.
    share : float
        Most of the page's height that it takes.
    """

    def __init__(self, content: QWidget, share: float = 0.5) -> None:
        super().__init__()
        self._share = share
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(content)
        self.setAccessibleName("Message")
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the content: its size, and whether it is shown."""
        if watched is self.widget():
            if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
                self.setVisible(event.type() == QEvent.Type.ShowToParent)
            if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.ShowToParent):
                self.fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Take the height that the content needs, as far as it may."""
        content, page = self.widget(), self.parentWidget()
        if content is None or page is None:
            return
        needed = content.heightForWidth(self.viewport().width()) if content.hasHeightForWidth() else content.sizeHint().height()
        height = max(1, min(needed, round(self._share * page.height())))
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
