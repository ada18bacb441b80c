"""``data/NAME.dataset.json``: the record of one data set, from which its row in the index comes."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurostudio.core.errors import StoreError
from neurostudio.core.files import remove, write_json
from neurostudio.core.run_folder import absolute_path, read_json, relative_path
from neurostudio.store.rows import DatasetRow
from neurostudio.store.stamp import stamp_of

ENDING = ".dataset.json"
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*%]|^\.|[. ]$')


def record_file(project: Path, name: str) -> Path:
    """Where the record of a data set lies; signs that some disks do not take are written as ``%XX``."""
    return project / "data" / f"{_NOT_IN_FILE_NAMES.sub(lambda sign: f'%{ord(sign.group()):02X}', name)}{ENDING}"


def record_stamps(project: Path) -> dict[str, str]:
    """File name of each record with its stamp."""
    folder = project / "data"
    return {file.name: stamp_of(file) for file in sorted(folder.glob(f"*{ENDING}")) if not file.name.startswith(".")}


def columns_of(dataset: DatasetRow, project: Path) -> dict[str, Any]:
    """A data set as it stands in its record, and in the table."""
    return {**dataset.__dict__, "path": relative_path(dataset.path, project)}


def dataset_from(columns: Mapping[Any, Any], project: Path) -> DatasetRow:
    """Inverse of :func:`columns_of`; other keys are ignored."""
    known = {key: columns[key] for key in DatasetRow.__dataclass_fields__ if key in columns}
    return DatasetRow(**{**known, "path": absolute_path(str(known["path"]), project)})


def read_record(file: Path) -> dict[str, Any]:
    """Read a record as the columns of its row; StoreError where it is damaged."""
    document = read_json(file)
    try:
        json.dumps(document, ensure_ascii=False).encode()  # half a character cannot be stored
        columns: dict[str, Any] = {
            **{key: str(document[key]) for key in ("name", "kind", "path")},
            "sha256": str(document.get("sha256", "")),
            "size": int(document.get("size", 0)),
            "mtime_ns": int(document.get("mtime_ns", 0)),
            "options": dict(document.get("options") or {}),
            "report": dict(document.get("report") or {}),
            "added": float(document.get("added", 0.0)),
            "copied": bool(document.get("copied", False)),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{file} is not the record of a data set",
            f"{type(error).__name__}: {error}",
            "Import the data again, or remove the file",
        ) from error
    return columns


def write_record(dataset: DatasetRow, project: Path) -> Path:
    """Write the record of a data set and return its file."""
    file = record_file(project, dataset.name)
    write_json(file, columns_of(dataset, project))
    return file


def remove_record(project: Path, file_name: str) -> None:
    """Remove a record; the data themselves stay where they are."""
    remove(project / "data" / file_name)
