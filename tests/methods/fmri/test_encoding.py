"""Nested cross-validation of encoding models on a small planted brain."""

from dataclasses import replace

import numpy as np
import pytest

from neurostudio.core.errors import Cancelled
from neurostudio.methods.fmri.delays import delayed
from neurostudio.methods.fmri.encoding import (
    FoldResult,
    Problem,
    cross_validate,
    held_out,
    make_design,
    refit_null,
    weights_of_all,
)
from neurostudio.methods.fmri.folds import Fold, make_folds
from neurostudio.methods.fmri.ridge import Search, choose_solver
from neurostudio.methods.fmri.significance import draw_shifts, false_discovery_threshold, pooled_p_values

DELAYS = (1, 2, 3)
TR_S = 2.0
SEARCH = Search(tuple(float(alpha) for alpha in np.logspace(0, 5, 6)), n_iter=5)
RESPONSE = np.array([0.5, 1.0, 0.5])
N_PLANTED = 20


def planted(gain: float, widths: tuple[int, ...] = (4,), lengths: tuple[int, ...] = (90, 80, 100), seed: int = 0) -> Problem:
    """The first 20 of 60 voxels follow the first space (delays 1 to 3), the next 20 the last space, if there are two."""
    rng = np.random.default_rng(seed)
    features = [[smooth(rng.normal(size=(length, width))) for length in lengths] for width in widths]
    weights = [rng.normal(size=(width, N_PLANTED)) for width in widths]
    targets = []
    for run, length in enumerate(lengths):
        noise = smooth(rng.normal(size=(length, 60)))
        for space, own in enumerate(weights):
            columns = slice(N_PLANTED * space, N_PLANTED * (space + 1))
            signal = np.zeros((length, N_PLANTED))
            for place, delay in enumerate(DELAYS):
                signal[delay:] += RESPONSE[place] * (features[space][run][: length - delay] @ own)
            noise[:, columns] += gain * signal / np.sqrt(own.shape[0])
        targets.append(((noise - noise.mean(axis=0)) / noise.std(axis=0)).astype(np.float32))
    kept = tuple(np.ones(length, bool) for length in lengths)
    return Problem(tuple(tuple(space) for space in features), tuple(targets), kept, DELAYS)


def smooth(values: np.ndarray) -> np.ndarray:
    """Neighbouring volumes are alike, as in the scanner."""
    out = values.copy()
    for time in range(1, len(out)):
        out[time] = 0.4 * out[time - 1] + values[time]
    return out.astype(np.float32)


def folds_of(problem: Problem, **options: object) -> tuple[Fold, ...]:
    names = [f"run-{run + 1}" for run in range(len(problem.kept))]
    return make_folds(problem.run_of, names, range(len(names)), **options)


def solved(problem: Problem, folds: tuple[Fold, ...], kind: str = "auto") -> list[FoldResult]:
    return list(cross_validate(problem, folds, lambda n_sample: choose_solver(n_sample, problem.widths, kind), SEARCH))


def mean_r(results: list[FoldResult]) -> np.ndarray:
    return np.mean([one.r for one in results], axis=0)


@pytest.mark.parametrize("kind", ["ridge", "kernel"])
def test_scores_equal_those_of_himalaya_on_the_same_folds(kind: str) -> None:
    from himalaya.kernel_ridge import KernelRidgeCV
    from himalaya.ridge import RidgeCV
    from himalaya.scoring import correlation_score, r2_score

    problem = planted(0.5)
    for fold, result in zip(folds_of(problem), solved(problem, folds_of(problem), kind), strict=True):
        rows = np.concatenate(problem.features[0])
        mean, spread = rows[fold.train].mean(axis=0), rows[fold.train].std(axis=0)
        features = np.concatenate([delayed((own - mean) / spread, DELAYS) for own in problem.features[0]])
        targets = np.concatenate(problem.targets)
        alphas = np.array(SEARCH.alphas, np.float32)
        common = {"alphas": alphas, "cv": list(fold.inner), "fit_intercept": True}
        model = RidgeCV(**common) if kind == "ridge" else KernelRidgeCV(**common, warn=False)
        model.fit(features[fold.train], targets[fold.train])
        predicted = model.predict(features[fold.test])
        np.testing.assert_allclose(result.alphas, model.best_alphas_, rtol=1e-4)
        np.testing.assert_allclose(result.r2, r2_score(targets[fold.test], predicted), atol=1e-4)
        np.testing.assert_allclose(result.r, correlation_score(targets[fold.test], predicted), atol=1e-4)


def test_banded_scores_equal_those_of_himalaya_on_the_same_folds() -> None:
    from himalaya.kernel_ridge import generate_dirichlet_samples
    from himalaya.ridge import GroupRidgeCV
    from himalaya.scoring import r2_score, r2_score_split

    problem = planted(0.5, (3, 5))
    (fold,) = folds_of(problem, test_runs=["run-2"])
    (result,) = solved(problem, (fold,))
    assert result.shares.shape == (2, 60)
    design = make_design(problem, fold)
    targets = np.concatenate(problem.targets)
    params = {"alphas": np.array(SEARCH.alphas, np.float32), "progress_bar": False}
    divisions = generate_dirichlet_samples(SEARCH.n_iter, 2, concentration=[0.1, 1.0], random_state=SEARCH.seed)
    divisions[0] = 0.5
    params["n_iter"] = divisions.astype(np.float32)
    model = GroupRidgeCV(groups="input", cv=list(fold.inner), fit_intercept=True, solver_params=params)
    model.fit(list(design.train), targets[fold.train])
    parts = np.stack([own @ model.coef_[rows] for own, rows in zip(design.test, (slice(0, 9), slice(9, 24)), strict=True)])
    centred = targets[fold.test] - targets[fold.train].mean(axis=0)
    np.testing.assert_allclose(result.split_r2, r2_score_split(centred, parts), atol=2e-3)
    np.testing.assert_allclose(result.r2, r2_score(targets[fold.test], model.predict(list(design.test))), atol=1e-4)
    np.testing.assert_allclose(result.split_r2.sum(axis=0), result.r2, atol=1e-3)


def test_planted_voxels_are_found_and_others_are_not() -> None:
    problem = planted(0.6)
    results = solved(problem, folds_of(problem))
    scores = mean_r(results)
    shifts = draw_shifts([90, 80, 100], [TR_S] * 3, 60, seed=0)
    p_values = pooled_p_values(scores, refit_null(problem, results, shifts))
    significant = p_values <= false_discovery_threshold(p_values, 0.05)
    assert significant[:N_PLANTED].mean() >= 0.85
    assert significant[N_PLANTED:].mean() < 0.1


@pytest.mark.parametrize("widths", [(4,), (2, 6)])
def test_without_signal_hardly_any_case_has_a_significant_voxel(widths: tuple[int, ...]) -> None:
    cases, small = 0, []
    for seed in range(8):
        problem = planted(0.0, widths, seed=seed)
        results = solved(problem, folds_of(problem))
        shifts = draw_shifts([90, 80, 100], [TR_S] * 3, 40, seed=seed)
        p_values = pooled_p_values(mean_r(results), refit_null(problem, results, shifts))
        cases += false_discovery_threshold(p_values, 0.05) > 0
        small.append((p_values <= 0.05).mean())
    assert cases <= 1  # 0.4 are expected
    assert np.mean(small) < 0.09


def test_each_space_gets_the_variance_that_it_brings() -> None:
    problem = planted(0.8, (3, 40))
    split = np.mean([one.split_r2 for one in solved(problem, folds_of(problem))], axis=0)
    assert split[0, :N_PLANTED].mean() > 5 * abs(split[1, :N_PLANTED].mean())
    assert split[1, N_PLANTED : 2 * N_PLANTED].mean() > 5 * abs(split[0, N_PLANTED : 2 * N_PLANTED].mean())


def test_banded_ridge_beats_plain_ridge_where_spaces_differ_in_size() -> None:
    problem = planted(0.4, (3, 80))
    banded, plain = (mean_r(solved(problem, folds_of(problem), kind)) for kind in ("auto", "ridge"))
    assert banded[:N_PLANTED].mean() > plain[:N_PLANTED].mean() + 0.02


def test_the_weights_show_the_planted_response() -> None:
    problem = planted(2.0)
    splits = [(fold.train, fold.test) for fold in folds_of(problem)]
    (weights,) = weights_of_all(problem, splits, lambda _: "ridge", SEARCH, np.arange(N_PLANTED))
    assert weights.shape == (3, 4, N_PLANTED)
    size = np.abs(weights).mean(axis=(1, 2))
    assert size.argmax() == 1
    np.testing.assert_allclose(size / size[1], RESPONSE, atol=0.15)


def test_a_marker_in_the_tested_run_changes_no_normaliser_and_no_weight() -> None:
    problem = planted(0.5)
    (fold,) = folds_of(problem, test_runs=["run-3"])
    features = [own.copy() for own in problem.features[0]]
    features[2][10] = 12345.0
    targets = [own.copy() for own in problem.targets]
    targets[2][20] = 54321.0
    marked = replace(problem, features=(tuple(features),), targets=tuple(targets))
    (one,), (other,) = solved(problem, (fold,)), solved(marked, (fold,))
    assert one.fingerprints == other.fingerprints
    np.testing.assert_array_equal(one.alphas, other.alphas)
    np.testing.assert_array_equal(one.predicted[20:], other.predicted[20:])
    features[0][10] = 12345.0
    (third,) = solved(replace(marked, features=(tuple(features),)), (fold,))
    assert third.fingerprints != one.fingerprints


def test_features_that_are_left_out_do_not_matter() -> None:
    problem = planted(0.5)
    kept = tuple(np.arange(len(own)) < len(own) - 10 for own in problem.kept)
    features = [own.copy() for own in problem.features[0]]
    for own in features:
        own[-10:] = np.nan
    one = solved(replace(problem, kept=kept), folds_of(replace(problem, kept=kept)))
    holes = replace(problem, kept=kept, features=(tuple(features),))
    other = solved(holes, folds_of(holes))
    np.testing.assert_array_equal(mean_r(one), mean_r(other))
    assert np.isfinite(held_out(holes, other)).all()


def test_a_fit_and_a_null_can_be_stopped_and_tell_how_far_they_are() -> None:
    problem = planted(0.5)
    folds = folds_of(problem)
    seen: list[tuple[int, int]] = []
    search = replace(SEARCH, batch=25)
    results = list(cross_validate(problem, folds, lambda _: "ridge", search, lambda *told: seen.append(told)))
    assert seen[-1] == (seen[0][1], seen[0][1])
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        list(cross_validate(problem, folds, lambda _: "ridge", search, stop))
    shifts = draw_shifts([90, 80, 100], [TR_S] * 3, 30, seed=0)
    with pytest.raises(Cancelled):
        refit_null(problem, results, shifts, stop)


def test_the_null_of_no_shift_is_the_score_itself() -> None:
    problem = planted(0.5, (3, 5))
    results = solved(problem, folds_of(problem))
    still = np.zeros((1, 3), np.intp)
    np.testing.assert_allclose(refit_null(problem, results, still)[0], mean_r(results), atol=2e-3)
