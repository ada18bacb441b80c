"""Connections to ``project.sqlite``: one for the writer, a few read-only ones, and the journal mode that the disk allows."""

import itertools
import json
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from neurostudio.store.lock import ProjectLock

DATABASE_NAME = "project.sqlite"
BUSY_S = 30.0
MODE_CHANGE_S = 2.0
READERS = 4
_NO_SHARED_MEMORY = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_NETWORK_DISKS = ("nfs", "cifs", "smb", "afpfs", "webdav", "fuse.sshfs", "9p", "ncpfs", "lustre", "glusterfs", "ceph", "beegfs")
_OPENED = itertools.count()  # numbers the connections that watch: a file put in the place of another is a change, too


@dataclass(frozen=True)
class Database:
    """An open index.

    Attributes
    ----------
    file : Path
        The ``project.sqlite``.
    writer : Engine or None
        Its transactions begin with ``BEGIN IMMEDIATE``; None on a read-only disk.
    reader : Engine
        Its transactions see one state of the index from their beginning to their end.
    journal_mode : str
        ``wal``: readers never wait for the writer. ``delete`` otherwise.
    notice : str
        What the user should know; empty where all is as it should be.
    identity : tuple of int
        Device and number of the file that was opened: a rebuild by another program puts a new one in its place.
    watch : Watch
        Tells whether the index has changed.
    """

    file: Path
    writer: Engine | None
    reader: Engine
    journal_mode: str
    notice: str
    identity: tuple[int, int]
    watch: "Watch"

    @property
    def replaced(self) -> bool:
        """Whether another file has taken the place of the one that was opened."""
        try:
            return file_identity(self.file) != self.identity
        except FileNotFoundError:
            return True

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.reader.dispose()
        self.watch.close()
        if self.writer is not None:
            self.writer.dispose()


class Watch:
    """Tells whether anyone has changed the index, this program included, without reading any of it.

    SQLite counts for each connection the changes that others commit; this one never changes anything itself.
    """

    def __init__(self, file: Path, mode: str) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = _connect(file, mode)
        self._opened = next(_OPENED)

    def mark(self) -> tuple[int, int]:
        """A value that differs from an earlier one where the index has changed in between."""
        with self._lock:
            if self._connection is None:  # another thread has just closed the project, or found another file in its place
                return self._opened, -1
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return self._opened, version

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()


def open_for_writing(file: Path, lock: ProjectLock) -> Database:
    """Open an index on a disk that can be written to; an empty one is made where there is none."""
    writer = _engine(lambda: _connect(file, "rwc"), "BEGIN IMMEDIATE", size=1)
    journal_mode, notice = _set_journal_mode(writer, file, lock)
    return Database(file, writer, _reading_engine(file, "ro"), journal_mode, notice, file_identity(file), Watch(file, "ro"))


def open_for_reading(file: Path) -> Database:
    """Open an index on a disk that cannot be written to."""
    notice = f"The project is read-only: it is shown as it was last indexed ({file.parent})"
    mode = "ro"
    reader = _reading_engine(file, mode)
    try:
        with reader.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except OperationalError as error:
        reader.dispose()
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in _NO_SHARED_MEMORY:
            raise
        # a WAL database needs a file beside it, which cannot be made here: read the main file alone
        mode = "ro&immutable=1"
        reader = _reading_engine(file, mode)
        journal = file.with_name(f"{file.name}-wal")
        if journal.exists() and journal.stat().st_size:
            notice += "; the last changes before the program stopped are missing"
    with reader.connect() as connection:
        journal_mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
    return Database(file, None, reader, journal_mode, notice, file_identity(file), Watch(file, mode))


def file_identity(file: Path) -> tuple[int, int]:
    """Device and number of a file; another file under the same name has another."""
    status = file.stat()
    return status.st_dev, status.st_ino


def is_writable(file: Path) -> bool:
    """Whether the file, or the folder where it is missing, can be written to."""
    return os.access(file.parent, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))


def network_disk(path: Path) -> str:
    """Kind of the network drive that `path` lies on; empty for a local disk."""
    text = os.path.realpath(path)
    if text.startswith("\\\\"):
        return "network share"
    inside = [disk for disk in psutil.disk_partitions(all=True) if _lies_in(text, disk.mountpoint)]
    if not inside:
        return ""
    disk = max(inside, key=lambda disk: len(disk.mountpoint))
    return disk.fstype if disk.fstype.lower().startswith(_NETWORK_DISKS) or "remote" in disk.opts.split(",") else ""


def _set_journal_mode(writer: Engine, file: Path, lock: ProjectLock) -> tuple[str, str]:
    """Set the mode that suits the disk and read back which one holds; with a sentence where it is not plain WAL."""
    network = network_disk(file)
    wanted = "delete" if network else "wal"
    in_use = False
    with closing(writer.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        mode = str(cursor.execute("PRAGMA journal_mode").fetchone()[0])
        if mode != wanted:
            with lock:
                cursor.execute(f"PRAGMA busy_timeout = {round(MODE_CHANGE_S * 1000)}")
                try:
                    mode = str(cursor.execute(f"PRAGMA journal_mode = {wanted}").fetchone()[0])
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                        raise
                    in_use = True
                cursor.execute(f"PRAGMA busy_timeout = {round(BUSY_S * 1000)}")
        if mode != "wal":  # the one connection that writes: without WAL a power cut could damage the file otherwise
            cursor.execute("PRAGMA synchronous = FULL")
    if mode == "wal":
        risk = f"The index stays in WAL mode on a network drive ({network}) while another program has it open"
        return mode, f"{risk}; close that program and open the project again" if network else ""
    reasons = {"it lies on a network drive": bool(network), "another program has it open": in_use}
    reason = next((text for text, holds in reasons.items() if holds), "this disk does not support WAL")
    return mode, f"The index works without WAL, because {reason}: reading may wait for writing"


def _reading_engine(file: Path, mode: str) -> Engine:
    return _engine(lambda: _connect(file, mode), "BEGIN", size=READERS)


def _engine(connect: Callable[[], sqlite3.Connection], begin: str, size: int) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=-1,
        json_serializer=_compact_json,
    )

    def begin_explicitly(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", begin_explicitly)
    return engine


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    # isolation_level None: the driver must not begin transactions of its own, ours begin as IMMEDIATE
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    # In WAL a power cut may take back the last transactions whole: the cursors go with them, so nothing is lost.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -16000")
    return connection


def _compact_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("\\/") + os.sep)
