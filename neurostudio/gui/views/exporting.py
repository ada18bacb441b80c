"""Writing a picture or its numbers to a file: the command line does it, so that the window and a script get the same bytes."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.studio import Notice, Studio

FILTERS = {
    ".png": "Picture (*.png)",
    ".svg": "Drawing (*.svg)",
    ".pdf": "Page (*.pdf)",
    ".csv": "Table (*.csv)",
    ".json": "Numbers at the crosshair (*.json)",
}


async def ask_path(parent: QWidget, name: str, suffix: str) -> Path | None:
    """Ask for a file to write; None where the question was cancelled."""
    dialog = QFileDialog(parent, "Export", f"{_plain(name)}{suffix}", FILTERS.get(suffix, ""))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix[1:])
    return await tasks.chosen_path(dialog)


async def export(
    studio: Studio,
    project: Path,
    run_id: str,
    path: Path,
    *,
    artifact: str = "",
    curve: str = "",
    look: Mapping[str, Any] | None = None,
) -> bool:
    """Write one artifact, or one metric, and tell people how it went; returns whether the file is there.

    Parameters
    ----------
    path : Path
        Its ending says what is written: ``.png``, ``.svg``, ``.pdf``, or ``.csv`` for the numbers.
    look : mapping, optional
        Of a volume: what is seen of it now.
    """
    what = ("--artifact", artifact) if artifact else ("--curve", curve)
    return await _told(studio, path, (project, run_id, *what), look)


async def export_dataset(studio: Studio, project: Path, name: str, path: Path, look: Mapping[str, Any]) -> bool:
    """Write what is seen of a data set, and tell people how it went."""
    return await _told(studio, path, (project, "--dataset", name), look)


async def _told(studio: Studio, path: Path, words: tuple[str | Path, ...], look: Mapping[str, Any] | None) -> bool:
    try:
        with tempfile.TemporaryDirectory(prefix="neurostudio-look-") as folder:
            file = Path(folder) / "look.json"
            if look is not None:
                file.write_text(json.dumps(look), encoding="utf-8")
            seen = () if look is None else ("--look", file)
            await tasks.command("export", *words, *seen, "--to", path, "--json")
    except NeuroError as error:
        studio.report_error(error)
        return False
    studio.notify(
        Notice("done", f"Exported {path.name}", str(path.parent), action_text="Show in folder", action_key=f"folder:{path}")
    )
    return True


def _plain(name: str) -> str:
    """A name for a file: no separators."""
    return "".join("-" if char in '/\\:*?"<>|' else char for char in name).strip() or "export"
