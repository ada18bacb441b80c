"""The menu of the right mouse button on the pictures of this panel: copy, or export as the report draws it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.spiking_text.results import RunResults
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.views.plot import Canvas

EXPORTS = (("Export PNG...", ".png"), ("Export SVG...", ".svg"), ("Export PDF...", ".pdf"), ("Export CSV...", ".csv"))


class PictureMenu(QObject):
    """Menu of one canvas.

    Parameters
    ----------
    artifact : function, optional
        Name of the output that the canvas shows now, and the results that it belongs to; None for nothing. Without it the
        picture can only be copied.
    """

    def __init__(
        self, canvas: Canvas, studio: Studio, artifact: Callable[[], tuple[RunResults, str] | None] | None = None
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._studio = studio
        self._artifact = artifact
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        copy = QAction(theme.icon("copy"), "Copy picture", canvas)
        copy.triggered.connect(self.on_copy)
        canvas.addAction(copy)
        for text, suffix in EXPORTS if artifact is not None else ():
            action = QAction(theme.icon("export"), text, canvas)
            action.setData(suffix)
            action.triggered.connect(self.on_export)
            canvas.addAction(action)

    async def export_to(self, path: Path) -> None:
        """Write the output that is shown to a file; its ending says whether as a picture or as numbers."""
        shown, project = self._artifact() if self._artifact else None, self._studio.project
        if shown is None or project is None:
            return
        results, name = shown
        await tasks.command("export", project.path, results.row.run_id, "--artifact", name, "--to", path, "--json")
        notice = Notice("done", f"Exported {path.name}", str(path.parent), "", "Show in folder", f"folder:{path}")
        self._studio.notify(notice)

    @Slot()
    def on_copy(self) -> None:
        """Put what is seen on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._canvas.picture())
        self._canvas.readout.say("The picture is on the clipboard")

    @Slot()
    def on_export(self) -> None:
        """Ask where to, then write."""
        action = self.sender()
        if isinstance(action, QAction):
            tasks.start(self._ask(str(action.data())), self)

    async def _ask(self, suffix: str) -> None:
        shown = self._artifact() if self._artifact else None
        if shown is None:
            return
        results, name = shown
        dialog = QFileDialog(self._canvas, "Export", f"{results.row.name}-{name}{suffix}", f"*{suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix[1:])
        path = await tasks.chosen_path(dialog)
        if path is not None:
            try:
                await self.export_to(path)
            except NeuroError as error:
                self._studio.report_error(error)
