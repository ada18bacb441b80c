"""The page of one data set."""

from neurostudio.gui.panels.data.page import DataPage

__all__ = ["DataPage"]
