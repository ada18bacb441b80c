"""``fmri.decode_classes``: which class of event a run that was not learned from belongs to."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.blocks import voxel_blocks
from neurostudio.methods.fmri.classifiers import class_weights, make_classifier, signal_patterns
from neurostudio.methods.fmri.decode_outputs import (
    Decoded,
    Lights,
    write_null,
    write_result,
    write_searchlight,
    write_weights,
)
from neurostudio.methods.fmri.design import UNTYPED
from neurostudio.methods.fmri.inputs import BoldRun, bold_runs, write_runs_table
from neurostudio.methods.fmri.maps import write_mask, write_mean_bold
from neurostudio.methods.fmri.masks import brain_mask, inside, read_series
from neurostudio.methods.fmri.nuisance import nuisance_of
from neurostudio.methods.fmri.patterns import (
    Blocks,
    Patterns,
    cleaned,
    drift_basis,
    find_blocks,
    mean_weights,
    standardised,
    volumes_of,
)
from neurostudio.methods.fmri.permutations import NullTest, n_orders, shuffled, significant_accuracy
from neurostudio.methods.fmri.run_folds import Make, fit_quietly, predict_left_out
from neurostudio.methods.fmri.searchlight import refitted_accuracies, ridge_accuracies, spheres
from neurostudio.methods.fmri.specs.decode_classes import ClassSettings, DecodeClassesSpec
from neurostudio.methods.fmri.trial_weights import trial_regressors, trial_weights

FEW_VOXELS = 10
SAVE_EVERY_S = 20.0
FAMILY_WISE = 0.05


@dataclass(frozen=True, eq=False)
class Sampling:
    """How the samples of one run are taken from its cleaned series.

    Attributes
    ----------
    weights : ndarray, shape (S, T)
    basis : ndarray, shape (T, K)
        Drift and confounds, orthonormal.
    blocks : Blocks
        The events, one or more samples each.
    block_of : ndarray of int, shape (S,)
        Event of each sample.
    time_s : ndarray, shape (S,)
    """

    weights: NDArray[np.float64]
    basis: NDArray[np.float64]
    blocks: Blocks
    block_of: NDArray[np.intp]
    time_s: NDArray[np.float64]


def run(spec: DecodeClassesSpec, context: Context) -> None:
    """Decode, test against shuffled labels, and draw what the classifier used."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # a part of scikit-learn's installation

    with threadpool_limits(context.cores):  # small matrices on many threads only spin
        _run(spec, context)


def _run(spec: DecodeClassesSpec, context: Context) -> None:
    runs = bold_runs(context, spec.selection, need_events=True)
    _check_runs(context, runs)
    class_of = _classes(runs, spec.classes)
    samplings = [_sampling(spec, context, one, class_of) for one in runs]
    _check_classes(context, runs, samplings)
    mask_image = brain_mask(context, runs, spec.mask)
    _check_mask(context, mask_image)
    mask = inside(mask_image)
    patterns = _patterns(spec, context, runs, samplings, mask)
    decoded = _decode(spec, context, patterns, [one.name for one in runs])
    write_mean_bold(context, runs)
    write_mask(context, mask_image)
    write_result(context, decoded)
    if spec.n_permutations:
        write_null(context, decoded, _null(spec, context, patterns))
    if spec.weights:
        _draw_weights(spec, context, patterns, runs[0], mask, decoded.classes)
    if spec.searchlight.on:
        write_searchlight(context, _searchlight(spec, context, patterns, runs[0], mask), runs[0], mask)
    write_runs_table(context, runs)
    context.metric("data/volumes", sum(one.n_volumes for one in runs))


# --- samples --------------------------------------------------------------------------------------------------------------


def _check_runs(context: Context, runs: Sequence[BoldRun]) -> None:
    if len(runs) < 2:
        raise RequestError(
            f"There is one run ({runs[0].name}), and decoding needs two at least",
            "A run is told from the others: samples of one run resemble each other whatever they show",
            "Give more runs of the same person",
        )
    seen: dict[str, str] = {}
    for one in runs:
        if one.sha256 in seen:
            raise RequestError(
                f"{seen[one.sha256]} and {one.name} are the same image",
                "The classifier would be tested on what it has learned",
                "Give each run once",
            )
        seen[one.sha256] = one.name
    people = sorted({one.files.subject for one in runs} - {""})
    if len(people) > 1:
        context.log(
            f"The runs are of {len(people)} persons ({', '.join(people[:5])}); patterns of one seldom fit another. "
            "selection.subject chooses one",
            "warning",
        )


def _classes(runs: Sequence[BoldRun], settings: ClassSettings) -> dict[str, str]:
    """Type of event -> class."""
    there = list(dict.fromkeys(kind for one in runs if one.events is not None for kind in one.events.types if kind != UNTYPED))
    asked = {"classes.only": settings.only, "classes.rename": list(settings.rename)}
    for name, kinds in asked.items():
        unknown = [kind for kind in kinds if kind not in there]
        if unknown:
            raise RequestError(
                f"There is no event of the type '{unknown[0]}' ({name})", fix=f"The types are: {', '.join(there) or 'none'}"
            )
    kept = settings.only or [kind for kind in there if kind not in settings.leave_out]
    class_of = {kind: settings.rename.get(kind, kind) for kind in kept}
    if len(set(class_of.values())) < 2:
        raise RequestError(
            f"There is nothing to tell apart: {len(set(class_of.values()))} classes",
            f"The events have: {', '.join(there) or 'no type'}",
            "Give events of two types at least, or change the settings under 'classes'",
        )
    return class_of


def _sampling(spec: DecodeClassesSpec, context: Context, one: BoldRun, class_of: dict[str, str]) -> Sampling:
    settings, tr_s = spec.patterns, one.repetition_s
    if one.events is None:
        raise ValueError(f"the events of {one.name} were not asked for")
    blocks = find_blocks(one.events, class_of, settings.join_gap_s)
    basis = drift_basis(one.n_volumes, tr_s, settings, nuisance_of(one, spec.confounds).values)
    is_model = settings.samples in ("lss", "lsa")
    volumes = volumes_of(blocks, one.n_volumes, tr_s, 0.0 if is_model else settings.shift_s)
    held = np.array([place for place, own in enumerate(volumes) if len(own)], dtype=int)
    if len(held) < len(blocks):
        context.log(
            f"{one.name}: {len(blocks) - len(held)} of {len(blocks)} events end after the run and are left out", "warning"
        )
    if not len(held):
        raise RequestError(
            f"No event of the classes lies within {one.name}, which lasts {one.n_volumes * tr_s:g} s",
            fix="Give the events of this run, correct selection.tr_s, or leave the run out",
        )
    blocks, volumes = blocks.at(held), [volumes[place] for place in held]
    block_of, time_s = np.arange(len(blocks)), blocks.onset_s
    if settings.samples == "volumes":
        block_of = np.repeat(block_of, [len(own) for own in volumes])
        volumes = [own[place : place + 1] for own in volumes for place in range(len(own))]
        time_s = np.asarray(np.concatenate(volumes) * tr_s, np.float64)
    if settings.samples == "lss" or settings.samples == "lsa":
        regressors = trial_regressors(blocks, one.n_volumes, tr_s)
        weights = trial_weights(regressors, blocks.label, basis, settings.samples, one.name)
    else:
        weights = mean_weights(volumes, one.n_volumes)
    return Sampling(weights, basis, blocks, block_of, time_s)


def _check_classes(context: Context, runs: Sequence[BoldRun], samplings: Sequence[Sampling]) -> None:
    labels = [set(one.blocks.label.tolist()) for one in samplings]
    for name in sorted(set().union(*labels)):
        there = [place for place, own in enumerate(labels) if name in own]
        if len(there) < 2:
            raise RequestError(
                f"The class '{name}' is in one run only ({runs[there[0]].name})",
                "When that run is tested, nothing of the class is left to learn from",
                "Leave the class out (classes.leave_out), or give more runs",
            )
    lacking = [runs[place].name for place, own in enumerate(labels) if own != set().union(*labels)]
    if lacking:
        context.log(f"Not every class is in {', '.join(lacking)}", "warning")


def _check_mask(context: Context, mask: Nifti1Image) -> None:
    n_voxel = int(inside(mask).sum())
    if n_voxel < 2:
        raise RequestError(
            f"The mask has {n_voxel} voxel at this resolution, and a pattern needs two at least",
            "The region is smaller than the voxels of these images",
            "Give a larger mask, or images of a higher resolution",
        )
    if n_voxel < FEW_VOXELS:
        context.log(f"The mask has only {n_voxel} voxels: a pattern of so few says little", "warning")


def _patterns(
    spec: DecodeClassesSpec, context: Context, runs: Sequence[BoldRun], samplings: Sequence[Sampling], mask: NDArray[np.bool_]
) -> Patterns:
    values, block, n_block = [], [], 0
    for one, sampling in zip(runs, samplings, strict=True):
        series = read_series(context, one, mask)
        samples = np.empty((len(sampling.weights), series.shape[1]))
        for own in voxel_blocks(context, series.shape, f"Clean {one.name}"):
            is_scaled = spec.patterns.standardise == "volumes"
            rest = cleaned(series[:, own].astype(np.float64), sampling.basis, unit_variance=is_scaled)
            samples[:, own] = sampling.weights @ rest
        values.append(standardised(samples) if spec.patterns.standardise == "patterns" else samples)
        block.append(sampling.block_of + n_block)
        n_block += len(sampling.blocks)
    return Patterns(
        values=np.concatenate(values),
        label=np.concatenate([one.blocks.label[one.block_of] for one in samplings]),
        run=np.repeat(np.arange(len(runs)), [len(one.weights) for one in samplings]),
        block=np.concatenate(block),
        time_s=np.concatenate([one.time_s for one in samplings]),
    )


# --- decoding -------------------------------------------------------------------------------------------------------------


def _decode(spec: DecodeClassesSpec, context: Context, patterns: Patterns, names: Sequence[str]) -> Decoded:
    n_voxel = patterns.values.shape[1]
    context.progress(0, 1, "Decode")
    predicted, is_settled = predict_left_out(
        patterns.values, patterns.label, patterns.run, lambda: make_classifier(spec.classifier, n_voxel)
    )
    context.progress(1, 1, "Decode")
    if not is_settled:
        context.log(
            "The classifier stopped before it had settled; standardise the patterns (patterns.standardise), or lower classifier.c",
            "warning",
        )
    return Decoded(patterns, predicted, tuple(np.unique(patterns.label).tolist()), tuple(names))


def _null(spec: DecodeClassesSpec, context: Context, patterns: Patterns) -> NDArray[np.float64]:
    """Accuracies under shuffled labels; goes on from the last checkpoint of the same patterns and settings."""
    test = NullTest(patterns, spec.classifier, context.seed)
    orders = n_orders(np.unique(patterns.label, return_inverse=True)[1], patterns.run, patterns.block)
    if orders < spec.n_permutations:
        context.log(
            f"There are only {orders:.0f} different orders of the labels within runs: p cannot be below {1 / orders:.2g}",
            "warning",
        )
    key = sha256(patterns.values.tobytes() + spec.model_dump_json().encode() + str(context.seed).encode()).hexdigest()
    done = _resumed(context, key)
    found = list(done)
    saved = time.monotonic()

    def on_done(count: int, newest: NDArray[np.float64]) -> None:
        nonlocal saved
        found.extend(newest.tolist())
        context.check_stop()
        context.progress(count, spec.n_permutations, "Shuffle the labels", "shuffles")
        if time.monotonic() - saved > SAVE_EVERY_S:
            _save(context, key, found)
            saved = time.monotonic()

    test.run(len(done), spec.n_permutations, on_done)
    return np.array(found)


def _resumed(context: Context, key: str) -> list[float]:
    folder = context.last_checkpoint()
    if folder is None or not (folder / "null.json").is_file():
        return []
    kept = json.loads((folder / "null.json").read_text(encoding="utf-8"))
    return [float(value) for value in kept["accuracy"]] if kept["key"] == key else []


def _save(context: Context, key: str, found: Sequence[float]) -> None:
    with context.checkpoint(f"{len(found)} shuffles") as folder:
        (folder / "null.json").write_text(json.dumps({"key": key, "accuracy": list(found)}), encoding="utf-8")


def _draw_weights(
    spec: DecodeClassesSpec,
    context: Context,
    patterns: Patterns,
    one: BoldRun,
    mask: NDArray[np.bool_],
    classes: Sequence[str],
) -> None:
    context.check_stop()
    fitted, _ = fit_quietly(make_classifier(spec.classifier, patterns.values.shape[1]), patterns.values, patterns.label)
    weights = class_weights(fitted, len(classes))
    write_weights(context, weights, signal_patterns(patterns.values, weights), classes, one, mask)


def _searchlight(spec: DecodeClassesSpec, context: Context, patterns: Patterns, one: BoldRun, mask: NDArray[np.bool_]) -> Lights:
    settings = spec.searchlight
    near = spheres(one.grid.mm_of(np.argwhere(mask)), settings.radius_mm)
    used = np.array([place for place, voxels in enumerate(near) if len(voxels) >= settings.least_voxels], dtype=int)
    if not len(used):
        raise RequestError(
            f"No sphere of {settings.radius_mm:g} mm holds {settings.least_voxels} voxels of the mask",
            fix="Raise searchlight.radius_mm, or lower searchlight.least_voxels",
        )
    wanted = [near[place] for place in used]
    is_fast = settings.classifier == "ridge" or spec.classifier.kind == "ridge"
    n_null = settings.permutations if is_fast else 0
    classes, own = np.unique(patterns.label, return_inverse=True)
    shuffles = [shuffled(own, patterns.run, patterns.block, context.seed, number) for number in range(n_null)]
    if is_fast:
        parts = ridge_accuracies(patterns, wanted, np.stack([own, *shuffles]), len(classes), spec.classifier.alpha)
    else:
        parts = refitted_accuracies(patterns, wanted, lambda n_voxel: _maker(spec, n_voxel))
    accuracy, highest = np.full(len(near), np.nan), np.zeros(n_null)
    for block, found in parts:
        context.check_stop()
        context.progress(block.stop, len(wanted), "Searchlight", "spheres")
        accuracy[used[block]] = found[:, 0]
        highest = np.maximum(highest, found[:, 1:].max(axis=0, initial=0))
    threshold = significant_accuracy(highest, len(own), FAMILY_WISE)
    sizes = np.array([len(voxels) for voxels in wanted])
    return Lights(accuracy, threshold, highest, sizes, settings.radius_mm, 1 / len(classes))


def _maker(spec: DecodeClassesSpec, n_voxel: int) -> Make:
    return lambda: make_classifier(spec.classifier, n_voxel)
