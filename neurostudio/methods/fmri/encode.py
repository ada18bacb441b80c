"""``fmri.encode``: predict each voxel from features of the stimulus, on runs that the model has not seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.fmri.ceiling import explainable_variance, repeated_groups, same_stimulus
from neurostudio.methods.fmri.delays import delays_until
from neurostudio.methods.fmri.encode_outputs import (
    Ceiling,
    Scores,
    Significance,
    write_features,
    write_fitted,
    write_folds,
    write_maps,
    write_metrics,
    write_weights,
)
from neurostudio.methods.fmri.encoding import (
    FoldResult,
    Problem,
    Progress,
    cross_validate,
    held_out,
    refit_null,
    weights_of_all,
)
from neurostudio.methods.fmri.features.gather import gather_features
from neurostudio.methods.fmri.features.spaces import FeatureSpace
from neurostudio.methods.fmri.folds import Fold, make_folds
from neurostudio.methods.fmri.inputs import BoldRun, bold_runs, write_runs_table
from neurostudio.methods.fmri.maps import write_mask, write_mean_bold
from neurostudio.methods.fmri.masks import brain_mask, inside, read_series
from neurostudio.methods.fmri.ridge import Search, Solver, choose_solver
from neurostudio.methods.fmri.significance import (
    LEAST_NULLS,
    allowed_shifts,
    draw_shifts,
    false_discovery_threshold,
    likeness_to_itself,
    pooled_p_values,
)
from neurostudio.methods.fmri.specs.encode import EncodeSpec
from neurostudio.methods.fmri.targets import Targets, make_targets

MOST_ALIKE, MOST_PERIODIC = 0.7, 0.25
"""Where more than a quarter of the features are that like themselves after a shift, the test of significance is warned about."""

COPIES = 5
"""Arrays as large as the series that are in memory at once, at most."""


def run(spec: EncodeSpec, context: Context) -> None:
    """Run the job; see the README of this folder for the model and its choices."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # a part of scikit-learn's installation

    with threadpool_limits(context.cores):
        _run(spec, context)


def _run(spec: EncodeSpec, context: Context) -> None:
    runs = bold_runs(context, spec.selection)
    spaces = gather_features(spec, context, runs)
    kept = _kept_volumes(spec, context, runs, spaces)
    delays = tuple(spec.delays.volumes) or delays_until(_one_tr(runs), spec.delays.until_s)
    features = tuple(space.values for space in spaces)
    stimulus_of = same_stimulus([np.concatenate([space[run] for space in features], axis=1) for run in range(len(runs))])
    folds = _folds(spec, context, runs, kept, stimulus_of, delays)
    mask = brain_mask(context, runs, spec.mask)
    is_inside = inside(mask)
    _check_memory(runs, int(is_inside.sum()))
    targets = [_targets(spec, context, run, is_inside) for run in runs]
    moving = ~np.logical_or.reduce([one.is_still for one in targets])
    _check_moving(context, moving)
    problem = Problem(features, tuple(one.values[:, moving] for one in targets), kept, delays, spec.features.scaled)
    where = np.zeros_like(is_inside)
    where[is_inside] = moving
    solver_of = _solver_of(spec, context, problem, spaces, folds)
    search = _search(spec, context)
    results = list(cross_validate(problem, folds, solver_of, search, _watched(context, "Fit and test", "batches")))
    scores = Scores.of(results)
    ceiling = _ceiling(context, problem, stimulus_of)
    significance = _significance(spec, context, problem, results, scores, runs)

    write_mean_bold(context, runs)
    write_maps(context, scores, ceiling, significance, spaces, where, runs[0])
    write_folds(context, results, runs, problem.run_of, spaces, scores, search.alphas)
    write_features(context, spaces, runs, delays)
    write_metrics(context, scores, ceiling, significance, spaces, results, search.alphas)
    if spec.output.weights != "none":
        voxels = np.arange(problem.n_voxel)
        if spec.output.weights == "best":
            voxels = np.sort(np.argsort(-scores.r, kind="stable")[: spec.output.best])
        splits = _splits_of_all(spec, runs, kept, stimulus_of, delays)
        weights = weights_of_all(problem, splits, solver_of, search, voxels, _watched(context, "Fit the weights", "batches"))
        write_weights(context, weights, spaces, delays, where, voxels)
    if spec.output.fitted:
        write_fitted(context, held_out(problem, results), runs, targets, moving, kept, where)
    write_mask(context, mask)
    write_runs_table(context, runs, [int(one.sum()) for one in kept])
    context.metric("data/volumes", sum(int(one.sum()) for one in kept))


# --- what is fitted -------------------------------------------------------------------------------------------------------


def _kept_volumes(
    spec: EncodeSpec, context: Context, runs: Sequence[BoldRun], spaces: Sequence[FeatureSpace]
) -> tuple[NDArray[np.bool_], ...]:
    kept = []
    for number, one in enumerate(runs):
        covered = np.logical_and.reduce([space.covered[number] for space in spaces])
        if not covered.all():
            context.log(
                f"{one.name}: {int((~covered).sum())} of {one.n_volumes} volumes have no features and are left out", "warning"
            )
        covered &= np.arange(one.n_volumes) >= spec.targets.skip
        if not covered.any():
            raise RequestError(
                f"No volume of {one.name} is left", "All are without features or left out at the start", "Check targets.skip"
            )
        kept.append(covered)
    return tuple(kept)


def _one_tr(runs: Sequence[BoldRun]) -> float:
    tr_s = runs[0].repetition_s
    other = next((one for one in runs if abs(one.repetition_s - tr_s) > 1e-3 * tr_s), None)
    if other is not None:
        raise RequestError(
            f"The runs have different TRs: {runs[0].name} {tr_s:g} s, {other.name} {other.repetition_s:g} s",
            "Delays in volumes would mean different times",
            "Select runs of one TR",
        )
    return tr_s


def _folds(
    spec: EncodeSpec,
    context: Context,
    runs: Sequence[BoldRun],
    kept: Sequence[NDArray[np.bool_]],
    stimulus_of: Sequence[int],
    delays: Sequence[int],
) -> tuple[Fold, ...]:
    folds = make_folds(
        np.repeat(np.arange(len(runs)), [int(one.sum()) for one in kept]),
        [run.name for run in runs],
        stimulus_of,
        test_runs=spec.folds.test_runs,
        n_inner=spec.folds.inner,
        n_block=spec.folds.blocks,
        gap=_gap(spec, runs, delays),
    )
    repeats = repeated_groups(stimulus_of)
    if repeats:
        names = "; ".join(", ".join(runs[place].name for place in group) for group in repeats)
        context.log(f"Same stimulus, so held out together: {names}")
    if len(set(stimulus_of)) == 1:
        context.log(
            f"There is only one {'run' if len(runs) == 1 else 'stimulus'}, so {spec.folds.blocks} stretches of it are tested in "
            f"turn, with {_gap(spec, runs, delays)} volumes left out around each. Scores on runs of another day or stimulus may "
            "be lower.",
            "warning",
        )
    elif any(not fold.by_run for fold in folds):
        context.log("Only one run is left to learn from in a fold: the penalties are chosen on stretches of it", "warning")
    return folds


def _gap(spec: EncodeSpec, runs: Sequence[BoldRun], delays: Sequence[int]) -> int:
    return max(delays) + math.ceil(spec.folds.gap_s / runs[0].repetition_s - 1e-6)


def _splits_of_all(
    spec: EncodeSpec,
    runs: Sequence[BoldRun],
    kept: Sequence[NDArray[np.bool_]],
    stimulus_of: Sequence[int],
    delays: Sequence[int],
) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
    run_of = np.repeat(np.arange(len(runs)), [int(one.sum()) for one in kept])
    folds = make_folds(run_of, [one.name for one in runs], stimulus_of, n_block=spec.folds.blocks, gap=_gap(spec, runs, delays))
    return tuple((fold.train, fold.test) for fold in folds)


def _targets(spec: EncodeSpec, context: Context, one: BoldRun, is_inside: NDArray[np.bool_]) -> Targets:
    series = read_series(context, one, is_inside, f"Read {one.name}")
    context.check_stop()
    return make_targets(series, one.repetition_s, spec.targets.high_pass_hz, spec.targets.scale)


def _check_memory(runs: Sequence[BoldRun], n_voxel: int) -> None:
    import psutil

    needed = 4 * COPIES * n_voxel * sum(one.n_volumes for one in runs)
    free = psutil.virtual_memory().available
    if needed > free:
        raise NeuroError(
            f"About {needed / 1e9:.1f} GB of memory are needed, and {free / 1e9:.1f} GB are free",
            f"{n_voxel} voxels in {sum(one.n_volumes for one in runs)} volumes are fitted at once",
            "Give a smaller mask or fewer runs, or use a computer with more memory",
        )


def _check_moving(context: Context, moving: NDArray[np.bool_]) -> None:
    if not moving.any():
        raise RequestError(
            "No voxel of the mask changes in every run once the drift is out",
            fix="Check the images, or lower targets.high_pass_hz",
        )
    if not moving.all():
        context.log(f"{int((~moving).sum())} voxels do not change in a run once the drift is out, and are left out", "warning")


def _solver_of(
    spec: EncodeSpec, context: Context, problem: Problem, spaces: Sequence[FeatureSpace], folds: Sequence[Fold]
) -> "_SolverRule":
    rule = _SolverRule(problem.widths, spec.model.kind)
    n_train = min(len(fold.train) for fold in folds)
    solver = rule(n_train)
    names = {"ridge": "ridge", "kernel-ridge": "kernel ridge", "banded": "banded ridge", "banded-kernel": "banded ridge (kernel)"}
    context.log(
        f"Model: {names[solver]}, {n_train} volumes to learn from, {sum(problem.widths)} delayed features in {len(spaces)} space"
        f"{'' if len(spaces) == 1 else 's'}, delays {', '.join(map(str, problem.delays))}"
    )
    return rule


@dataclass(frozen=True)
class _SolverRule:
    widths: tuple[int, ...]
    kind: str

    def __call__(self, n_sample: int) -> Solver:
        return choose_solver(n_sample, self.widths, self.kind)  # type: ignore[arg-type]  # the Spec allows no other


def _search(spec: EncodeSpec, context: Context) -> Search:
    alphas = np.logspace(spec.model.lowest, spec.model.highest, spec.model.penalties)
    return Search(
        alphas=tuple(float(alpha) for alpha in alphas),
        n_iter=spec.model.iterations,
        batch=spec.model.batch,
        seed=context.seed,
    )


# --- what it means --------------------------------------------------------------------------------------------------------


def _ceiling(context: Context, problem: Problem, stimulus_of: Sequence[int]) -> Ceiling | None:
    groups = repeated_groups(stimulus_of)
    if not groups:
        return None
    parts, weights = [], []
    for group in groups:
        common = np.logical_and.reduce([problem.kept[place] for place in group])
        repeats = np.stack([problem.targets[place][common] for place in group])
        repeats = repeats - repeats.mean(axis=1, keepdims=True)
        spread = repeats.std(axis=1, keepdims=True)
        repeats = repeats / np.where(spread > 0, spread, 1)
        parts.append(explainable_variance(repeats))
        weights.append(int(common.sum()))
        context.check_stop()
    return Ceiling.of(np.average(parts, axis=0, weights=weights).astype(np.float32))


def _significance(
    spec: EncodeSpec,
    context: Context,
    problem: Problem,
    results: Sequence[FoldResult],
    scores: Scores,
    runs: Sequence[BoldRun],
) -> Significance | None:
    wanted = spec.significance
    if not wanted.shifts:
        return None
    lengths = [int(kept.sum()) for kept in problem.kept]
    shifts = draw_shifts(lengths, [one.repetition_s for one in runs], wanted.shifts, context.seed, wanted.least_s)
    if len(shifts) < LEAST_NULLS:
        context.log(
            f"No test of significance: the runs are too short for {LEAST_NULLS} different shifts of at least "
            f"{wanted.least_s:g} s both ways round (there are {len(shifts)})",
            "warning",
        )
        return None
    if len(shifts) < wanted.shifts:
        context.log(f"The runs allow {len(shifts)} different shifts only, of {wanted.shifts} asked for", "warning")
    _warn_of_periods(spec, context, problem, runs)
    if results[0].shares.shape[0] > 1:
        groups = sum(np.unique(one.shares, axis=1).shape[1] for one in results)
        context.log(f"Each of {len(shifts)} shifts is fitted anew for {groups} divisions of the freedom between the spaces")
    nulls = refit_null(problem, results, shifts, _watched(context, "Shift and score", "fits"))
    p_values = pooled_p_values(scores.r, nulls)
    limit = false_discovery_threshold(p_values, wanted.q)
    return Significance(p_values, p_values <= limit, limit, wanted.q, len(shifts))


def _warn_of_periods(spec: EncodeSpec, context: Context, problem: Problem, runs: Sequence[BoldRun]) -> None:
    for number, one in enumerate(runs):
        kept = problem.kept[number]
        shifts = allowed_shifts(int(kept.sum()), one.repetition_s, spec.significance.least_s)
        features = np.concatenate([space[number][kept] for space in problem.features], axis=1)
        likeness, at = likeness_to_itself(features, shifts)
        if (likeness > MOST_ALIKE).mean() > MOST_PERIODIC:
            worst = int(likeness.argmax())
            context.log(
                f"{one.name}: features of the stimulus repeat themselves (one is the same after {at[worst] * one.repetition_s:g} s, "
                f"r = {likeness[worst]:.2f}), so shifted stimuli are no good null: p is too large for voxels that follow them. "
                "For block designs use fmri.glm",
                "warning",
            )
            return


def _watched(context: Context, phase: str, unit: str) -> Progress:
    def progress(done: int, total: int) -> None:
        context.check_stop()
        context.progress(done, total, phase, unit)

    return progress
