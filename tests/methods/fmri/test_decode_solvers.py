"""The fast solvers say what scikit-learn says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import NearestCentroid
from sklearn.svm import SVC

from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.classifiers import class_weights, make_classifier, signal_patterns
from neurostudio.methods.fmri.kernel_ridge import count_correct, operators
from neurostudio.methods.fmri.logistic_batch import LogisticBatch
from neurostudio.methods.fmri.patterns import Patterns
from neurostudio.methods.fmri.permutations import NullTest, n_orders, p_value, shuffled, significant_accuracy, turned
from neurostudio.methods.fmri.run_folds import leave_one_run_out, predict_left_out
from neurostudio.methods.fmri.searchlight import refitted_accuracies, ridge_accuracies, spheres
from neurostudio.methods.fmri.specs.decode_classes import ClassifierSettings


def samples(seed: int, n_class: int = 4, n_run: int = 5, n_voxel: int = 30, signal: float = 1.0) -> Patterns:
    """One event of each class in each run."""
    generator = np.random.default_rng(seed)
    means = generator.normal(0, signal, (n_class, n_voxel))
    codes = np.tile(np.arange(n_class), n_run)
    n_sample = len(codes)
    return Patterns(
        values=means[codes] + generator.normal(size=(n_sample, n_voxel)),
        label=np.array([f"class {code}" for code in codes]),
        run=np.repeat(np.arange(n_run), n_class),
        block=np.arange(n_sample),
        time_s=np.zeros(n_sample),
    )


def codes_of(patterns: Patterns) -> np.ndarray:
    return np.unique(patterns.label, return_inverse=True)[1]


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(3, 60), st.floats(0.1, 100))
@settings(max_examples=8, deadline=None)
def test_the_ridge_in_kernel_form_counts_what_scikit_learn_counts(seed: int, n_class: int, n_voxel: int, alpha: float) -> None:
    patterns = samples(seed, n_class, n_voxel=n_voxel, signal=0.3)
    own = codes_of(patterns)
    codes = np.stack([own, *(shuffled(own, patterns.run, patterns.block, seed, number) for number in range(3))])
    folds = list(leave_one_run_out(patterns.run))
    found = count_correct(operators(patterns.values @ patterns.values.T, folds, alpha), folds, codes, n_class)
    expected = [
        sum(
            int(
                (
                    RidgeClassifier(alpha=alpha).fit(patterns.values[train], row[train]).predict(patterns.values[test])
                    == row[test]
                ).sum()
            )
            for train, test in folds
        )
        for row in codes
    ]
    assert found.tolist() == expected


@pytest.mark.parametrize(("n_class", "n_voxel", "c"), [(2, 40, 1.0), (4, 40, 1.0), (8, 100, 0.1), (3, 5, 10.0)])
def test_logistic_regressions_solved_together_reach_the_optimum_of_scikit_learn(n_class: int, n_voxel: int, c: float) -> None:
    patterns = samples(1, n_class, n_voxel=n_voxel, signal=0.5)
    tested = np.random.default_rng(2).normal(size=(40, n_voxel))
    own = codes_of(patterns)
    codes = np.stack([own, *(shuffled(own, patterns.run, patterns.block, 3, number) for number in range(4))])
    found = LogisticBatch(patterns.values, tested, c).predict(codes, n_class)
    exact = [LogisticRegression(C=c, max_iter=5000, tol=1e-7).fit(patterns.values, row) for row in codes]
    for row, model in zip(found, exact, strict=True):
        scores = np.sort(model.decision_function(tested).reshape(40, -1), axis=1)
        margin = np.abs(scores[:, -1]) if n_class == 2 else scores[:, -1] - scores[:, -2]
        is_clear = margin > 1e-3
        assert is_clear.mean() > 0.9
        np.testing.assert_array_equal(row[is_clear], model.predict(tested)[is_clear])


@pytest.mark.parametrize("model", [LogisticRegression(tol=1e-8, max_iter=5000), SVC(kernel="linear"), NearestCentroid()])
def test_samples_turned_into_their_own_span_are_told_alike(model: object) -> None:
    patterns = samples(4, n_voxel=200, signal=0.2)
    for train, test in leave_one_run_out(patterns.run):
        learned, tested = turned(patterns.values[train], patterns.values[test])
        assert learned.shape[1] == len(train)
        whole = model.fit(patterns.values[train], patterns.label[train]).predict(patterns.values[test])  # type: ignore[attr-defined]
        assert model.fit(learned, patterns.label[train]).predict(tested).tolist() == whole.tolist()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["logistic", "svm", "ridge", "lda", "centroid"])
def test_the_null_is_what_refitting_gives(kind: str) -> None:
    patterns = samples(5, signal=0.3)
    chosen = ClassifierSettings.from_settings({"kind": kind})
    done: list[int] = []
    null = NullTest(patterns, chosen, seed=9).run(0, 6, lambda count, _: done.append(count))
    expected = []
    for number in range(6):
        codes = shuffled(codes_of(patterns), patterns.run, patterns.block, 9, number)
        label = np.unique(patterns.label)[codes]
        predicted, _ = predict_left_out(patterns.values, label, patterns.run, lambda: make_classifier(chosen, 30))
        expected.append(float(np.mean(predicted == label)))
    np.testing.assert_allclose(null, expected, atol=0.051 if kind == "logistic" else 0)
    assert done[-1] == 6


def test_a_null_that_goes_on_ends_with_the_same_numbers() -> None:
    patterns = samples(6)
    test = NullTest(patterns, ClassifierSettings(kind="ridge"), seed=1)
    whole = test.run(0, 120, lambda *_: None)
    np.testing.assert_array_equal(test.run(50, 120, lambda *_: None), whole[50:])
    other = NullTest(patterns, ClassifierSettings(kind="ridge"), seed=2).run(0, 120, lambda *_: None)
    assert not np.array_equal(other, whole)


@given(st.integers(0, 10_000), st.integers(0, 50), st.integers(2, 4), st.integers(1, 4))
@settings(deadline=None)
def test_shuffles_keep_the_labels_of_each_run_and_of_each_event(seed: int, number: int, n_run: int, n_volume: int) -> None:
    generator = np.random.default_rng(seed)
    event_codes = generator.integers(0, 3, n_run * 5)
    block = np.repeat(np.arange(n_run * 5), n_volume)
    run, codes = block // 5, event_codes[block]
    drawn = shuffled(codes, run, block, seed, number)
    for one in range(n_run):
        assert sorted(drawn[run == one]) == sorted(codes[run == one])
    for one in range(n_run * 5):
        assert len(set(drawn[block == one])) == 1
    np.testing.assert_array_equal(drawn, shuffled(codes, run, block, seed, number))


def test_orders_are_counted_and_p_counts_the_real_one() -> None:
    assert n_orders(np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), np.arange(4)) == 4
    assert n_orders(np.array([0, 0, 1, 1]), np.zeros(4, int), np.array([0, 0, 1, 1])) == 2
    assert n_orders(np.arange(64) % 8, np.arange(64) // 8, np.arange(64)) == float("inf")
    assert p_value(np.array([0.1, 0.2, 0.3, 0.4]), 0.3) == 3 / 5
    assert p_value(np.array([0.1, 0.2]), 0.5) == 1 / 3


def test_the_least_significant_accuracy_is_the_first_whose_p_is_small_enough() -> None:
    highest = np.repeat([0.4, 0.5, 0.6], [90, 8, 2])
    assert p_value(highest, 0.5) > 0.05
    assert significant_accuracy(highest, 10, 0.05) == 0.6
    assert significant_accuracy(highest[:10], 10, 0.05) is None
    assert significant_accuracy(np.zeros(0), 10, 0.05) is None


def test_no_run_is_on_both_sides() -> None:
    run = np.array([0, 0, 2, 2, 2, 5])
    folds = list(leave_one_run_out(run))
    assert [test.tolist() for _, test in folds] == [[0, 1], [2, 3, 4], [5]]
    for train, test in folds:
        assert not set(run[train]) & set(run[test])
        assert sorted([*train, *test]) == list(range(6))


@pytest.mark.parametrize("kind", ["logistic", "svm", "ridge", "lda", "centroid"])
@pytest.mark.parametrize("n_class", [2, 4])
def test_weights_speak_for_their_class(kind: str, n_class: int) -> None:
    patterns = samples(7, n_class, n_run=12, n_voxel=8, signal=3.0)
    chosen = ClassifierSettings.from_settings({"kind": kind, "alpha": 1.0})
    weights = class_weights(make_classifier(chosen, 8).fit(patterns.values, patterns.label), n_class)
    assert weights.shape == (n_class, 8)
    scores = (patterns.values - patterns.values.mean(axis=0)) @ weights.T
    own = np.arange(n_class) == codes_of(patterns)[:, None]
    assert scores[own].mean() > scores[~own].mean()


def test_patterns_of_signal_leave_out_voxels_that_only_take_noise_away() -> None:
    """The example of Haufe et al. 2014: one voxel with signal and noise, one with the same noise alone."""
    generator = np.random.default_rng(8)
    code = generator.integers(0, 2, 4000)
    noise = generator.normal(size=4000)
    values = np.stack([code - 0.5 + noise, noise], axis=1)
    model = make_classifier(ClassifierSettings(kind="ridge", alpha=1e-3), 2).fit(values, code.astype(str))
    weights = class_weights(model, 2)
    assert weights[1, 1] < -0.5 * weights[1, 0]
    pattern = signal_patterns(values, weights)
    assert abs(pattern[1, 1]) < 0.1 * pattern[1, 0]


def test_a_linear_discriminant_of_too_many_voxels_is_refused() -> None:
    with pytest.raises(RequestError, match="5000 are too many"):
        make_classifier(ClassifierSettings(kind="lda"), 5000)


# --- searchlight ----------------------------------------------------------------------------------------------------------


def test_spheres_hold_the_voxels_within_the_radius() -> None:
    mm = np.argwhere(np.ones((5, 5, 5))) * [3.0, 3.0, 4.0]
    near = spheres(mm, 4.0)
    assert sorted(map(tuple, mm[near[62]].tolist())) == sorted(
        [(6, 6, 8), (3, 6, 8), (9, 6, 8), (6, 3, 8), (6, 9, 8), (6, 6, 4), (6, 6, 12)]
    )
    distance = np.linalg.norm(mm[:, None] - mm[None], axis=2)
    assert [len(one) for one in near] == (distance <= 4.0).sum(axis=1).tolist()


@pytest.mark.parametrize("alpha", [None, 3.0])
def test_each_sphere_is_what_a_loop_of_scikit_learn_gives(alpha: float | None) -> None:
    patterns = samples(9, n_voxel=27, signal=0.4)
    near = spheres(np.argwhere(np.ones((3, 3, 3))) * 3.0, 4.5)[::3]
    own = codes_of(patterns)
    codes = np.stack([own, shuffled(own, patterns.run, patterns.block, 0, 0)])
    found = np.empty((9, 2))
    for block, accuracy in ridge_accuracies(patterns, near, codes, 4, alpha):
        found[block] = accuracy
    for place, voxels in enumerate(near):
        model = RidgeClassifier(alpha=len(voxels) if alpha is None else alpha)
        for column, row in enumerate(codes):
            expected, _ = predict_left_out(
                patterns.values[:, voxels],
                row.astype(str),
                patterns.run,
                model.__sklearn_clone__,
            )
            assert found[place, column] == np.mean(expected == row.astype(str))
    refitted = np.empty(9)
    for block, accuracy in refitted_accuracies(
        patterns, near, lambda n: lambda: RidgeClassifier(alpha=n if alpha is None else alpha)
    ):
        refitted[block] = accuracy[:, 0]
    np.testing.assert_array_equal(refitted, found[:, 0])
