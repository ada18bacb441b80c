"""Pens of plots: as wide on every screen, whatever the zoom of the panel."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPen

from neurostudio.gui.views.tints import Tint, colour_of


def pen(colour: Tint | QColor, width: float = 1.0, dash: Sequence[float] = ()) -> QPen:
    """A pen of a width in pixels of the desktop; `dash` holds lengths of dashes and gaps in widths.

    Qt counts such pens in pixels of the screen, which are finer where the desktop is scaled.
    """
    made = QPen(colour if isinstance(colour, QColor) else QColor(colour_of(colour)), width * screen_scale())
    made.setCosmetic(True)
    made.setCapStyle(Qt.PenCapStyle.FlatCap if dash else Qt.PenCapStyle.SquareCap)
    if dash:
        made.setDashPattern(list(dash))
    return made


def screen_scale() -> float:
    """Pixels of the finest screen for one pixel of the desktop."""
    application = QGuiApplication.instance()
    return application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
