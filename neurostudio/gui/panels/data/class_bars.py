"""How many rows each class has, as bars beside the counts."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.data.presenter import ClassShare
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.tints import distinct
from neurostudio.gui.widgets import Elided, Secondary
from neurostudio.report.wording import number_text

MOST_CLASSES = 12


class ClassBars(QWidget):
    """One line a class; a class keeps its colour in every view of the project::

    negative  #################      5,331   50.0 %
    positive  #################      5,331   50.0 %
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._classes: tuple[ClassShare, ...] = ()
        u = theme.unit(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(round(1.5 * u))
        self._grid.setVerticalSpacing(round(0.6 * u))
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 5)

    def show_classes(self, classes: Sequence[ClassShare]) -> None:
        """Show these classes; beyond a dozen the largest ones."""
        if tuple(classes) == self._classes:
            return
        self._classes = tuple(classes)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        shown = self._classes
        if len(shown) > MOST_CLASSES:
            shown = tuple(sorted(shown, key=lambda one: -one.count)[:MOST_CLASSES])
        most = max((one.count for one in shown), default=1)
        colours = distinct([one.name for one in shown], self._studio.colour_index)
        for row, one in enumerate(shown):
            count, share = QLabel(number_text(one.count)), QLabel(f"{100 * one.share:.1f} %")
            for label in (count, share):
                label.setFont(theme.number_font())
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            bar = _Bar(one.count / most, colours[one.name])
            for column, widget in enumerate((Elided(one.name), bar, count, share)):
                self._grid.addWidget(widget, row, column)
        left_out = len(self._classes) - len(shown)
        if left_out:
            self._grid.addWidget(Secondary(f"and {left_out:,} smaller classes"), len(shown), 0, 1, 4)
        self.setAccessibleName("Classes")
        self.setAccessibleDescription(", ".join(f"{one.name}: {one.count} rows, {100 * one.share:.1f} %" for one in shown))


class _Bar(QWidget):
    """A bar whose length is a share of its room."""

    def __init__(self, share: float, colour: int) -> None:
        super().__init__()
        self._share = share
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        u = theme.unit(self)
        return QSize(12 * u, round(1.4 * u))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.category(self._colour)))
        radius = 0.2 * theme.unit(self)
        width = max(2.0, self._share * self.width())
        painter.drawRoundedRect(0, 0, round(width), self.height(), radius, radius)
