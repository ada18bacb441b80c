"""Importing: what dropped or chosen files are, a look at them, and then into the project."""

from neurostudio.gui.shell.importing.dialog import ImportDialog, import_paths
from neurostudio.gui.shell.importing.drops import Drop, drop_actions
from neurostudio.gui.shell.importing.overlay import DropOverlay

__all__ = ["Drop", "DropOverlay", "ImportDialog", "drop_actions", "import_paths"]
