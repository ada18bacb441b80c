"""What is drawn over time: scales, spectrum, histogram."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from neurostudio.gui.views.timeline.series import MODES, histogram, scaled, spectrum

numbers = hnp.arrays(np.float64, st.integers(0, 40), elements=st.floats(-1e6, 1e6) | st.just(float("nan")))


@given(numbers)
def test_every_scale_keeps_length_and_gaps(values: np.ndarray) -> None:
    for mode in MODES:
        found = scaled(values, mode)
        assert found.shape == values.shape
        assert np.array_equal(np.isnan(found), np.isnan(values))


def test_scales_are_what_their_names_say() -> None:
    values = np.array([90.0, 100.0, 110.0, np.nan])
    assert scaled(values, "raw")[:3].tolist() == [90, 100, 110]
    assert scaled(values, "demeaned")[:3].tolist() == [-10, 0, 10]
    assert scaled(values, "percent")[:3].tolist() == [-10, 0, 10]
    assert scaled(values, "z")[:3] == pytest.approx(np.array([-1, 0, 1]) * np.sqrt(1.5))
    assert scaled(np.full(4, 7.0), "z").tolist() == [0, 0, 0, 0]


def test_a_sine_has_its_power_at_its_frequency() -> None:
    tr_s, n = 2.0, 200
    time_s = np.arange(n) * tr_s
    frequency, power = spectrum(500 + np.sin(2 * np.pi * 0.05 * time_s), tr_s)
    assert frequency[power.argmax()] == pytest.approx(0.05)
    assert power.sum() == pytest.approx(1)
    assert frequency[-1] == pytest.approx(0.25)
    assert [len(part) for part in spectrum(np.array([1.0, np.nan, 2.0]), tr_s)] == [0, 0]


@given(numbers)
def test_a_histogram_counts_each_finite_value_once(values: np.ndarray) -> None:
    edges, counts = histogram(values)
    assert len(edges) == len(counts) + 1
    assert counts.sum() == np.isfinite(values).sum()
