"""Samples: which volumes they hold, and that LSS and LSA give the effects that were planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.patterns import (
    Blocks,
    cleaned,
    drift_basis,
    find_blocks,
    mean_weights,
    standardised,
    volumes_of,
)
from neurostudio.methods.fmri.specs.decode_classes import PatternSettings
from neurostudio.methods.fmri.trial_weights import trial_regressors, trial_weights

NONE = np.zeros((80, 0))


def blocks_of(*rows: tuple[float, float, str]) -> Blocks:
    onset, end, label = zip(*rows, strict=True)
    return Blocks(np.array(onset), np.array(end), np.array(label))


def test_a_block_holds_the_volumes_within_it_after_the_shift() -> None:
    found = volumes_of(blocks_of((15.0, 37.5, "a")), 121, 2.5, 5.0)
    assert (found[0] * 2.5).tolist() == [20.0, 22.5, 25.0, 27.5, 30.0, 32.5, 35.0, 37.5, 40.0]
    # rounding in the table changes nothing
    assert volumes_of(blocks_of((15.0000000001, 37.4999999999, "a")), 121, 2.5, 5.0)[0].tolist() == found[0].tolist()


def test_a_short_event_takes_the_nearest_volume_and_one_past_the_end_none() -> None:
    found = volumes_of(blocks_of((10.0, 10.0, "a"), (11.4, 11.5, "a"), (196.0, 200.0, "b"), (198.0, 230.0, "b")), 100, 2.0, 5.0)
    assert [own.tolist() for own in found] == [[8], [8], [], []]
    assert volumes_of(blocks_of((190.0, 230.0, "b")), 100, 2.0, 5.0)[0].tolist() == [98, 99]


@given(
    st.lists(st.tuples(st.floats(0, 150), st.floats(0, 30)), min_size=1, max_size=6),
    st.floats(0, 8),
    st.sampled_from([0.8, 2.0, 3.1]),
)
def test_the_weights_of_a_block_are_a_mean(rows: list[tuple[float, float]], shift_s: float, tr_s: float) -> None:
    blocks = blocks_of(*[(onset, onset + duration, "a") for onset, duration in rows])
    volumes = [own for own in volumes_of(blocks, 300, tr_s, shift_s) if len(own)]
    weights = mean_weights(volumes, 300)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert (weights >= 0).all()


def test_events_of_one_type_are_joined_where_it_is_asked_for() -> None:
    events = Events(np.array([0.0, 2.0, 4.0, 30.0, 32.0, 40.0]), np.full(6, 1.0), np.array(["a", "a", "a", "a", "b", "x"]))
    class_of = {"a": "A", "b": "B"}
    assert len(find_blocks(events, class_of, None)) == 5
    joined = find_blocks(events, class_of, 1.5)
    assert joined.onset_s.tolist() == [0.0, 30.0, 32.0]
    assert joined.end_s.tolist() == [5.0, 31.0, 33.0]
    assert joined.label.tolist() == ["A", "A", "B"]
    assert len(find_blocks(events, {}, None)) == 0


@pytest.mark.parametrize(("detrend", "degree"), [("none", 0), ("linear", 1), ("quadratic", 2)])
def test_drift_of_the_degree_is_gone_and_the_next_one_is_not(detrend: str, degree: int) -> None:
    basis = drift_basis(80, 2.0, PatternSettings.from_settings({"detrend": detrend}), NONE)
    times = np.linspace(3, 9, 80)[:, None]
    powers = times ** np.arange(degree + 2)
    left = cleaned(powers, basis, unit_variance=False)
    assert np.abs(left[:, :-1]).max() < 1e-6
    assert np.abs(left[:, -1]).max() > 0.1


def test_cosines_take_slow_changes_and_leave_fast_ones() -> None:
    basis = drift_basis(200, 2.0, PatternSettings(detrend="cosine", high_pass_hz=0.01), np.zeros((200, 0)))
    times = np.arange(200) * 2.0
    waves = np.stack([np.cos(2 * np.pi * 0.003 * times), np.cos(2 * np.pi * 0.05 * times)], axis=1)
    spread = cleaned(waves, basis, unit_variance=False).std(axis=0) / waves.std(axis=0)
    assert spread[0] < 0.3
    assert spread[1] > 0.95


def test_cleaning_gives_unit_variance_and_a_dead_voxel_stays_zero() -> None:
    generator = np.random.default_rng(0)
    confound = generator.normal(size=(80, 1))
    series = np.hstack([generator.normal(100, 5, (80, 2)), 7 + 3 * confound])
    basis = drift_basis(80, 2.0, PatternSettings(), np.hstack([confound, confound]))
    assert basis.shape == (80, 4)
    left = cleaned(series, basis, unit_variance=True)
    np.testing.assert_allclose(left.std(axis=0), [1, 1, 0], atol=1e-9)
    np.testing.assert_allclose(basis.T @ left, 0, atol=1e-9)


def test_standardised_samples_have_no_mean_and_unit_variance() -> None:
    values = np.hstack([np.random.default_rng(1).normal(5, 3, (10, 3)), np.full((10, 1), 2.0)])
    done = standardised(values)
    np.testing.assert_allclose(done.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(done.std(axis=0), [1, 1, 1, 0])


@pytest.mark.parametrize("how", ["lss", "lsa"])
def test_the_effect_of_each_event_comes_back(how: str) -> None:
    onsets = np.array([4.0, 24.0, 44.0, 64.0, 84.0, 104.0])
    blocks = Blocks(onsets, onsets + 2, np.array(["a", "b"] * 3))
    regressors = trial_regressors(blocks, 80, 2.0)
    sizes = np.array([1.0, 2.0, 3.0, -1.0, 0.5, 4.0])
    basis = drift_basis(80, 2.0, PatternSettings(), NONE)
    series = (regressors @ sizes + 10 + np.linspace(0, 5, 80))[:, None]
    weights = trial_weights(regressors, blocks.label, basis, how, "run-1")
    found = (weights @ cleaned(series, basis, unit_variance=False))[:, 0]
    np.testing.assert_allclose(found, sizes, atol=1e-6 if how == "lsa" else 0.25)


def test_lss_equals_its_models_one_by_one() -> None:
    generator = np.random.default_rng(2)
    onsets = np.sort(generator.uniform(0, 130, 9))
    blocks = Blocks(onsets, onsets + 1, np.array(list("aabbccabc")))
    regressors, series = trial_regressors(blocks, 80, 2.0), generator.normal(size=(80, 4))
    basis = drift_basis(80, 2.0, PatternSettings(), NONE)
    found = trial_weights(regressors, blocks.label, basis, "lss", "run-1") @ cleaned(series, basis, unit_variance=False)
    for place, kind in enumerate(blocks.label):
        others = [regressors[:, (blocks.label == name) & (np.arange(9) != place)].sum(axis=1) for name in "abc"]
        design = np.column_stack([regressors[:, place], *others, np.vander(np.arange(80.0), 3)])
        np.testing.assert_allclose(found[place], np.linalg.lstsq(design, series, rcond=None)[0][0], atol=1e-8)
        assert kind in "abc"


def test_events_at_the_same_time_are_refused_in_a_model() -> None:
    blocks = blocks_of((4.0, 6.0, "a"), (4.0, 6.0, "b"), (40.0, 42.0, "a"))
    basis = drift_basis(80, 2.0, PatternSettings(), NONE)
    with pytest.raises(RequestError, match="events of run-7 cannot be told apart"):
        trial_weights(trial_regressors(blocks, 80, 2.0), blocks.label, basis, "lsa", "run-7")
