"""Searching in a text: a line under it, opened with Ctrl+F."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QShortcut, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTextBrowser, QTextEdit, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import Secondary, fill, tool_button

MOST_HITS = 2_000


class FindBar(QWidget):
    """Words to search, how often they occur, and steps from hit to hit::

    [ threshold ......... ]  3 of 12   ^  v   x
    """

    def __init__(self, browser: QTextBrowser, owner: QWidget) -> None:
        super().__init__()
        self._browser = browser
        self._hits: list[QTextCursor] = []
        self._at = -1
        self.words = QLineEdit()
        self.words.setPlaceholderText("Find in this text")
        self.words.setAccessibleName("Find in this text")
        self.count = Secondary("", wrap=False)
        self.count.setMinimumWidth(10 * theme.unit(self))
        back, forward, close = tool_button("up", "Previous hit"), tool_button("down", "Next hit"), tool_button("close", "Close")
        fill(QHBoxLayout(self), (self.words, self.count, back, forward, close), theme.unit(self), 0.5)
        self.words.textChanged.connect(self.on_words)
        self.words.returnPressed.connect(self.on_forward)
        back.clicked.connect(self.on_back)
        forward.clicked.connect(self.on_forward)
        close.clicked.connect(self.on_close)
        for keys, slot in ((QKeySequence.StandardKey.Find, self.on_open), (QKeySequence.StandardKey.FindNext, self.on_forward)):
            shortcut = QShortcut(keys, owner, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self.hide()

    def forget(self) -> None:
        """Another text is shown."""
        self._hits, self._at = [], -1
        self._browser.setExtraSelections([])
        if self.isVisible():
            self.on_words()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.on_close()
        else:
            super().keyPressEvent(event)

    @Slot()
    def on_open(self) -> None:
        """Show the line; what is marked in the text is searched."""
        chosen = self._browser.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self.words.setText(chosen)
        self.show()
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()
        self.on_words()

    @Slot()
    def on_close(self) -> None:
        """Hide the line and the marks."""
        self._browser.setExtraSelections([])
        self.hide()
        self._browser.setFocus()

    @Slot()
    def on_words(self) -> None:
        """Search other words."""
        self._hits, self._at = [], -1
        document: QTextDocument = self._browser.document()
        words = self.words.text()
        cursor = document.find(words, 0) if words else QTextCursor()
        while words and not cursor.isNull() and len(self._hits) < MOST_HITS:
            self._hits.append(cursor)
            cursor = document.find(words, cursor)
        if self._hits:
            self._go(0)
        else:
            self._mark()
            self.count.setText("No hits" if words else "")

    @Slot()
    def on_forward(self) -> None:
        """Go to the next hit; after the last the first."""
        self._go(self._at + 1)

    @Slot()
    def on_back(self) -> None:
        """Go to the hit before."""
        self._go(self._at - 1)

    def _go(self, at: int) -> None:
        if not self._hits:
            return
        self._at = at % len(self._hits)
        place = QTextCursor(self._hits[self._at])
        place.clearSelection()
        self._browser.setTextCursor(place)
        self._browser.ensureCursorVisible()
        self.count.setText(f"{self._at + 1} of {len(self._hits)}{'+' if len(self._hits) == MOST_HITS else ''}")
        self._mark()

    def _mark(self) -> None:
        colours = theme.current()
        marks = []
        for at, hit in enumerate(self._hits):
            mark = QTextEdit.ExtraSelection()
            form = QTextCharFormat()
            is_here = at == self._at
            form.setBackground(QColor(colours.accent if is_here else colours.hairline))
            form.setForeground(QColor(colours.on_accent if is_here else colours.text))
            mark.format, mark.cursor = form, hit
            marks.append(mark)
        self._browser.setExtraSelections(marks)
