"""Copies of the index in ``backups/``: before a migration, and what a rebuild replaced. The last five are kept."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from neurostudio.core.files import explained_disk_errors, replaced
from neurostudio.store.faults import explained_database_errors

BACKUPS_NAME = "backups"
KEPT_BACKUPS = 5
COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database file; part of it as long as it is there."""


def back_up(database: Path, revision: str) -> Path:
    """Copy a sound database, also one in use, and return the copy.

    Raises
    ------
    NeuroError
        When the disk is full or read-only, or the database damaged.
    """
    copy = _free_name(database, revision)
    with (
        explained_database_errors(database),
        replaced(copy) as partial,
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(partial)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
    _forget_old(database)
    return copy


def set_aside(database: Path) -> Path:
    """Move a database away as it is, sound or damaged, with its companions; return where it went."""
    target = _free_name(database, "replaced")
    with explained_disk_errors(target):
        target.parent.mkdir(exist_ok=True)
        for ending in (*COMPANIONS, ""):  # the database last: a journal left alone would be replayed into the next database
            part = database.with_name(database.name + ending)
            if part.exists():
                os.replace(part, target.with_name(target.name + ending))
    _forget_old(database)
    return target


def backups(project: Path) -> list[Path]:
    """The copies that there are, oldest first."""
    return sorted((project / BACKUPS_NAME).glob("project-*.sqlite"), key=lambda copy: copy.stem.split("-", 2)[::-1])


def _free_name(database: Path, label: str) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    folder = database.parent / BACKUPS_NAME
    copy, count = folder / f"{database.stem}-{label}-{stamp}{database.suffix}", 1
    while copy.exists():
        count += 1
        copy = folder / f"{database.stem}-{label}-{stamp}-{count}{database.suffix}"
    return copy


def _forget_old(database: Path) -> None:
    for copy in backups(database.parent)[:-KEPT_BACKUPS]:
        for ending in (*COMPANIONS, ""):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
