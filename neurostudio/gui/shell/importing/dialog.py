"""The import dialog: every file is looked at before anything is imported, and a broken one does not stop the others."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from neurostudio.app.datasets import list_datasets
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.kinds import DATA_KINDS
from neurostudio.gui import tasks, theme
from neurostudio.gui.shell.importing.detail import CandidateDetail
from neurostudio.gui.shell.importing.file_list import FileList
from neurostudio.gui.shell.importing.previews import Candidate, ImportList, expand, import_one, kind_title, look_at
from neurostudio.gui.shell.importing.reader_options import OptionField, option_fields
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Column, EmptyState, Heading, Secondary, button, fill

SIZE_U = QSize(124, 84)
LIST_U = 34


class ImportDialog(QDialog):
    """The dialog::

        Files                  | reviews.tsv
        (T) reviews.tsv        | Kind [...]  Name [...]
            Labelled text..    | problems, facts, first rows
        (x) broken.csv         |
            cannot be read     |
        3 of 4 can be imported |
        [Add files...] [Add folder...]    [Skip] [Cancel] [Import] [Import all]

    Parameters
    ----------
    paths : iterable of path
        Files and folders; none shows a place to drop them.
    kinds : sequence of str
        Kinds that are wanted; others are imported all the same, and said to be others.
    """

    def __init__(
        self, studio: Studio, paths: Iterable[Path | str] = (), kinds: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.studio = studio
        self.kinds = tuple(kinds)
        self.plan = ImportList()
        self._names: list[str] = []
        self._fields: dict[tuple[Path, int], tuple[OptionField, ...]] = {}
        self._knows_names = asyncio.Event()
        self._is_reading = False
        self._is_importing = False
        self.setWindowTitle("Import data")
        self.setAcceptDrops(True)
        self.setSizeGripEnabled(True)
        self._build()
        self._show()
        tasks.start(self._open(list(paths)), self)

    def imported(self) -> list[str]:
        """Names of the data sets that were imported."""
        return list(self._names)

    # --- building

    def _build(self) -> None:
        u = theme.unit(self)
        room = self.screen().availableSize() * 0.9
        self.resize((SIZE_U * u).boundedTo(room))
        self.files = FileList()
        self.files.moved.connect(self.on_moved)
        self.add_files = button("Add files...", "add", "Choose more files")
        self.add_files.clicked.connect(self.on_add_files)
        self.add_folder = button("Add folder...", "folder", "A folder that is one data set, or that holds files")
        self.add_folder.clicked.connect(self.on_add_folder)
        self._count = Secondary("", wrap=False)
        self._side = Column(Heading("Files"), self.files, self._count)
        self._side.setMinimumWidth(LIST_U * u)
        self.detail = CandidateDetail(self.studio)
        self.detail.kind_chosen.connect(self.on_kind)
        self.detail.options_chosen.connect(self.on_options)
        self.detail.name_typed.connect(self.on_name)
        self.detail.copy_chosen.connect(self.on_copy)
        words = "They are read first; nothing is imported before you say so."
        if self.kinds:
            words += f"\nWanted here: {'; '.join(_kind_words(kind) for kind in self.kinds)}."
        self._empty = EmptyState("import", "Drop files or folders here", words, "Choose files...", width=56)
        self._empty.wanted.connect(self.on_add_files)
        splitter = self._files_and_detail = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._side)
        splitter.addWidget(self.detail)
        splitter.setStretchFactor(1, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(splitter)
        self._stack.addWidget(self._empty)
        self.skip = button("Skip", "", "Take this file off the list")
        self.cancel = button("Cancel")
        self.one = button("Import", "", "Import this file only")
        self.all = button("Import all", primary=True)
        self.skip.clicked.connect(self.on_skip)
        self.cancel.clicked.connect(self.reject)
        self.one.clicked.connect(self.on_import)
        self.all.clicked.connect(self.on_import_all)
        foot = QHBoxLayout()
        fill(foot, (self.add_files, self.add_folder, None, self.skip, self.cancel, self.one, self.all), u, 1)
        fill(QVBoxLayout(self), (self._stack, foot), u, 1.5, 2)

    # --- what happens

    async def _open(self, paths: list[Path | str]) -> None:
        project = self.studio.project
        if project is None:
            raise RequestError("No project is open", fix="Open one, or make a new one, on the welcome page")
        self.plan.know(await in_background(list_datasets, project.project))
        self._knows_names.set()
        await self._add(paths)

    async def _add(self, paths: Sequence[Path | str]) -> None:
        await self._knows_names.wait()  # files may be dropped before the names of the project were read
        try:
            found = await in_background(expand, paths)
        except NeuroError as error:
            self.studio.report_error(error)
            return
        added = self.plan.add(found)
        self._show()
        if added and not self.files.current_key():
            self.files.select_key(str(added[0]))
        await self._read()

    async def _read(self) -> None:
        """Look at one file after the other; asked again while it works, it goes on with what is new."""
        if self._is_reading:
            return
        self._is_reading = True
        try:
            while (waiting := self.plan.next_waiting()) is not None:
                asked = replace(waiting, state="reading")
                self.plan.put(asked)
                self._show()
                look = await in_background(look_at, asked.path, asked.kind, asked.options)
                fields = await in_background(option_fields, look.kind, asked.path, look.report)
                self._fields[asked.path, asked.version] = fields
                self.plan.take(asked, look)
                self._show()
        finally:
            self._is_reading = False

    async def _import(self, items: Sequence[Candidate]) -> None:
        project = self.studio.project
        if project is None or self._is_importing:
            return
        self._is_importing = True
        try:
            for item in items:
                self.plan.put(replace(item, state="importing", error=None))
                self._show()
                try:
                    name, was_known = await in_background(import_one, project.project, item)
                except NeuroError as error:
                    self.plan.put(replace(item, state="unusable", error=error))
                    continue
                self.plan.put(replace(item, state="imported", name=name, error=None))
                self._names.append(name)
                project.datasets_changed.emit()
                self.studio.notify(_imported(name, item, was_known=was_known))
        finally:
            self._is_importing = False
            self._show()
        if self.plan.is_done:
            self.accept()
        elif (failed := next((item for item in self.plan.items if item.error is not None), None)) is not None:
            self.files.select_key(str(failed.path))

    # --- slots

    @Slot()
    def on_add_files(self) -> None:
        """Choose files."""
        dialog = QFileDialog(self, "Choose data")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        tasks.start(self._choose(dialog), self)

    @Slot()
    def on_add_folder(self) -> None:
        """Choose a folder."""
        dialog = QFileDialog(self, "Choose a folder of data")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        tasks.start(self._choose(dialog), self)

    async def _choose(self, dialog: QFileDialog) -> None:
        await self._add([str(path) for path in await tasks.chosen_paths(dialog)])

    @Slot(str)
    def on_moved(self, _key: str) -> None:
        """Another file is chosen."""
        self._show()

    @Slot(str)
    def on_kind(self, kind: str) -> None:
        """Another kind: read it again so; options of the kind before do not fit."""
        self._ask_again(kind=kind, options={})

    @Slot(object)
    def on_options(self, options: dict[str, object]) -> None:
        """Other options: read it again with them."""
        self._ask_again(options=options)

    @Slot(str)
    def on_name(self, name: str) -> None:
        """Another name was typed."""
        item = self._current()
        if item is not None:
            self.plan.put(replace(item, name=name.strip(), is_named=True))
            self._show()

    @Slot(bool)
    def on_copy(self, is_on: bool) -> None:
        """Copy it into the project, or leave it where it is."""
        item = self._current()
        if item is not None:
            self.plan.put(replace(item, copy=is_on))

    @Slot()
    def on_skip(self) -> None:
        """Take the file off the list."""
        item = self._current()
        if item is None:
            return
        place = self.plan.items.index(item)
        self.plan.remove(item.path)
        if self.plan.is_done:
            self.accept()
            return
        self._show()
        if self.plan.items:
            self.files.select_key(str(self.plan.items[min(place, len(self.plan.items) - 1)].path))

    @Slot()
    def on_import(self) -> None:
        """Import the file that is shown."""
        item = self._current()
        if item is not None and item in self.plan.ready():
            tasks.start(self._import([item]), self)

    @Slot()
    def on_import_all(self) -> None:
        """Import all that can be."""
        tasks.start(self._import(self.plan.ready()), self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        tasks.start(self._add(paths), self)

    # --- inside

    def _current(self) -> Candidate | None:
        key = self.files.current_key()
        return self.plan.find(Path(key)) if key else None

    def _ask_again(self, **changes: object) -> None:
        item = self._current()
        if item is not None:
            changed = replace(item, state="waiting", error=None, version=item.version + 1, **changes)  # type: ignore[arg-type]
            self.plan.put(changed)
            self._show()
            tasks.start(self._read(), self)

    def _show(self) -> None:
        items, ready = self.plan.items, self.plan.ready()
        self._stack.setCurrentWidget(self._files_and_detail if items else self._empty)
        self.files.show_items(items)
        item = self._current()
        if item is not None:
            fields = self._fields.get((item.path, item.version)) or self._fields.get((item.path, item.version - 1), ())
            self.detail.show_candidate(item, fields, self.plan.name_problem(item), self._note(item))
        several = len(items) > 1
        self._count.setText(f"{len(ready)} of {len(items)} can be imported" if several else "")
        self.skip.setVisible(several)
        self.one.setVisible(several)
        self.one.setEnabled(item in ready and not self._is_importing)
        self.skip.setEnabled(item is not None and not self._is_importing)
        self.all.setText(f"Import all ({len(ready)})" if several else "Import")
        self.all.setEnabled(bool(ready) and not self._is_importing)
        self.cancel.setText("Close" if self._names else "Cancel")

    def _note(self, item: Candidate) -> str:
        """What else there is to know before it is imported."""
        if self.kinds and item.found_kind and item.found_kind not in self.kinds:
            return (
                f"This is {kind_title(item.found_kind)}; wanted here is {' or '.join(kind_title(kind) for kind in self.kinds)}."
            )
        if item.state == "ready" and self.plan.is_known(item):
            return f"This file is in the project already, as “{item.name}”; importing takes over what has changed in it."
        return ""


async def import_paths(studio: Studio, paths: Iterable[Path | str] = (), kinds: Sequence[str] = ()) -> list[str]:
    """Let a person look at files and import them; returns the names of the data sets that were imported.

    Raises
    ------
    RequestError
        No project is open.
    """
    if studio.project is None:
        raise RequestError("No project is open", fix="Open one, or make a new one, on the welcome page")
    dialog = ImportDialog(studio, paths, kinds, QApplication.activeWindow())
    await tasks.answer(dialog)
    names = dialog.imported()
    dialog.deleteLater()
    return names


def _kind_words(kind: str) -> str:
    forms = DATA_KINDS[kind].forms if kind in DATA_KINDS else ""
    return f"{kind_title(kind)} ({forms})" if forms else kind_title(kind)


def _imported(name: str, item: Candidate, *, was_known: bool) -> Notice:
    what = replace(item, state="ready").summary()
    if was_known:
        return Notice(
            "done", f"“{name}” is in the project", f"The same content was there already: {what}.", "", "Open", f"data:{name}"
        )
    return Notice("done", f"Imported “{name}”", f"{what}.", "", "Open", f"data:{name}")
