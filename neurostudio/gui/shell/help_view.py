"""The help inside the window: pages of ``resources/docs``, without a network."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QColor, QDesktopServices, QKeySequence, QResizeEvent, QShortcut, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTextBrowser,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.page import Page
from neurostudio.gui.shell import help_pages
from neurostudio.gui.shell.help_dress import dress
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Row, fill, tool_button

SCHEME = "help"
CONTENTS_U, MOST_PAGE_U, ROW_U, FIELD_U = 32, 90, 3, 32
BOTH_FROM_U = 76


def topic_of(widget: QWidget | None) -> str:
    """The help topic of a widget: its own or that of the closest part around it; the contents where none says one.

    A part says it as the attribute ``help_topic`` (a page) or as a Qt property of that name (a dock, a form).
    """
    while widget is not None:
        topic = widget.property("help_topic") or getattr(widget, "help_topic", "")
        if isinstance(topic, str) and help_pages.is_topic(topic):
            return topic
        widget = widget.parentWidget()
    return help_pages.CONTENTS


def topic_of_focus(window: QWidget) -> str:
    """The topic of whatever has the keyboard in a window; of the page in front where nothing has it."""
    focus = window.focusWidget()
    return topic_of(focus if focus is not None else window)


class HelpView(Page):
    """One page of the help::

    < >   [ search in this page ] 2 of 5
    Help                | Batch files
      Command line      | text ...
      Batch files       |
        a heading       |
      Data sets         |
    """

    help_topic = help_pages.CONTENTS

    def __init__(self, studio: Studio, topic: str = "") -> None:
        super().__init__(studio, f"help:{topic or help_pages.CONTENTS}", "Help", "help")
        self.back = tool_button("left", "Back")
        self.forward = tool_button("right", "Forward")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search in this page")
        self.field.setAccessibleName("Search in this page")
        self.field.setClearButtonEnabled(True)
        self.field.addAction(theme.icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)
        self.count = QLabel()
        self.count.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.contents = QTreeWidget()
        self.contents.setHeaderHidden(True)
        self.contents.setAccessibleName("Pages of the help")
        self.contents.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.contents.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.contents.setItemDelegate(_Roomy(self.contents))
        self.browser = _Browser()
        u = theme.unit(self)
        self.field.setMaximumWidth(FIELD_U * u)
        self.field.setMinimumWidth(FIELD_U * u // 2)
        self.fold = tool_button("log", "Show or hide the pages of the help")
        self.fold.setCheckable(True)
        self.fold.setChecked(True)
        self.fold.toggled.connect(self.contents.setVisible)
        bar = Row(self.fold, self.back, self.forward, self.field, self.count, None, margin=1)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.contents)
        splitter.addWidget(self.browser)
        splitter.setStretchFactor(1, 1)
        splitter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        splitter.setSizes([CONTENTS_U * u, 4 * CONTENTS_U * u])
        fill(QVBoxLayout(self), (bar, splitter), u, 0)
        self._places: list[QTextCursor] = []
        self._place = 0
        self._items = self._fill_contents()
        self.back.clicked.connect(self.browser.backward)
        self.forward.clicked.connect(self.browser.forward)
        self.browser.backwardAvailable.connect(self.back.setEnabled)
        self.browser.forwardAvailable.connect(self.forward.setEnabled)
        self.browser.page_changed.connect(self.on_page)
        self.contents.currentItemChanged.connect(self.on_contents)
        self.contents.itemActivated.connect(self.on_contents)
        self.field.textChanged.connect(self.on_search)
        self.field.returnPressed.connect(self.on_next)
        for keys, slot in (("Alt+Left", self.browser.backward), ("Alt+Right", self.browser.forward), ("Ctrl+F", self.on_find)):
            QShortcut(QKeySequence(keys), self, slot, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.back.setEnabled(False)
        self.forward.setEnabled(False)
        self.setFocusProxy(self.browser)
        self.show_topic(topic or help_pages.CONTENTS)

    def show_topic(self, topic: str, anchor: str = "") -> None:
        """Show another page; one that is not there shows the contents."""
        known = topic if help_pages.is_topic(topic) else help_pages.CONTENTS
        self.browser.show_page(known, anchor)

    def topic(self) -> str:
        """The page that is shown."""
        return self.browser.topic

    # --- slots

    @Slot(str)
    def on_page(self, topic: str) -> None:
        """Another page is shown: the tab, its key and the contents follow."""
        self.key = f"help:{topic}"
        page = help_pages.page(topic)
        self.set_title("Help" if topic == help_pages.CONTENTS else f"Help: {page.title}")
        self.contents.blockSignals(True)
        for known, item in self._items.items():
            item.takeChildren()
            if known == topic:
                for heading in (one for one in page.headings if one.depth == 2):
                    _item(heading.text, (topic, heading.anchor), item)
                item.setExpanded(True)
                self.contents.setCurrentItem(item)
        self.contents.blockSignals(False)
        self.on_search(self.field.text())
        if topic == help_pages.MACHINE:
            tasks.start(self._look_at_machine(), self)

    @Slot(QTreeWidgetItem)
    def on_contents(self, item: QTreeWidgetItem | None) -> None:
        """A page or a heading was chosen."""
        topic, anchor = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else ("", "")
        if topic:
            self.show_topic(topic, anchor)

    @Slot()
    def on_find(self) -> None:
        """The keyboard goes to the search."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    @Slot(str)
    def on_search(self, text: str) -> None:
        """Mark the places of the text; show the first."""
        self._places = list(_places(self.browser.document(), text)) if text.strip() else []
        self._place = 0
        self._mark(text)

    @Slot()
    def on_next(self) -> None:
        """Show the next place; after the last the first."""
        if self._places:
            self._place = (self._place + 1) % len(self._places)
            self._mark(self.field.text())

    # --- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is room for one of them only, it is for the text."""
        super().resizeEvent(event)
        least, width, before = BOTH_FROM_U * theme.unit(self), event.size().width(), event.oldSize().width()
        if before < 0 or (before >= least) != (width >= least):
            self.fold.setChecked(width >= least)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_places"):
            self.browser.redraw()
            self.on_search(self.field.text())

    # --- inside

    def _fill_contents(self) -> dict[str, QTreeWidgetItem]:
        """Every page; those of a folder stand under its name."""
        items: dict[str, QTreeWidgetItem] = {}
        folders: dict[str, QTreeWidgetItem] = {}
        for topic in help_pages.topics():
            folder, _, name = topic.rpartition("/")
            if name and folder and folder not in folders:
                folders[folder] = _item(folder.capitalize(), ("", ""), self.contents)
            items[topic] = _item(help_pages.page(topic).title, (topic, ""), folders.get(folder, self.contents))
        return items

    async def _look_at_machine(self) -> None:
        found = await tasks.command("doctor", "--json")
        if self.topic() == help_pages.MACHINE:
            self.browser.show_text(help_pages.machine_text(found["machine"]))
            self.on_search(self.field.text())

    def _mark(self, text: str) -> None:
        colours = theme.current()
        marks = []
        for index, place in enumerate(self._places):
            mark = QTextEdit.ExtraSelection()
            is_here = index == self._place
            mark.format.setBackground(QColor(colours.accent if is_here else colours.baseline))
            mark.format.setForeground(QColor(colours.on_accent if is_here else colours.surface))
            mark.cursor = place
            marks.append(mark)
        self.browser.setExtraSelections(marks)
        if self._places:
            self.count.setText(f"{self._place + 1} of {len(self._places)}")
            here = QTextCursor(self._places[self._place])
            here.setPosition(here.selectionStart())
            self.browser.setTextCursor(here)
            self.browser.ensureCursorVisible()
        else:
            self.count.setText("Not on this page" if text.strip() else "")


class _Roomy(QStyledItemDelegate):
    """Lines with some air between them."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), ROW_U * round(option.fontMetrics.height() / 2)))


class _Browser(QTextBrowser):
    """Shows the pages, follows links between them, and hands every other link to the system.

    Signals
    -------
    page_changed : topic
    """

    page_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.topic = self._text = ""
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName("Help page")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.anchorClicked.connect(self.on_link)
        self.sourceChanged.connect(self.on_source)

    def show_page(self, topic: str, anchor: str = "") -> None:
        """Show a page, from a heading on."""
        self.setSource(_url(topic, anchor), QTextDocument.ResourceType.MarkdownResource)

    def redraw(self) -> None:
        """Take up another theme or font, at the same place."""
        self.show_text(self._text)

    def show_text(self, text: str) -> None:
        """Show other Markdown as the page that is shown, at the same place."""
        place = self.verticalScrollBar().value()
        self._text = text
        self.setMarkdown(text)
        self._dress()
        self.verticalScrollBar().setValue(place)

    @Slot(QUrl)
    def on_link(self, link: QUrl) -> None:
        """A link was clicked: one to another page of the help, or one that leads out of it."""
        if link.scheme() == SCHEME:  # Qt has made it a whole link already
            topic, anchor = _topic(link), link.fragment()
        elif (target := help_pages.target_of(link.toString(), self.topic)) is not None:
            topic, anchor = target
        else:
            QDesktopServices.openUrl(link)
            return
        if help_pages.is_topic(topic):
            self.show_page(topic, anchor)

    @Slot(QUrl)
    def on_source(self, source: QUrl) -> None:
        """A page was read, or a heading of it asked for."""
        topic = _topic(source)
        if topic != self.topic:
            self.topic = topic
            self._text = help_pages.page(topic).text
            self._dress()
            self.page_changed.emit(topic)
        if (block := self._heading(source.fragment())) is not None:
            top = self.document().documentLayout().blockBoundingRect(block).top()
            self.verticalScrollBar().setValue(round(top) - theme.unit(self))

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Read a page; pictures and what lies elsewhere are not loaded."""
        url = QUrl(name)
        topic = _topic(url)
        return help_pages.page(topic).text if url.scheme() == SCHEME and help_pages.is_topic(topic) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines do not become longer than can be read well."""
        super().resizeEvent(event)
        self._limit_width()

    def _dress(self) -> None:
        dress(self.document(), theme.unit(self))
        self._limit_width()

    def _limit_width(self) -> None:
        frame = self.document().rootFrame()
        form = frame.frameFormat()
        spare = max(0, self.viewport().width() - MOST_PAGE_U * theme.unit(self))
        if form.rightMargin() != spare:
            form.setRightMargin(spare)
            frame.setFrameFormat(form)

    def _heading(self, anchor: str) -> QTextBlock | None:
        block = self.document().begin()
        while anchor and block.isValid():
            if block.blockFormat().headingLevel() and help_pages.anchor_of(block.text()) == anchor:
                return block
            block = block.next()
        return None


def _url(topic: str, anchor: str) -> QUrl:
    url = QUrl()
    url.setScheme(SCHEME)
    url.setPath(f"/{topic}.md")
    if anchor:
        url.setFragment(anchor)
    return url


def _topic(url: QUrl) -> str:
    return url.path().removeprefix("/").removesuffix(".md")


def _item(title: str, target: tuple[str, str], parent: QTreeWidget | QTreeWidgetItem) -> QTreeWidgetItem:
    item = QTreeWidgetItem(parent, [title])
    item.setData(0, Qt.ItemDataRole.UserRole, target)
    item.setToolTip(0, title)
    return item


def _places(document: QTextDocument, text: str) -> Iterator[QTextCursor]:
    """Where the text stands, from the first to the last."""
    cursor = document.find(text)
    while not cursor.isNull():
        yield cursor
        cursor = document.find(text, cursor)
