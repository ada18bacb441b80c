"""The table of the job list: how its rows are painted, and the buttons at their end."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
)

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.state_mark import state_icon
from neurostudio.gui.shell import line_painting as painting
from neurostudio.gui.shell.jobs_model import ROW_ROLE, Column, JobsModel
from neurostudio.gui.shell.jobs_presenter import JobRow
from neurostudio.gui.studio import Studio

ROW_U = 3.8
BUTTONS: dict[str, tuple[str, str]] = {
    "stop": ("Stop", "Stop the run; it can be resumed from its last checkpoint"),
    "resume": ("Resume", "Go on from the last checkpoint"),
    "up": ("", "Move up in the line"),
    "down": ("", "Move down in the line"),
    "remove": ("", "Take it out of the line"),
}
WORDS = {"up": "Move up", "down": "Move down", "remove": "Take out of the line", "stop": "Stop", "resume": "Resume"}
_WIDEST = {
    Column.METHOD: "Spiking text classification",
    Column.PHASE: "converting weights",
    Column.AMOUNT: "8,888/8,888 sentences",
    Column.RATE: "8,888 sentences/s",
    Column.LEFT: "took 8:88:88",
}
_BAR_U, _NAME_U = 22, 20

Index = QModelIndex | QPersistentModelIndex


class JobsTable(QTreeView):
    """The rows::

    (ring) mr-seed2   fine-tuning    2/3 epochs   ####--  61 %   0.21 epochs/s   0:24 left   [Stop]
    (o)    mr-seed3   next in line                                                [v] [remove]
    (bar)  mr-seed1   cancelled                                     took 0:41     [Resume]

    Signals
    -------
    verb_wanted : run id, word of :data:`BUTTONS`
    """

    verb_wanted = Signal(str, str)

    def __init__(self, studio: Studio, model: JobsModel) -> None:
        super().__init__()
        self.turning = painting.Turning(self, studio)
        self.setModel(model)
        self.jobs = model
        self.setItemDelegate(_JobDelegate(self))
        self.setAccessibleName("Runs that wait, work or ended lately")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._widths: dict[Column, int] = {}
        self._reserve()

    def chosen(self) -> JobRow | None:
        """The row that is selected."""
        selected = self.selectionModel().selectedRows()
        return self.jobs.row(selected[0]) if selected else None

    def verb_at(self, index: Index, rect: QRect, x: int) -> str:
        """Which button of a row lies at `x`; empty for none."""
        row = self.jobs.row(index)
        if row is None or index.column() != Column.VERBS:
            return ""
        return next((verb for verb, place in self.button_places(row, rect) if place.left() <= x <= place.right()), "")

    def button_places(self, row: JobRow, rect: QRect) -> list[tuple[str, QRect]]:
        """Where the buttons of a row stand in its last field, from the left."""
        u = theme.unit(self)
        height = rect.height() - round(0.8 * u)
        right, places = rect.right() - u, []
        for verb in reversed(row.verbs):
            text = BUTTONS[verb][0]
            width = self.fontMetrics().horizontalAdvance(text) + round(5 * u) if text else height
            places.append((verb, QRect(right - width, rect.top() + round(0.4 * u), width, height)))
            right -= width + round(0.4 * u)
        return places[::-1]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._reserve()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _reserve(self) -> None:
        """Give each column the width of its widest words: nothing jumps while numbers change."""
        u = theme.unit(self)
        metrics = QFontMetrics(theme.number_font())
        self._widths = {column: metrics.horizontalAdvance(words) + 2 * u for column, words in _WIDEST.items()}
        self._widths |= {Column.PROGRESS: _BAR_U * u, Column.VERBS: metrics.horizontalAdvance("Resume") + 8 * u}
        header = self.header()
        header.setMinimumSectionSize(u)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in self._widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self._fit()

    def _fit(self) -> None:
        """In a narrow dock first the rate goes, then the method, the amount and the phase."""
        header = self.header()
        always = sum(self._widths[column] for column in (Column.PROGRESS, Column.LEFT, Column.VERBS))
        room = self.viewport().width() - _NAME_U * theme.unit(self) - always
        for column in (Column.PHASE, Column.AMOUNT, Column.METHOD, Column.RATE):
            room -= self._widths[column]
            header.setSectionHidden(column, room < 0)


class _JobDelegate(QStyledItemDelegate):
    """Paints the fields; its buttons are painted, not widgets: a hundred waiting runs stay quick."""

    def __init__(self, view: JobsTable) -> None:
        super().__init__(view)
        self._view = view
        self._pressed: tuple[str, str] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Every row has the same height."""
        return QSize(4 * theme.unit(self._view), round(ROW_U * theme.unit(self._view)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: JobRow | None = index.data(ROW_ROLE)
        if row is None:
            return
        painting.paint_background(painter, option)
        colours, u = theme.current(), theme.unit(self._view)
        on_highlight = painting.is_selected(option)
        text = colours.on_accent if on_highlight else colours.text
        quiet = colours.on_accent if on_highlight else colours.secondary
        rect = QRect(option.rect)
        room = rect.adjusted(u, 0, -u, 0)
        column = Column(index.column())
        painter.save()
        if column == Column.NAME:
            painting.paint_focus(painter, option, rect)
            icon, tint = state_icon(row.state)
            angle = self._view.turning.angle if row.state in ("running", "stopping") else 0
            painting.paint_icon(painter, painting.square(room, 2 * u), icon, "on_accent" if on_highlight else tint, angle)
            room.setLeft(room.left() + 3 * u)
            painting.paint_text(painter, room, row.name, theme.body_font(), text)
        elif column == Column.PROGRESS:
            self._paint_progress(painter, room, row, text, on_highlight=on_highlight)
        elif column == Column.VERBS:
            self._paint_buttons(painter, option, row)
        else:
            is_number = column in (Column.AMOUNT, Column.RATE, Column.LEFT)
            side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
            font = theme.number_font() if is_number else theme.body_font()
            painting.paint_text(painter, room, str(index.data()), font, quiet, side, Qt.TextElideMode.ElideRight)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Press and release on the same button does what it says."""
        if index.column() != Column.VERBS or not isinstance(event, QMouseEvent):
            return False
        row: JobRow | None = index.data(ROW_ROLE)
        verb = self._view.verb_at(index, option.rect, event.position().toPoint().x())
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self._pressed = (row.run_id, verb) if verb else None
        elif event.type() == QEvent.Type.MouseButtonRelease:
            pressed, self._pressed = self._pressed, None
            if verb and pressed == (row.run_id, verb):
                self._view.verb_wanted.emit(row.run_id, verb)
        self._view.viewport().update()
        return bool(verb)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Tooltips of the buttons."""
        verb = self._view.verb_at(index, option.rect, event.pos().x())
        if verb:
            QToolTip.showText(event.globalPos(), BUTTONS[verb][1], view)
            return True
        return super().helpEvent(event, view, option, index)

    def _paint_progress(self, painter: QPainter, room: QRect, row: JobRow, colour: str, *, on_highlight: bool) -> None:
        if row.state not in ("running", "stopping"):
            return
        u = theme.unit(self._view)
        font = theme.number_font()
        width = QFontMetrics(font).horizontalAdvance("100 %")
        bar = QRect(room.left(), room.center().y() - u // 2, room.width() - width - u, u)
        painting.paint_bar(painter, bar, row.share, on_highlight=on_highlight)
        painting.paint_text(painter, room, row.percent, font, colour, Qt.AlignmentFlag.AlignRight)

    def _paint_buttons(self, painter: QPainter, option: QStyleOptionViewItem, row: JobRow) -> None:
        style, u = self._view.style(), theme.unit(self._view)
        pointer = self._view.viewport().mapFromGlobal(self._view.cursor().pos())
        for verb, place in self._view.button_places(row, option.rect):
            made = QStyleOptionButton()
            made.initFrom(self._view)
            made.rect = place
            made.text = BUTTONS[verb][0]
            made.icon = theme.icon(verb)
            made.iconSize = QSize(2 * u, 2 * u)
            made.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Raised
            if self._pressed == (row.run_id, verb):
                made.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Sunken
            elif place.contains(pointer):
                made.state |= QStyle.StateFlag.State_MouseOver
            style.drawControl(QStyle.ControlElement.CE_PushButton, made, painter, self._view)
