"""Model cards: a page, with its front matter as a small table."""

from PySide6.QtWidgets import QFormLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.text import TextView
from neurostudio.gui.views.text_data import TextData
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.widgets import Elided, Secondary


class ModelCardView(TextView):
    """The page of a model::

    license   mit
    language  en
    -------------------
    # Spiking text classifier
    """

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        self.front = FrontMatter()
        super().__init__(colour_index)

    def above(self) -> tuple[QWidget, ...]:
        return (self.front,)

    def show_data(self, data: TextData) -> None:
        super().show_data(data)
        self.front.show_values(data.front)


class FrontMatter(QWidget):
    """Names and values."""

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(2 * u, u, 2 * u, 0)
        self._form.setHorizontalSpacing(2 * u)
        self._form.setVerticalSpacing(round(0.4 * u))
        self.hide()

    def show_values(self, values: dict[str, str]) -> None:
        """Show other values; none hide it."""
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, value in values.items():
            self._form.addRow(Secondary(name, wrap=False), Elided(value))
        self.setVisible(bool(values))
