"""Ridge regression against closed forms, loops over voxels and himalaya itself."""

import numpy as np
import pytest

from neurostudio.core.errors import Cancelled
from neurostudio.methods.fmri.ridge import Search, choose_solver, count_ticks, fit

ALPHAS = (0.1, 1.0, 10.0, 100.0, 1000.0)


def centred(values: np.ndarray) -> np.ndarray:
    return (values - values.mean(axis=0)).astype(np.float32)


def data(n_sample: int, widths: tuple[int, ...], n_voxel: int = 7, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    spaces = [centred(rng.normal(size=(n_sample, width))) for width in widths]
    signal = sum(space @ rng.normal(size=(space.shape[1], n_voxel)) / np.sqrt(space.shape[1]) for space in spaces)
    return spaces, centred(signal * np.linspace(0, 1, n_voxel) + rng.normal(size=(n_sample, n_voxel)))


def halves(n_sample: int) -> list[tuple[np.ndarray, np.ndarray]]:
    first, second = np.arange(n_sample // 2), np.arange(n_sample // 2, n_sample)
    return [(first, second), (second, first)]


@pytest.mark.parametrize(("solver", "width"), [("ridge", 12), ("kernel-ridge", 12), ("kernel-ridge", 90), ("ridge", 90)])
def test_one_penalty_gives_the_closed_form(solver: str, width: int) -> None:
    (features,), targets = data(60, (width,))
    model = fit(solver, [features], targets, halves(60), Search((10.0,)))
    exact = np.linalg.solve(features.T @ features + 10 * np.eye(width), features.T @ targets)
    np.testing.assert_allclose(model.weights(), exact, atol=2e-4)
    np.testing.assert_allclose(model.predict([features]), features @ exact, atol=2e-3)


@pytest.mark.parametrize("solver", ["ridge", "kernel-ridge"])
def test_penalties_of_each_voxel_equal_a_loop_over_voxels(solver: str) -> None:
    (features,), targets = data(80, (10,), n_voxel=9)
    inner = halves(80)
    model = fit(solver, [features], targets, inner, Search(ALPHAS, batch=4))
    for voxel in range(9):
        losses = []
        for alpha in ALPHAS:
            errors = []
            for train, test in inner:
                x, y = features[train].astype(float), targets[train, voxel].astype(float)
                x_mean, y_mean = x.mean(axis=0), y.mean()
                weights = np.linalg.solve((x - x_mean).T @ (x - x_mean) + alpha * np.eye(10), (x - x_mean).T @ (y - y_mean))
                errors.append(np.mean((targets[test, voxel] - y_mean - (features[test] - x_mean) @ weights) ** 2))
            losses.append(np.mean(errors))
        best = ALPHAS[int(np.argmin(losses))]
        assert model.alphas[voxel] == pytest.approx(best, rel=1e-4)
        exact = np.linalg.solve(features.T @ features + best * np.eye(10), features.T @ targets[:, voxel])
        np.testing.assert_allclose(model.weights()[:, voxel], exact, atol=2e-4)


def test_kernel_and_feature_forms_are_the_same_model() -> None:
    (features,), targets = data(60, (20,))
    one, other = (fit(solver, [features], targets, halves(60), Search(ALPHAS)) for solver in ("ridge", "kernel-ridge"))
    np.testing.assert_allclose(one.alphas, other.alphas, rtol=1e-4)
    np.testing.assert_allclose(one.weights(), other.weights(), atol=1e-3)


def test_banded_forms_are_the_same_model_and_their_parts_sum_to_the_prediction() -> None:
    spaces, targets = data(60, (8, 15))
    search = Search(ALPHAS, n_iter=6, seed=3)
    one, other = (fit(solver, spaces, targets, halves(60), search) for solver in ("banded", "banded-kernel"))
    np.testing.assert_allclose(one.shares.sum(axis=0), 1, atol=1e-4)
    np.testing.assert_allclose(one.shares, other.shares, atol=1e-4)
    np.testing.assert_allclose(one.weights(), other.weights(), atol=1e-3)
    for model in (one, other):
        parts = model.predict_by_space(spaces)
        np.testing.assert_allclose(sum(parts), model.predict(spaces), atol=1e-5)
        np.testing.assert_allclose(sum(parts), np.concatenate(spaces, axis=1) @ model.weights(), atol=1e-3)


def test_banded_ridge_equals_the_closed_form_of_its_shares() -> None:
    spaces, targets = data(70, (6, 9), n_voxel=4)
    model = fit("banded", spaces, targets, halves(70), Search(ALPHAS, n_iter=5))
    for voxel in range(4):
        penalty = np.repeat(model.alphas[voxel] / model.shares[:, voxel], [6, 9])
        joined = np.concatenate(spaces, axis=1)
        exact = np.linalg.solve(joined.T @ joined + np.diag(penalty), joined.T @ targets[:, voxel])
        np.testing.assert_allclose(model.weights()[:, voxel], exact, atol=1e-3)


def test_the_solver_follows_the_shapes() -> None:
    assert choose_solver(600, [400], "auto") == "ridge"
    assert choose_solver(399, [400], "auto") == "kernel-ridge"
    assert choose_solver(600, [100, 400], "auto") == "banded"
    assert choose_solver(499, [100, 400], "auto") == "banded-kernel"
    assert choose_solver(600, [100, 400], "ridge") == "ridge"
    assert choose_solver(600, [100], "banded") == "banded"


@pytest.mark.parametrize(
    ("solver", "widths"), [("ridge", (5,)), ("kernel-ridge", (5,)), ("banded", (5, 3)), ("banded-kernel", (5, 3))]
)
def test_a_fit_can_be_stopped_between_batches_and_counts_them(solver: str, widths: tuple[int, ...]) -> None:
    spaces, targets = data(40, widths)
    search = Search(ALPHAS, n_iter=3, batch=2)
    calls = []
    fit(solver, spaces, targets, halves(40), search, lambda: calls.append(1))
    assert len(calls) == count_ticks(solver, 7, halves(40), search)

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fit(solver, spaces, targets, halves(40), search, stop)
