"""What the window does with runs: start, stop, resume, run again, pin, compare, report, export."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from neurostudio.core.errors import RequestError
from neurostudio.gui import tasks
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.tasks import in_background

if TYPE_CHECKING:
    from neurostudio.core.run_folder import Request
    from neurostudio.gui.open_project import OpenProject

RECIPES = {"command": "command", "batch": "batch entry", "python": "Python"}
"""What a run can be copied as: key and words."""


class Running(QObject):
    """Acts on runs for the commands of the window; every slot may fail with a notice, none with a traceback."""

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window

    async def submit(self, request: "Request") -> None:
        """Put a new run in the line and show its page."""
        project = self._project()
        run_id = await project.submit(request)
        self._studio.open_page(f"run:{run_id}")

    async def resume(self, run_id: str) -> None:
        """Go on with a run from its last checkpoint."""
        await self._project().resume(run_id)

    def stop(self, run_id: str) -> None:
        """Stop a run."""
        self._project().stop(run_id)

    async def run_again(self, run_id: str) -> None:
        """Start the same settings, inputs and seed once more, as a new run."""
        from neurostudio.app import make_request
        from neurostudio.app.inputs import references

        project = self._project()
        old = await in_background(project.project.run_folder(run_id).request)
        request = await in_background(
            make_request, project.project, old.method, inputs=references(old.inputs), settings=old.settings, seed=old.seed, name=old.name,
            device=old.device, cores=old.cores, where=old.where,
        )  # fmt: skip
        await self.submit(request)

    async def change(self, run_id: str) -> None:
        """Put settings, data and seed of a run into the form, to change them before running."""
        from neurostudio.app import show
        from neurostudio.app.inputs import references

        old = await in_background(show, self._project().project, run_id)
        self._studio.fill_form(old.row.method, old.settings, references(old.inputs), old.row.seed, old.row.name)

    async def copy_as(self, form: str, run_id: str) -> None:
        """Copy what starts the run again; `form` is a key of :data:`RECIPES`."""
        project = self._project()
        request = await in_background(project.project.run_folder(run_id).request)
        copy_recipe(self._studio, form, request, project.path)

    def pin(self, run_ids: tuple[str, ...]) -> None:
        """Choose runs for comparison, or drop them where they are chosen."""
        pinned = self._studio.pinned
        rest = tuple(run_id for run_id in pinned if run_id not in run_ids)
        self._studio.pin(rest if len(rest) < len(pinned) else (*pinned, *run_ids))

    def compare(self) -> None:
        """Show the pinned runs side by side."""
        self._studio.open_page(f"compare:{','.join(self._studio.pinned)}")

    def report(self, run_ids: tuple[str, ...]) -> None:
        """Put runs into a report."""
        self._studio.open_page(f"report:new:{','.join(run_ids)}")

    async def export(self, run_id: str) -> None:
        """Copy the outputs of a run to a folder that is asked for."""
        from neurostudio.app import export_run

        project = self._project()
        dialog = QFileDialog(self._window, "Export run to", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        folder = await tasks.chosen_path(dialog)
        if folder is None:
            return
        row = await in_background(project.project.find_run, run_id)
        target = folder / row.name
        written = await in_background(export_run, project.project, run_id, target)
        self._studio.notify(Notice("done", f"Exported run '{row.name}'", f"{len(written)} files in {target}"))

    def _project(self) -> "OpenProject":
        if self._studio.project is None:
            raise RequestError("No project is open", fix="Open one, or make a new one, on the welcome page")
        return self._studio.project


def copy_recipe(studio: Studio, form: str, request: "Request", project: Path) -> None:
    """Copy what starts a run: a command line, an entry of a batch file, or a Python program."""
    from neurostudio.app import recipes

    if form == "command":
        text = recipes.as_command(request, project)
    elif form == "batch":
        text = recipes.as_batch_entry(request)
    else:
        text = recipes.as_python(request, project)
    QGuiApplication.clipboard().setText(text)
    studio.notify(Notice("info", f"Copied as {RECIPES[form]}", text))
