"""The index of a project, opened: transactions for writing and reading, and the small changes that people make."""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from neurostudio.core.errors import RequestError, StoreError
from neurostudio.core.files import explained_disk_errors
from neurostudio.core.run_folder import RunFolder, relative_path
from neurostudio.store.database import DATABASE_NAME, Database, is_writable, open_for_reading, open_for_writing
from neurostudio.store.faults import explained_database_errors
from neurostudio.store.labels import read_labels, write_labels
from neurostudio.store.lock import ProjectLock
from neurostudio.store.records import columns_of, remove_record, write_record
from neurostudio.store.rows import DatasetRow
from neurostudio.store.schema import make_current
from neurostudio.store.stamp import stamp_of
from neurostudio.store.tables import REVISIONS, datasets, layout, reports, runs


class Store:
    """The open index of one project; safe to share between threads. Made by :meth:`open`.

    Attributes
    ----------
    project : Path
        The project folder, absolute.

    Examples
    --------
    >>> with Store.open(Path("my-study"), create=True) as store:
    ...     store.put_layout("window", 1, {"width": 1200})
    """

    def __init__(self, project: Path, database: Database, lock: ProjectLock) -> None:
        self.project = project
        self._database: Database | None = database
        self._lock = lock
        self._transaction: Connection | None = None  # of the thread that holds the lock

    @classmethod
    def open(cls, project: Path, *, create: bool = False) -> "Store":
        """Open the index of a project, and bring an old one forward after a backup copy.

        Parameters
        ----------
        project : Path
            The project folder.
        create : bool
            Make the folder and an empty index where they are missing.

        Raises
        ------
        StoreError
            No index there, made by a newer program, damaged, or the disk does not allow it.
        """
        project = Path(os.path.abspath(project))
        file = project / DATABASE_NAME
        if create:
            with explained_disk_errors(project):
                project.mkdir(parents=True, exist_ok=True)
        elif not file.exists():
            has_runs = (project / "runs").is_dir()
            raise StoreError(
                f"{project} has no index ({DATABASE_NAME})",
                "" if has_runs else "It is not a project folder",
                f"Run `neurostudio {f'doctor {project} --rebuild' if has_runs else f'new {project}'}`",
            )
        lock = ProjectLock(project)
        return cls(project, _open(file, lock), lock)

    def close(self) -> None:
        """Close the files; a second call does nothing."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    @property
    def file(self) -> Path:
        """The ``project.sqlite``."""
        return self.project / DATABASE_NAME

    @property
    def journal_mode(self) -> str:
        """``wal``, or ``delete`` on a disk where WAL does not hold."""
        return self._open_database().journal_mode

    @property
    def notice(self) -> str:
        """A sentence for the user where the index works in a limited way; empty otherwise."""
        return self._open_database().notice

    @property
    def read_only(self) -> bool:
        """Whether the disk allows reading only."""
        return self._open_database().writer is None

    # --- transactions

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction under the project lock: all of the block, or nothing where it raises.

        A block inside a block of the same thread joins its transaction.

        Raises
        ------
        StoreError
            Another program writes for too long, the disk is full or read-only, the index is damaged.
        """
        with self._lock:
            if self._transaction is not None:
                yield self._transaction
                return
            writer = self._current().writer
            if writer is None:
                raise StoreError(
                    f"The project {self.project} is read-only",
                    fix="Copy it to a folder you can write to, or change its permissions",
                )
            with explained_database_errors(self.file), writer.begin() as connection:
                self._refuse_newer(connection)
                self._transaction = connection
                try:
                    yield connection
                finally:
                    self._transaction = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read transaction: sees one state of the index; never waits for the writer in WAL mode."""
        with explained_database_errors(self.file), self._current().reader.connect() as connection:
            yield connection

    def change_mark(self) -> tuple[int, int]:
        """A value that differs from an earlier one where the index has changed since, by any program; costs microseconds."""
        with explained_database_errors(self.file):
            return self._current().watch.mark()

    # --- small changes

    def put_dataset(self, dataset: DatasetRow) -> None:
        """Add a data set or replace the one of that name: its record in ``data/`` and its row.

        Raises
        ------
        RequestError
            When another data set's name differs only in case: on some disks they would share one record.
        """
        with self.writing() as connection:
            alike = select(datasets.c.name).where(func.lower(datasets.c.name) == func.lower(dataset.name))
            if any(name != dataset.name for name in connection.scalars(alike)):
                raise RequestError(
                    f"A data set '{connection.scalar(alike)}' exists", "The names differ only in case", "Choose another name"
                )
            file = write_record(dataset, self.project)
            row = {**columns_of(dataset, self.project), "record": file.name, "stamp": stamp_of(file)}
            connection.execute(insert(datasets).values(row).on_conflict_do_update(["name"], set_=row))

    def forget_dataset(self, name: str) -> None:
        """Take a data set out of the project; the data stay where they are. An unknown name is fine."""
        with self.writing() as connection:
            record = connection.scalar(select(datasets.c.record).where(datasets.c.name == name))
            if record is not None:
                remove_record(self.project, record)
                connection.execute(datasets.delete().where(datasets.c.name == name))

    def set_labels(
        self,
        run_id: str,
        *,
        name: str | None = None,
        tags: Iterable[str] | None = None,
        notes: str | None = None,
        trashed: bool | None = None,
    ) -> None:
        """Change what people say about a run; None leaves a label as it is, an empty name restores that of the request.

        Raises
        ------
        RequestError
            When there is no such run.
        """
        given: dict[str, Any] = {"name": name, "tags": None if tags is None else tuple(tags), "notes": notes, "trashed": trashed}
        folder = RunFolder(self.project / "runs" / run_id)
        with self.writing() as connection:
            request = connection.scalar(select(runs.c.request).where(runs.c.run_id == run_id))
            if request is None:
                raise RequestError(f"There is no run '{run_id}' in {self.project}")
            labels = replace(read_labels(folder), **{key: value for key, value in given.items() if value is not None})
            write_labels(folder, labels)
            columns = {**labels.columns(str(request.get("name", ""))), "labels_stamp": stamp_of(folder.labels_file)}
            connection.execute(runs.update().where(runs.c.run_id == run_id).values(columns))

    def put_report(self, path: Path, title: str, run_ids: Iterable[str]) -> None:
        """Note a report that was written."""
        row = {
            "path": relative_path(path, self.project),
            "title": title,
            "created": time.time(),
            "runs": list(run_ids),
        }
        with self.writing() as connection:
            connection.execute(insert(reports).values(row).on_conflict_do_update(["path"], set_=row))

    def put_layout(self, key: str, version: int, blob: Any) -> None:
        """Keep a window layout: any JSON value."""
        row = {"key": key, "version": version, "blob": blob}
        with self.writing() as connection:
            connection.execute(insert(layout).values(row).on_conflict_do_update(["key"], set_=row))

    def get_layout(self, key: str, version: int) -> Any | None:
        """The layout kept under `key`; None where there is none or one of another version."""
        with self.reading() as connection:
            return connection.scalar(select(layout.c.blob).where(layout.c.key == key, layout.c.version == version))

    # --- inside

    def _open_database(self) -> Database:
        if self._database is None:
            raise StoreError(f"The project {self.project} was closed")
        return self._database

    def _current(self) -> Database:
        """The open database; opened again where a rebuild has put a new one in its place."""
        database = self._open_database()
        if database.replaced:
            with self._lock if database.writer is not None else contextlib.nullcontext():
                if self._open_database() is database:
                    self._database = _open(self.file, self._lock)
                    database.close()
        return self._open_database()

    def _refuse_newer(self, connection: Connection) -> None:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if revision != REVISIONS[-1]:
            raise StoreError(
                f"The project {self.project} was brought to schema {revision} by a newer program while it was open here",
                fix="Close it, and update NeuroStudio",
            )


def _open(file: Path, lock: ProjectLock) -> Database:
    with explained_database_errors(file):
        database = open_for_writing(file, lock) if is_writable(file) else open_for_reading(file)
        try:
            make_current(database, lock)
        except BaseException:
            database.close()
            raise
        return database
