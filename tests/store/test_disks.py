"""Disks that are full, read-only, on the network, and indexes that are damaged."""

import contextlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from neurostudio.core.errors import StoreError
from neurostudio.store import DatasetRow, Store, ingest_project, read
from neurostudio.store.backup import back_up
from neurostudio.store.database import network_disk

RUNNING = {"type": "state", "state": "running", "attempt": 1}
METRICS = {"type": "metric", "rows": [("a/b", 1.0, 1, 5.0)]}
DONE = {"type": "state", "state": "done", "attempt": 1}


def fill(disk: Path) -> Path:
    file = disk / "filler"
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as stream:
        while stream.write(b"x" * 4096):
            pass
    return file


def test_a_full_disk_is_told_loses_nothing_and_goes_on_when_there_is_room(small_disk, tmp_path: Path, make_run) -> None:
    project = tmp_path / "disk" / "p"
    with Store.open(project, create=True) as store:
        make_run("run-1", RUNNING, METRICS, DONE, in_project=project)
        assert ingest_project(store).events == 3
        folder = make_run("run-2", RUNNING, *[METRICS] * 200, DONE, in_project=project)
        filler = fill(tmp_path / "disk")
        with pytest.raises(StoreError, match="disk is full") as caught:
            for number in range(200):  # the journal may have some room of its own left
                store.put_layout("window", 1, "x" * 4096 * number)
        assert "project.sqlite" in caught.value.what
        assert read.final_values(store) == {"run-1": {"a/b": 1.0}}
        filler.unlink()
        assert ingest_project(store).events == 202
        assert len(read.curve(store, folder.id, "a/b").values) == 200


def test_a_project_cannot_be_made_on_a_full_disk(small_disk, tmp_path: Path) -> None:
    fill(tmp_path / "disk")
    with pytest.raises(StoreError, match="disk is full"):
        Store.open(tmp_path / "disk", create=True)


@pytest.mark.parametrize("while_open", [False, True], ids=["left closed", "left open"])
def test_a_project_on_a_read_only_disk_is_read_as_it_was_last_indexed(
    small_disk, tmp_path: Path, make_run, start, while_open: bool
) -> None:
    project = tmp_path / "disk" / "p"
    with Store.open(project, create=True) as store:
        make_run("run-1", RUNNING, METRICS, DONE, in_project=project)
        ingest_project(store)
    if while_open:  # a program that was killed leaves its journal behind
        killed = start("ingest", project)
        assert killed.stdout.readline() == "ready\n"
        killed.kill()
        killed.wait()
    make_run("run-2", RUNNING, METRICS, DONE, in_project=project)
    small_disk("ro")
    with Store.open(project) as store:
        assert store.read_only
        assert "read-only" in store.notice
        assert "run-1" in [row.run_id for row in read.runs(store)]
        assert read.final_values(store)["run-1"] == {"a/b": 1.0}
        assert ingest_project(store).events == 0
        with pytest.raises(StoreError, match="read-only"):
            store.put_dataset(DatasetRow("MR", "corpus", Path("/x")))
    small_disk("rw")
    with Store.open(project) as store:
        ingest_project(store)
        assert len(read.runs(store)) == 2


def test_an_old_project_on_a_read_only_disk_says_that_it_must_be_copied(small_disk, tmp_path: Path) -> None:
    project = tmp_path / "disk" / "p"
    golden = Path(__file__).resolve().parents[1] / "golden"
    shutil.copytree(golden / "project_0001", project)
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        connection.executescript((golden / "project_0001.sql").read_text(encoding="utf-8"))
    small_disk("ro")
    with pytest.raises(StoreError, match=r"older program.*Copy the project"):
        Store.open(project)


@pytest.mark.parametrize("damage", ["no database", "cut", "overwritten"])
def test_a_damaged_index_is_told_with_what_to_do(store: Store, project: Path, make_run, damage: str) -> None:
    make_run("run-1", RUNNING, *[METRICS] * 3000, DONE)
    ingest_project(store)
    store.close()
    file = project / "project.sqlite"
    content = file.read_bytes()
    assert len(content) > 20 * 4096
    if damage == "no database":
        file.write_bytes(b"This is a text.\n" * 1000)
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    with pytest.raises(StoreError, match=r"is damaged.*doctor .* --rebuild"):
        opened = Store.open(project)
        with closing(opened):
            read.curve(opened, "run-1", "a/b")
            make_run("run-2", RUNNING)
            ingest_project(opened)


def test_a_damaged_index_is_not_taken_for_a_sound_copy(store: Store, project: Path) -> None:
    store.close()
    store.file.write_bytes(b"This is a text.\n" * 1000)
    with pytest.raises(StoreError, match="is damaged"):
        back_up(store.file, "0002")
    assert not list((project / "backups").iterdir())


def test_on_a_network_drive_the_index_works_without_wal_and_says_so(
    project: Path, make_run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(project, create=True).close()  # made on a local disk, then moved
    monkeypatch.setattr("neurostudio.store.database.network_disk", lambda path: "nfs4")
    make_run("run-1", RUNNING, METRICS, DONE)
    with Store.open(project) as store:
        assert store.journal_mode == "delete"
        assert "network drive" in store.notice
        assert ingest_project(store).events == 3
        assert [row.run_id for row in read.runs(store)] == ["run-1"]
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_wal_stays_on_a_network_drive_while_another_program_uses_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(project, create=True) as other:
        other.put_layout("window", 1, {})
        monkeypatch.setattr("neurostudio.store.database.network_disk", lambda path: "nfs4")
        monkeypatch.setattr("neurostudio.store.database.MODE_CHANGE_S", 0.1)
        with other.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM layout").fetchall()
            with Store.open(project) as store:
                assert store.journal_mode == "wal"
                assert "another program has it open" in store.notice


def test_the_kind_of_disk_is_that_of_the_nearest_mount(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from psutil._ntuples import sdiskpart  # the record that psutil itself returns

    disks = [
        sdiskpart("/dev/a", "/", "ext4", "rw"),
        sdiskpart("server:/x", "/lab", "nfs4", "rw"),
        sdiskpart("/dev/b", "/lab/local", "xfs", "rw"),
    ]
    assert network_disk(tmp_path) == ""
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: disks)
    assert network_disk(Path("/lab/study")) == "nfs4"
    assert network_disk(Path("/lab/local/study")) == ""
    assert network_disk(Path("/laboratory")) == ""
