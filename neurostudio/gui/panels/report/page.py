"""The page of a report: choose runs and a title, look at it, write it; or look at one that was written."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QProgressBar, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.page import Page
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.report import presenter
from neurostudio.gui.panels.report.presenter import ReportView, WrittenReport
from neurostudio.gui.panels.report.preview import ReportPreview
from neurostudio.gui.panels.report.side import ReportSide
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Column, EmptyState, ErrorCard, Row, Secondary, Title, button, fill

SIDE_U, WAIT_MS = 34, 600
FILTERS = "HTML page (*.html);;PDF (*.pdf)"
PREVIEW_FILE = "preview.html"


class ReportPage(Page):
    """::

    Report of my-study                [Open in browser] [Show in folder] [Save as...]
    Title, runs   |  the report as it reads
    [Write report...]
    """

    help_topic = "index"

    def __init__(self, studio: Studio, rest: str) -> None:
        asked = presenter.asked_runs(rest)
        self.path = None if asked is not None else Path(rest)
        super().__init__(studio, f"report:{rest}", self.path.name if self.path else "New report", "report")
        self.view: ReportView | None = None
        self._asked = asked or ()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._drawn: tuple[tuple[str, ...], str] | None = None
        self._is_drawing = False
        self.side = ReportSide(is_new=self.path is None)
        self._build()
        self._wait = QTimer(self, interval=WAIT_MS, singleShot=True)
        self._wait.timeout.connect(self.on_waited)
        self.side.changed.connect(self.on_changed)
        self.side.write_wanted.connect(self.on_write)
        self.side.opened.connect(studio.open_page)
        self.refresher = Refresher(self, self._question, self.show_view, studio.report_error)
        studio.project_changed.connect(self.on_project)
        self.on_project()

    # --- what it shows

    def show_view(self, view: ReportView) -> None:
        """Show runs and reports of the project."""
        is_first = self.view is None
        self.view = view
        if self.path is None and is_first:
            project = self.studio.project
            self.side.set_title(presenter.default_title(project.project if project else None))
        self.side.show_view(view, self._asked if is_first else None)
        if self.path is not None:
            self._show_written(view.shown)
        self.on_changed()

    def run_ids(self) -> tuple[str, ...]:
        """The runs in the report."""
        if self.path is None:
            return self.side.chosen()
        return self.view.shown.runs if self.view and self.view.shown else ()

    def state(self) -> dict[str, Any]:
        """Title and runs of a report that is not written yet."""
        return {"title": self.side.title(), "runs": list(self.side.chosen())} if self.path is None else {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take them up again."""
        if self.path is None and state.get("runs"):
            self._asked = tuple(str(run_id) for run_id in state["runs"])
            self.side.set_title(str(state.get("title", "")))

    async def leave(self) -> None:
        """Remove the pictures of the preview."""
        self._wait.stop()
        folder, self._folder = self._folder, None
        if folder is not None:
            await in_background(folder.cleanup)

    async def write_to(self, path: Path) -> Path:
        """Write the report that is chosen to a file, and open its page; returns the file."""
        project = self.studio.project
        if project is None:
            raise NeuroError("No project is open", fix="Open one on the welcome page")
        target = presenter.checked_target(path)
        self._say(f"Writing {target.name}")
        try:
            made = await tasks.command(*presenter.report_words(project.path, self.run_ids(), self._report_title(), target))
        except NeuroError:
            self._say("")
            raise
        self._say("")
        written = Path(made["path"])
        key = f"report:{written}"
        text = f"{len(made['runs'])} runs in {written}" if len(made["runs"]) > 1 else str(written)
        self.studio.notify(Notice("done", f"Wrote the report '{made['title']}'", text, "", "Open", key))
        self.studio.open_page(key)
        return written

    # --- slots

    @Slot()
    def on_project(self) -> None:
        """Another project is open."""
        project = self.studio.project
        if project is not None:
            project.runs_changed.connect(self.on_news)
            project.reports_changed.connect(self.on_news)
        self.refresher.ask()

    @Slot()
    def on_news(self) -> None:
        """Runs or reports are not what they were."""
        self.refresher.ask()

    @Slot()
    def on_changed(self) -> None:
        """Other runs or another title: draw the preview anew after a moment."""
        runs = self.run_ids()
        self.side.set_ready(bool(runs))
        if not runs:
            self.pages.setCurrentWidget(self.gone if self.path is not None and self.view and not self.view.shown else self.empty)
        elif (runs, self._report_title()) != self._drawn:
            if self.pages.currentWidget() is not self.preview:
                self.pages.setCurrentWidget(self.waiting)
            self._wait.start(0 if self._drawn is None else WAIT_MS)

    @Slot()
    def on_waited(self) -> None:
        """Nothing has changed for a moment."""
        if not self._is_drawing and self.isVisible():
            tasks.start(self._draw(), self)

    @Slot()
    def on_write(self) -> None:
        """Ask for a file and write the report."""
        tasks.start(self._write(), self)

    @Slot()
    def on_browser(self) -> None:
        """Open the file outside."""
        if self.path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.path)))

    @Slot()
    def on_folder(self) -> None:
        """Show where the file lies."""
        if self.path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.path.parent)))

    @Slot()
    def on_save_as(self) -> None:
        """Copy the file, or write it in the other format."""
        tasks.start(self._save_as(), self)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self.view is not None:
            self.on_changed()

    # --- inside

    async def _draw(self) -> None:
        """Draw the preview until it shows what is chosen."""
        self._is_drawing = True
        try:
            while self.studio.project is not None and self.run_ids() and (self.run_ids(), self._report_title()) != self._drawn:
                wanted = (self.run_ids(), self._report_title())
                self._say("Drawing the preview")
                folder = Path(self._temporary())
                words = presenter.report_words(self.studio.project.path, *wanted, folder / PREVIEW_FILE, simple=True)
                await tasks.command(*words)
                html = await in_background((folder / PREVIEW_FILE).read_text, encoding="utf-8")
                self._drawn = wanted
                self.preview.show_html(html, folder)
                self.pages.setCurrentWidget(self.preview if self.run_ids() else self.empty)
        except NeuroError as error:
            self.error.show_error(error)
            self.pages.setCurrentWidget(self.error_page)
        finally:
            self._is_drawing = False
        self._say("")  # not where the page was closed meanwhile

    async def _write(self) -> None:
        path = await self._ask_file("Write report", presenter.file_name(self._report_title()))
        if path is not None:
            try:
                await self.write_to(path)
            except NeuroError as error:
                self.studio.report_error(error)

    async def _save_as(self) -> None:
        if self.path is None:
            return
        path = await self._ask_file("Save report as", self.path.name)
        if path is None:
            return
        try:
            target = presenter.checked_target(path)
            if target.suffix.lower() != self.path.suffix.lower():
                await self.write_to(target)
                return
            await in_background(presenter.copy_report, self.path, target)
            self.studio.notify(Notice("done", "Saved a copy of the report", str(target)))
        except NeuroError as error:
            self.studio.report_error(error)

    async def _ask_file(self, title: str, name: str) -> Path | None:
        folder = self.path.parent if self.path else self.studio.project.path if self.studio.project else Path.home()
        dialog = QFileDialog(self, title, str(folder), FILTERS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        filters: list[str] = []
        dialog.finished.connect(lambda _code: filters.append(dialog.selectedNameFilter()))
        path = await tasks.chosen_path(dialog)
        if path is not None and not path.suffix:
            path = path.with_suffix(".pdf" if "pdf" in filters[-1] else ".html")
        return path

    def _show_written(self, shown: WrittenReport | None) -> None:
        exists = bool(shown and shown.exists)
        for widget in (self.browser_button, self.save_button):
            widget.setEnabled(exists)
        if shown is None:
            self.note.setText("This project has no such report.")
            return
        self.set_title(shown.title)
        self.heading.setText(shown.title)
        if exists:
            self.note.setText(f"Written {shown.when}. Below is what these runs say now; the file itself opens in the browser.")
        else:
            self.note.setText(f"The file {shown.path} is gone. Below is what its runs say now.")

    def _report_title(self) -> str:
        if self.path is None:
            return self.side.title()
        return self.view.shown.title if self.view and self.view.shown else self.path.stem

    def _temporary(self) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="neurostudio-preview-", ignore_cleanup_errors=True)
        return self._folder.name

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.busy.setVisible(bool(text))

    def _question(self) -> "partial[ReportView]":
        project = self.studio.project.project if self.studio.project else None
        return partial(presenter.load, project, self.path)

    def _build(self) -> None:
        u = theme.unit(self)
        self.heading = Title(self.title)
        self.note = Secondary()
        self.browser_button = button("Open in browser", "open", "Open the file as it was written")
        self.folder_button = button("Show in folder", "folder", "Open the folder of the file")
        self.save_button = button("Save as...", "save", "Copy the file, or write it as PDF or HTML")
        self.browser_button.clicked.connect(self.on_browser)
        self.folder_button.clicked.connect(self.on_folder)
        self.save_button.clicked.connect(self.on_save_as)
        buttons = Row(self.browser_button, self.folder_button, self.save_button)
        buttons.setVisible(self.path is not None)
        self.note.setVisible(self.path is not None)
        self.status = Secondary("", wrap=False)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedSize(12 * u, u)
        self.busy.setAccessibleName("The report is being drawn")
        self.busy.hide()
        self.preview = ReportPreview()
        self.empty = EmptyState(
            "report", "No runs chosen", "Choose one or more runs; the report is shown here before it is written."
        )
        self.waiting = EmptyState(
            "report", "Drawing the preview", "Its figures take a few seconds. The report can be written meanwhile."
        )
        self.gone = EmptyState("report", "No such report", "It is not among the reports of this project.")
        self.error = ErrorCard()
        self.error_page = Column(self.error, None, margin=2)
        self.pages = QStackedWidget()
        for page in (QWidget(), self.preview, self.waiting, self.empty, self.gone, self.error_page):
            self.pages.addWidget(page)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.side)
        splitter.addWidget(self.pages)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([SIDE_U * u, 200 * u])
        head = Row(self.heading, self.busy, self.status, buttons)
        policy = self.heading.sizePolicy()
        policy.setHorizontalPolicy(policy.Policy.Expanding)
        self.heading.setSizePolicy(policy)
        fill(QVBoxLayout(self), (head, self.note, splitter), u, 1, 2)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.setStretchFactor(splitter, 1)
