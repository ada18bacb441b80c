"""Figures from stored artifacts: drawn from an artifact's kind and its ``Plot`` record, never from the method's name.

The report shows them and the window exports them. Importing this package imports matplotlib (never pyplot).
"""

from neurostudio.report.figures.curves import draw_curves
from neurostudio.report.figures.draw import Drawing, draw, draw_seen, draw_with_caption
from neurostudio.report.figures.files import FIGURE_SUFFIXES, as_bytes, save

__all__ = ["FIGURE_SUFFIXES", "Drawing", "as_bytes", "draw", "draw_curves", "draw_seen", "draw_with_caption", "save"]
