"""The button that shows or folds away the settings under it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton

from neurostudio.gui import theme


class FoldButton(QToolButton):
    """An arrow with words: ``> Advanced (3)``.

    Signals
    -------
    folded : whether it is open now.
    """

    folded = Signal(bool)

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._is_open = False
        self._about = ""
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(1)  # in a narrow dock it is cut rather than the fields
        self.clicked.connect(self.on_clicked)
        self.show_text(text)

    @property
    def is_open(self) -> bool:
        """Whether what is under it is shown."""
        return self._is_open

    def show_text(self, text: str, about: str = "") -> None:
        """Show words; `about` goes on for those who hear them alone."""
        self._about = about
        self.setText(text)
        self._show_state()

    def open(self, is_open: bool = True) -> None:
        """Open or close it."""
        if is_open != self._is_open:
            self._is_open = is_open
            self._show_state()
            self.folded.emit(is_open)

    @Slot()
    def on_clicked(self) -> None:
        """The other state."""
        self.open(not self._is_open)

    def _show_state(self) -> None:
        self.setIcon(theme.icon("fold" if self._is_open else "right"))
        self.setAccessibleName(f"{self.text()}{self._about}, {'open' if self._is_open else 'folded away'}")
