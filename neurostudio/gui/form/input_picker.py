"""One choice of data: a list of what fits, with facts, and a way to import more."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from neurostudio.core.resources import resource_folder
from neurostudio.gui import theme
from neurostudio.gui.form.inputs_model import Candidate

FACTS_ROLE = Qt.ItemDataRole.UserRole + 1
IMPORT = "import..."
_POPUP_U = 34
_OUTPUT_ICONS = {
    "table": "table",
    "spikes": "spikes",
    "figure": "picture",
    "text": "note",
    "model-card": "note",
    "weights": "method",
}


class InputPicker(QComboBox):
    """A list of what fits::

        (T) mr.train                v
            9,596 rows · 2 classes

    Signals
    -------
    chosen : reference; empty for none.
    import_wanted : something is to be imported.
    """

    chosen = Signal(str)
    import_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._reference = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setItemDelegate(_TwoLines(self))
        self.activated.connect(self.on_activated)

    def show_candidates(
        self, candidates: Sequence[Candidate], reference: str, empty: str, *, can_be_empty: bool, can_import: bool, gone: str = ""
    ) -> None:
        """Show what can be chosen, and what is chosen now.

        Parameters
        ----------
        empty : str
            Words for no choice.
        gone : str
            Words about the choice where the project no longer has it.
        """
        self._reference = reference
        self.clear()
        if can_be_empty or not reference:
            self.addItem(empty, "")
        known = {candidate.reference for candidate in candidates}
        if reference and reference not in known:
            self._add(theme.icon("warning"), reference, gone or "From an earlier run", reference)
        outputs_began = False
        for candidate in candidates:
            if candidate.is_output and not outputs_began and self.count():
                self.insertSeparator(self.count())
                outputs_began = True
            self._add(_icon(candidate), candidate.title, candidate.facts, candidate.reference)
        if can_import:
            self.insertSeparator(self.count())
            self._add(theme.icon("import"), "Import...", "", IMPORT)
        self.setCurrentIndex(max(0, self.findData(reference)))
        self.view().setMinimumWidth(round(_POPUP_U * theme.unit(self)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @Slot(int)
    def on_activated(self, index: int) -> None:
        """Tell what was chosen."""
        wanted = str(self.itemData(index) or "")
        if wanted == IMPORT:
            self.setCurrentIndex(max(0, self.findData(self._reference)))
            self.import_wanted.emit()
        elif wanted != self._reference:
            self._reference = wanted
            self.chosen.emit(wanted)

    def _add(self, icon: QIcon, title: str, facts: str, reference: str) -> None:
        self.addItem(icon, title, reference)
        self.setItemData(self.count() - 1, facts, FACTS_ROLE)
        self.setItemData(self.count() - 1, f"{title}\n{facts}".strip(), Qt.ItemDataRole.ToolTipRole)
        self.setItemData(self.count() - 1, f"{title}, {facts}".strip(", "), Qt.ItemDataRole.AccessibleTextRole)


class _TwoLines(QStyledItemDelegate):
    """Name, and facts under it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        if _is_separator(index):
            painter.fillRect(option.rect.adjusted(0, option.rect.height() // 2, 0, 1 - option.rect.height() // 2), _hairline())
            return
        self.initStyleOption(option, index)
        title, icon, facts = option.text, QIcon(option.icon), str(index.data(FACTS_ROLE) or "")
        option.text, option.icon = "", QIcon()
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        height, is_lit = option.fontMetrics.height(), bool(option.state & QStyle.StateFlag.State_Selected)
        room = option.rect.adjusted(height // 2, 0, -height // 2, 0)
        small = QFontMetrics(theme.secondary_font())
        top = room.top() + (room.height() - height - (small.height() if facts else 0)) // 2
        icon.paint(painter, QRect(room.left(), top, height, height))
        room.setLeft(room.left() + round(1.5 * height))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.save()
        role = QPalette.ColorRole.HighlightedText if is_lit else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))
        elided = option.fontMetrics.elidedText(title, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(QRect(room.left(), top, room.width(), height), left, elided)
        painter.setFont(theme.secondary_font())
        if not is_lit:
            painter.setPen(QColor(theme.current().secondary))
        under = QRect(room.left(), top + height, room.width(), small.height())
        painter.drawText(under, left, small.elidedText(facts, Qt.TextElideMode.ElideRight, under.width()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        height = option.fontMetrics.height()
        lines = 0.6 if _is_separator(index) else 2.5 if index.data(FACTS_ROLE) else 1.7
        return QSize(super().sizeHint(option, index).width(), round(lines * height))


def _is_separator(index: QModelIndex | QPersistentModelIndex) -> bool:
    return bool(index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator")


def _hairline() -> QColor:
    return QColor(theme.current().hairline)


def _icon(candidate: Candidate) -> QIcon:
    if candidate.is_output:
        return theme.icon(_OUTPUT_ICONS.get(candidate.kind, "run"))
    return kind_icon(candidate.kind)


def kind_icon(kind: str) -> QIcon:
    """The icon of a kind of data."""
    name = f"data-{kind}"
    return theme.icon(name if (resource_folder() / "icons" / f"{name}.svg").exists() else "data")


def release(widget: QWidget) -> None:
    """Take a widget off the screen at once and throw it away when the loop turns."""
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
