"""A layout that puts widgets beside each other and breaks into lines where they do not fit."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from neurostudio.gui import theme


class FlowLayout(QLayout):
    """Left to right, then down; gaps in pixels, as Qt has them."""

    def __init__(self, gap: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(gap)
        self.setContentsMargins(QMargins())

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item at the end; Qt calls it."""
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        """Number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at that place, None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give the item at that place away, None beyond the end."""
        self.invalidate()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It needs no more room than its items."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at that width."""
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        """Put the items to their places."""
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        """All items in one line."""
        shown = [item.sizeHint().expandedTo(item.minimumSize()) for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(width, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        """The widest item."""
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        x, y, line_height, gap = rect.x(), rect.y(), 0, self.spacing()
        line: list[tuple[QLayoutItem, QRect]] = []
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().expandedTo(item.minimumSize())
            if line and x + size.width() > rect.right() + 1:
                self._settle(line, line_height, is_trial)
                x, y, line_height, line = rect.x(), y + line_height + gap, 0, []
            line.append((item, QRect(QPoint(x, y), size)))
            x += size.width() + gap
            line_height = max(line_height, size.height())
        self._settle(line, line_height, is_trial)
        return y + line_height - rect.y()

    @staticmethod
    def _settle(line: list[tuple[QLayoutItem, QRect]], height: int, is_trial: bool) -> None:
        """Centre the items of one line."""
        if not is_trial:
            for item, place in line:
                item.setGeometry(place.translated(0, (height - place.height()) // 2))


class Flow(QWidget):
    """Widgets beside each other, in as many lines as they need; the gap in u."""

    def __init__(self, *items: QWidget, gap: float = 1) -> None:
        super().__init__()
        self._layout = FlowLayout(round(gap * theme.unit(self)))
        self.setLayout(self._layout)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for item in items:
            self._layout.addWidget(item)

    def add(self, item: QWidget) -> None:
        """Put one more widget at the end."""
        self._layout.addWidget(item)

    def widgets(self) -> list[QWidget]:
        """What stands in it, in order."""
        found = [self._layout.itemAt(index) for index in range(self._layout.count())]
        return [widget for item in found if item is not None and (widget := item.widget()) is not None]

    def remove(self, item: QWidget) -> None:
        """Take one widget out; it is hidden, not destroyed."""
        self._layout.removeWidget(item)
        item.hide()

    def arrange(self, items: Sequence[QWidget]) -> None:
        """Put widgets into this order; those that are new come in, none is destroyed."""
        if self.widgets() == list(items):
            return
        while self._layout.takeAt(0) is not None:
            pass
        for item in items:
            self._layout.addWidget(item)
            item.show()
        for before, after in pairwise(items):
            self.setTabOrder(before, after)

    def settle(self) -> None:
        """Put the widgets to their places now, not at the next turn of the loop."""
        self._layout.activate()

    def clear(self) -> None:
        """Remove everything."""
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
