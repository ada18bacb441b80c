"""The canvas of this panel: as high as it is asked to be, so that several fit on a page that scrolls."""

from PySide6.QtCore import QSize

from neurostudio.gui import theme
from neurostudio.gui.views.plot import Canvas

WIDTH_U, HEIGHT_U = 30, 24


class PageCanvas(Canvas):
    """A canvas that wants its least height; it still grows where there is room.

    A page that scrolls and whose texts wrap gives each widget the height that it wants, not its least one.
    """

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(WIDTH_U * u, self.minimumHeight() or HEIGHT_U * u)

    def hasHeightForWidth(self) -> bool:
        """Its legend may wrap, but the picture takes what is left."""
        return False
