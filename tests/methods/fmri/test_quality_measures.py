"""tSNR, DVARS, carpet and outliers as their definitions say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.data.fmri.dvars import dvars
from neurostudio.methods.fmri.carpet import CLIP_SD, carpet_values, choose_rows, correlation
from neurostudio.methods.fmri.outliers import pieces, reasons, short_pieces
from neurostudio.methods.fmri.tsnr import tsnr, without_trend


def noise(n_time: int, n_voxel: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(100, 2, (n_time, n_voxel))


def test_white_noise_about_a_mean_has_the_tsnr_of_its_definition() -> None:
    series = noise(400, 300)
    assert np.median(tsnr(series, 0)) == pytest.approx(50, rel=0.02)
    drift = np.linspace(-20, 20, 400)[:, None] ** 2 / 20
    drifting = series + drift - drift.mean()
    assert np.median(tsnr(drifting, 0)) < 25
    assert np.allclose(tsnr(drifting, 2), tsnr(series, 2))


def test_a_constant_voxel_has_no_signal_to_noise_and_warns_nobody() -> None:
    series = np.column_stack([np.full(30, 7.0), noise(30, 1)[:, 0]]).astype(np.float32)
    assert tsnr(series)[0] == 0
    assert tsnr(series)[1] > 0


def test_what_is_left_of_a_trend_is_at_right_angles_to_it() -> None:
    rest = without_trend(noise(50, 4), 3)
    time = np.linspace(-1, 1, 50)
    assert np.abs(np.stack([time**order for order in range(4)]) @ rest).max() < 1e-9


def test_raw_dvars_is_the_root_mean_square_of_the_change() -> None:
    series = noise(40, 9000)
    found = dvars(series)
    assert np.isnan(found.raw[0])
    assert np.allclose(found.raw[1:], np.sqrt((np.diff(series, axis=0) ** 2).mean(axis=1)))


def test_standardised_dvars_of_noise_is_one_whatever_its_scale_and_correlation_in_time() -> None:
    white = noise(200, 2000)
    assert np.nanmean(dvars(white).standardised) == pytest.approx(1, abs=0.03)
    assert np.allclose(dvars(white * 7).standardised[1:], dvars(white).standardised[1:])
    slow = np.zeros_like(white)
    for time in range(1, len(white)):
        slow[time] = 0.6 * slow[time - 1] + (white[time] - 100)
    assert np.nanmean(dvars(slow[20:]).standardised) == pytest.approx(1, abs=0.05)


def test_dvars_equals_the_published_computation() -> None:
    series = noise(120, 500, seed=3)
    low, high = np.percentile(series, [25], axis=0, method="lower")[0], np.percentile(series, [75], axis=0, method="higher")[0]
    centred = series - series.mean(axis=0)
    ar1 = (centred[1:] * centred[:-1]).sum(axis=0) / (centred**2).sum(axis=0)
    expected = (np.sqrt((1 - ar1) * 2) * (high - low) / 1.349).mean()
    found = dvars(series)
    assert np.allclose(found.standardised[1:], found.raw[1:] / expected)


def test_a_jump_stands_out_and_constant_voxels_do_not_matter() -> None:
    series = noise(60, 400)
    series[30] += 15
    found = dvars(np.hstack([series, np.full((60, 50), 3.0)]))
    assert set(np.argsort(np.nan_to_num(found.standardised))[-2:]) == {30, 31}
    assert np.isnan(dvars(np.full((10, 5), 3.0)).standardised).all()


def test_dvars_can_be_stopped_between_blocks() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        dvars(noise(10, 10), stop)


def test_reasons_name_each_limit_and_a_missing_value_is_no_outlier() -> None:
    fd = np.array([np.nan, 0.6, 0.1, 0.6])
    change = np.array([np.nan, 1.0, 2.0, 2.0])
    assert reasons(fd, change, 0.5, 1.5) == ["", "FD", "DVARS", "FD, DVARS"]
    assert reasons(None, change, 0.5, 1.5) == ["", "", "DVARS", "DVARS"]
    assert reasons(fd, change, None, None) == [""] * 4


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 8))
def test_pieces_are_the_unbroken_stretches_and_short_ones_are_found(kept: list[bool], least: int) -> None:
    flags = np.array(kept, np.bool_)
    covered = np.zeros(len(kept), np.bool_)
    for first, stop in pieces(flags):
        assert flags[first:stop].all()
        assert first == 0 or not flags[first - 1]
        assert stop == len(kept) or not flags[stop]
        covered[first:stop] = True
    assert (covered == flags).all()
    short = short_pieces(flags, least)
    assert not (short & ~flags).any()
    for first, stop in pieces(flags):
        assert short[first:stop].all() == (stop - first < least)


@given(st.integers(1, 300), st.integers(10, 50), st.integers(0, 4))
def test_rows_are_different_voxels_ordered_by_label_then_key(n_voxel: int, most: int, n_label: int) -> None:
    random = np.random.default_rng(n_voxel)
    keys, labels = random.normal(size=n_voxel), random.integers(0, n_label + 1, n_voxel)
    rows = choose_rows(most, keys, labels)
    assert len(rows.columns) == min(most, n_voxel) == len(np.unique(rows.columns))
    assert (labels[rows.columns] == rows.labels).all()
    place = np.where(rows.labels == 0, 99, rows.labels)
    assert (np.diff(place) >= 0).all()
    for label in np.unique(rows.labels):
        assert (np.diff(keys[rows.columns[rows.labels == label]]) <= 0).all()


def test_the_carpet_shows_z_scores_of_single_voxels() -> None:
    series = noise(80, 30).astype(np.float32)
    series[:, 4] = 5
    series[40, 3] += 500
    rows = choose_rows(30, np.arange(30.0))
    values = carpet_values(series, rows)
    assert values.shape == (30, 80)
    assert np.abs(values).max() <= CLIP_SD
    assert not values[rows.columns == 4].any()
    assert values[rows.columns == 3][0, 40] == pytest.approx(CLIP_SD)
    assert np.allclose(np.delete(values, [25, 26], axis=0).std(axis=1), 1, atol=1e-3)


def test_correlation_is_pearsons_and_leaves_times_without_a_value_out() -> None:
    series = noise(50, 7)
    trace = np.random.default_rng(1).normal(size=50)
    trace[0] = np.nan
    expected = [np.corrcoef(series[1:, voxel], trace[1:])[0, 1] for voxel in range(7)]
    assert np.allclose(correlation(series, trace), expected)
    assert not correlation(series, np.full(50, 2.0)).any()
    assert not correlation(series, np.full(50, np.nan)).any()
    assert correlation(np.full((50, 1), 3.0), trace)[0] == 0
