"""Texts: Markdown, plain text, and JSON lines as rows."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from neurostudio.gui.views.find_bar import FindBar
from neurostudio.gui.views.page_browser import PageBrowser
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.table import TableView
from neurostudio.gui.views.text_data import TextData, load_text
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.views.view import View
from neurostudio.gui.widgets import Column
from neurostudio.report.wording import number_text


class TextView(View):
    """A page to read, with a search line under it (Ctrl+F); JSON lines are shown as a table."""

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.browser = PageBrowser()
        self.browser.setAccessibleName("Text")
        self.find_bar = FindBar(self.browser, self)
        self.table = TableView(colour_index)
        self.table.readout.hide()
        self.pages = QStackedWidget()
        self.pages.addWidget(Column(*self.above(), self.browser, self.find_bar, gap=0.5))
        self.pages.addWidget(self.table)
        self.set_content(self.pages)
        self.add_menu(self.browser)
        self.table.grid.copy_wanted.connect(self.on_copied)

    def above(self) -> tuple[QWidget, ...]:
        """Widgets above the page."""
        return ()

    @staticmethod
    def load(source: ArtifactSource) -> TextData:
        return load_text(source)

    def show_data(self, data: TextData) -> None:
        self.notes = (data.note,) if data.note else ()
        self.pages.setCurrentIndex(0 if data.table is None else 1)
        title = self.source.title if self.source else "Text"
        if data.table is not None:
            self.table.source = self.source
            self.table.show_now(data.table)
            self.notes = self.table.notes
            return
        self.browser.show_text(data.text, is_markdown=data.is_markdown)
        self.find_bar.forget()
        self.browser.setAccessibleName(title)
        words = len(data.text.split())
        self.browser.setAccessibleDescription(f"Text of {number_text(words)} words.")
        if not data.text.strip():
            self.notes = ("The file is empty.",)

    def data_text(self) -> str:
        """What is marked, else all of it."""
        if self.pages.currentIndex() == 1:
            return self.table.data_text()
        marked = self.browser.textCursor().selectedText().replace("\u2029", "\n")
        return marked or self.browser.toPlainText()

    @Slot()
    def on_copied(self) -> None:
        """Rows were copied."""
        self.readout.say(self.table.readout.text())
