"""Opening and making projects."""

import logging
from pathlib import Path
from types import TracebackType
from typing import Self

from neurostudio.app.commands import command
from neurostudio.core.errors import RequestError, StoreError
from neurostudio.core.files import explained_disk_errors
from neurostudio.core.run_folder import RunFolder
from neurostudio.store.ingest import Ingested, ingest_project, ingest_run
from neurostudio.store.read import find_run
from neurostudio.store.rows import RunRow
from neurostudio.store.write import Store

FOLDERS = ("data", "runs")
INDEX = "project.sqlite"

logger = logging.getLogger(__name__)


class Project:
    """An open project: its folder and its index.

    >>> with Project.open("my-study") as project:  # doctest: +SKIP
    ...     for row in list_runs(project):
    ...         print(row.name, row.state)
    """

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self.store = store

    @classmethod
    def create(cls, path: Path | str) -> Self:
        """Make an empty project folder; RequestError when something is there already."""
        folder = Path(path).absolute()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RequestError(
                f"{folder} exists already and is not empty", fix="Choose another name, or open it if it is a project"
            )
        with explained_disk_errors(folder):
            for name in FOLDERS:
                (folder / name).mkdir(parents=True, exist_ok=True)
        return cls(folder, Store.open(folder, create=True))

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a project and bring its index up to date; RequestError when the folder is none."""
        folder = require_project_folder(path)
        if not has_index(folder):
            raise RequestError(
                f"The index of {folder} is missing", fix=f"Make it again from the runs: {command('doctor', folder, '--rebuild')}"
            )
        project = cls(folder, Store.open(folder))
        project.sync()
        return project

    def sync(self) -> Ingested:
        """Take into the index whatever run folders have gained since; a project that cannot be written stays as it is."""
        return ingest_project(self.store)

    def sync_run(self, folder: RunFolder) -> int:
        """The same for one run."""
        return 0 if self.store.read_only else ingest_run(self.store, folder)

    def catch_up(self, folder: RunFolder | None = None) -> bool:
        """Like `sync`, or `sync_run`, for a program that waits for runs; returns whether the index is up to date.

        Runs do not need it: where it cannot be written (a full disk), it stays behind until there is room.
        """
        try:
            self.sync_run(folder) if folder else self.sync()
        except StoreError as error:
            logger.info("index stays behind project=%s error=%s", self.path, error)
            return False
        return True

    def find_run(self, key: str) -> RunRow:
        """A run by id, name, start of its id, or ``latest``."""
        return find_run(self.store, key)

    def run_folder(self, run_id: str) -> RunFolder:
        """The folder of a run."""
        return RunFolder(self.path / "runs" / run_id)

    def close(self) -> None:
        """Close the index; a second call does nothing."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()


def require_project_folder(path: Path | str) -> Path:
    """The absolute path of a folder that holds a project, with its index or without; RequestError for any other."""
    folder = Path(path).absolute()
    if not folder.is_dir():
        raise RequestError(f"There is no project folder {folder}", fix=f"Make one: {command('new', folder)}")
    if not (folder / INDEX).exists() and not (folder / "runs").is_dir():
        raise RequestError(f"{folder} is not a project", fix="Name the folder of one, or make one: `neurostudio new PROJECT`")
    return folder


def has_index(folder: Path) -> bool:
    """Whether a project has an index; an empty file beside runs is none."""
    file = folder / INDEX
    return file.exists() and (file.stat().st_size > 0 or not any((folder / "runs").glob("*/request.json")))
