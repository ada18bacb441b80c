"""The page that sets runs side by side."""

from neurostudio.gui.panels.compare.page import ComparePage

__all__ = ["ComparePage"]
