"""``fmri.glm``: from events to maps of contrasts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.fmri.blocks import voxel_blocks
from neurostudio.methods.fmri.contrasts import ContrastSpec, contrast_rows, read_contrasts
from neurostudio.methods.fmri.design import Design, delays, make_design, spikes, wanted_conditions
from neurostudio.methods.fmri.fir import FirFit, Responses, fir_columns
from neurostudio.methods.fmri.general_linear_model import N_LAG, ModelFit
from neurostudio.methods.fmri.glm_outputs import (
    Noise,
    Space,
    open_atlas,
    write_contrasts,
    write_designs,
    write_explained,
    write_noise,
    write_responses,
)
from neurostudio.methods.fmri.inputs import BoldRun, bold_runs, write_runs_table
from neurostudio.methods.fmri.maps import write_mask, write_mean_bold, write_series
from neurostudio.methods.fmri.masks import brain_mask, inside
from neurostudio.methods.fmri.nuisance import Nuisance, nuisance_of
from neurostudio.methods.fmri.smoothing import read_smoothed
from neurostudio.methods.fmri.specs.glm import GlmSpec, KeepLarge

FEW_DOF = 20
LARGE_BYTES = 200_000_000
SCRUB_FD_MM = 0.5


@dataclass(frozen=True, eq=False)
class Model:
    """What is fitted: one design a run, and the contrasts of all runs."""

    runs: Sequence[BoldRun]
    designs: Sequence[Design]
    contrasts: Sequence[ContrastSpec]


def run(spec: GlmSpec, context: Context) -> None:
    """Fit the model to every run, and write the maps of each contrast."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # a part of scikit-learn's installation

    with threadpool_limits(context.cores):  # small matrices on many threads only spin
        _run(spec, context)


def _run(spec: GlmSpec, context: Context) -> None:
    runs = bold_runs(context, spec.selection, need_events=True)
    model = _model(spec, context, runs)
    atlas = open_atlas(context)
    mask_image = brain_mask(context, runs, spec.mask)
    mask = inside(mask_image)
    is_percent = _is_percent(spec, runs, mask)
    write_mean_bold(context, runs)
    write_mask(context, mask_image)
    write_designs(context, runs, model.designs)
    fit = ModelFit(model.contrasts, int(mask.sum()), spec.noise)
    fir = _fir(spec, runs, model.designs, int(mask.sum()))
    noise = _fit_runs(spec, context, model, mask, is_percent, fit, fir)
    space = Space(runs[0], mask, "% signal change" if is_percent else "signal", atlas)
    peaks = write_contrasts(context, space, fit, spec.maps, spec.threshold)
    write_explained(context, space, fit)
    write_noise(context, noise)
    responses = _solved(context, fir)
    if responses is not None:
        is_kept = _keeps(spec.response.volumes, mask.size * responses.values.shape[0] * responses.values.shape[1])
        write_responses(context, space, responses, model.contrasts, peaks, keep_volumes=is_kept)
    write_runs_table(context, runs)
    context.metric("data/volumes", sum(one.n_volumes for one in runs))
    context.metric("glm/dof", sum(design.dof for design in model.designs))
    context.metric("glm/conditions", len({name for design in model.designs for name in design.conditions}))


# --- the model ------------------------------------------------------------------------------------------------------------


def _model(spec: GlmSpec, context: Context, runs: Sequence[BoldRun]) -> Model:
    events = [one.events for one in runs if one.events is not None]
    conditions = wanted_conditions(events, spec.design)
    designs = []
    for one, own_events in zip(runs, events, strict=True):
        names, values = _confounds(spec, context, one)
        design = make_design(one.name, own_events, one.n_volumes, one.repetition_s, conditions, spec.design, names, values)
        for note in design.notes:
            context.log(note, "warning")
        if design.dof < FEW_DOF:
            context.log(f"{one.name}: only {design.dof} degrees of freedom are left of {one.n_volumes} volumes", "warning")
        designs.append(design)
    used = tuple(name for name in conditions if any(name in design.columns_of for design in designs))
    _tell_of_events(context, runs, designs, used)
    contrasts = read_contrasts(spec.contrasts, used)
    for contrast in contrasts:
        _check_contrast(context, contrast, runs, designs)
    return Model(runs, designs, contrasts)


def _confounds(spec: GlmSpec, context: Context, one: BoldRun) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Nuisance regressors, and one more for each volume that must not count."""
    nuisance: Nuisance = nuisance_of(one, spec.confounds)
    is_bad = ~nuisance.steady
    if spec.confounds.strategy == "scrubbing" and one.confounds is not None:
        moved_mm = one.confounds.fd()
        is_bad = is_bad | (np.nan_to_num(moved_mm) > SCRUB_FD_MM) if moved_mm is not None else is_bad
    if is_bad.any():
        context.log(f"{one.name}: {int(is_bad.sum())} volumes are taken out of the fit", "info")
    names, columns = spikes(is_bad)
    return (*nuisance.names, *names), np.hstack([nuisance.values, columns])


def _tell_of_events(context: Context, runs: Sequence[BoldRun], designs: Sequence[Design], conditions: Sequence[str]) -> None:
    """Conditions that rest on one event, and runs that lack a condition."""
    for name in conditions:
        total = sum(design.n_events.get(name, 0) for design in designs)
        lacking = [one.name for one, design in zip(runs, designs, strict=True) if name not in design.columns_of]
        if total == 1:
            context.log(f"'{name}' has one event in all: what is found for it may be chance", "warning")
        if lacking:
            context.log(f"'{name}' has no event in {', '.join(lacking)}; its contrasts rest on the other runs", "warning")


def _check_contrast(context: Context, contrast: ContrastSpec, runs: Sequence[BoldRun], designs: Sequence[Design]) -> None:
    lacking = [one.name for one, design in zip(runs, designs, strict=True) if contrast_rows(contrast, design) is None]
    if len(lacking) == len(runs):
        raise RequestError(
            f"No run has all conditions of the contrast '{contrast.name}' ({contrast.expression})",
            "A difference needs both of its sides in the same run",
            "Change the contrast, or give runs that hold them together",
        )
    if lacking and len(contrast.weights) > 1:
        context.log(f"The contrast '{contrast.name}' rests on {len(runs) - len(lacking)} of {len(runs)} runs", "warning")


def _is_percent(spec: GlmSpec, runs: Sequence[BoldRun], mask: NDArray[np.bool_]) -> bool:
    if spec.scale == "none":
        return False
    dark = next((one for one in runs if float(one.mean[mask].min()) <= 0), None)
    if dark is not None and spec.scale == "percent":
        raise RequestError(
            f"There is no per cent of the mean in {dark.name}: the mean of {int((dark.mean[mask] <= 0).sum())} voxels is 0 or less",
            fix="Set scale to none, or give a mask that holds brain only",
        )
    return dark is None


# --- the fit --------------------------------------------------------------------------------------------------------------


def _fir(spec: GlmSpec, runs: Sequence[BoldRun], designs: Sequence[Design], n_voxel: int) -> FirFit | None:
    """The responses, where they are asked for and the runs share one TR."""
    tr_s = runs[0].repetition_s
    if not spec.response.estimate or any(abs(one.repetition_s - tr_s) > 1e-3 for one in runs):
        return None
    conditions = tuple(dict.fromkeys(name for design in designs for name in design.conditions))
    return FirFit(conditions, len(delays(spec.response.until_s, tr_s)), tr_s, n_voxel)


def _fit_runs(
    spec: GlmSpec,
    context: Context,
    model: Model,
    mask: NDArray[np.bool_],
    is_percent: bool,
    fit: ModelFit,
    fir: FirFit | None,
) -> Noise:
    """Fit each run in blocks of voxels; writes the fitted series."""
    before, after = np.zeros((len(model.runs), N_LAG)), np.zeros((len(model.runs), N_LAG))
    for number, (one, design) in enumerate(zip(model.runs, model.designs, strict=True)):
        series = read_smoothed(context, one, mask, spec.smoothing_mm)
        fit.start_run(design)
        if fir is not None and one.events is not None:
            columns = fir_columns(one.events, fir.conditions, len(series), one.repetition_s, fir.n_delays, spec.response.to)
            fir.start_run(columns, design.values[:, ~design.is_task])
        for block in voxel_blocks(context, series.shape, f"Fit {one.name}"):
            signal = series[:, block].astype(np.float64)
            mean = signal.mean(axis=0)
            signal = 100 * (signal / mean - 1) if is_percent else signal
            found = fit.add(block, signal)
            before[number] += found.lag_before.sum(axis=1)
            after[number] += found.lag_after.sum(axis=1)
            if fir is not None:
                fir.add(block, signal)
            series[:, block] = mean * (1 + found.fitted / 100) if is_percent else found.fitted
        if _keeps(spec.fitted, mask.size * len(series)):
            title = f"Fitted, {one.name}"
            caption = "What the model says each voxel did, in the units of the images."
            write_series(context, f"fitted-{number + 1}", series, mask, one, title, unit="signal", caption=caption)
    return Noise(tuple(one.name for one in model.runs), before / fit.n_voxel, after / fit.n_voxel)


def _solved(context: Context, fir: FirFit | None) -> Responses | None:
    if fir is None:
        return None
    try:
        return fir.solve()
    except NeuroError as error:
        context.log(str(error), "warning")
        return None


def _keeps(wish: KeepLarge, n_value: int) -> bool:
    return wish == "yes" or (wish == "auto" and 4 * n_value <= LARGE_BYTES)
