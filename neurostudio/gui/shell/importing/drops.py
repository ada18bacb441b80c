"""What happens with dropped files and folders: said before, then done. Plain Python; looks at names and heads of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from neurostudio.app.project import INDEX
from neurostudio.core.errors import NeuroError
from neurostudio.core.run_folder import Request, RunFolder, read_json

MOST_NAMED = 3
_HEAD_BYTES = 1 << 16

What = Literal["project", "batch", "request", "data", "nothing"]


@dataclass(frozen=True)
class Drop:
    """What a drop does.

    Attributes
    ----------
    sentence : str
        Said while the files hang over the window.
    paths : tuple of Path
        The project folder, the batch or request file, or the data.
    reason : str
        Why nothing can be done; empty where something can.
    """

    what: What
    sentence: str
    paths: tuple[Path, ...] = ()
    reason: str = ""


def drop_actions(paths: Sequence[Path | str], *, has_project: bool) -> Drop:
    """What happens when these are dropped.

    >>> drop_actions([], has_project=True).what
    'nothing'
    """
    there = [path for path in map(Path, paths) if path.exists()]
    if not there:
        return Drop("nothing", "Only files and folders of this machine can be dropped")
    if len(there) == 1:
        path = there[0]
        project = project_at(path)
        if project is not None:
            return Drop("project", f"Open the project “{project.name}”", (project,))
        if is_batch(path):
            return _in_project("batch", f"Run the batch “{path.name}”; asks first", path, has_project=has_project)
        if request_at(path) is not None:
            return _in_project("request", f"Fill the form with the settings of “{path.name}”", path, has_project=has_project)
    data = tuple(path for path in there if project_at(path) is None)
    if not data:
        return Drop("nothing", "One project can be open at a time: drop one")
    names = ", ".join(f"“{path.name}”" for path in data[:MOST_NAMED])
    rest = f" and {len(data) - MOST_NAMED} more" if len(data) > MOST_NAMED else ""
    if not has_project:
        return Drop("nothing", "Data need a project", data, "Open one or make one first, then drop the data again")
    return Drop("data", f"Look at {names}{rest} before importing", data)


def project_at(path: Path) -> Path | None:
    """The project that a folder, or the index in it, is; None where it is none."""
    folder = path.parent if path.name == INDEX else path
    if not folder.is_dir():
        return None
    has_runs = any((folder / "runs").glob("*/request.json")) if (folder / "runs").is_dir() else False
    return folder if (folder / INDEX).is_file() or has_runs else None


def is_batch(path: Path) -> bool:
    """Whether a YAML file lists runs."""
    if path.suffix.lower() not in (".yaml", ".yml") or not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES).decode("utf-8", "replace")
    return any(line.startswith("runs:") for line in head.splitlines())


def request_at(path: Path) -> Request | None:
    """The request that a JSON file or a run folder holds; None where it holds none."""
    file = path / "request.json" if path.is_dir() else path
    if file.suffix.lower() != ".json" or not file.is_file():
        return None
    try:
        document = read_json(file)
        if not {"id", "method", "settings"} <= document.keys():
            return None
        return Request.from_document(document, RunFolder(file.parent).project)
    except NeuroError:
        return None


def form_of(request: Request) -> dict[str, Any]:
    """What the form shows of a request: arguments of ``Studio.fill_form``."""
    inputs: dict[str, list[str]] = {}
    for given in request.inputs:
        inputs.setdefault(given.role, []).append(given.name)
    return {
        "method_id": request.method,
        "settings": request.settings,
        "inputs": inputs,
        "seed": request.seed,
        "name": request.name,
    }


def _in_project(what: What, sentence: str, path: Path, *, has_project: bool) -> Drop:
    if has_project:
        return Drop(what, sentence, (path,))
    return Drop("nothing", "Runs need a project", (path,), "Open one or make one first, then drop the file again")
