import json

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.store import DatasetRow, Store, ingest_project, read

DONE = {"type": "state", "state": "done", "attempt": 1}


@pytest.fixture
def filled(store: Store, make_run) -> Store:
    """Four runs, oldest first: alpha, beta (twice), and one in the trash."""
    make_run("20260101-a", DONE, name="alpha", created=1.0, batch="grid_1")
    make_run("20260102-b", DONE, name="beta", created=2.0, method="spiking.image")
    make_run("20260103-c", name="beta", created=3.0)
    make_run("20260104-d", DONE, name="trashed", created=4.0)
    ingest_project(store)
    store.set_labels("20260101-a", tags=["paper", "图 1"], notes="the 100% one")
    store.set_labels("20260104-d", trashed=True)
    return store


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({}, ["20260103-c", "20260102-b", "20260101-a"]),
        ({"limit": 1}, ["20260103-c"]),
        ({"limit": 2, "offset": 1}, ["20260102-b", "20260101-a"]),
        ({"offset": 3}, []),
        ({"ids": ["20260101-a", "20260104-d", "nothing"]}, ["20260101-a"]),
        ({"ids": []}, []),
        ({"trashed": True}, ["20260104-d"]),
        ({"trashed": None}, ["20260104-d", "20260103-c", "20260102-b", "20260101-a"]),
        ({"method": "spiking.image"}, ["20260102-b"]),
        ({"state": "queued"}, ["20260103-c"]),
        ({"text": "BETA"}, ["20260103-c", "20260102-b"]),
        ({"text": "beta image"}, ["20260102-b"]),
        ({"text": "0%"}, ["20260101-a"]),
        ({"text": "grid_1"}, ["20260101-a"]),
        ({"text": "g_id"}, []),
        ({"text": "图"}, ["20260101-a"]),
        ({"tag": "paper"}, ["20260101-a"]),
        ({"tag": "pap"}, []),
        ({"tag": "paper", "state": "queued"}, []),
    ],
)
def test_runs_are_found_by_what_is_asked(filled: Store, question: dict, expected: list[str]) -> None:
    assert [row.run_id for row in read.runs(filled, **question)] == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("20260101-a", "20260101-a"),
        ("alpha", "20260101-a"),
        ("20260102", "20260102-b"),
        ("latest", "20260103-c"),
        ("20260104-d", "20260104-d"),
    ],
)
def test_a_run_is_found_by_id_name_beginning_or_as_the_latest(filled: Store, key: str, expected: str) -> None:
    assert read.find_run(filled, key).run_id == expected


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("beta", "2 runs fit 'beta'.*20260103-c, 20260102-b"),
        ("2026", "3 runs fit '2026'"),
        ("alphaa", "no run 'alphaa'.*Did you mean alpha"),
        ("trashed", "no run 'trashed'"),
        ("", "no run ''.*Known: beta"),
    ],
)
def test_a_key_that_fits_none_or_several_is_answered_with_those_that_are_close(filled: Store, key: str, told: str) -> None:
    with pytest.raises(RequestError, match=told):
        read.find_run(filled, key)


def test_an_empty_project_says_that_it_has_no_run(store: Store) -> None:
    for question in (lambda: read.find_run(store, "latest"), lambda: read.run_detail(store, "x")):
        with pytest.raises(RequestError, match="There is no run in"):
            question()


def test_an_unknown_data_set_is_answered_with_close_names(store: Store) -> None:
    with pytest.raises(RequestError, match="There is no data set in"):
        read.dataset(store, "MR")
    store.put_dataset(DatasetRow("reviews", "corpus", store.project / "a"))
    with pytest.raises(RequestError, match="Did you mean reviews"):
        read.dataset(store, "review")


def test_the_navigator_is_told_how_many_runs_there_are_of_each_kind(filled: Store) -> None:
    assert read.counts(filled) == {"spiking.image": {"done": 1}, "spiking.text": {"done": 1, "queued": 1}}
    assert read.tags(filled) == {"paper": 1, "图 1": 1}
    filled.set_labels("20260103-c", tags=["paper"])
    filled.set_labels("20260104-d", tags=["paper"])
    assert read.tags(filled) == {"paper": 2, "图 1": 1}


def test_settings_and_inputs_of_many_runs_come_at_once(store: Store, make_run) -> None:
    given = [Input("train", name, "table", store.project / "data" / name) for name in ("a", "b")]
    make_run("run-1", settings={"spec_version": 1, "n": 3}, inputs=tuple(given))
    make_run("run-2", settings={"spec_version": 1, "n": 4})
    ingest_project(store)
    assert read.settings_of(store, ["run-2", "other"]) == {"run-2": {"spec_version": 1, "n": 4}}
    assert read.inputs_of(store, ["run-1", "run-2"]) == {"run-1": tuple(given)}
    assert read.run_detail(store, "run-1").inputs == tuple(given)


def test_final_values_of_some_runs_or_all(store: Store, make_run) -> None:
    for number in range(3):
        make_run(f"run-{number}", {"type": "metric", "rows": [("a/b", float(number), None, 1.0), ("a/a", 0.5, None, 1.0)]})
    ingest_project(store)
    assert read.final_values(store, ["run-2"]) == {"run-2": {"a/a": 0.5, "a/b": 2.0}}
    assert set(read.final_values(store)) == {"run-0", "run-1", "run-2"}
    assert read.final_values(store, []) == {}


def test_the_log_is_cut_by_level_and_to_its_end(store: Store, make_run) -> None:
    levels = ["debug", "info", "warning", "error", "info"]
    make_run(
        "run-1", *({"type": "log", "level": level, "message": f"{n} {level}", "fields": {}} for n, level in enumerate(levels))
    )
    ingest_project(store)
    assert [line.message for line in read.logs(store, "run-1")] == [f"{n} {level}" for n, level in enumerate(levels)]
    assert [line.message for line in read.logs(store, "run-1", "warning")] == ["2 warning", "3 error"]
    assert [line.message for line in read.logs(store, "run-1", "info", limit=2)] == ["3 error", "4 info"]
    with pytest.raises(RequestError, match="Known levels: debug"):
        read.logs(store, "run-1", "loud")


def test_rows_can_be_shown_as_json(filled: Store) -> None:
    assert json.loads(json.dumps(read.runs(filled)[0].__dict__))["run_id"] == "20260103-c"
