"""One output of a run with its title, its tools and its caption: what pages put into their layout."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.exporting import ask_path, export
from neurostudio.gui.views.file import open_folder
from neurostudio.gui.views.registry import numbers_view_for, view_for
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.view import Selected, View
from neurostudio.gui.widgets import Elided, Row, Secondary, fill, tool_button

LARGER_SHARE = 0.85  # of the window


class ArtifactPanel(QWidget):
    """One artifact::

        Accuracy after t steps                    (table) (copy) (export) (larger) (folder)
        +----------------------------------------------------------------+
        |                              the view                          |
        +----------------------------------------------------------------+
        Time steps 4   fine-tuned 0.8528
        Bands are standard deviations over encoder seeds.

    Signals
    -------
    selected : Selected
        Something was chosen in the view.
    state_changed : str
        State of the view: ``empty``, ``loading``, ``done``, ``error``.
    """

    selected = Signal(object)
    state_changed = Signal(str)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.source: ArtifactSource | None = None
        self.view: View | None = None
        self._made: dict[type[View], View] = {}
        self._selected = Selected()
        self.title = Elided()
        self.title.setFont(theme.strong_font())
        self.numbers = tool_button("table", "Show the numbers")
        self.numbers.setCheckable(True)
        self.copy = tool_button("copy", "Copy")
        self.export = tool_button("export", "Export")
        self.larger = tool_button("larger", "Open larger")
        self.folder = tool_button("folder", "Show in folder")
        for menu_button in (self.copy, self.export):
            menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            menu_button.setMenu(QMenu(menu_button))
        self.caption = Secondary("")
        self.caption.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        tools = Row(self.numbers, self.copy, self.export, self.larger, self.folder, gap=0.3)
        tools.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._place = QVBoxLayout()
        self._place.setContentsMargins(0, 0, 0, 0)
        fill(QVBoxLayout(self), (Row(self.title, tools), self._place, self.caption), theme.unit(self), 0.5)
        self.numbers.toggled.connect(self.on_numbers)
        self.larger.clicked.connect(self.on_larger)
        self.folder.clicked.connect(self.on_folder)
        self._offer(None)

    def show_source(self, source: ArtifactSource) -> None:
        """Show an artifact as its kind is best seen; the same one is read again."""
        self.source = source
        self._selected = Selected()
        self.title.setText(source.title)
        self._offer(source)
        self.numbers.blockSignals(True)
        self.numbers.setChecked(False)
        self.numbers.blockSignals(False)
        self._show(view_for(source.artifact), source)

    def clear(self) -> None:
        """Show nothing."""
        self.source = None
        self.title.setText("")
        self.caption.setText("")
        self._offer(None)
        if self.view is not None:
            self.view.clear()

    def show_selection(self, selected: Selected) -> None:
        """Mark what was chosen in another view of the same data."""
        self._selected = selected
        if self.view is not None and self.view.state == "done":
            self.view.show_selection(selected)

    def export_to(self, path: Path) -> None:
        """Write the artifact to a file; its ending says whether as a picture or as numbers."""
        if self.source is not None:
            tasks.start(self._export(self.source, path), self)

    # --- what people do

    @Slot(bool)
    def on_numbers(self, wanted: bool) -> None:
        """Switch between the picture and its numbers."""
        source = self.source
        if source is None:
            return
        kind = numbers_view_for(source.artifact) if wanted else None
        self.numbers.setToolTip("Show the picture" if kind else "Show the numbers")
        self._show(kind or view_for(source.artifact), source)

    @Slot()
    def on_larger(self) -> None:
        """A window of its own is wanted."""
        if self.source is not None:
            LargerWindow(self._studio, self.source, self.window()).show()

    @Slot()
    def on_folder(self) -> None:
        """Its folder is wanted."""
        if self.source is not None:
            open_folder(self.source.path)

    @Slot(str)
    def on_export(self, suffix: str) -> None:
        """Ask where to, then write."""
        if self.source is not None:
            tasks.start(self._ask_and_export(self.source, suffix), self)

    @Slot(str)
    def on_state(self, state: str) -> None:
        """The view has loaded, or failed."""
        view = self.view
        if view is None or self.sender() is not view:
            return
        source = self.source
        caption = source.plot.caption if source is not None and source.plot is not None else ""
        notes = view.notes if state == "done" else ()
        self.caption.setText(" ".join(part for part in (caption if state != "error" else "", *notes) if part))
        self.caption.setVisible(bool(self.caption.text()))
        for tool in (self.copy, self.export):
            tool.setEnabled(state == "done")
        if state == "done" and self._selected != Selected():
            view.show_selection(self._selected)
        self.state_changed.emit(state)

    @Slot(object)
    def on_selected(self, selected: Selected) -> None:
        """Something was chosen; it stays chosen when the picture and its numbers are switched."""
        self._selected = selected
        self.selected.emit(selected)

    @Slot()
    def on_copy(self) -> None:
        """Copy the picture or the data of whatever view is shown."""
        action = self.sender()
        if self.view is not None and isinstance(action, QAction):
            self.view.copy_picture() if action.data() == "picture" else self.view.copy_data()

    @Slot()
    def on_export_chosen(self) -> None:
        """An entry of the export menu was chosen."""
        action = self.sender()
        if isinstance(action, QAction):
            self.on_export(str(action.data()))

    # --- inside

    def _show(self, kind: type[View], source: ArtifactSource) -> None:
        view = self._made.get(kind)
        if view is None:
            view = self._made[kind] = kind(self._studio.colour_index)
            view.join(self._studio)
            view.selected.connect(self.on_selected)
            view.export_wanted.connect(self.on_export)
            view.state_changed.connect(self.on_state)
            self._place.addWidget(view, 1)
        for other in self._made.values():
            other.setVisible(other is view)
        self.view = view
        view.show_source(source)
        self._fill_menus(view, source)

    def _fill_menus(self, view: View, source: ArtifactSource) -> None:
        copy, export = self.copy.menu(), self.export.menu()
        copy.clear()
        export.clear()
        for text, what in (("Copy picture", "picture"), ("Copy data", "data")) if view.has_picture else (("Copy data", "data"),):
            action = copy.addAction(theme.icon("copy"), text)
            action.setData(what)
            action.triggered.connect(self.on_copy)
        pictured = view_for(source.artifact)
        exports = view.exports() if type(view) is pictured else self._made[pictured].exports()
        for text, suffix in exports:
            action = export.addAction(theme.icon("export"), text)
            action.setData(suffix)
            action.triggered.connect(self.on_export_chosen)
        self.export.setVisible(bool(exports))

    def _offer(self, source: ArtifactSource | None) -> None:
        for tool in (self.copy, self.export, self.larger, self.folder):
            tool.setVisible(source is not None)
        self.numbers.setVisible(source is not None and numbers_view_for(source.artifact) is not None)
        self.caption.hide()

    async def _ask_and_export(self, source: ArtifactSource, suffix: str) -> None:
        path = await ask_path(self, f"{source.run_name or source.run_id}-{source.name}", suffix)
        if path is not None:
            await self._export(source, path)

    async def _export(self, source: ArtifactSource, path: Path) -> None:
        look = self.view.look() if self.view is not None and path.suffix != ".csv" else None
        await export(self._studio, source.project, source.run_id, path, artifact=source.name, look=look)


class LargerWindow(QDialog):
    """One artifact in a window of its own, beside the others; Esc closes it."""

    def __init__(self, studio: Studio, source: ArtifactSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{source.title} – {source.run_name or source.run_id}")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.panel = ArtifactPanel(studio)
        fill(QVBoxLayout(self), (self.panel,), theme.unit(self), margin=2)
        self.resize(parent.size() * LARGER_SHARE)
        self.panel.show_source(source)
        self.panel.larger.setVisible(False)
