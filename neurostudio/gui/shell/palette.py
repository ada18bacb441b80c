"""The command palette: one field that finds commands, runs, data sets, methods, settings and help pages."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.commands import Actions
from neurostudio.gui.shell import palette_sources as sources
from neurostudio.gui.shell.palette_line import LineDelegate, row_height
from neurostudio.gui.shell.palette_model import Found, Hit, Provider, Recent, ranked
from neurostudio.gui.shell.popup import Popup
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Elided, Hairline

WIDTH_U, ROWS, TOP_U = 76, 12, 3
WAIT_MS = 70
PLACEHOLDER = "Search commands, runs, data, methods, settings and help"
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}

Index = QModelIndex | QPersistentModelIndex
MakeProvider = Callable[[], Provider | None]


class Lines(QAbstractListModel):
    """What was found, as a list for Qt."""

    found_role = Qt.ItemDataRole.UserRole

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found: list[Found] = []

    def show(self, found: list[Found]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one.hit.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return one.spoken()
        if role == Qt.ItemDataRole.ToolTipRole:
            return one.hit.reason or one.hit.words
        return one if role == self.found_role else None


class CommandPalette(Popup):
    """Over the top of the window's centre::

        +--------------------------------------------------------+
        | Search commands, runs, data, methods, settings and help |
        |--------------------------------------------------------|
        | (icon) Import data...                     File   Ctrl+I |
        | (icon) mr-seed1             spiking.text, done, 24 Nov  |
        |--------------------------------------------------------|
        | Look at files and add them to the project.              |
        +--------------------------------------------------------+

    Signals
    -------
    recent_changed : what :attr:`recent` holds is to be kept
    """

    recent_changed = Signal()

    def __init__(self, studio: Studio, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._window = studio, window
        self._makers: list[MakeProvider] = [lambda: sources.commands(actions)]
        self._makers += [lambda: sources.methods(studio), lambda: sources.help_topics(studio)]
        self._providers: list[Provider] = []
        self._slow: dict[str, Sequence[Hit]] = {}
        self._serial = 0
        self._before: QWidget | None = None
        self.recent = Recent()
        self.setObjectName("palette")
        self.setAccessibleName("Search or command")
        self.field = QLineEdit()
        self.field.setPlaceholderText(PLACEHOLDER)
        self.field.setAccessibleName(PLACEHOLDER)
        self.field.setFrame(False)
        self.field.setClearButtonEnabled(True)
        self.field.addAction(theme.icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.on_text)
        self.lines = Lines(self)
        self.list = QListView()
        self.list.setModel(self.lines)
        self.list.setItemDelegate(LineDelegate(self.list))
        self.list.setAccessibleName("What was found")
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerItem)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusProxy(self.field)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self.on_clicked)
        self.list.selectionModel().currentChanged.connect(self.on_current)
        self.about = Elided("", Qt.TextElideMode.ElideRight)
        self.about.setFont(theme.secondary_font())
        self.about.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        for widget in (self.field, Hairline(), self.list, Hairline(), self.about):
            self.column.addWidget(widget)
        self._wait = QTimer(self, interval=WAIT_MS, singleShot=True)
        self._wait.timeout.connect(self.on_wait)
        window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self.on_focus)  # type: ignore[union-attr]
        self.hide()

    # --- what it searches

    def add_source(self, make: MakeProvider) -> None:
        """Search something more; `make` is called in the window each time the palette opens, and may give None."""
        self._makers.append(make)

    # --- opening and closing

    @Slot()
    def open(self) -> None:
        """Show it, with the keyboard in its field; once more closes it."""
        if self.isVisible():
            self.close_up()
            return
        self._before = QApplication.focusWidget()
        made = [make() for make in self._makers]
        self._providers = [one for one in made if one is not None] + sources.of_project(self._studio)
        self._slow = {}
        self._place()
        self.field.clear()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.on_text("")

    @Slot()
    def close_up(self) -> None:
        """Hide it and give the keyboard back."""
        if not self.isVisible():
            return
        self._serial += 1
        self._wait.stop()
        before, self._before = self._before, None
        self.hide()
        if before is not None and self._window.isAncestorOf(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    # --- slots

    @Slot(str)
    def on_text(self, text: str) -> None:
        """Other text: what is quick at once, what asks the index a moment later."""
        self._serial += 1
        self._show(text)
        self._wait.start()

    @Slot()
    def on_wait(self) -> None:
        """No key for a moment: ask the slow providers."""
        tasks.start(self._ask(self.field.text(), self._serial), self)

    @Slot(QModelIndex)
    def on_clicked(self, index: QModelIndex) -> None:
        """A line was clicked."""
        self._choose(index)

    @Slot(QModelIndex, QModelIndex)
    def on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        """Another line is the one that Enter means."""
        found = self._found(current)
        self.about.setText("" if found is None else found.hit.reason or found.hit.words)
        self.field.setAccessibleDescription("Nothing found" if found is None else found.spoken())

    @Slot(QWidget, QWidget)
    def on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """The keyboard went elsewhere in the window: it is no longer wanted."""
        if self.isVisible() and new is not None and new is not self and not self.isAncestorOf(new):
            self._before = None
            self.close_up()

    # --- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the field act on the list; the palette stays at its place while the window changes."""
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return super().eventFilter(watched, event)

    # --- inside

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _MOVES:
            self._move(key)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.close_up()
        elif key not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):  # the field is the only stop: Tab does not leave it
            return False
        return True

    def _move(self, key: Qt.Key) -> None:
        count = self.lines.rowCount()
        if not count:
            return
        row = self.list.currentIndex().row()
        if key == Qt.Key.Key_Down:
            row = (row + 1) % count
        elif key == Qt.Key.Key_Up:
            row = (row - 1) % count
        else:
            row = max(0, min(count - 1, row + (ROWS - 1) * (1 if key == Qt.Key.Key_PageDown else -1)))
        self._select(row)

    def _choose(self, index: QModelIndex) -> None:
        found = self._found(index)
        if found is None or found.hit.reason:  # the reason stands at the bottom
            return
        self.recent.add(found)
        self.close_up()
        self.recent_changed.emit()
        found.provider.choose(found.hit)

    async def _ask(self, text: str, serial: int) -> None:
        asked = [provider for provider in self._providers if provider.is_slow]
        hits = await in_background(_search_all, asked, text)
        if serial == self._serial:
            self._slow = hits
            self._show(text, keep=True)

    def _show(self, text: str, *, keep: bool = False) -> None:
        """Rank what is known; `keep` leaves the chosen line chosen where the person moved to it."""
        current = self.list.currentIndex()
        chosen = self._found(current) if keep and current.row() > 0 else None
        offers = [
            (provider, self._slow.get(provider.name, ()) if provider.is_slow else provider.search(text))
            for provider in self._providers
        ]
        found = ranked(text, offers, self.recent)
        self.lines.show(found)
        rows = [row for row, one in enumerate(found) if chosen is not None and one.id == chosen.id]
        if found:
            self._select(rows[0] if rows else 0)
        else:
            self.on_current(QModelIndex(), QModelIndex())
            self.about.setText(f"Nothing fits '{text}'.")

    def _select(self, row: int) -> None:
        index = self.lines.index(row)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)

    def _found(self, index: QModelIndex) -> Found | None:
        return self.lines.found[index.row()] if index.isValid() and index.row() < len(self.lines.found) else None

    def _place(self) -> None:
        """At the top of the window, in its middle; as many rows as have room."""
        u, window = theme.unit(self), self._window
        padding = round(0.8 * u)
        self.field.setTextMargins(padding, padding, padding, padding)
        self.about.setContentsMargins(round(1.2 * u), padding // 2, padding, padding // 2)
        row = row_height()
        room = window.height() - TOP_U * u - self.field.sizeHint().height() - 6 * u
        self.list.setFixedHeight(row * max(3, min(ROWS, room // row)))
        width = min(WIDTH_U * u, window.width() - 2 * u)
        self.resize(QSize(width, self.column.sizeHint().height()))
        self.move(QPoint((window.width() - width) // 2, TOP_U * u))


def _search_all(providers: Sequence[Provider], text: str) -> dict[str, Sequence[Hit]]:
    return {provider.name: provider.search(text) for provider in providers}
