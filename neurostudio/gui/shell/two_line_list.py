"""A list whose lines have a name and, under it, a few quiet words: files to import, recent projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem

from neurostudio.gui import theme
from neurostudio.gui.shell import line_painting as painting

ROW_U = 5.4
LINE_ROLE = Qt.ItemDataRole.UserRole

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


@dataclass(frozen=True)
class TwoLines:
    """One entry.

    Attributes
    ----------
    end : str
        Said at the right end, in the secondary colour.
    tint, colour : str
        Names of theme colours: of the icon, and of the lower line.
    is_faint : bool
        Whether it cannot be used now.
    """

    key: str
    upper: str
    lower: str
    icon: str
    tint: str = "secondary"
    colour: str = "secondary"
    end: str = ""
    tooltip: str = ""
    is_faint: bool = False

    def spoken(self) -> str:
        """The entry as a screen reader says it."""
        return ", ".join(part for part in (self.upper, self.lower, self.end) if part)


class TwoLineList(QListView):
    """The list::

        (T) reviews.tsv                     today
            Labelled text, 2,400 rows

    Signals
    -------
    moved : key of the entry that the cursor came to
    chosen : key of the entry that was activated (Enter, or a double click)
    """

    moved = Signal(str)
    chosen = Signal(str)

    def __init__(self, name: str, elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._lines = _LinesModel(self)
        self.setModel(self._lines)
        self.setItemDelegate(_TwoLineDelegate(self, elide))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self.on_current_changed)
        self.activated.connect(self.on_activated)

    def show_lines(self, lines: Sequence[TwoLines]) -> None:
        """Show these entries; the cursor stays where it is as long as its entry is there."""
        key = self.current_key()
        if self._lines.fill(lines):
            self.select_key(key)

    def lines(self) -> tuple[TwoLines, ...]:
        """What it shows."""
        return self._lines.lines

    def current_key(self) -> str:
        """Key of the entry with the cursor; empty without one."""
        line: TwoLines | None = self.currentIndex().data(LINE_ROLE)
        return line.key if line is not None else ""

    def select_key(self, key: str) -> None:
        """Put the cursor on an entry."""
        for row, line in enumerate(self._lines.lines):
            if line.key == key:
                self.setCurrentIndex(self._lines.index(row))

    def height_of(self, rows: int) -> int:
        """Height of so many entries, in pixels."""
        return rows * round(ROW_U * theme.unit(self)) + 2 * self.frameWidth()

    @Slot(QModelIndex, QModelIndex)
    def on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        """Tell where the cursor came to."""
        line: TwoLines | None = current.data(LINE_ROLE)
        if line is not None:
            self.moved.emit(line.key)

    @Slot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        """Tell what was activated."""
        line: TwoLines | None = index.data(LINE_ROLE)
        if line is not None:
            self.chosen.emit(line.key)


class _LinesModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: tuple[TwoLines, ...] = ()

    def fill(self, lines: Sequence[TwoLines]) -> bool:
        """Show others; returns whether other entries are listed, not only other words about them."""
        if [line.key for line in lines] == [line.key for line in self.lines]:
            self.lines = tuple(lines)
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return False
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        return {
            LINE_ROLE: line,
            Qt.ItemDataRole.DisplayRole: line.upper,
            Qt.ItemDataRole.ToolTipRole: line.tooltip or None,
            Qt.ItemDataRole.AccessibleTextRole: line.spoken(),
        }.get(Qt.ItemDataRole(role))


class _TwoLineDelegate(QStyledItemDelegate):
    def __init__(self, view: TwoLineList, elide: Qt.TextElideMode) -> None:
        super().__init__(view)
        self._view = view
        self._elide = elide

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, round(ROW_U * theme.unit(self._view)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: TwoLines | None = index.data(LINE_ROLE)
        if line is None:
            return
        painting.paint_background(painter, option)
        colours, u = theme.current(), theme.unit(self._view)
        on_highlight = painting.is_selected(option)
        faint = colours.baseline if line.is_faint else ""
        painter.save()
        painting.paint_focus(painter, option, QRect(option.rect))
        room = QRect(option.rect).adjusted(u, round(0.5 * u), -u, -round(0.5 * u))
        upper = QRect(room.left(), room.top(), room.width(), room.height() // 2)
        tint = "on_accent" if on_highlight else "baseline" if line.is_faint else line.tint
        painting.paint_icon(painter, painting.square(upper, 2 * u), line.icon, tint)
        upper.setLeft(upper.left() + 3 * u)
        lower = QRect(upper.left(), upper.bottom(), upper.width(), upper.height())
        quiet = colours.on_accent if on_highlight else faint or colours.secondary
        if line.end:
            font = theme.secondary_font()
            place = QRect(upper)
            painting.paint_text(painter, place, line.end, font, quiet, Qt.AlignmentFlag.AlignRight)
            upper.setRight(upper.right() - QFontMetrics(font).horizontalAdvance(line.end) - u)
        text = colours.on_accent if on_highlight else faint or colours.text
        painting.paint_text(painter, upper, line.upper, theme.body_font(), text)
        colour = colours.on_accent if on_highlight else faint or str(getattr(colours, line.colour))
        painting.paint_text(painter, lower, line.lower, theme.secondary_font(), colour, elide=self._elide)
        painter.restore()
