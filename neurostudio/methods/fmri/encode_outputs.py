"""What a run of ``fmri.encode`` leaves: maps, tables, arrays and metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.kinds import Plot
from neurostudio.methods.fmri.ceiling import noise_ceiling
from neurostudio.methods.fmri.encoding import FoldResult
from neurostudio.methods.fmri.features.spaces import FeatureSpace
from neurostudio.methods.fmri.inputs import BoldRun
from neurostudio.methods.fmri.maps import like, unmasked, write_map, write_series
from neurostudio.methods.fmri.targets import Targets

MOST_AT_EDGE = 0.05
LEAST_R2 = 0.01
"""Voxels above it count as predicted where their penalties are looked at."""
_SHOWN_FEATURES = 8


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of each voxel: means over the outer folds.

    Attributes
    ----------
    r, r2 : ndarray, shape (n_voxel,)
    split_r2 : ndarray, shape (n_space, n_voxel)
    log_alpha : ndarray, shape (n_voxel,)
        Decimal logarithm of the penalty.
    shares : ndarray, shape (n_space or 1, n_voxel)
    """

    r: NDArray[np.float32]
    r2: NDArray[np.float32]
    split_r2: NDArray[np.float32]
    log_alpha: NDArray[np.float32]
    shares: NDArray[np.float32]

    @classmethod
    def of(cls, results: Sequence[FoldResult]) -> "Scores":
        """Average the folds; penalties by their logarithm."""

        def mean(arrays: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
            return np.asarray(np.mean(arrays, axis=0, dtype=np.float64), np.float32)

        return cls(
            mean([one.r for one in results]),
            mean([one.r2 for one in results]),
            mean([one.split_r2 for one in results]),
            mean([np.log10(one.alphas) for one in results]),
            mean([one.shares for one in results]),
        )


@dataclass(frozen=True, eq=False)
class Ceiling:
    """Explainable variance of each voxel and the largest r that it allows, shape (n_voxel,)."""

    explainable: NDArray[np.float32]
    r: NDArray[np.float32]

    @classmethod
    def of(cls, explainable: NDArray[np.float32]) -> "Ceiling":
        """From the explainable variance."""
        return cls(explainable, noise_ceiling(explainable))


@dataclass(frozen=True, eq=False)
class Significance:
    """The test of each voxel.

    Attributes
    ----------
    p_values : ndarray, shape (n_voxel,)
    is_significant : ndarray of bool, shape (n_voxel,)
    limit : float
        Largest p that counts.
    q : float
        False discovery rate.
    n_shift : int
    """

    p_values: NDArray[np.float64]
    is_significant: NDArray[np.bool_]
    limit: float
    q: float
    n_shift: int


def write_maps(
    context: Context,
    scores: Scores,
    ceiling: Ceiling | None,
    significance: Significance | None,
    spaces: Sequence[FeatureSpace],
    where: NDArray[np.bool_],
    run: BoldRun,
) -> None:
    """Write every map; outside the voxels that were fitted (`where`, on the grid of `run`) they are not-a-number."""

    def write(name: str, values: NDArray[Any], title: str, unit: str, caption: str, threshold: float | None = None) -> None:
        several = values.ndim == 2
        rows = [unmasked(row, where, np.nan) for row in (values if several else values[None])]
        image = like(run, np.stack(rows, axis=-1) if several else rows[0])
        names = tuple(space.name for space in spaces) if several else ()
        write_map(context, name, image, None, title, unit=unit, threshold=threshold, caption=caption, names=names)

    passing = scores.r[significance.is_significant] if significance is not None else np.zeros(0)
    write(
        "r",
        scores.r,
        "Correlation with held-out responses",
        "r",
        "Correlation of predicted and measured responses in runs that the model has not seen, mean over folds.",
        float(passing.min()) if passing.size else None,
    )
    if significance is not None:
        shown = np.where(significance.is_significant, scores.r, np.nan)
        caption = f"False discovery rate {significance.q:g}, {significance.n_shift} circular shifts."
        write("r-significant", shown, "Correlation, significant voxels", "r", caption)
        write(
            "p",
            -np.log10(significance.p_values),
            "Significance",
            "-log10 p",
            "p under circular shifts of the stimulus; nulls pooled over voxels after scaling each by its own.",
            -float(np.log10(significance.limit)) if significance.limit else None,
        )
    write("r2", scores.r2, "Explained variance", "R²", "R² in held-out runs, mean over folds.")
    if len(spaces) > 1:
        caption = "What each space brings to R²; the volumes sum to it."
        write("r2-split", scores.split_r2, "Explained variance by feature space", "R²", caption)
    caption = "Mean over folds; voxels without signal take the largest."
    write("best-alpha", scores.log_alpha, "Chosen penalty", "log10 penalty", caption)
    if len(scores.shares) > 1:
        caption = "Banded ridge: how free the weights of each space are; the volumes sum to 1."
        write("shares", scores.shares, "Freedom of the feature spaces", "share", caption)
    if ceiling is not None:
        caption = "What repeats of the same stimulus have in common."
        write("explainable-variance", ceiling.explainable, "Explainable variance", "share of variance", caption)
        caption = "Largest correlation with one repeat that any model of the stimulus can reach."
        write("noise-ceiling", ceiling.r, "Noise ceiling", "r", caption)


def write_folds(
    context: Context,
    results: Sequence[FoldResult],
    runs: Sequence[BoldRun],
    run_of: NDArray[np.intp],
    spaces: Sequence[FeatureSpace],
    scores: Scores,
    alphas: Sequence[float],
) -> None:
    """Write the tables ``scores``, ``folds`` and ``penalties``, and warn about penalties at the edge of the grid."""
    context.table(
        "scores",
        {
            "fold": [one.fold.name for one in results],
            "r_mean": [float(one.r.mean()) for one in results],
            "r_max": [float(one.r.max()) for one in results],
            "r2_mean": [float(one.r2.mean()) for one in results],
            "share_above_0.1": [float((one.r > 0.1).mean()) for one in results],
            **{
                f"r2_{space.name}": [float(one.split_r2[place].mean()) for one in results]
                for place, space in enumerate(spaces)
                if len(spaces) > 1
            },
        },
        title="Scores by fold",
        plot=Plot("bars", x="fold", y=("r_mean",), y_label="r, mean over voxels", caption="Held-out correlation in each fold."),
    )
    context.table(
        "folds",
        {
            "fold": [one.fold.name for one in results],
            "normalisers_saw": [" ".join(runs[run].name for run in np.unique(run_of[one.fold.train])) for one in results],
            "tested_volumes": [len(one.fold.test) for one in results],
            "training_volumes": [len(one.fold.train) for one in results],
            "inner_folds": [len(one.fold.inner) for one in results],
            "by_run": [one.fold.by_run for one in results],
            "normalisers": [" ".join(one.fingerprints) for one in results],
        },
        title="Folds",
    )
    _write_penalties(context, results, scores, alphas)


def _write_penalties(context: Context, results: Sequence[FoldResult], scores: Scores, alphas: Sequence[float]) -> None:
    grid = np.log10(alphas)
    chosen = np.concatenate([np.abs(np.log10(one.alphas)[:, None] - grid[None, :]).argmin(axis=1) for one in results])
    good = np.tile(scores.r2 > LEAST_R2, len(results))
    context.table(
        "penalties",
        {
            "log10_penalty": [round(float(value), 3) for value in grid],
            "all_voxels": np.bincount(chosen, minlength=len(grid)).tolist(),
            "predicted_voxels": np.bincount(chosen[good], minlength=len(grid)).tolist(),
        },
        title="Chosen penalties",
        plot=Plot(
            "bars",
            x="log10_penalty",
            y=("all_voxels", "predicted_voxels"),
            x_label="log10 penalty",
            y_label="voxels x folds",
            caption="Voxels without signal take large penalties; those predicted (R² above 0.01) should stand off the edges.",
        ),
    )


def edge_share(results: Sequence[FoldResult], scores: Scores, alphas: Sequence[float]) -> float:
    """Share of the predicted voxels whose penalty is the smallest or largest on offer; 0 for one penalty."""
    good = scores.r2 > LEAST_R2
    if len(alphas) < 2 or not good.any():
        return 0.0
    grid = np.log10(alphas)
    chosen = np.log10(np.concatenate([one.alphas[good] for one in results]))
    return float(((chosen < (grid[0] + grid[1]) / 2) | (chosen > (grid[-1] + grid[-2]) / 2)).mean())


def write_features(context: Context, spaces: Sequence[FeatureSpace], runs: Sequence[BoldRun], delays: Sequence[int]) -> None:
    """Write the table ``features`` and what they look like on the volumes."""
    rows = [(space, place, run) for space in spaces for place, run in enumerate(runs)]
    context.table(
        "features",
        {
            "space": [space.name for space, _, _ in rows],
            "run": [run.name for _, _, run in rows],
            "source": [space.sources[place] for space, place, _ in rows],
            "features": [space.n_feature for space, _, _ in rows],
            "delayed_features": [space.n_feature * len(delays) for space, _, _ in rows],
            "covered_volumes": [int(space.covered[place].sum()) for space, place, _ in rows],
            "how": [space.how for space, _, _ in rows],
        },
        title="Features",
    )
    arrays = {f"{space.name}_{run.name}": space.values[place] for space, place, run in rows}
    first = runs[0].name
    shown = {
        f"{space.name}: {column}": space.values[0][:, number]
        for space in spaces
        for number, column in enumerate(space.columns[: max(1, _SHOWN_FEATURES // len(spaces))])
    }
    context.array("features-on-volumes", arrays, title="Features on the volumes")
    context.array(
        "feature-traces",
        {"volume": np.arange(runs[0].n_volumes), **shown},
        title=f"Features of {first}",
        plot=Plot("traces", y=tuple(shown), x_label="volume", caption=f"The first features of each space in {first}."),
    )


def write_weights(
    context: Context,
    weights: Sequence[NDArray[np.float32]],
    spaces: Sequence[FeatureSpace],
    delays: Sequence[int],
    where: NDArray[np.bool_],
    voxels: NDArray[np.intp],
) -> None:
    """Write the array ``weights``: by delay, and averaged over the delays."""
    arrays: dict[str, object] = {
        "voxels": np.argwhere(where)[voxels],
        "delays": np.asarray(delays),
        **{f"features_{space.name}": np.array(space.columns, dtype=np.str_) for space in spaces},
        **{f"by_delay_{space.name}": own for space, own in zip(spaces, weights, strict=True)},
        **{f"mean_{space.name}": own.mean(axis=0) for space, own in zip(spaces, weights, strict=True)},
    }
    context.array("weights", arrays, title="Weights of the features")
    response = [
        float(np.sqrt(np.mean([np.square(own[place]).sum(axis=0).mean() for own in weights]))) for place in range(len(delays))
    ]
    context.table(
        "response",
        {"delay": list(delays), "weight": response},
        title="Size of the weights by delay",
        plot=Plot("line", x="delay", y=("weight",), x_label="delay in volumes", y_label="root of mean squared weights"),
    )


def write_fitted(
    context: Context,
    predicted: NDArray[np.float32],
    runs: Sequence[BoldRun],
    targets: Sequence[Targets],
    moving: NDArray[np.bool_],
    kept: Sequence[NDArray[np.bool_]],
    where: NDArray[np.bool_],
) -> None:
    """Write the held-out predictions of each tested run in scanner units, as long as the run."""
    edges = np.cumsum([0, *(int(one.sum()) for one in kept)])
    for number, (run, own) in enumerate(zip(runs, targets, strict=True)):
        part = predicted[edges[number] : edges[number + 1]]
        if not np.isfinite(part[:, 0]).any():
            continue
        values = np.full((run.n_volumes, len(moving)), np.nan, np.float32)
        values[np.ix_(kept[number], moving)] = part
        write_series(
            context,
            "fitted" if len(runs) == 1 else f"fitted-{number + 1}",
            own.in_scanner_units(values)[:, moving],
            where,
            run,
            f"Predicted responses of {run.name}",
            unit="signal",
            caption="Held-out predictions with the drift and mean of each voxel put back.",
        )


def write_metrics(
    context: Context,
    scores: Scores,
    ceiling: Ceiling | None,
    significance: Significance | None,
    spaces: Sequence[FeatureSpace],
    results: Sequence[FoldResult],
    alphas: Sequence[float],
) -> None:
    """Write the numbers of the run, and say what they mean where they need it."""
    context.metric("test/r_mean", float(scores.r.mean()))
    context.metric("test/r_max", float(scores.r.max()))
    context.metric("test/r2_mean", float(scores.r2.mean()))
    context.metric("test/r2_max", float(scores.r2.max()))
    context.metric("encode/features", sum(space.n_feature for space in spaces))
    if significance is not None:
        count = int(significance.is_significant.sum())
        context.metric("encode/voxels_significant", count)
        context.metric("encode/share_significant", count / len(scores.r))
        if count:
            context.metric("test/r_mean_significant", float(scores.r[significance.is_significant].mean()))
        context.log(
            f"{count} of {len(scores.r)} voxels are predicted above chance (false discovery rate {significance.q:g}, "
            f"{significance.n_shift} shifts)"
        )
    if ceiling is not None:
        context.metric("encode/ceiling_mean", float(ceiling.r.mean()))
        context.metric("encode/explainable_variance_mean", float(ceiling.explainable.mean()))
    share = edge_share(results, scores, alphas)
    context.metric("encode/penalties_at_edge", share)
    if share > MOST_AT_EDGE:
        context.log(
            f"{100 * share:.0f} % of the predicted voxels chose the smallest or largest penalty on offer "
            f"({min(alphas):g}, {max(alphas):g}). Widen the grid: model.lowest, model.highest",
            "warning",
        )
