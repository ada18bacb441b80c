"""Curves as numbers: peaks stay when points are left out, smoothing is the plain recursion, groups become bands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurostudio.gui.views.curve_buffer import CurveBuffer
from neurostudio.gui.views.curve_data import in_order, pooled, range_sentence, smoothed, visible_points

VALUES = st.floats(-1e6, 1e6)
GAPPY = st.one_of(VALUES, st.just(float("nan")))


@given(arrays(float, st.integers(1, 5_000), elements=GAPPY), st.integers(1, 300))
def test_what_is_drawn_has_the_peaks_of_all_points_and_no_more_points_than_needed(y: np.ndarray, n_pixel: int) -> None:
    x = np.arange(len(y), dtype=float)
    shown_x, shown_y = visible_points(x, y, -1, len(y), n_pixel)
    known, shown = y[np.isfinite(y)], shown_y[np.isfinite(shown_y)]
    assert len(shown) > 0 or len(known) == 0
    if len(known):
        assert (shown.min(), shown.max()) == (known.min(), known.max())
    assert len(shown_x) == len(shown_y)
    assert len(shown_x) <= max(4 * n_pixel, 8) + len(y) / n_pixel
    assert np.all(np.diff(shown_x) >= 0)


def test_a_million_points_become_a_few_thousand_and_a_part_of_them_is_complete() -> None:
    x = np.arange(1_000_000, dtype=float)
    y = np.sin(x)
    assert len(visible_points(x, y, 0, 1e6, 1_000)[0]) < 5_000
    few_x, few_y = visible_points(x, y, 100, 200, 1_000)
    assert few_x.tolist() == list(range(99, 202))
    assert np.array_equal(few_y, y[99:202])


@given(arrays(float, st.integers(0, 700), elements=GAPPY), st.sampled_from([0.0, 0.3, 0.6, 0.9, 0.98, 0.999]))
def test_smoothing_is_the_moving_average_without_the_pull_of_its_start(y: np.ndarray, weight: float) -> None:
    expected, total, share = [], 0.0, 0.0
    for value in y:
        known = np.isfinite(value)
        total = weight * total + (1 - weight) * (value if known else 0.0)
        share = weight * share + (1 - weight) * known
        expected.append(total / share if known else np.nan)
    assert np.allclose(smoothed(y, weight), expected, rtol=1e-6, atol=1e-4, equal_nan=True)


def test_a_weight_outside_of_its_range_is_a_bug() -> None:
    with pytest.raises(ValueError, match=r"not in \[0, 1\)"):
        smoothed(np.ones(3), 1.0)


@given(st.lists(st.tuples(st.integers(0, 30), VALUES), max_size=60))
def test_steps_that_were_written_again_count_once_with_their_last_value(points: list[tuple[int, float]]) -> None:
    x, y = in_order(np.array([p[0] for p in points], dtype=float), np.array([p[1] for p in points], dtype=float))
    assert dict(zip(x.tolist(), y.tolist(), strict=True)) == {float(step): value for step, value in points}
    assert np.all(np.diff(x) > 0)


def test_repeats_become_a_mean_with_a_range_over_the_steps_that_all_have() -> None:
    one = (np.array([1.0, 2, 3]), np.array([0.0, 1, 2]))
    two = (np.array([2.0, 3, 4]), np.array([3.0, 6, 9]))
    found = pooled([one, two])
    assert found is not None
    assert (found.x.tolist(), found.mean.tolist(), found.low.tolist(), found.high.tolist()) == ([2, 3], [2, 4], [1, 2], [3, 6])
    assert pooled([one, (np.array([9.0]), np.array([1.0]))]) is None
    assert pooled([]) is None


def test_a_growing_curve_keeps_every_point_and_knows_when_nothing_is_new() -> None:
    buffer = CurveBuffer()
    for start in range(0, 5_000, 7):
        buffer.append(np.arange(start, start + 7), np.arange(start, start + 7) / 2)
    assert len(buffer) == 5_005
    assert np.array_equal(buffer.steps, np.arange(5_005))
    assert np.array_equal(buffer.values, np.arange(5_005) / 2)
    assert np.isnan(buffer.times).all()
    assert buffer.replace(buffer.steps.copy(), buffer.values.copy()) is False
    assert buffer.replace(np.arange(3), np.arange(3), np.arange(3)) is True
    assert buffer.times.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="2 steps and 1 values"):
        buffer.append(np.arange(2), np.arange(1))


def test_a_picture_is_told_in_a_sentence() -> None:
    x = np.array([1.0, 2, 3])
    assert range_sentence({"loss": (x, np.array([3.0, 1, 2]))}, "step") == "1 line over step 1 to 3: loss from 1 to 3, last 2."
    assert range_sentence({"loss": (x, np.full(3, np.nan))}, "step") == "Nothing is drawn yet."
