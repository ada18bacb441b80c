"""From times to volumes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.methods.fmri.features.resample import (
    lanczos,
    mean_in_volume,
    shown_in_volume,
    sum_in_volume,
    volume_times,
)


def test_a_slow_wave_passes_the_filter_and_a_fast_one_does_not() -> None:
    times = np.arange(0, 200, 0.1)
    middle = slice(5, 95)
    slow, fast = np.sin(2 * np.pi * times / 20), np.sin(2 * np.pi * times / 0.7)
    values = np.stack([slow, fast, np.ones_like(times)], axis=1).astype(np.float32)
    out = lanczos(values, times, 100, 2.0, normalised=True)
    np.testing.assert_allclose(out[middle, 0], np.sin(2 * np.pi * volume_times(100, 2.0) / 20)[middle], atol=0.05)
    assert np.abs(out[middle, 1]).max() < 0.05
    np.testing.assert_allclose(out[:, 2], 1, atol=1e-5)


def test_a_word_is_spread_over_the_volumes_near_it() -> None:
    out = lanczos(np.ones((1, 1), np.float32), np.array([21.0]), 20, 2.0, normalised=False)[:, 0]
    assert out.argmax() == 10
    np.testing.assert_allclose(out[10], 1, atol=1e-6)
    np.testing.assert_allclose(out[[9, 11]], 0, atol=1e-6)
    assert np.count_nonzero(out) <= 7


def test_means_stay_where_nothing_falls_into_a_volume() -> None:
    values = np.array([[1.0], [3.0], [10.0]], np.float32)
    times = np.array([2.1, 3.9, 8.0])
    assert mean_in_volume(values, times, 6, 2.0)[:, 0].tolist() == [0, 2, 2, 2, 10, 10]
    assert sum_in_volume(values, times, 6, 2.0)[:, 0].tolist() == [0, 4, 0, 0, 10, 0]


@given(st.lists(st.floats(-5, 45), min_size=1, max_size=30), st.integers(1, 20), st.floats(0.5, 3))
def test_sums_count_what_lies_in_the_run_once(times: list[float], n_volumes: int, tr_s: float) -> None:
    ordered = np.sort(np.array(times))
    out = sum_in_volume(np.ones((len(times), 1), np.float32), ordered, n_volumes, tr_s)
    place = np.floor(ordered / tr_s + 1e-9)
    assert out.sum() == ((place >= 0) & (place < n_volumes)).sum()


def test_pictures_count_by_the_share_of_the_volume_that_they_are_on() -> None:
    values = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    out = shown_in_volume(values, np.array([1.0, 6.0]), np.array([2.0, 0.0]), 5, 2.0)
    np.testing.assert_allclose(out, [[0.5, 0], [0.5, 0], [0, 0], [0, 1], [0, 0]], atol=1e-6)
