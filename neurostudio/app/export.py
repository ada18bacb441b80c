"""Copying a run's outputs out of the project as ordinary files."""

import json
import shutil
from pathlib import Path

from neurostudio.app.project import Project
from neurostudio.core.errors import RequestError
from neurostudio.core.files import replaced
from neurostudio.store.read import run_detail


def export_run(project: Project, key: str, target: Path | str) -> list[Path]:
    """Copy every artifact of a run, its metrics and its request to a folder; existing files of these names are replaced.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    RequestError
        When the run has nothing to export, or an artifact is missing.
    """
    row = project.find_run(key)
    detail = run_detail(project.store, row.run_id)
    folder = project.run_folder(row.run_id)
    if not detail.artifacts and not detail.metrics:
        raise RequestError(f"Run '{row.name}' has no artifacts and no metrics yet", fix="Wait for it, or resume it")
    destination = Path(target).absolute()
    written: list[Path] = []
    for artifact in detail.artifacts:
        source = artifact.path
        if not source.exists():
            raise RequestError(f"The artifact '{artifact.name}' of run '{row.name}' is missing: {source}")
        with replaced(destination / source.name) as partial:
            shutil.copytree(source, partial) if source.is_dir() else shutil.copyfile(source, partial)
        written.append(destination / source.name)
    with replaced(destination / "metrics.json") as partial:
        partial.write_text(json.dumps(detail.metrics, indent=2) + "\n", encoding="utf-8")
    with replaced(destination / "request.json") as partial:
        shutil.copyfile(folder.request_file, partial)
    return [*written, destination / "metrics.json", destination / "request.json"]
