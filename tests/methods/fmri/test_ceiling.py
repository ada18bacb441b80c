"""Noise ceiling from repeats."""

import numpy as np
import pytest

from neurostudio.methods.fmri.ceiling import explainable_variance, noise_ceiling, repeated_groups, same_stimulus


def zscored(values: np.ndarray) -> np.ndarray:
    return ((values - values.mean(axis=1, keepdims=True)) / values.std(axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("n_repeat", [2, 3, 6])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_the_share_of_common_variance_is_found_whatever_the_number_of_repeats(n_repeat: int, share: float) -> None:
    rng = np.random.default_rng(n_repeat)
    common = rng.normal(size=(1, 400, 200)) * np.sqrt(share)
    repeats = zscored(common + rng.normal(size=(n_repeat, 400, 200)) * np.sqrt(1 - share))
    found = explainable_variance(repeats)
    assert found.shape == (200,)
    assert float(found.mean()) == pytest.approx(share, abs=0.02)


def test_a_perfect_model_reaches_the_ceiling_with_one_repeat() -> None:
    rng = np.random.default_rng(1)
    common = rng.normal(size=(1, 5000, 20))
    repeats = zscored(common + rng.normal(size=(4, 5000, 20)))
    ceiling = noise_ceiling(explainable_variance(repeats))
    reached = [np.corrcoef(common[0, :, voxel], repeats[0, :, voxel])[0, 1] for voxel in range(20)]
    np.testing.assert_allclose(ceiling, reached, atol=0.03)


def test_equal_repeats_can_be_explained_wholly_and_one_alone_not_at_all() -> None:
    repeats = zscored(np.repeat(np.random.default_rng(0).normal(size=(1, 50, 3)), 3, axis=0))
    np.testing.assert_allclose(explainable_variance(repeats), 1, atol=1e-5)
    with pytest.raises(ValueError, match="two repeats"):
        explainable_variance(repeats[:1])


def test_runs_with_the_same_features_have_the_same_stimulus() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 30, 4)).astype(np.float32)
    assert same_stimulus([a, b, a.copy(), a[:20], b]) == (0, 1, 0, 2, 1)
    assert repeated_groups((0, 1, 0, 2, 1)) == ((0, 2), (1, 4))
    assert repeated_groups((0, 1, 2)) == ()
