"""Null distributions by circular shifts."""

import numpy as np
import pytest

from neurostudio.methods.fmri.significance import (
    KeptPenalties,
    allowed_shifts,
    correlation,
    draw_shifts,
    false_discovery_threshold,
    likeness_to_itself,
    pooled_p_values,
)


def test_shifts_move_a_run_by_thirty_seconds_both_ways_round() -> None:
    shifts = allowed_shifts(100, 2.0)
    assert (shifts[0], shifts[-1]) == (15, 85)
    assert len(allowed_shifts(29, 2.0)) == 0


def test_shifts_are_drawn_once_each_and_from_the_seed() -> None:
    drawn = draw_shifts([100, 80], [2.0, 2.0], 200, seed=4)
    assert len({tuple(row) for row in drawn}) == 200
    assert drawn[:, 0].min() >= 15
    assert drawn[:, 1].max() <= 65
    np.testing.assert_array_equal(drawn, draw_shifts([100, 80], [2.0, 2.0], 200, seed=4))
    assert len(draw_shifts([40], [2.0], 200, seed=0)) == 11
    assert len(draw_shifts([100, 20], [2.0, 2.0], 200, seed=0)) == 0


def test_correlation_is_that_of_numpy_and_zero_for_what_does_not_change() -> None:
    rng = np.random.default_rng(0)
    true, predicted = rng.normal(size=(2, 50, 4)).astype(np.float32)
    predicted[:, 3] = 1
    found = correlation(true, predicted)
    expected = [np.corrcoef(true[:, voxel], predicted[:, voxel])[0, 1] for voxel in range(3)]
    np.testing.assert_allclose(found[:3], expected, atol=1e-5)
    assert found[3] == 0


@pytest.mark.parametrize("widths", [(6,), (30,), (90,), (4, 5), (4, 9, 60)])
def test_kept_penalties_score_as_the_closed_form_does(widths: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    train = [rng.normal(size=(60, width)) for width in widths]
    train = [(own - own.mean(axis=0)).astype(np.float32) for own in train]
    test = [rng.normal(size=(15, width)).astype(np.float32) for width in widths]
    targets, tested = rng.normal(size=(60, 6)).astype(np.float32), rng.normal(size=(15, 6)).astype(np.float32)
    alphas = np.array([10, 1, 10, 100, 1, 10], np.float32)
    shares = rng.dirichlet(np.ones(len(widths)), size=2)[[0, 1, 0, 0, 1, 1]].T.astype(np.float32)
    found = KeptPenalties(targets, tested, alphas, shares).score(train, test)
    joined, joined_test = np.concatenate(train, axis=1), np.concatenate(test, axis=1)
    for voxel, alpha in enumerate(alphas):
        penalty = np.diag(np.repeat(alpha / shares[:, voxel], widths))
        weights = np.linalg.solve(joined.T @ joined + penalty, joined.T @ targets[:, voxel])
        expected = np.corrcoef(joined_test @ weights, tested[:, voxel])[0, 1]
        assert found[voxel] == pytest.approx(expected, abs=1e-3)


def test_p_values_of_noise_are_even_and_those_of_signal_small() -> None:
    rng = np.random.default_rng(2)
    scale = rng.uniform(0.02, 0.3, size=1500)
    nulls = (rng.normal(size=(200, 1500)) * scale + scale).astype(np.float32)
    observed = (rng.normal(size=1500) * scale + scale).astype(np.float32)
    p_values = pooled_p_values(observed, nulls)
    for level in (0.5, 0.1, 0.01):
        share = float((p_values <= level).mean())
        assert share == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 1500))
    assert false_discovery_threshold(p_values, 0.05) < 0.001
    observed[:50] += 8 * scale[:50]
    assert pooled_p_values(observed, nulls)[:50].max() < 1e-3


def test_false_discovery_follows_benjamini_and_hochberg() -> None:
    p_values = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205])
    assert false_discovery_threshold(p_values, 0.05) == 0.008
    assert false_discovery_threshold(np.array([0.9, 0.8]), 0.05) == 0


def test_a_periodic_feature_is_told_by_its_period() -> None:
    rng = np.random.default_rng(0)
    blocks = np.tile(np.repeat([0.0, 1.0], 10), 6)
    features = np.stack([blocks, rng.normal(size=120), np.ones(120)], axis=1).astype(np.float32)
    likeness, shift = likeness_to_itself(features, allowed_shifts(120, 2.0))
    assert likeness[0] == pytest.approx(1, abs=1e-5)
    assert shift[0] % 20 == 0
    assert likeness[1] < 0.4
    assert likeness[2] == 0
