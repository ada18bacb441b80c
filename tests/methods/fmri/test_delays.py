"""Delays of features."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.methods.fmri.delays import by_delay, delayed, delays_until


@pytest.mark.parametrize(
    ("tr_s", "expected"), [(2.0, (1, 2, 3, 4)), (1.5, (1, 2, 3, 4, 5, 6)), (0.8, tuple(range(1, 11))), (10.0, (1,))]
)
def test_delays_reach_to_eight_seconds(tr_s: float, expected: tuple[int, ...]) -> None:
    assert delays_until(tr_s) == expected


@given(n_time=st.integers(1, 12), n_feature=st.integers(1, 3), delays=st.lists(st.integers(0, 14), min_size=1, unique=True))
def test_each_row_holds_the_features_as_they_were(n_time: int, n_feature: int, delays: list[int]) -> None:
    features = np.arange(1, n_time * n_feature + 1, dtype=np.float32).reshape(n_time, n_feature)
    out = delayed(features, delays).reshape(n_time, len(delays), n_feature)
    for time in range(n_time):
        for place, delay in enumerate(delays):
            expected = features[time - delay] if time >= delay else np.zeros(n_feature)
            np.testing.assert_array_equal(out[time, place], expected)


def test_weights_are_ordered_as_the_delayed_features_are() -> None:
    features = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    weights = np.random.default_rng(1).normal(size=(3 * 2, 4)).astype(np.float32)
    apart = by_delay(weights, 3)
    assert apart.shape == (3, 2, 4)
    summed = sum(delayed(features, [delay]) @ apart[place] for place, delay in enumerate((1, 2, 4)))
    np.testing.assert_allclose(delayed(features, (1, 2, 4)) @ weights, summed, rtol=1e-4, atol=1e-5)
