"""The centre of the window: tabs of pages, in one column or in two."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu, QSplitter, QTabBar, QTabWidget, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.page import Page

MOST_CLOSED = 20
LONGEST_TAB = 28


class TabGroup(QTabWidget):
    """One column of tabs::

        [Welcome] [run: first x] [Compare x]
        the page

    Signals
    -------
    close_wanted : Page
    move_wanted : Page
        To the other column.
    """

    close_wanted = Signal(object)
    move_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setTabsClosable(True)
        self.setUsesScrollButtons(True)
        self.setAccessibleName("Pages")
        bar = self.tabBar()
        bar.setAccessibleName("Pages")
        bar.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)  # many tabs scroll; a title of two letters tells nothing
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(self.on_menu)
        bar.installEventFilter(self)
        self.tabCloseRequested.connect(self.on_close)

    def add(self, page: Page) -> None:
        """Add a page as the last tab and show it."""
        index = self.addTab(page, theme.icon(page.icon_name), _tab_text(page.title))
        self.setTabToolTip(index, page.title)
        self._name_close_button(index, page.title)
        page.title_changed.connect(self.on_title)
        self.setCurrentIndex(index)

    def take(self, page: Page) -> None:
        """Take a page out without closing it."""
        page.title_changed.disconnect(self.on_title)
        self.removeTab(self.indexOf(page))

    def pages(self) -> list[Page]:
        """Its pages from left to right."""
        return [page for index in range(self.count()) if isinstance(page := self.widget(index), Page)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The middle button closes a tab."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            index = self.tabBar().tabAt(event.position().toPoint())
            if event.button() == Qt.MouseButton.MiddleButton and index >= 0:
                self.on_close(index)
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def on_title(self, title: str) -> None:
        """A page has another title."""
        for index, page in enumerate(self.pages()):
            if page.title == title:
                self.setTabText(index, _tab_text(title))
                self.setTabToolTip(index, title)
                self.setTabIcon(index, theme.icon(page.icon_name))
                self._name_close_button(index, title)

    @Slot(int)
    def on_close(self, index: int) -> None:
        """A tab is to be closed."""
        self.close_wanted.emit(self.widget(index))

    @Slot(QPoint)
    def on_menu(self, position: QPoint) -> None:
        """The context menu of a tab."""
        index = self.tabBar().tabAt(position)
        if index < 0:
            return
        page = self.widget(index)
        menu = QMenu(self)
        menu.addAction("Close", lambda: self.close_wanted.emit(page))
        others = menu.addAction("Close others", lambda: self._close_others(page))
        others.setEnabled(self.count() > 1)
        menu.addAction("Move to the other side", lambda: self.move_wanted.emit(page))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.tabBar().mapToGlobal(position))

    def _close_others(self, kept: QWidget | None) -> None:
        for page in self.pages():
            if page is not kept:
                self.close_wanted.emit(page)

    def _name_close_button(self, index: int, title: str) -> None:
        for side in (QTabBar.ButtonPosition.RightSide, QTabBar.ButtonPosition.LeftSide):
            button = self.tabBar().tabButton(index, side)
            if button is not None:
                button.setAccessibleName(f"Close {title}")
                button.setToolTip("Close page")


class Centre(QSplitter):
    """One or two columns of tabs; a page is in one place only.

    Signals
    -------
    current_changed : Page or None
    pages_changed : what is open, or where, is another
    """

    current_changed = Signal(object)
    pages_changed = Signal()

    def __init__(self, make_page: Callable[[str], Page]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("centre")
        self.setChildrenCollapsible(False)
        self._make_page = make_page
        self._closed: list[tuple[str, dict[str, Any]]] = []
        self._groups = [self._new_group(), self._new_group()]
        self._groups[1].hide()
        self._active = 0
        QApplication.instance().focusChanged.connect(self.on_focus)  # type: ignore[union-attr]

    # --- what is open

    def pages(self) -> list[Page]:
        """Every page, the left column first."""
        return [page for group in self._groups for page in group.pages()]

    def current(self) -> Page | None:
        """The page in front of the column that was used last."""
        page = self._groups[self._active].currentWidget()
        return page if isinstance(page, Page) else None

    def keys(self) -> list[list[str]]:
        """Keys of the pages of each column; they are kept with the project."""
        return [[page.key for page in group.pages()] for group in self._groups]

    # --- opening and closing

    def open(self, key: str, state: dict[str, Any] | None = None, column: int | None = None) -> Page:
        """Show the page of that key; it is made where it is not open yet."""
        for index, group in enumerate(self._groups):
            for page in group.pages():
                if page.key == key:
                    self._active = index
                    group.setCurrentWidget(page)
                    self.current_changed.emit(page)
                    return page
        page = self._make_page(key)
        if state:
            page.restore(state)
        if column is not None:
            self._active = column
        self._groups[self._active].setVisible(True)
        self._groups[self._active].add(page)
        self.pages_changed.emit()
        return page

    def close_page(self, page: Page) -> None:
        """Close a page; what it keeps at work ends."""
        self._closed = [*self._closed[-MOST_CLOSED:], (page.key, page.state())]
        self._group_of(page).take(page)
        tasks.start(self._end(page))
        self._tidy()

    def reopen(self) -> None:
        """Bring back the page that was closed last."""
        if self._closed:
            key, state = self._closed.pop()
            self.open(key, state)

    @property
    def can_reopen(self) -> bool:
        """Whether a page was closed."""
        return bool(self._closed)

    async def close_all(self) -> None:
        """Close every page and wait until what they kept at work has ended."""
        pages = self.pages()
        for page in pages:
            self._group_of(page).take(page)
        for page in pages:
            await self._end(page)
        self._closed.clear()
        self._tidy()

    # --- moving

    def move_page(self, page: Page) -> None:
        """Move a page to the other column."""
        here = self._groups.index(self._group_of(page))
        self._groups[here].take(page)
        self._active = 1 - here
        self._groups[self._active].show()
        self._groups[self._active].add(page)
        self._tidy()

    def set_columns(self, count: int) -> None:
        """Show one column, with all pages, or two."""
        if count == 2:
            self._groups[1].show()
            if not self._groups[1].pages() and len(self._groups[0].pages()) > 1 and (page := self.current()):
                self.move_page(page)
            self.setSizes([1000, 1000])
        else:
            for page in self._groups[1].pages():
                self._groups[1].take(page)
                self._groups[0].add(page)
            self._active = 0
            self._tidy()

    def step(self, by: int) -> None:
        """Show the tab to the right (1) or to the left (-1)."""
        group = self._groups[self._active]
        if group.count():
            group.setCurrentIndex((group.currentIndex() + by) % group.count())

    # --- slots

    @Slot(int)
    def on_tab(self, _index: int) -> None:
        """Another tab is in front."""
        sender = self.sender()
        if sender in self._groups and sender.isVisible():
            self._active = self._groups.index(sender)
        self.current_changed.emit(self.current())

    @Slot(QWidget, QWidget)
    def on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """The column with the keyboard is the active one."""
        for index, group in enumerate(self._groups):
            if new is not None and index != self._active and group.isAncestorOf(new):
                self._active = index
                self.current_changed.emit(self.current())

    # --- inside

    def _new_group(self) -> TabGroup:
        group = TabGroup()
        group.close_wanted.connect(self.close_page)
        group.move_wanted.connect(self.move_page)
        group.currentChanged.connect(self.on_tab)
        self.addWidget(group)
        return group

    def _group_of(self, page: Page) -> TabGroup:
        return next(group for group in self._groups if group.indexOf(page) >= 0)

    def _tidy(self) -> None:
        """No empty column beside a full one."""
        left, right = self._groups
        if right.count() == 0:
            right.hide()
            self._active = 0
        elif left.count() == 0:
            for page in right.pages():
                right.take(page)
                left.add(page)
            right.hide()
            self._active = 0
        self.pages_changed.emit()
        self.current_changed.emit(self.current())

    async def _end(self, page: Page) -> None:
        page.hide()
        await page.leave()
        page.deleteLater()


def _tab_text(title: str) -> str:
    short = title if len(title) <= LONGEST_TAB else f"{title[: LONGEST_TAB - 9]}…{title[-8:]}"
    return short.replace("&", "&&")
