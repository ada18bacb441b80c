"""Nested cross-validation of an encoding model: what the held-out responses of each voxel look like from the features.

For each outer fold: features are brought to one scale by what the training runs show, delayed within each run, and centred
with the responses on the training samples; the penalties are chosen on inner folds of the training runs; the model predicts
the tested runs, once.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.delays import by_delay, delayed
from neurostudio.methods.fmri.folds import Fold, Split
from neurostudio.methods.fmri.normaliser import Normaliser
from neurostudio.methods.fmri.ridge import RidgeModel, Search, Solver, Tick, count_ticks, fit
from neurostudio.methods.fmri.significance import KeptPenalties, correlation

Progress = Callable[[int, int], None]

_VOXELS_AT_ONCE = 5000


@dataclass(frozen=True, eq=False)
class Problem:
    """All that a model is fitted to.

    Attributes
    ----------
    features : tuple of tuple of ndarray, shape (n_volumes, n_feature)
        ``features[space][run]``: on every volume of the run; may be not-a-number where not kept.
    targets : tuple of ndarray, shape (n_volumes, n_voxel)
        Responses of each run.
    kept : tuple of ndarray of bool, shape (n_volumes,)
        Volumes that are learned from and tested.
    delays : tuple of int
        In volumes.
    scaled : bool
        Whether features are divided by their spread.
    """

    features: tuple[tuple[NDArray[np.float32], ...], ...]
    targets: tuple[NDArray[np.float32], ...]
    kept: tuple[NDArray[np.bool_], ...]
    delays: tuple[int, ...]
    scaled: bool = True

    @property
    def run_of(self) -> NDArray[np.intp]:
        """Run of each kept volume, shape (n_sample,)."""
        return np.repeat(np.arange(len(self.kept)), [int(kept.sum()) for kept in self.kept])

    @property
    def widths(self) -> tuple[int, ...]:
        """Delayed features of each space."""
        return tuple(space[0].shape[1] * len(self.delays) for space in self.features)

    @property
    def n_voxel(self) -> int:
        """Number of voxels."""
        return int(self.targets[0].shape[1])

    def responses(self) -> NDArray[np.float32]:
        """The kept volumes of all runs, (n_sample, n_voxel)."""
        return np.concatenate([values[kept] for values, kept in zip(self.targets, self.kept, strict=True)])


@dataclass(frozen=True, eq=False)
class Design:
    """The features of one fold, ready for a regression.

    Attributes
    ----------
    train, test : tuple of ndarray, shape (n_train or n_test, n_delay * n_feature)
        One a space; of mean zero over the training samples.
    normalisers : tuple of Normaliser
        One a space; they have seen training volumes only.
    """

    train: tuple[NDArray[np.float32], ...]
    test: tuple[NDArray[np.float32], ...]
    normalisers: tuple[Normaliser, ...]


@dataclass(frozen=True, eq=False)
class FoldResult:
    """What one fold gave; voxel axes are those of the problem.

    Attributes
    ----------
    fold : Fold
    r, r2 : ndarray, shape (n_voxel,)
        On the tested samples.
    split_r2 : ndarray, shape (n_space, n_voxel)
        Share of `r2` that each space brings; they sum to it.
    alphas : ndarray, shape (n_voxel,)
    shares : ndarray, shape (n_space or 1, n_voxel)
    predicted : ndarray, shape (n_test, n_voxel)
        On the scale of the targets.
    fingerprints : tuple of str
        Of the normalisers, one a space.
    """

    fold: Fold
    r: NDArray[np.float32]
    r2: NDArray[np.float32]
    split_r2: NDArray[np.float32]
    alphas: NDArray[np.float32]
    shares: NDArray[np.float32]
    predicted: NDArray[np.float32]
    fingerprints: tuple[str, ...]


def make_design(problem: Problem, fold: Fold, shifts: Sequence[int] | None = None) -> Design:
    """Normalise, delay and centre the features of one fold.

    Parameters
    ----------
    shifts : sequence of int, optional
        Move the features of each run in a circle by so many volumes (for the null distribution). The normaliser is that of
        the features as they are.
    """
    train, test, normalisers = [], [], []
    flags = np.zeros(len(problem.run_of), bool)
    flags[fold.train] = True
    edges = np.cumsum([0, *(int(kept.sum()) for kept in problem.kept)])
    for space in problem.features:
        kept = np.concatenate([values[keep] for values, keep in zip(space, problem.kept, strict=True)])
        normaliser = Normaliser.fit(kept[flags], scaled=problem.scaled)
        rows = np.empty((edges[-1], space[0].shape[1] * len(problem.delays)), np.float32)
        for run, values in enumerate(space):
            # a volume without features counts as the mean of the training volumes
            ready = np.nan_to_num(normaliser.apply(values), nan=0.0)
            if shifts is not None:
                ready = np.roll(ready, int(shifts[run]), axis=0)
            rows[edges[run] : edges[run + 1]] = delayed(ready, problem.delays)[problem.kept[run]]
        mean = rows[fold.train].mean(axis=0, dtype=np.float64).astype(np.float32)
        train.append(rows[fold.train] - mean)
        test.append(rows[fold.test] - mean)
        normalisers.append(normaliser)
    return Design(tuple(train), tuple(test), tuple(normalisers))


def cross_validate(
    problem: Problem,
    folds: Sequence[Fold],
    solver_of: Callable[[int], Solver],
    search: Search,
    progress: Progress | None = None,
) -> Iterator[FoldResult]:
    """Fit and test each fold.

    Parameters
    ----------
    solver_of : function
        Number of training samples -> solver.
    progress : function, optional
        Called with (done, total) several times a second; may raise to stop.
    """
    responses = problem.responses()
    total = 0
    for place, fold in enumerate(folds):
        design = make_design(problem, fold)
        solver = solver_of(len(fold.train))
        spaces = _for_solver(solver, design.train)
        mean = responses[fold.train].mean(axis=0, dtype=np.float64).astype(np.float32)
        targets = responses[fold.train] - mean
        ticks = count_ticks(solver, problem.n_voxel, fold.inner, search)
        total = total or ticks * len(folds)
        model = fit(solver, spaces, targets, fold.inner, search, _counter(progress, place * ticks, total))
        yield _score(fold, model, design, responses[fold.test], mean)


def weights_of_all(
    problem: Problem,
    splits: Sequence[Split],
    solver_of: Callable[[int], Solver],
    search: Search,
    voxels: NDArray[np.intp],
    progress: Progress | None = None,
) -> tuple[NDArray[np.float32], ...]:
    """Fit all samples, for some voxels, and give the weights: a model to look at, and not to score.

    Parameters
    ----------
    splits : sequence of (train, validation)
        Divisions of all samples to choose the penalties on.
    voxels : ndarray of int, shape (n_chosen,)

    Returns
    -------
    tuple of ndarray, shape (n_delay, n_feature, n_chosen)
        One a space, for features that are brought to one scale.
    """
    everything = np.arange(len(problem.run_of))
    design = make_design(problem, Fold("all", everything, everything[:0], tuple(splits), by_run=True))
    solver = solver_of(len(everything))
    spaces = _for_solver(solver, design.train)
    targets = problem.responses()[:, voxels]
    targets = targets - targets.mean(axis=0, dtype=np.float64).astype(np.float32)
    ticks = count_ticks(solver, len(voxels), splits, search)
    model = fit(solver, spaces, targets, splits, search, _counter(progress, 0, ticks))
    edges = np.cumsum(problem.widths)[:-1]
    return tuple(by_delay(part, len(problem.delays)) for part in np.split(model.weights(), edges))


def refit_null(
    problem: Problem,
    results: Sequence[FoldResult],
    shifts: NDArray[np.intp],
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Scores under shifted features, fitted anew with the penalties of each voxel and fold kept.

    Parameters
    ----------
    shifts : ndarray of int, shape (n_shift, n_run)
        In volumes.

    Returns
    -------
    ndarray, shape (n_shift, n_voxel)
        Mean r over the folds.
    """
    responses = problem.responses()
    nulls = np.zeros((len(shifts), problem.n_voxel), np.float32)
    done, total = 0, len(shifts) * len(results)
    for result in results:
        fold = result.fold
        targets = responses[fold.train]
        targets = targets - targets.mean(axis=0, dtype=np.float64).astype(np.float32)
        kept = KeptPenalties(targets, responses[fold.test], result.alphas, result.shares)
        for row, shift in enumerate(shifts):
            tick = None if progress is None else partial(progress, done, total)
            design = make_design(problem, fold, shift)
            nulls[row] += kept.score(design.train, design.test, tick) / len(results)
            done += 1
    if progress is not None:
        progress(total, total)
    return nulls


def held_out(problem: Problem, results: Sequence[FoldResult]) -> NDArray[np.float32]:
    """Predictions of all tested samples, (n_sample, n_voxel); not-a-number where a sample was never tested."""
    out = np.full((len(problem.run_of), problem.n_voxel), np.nan, np.float32)
    for result in results:
        out[result.fold.test] = result.predicted
    return out


# --- inside ---------------------------------------------------------------------------------------------------------------


def _for_solver(solver: Solver, spaces: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    if solver in ("banded", "banded-kernel") or len(spaces) == 1:
        return list(spaces)
    return [np.concatenate(spaces, axis=1)]


def _score(
    fold: Fold,
    model: RidgeModel,
    design: Design,
    tested: NDArray[np.float32],
    mean: NDArray[np.float32],
) -> FoldResult:
    from himalaya.scoring import r2_score

    # all spaces in one weight vector can still be scored apart
    parts = np.stack(_parts(model, design))
    predicted = parts.sum(axis=0, dtype=np.float32)
    responses = tested - mean
    n_voxel = tested.shape[1]
    r2 = np.empty(n_voxel, np.float32)
    split = np.empty((len(parts), n_voxel), np.float32)
    for start in range(0, n_voxel, _VOXELS_AT_ONCE):
        some = slice(start, start + _VOXELS_AT_ONCE)
        r2[some] = r2_score(responses[:, some], predicted[:, some])
        split[:, some] = r2[some] if len(parts) == 1 else _split(responses[:, some], parts[:, :, some], r2[some])
    r = correlation(responses, predicted)
    return FoldResult(
        fold=fold,
        r=r,
        r2=r2,
        split_r2=split,
        alphas=model.alphas,
        shares=model.shares,
        predicted=predicted + mean,
        fingerprints=tuple(normaliser.fingerprint() for normaliser in design.normalisers),
    )


def _split(responses: NDArray[np.float32], parts: NDArray[np.float32], r2: NDArray[np.float32]) -> NDArray[np.float32]:
    """himalaya's product measure; it wants responses of mean zero, which whole runs have and a tested stretch has not.

    What such a mean costs or brings is no space's own: it is shared out evenly, so that the parts sum to R².
    """
    from himalaya.scoring import r2_score_split

    moving = responses - responses.mean(axis=0)
    with warnings.catch_warnings():  # rounding leaves a mean above the 1e-6 that it warns of
        warnings.simplefilter("ignore", UserWarning)
        split = r2_score_split(moving, parts)
    return np.asarray(split + (r2 - split.sum(axis=0)) / len(parts), np.float32)


def _parts(model: RidgeModel, design: Design) -> list[NDArray[np.float32]]:
    if len(model.widths) == len(design.test):
        return model.predict_by_space(design.test)
    edges = np.cumsum([0, *(space.shape[1] for space in design.test)])
    weights = model.weights()
    return [space @ weights[start:stop] for space, start, stop in zip(design.test, edges[:-1], edges[1:], strict=True)]


def _counter(progress: Progress | None, start: int, total: int) -> Tick | None:
    if progress is None:
        return None
    done = start

    def tick() -> None:
        nonlocal done
        done += 1
        progress(min(done, total), total)

    return tick
