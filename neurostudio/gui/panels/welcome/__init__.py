"""The welcome page: recent projects, sample studies, and what happens with dropped files."""

from neurostudio.gui.panels.welcome.page import WelcomePage

__all__ = ["WelcomePage"]
