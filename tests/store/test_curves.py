"""Whole curves, their tails while a run works, and their outlines."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.store import CurvePlace, Store, ingest_project, read
from neurostudio.store.curves import BLOCK_ROWS

RUNNING = {"type": "state", "state": "running", "attempt": 1}


def test_a_curve_has_steps_values_and_times_in_the_order_of_writing(store: Store, make_run) -> None:
    rows = [[("a/steps", 3.0, 10, 1.0), ("a/none", 1.0, None, 1.0)], [("a/none", 2.0, None, 2.0), ("a/steps", 1.0, 5, 2.5)]]
    make_run("run-1", *({"type": "metric", "rows": part} for part in rows))
    ingest_project(store)
    assert read.curve_names(store, "run-1") == ["a/none", "a/steps"]
    curve = read.curve(store, "run-1", "a/steps")
    assert (curve.steps.dtype, curve.values.dtype, curve.times.dtype) == (np.int64, np.float64, np.float64)
    assert (curve.steps.tolist(), curve.values.tolist(), curve.times.tolist()) == ([10, 5], [3.0, 1.0], [1.0, 2.5])
    assert read.curve(store, "run-1", "a/none").steps.tolist() == [0, 1]
    assert read.curve(store, "run-1", "other").values.tolist() == []
    assert read.curve_names(store, "other") == []


def metric(*rows: tuple[float, int | None]) -> dict:
    """One event with numbers of ``a/b``: (value, step)."""
    return {"type": "metric", "rows": [("a/b", value, step, 1.0) for value, step in rows]}


def points(curve) -> list[tuple[int, float]]:
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def test_a_tail_brings_only_what_is_new(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, metric((0.5, 10), (0.25, 20)))
    ingest_project(store)
    first = read.curve_tail(store, "run-1", "a/b")
    assert (first.is_whole, points(first.new)) == (True, [(10, 0.5), (20, 0.25)])
    same = read.curve_tail(store, "run-1", "a/b", first.place)
    assert (same.is_whole, points(same.new), same.place) == (False, [], first.place)
    add_events(folder, metric((0.125, 30)))
    ingest_project(store)
    more = read.curve_tail(store, "run-1", "a/b", same.place)
    assert (more.is_whole, points(more.new)) == (False, [(30, 0.125)])
    assert more.place is not None
    assert more.place.n_points == 3


def test_a_metric_without_steps_goes_on_counting(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, metric((5.0, None), (6.0, None)))
    ingest_project(store)
    place = read.curve_tail(store, "run-1", "a/b").place
    add_events(folder, metric((7.0, None)))
    ingest_project(store)
    tail = read.curve_tail(store, "run-1", "a/b", place)
    assert (tail.is_whole, points(tail.new)) == (False, [(2, 7.0)])
    assert read.curve(store, "run-1", "a/b").steps.tolist() == [0, 1, 2]


def test_the_first_number_without_a_step_makes_the_reader_begin_again(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, metric((5.0, 100)))
    ingest_project(store)
    place = read.curve_tail(store, "run-1", "a/b").place
    add_events(folder, metric((6.0, None)))
    ingest_project(store)
    tail = read.curve_tail(store, "run-1", "a/b", place)
    assert (tail.is_whole, points(tail.new)) == (True, [(0, 5.0), (1, 6.0)])


def test_after_a_resume_the_reader_begins_again_where_numbers_were_dropped(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, metric((1.0, 1)), {"type": "checkpoint", "step": "1"}, metric((2.0, 2)))
    ingest_project(store)
    place = read.curve_tail(store, "run-1", "a/b").place
    add_events(folder, {"type": "state", "state": "running", "attempt": 2, "resumed_seq": 3}, metric((2.5, 2)))
    ingest_project(store)
    tail = read.curve_tail(store, "run-1", "a/b", place)
    assert (tail.is_whole, points(tail.new)) == (True, [(1, 1.0), (2, 2.5)])


def test_a_curve_that_does_not_exist_yet_has_an_empty_tail_and_an_empty_outline(store: Store) -> None:
    tail = read.curve_tail(store, "run-1", "a/b")
    assert (tail.is_whole, points(tail.new), tail.place) == (True, [], None)
    gone = read.curve_tail(store, "run-1", "a/b", CurvePlace(4, 0, 2, has_steps=True))
    assert (gone.is_whole, points(gone.new), gone.place) == (True, [], None)
    assert points(read.curve_outline(store, "run-1", "a/b")) == []


@pytest.fixture(scope="module")
def long_store(tmp_path_factory: pytest.TempPathFactory):
    with Store.open(tmp_path_factory.mktemp("curves"), create=True) as made:
        yield made


numbers = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(numbers, max_size=60), n_points=st.integers(2, 40), has_steps=st.booleans())
def test_an_outline_is_made_of_true_points_and_keeps_the_extremes(
    long_store: Store, make_run, values: list[float], n_points: int, has_steps: bool
) -> None:
    run_id = f"run-{np.random.default_rng().integers(1 << 62)}"
    events = [metric((value, 3 * n if has_steps else None)) for n, value in enumerate(values)]
    make_run(run_id, *events, in_project=long_store.project)
    ingest_project(long_store)
    whole = read.curve(long_store, run_id, "a/b")
    outline = read.curve_outline(long_store, run_id, "a/b", n_points)
    assert len(outline.values) <= max(n_points, 2)
    assert set(map(repr, points(outline))) <= set(map(repr, points(whole)))
    assert (np.diff(outline.steps) > 0).all()
    if len(values) <= n_points:
        np.testing.assert_array_equal(outline.values, whole.values)
    known = whole.values[~np.isnan(whole.values)]
    if len(known):
        assert np.nanmin(outline.values) == known.min()
        assert np.nanmax(outline.values) == known.max()


@pytest.mark.parametrize("n_rows", [BLOCK_ROWS - 1, BLOCK_ROWS, 2 * BLOCK_ROWS + 1])
def test_long_curves_are_whole_however_they_fall_into_blocks(store: Store, make_run, n_rows: int) -> None:
    make_run("run-1", metric(*((float(n % 7), None) for n in range(n_rows))))
    ingest_project(store)
    whole = read.curve(store, "run-1", "a/b")
    np.testing.assert_array_equal(whole.values, np.arange(n_rows) % 7)
    outline = read.curve_outline(store, "run-1", "a/b", 20)
    np.testing.assert_array_equal(outline.values, (outline.steps % 7).astype(float))
    assert outline.steps[-1] > n_rows * 0.9
