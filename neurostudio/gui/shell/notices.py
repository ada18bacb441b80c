"""The list of notices in a dock, and the toasts that show new ones over the window."""

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPropertyAnimation, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsOpacityEffect,
    QMainWindow,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from neurostudio.gui import theme
from neurostudio.gui.shell.notice_book import MOST_NOTICES, Entry, NoticeBook, as_text
from neurostudio.gui.shell.notice_card import NoticeCard
from neurostudio.gui.shell.popup import Popup
from neurostudio.gui.studio import Notice
from neurostudio.gui.widgets import Hairline, Row, Secondary, button, fill

__all__ = ["NoticeBook", "NoticesDock", "Toast"]

STAYS_MS = 6000
FADE_MS = 100
MOST_TOASTS = 3
WIDTH_U = 48


class NoticesDock(QWidget):
    """The notices, the newest on top::

    3 notices                                            [Copy all] [Clear]
    (cross) Error: Run 'mr-seed1' failed                  06:12  (copy)
            The vectors do not fit the text.  [Open]
    -----------------------------------------------------------------
    (tick)  Run 'mr-seed0' is done                        06:10  (copy)
    """

    def __init__(self, book: NoticeBook) -> None:
        super().__init__()
        self.book = book
        self.setAccessibleName("Notices")
        u = theme.unit(self)
        self._count = Secondary("", wrap=False)
        self.copy = button("Copy all", "copy", "Copy all notices as text")
        self.copy.clicked.connect(self.on_copy)
        self.clear = button("Clear", "trash", "Empty the list")
        self.clear.clicked.connect(book.clear)
        self._list = QVBoxLayout()
        fill(self._list, (None,), u, 0)
        inner = QWidget()
        inner.setLayout(self._list)
        inner.setBackgroundRole(self.palette().ColorRole.Base)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setBackgroundRole(self.palette().ColorRole.Base)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("List of notices")
        self._empty = Secondary("Nothing happened yet. What you should know about runs and data is told here.", wrap=False)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self._empty)
        self._bar = Row(self._count, None, self.copy, self.clear, margin=0.6)
        fill(QVBoxLayout(self), (self._bar, self._stack), u, 0)
        for entry in reversed(book.entries()):
            self._put(entry)
        book.added.connect(self.on_added)
        book.repeated.connect(self.on_repeated)
        book.emptied.connect(self.on_emptied)
        self._settle()

    def cards(self) -> list[NoticeCard]:
        """The cards from top to bottom."""
        items = (self._list.itemAt(place) for place in range(self._list.count()))
        return [card for item in items if item is not None and isinstance(card := item.widget(), NoticeCard)]

    @Slot(object)
    def on_added(self, entry: Entry) -> None:
        """A new notice."""
        self._put(entry)
        for card in self.cards()[MOST_NOTICES:]:
            self._drop(card)
        self._settle()

    @Slot(object)
    def on_repeated(self, entry: Entry) -> None:
        """The same came again."""
        for card in self.cards():
            if card.entry.number == entry.number:
                card.show_entry(entry)
        self._settle()

    @Slot()
    def on_emptied(self) -> None:
        """The list is empty."""
        for card in self.cards():
            self._drop(card)
        self._settle()

    @Slot()
    def on_copy(self) -> None:
        """Copy all notices."""
        QGuiApplication.clipboard().setText(as_text(self.book.entries()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.book.mark_read()

    def sizeHint(self) -> QSize:
        """As high as the other docks at the bottom."""
        u = theme.unit(self)
        return QSize(60 * u, 20 * u)

    def _put(self, entry: Entry) -> None:
        card = NoticeCard(entry)
        card.wanted.connect(self.book.act)
        card.end_with(Hairline())
        self._list.insertWidget(0, card)

    def _drop(self, card: NoticeCard) -> None:
        self._list.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _settle(self) -> None:
        count = len(self.cards())
        self._count.setText(f"{count} notice{'s' if count != 1 else ''}")
        self._bar.setVisible(count > 0)
        self._stack.setCurrentWidget(self._scroll if count else self._empty)
        if self.isVisible():
            self.book.mark_read()


class Toast(QObject):
    """Shows new notices at the bottom right of the window, at most three.

    Errors stay until they are closed, others six seconds, longer while the pointer or the keyboard is on them. F8 goes to the
    newest one, Escape closes it.
    """

    def __init__(self, book: NoticeBook, window: QWidget) -> None:
        super().__init__(window)
        self._book = book
        self._window = window
        self._toasts: list[ToastCard] = []
        book.added.connect(self.on_added)
        book.repeated.connect(self.on_repeated)
        book.emptied.connect(self.on_emptied)
        window.installEventFilter(self)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_F8), window)
        shortcut.activated.connect(self.on_focus_wanted)

    def toasts(self) -> list["ToastCard"]:
        """Those that are shown, the newest last."""
        return list(self._toasts)

    @Slot(object)
    def on_added(self, entry: Entry) -> None:
        """Show a new notice."""
        settings = self._book.studio.settings
        if not (settings.notifications_in_window or entry.notice.level == "error"):
            return
        card = ToastCard(entry, self._window, is_still=settings.reduce_motion)
        card.wanted.connect(self._book.act)
        card.closed.connect(self.on_closed)
        self._toasts.append(card)
        while len(self._toasts) > MOST_TOASTS:
            self._toasts[0].close_now()
        self._place()
        card.appear()

    @Slot(object)
    def on_repeated(self, entry: Entry) -> None:
        """The same came again: count it on its toast, or show it again."""
        for toast in self._toasts:
            if toast.card.entry.number == entry.number:
                toast.show_entry(entry)
                self._place()
                return
        self.on_added(entry)

    @Slot()
    def on_emptied(self) -> None:
        """The list was cleared."""
        for toast in list(self._toasts):
            toast.close_now()

    @Slot(object)
    def on_closed(self, toast: "ToastCard") -> None:
        """One was closed."""
        if toast in self._toasts:
            self._toasts.remove(toast)
        self._place()

    @Slot()
    def on_focus_wanted(self) -> None:
        """F8: the keyboard goes to the newest one."""
        if self._toasts:
            self._toasts[-1].take_focus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner while the window changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """The newest lowest, above the status bar."""
        u = theme.unit(self._window)
        bar = self._window.statusBar() if isinstance(self._window, QMainWindow) else None
        bottom = self._window.height() - u - (bar.height() if bar is not None and bar.isVisible() else 0)
        width = min(WIDTH_U * u, self._window.width() - 2 * u)
        for toast in reversed(self._toasts):
            height = toast.height_for(width)
            toast.setGeometry(self._window.width() - width - u, bottom - height, width, height)
            toast.raise_()
            bottom -= height


class ToastCard(Popup):
    """One toast.

    Signals
    -------
    wanted : Notice
    closed : the toast itself
    """

    wanted = Signal(object)
    closed = Signal(object)

    def __init__(self, entry: Entry, window: QWidget, *, is_still: bool) -> None:
        super().__init__(window)
        self.card = NoticeCard(entry, can_close=True)
        self.column.addWidget(self.card)
        self.setAccessibleName(entry.as_text())
        self._is_still = is_still
        self._before: QWidget | None = None
        self._fade: QPropertyAnimation | None = None
        self._timer = QTimer(self, interval=STAYS_MS, singleShot=True)
        self._timer.timeout.connect(self.on_time_over)
        self.card.wanted.connect(self.on_wanted)
        self.card.close_wanted.connect(self.close_now)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.close_now)

    def appear(self) -> None:
        """Come into view; at once where the user wants no motion."""
        self.show()
        if not self._is_still:
            effect = QGraphicsOpacityEffect(self)
            self.setGraphicsEffect(effect)
            self._fade = QPropertyAnimation(effect, b"opacity", self)
            self._fade.setDuration(FADE_MS)
            self._fade.setStartValue(0.0)
            self._fade.setEndValue(1.0)
            self._fade.setEasingCurve(QEasingCurve.Type.OutCubic)
            self._fade.finished.connect(self.on_faded_in)
            self._fade.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._wait()

    def show_entry(self, entry: Entry) -> None:
        """The same notice with another count."""
        self.card.show_entry(entry)
        self.setAccessibleName(entry.as_text())
        self._wait()

    def take_focus(self) -> None:
        """The keyboard goes to its button, and back where it was when it is closed."""
        self._before = QApplication.focusWidget()
        target = self.card.action if self.card.action.isVisibleTo(self) else self.card.close_button
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def height_for(self, width: int) -> int:
        """Height that its words need at a width."""
        return self.column.totalHeightForWidth(width) if self.column.hasHeightForWidth() else self.sizeHint().height()

    @Slot()
    def close_now(self) -> None:
        """Go away; the notice stays in the list."""
        had_focus = self._has_focus()
        self._timer.stop()
        self.hide()
        if had_focus and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit(self)
        self.deleteLater()

    @Slot()
    def on_time_over(self) -> None:
        """It was seen long enough, unless somebody is at it."""
        if self.underMouse() or self._has_focus():
            self._timer.start()
        else:
            self.close_now()

    @Slot()
    def on_faded_in(self) -> None:
        """Paint without the effect again."""
        self.setGraphicsEffect(None)  # type: ignore[arg-type]
        self._fade = None

    @Slot(object)
    def on_wanted(self, notice: Notice) -> None:
        """Its button was pressed: that is dealt with."""
        self.wanted.emit(notice)
        self.close_now()

    def _has_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _wait(self) -> None:
        if self.card.entry.notice.level != "error":
            self._timer.start()
