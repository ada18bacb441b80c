"""What every page in the centre of the window is."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from neurostudio.gui.studio import Studio


class Page(QWidget):
    """A tab of the window.

    Attributes
    ----------
    key : str
        Names the page, such as ``run:<id>``: opening the same key twice shows the same tab.
    title, icon_name : str
        On the tab.
    help_topic : str
        Name of a help page in ``resources/docs``, without ``.md``.
    """

    title_changed = Signal(str)

    help_topic = "index"

    def __init__(self, studio: Studio, key: str, title: str, icon_name: str) -> None:
        super().__init__()
        self.studio = studio
        self.key = key
        self.title = title
        self.icon_name = icon_name
        self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        """Show another title on the tab."""
        self.title = title
        self.setAccessibleName(title)
        self.title_changed.emit(title)

    def run_ids(self) -> tuple[str, ...]:
        """Runs that the page shows, for commands such as Report."""
        return ()

    def state(self) -> dict[str, Any]:
        """What of its look is kept until the next start; plain JSON."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up such a look again; keys of another version are ignored."""

    async def leave(self) -> None:
        """End what the page keeps at work, such as a live session: it is about to be closed."""
