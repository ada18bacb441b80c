"""A window asks often whether the index has changed: by itself, or by another program."""

import sqlite3
from contextlib import closing

from neurostudio.store import Store, ingest_project, rebuild


def test_the_mark_stays_while_nothing_is_written(store: Store, make_run) -> None:
    make_run()
    ingest_project(store)
    mark = store.change_mark()
    ingest_project(store)
    assert store.get_layout("window", 1) is None
    assert store.change_mark() == mark


def test_own_changes_move_the_mark(store: Store, make_run) -> None:
    marks = [store.change_mark()]
    make_run()
    ingest_project(store)
    marks.append(store.change_mark())
    store.set_labels("run-1", notes="odd")
    marks.append(store.change_mark())
    assert len(set(marks)) == 3


def test_changes_of_another_program_move_the_mark(store: Store) -> None:
    mark = store.change_mark()
    with Store.open(store.project) as other:
        other.put_layout("window", 1, {"width": 3})
    assert store.change_mark() != mark
    mark = store.change_mark()
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("DELETE FROM layout")
    assert store.change_mark() != mark


def test_another_file_in_the_place_of_the_index_is_a_change(store: Store, make_run) -> None:
    make_run()
    ingest_project(store)
    mark = store.change_mark()
    rebuild(store.project)
    assert store.change_mark() != mark
