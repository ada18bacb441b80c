"""A field that narrows a list while one types."""

from PySide6.QtWidgets import QLineEdit

from neurostudio.gui import theme


class FilterEdit(QLineEdit):
    """A search field with its icon and a button that empties it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self.setClearButtonEnabled(True)
        self.addAction(theme.icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)


def fits(words: str, *texts: str) -> bool:
    """Whether every word stands somewhere in the texts; case does not matter.

    >>> fits("time STEPS", "Time steps", "time_steps"), fits("epoch", "Time steps")
    (True, False)
    """
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in words.casefold().split())
