"""The line under each view that says what lies under the cursor. Its height never changes."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette

from neurostudio.gui import theme
from neurostudio.gui.widgets import Elided


class Readout(Elided):
    """One line in the secondary colour with tabular figures; long ones are shortened at their end."""

    def __init__(self) -> None:
        super().__init__("", Qt.TextElideMode.ElideRight)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._fix()

    def say(self, text: str) -> None:
        """Show another line; none leaves the room free."""
        if text != self.text():
            self.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fix()

    def _fix(self) -> None:
        self.setFont(theme.number_font(theme.SECONDARY_SIZE))
        self.setFixedHeight(round(self.fontMetrics().height() * 1.3))
