"""What the pages of data sets share: data are looked at again, found again, shown in their folder, forgotten."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.labels import forget_dataset
from neurostudio.gui.panels.data.presenter import DataView, find_again, recheck
from neurostudio.gui.panels.page import Page
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.widgets import EmptyState


class DatasetPage(Page):
    """A page about one data set. A kind of page says what its record is, and what happens around a change of it."""

    def __init__(self, studio: Studio, name: str, icon_name: str) -> None:
        super().__init__(studio, f"data:{name}", name, icon_name)
        self._name = name
        self.gone = EmptyState(
            "data",
            "These data are not here",
            "They were forgotten, or belong to another project. Undo puts back what was forgotten just now.",
        )

    # --- for kinds of pages

    def record(self) -> DataView | None:
        """What the page knows of its data set; None before it was read, and where it is gone."""
        raise NotImplementedError

    def place(self) -> Path | None:
        """The file or folder that is shown in the file manager."""
        record = self.record()
        return record.row.path if record is not None else None

    def change_begins(self) -> None:
        """The data set is read again: what would start it twice is off until then."""

    def change_fails(self, error: NeuroError) -> None:
        """It could not be read."""
        raise NotImplementedError

    def change_ends(self) -> None:
        """It was read: what is on the screen is of before."""
        raise NotImplementedError

    # --- the same for all

    def follow(self, refresher: Refresher) -> None:
        """Show the page, and show it anew when the project has changed."""
        if self.studio.project is not None:
            self.studio.project.datasets_changed.connect(refresher.ask)
            self.studio.project.runs_changed.connect(refresher.ask)
        refresher.ask()

    @Slot()
    def on_check(self) -> None:
        """Read the data again."""
        project = self.studio.project
        if project is not None:
            tasks.start(self.change(partial(recheck, project.project, self._name), "Checked"), self)

    @Slot()
    def on_folder(self) -> None:
        """Show where the data lie."""
        path = self.place()
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path if path.is_dir() else path.parent)))

    @Slot()
    def on_forget(self) -> None:
        """Take the data off the list; Undo puts them back."""
        forget_dataset(self.studio, self._name)
        self.studio.notify(Notice("info", f"Forgot {self._name}", "Runs that worked with it stay", "Undo puts it back"))

    @Slot()
    def on_mend(self) -> None:
        """Find data that are missing, or read changed ones again."""
        record = self.record()
        if record is not None and record.is_missing:
            tasks.start(self._find(record.row.path), self)
        else:
            self.on_check()

    async def change(self, work: Callable[[], Any], done: str) -> None:
        """Do something to the record in the background, and show the page anew; `work` returns the new report."""
        self.change_begins()
        try:
            report = await tasks.in_background(work)
        except NeuroError as error:
            self.change_fails(error)
            return
        count = len(report.problems)
        found = "no problems found" if not count else "1 problem found" if count == 1 else f"{count} problems found"
        self.studio.notify(Notice("done", f"{done} {self._name}: {found}"))
        self.change_ends()
        if self.studio.project is not None:
            self.studio.project.datasets_changed.emit()

    async def find_at(self, path: Path) -> None:
        """Take the data from another place."""
        if self.studio.project is not None:
            await self.change(partial(find_again, self.studio.project.project, self._name, path), "Found")

    async def _find(self, lost: Path) -> None:
        if self.studio.project is None:
            return
        dialog = QFileDialog(self, f"Where is {lost.name}?", str(self.studio.project.path.parent))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile if lost.suffix else QFileDialog.FileMode.Directory)
        path = await tasks.chosen_path(dialog)
        if path is not None:
            await self.find_at(path)
