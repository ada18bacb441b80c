"""One projection: at right angles to all that was taken out, blind to what was cut, and equal to nilearn's own call."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nilearn.signal import clean

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled
from neurostudio.methods.fmri.projection import Projection, clean_in_place, cosines, make_projection
from neurostudio.methods.fmri.specs.clean import FilterSettings

TR_S = 2.0


def data(n_time: int = 120, n_voxel: int = 40, n_confound: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    confounds = random.normal(size=(n_time, n_confound))
    series = random.normal(200, 3, (n_time, n_voxel)) + 5 * confounds @ random.normal(size=(n_confound, n_voxel))
    return series.astype(np.float32), confounds


def projection_of(confounds: np.ndarray, kept: np.ndarray | None = None, **settings_: Any) -> Projection:
    names = tuple(f"c{place}" for place in range(confounds.shape[1]))
    kept = np.arange(len(confounds)) if kept is None else kept
    return make_projection(names, confounds, kept, FilterSettings(**settings_), TR_S)


def cleaned_of(series: np.ndarray, projection: Projection, standardise: str = "none") -> np.ndarray:
    return clean_in_place(NotebookContext(), series.copy(), projection, standardise, "Clean")[0].copy()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 8), st.sampled_from(["none", "z", "psc"]), st.booleans(), st.booleans())
def test_the_cleaned_series_are_at_right_angles_to_every_regressor(
    seed: int, n_confound: int, standardise: str, is_censored: bool, has_filter: bool
) -> None:
    series, confounds = data(n_confound=n_confound, seed=seed)
    kept = np.flatnonzero(np.random.default_rng(seed).random(len(series)) > 0.15) if is_censored else None
    projection = projection_of(confounds, kept, high_pass_hz=0.01 if has_filter else None)
    cleaned = cleaned_of(series, projection, standardise).astype(np.float64)
    cleaned -= cleaned.mean(axis=0)
    cleaned /= np.linalg.norm(cleaned, axis=0)
    taken = np.column_stack([projection.regressors[projection.kept], np.arange(len(projection.kept))])
    taken = taken - taken.mean(axis=0)
    taken /= np.linalg.norm(taken, axis=0)
    assert np.abs(taken.T @ cleaned).max() < 1e-5


def test_what_stands_in_cut_volumes_does_not_matter() -> None:
    series, confounds = data()
    kept = np.setdiff1d(np.arange(120), [3, 50, 51, 52, 119])
    wild, wild_confounds = series.copy(), confounds.copy()
    cut = np.setdiff1d(np.arange(120), kept)
    wild[cut], wild_confounds[cut] = 1e6, -50
    for standardise in ("none", "z", "psc"):
        expected = cleaned_of(series, projection_of(confounds, kept), standardise)
        assert np.array_equal(cleaned_of(wild, projection_of(wild_confounds, kept), standardise), expected)


@pytest.mark.parametrize("kept", [None, np.setdiff1d(np.arange(120), [0, 40, 41])], ids=["all", "cut"])
@pytest.mark.parametrize(("ours", "theirs"), [("none", None), ("z", "zscore_sample"), ("psc", "psc")])
def test_it_equals_nilearns_own_call(kept: np.ndarray | None, ours: str, theirs: str | None) -> None:
    series, confounds = data()
    expected = clean(
        series.astype(np.float64),
        confounds=confounds,
        filter="cosine",
        high_pass=0.008,
        t_r=TR_S,
        detrend=True,
        standardize=theirs,
        sample_mask=kept,
    )
    found = cleaned_of(series, projection_of(confounds, kept), ours)
    assert np.allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_a_band_pass_equals_nilearns_butterworth() -> None:
    series, confounds = data()
    expected = clean(
        series.astype(np.float64),
        confounds=confounds,
        filter="butterworth",
        high_pass=0.01,
        low_pass=0.1,
        t_r=TR_S,
        detrend=True,
        standardize=None,
    )
    projection = projection_of(confounds, high_pass_hz=0.01, low_pass_hz=0.1)
    assert np.allclose(cleaned_of(series, projection), expected, rtol=1e-5, atol=1e-5)
    assert projection.dof_left < projection_of(confounds, high_pass_hz=0.01).dof_left


def test_a_head_that_sinks_steadily_does_not_switch_the_high_pass_off() -> None:
    """nilearn's cosine filter takes no cosine at all where a confound correlates with one of them above 0.9."""
    series, _ = data(n_confound=0)
    drift = cosines(120, 0.008, TR_S)
    sinking = -drift[:, :1] + 1e-3 * np.random.default_rng(0).normal(size=(120, 1))
    projection = projection_of(-sinking)
    assert len(projection.names) == 1 + drift.shape[1]
    cleaned = cleaned_of(series, projection)
    assert np.abs(drift.T @ cleaned).max() < 1e-3


def test_blocks_of_voxels_do_not_change_the_result() -> None:
    series, confounds = data(n_time=60, n_voxel=30)
    projection = projection_of(confounds)
    whole = cleaned_of(series, projection)
    for voxel in (0, 17, 29):
        assert np.allclose(cleaned_of(series[:, voxel : voxel + 1], projection)[:, 0], whole[:, voxel], atol=1e-5)


def test_degrees_of_freedom_count_each_independent_regressor_once() -> None:
    _, confounds = data(n_confound=3)
    doubled = np.hstack([confounds, confounds[:, :1] * 2])
    assert projection_of(confounds, high_pass_hz=None).dof_left == 120 - 2 - 3
    assert projection_of(doubled, high_pass_hz=None).dof_left == 120 - 2 - 3
    n_cosine = cosines(120, 0.008, TR_S).shape[1]
    assert n_cosine == 3
    assert projection_of(doubled, np.arange(100)).dof_left == 100 - 2 - 3 - n_cosine
    assert projection_of(confounds, np.arange(4), high_pass_hz=None).dof_left == 0


def test_a_voxel_that_the_regressors_explain_wholly_is_counted_and_zero() -> None:
    series, confounds = data()
    series[:, 7] = (200 + 4 * confounds[:, 0]).astype(np.float32)
    cleaned, removed = clean_in_place(NotebookContext(), series.copy(), projection_of(confounds), "z", "Clean")
    assert list(np.flatnonzero(np.isnan(removed))) == [7]
    assert not cleaned[:, 7].any()
    assert np.isfinite(cleaned).all()
    assert 0 < np.nanmean(removed) < 1


def test_it_stops_between_blocks() -> None:
    series, confounds = data()
    context = NotebookContext()
    context.stop_requested = True
    with pytest.raises(Cancelled):
        clean_in_place(context, series, projection_of(confounds), "z", "Clean")
