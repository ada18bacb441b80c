import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from neurostudio.core.errors import StoreError
from neurostudio.store import DatasetRow, Store, check, ingest_project, read, rebuild
from neurostudio.store.backup import backups

RUNNING = {"type": "state", "state": "running", "attempt": 1}
DONE = {"type": "state", "state": "done", "attempt": 1}


def artifact(name: str, path: str, size: int) -> dict:
    return {
        "type": "artifact",
        "name": name,
        "kind": "table",
        "path": path,
        "title": "",
        "size": size,
        "sha256": "",
        "plot": None,
    }


def test_a_sound_project_has_no_problems(store: Store, project: Path, make_run) -> None:
    folder = make_run("run-1", artifact("t", "artifacts/t.csv", 4), artifact("w", "artifacts/w", 6), DONE)
    (folder.artifacts / "w").mkdir(parents=True)
    (folder.artifacts / "w" / "config.json").write_text("123456", encoding="utf-8")
    (folder.artifacts / "t.csv").write_text("a,b\n", encoding="utf-8")
    (project / "data").mkdir()
    (project / "data" / "a").touch()
    store.put_dataset(DatasetRow("a", "corpus", project / "data" / "a"))
    ingest_project(store)
    assert check(store) == []


def test_whatever_is_missing_or_changed_is_named(store: Store, project: Path, make_run) -> None:
    folder = make_run("run-1", artifact("gone", "artifacts/gone.csv", 4), artifact("changed", "artifacts/changed.csv", 4), DONE)
    folder.artifacts.mkdir()
    (folder.artifacts / "changed.csv").write_text("a,b,c\n", encoding="utf-8")
    store.put_dataset(DatasetRow("lost", "corpus", Path("/nowhere/lost.txt")))
    ingest_project(store)
    folder.request_file.unlink()
    problems = check(store)
    assert len(problems) == 4
    for told in (
        "request.json is missing",
        "'gone' of run run-1 is missing",
        "'changed' of run run-1 was changed: 6 bytes",
        "/nowhere/lost.txt",
    ):
        assert any(told in problem for problem in problems)


def test_damage_inside_the_index_is_named(store: Store, make_run) -> None:
    make_run("run-1", RUNNING, DONE)
    ingest_project(store)
    with store.writing() as connection:
        connection.exec_driver_sql("CREATE INDEX runs_by_name ON runs (name)")
    with closing(sqlite3.connect(store.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'logs'").fetchone()[0]
        connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'runs_by_name'", (root,))
    store.close()
    with Store.open(store.project) as opened:
        problems = check(opened)
    assert problems
    assert all("--rebuild" in problem for problem in problems)


@pytest.mark.parametrize("state", ["sound", "damaged", "gone"])
def test_a_rebuild_brings_every_run_back_and_keeps_the_old_index(
    store: Store, project: Path, make_run, contents, state: str
) -> None:
    metrics = {"type": "metric", "rows": [("a/b", 1.0, 1, 5.0), ("a/b", 2.0, 2, 5.0)]}
    make_run("run-1", RUNNING, metrics, artifact("t", "artifacts/t.csv", 4), DONE)
    make_run("run-2", RUNNING, {"type": "log", "message": "x"}, DONE)
    ingest_project(store)
    store.set_labels("run-2", tags=["kept"])
    store.put_dataset(DatasetRow("a", "corpus", Path("/x")))
    store.put_report(project / "a.html", "A", ["run-1"])
    store.put_layout("window", 1, {"width": 3})
    before = contents(project)
    store.close()
    if state == "damaged":
        store.file.write_bytes(b"This is a text.\n" * 1000)
    elif state == "gone":
        store.file.unlink()

    ingested = rebuild(project)

    assert (ingested.runs, ingested.events) == (("run-1", "run-2"), 7)
    assert contents(project) == before
    assert len(backups(project)) == (0 if state == "gone" else 1)
    assert len(ingested.problems) == (1 if state == "damaged" else 0)
    with Store.open(project) as opened:
        assert [report.title for report in read.reports(opened)] == (["A"] if state == "sound" else [])
        assert opened.get_layout("window", 1) == ({"width": 3} if state == "sound" else None)


def test_a_store_that_is_open_during_a_rebuild_goes_on_with_the_new_index(store: Store, project: Path, make_run) -> None:
    make_run("run-1", RUNNING, DONE)
    ingest_project(store)
    rebuild(project)
    make_run("run-2", RUNNING, DONE)
    assert ingest_project(store).runs == ("run-2",)
    assert len(read.runs(store)) == 2
    with Store.open(project) as other:
        assert len(read.runs(other)) == 2


def test_a_rebuild_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a folder"):
        rebuild(tmp_path / "nothing")
