"""The state of a run as people see it: a mark and a word, never a colour alone."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import IconLabel, fill

STATES = ("queued", "running", "stopping", "done", "failed", "cancelled", "interrupted")
_TINTS = {"running": "accent", "stopping": "accent", "done": "good", "failed": "problem", "interrupted": "warning"}
_ICONS = {"stopping": "state-running"}


def state_icon(state: str) -> tuple[str, str]:
    """Name and tint of the mark of a state."""
    known = state if state in STATES else "queued"
    return _ICONS.get(known, f"state-{known}"), _TINTS.get(known, "secondary")


def state_word(state: str) -> str:
    """The state in a word."""
    return state.capitalize()


class StateMark(QWidget):
    """``(tick) Done``; with `has_word` off the mark alone, with the word as its tooltip."""

    def __init__(self, state: str = "queued", *, has_word: bool = True) -> None:
        super().__init__()
        self._icon = IconLabel("state-queued")
        self._word = QLabel()
        self._word.setFont(theme.strong_font())
        self._word.setVisible(has_word)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        fill(QHBoxLayout(self), (self._icon, self._word), theme.unit(self), 0.6)
        self.show_state(state)

    def show_state(self, state: str) -> None:
        """Show another state."""
        self.state = state
        self._icon.show_icon(*state_icon(state))
        self._word.setText(state_word(state))
        self.setToolTip(state_word(state))
        self.setAccessibleName(state_word(state))
