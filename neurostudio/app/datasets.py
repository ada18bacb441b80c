"""Data sets of a project: import, list, find again, and hand to runs.

Each data set is a small record ``data/<name>.dataset.json``, kept by the store; the index only mirrors it. The data stay
where they are unless a copy is asked for.
"""

import os
import re
import shutil
import time
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurostudio.app.commands import command
from neurostudio.app.project import Project
from neurostudio.core.errors import RequestError
from neurostudio.core.files import remove, replaced
from neurostudio.core.kinds import data_kind
from neurostudio.core.method import Input
from neurostudio.core.provenance import size_of
from neurostudio.data.registry import ImportReport, fingerprint, inspect, recognise
from neurostudio.store.read import dataset as read_dataset
from neurostudio.store.read import datasets as read_datasets
from neurostudio.store.rows import DatasetRow

_ENDINGS = re.compile(r"(\.(gz|txt|csv|tsv|jsonl?|md|part|nii|h5ad|npz|npy|vec|zip))+$", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes
    ----------
    found_again : bool
        The same content was known already: its record now points to this path.
    changed : bool
        The file was known already with other content: its record now holds the new one.
    """

    name: str
    kind: str
    path: Path
    report: ImportReport
    found_again: bool
    changed: bool = False


def preview(path: Path | str, kind: str | None = None, options: Mapping[str, Any] | None = None) -> ImportReport:
    """Read a file as an import would, without importing it."""
    return inspect(_existing(path), kind, dict(options or {}))


def import_data(
    project: Project,
    paths: Iterable[Path | str],
    *,
    kind: str | None = None,
    name: str | None = None,
    copy: bool = False,
    options: Mapping[str, Any] | None = None,
) -> list[Imported]:
    """Add data sets; every file is read and checked before any is added.

    Parameters
    ----------
    kind : str, optional
        Recognised from the content unless given.
    name : str, optional
        Name in the project (one path only); from the file name unless given.
    copy : bool
        Copy into the project's ``data`` folder.
    options : dict, optional
        How to read it: ``encoding``, ``text_column``, ``label_column`` ...

    Raises
    ------
    RequestError
        For what cannot be read or used, or when `name` is taken by other data.
    """
    sources = [_existing(path) for path in paths]
    for source in sources:
        if project.path.is_relative_to(source):
            raise RequestError(
                f"{source} holds this project itself", fix="Name the files to import, or a folder beside the project"
            )
    if name and len(sources) > 1:
        raise RequestError("One name for several files", fix="Import them one by one, or leave the name out")
    if name:
        check_name(name)
    if kind:
        data_kind(kind)
    checked = [(source, inspect(source, kind or recognise(source), dict(options or {}))) for source in sources]
    for source, report in checked:
        if report.errors:
            raise RequestError(f"{source} cannot be used as {report.kind}", report.errors[0].message)
    return [_add(project, source, report, name, copy) for source, report in checked]


def list_datasets(project: Project) -> list[DatasetRow]:
    """Every data set of the project, by name."""
    return read_datasets(project.store)


def forget_dataset(project: Project, name: str) -> None:
    """Take a data set off the list; its files stay, but for a copy inside the project."""
    row = read_dataset(project.store, name)
    if row.copied:
        remove(row.path)
    project.store.forget_dataset(name)


def locate(project: Project, row: DatasetRow) -> Path:
    """Where the data lie now; RequestError that names the data set when they are nowhere."""
    if row.path.exists():
        return row.path
    for candidate in (project.path / "data" / row.path.name, project.path.parent / row.path.name):
        if candidate.exists() and size_of(candidate) == row.size and fingerprint(candidate, row.kind) == row.sha256:
            return candidate
    raise RequestError(
        f"The data of '{row.name}' are missing: {row.path}",
        fix="Import the file again from where it is now; its checksum finds it",
    )


def dataset_input(project: Project, role: str, name: str) -> Input:
    """The data set of that name as an input of a run; RequestError when it is missing or has changed."""
    row = read_dataset(project.store, name)
    path = locate(project, row)
    if size_of(path) != row.size or (_mtime_ns(path) != row.mtime_ns and fingerprint(path, row.kind) != row.sha256):
        raise RequestError(
            f"The file of '{name}' has changed since it was imported: {path}",
            fix=f"To work with its new content: {command('import', project.path, path)}",
        )
    return Input(role, name, row.kind, path, row.sha256, dict(row.options), {"dataset": name})


def free_name(source: Path, taken: Container[str]) -> str:
    """A name for a data set after its file, with a number where it is taken."""
    stem = _NOT_IN_NAMES.sub("-", _ENDINGS.sub("", source.name)).strip("-.") or "data"
    number = 1
    while (candidate := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return candidate


def check_name(name: str) -> None:
    """RequestError for what cannot be a name: names stand in flags (``train=NAME``) and batch files."""
    if not name or _NOT_IN_NAMES.search(name) or name.startswith("."):
        raise RequestError(f"'{name}' cannot be the name of a data set", fix="Use letters, digits, '.', '_' and '-'")


def _add(project: Project, source: Path, report: ImportReport, name: str | None, copy: bool) -> Imported:
    checksum = fingerprint(source, report.kind)
    known = {row.name: row for row in list_datasets(project)}
    fitting = [row for row in known.values() if row.kind == report.kind and name in (None, row.name)]
    fitting.sort(key=lambda row: row.path != source)  # of several copies the one at this very place
    same = next((row for row in fitting if row.sha256 == checksum), None)
    before = same or next((row for row in fitting if row.path == source), None)
    if name in known and before is None:
        raise RequestError(f"There is a data set '{name}' with other content already", fix="Choose another --name")
    chosen = before.name if before else name or free_name(source, known)
    has_copy = same is not None and same.copied and same.path.exists()
    path = _copied(project, source, chosen) if copy else same.path if same and has_copy else source
    project.store.put_dataset(
        DatasetRow(
            name=chosen,
            kind=report.kind,
            path=path,
            sha256=checksum,
            size=size_of(path),
            mtime_ns=_mtime_ns(path),
            options=dict(report.options),
            report=report.as_dict(),
            added=time.time(),
            copied=copy or has_copy,
        )
    )
    return Imported(chosen, report.kind, path, report, found_again=same is not None, changed=before is not None and same is None)


def _copied(project: Project, source: Path, name: str) -> Path:
    endings = _ENDINGS.search(source.name)
    ending = "" if source.is_dir() else endings[0] if endings else source.suffix
    target = project.path / "data" / f"{name}{ending}"
    if target == source:
        return target
    with replaced(target) as partial:
        if source.is_dir():
            shutil.copytree(source, partial, ignore_dangling_symlinks=True)  # images that were not downloaded
        else:
            shutil.copyfile(source, partial)
    return target


def _existing(path: Path | str) -> Path:
    absolute = Path(os.path.abspath(path))
    if not absolute.exists() and not absolute.is_symlink():  # the reader says where a link leads
        raise RequestError(f"There is no file {absolute}")
    return absolute


def _mtime_ns(path: Path) -> int:
    return path.stat().st_mtime_ns
