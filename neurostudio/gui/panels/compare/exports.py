"""Writing what a comparison shows to files: numbers as CSV, pictures as they are seen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.views.exporting import ask_path


async def export_numbers(studio: Studio, window: QWidget, name: str, columns: Callable[[], Mapping[str, Sequence[Any]]]) -> None:
    """Ask for a file and write columns of numbers to it.

    Parameters
    ----------
    name : str
        Suggested file name, without ending.
    columns : function
        Called in a thread; gives the columns.
    """
    path = await ask_path(window, name, ".csv")
    if path is None:
        return

    def write() -> None:
        from neurostudio.report.plotted import write_csv

        write_csv(columns(), path)

    await tasks.in_background(write)
    studio.notify(Notice("done", f"Wrote {path.name}", str(path)))


async def export_picture(studio: Studio, window: QWidget, name: str, picture: QPixmap) -> None:
    """Ask for a file and write a picture to it, as it is seen."""
    path = await ask_path(window, name, ".png")
    if path is None:
        return
    if not picture.save(str(path), "PNG"):
        raise NeuroError(f"{path} cannot be written", fix="Choose another folder")
    studio.notify(Notice("done", f"Wrote {path.name}", str(path)))
