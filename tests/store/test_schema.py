import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from neurostudio.core.errors import StoreError
from neurostudio.store import Store, ingest_project, read
from neurostudio.store.backup import KEPT_BACKUPS, back_up, backups
from neurostudio.store.database import open_for_writing
from neurostudio.store.lock import ProjectLock
from neurostudio.store.schema import upgrade
from neurostudio.store.tables import REVISIONS

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def schema(file: Path) -> dict[str, tuple[object, ...]]:
    """Everything that makes out the tables of a database: their text, columns, indexes and kind."""
    found = {}
    with closing(sqlite3.connect(file)) as connection:
        for name, text in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            found[name] = (
                " ".join(text.replace("\t", " ").split()),
                connection.execute(f"PRAGMA table_xinfo({name})").fetchall(),
                connection.execute(f"PRAGMA index_list({name})").fetchall(),
                connection.execute(f"SELECT wr, strict FROM pragma_table_list('{name}')").fetchall(),
            )
    return found


def migrated(project: Path, revision: str) -> Path:
    """A database that came to `revision` by migrations from nothing."""
    project.mkdir()
    database = open_for_writing(project / "project.sqlite", ProjectLock(project))
    assert database.writer is not None
    with database.writer.begin() as connection:
        upgrade(connection, revision)
    database.close()
    return project / "project.sqlite"


@pytest.fixture
def old_project(project: Path) -> Path:
    """A project that a program with the first schema left behind."""
    shutil.copytree(GOLDEN / "project_0001", project)
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        connection.executescript((GOLDEN / "project_0001.sql").read_text(encoding="utf-8"))
    return project


def test_the_migrations_lead_to_the_tables_of_a_new_index(store: Store, tmp_path: Path) -> None:
    assert schema(migrated(tmp_path / "old", REVISIONS[-1])) == schema(store.file)


def test_the_old_project_has_the_first_schema(old_project: Path, tmp_path: Path) -> None:
    assert schema(old_project / "project.sqlite") == schema(migrated(tmp_path / "old", "0001"))


def test_an_old_project_is_brought_forward_after_a_copy_and_reads_as_before(old_project: Path, contents) -> None:
    with Store.open(old_project) as store:
        assert read.final_values(store)["20261001-120000-spiking-text-aaaaaa"] == {"test/accuracy": 0.75, "train/loss": 0.25}
        assert [row.name for row in read.runs(store)] == ["second try", "first try"]
        detail = read.run_detail(store, "20261002-120000-spiking-text-bbbbbb")
        assert (detail.row.state, detail.row.tags) == ("failed", ("paper",))
        assert detail.error is not None
        assert detail.error.what == "There was not enough memory"
        assert ingest_project(store).problems == ()
        assert read.dataset(store, "MR").kind == "labelled-text"
        store.put_layout("window", 1, {})
    (copy,) = backups(old_project)
    assert copy.name.startswith("project-0001-")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    kept = contents(old_project)
    (old_project / "project.sqlite").unlink()
    with Store.open(old_project, create=True) as store:
        ingest_project(store)
    assert contents(old_project) == kept


def test_programs_that_bring_a_project_forward_at_once_do_it_once_and_none_fails(old_project: Path, start) -> None:
    programs = [start("open_project", old_project) for _ in range(4)]
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    outputs = [program.communicate(timeout=60) for program in programs]
    assert [program.returncode for program in programs] == [0] * 4, outputs
    expected = "20261001-120000-spiking-text-aaaaaa 20261002-120000-spiking-text-bbbbbb"
    assert [output.splitlines()[0] for output, _ in outputs] == [expected] * 4
    assert len(backups(old_project)) == 1


def test_a_migration_that_fails_changes_nothing(old_project: Path) -> None:
    file = old_project / "project.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE layout (x)")  # in the way of the last step
        connection.commit()
    before = schema(file)
    with pytest.raises(OperationalError, match="already exists"):
        Store.open(old_project)
    assert schema(file) == before
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE layout")
        connection.commit()
    Store.open(old_project).close()


def test_a_current_project_opens_without_alembic(store: Store, start) -> None:
    program = start("open_project", store.project)
    output, errors = program.communicate("go\n", timeout=60)
    assert output.splitlines()[-1] == "False", errors


def test_an_index_of_a_newer_program_is_refused_and_left_alone(store: Store, project: Path) -> None:
    store.close()
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
        connection.commit()
    for _ in range(2):
        with pytest.raises(StoreError, match=r"made by a newer program \(schema 0099.*Update NeuroStudio"):
            Store.open(project)
    assert backups(project) == []


def test_a_database_of_another_program_is_refused(project: Path) -> None:
    project.mkdir()
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(StoreError, match="other tables"):
        Store.open(project, create=True)


def test_an_empty_file_becomes_a_new_index(project: Path) -> None:
    project.mkdir()
    (project / "project.sqlite").touch()
    with Store.open(project) as store:
        assert read.runs(store) == []


def test_only_the_last_copies_are_kept(store: Store, project: Path) -> None:
    made = [back_up(store.file, f"{number:04d}") for number in range(KEPT_BACKUPS + 3)]
    assert sorted(backups(project)) == sorted(copy for copy in made if copy.exists())
    assert made[-1].exists()
    assert len(backups(project)) == KEPT_BACKUPS


def test_the_golden_project_is_what_its_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(GOLDEN / "make_project_0001.py"), str(tmp_path)], check=True, cwd=GOLDEN.parents[1])
    for made in tmp_path.rglob("*"):
        if made.is_file() and made.suffix != ".sql":
            assert made.read_bytes() == (GOLDEN / made.relative_to(tmp_path)).read_bytes()
    assert (tmp_path / "project_0001.sql").read_text(encoding="utf-8").count("INSERT INTO") == (
        (GOLDEN / "project_0001.sql").read_text(encoding="utf-8").count("INSERT INTO")
    )
