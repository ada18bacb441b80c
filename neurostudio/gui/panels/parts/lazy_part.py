"""A tab that is made when it is first seen: a page opens without a pause for pictures that nobody looks at yet."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import fill

W = TypeVar("W", bound=QWidget)


class LazyPart(QWidget, Generic[W]):
    """The place of a widget.

    Parameters
    ----------
    make : function
        Makes the widget; called once, when the place is shown or the widget is asked for.
    """

    def __init__(self, make: Callable[[], W]) -> None:
        super().__init__()
        self._make = make
        self.made: W | None = None
        self._box = QVBoxLayout(self)
        fill(self._box, (), theme.unit(self), 0)

    def widget(self) -> W:
        """The widget, made now if it was not yet."""
        if self.made is None:
            self.made = self._make()
            self._box.addWidget(self.made)
        return self.made

    def showEvent(self, event: QShowEvent) -> None:
        self.widget()
        super().showEvent(event)
