"""A title that can be edited in place."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from neurostudio.gui import theme
from neurostudio.gui.labels import LONGEST_NAME


class NameEdit(QLineEdit):
    """Looks like a title until it has the keyboard; Enter or leaving keeps the new name, Escape the old one.

    Signals
    -------
    renamed : the new name, once it is kept
    """

    renamed = Signal(str)

    def __init__(self, accessible_name: str) -> None:
        super().__init__()
        self._name = ""
        self.setFont(theme.title_font())
        self.setFrame(False)
        self.setAccessibleName(accessible_name)
        self.setToolTip("Click to rename")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(12 * theme.unit(self))
        self.setTextMargins(0, 0, 0, 0)
        self.editingFinished.connect(self.on_editing_finished)
        self._tint()

    def show_name(self, name: str) -> None:
        """Show the name that is kept; while somebody types it waits."""
        self._name = name
        if not self.isModified() and name != self.text():
            self.setText(name)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts the old name back."""
        if event.key() == Qt.Key.Key_Escape and self.text() != self._name:
            self.setText(self._name)
            self.selectAll()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tint()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tint()
        self.setCursorPosition(0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._tint()

    @Slot()
    def on_editing_finished(self) -> None:
        """Keep the new name; an empty one is none."""
        name = " ".join(self.text().split())[:LONGEST_NAME]
        self.setText(name or self._name)  # not modified any more
        if name and name != self._name:
            self._name = name
            self.renamed.emit(name)

    def _tint(self) -> None:
        """On the page it has the colour of the page, in use that of a field."""
        colours = theme.current()
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, colours.surface if self.hasFocus() else colours.frame)
        self.setPalette(palette)
