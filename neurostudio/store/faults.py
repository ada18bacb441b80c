"""What SQLite says when it cannot go on, in words that a person can act on."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from neurostudio.core.errors import StoreError

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DISK = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL_BYTES = 128 << 10  # less than the shared-memory file and one page of the journal need


@contextmanager
def explained_database_errors(database: Path) -> Iterator[None]:
    """Turn full disk, read-only disk, damage and a foreign lock into a StoreError that names `database`.

    Errors of SQLite that no user can repair (a wrong statement) pass as they are: they are bugs.
    """
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        explained = explain(cause, database)
        if explained is None:
            raise
        raise explained from error


def explain(cause: BaseException | None, database: Path) -> StoreError | None:
    """Say what `cause` means for the user; None where it is a bug."""
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:  # raised by the driver itself, before SQLite saw anything
        return None
    primary = code & 0xFF  # the low byte is the family, the rest the detail
    if primary in _DAMAGED:
        return damaged(database, str(cause))
    if primary == sqlite3.SQLITE_FULL or (primary in _DISK and _disk_is_full(database)):
        return StoreError(f"Cannot write {database}", "The disk is full", "Free some space, then try again; nothing is lost")
    if primary == sqlite3.SQLITE_READONLY:
        return StoreError(
            f"Cannot write {database}",
            "The disk or the file is read-only",
            "Copy the project to a folder you can write to, or change its permissions",
        )
    if primary in _DISK:
        return StoreError(f"Cannot read or write {database}", str(cause), "Look whether the disk is still there and healthy")
    if primary in _IN_USE:
        return StoreError(f"{database} is in use", "Another program keeps it locked", "Close that program, then try again")
    return None


def damaged(database: Path, why: str) -> StoreError:
    """The error for an index that SQLite cannot make sense of."""
    return StoreError(
        f"The index {database} is damaged",
        why,
        f"Run `neurostudio doctor {database.parent} --rebuild`; the run folders are untouched",
    )


def _disk_is_full(database: Path) -> bool:
    try:
        return shutil.disk_usage(database.parent).free < _FULL_BYTES
    except OSError:
        return False
