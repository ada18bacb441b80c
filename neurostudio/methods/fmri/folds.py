"""Which samples a model learns from and which it is tested on: whole runs, never single rows.

Neighbouring volumes are alike, so a model that has seen a volume's neighbours has seen the volume. Runs with the same stimulus
are kept together for the same reason. A single run is cut into stretches with a gap on both sides of the tested one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError

Split = tuple[NDArray[np.intp], NDArray[np.intp]]

LEAST_TRAINING = 20
LEAST_TESTED = 10
LEAST_VALIDATED = 5


@dataclass(frozen=True, eq=False)
class Fold:
    """One division of all samples.

    Attributes
    ----------
    name : str
        What is tested.
    train, test : ndarray of int
        Places of samples.
    inner : tuple of (train, validation)
        Divisions of the training samples, as places within `train`, to choose the penalty on.
    by_run : bool
        False where stretches of a run had to serve as runs.
    """

    name: str
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    inner: tuple[Split, ...]
    by_run: bool


def make_folds(
    run_of: NDArray[np.intp],
    names: Sequence[str],
    stimulus_of: Sequence[int],
    *,
    test_runs: Sequence[str] = (),
    n_inner: int = 5,
    n_block: int = 5,
    gap: int = 0,
) -> tuple[Fold, ...]:
    """Divide the samples of all runs.

    Parameters
    ----------
    run_of : ndarray of int, shape (n_sample,)
        Run of each sample; samples of a run stand together, in order.
    names : sequence of str
        Names of the runs.
    stimulus_of : sequence of int
        The same number for runs that saw the same stimulus.
    test_runs : sequence of str
        These runs are tested, once; empty: each run (or group of runs with the same stimulus) in turn.
    n_inner : int
        At most so many inner divisions; further runs share one.
    n_block : int
        Stretches that a run is cut into where there is only one.
    gap : int
        Samples left out on both sides of a tested stretch.

    Raises
    ------
    RequestError
        A run of `test_runs` is not there or shares its stimulus with a training run, or too few samples are left.
    """
    groups = np.asarray(stimulus_of)[run_of]
    if test_runs:
        outer = [_given(run_of, names, stimulus_of, test_runs)]
    elif len(set(stimulus_of)) > 1:
        outer = [(_names(names, stimulus_of, group), groups == group) for group in dict.fromkeys(stimulus_of)]
    else:
        return _blocks_of_one(run_of, n_inner, n_block, gap)
    return tuple(_fold(name, ~is_test, is_test, groups, run_of, n_inner, gap) for name, is_test in outer)


def blocks(n_sample: int, n_block: int, gap: int) -> tuple[Split, ...]:
    """Cut one stretch of samples into `n_block` tested stretches; `gap` samples on both sides of each are not learned from."""
    edges = np.linspace(0, n_sample, n_block + 1).round().astype(int)
    places = np.arange(n_sample)
    return tuple(
        (places[(places < start - gap) | (places >= stop + gap)], places[start:stop]) for start, stop in pairwise(edges.tolist())
    )


# --- inside ---------------------------------------------------------------------------------------------------------------


def _given(
    run_of: NDArray[np.intp], names: Sequence[str], stimulus_of: Sequence[int], wanted: Sequence[str]
) -> tuple[str, NDArray[np.bool_]]:
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise RequestError(f"There is no run '{unknown[0]}' to test on", fix=f"The runs are: {', '.join(names)}")
    tested = [place for place, name in enumerate(names) if name in wanted]
    rest = [place for place in range(len(names)) if place not in tested]
    if not rest:
        raise RequestError("Every run is tested, so none is left to learn from", fix="Name fewer runs in folds.test_runs")
    shared = [names[place] for place in rest if stimulus_of[place] in {stimulus_of[other] for other in tested}]
    if shared:
        raise RequestError(
            f"The run {shared[0]} has the same stimulus as a tested run",
            "A model that has seen the stimulus would be tested on what it knows",
            f"Add {shared[0]} to folds.test_runs, or leave it out",
        )
    return " ".join(names[place] for place in tested), np.isin(run_of, tested)


def _names(names: Sequence[str], stimulus_of: Sequence[int], group: int) -> str:
    return " ".join(name for name, other in zip(names, stimulus_of, strict=True) if other == group)


def _fold(
    name: str,
    is_train: NDArray[np.bool_],
    is_test: NDArray[np.bool_],
    groups: NDArray[np.intp],
    run_of: NDArray[np.intp],
    n_inner: int,
    gap: int,
) -> Fold:
    train, test = np.flatnonzero(is_train), np.flatnonzero(is_test)
    _check_enough(name, train, test)
    learned = groups[train]
    kinds = list(dict.fromkeys(learned.tolist()))
    if len(kinds) == 1:
        return Fold(name, train, test, _block_splits(run_of[train], n_inner, gap), by_run=False)
    bins = {kind: place % n_inner for place, kind in enumerate(kinds)}
    part = np.array([bins[kind] for kind in learned.tolist()])
    inner = tuple((np.flatnonzero(part != one), np.flatnonzero(part == one)) for one in range(min(n_inner, len(kinds))))
    return Fold(name, train, test, inner, by_run=True)


def _blocks_of_one(run_of: NDArray[np.intp], n_inner: int, n_block: int, gap: int) -> tuple[Fold, ...]:
    """One stimulus only: the same stretch of every run is tested together."""
    found = []
    for number, (train, test) in enumerate(_block_splits(run_of, n_block, gap), 1):
        name = f"stretch {number} of {n_block}"
        _check_enough(name, train, test)
        found.append(Fold(name, train, test, _inner_of_stretch(run_of[train], train, n_inner, gap), by_run=False))
    return tuple(found)


def _block_splits(run_of: NDArray[np.intp], n_block: int, gap: int) -> tuple[Split, ...]:
    """The k-th stretch of each run together, for each k."""
    by_run = []
    for run in dict.fromkeys(run_of.tolist()):
        places = np.flatnonzero(run_of == run)
        by_run.append([(places[train], places[test]) for train, test in blocks(len(places), n_block, gap)])
    return tuple(
        (np.sort(np.concatenate([train for train, _ in part])), np.sort(np.concatenate([test for _, test in part])))
        for part in zip(*by_run, strict=True)
    )


def _inner_of_stretch(run_of: NDArray[np.intp], places: NDArray[np.intp], n_inner: int, gap: int) -> tuple[Split, ...]:
    """Inner stretches keep their distance in time even where the tested stretch was cut out between them."""
    splits = []
    for _, validation in _block_splits(run_of, n_inner, 0):
        near = np.zeros(len(run_of), bool)
        for run in dict.fromkeys(run_of.tolist()):
            own = validation[run_of[validation] == run]
            distance = np.abs(places[:, None] - places[own][None, :]).min(axis=1)
            near |= (run_of == run) & (distance <= gap)
        near[validation] = True
        splits.append((np.flatnonzero(~near), validation))
    for train, validation in splits:
        _check_enough("an inner stretch", train, validation, LEAST_VALIDATED)
    return tuple(splits)


def _check_enough(name: str, train: NDArray[np.intp], test: NDArray[np.intp], least: int = LEAST_TESTED) -> None:
    if len(train) < LEAST_TRAINING or len(test) < least:
        raise RequestError(
            f"Too few volumes to test '{name}': {len(train)} to learn from, {len(test)} to test on",
            f"At least {LEAST_TRAINING} and {least} are needed",
            "Give more or longer runs, or lower folds.gap_s, folds.blocks or folds.inner",
        )
