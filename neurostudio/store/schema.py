"""Makes the tables of a new index, brings an old one forward, refuses one of a newer program.

A new index is made from ``tables.py`` alone; Alembic (0.7 s to import) only comes in when there is something to migrate.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect

from neurostudio.core.errors import StoreError
from neurostudio.store.backup import back_up
from neurostudio.store.database import Database
from neurostudio.store.faults import damaged
from neurostudio.store.lock import ProjectLock
from neurostudio.store.tables import REVISIONS, alembic_version, metadata

MIGRATIONS = Path(__file__).with_name("migrations")


def revision_of(connection: Connection, file: Path) -> str | None:
    """The schema that an index has; None while it has none.

    Raises
    ------
    StoreError
        When it is of a newer program, or no index of this program at all.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    found = connection.execute(alembic_version.select()).scalar() if alembic_version.name in tables else None
    if found is None:
        raise damaged(file, "It holds other tables than those of a project")
    if found not in REVISIONS:
        raise StoreError(
            f"The project {file.parent} was made by a newer program (schema {found}; this one knows up to {REVISIONS[-1]})",
            fix="Update NeuroStudio",
        )
    return str(found)


def make_current(database: Database, lock: ProjectLock) -> None:
    """Make the tables of a new index, or bring an old one forward after a copy of it; nothing where it is current.

    Raises
    ------
    StoreError
        When the index has the schema of a newer program, or is read-only and must be brought forward.
    """
    if _revision(database) == REVISIONS[-1]:
        return
    if database.writer is None:
        raise StoreError(
            f"The project {database.file.parent} was made by an older program and is read-only",
            "Its index must be brought forward before it can be read",
            "Copy the project to a folder you can write to and open it there",
        )
    with lock:
        revision = _revision(database)  # another program may have been first
        if revision is None:
            with database.writer.begin() as connection:
                metadata.create_all(connection)
                connection.execute(alembic_version.insert().values(version_num=REVISIONS[-1]))
        elif revision != REVISIONS[-1]:
            back_up(database.file, revision)
            with database.writer.begin() as connection:
                upgrade(connection, REVISIONS[-1])


def upgrade(connection: Connection, revision: str) -> None:
    """Run the migrations up to `revision`, all in the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _revision(database: Database) -> str | None:
    with database.reader.connect() as connection:
        return revision_of(connection, database.file)
