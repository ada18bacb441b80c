"""How series are scaled, their spectrum and histogram, and what stands on the clipboard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurostudio.gui.views.timeline.series import Series, histogram, scaled, spectrum
from neurostudio.gui.views.timeline.series_text import as_table, series_sentence

NUMBERS = arrays(np.float64, st.integers(4, 60), elements=st.floats(-1e6, 1e6, allow_subnormal=False))


def test_modes_scale_as_their_names_say() -> None:
    values = np.array([90.0, 100.0, 110.0, np.nan])
    assert scaled(values, "raw")[:3].tolist() == [90, 100, 110]
    assert scaled(values, "demeaned")[:3].tolist() == [-10, 0, 10]
    assert scaled(values, "percent")[:3].tolist() == [-10, 0, 10]
    assert scaled(values, "z")[:3] == pytest.approx([-1.2247449, 0, 1.2247449])
    assert np.isnan(scaled(values, "z")[3])


def test_a_constant_series_is_shown_about_its_mean() -> None:
    assert scaled(np.full(5, 7.0), "z").tolist() == [0.0] * 5
    assert scaled(np.zeros(5), "percent").tolist() == [0.0] * 5


@given(NUMBERS)
def test_the_shares_of_a_spectrum_sum_to_one_and_end_at_half_the_rate(values: np.ndarray) -> None:
    frequency, power = spectrum(values, 2.0)
    assert frequency[-1] <= 0.25 + 1e-12
    assert len(frequency) == len(values) // 2
    assert power.sum() == pytest.approx(1.0) or power.sum() == pytest.approx(0.0)


def test_a_sine_has_one_peak_at_its_frequency() -> None:
    time_s = np.arange(200) * 2.0
    frequency, power = spectrum(np.sin(2 * np.pi * 0.05 * time_s), 2.0)
    assert frequency[power.argmax()] == pytest.approx(0.05)
    cycles, _ = spectrum(np.sin(2 * np.pi * 0.05 * time_s), None)
    assert cycles[power.argmax()] == pytest.approx(0.1)


@given(NUMBERS)
def test_a_histogram_counts_every_value(values: np.ndarray) -> None:
    edges, counts = histogram(values)
    assert counts.sum() == len(values)
    assert len(edges) == len(counts) + 1


def test_the_table_has_a_line_for_each_volume_and_says_what_is_not_read() -> None:
    series = (Series("a", np.array([1.5, 2.5])), Series("b", np.array([3.0, np.nan])))
    assert as_table(series, 2.0) == "volume\ttime_s\ta\tb\n0\t0\t1.5\t3\n1\t2\t2.5\tn/a"
    assert as_table(series, None).splitlines()[0] == "volume\ta\tb"
    assert as_table((), 2.0) == ""
    assert series_sentence(series, 2.0) == "2 volumes, 4 s: a from 1.5 to 2.5; b from 3 to 3."
