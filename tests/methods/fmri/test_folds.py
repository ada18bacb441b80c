"""Folds by run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.folds import blocks, make_folds


def run_of(lengths: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(lengths)), lengths)


def names(count: int) -> list[str]:
    return [f"run-{place + 1}" for place in range(count)]


@given(
    lengths=st.lists(st.integers(20, 40), min_size=2, max_size=7),
    n_inner=st.integers(2, 4),
    data=st.data(),
)
def test_no_run_and_no_stimulus_is_both_learned_from_and_tested(lengths: list[int], n_inner: int, data: st.DataObject) -> None:
    stimulus = data.draw(
        st.lists(st.integers(0, 3), min_size=len(lengths), max_size=len(lengths)).filter(lambda some: len(set(some)) > 1)
    )
    runs = run_of(lengths)
    kinds = np.array(stimulus)[runs]
    folds = make_folds(runs, names(len(lengths)), stimulus, n_inner=n_inner)
    assert np.sort(np.concatenate([fold.test for fold in folds])).tolist() == list(range(len(runs)))
    for fold in folds:
        assert not set(kinds[fold.train]) & set(kinds[fold.test])
        assert len(set(fold.train.tolist()) | set(fold.test.tolist())) == len(runs)
        if fold.by_run:
            for train, validation in fold.inner:
                assert not set(kinds[fold.train][train]) & set(kinds[fold.train][validation])


@given(n_sample=st.integers(10, 200), n_block=st.integers(2, 8), gap=st.integers(0, 20))
def test_blocks_test_each_sample_once_and_keep_their_distance(n_sample: int, n_block: int, gap: int) -> None:
    found = blocks(n_sample, n_block, gap)
    assert np.concatenate([test for _, test in found]).tolist() == list(range(n_sample))
    for train, test in found:
        if len(train) and len(test):
            assert np.abs(train[:, None] - test[None, :]).min() > gap


def test_one_run_is_cut_into_stretches_with_a_gap() -> None:
    folds = make_folds(run_of([200]), ["only"], [0], n_block=4, n_inner=3, gap=10)
    assert [fold.name for fold in folds] == [f"stretch {number} of 4" for number in (1, 2, 3, 4)]
    for fold in folds:
        assert not fold.by_run
        assert np.abs(fold.train[:, None] - fold.test[None, :]).min() > 10
        for train, validation in fold.inner:
            apart = np.abs(fold.train[train][:, None] - fold.train[validation][None, :])
            assert apart.min() > 10


def test_repeats_of_one_stimulus_are_cut_at_the_same_places() -> None:
    folds = make_folds(run_of([100, 100]), names(2), [0, 0], n_block=4, n_inner=2, gap=3)
    for fold in folds:
        first, second = fold.test[fold.test < 100], fold.test[fold.test >= 100] - 100
        assert first.tolist() == second.tolist()
        assert np.abs((fold.train % 100)[:, None] - (fold.test % 100)[None, :]).min() > 3


def test_given_test_runs_are_tested_once() -> None:
    (fold,) = make_folds(run_of([30, 30, 30]), names(3), [0, 1, 2], test_runs=["run-3"])
    assert fold.name == "run-3"
    assert fold.test.tolist() == list(range(60, 90))
    assert fold.train.tolist() == list(range(60))
    assert [len(validation) for _, validation in fold.inner] == [30, 30]


def test_one_run_left_to_learn_from_is_cut_inside() -> None:
    folds = make_folds(run_of([60, 60]), names(2), [0, 1], n_inner=3, gap=4)
    assert [fold.by_run for fold in folds] == [False, False]
    for train, validation in folds[0].inner:
        assert np.abs(train[:, None] - validation[None, :]).min() > 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"test_runs": ["run-9"]}, "no run 'run-9'.*run-1, run-2, run-3"),
        ({"test_runs": ["run-1", "run-2", "run-3"]}, "none is left to learn from"),
        ({"test_runs": ["run-2"]}, "run-3 has the same stimulus"),
    ],
)
def test_impossible_test_runs_are_refused(arguments: dict[str, list[str]], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        make_folds(run_of([30, 30, 30]), names(3), [0, 1, 1], **arguments)


def test_too_few_volumes_are_refused_with_the_numbers() -> None:
    with pytest.raises(RequestError, match=r"Too few volumes to test 'stretch 1 of 5'.*At least 20 and 10"):
        make_folds(run_of([40]), ["only"], [0], n_block=5, gap=5)
