"""A row of names with their colours, each of which shows or hides what it names."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import FlowLayout
from neurostudio.gui.views.tints import Tint, colour_of
from neurostudio.report.wording import shortened

LONGEST = 32  # characters


@dataclass(frozen=True)
class Entry:
    """One name; `key` is what the legend tells when it is switched."""

    key: str
    text: str
    tint: Tint


class Legend(QWidget):
    """Names that can be switched off and on; a double click leaves one alone, or brings all back::

        [x] conv_3   [x] conv_4   [ ] pool

    Signals
    -------
    switched : frozenset of str
        The keys that are hidden now.
    """

    switched = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(0)
        self.setLayout(self._flow)
        self._keys: list[LegendKey] = []
        self._is_wanted = True
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def set_entries(self, entries: Iterable[Entry], hidden: Iterable[str] = ()) -> None:
        """Show these names; nothing happens where they are there already."""
        wanted, hidden = list(entries), set(hidden)
        if [key.entry for key in self._keys] != wanted:
            for key in self._keys:
                self._flow.removeWidget(key)
                key.deleteLater()
            self._keys = [LegendKey(entry) for entry in wanted]
            for key in self._keys:
                key.clicked.connect(self.on_clicked)
                key.alone.connect(self.on_alone)
                self._flow.addWidget(key)
        for key in self._keys:
            key.setChecked(key.entry.key not in hidden)
        self._update()

    def set_wanted(self, wanted: bool) -> None:
        """Hide the legend where the names stand in the picture; one that hides something stays."""
        self._is_wanted = wanted
        self._update()

    def hidden(self) -> frozenset[str]:
        """Keys that are switched off."""
        return frozenset(key.entry.key for key in self._keys if not key.isChecked())

    def _update(self) -> None:
        self.setVisible(len(self._keys) > 1 and (self._is_wanted or bool(self.hidden())))

    @Slot()
    def on_clicked(self) -> None:
        """One was switched."""
        self.switched.emit(self.hidden())

    @Slot(object)
    def on_alone(self, chosen: "LegendKey") -> None:
        """One was double-clicked: it alone stays, or all come back."""
        is_alone = all(key.isChecked() == (key is chosen) for key in self._keys)
        for key in self._keys:
            key.setChecked(is_alone or key is chosen)
        self.switched.emit(self.hidden())


class LegendKey(QAbstractButton):
    """A square of colour (hollow when switched off) and a name."""

    alone = Signal(object)

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(shortened(entry.text, LONGEST))
        self.setToolTip(f"{entry.text}: click to hide or show, double click to see it alone")
        self.setAccessibleName(entry.text)
        self.setFont(theme.secondary_font())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        u, metrics = theme.unit(self), self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + round(3.4 * u), round(metrics.height() + 0.8 * u))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.alone.emit(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        u, colours = theme.unit(self), theme.current()
        side = 1.1 * u
        box = QRectF(0.6 * u, (self.height() - side) / 2, side, side)
        colour = QColor(colour_of(self.entry.tint))
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(colour if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 0.25 * u, 0.25 * u)
        painter.setPen(QColor(colours.text if self.isChecked() else colours.secondary))
        words = self.rect().adjusted(round(2.3 * u), 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.7, 0.7, -0.7, -0.7), 0.4 * u, 0.4 * u)
