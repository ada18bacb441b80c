"""Room for a viewer with its plot: where the window is low, it scrolls instead of becoming a stripe."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.volume.viewer import VolumeViewer

SLICES_U, PLOT_U, EXTRA_U = 30, 27, 4


class ViewerArea(QScrollArea):
    """A viewer that is never lower than what can be read off it.

    A scroll area gives what wraps its preferred height; a viewer is to fill the room that there is, so that it lies in a
    widget without a layout.
    """

    def __init__(self, viewer: VolumeViewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._least = 0
        self._room = QWidget()
        viewer.setParent(self._room)
        self.setWidget(self._room)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Slices and plot over time")
        self.set_panels(0, has_plot=False)

    def set_panels(self, count: int, *, has_plot: bool) -> None:
        """Keep room for a plot with so many panels under its series: traces, events, words."""
        self._least = (SLICES_U + (PLOT_U + EXTRA_U * count if has_plot else 0)) * theme.unit(self)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width = self.viewport().width()
        layout = self._viewer.layout()
        least = max(self._least, layout.totalMinimumHeightForWidth(width) if layout is not None else 0)
        height = max(self.viewport().height(), least)
        self._room.resize(width, height)
        self._viewer.setGeometry(0, 0, width, height)
