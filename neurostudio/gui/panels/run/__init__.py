"""The page of one run."""

from neurostudio.gui.panels.run.page import RunPage

__all__ = ["RunPage"]
