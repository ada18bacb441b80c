import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError, StoreError
from neurostudio.store import DatasetRow, Store, ingest_project, read
from neurostudio.store.schema import metadata


def n_layouts(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM layout").scalar() or 0)


def test_a_new_project_has_a_current_index_in_wal_mode(store: Store, project: Path) -> None:
    assert (store.journal_mode, store.notice, store.read_only) == ("wal", "", False)
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == set(metadata.tables)


def test_opening_what_is_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"has no index.*neurostudio new"):
        Store.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_opening_a_project_whose_index_was_deleted_says_how_to_make_it_again(project: Path, make_run) -> None:
    make_run()
    with pytest.raises(StoreError, match=r"doctor .* --rebuild"):
        Store.open(project)


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO layout VALUES ('a', 1, '1')")
        _ = 1 / 0
    assert n_layouts(store) == 0


def test_a_write_inside_a_write_joins_it(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing():
        store.put_layout("a", 1, {})
        _ = 1 / 0
    with store.writing():
        store.put_layout("b", 1, {})
        store.put_layout("c", 1, {})
    assert n_layouts(store) == 2


def test_a_write_takes_the_place_of_the_writer_from_its_beginning(store: Store, project: Path) -> None:
    with (
        store.writing(),
        closing(sqlite3.connect(project / "project.sqlite", timeout=0, isolation_level=None)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_a_reader_neither_waits_for_the_writer_nor_sees_half_of_it(store: Store) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO layout VALUES ('a', 1, '1')")
        assert n_layouts(store) == 0
    assert n_layouts(store) == 1


def test_a_reader_sees_one_state_until_its_end(store: Store) -> None:
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM layout").scalar() == 0
        writer = threading.Thread(target=store.put_layout, args=("a", 1, {}))
        writer.start()
        writer.join()
        assert connection.exec_driver_sql("SELECT count(*) FROM layout").scalar() == 0
    assert n_layouts(store) == 1


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="read-only"), store.reading() as connection:
        connection.exec_driver_sql("DELETE FROM layout")


def test_writes_of_many_threads_all_count(store: Store) -> None:
    def work(number: int) -> None:
        for i in range(10):
            store.put_layout(f"{number} {i}", 1, {})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert n_layouts(store) == 60


def test_closing_twice_is_fine_and_a_closed_store_says_so(project: Path) -> None:
    store = Store.open(project, create=True)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="was closed"), store.reading():
        pass


def test_an_index_that_a_newer_program_brought_forward_meanwhile_is_not_written_to(store: Store, project: Path) -> None:
    with closing(sqlite3.connect(project / "project.sqlite")) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.commit()
    with pytest.raises(StoreError, match="schema 9999 by a newer program"):
        store.put_layout("a", 1, {})


def test_data_sets_are_kept_in_the_index_and_in_a_record(store: Store, project: Path) -> None:
    inside = DatasetRow(
        "MR: train", "labelled-text", project / "data" / "mr.tsv", "ab" * 32, 10, 5, {"encoding": "utf-8"}, added=3.0
    )
    outside = DatasetRow("中文", "corpus", Path("/somewhere/文.txt"), report={"rows": 3}, copied=True)
    store.put_dataset(inside)
    store.put_dataset(outside)
    assert read.datasets(store) == [inside, outside]
    assert read.dataset(store, "中文") == outside
    assert sorted(file.name for file in (project / "data").iterdir()) == ["MR%3A train.dataset.json", "中文.dataset.json"]
    assert '"path": "data/mr.tsv"' in (project / "data" / "MR%3A train.dataset.json").read_text(encoding="utf-8")
    assert ingest_project(store).problems == ()
    assert read.datasets(store) == [inside, outside]


def test_a_data_set_is_replaced_by_name_and_forgotten_by_name(store: Store, project: Path) -> None:
    store.put_dataset(DatasetRow("MR", "corpus", Path("/a")))
    store.put_dataset(DatasetRow("MR", "corpus", Path("/b")))
    assert [row.path for row in read.datasets(store)] == [Path("/b")]
    store.forget_dataset("MR")
    store.forget_dataset("MR")
    assert read.datasets(store) == []
    assert list((project / "data").iterdir()) == []


def test_data_sets_whose_names_differ_only_in_case_are_refused(store: Store) -> None:
    store.put_dataset(DatasetRow("MR", "corpus", Path("/a")))
    with pytest.raises(RequestError, match="'MR' exists"):
        store.put_dataset(DatasetRow("mr", "corpus", Path("/b")))


def test_labels_are_kept_in_the_run_folder_and_the_index(store: Store, make_run) -> None:
    folder = make_run("run-1")
    ingest_project(store)
    store.set_labels("run-1", name="best", tags=["paper", "图"], notes="look again")
    store.set_labels("run-1", trashed=True)
    row = read.find_run(store, "run-1")
    assert (row.name, row.tags, row.notes, row.trashed) == ("best", ("paper", "图"), "look again", True)
    assert '"trashed": true' in folder.labels_file.read_text(encoding="utf-8")
    assert ingest_project(store).runs == ()
    store.set_labels("run-1", name="", trashed=False)
    assert read.find_run(store, "run-1").name == "name of run-1"


def test_labels_of_an_unknown_run_are_refused(store: Store) -> None:
    with pytest.raises(RequestError, match="no run 'nothing'"):
        store.set_labels("nothing", name="x")


def test_reports_and_layouts_are_kept(store: Store, project: Path) -> None:
    store.put_report(project / "reports" / "a.html", "A", ["run-1"])
    store.put_report(project / "reports" / "a.html", "A again", ["run-1", "run-2"])
    (report,) = read.reports(store)
    assert (report.path, report.title, report.runs) == (project / "reports" / "a.html", "A again", ("run-1", "run-2"))
    store.put_layout("window", 2, {"width": 3, "panels": ["a"]})
    assert store.get_layout("window", 2) == {"width": 3, "panels": ["a"]}
    assert store.get_layout("window", 3) is None
    assert store.get_layout("other", 2) is None
