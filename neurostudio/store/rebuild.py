"""Makes the index again from the run folders and the data set records (``neurostudio doctor PROJECT --rebuild``)."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from neurostudio.core.errors import StoreError
from neurostudio.store.backup import COMPANIONS, set_aside
from neurostudio.store.database import DATABASE_NAME
from neurostudio.store.ingest import Ingested, ingest_project
from neurostudio.store.lock import ProjectLock
from neurostudio.store.tables import layout, reports
from neurostudio.store.write import Store

_TAKEN_OVER = (reports, layout)  # what no run folder tells


def rebuild(project: Path) -> Ingested:
    """Set the old index aside in ``backups/``, also a damaged one, and make a new one.

    The list of reports and the window layout come over from the old index where that can be read. Other programs that have
    the project open go on with the new index by themselves.

    Raises
    ------
    StoreError
        When the project folder is missing or cannot be written to.
    """
    project = Path(os.path.abspath(project))
    if not project.is_dir():
        raise StoreError(f"{project} is not a folder", fix="Give the path of a project")
    file = project / DATABASE_NAME
    problems: tuple[str, ...] = ()
    with ProjectLock(project):
        kept, problems = _rows_to_keep(file)
        if any(file.with_name(file.name + ending).exists() for ending in ("", *COMPANIONS)):
            set_aside(file)
        store = Store.open(project, create=True)
        with store.writing() as connection:
            for statement, rows in kept:
                connection.exec_driver_sql(statement, rows)
    with store:
        ingested = ingest_project(store)
    return replace(ingested, problems=(*problems, *ingested.problems))


def _rows_to_keep(file: Path) -> tuple[list[tuple[str, list[tuple[object, ...]]]], tuple[str, ...]]:
    """Statements that put the reports and the layout into a new index, with their rows."""
    if not file.exists():
        return [], ()
    kept = []
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in _TAKEN_OVER:
                if table.name not in there:  # an index of an older program
                    continue
                columns = ", ".join(table.c.keys())
                rows = connection.execute(f"SELECT {columns} FROM {table.name}").fetchall()  # noqa: S608 - names of our own
                if rows:
                    places = ", ".join("?" * len(table.c))
                    kept.append((f"INSERT INTO {table.name} ({columns}) VALUES ({places})", rows))  # noqa: S608
    except sqlite3.Error as error:
        return [], (f"The old index cannot be read ({error}): its list of reports and the window layout are not taken over.",)
    return kept, ()
