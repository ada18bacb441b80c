"""A page of text or Markdown that fetches nothing: no pictures, no style, from nowhere."""

from typing import Any

from PySide6.QtCore import QEvent, QUrl, Slot
from PySide6.QtGui import QColor, QDesktopServices, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextFormat, QTextTable
from PySide6.QtWidgets import QFrame, QTextBrowser

from neurostudio.gui import theme

WEB = ("http", "https")
_LINE_HEIGHT = 128.0  # percent


class PageBrowser(QTextBrowser):
    """Shows Markdown or plain text; a link to the web opens in the browser of the desktop, and only when it is clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._is_markdown = "", False
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(2 * theme.unit(self))
        self.anchorClicked.connect(self.on_link)

    def show_text(self, text: str, *, is_markdown: bool) -> None:
        """Show another text from its beginning."""
        self._text, self._is_markdown = text, is_markdown
        self._render()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing is loaded, wherever a page says that it lies."""
        return None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and self._text:
            self._render()

    @Slot(QUrl)
    def on_link(self, url: QUrl) -> None:
        """A link was clicked."""
        if url.scheme() in WEB:
            QDesktopServices.openUrl(url)
        elif not url.scheme() and url.hasFragment():
            self.scrollToAnchor(url.fragment())

    def _render(self) -> None:
        self.document().setDefaultFont(theme.body_font() if self._is_markdown else theme.mono_font())
        if not self._is_markdown:
            self.setPlainText(self._text)
            return
        self.setMarkdown(self._text)
        self._dress()

    def _dress(self) -> None:
        """Calm type: lines with air, code on a surface of its own, tables with hairlines."""
        colours, u = theme.current(), theme.unit(self)
        size = theme.body_font().pointSizeF()
        block = self.document().begin()
        while block.isValid():
            form = QTextBlockFormat(block.blockFormat())
            level = form.headingLevel()
            is_code = form.hasProperty(QTextFormat.Property.BlockCodeFence) or form.nonBreakableLines()
            cursor = QTextCursor(block)
            if is_code:
                form.setBackground(QColor(colours.frame))
                form.setLeftMargin(u)
            else:
                form.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
                form.setTopMargin((2.4 if level else 0.4) * u)
                form.setBottomMargin((0.8 if level else 0.6) * u)
            cursor.setBlockFormat(form)
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            words = QTextCharFormat()
            if level:
                words.setFontPointSize(size * {1: theme.TITLE_SIZE, 2: 1.15}.get(level, 1.0))
                words.setFontWeight(QFont.Weight.DemiBold)
            elif is_code:
                words.setFontFamilies(theme.mono_font().families())
                words.setFontPointSize(theme.mono_font().pointSizeF())
            if level or is_code:
                cursor.mergeCharFormat(words)
            block = block.next()
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                table = frame.format()
                table.setBorderBrush(QColor(colours.hairline))
                table.setBorder(1)
                table.setBorderCollapse(True)
                table.setCellPadding(0.6 * u)
                frame.setFormat(table)
