"""``fmri.clean``: nuisance, drift and volumes with motion out of the signal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import Plot
from neurostudio.data.fmri.dvars import Dvars, dvars
from neurostudio.methods.fmri.carpet import Rows, carpet_values, correlation
from neurostudio.methods.fmri.censoring import Cut, cut_events, cut_volumes
from neurostudio.methods.fmri.inputs import BoldRun, bold_runs, write_runs_table
from neurostudio.methods.fmri.maps import unmasked, write_mask, write_mean_bold, write_series
from neurostudio.methods.fmri.masks import brain_mask, inside, mask_like
from neurostudio.methods.fmri.nuisance import Nuisance, nuisance_of
from neurostudio.methods.fmri.outliers import pieces
from neurostudio.methods.fmri.projection import Projection, clean_in_place, make_projection
from neurostudio.methods.fmri.smoothing import read_smoothed
from neurostudio.methods.fmri.specs.clean import CensorSettings, CleanSpec
from neurostudio.methods.fmri.traces import Traces, carpet_rows, displacement, plain, time_columns, write_carpet

FEW_DOF = 20
SCRUB_FD_MM, SCRUB_DVARS_STD = 0.5, 1.5
_UNITS = {"none": "signal", "z": "z", "psc": "% signal change"}


@dataclass(frozen=True, eq=False)
class RunCleaning:
    """What was done to one run.

    Attributes
    ----------
    fd_correlation : tuple of float
        Mean over voxels of |r| with framewise displacement: before (all volumes) and after (the kept ones); NaN without motion.
    dvars_fd_correlation : tuple of float
        Correlation of DVARS with framewise displacement, before and after.
    removed : float
        Share of variance that the projection took, mean of voxels.
    constant : ndarray of bool, shape (V,)
        Voxels of which nothing was left.
    """

    run: BoldRun
    cut: Cut
    nuisance: Nuisance
    projection: Projection
    before: Traces
    after: Traces
    fd_correlation: tuple[float, float]
    dvars_fd_correlation: tuple[float, float]
    removed: float
    constant: NDArray[np.bool_]
    events_lost: int


def run(spec: CleanSpec, context: Context) -> None:
    """Clean every run and write its volumes, tables and carpets."""
    runs = bold_runs(context, spec.selection)
    nuisances = [nuisance_of(one, spec.confounds) for one in runs]
    mask_image = brain_mask(context, runs, spec.mask)
    mask = inside(mask_image)
    write_mean_bold(context, runs)
    pairs = enumerate(zip(runs, nuisances, strict=True), start=1)
    done = [_cleaned(spec, context, one, nuisance, number, mask) for number, (one, nuisance) in pairs]
    constant = np.logical_or.reduce([one.constant for one in done])
    if constant.any():
        context.log(f"{int(constant.sum())} voxels are left out: nothing was left of them", "warning")
    write_mask(context, mask_like(mask_image, unmasked(~constant, mask) > 0))
    write_runs_table(context, runs, [len(one.cut.volumes) for one in done])
    _write_summary(context, done, int(constant.sum()))


def _cleaned(
    spec: CleanSpec, context: Context, one: BoldRun, nuisance: Nuisance, number: int, mask: NDArray[np.bool_]
) -> RunCleaning:
    series = read_smoothed(context, one, mask, spec.smoothing_mm)
    before = Traces(displacement(context, one), dvars(series, context.check_stop), series.mean(axis=1, dtype=np.float64))
    cut = _cut(spec, one, nuisance, before)
    projection = make_projection(nuisance.names, nuisance.values, cut.volumes, spec.filter, one.repetition_s)
    _check_dof(context, one, projection)
    rows = carpet_rows(context, spec.carpet, one, series, mask, before)
    values = carpet_values(series, rows)
    write_carpet(context, f"carpet-before-{number}", f"Carpet before, {one.name}", values, rows, one, mask, before)
    related = _mean_correlation(series, before.fd_mm)
    cleaned, removed = clean_in_place(context, series, projection, spec.standardise, f"Clean {one.name}")
    after = _traces_after(context, cleaned, before, cut)
    _write_carpet_after(context, one, number, cleaned, rows, mask, after, cut)
    unit = _UNITS[spec.standardise]
    write_series(context, f"cleaned-{number}", cleaned, mask, one, f"Cleaned, {one.name}", unit=unit, caption=_caption(one, cut))
    _write_regressors(context, one, number, projection)
    lost = _write_events(context, one, number, cut)
    done = RunCleaning(
        run=one,
        cut=cut,
        nuisance=nuisance,
        projection=projection,
        before=before,
        after=after,
        fd_correlation=(related, _mean_correlation(cleaned, _kept(before.fd_mm, cut))),
        dvars_fd_correlation=(_with_fd(before), _with_fd(after)),
        removed=float(np.nanmean(removed)) if np.isfinite(removed).any() else float("nan"),
        constant=np.isnan(removed),
        events_lost=lost,
    )
    _write_volumes(context, done, number)
    return done


def _cut(spec: CleanSpec, one: BoldRun, nuisance: Nuisance, before: Traces) -> Cut:
    censoring = _limits(spec.censoring, spec.confounds.strategy)
    if censoring.fd_mm is not None and before.fd_mm is None:
        raise RequestError(
            f"Volumes of {one.name} cannot be cut for motion, since there are no motion parameters",
            fix="Add an input of the role 'confounds', or leave censoring.fd_mm empty and choose another strategy",
        )
    cut = cut_volumes(
        one.n_volumes,
        drop_first=censoring.drop_first,
        steady=nuisance.steady,
        fd_mm=before.fd_mm,
        dvars_std=before.dvars.standardised,
        most_fd_mm=censoring.fd_mm,
        most_dvars_std=censoring.dvars_std,
        least_segment=censoring.least_segment,
    )
    if not cut.kept.any():
        raise RequestError(
            f"All {one.n_volumes} volumes of {one.name} would be cut",
            f"{_counted(cut.why)}",
            "Raise censoring.fd_mm or censoring.dvars_std, lower censoring.least_segment, or leave this run out",
        )
    return cut


def _limits(censoring: CensorSettings, strategy: str) -> CensorSettings:
    """The limits as set; the strategy 'scrubbing' fills in those that were left empty."""
    if strategy != "scrubbing":
        return censoring
    fd_mm = SCRUB_FD_MM if censoring.fd_mm is None else censoring.fd_mm
    dvars_std = SCRUB_DVARS_STD if censoring.dvars_std is None else censoring.dvars_std
    return censoring.model_copy(update={"fd_mm": fd_mm, "dvars_std": dvars_std})


def _check_dof(context: Context, one: BoldRun, projection: Projection) -> None:
    left, n_kept = projection.dof_left, len(projection.kept)
    if left < 1:
        raise RequestError(
            f"Nothing would be left of {one.name}: {projection.rank} regressors for {n_kept} kept volumes",
            fix="Take fewer regressors (confounds.strategy), a lower filter.high_pass_hz, or cut fewer volumes",
        )
    if left < FEW_DOF:
        context.log(f"{one.name}: only {left} degrees of freedom are left of {n_kept} kept volumes", "warning")


def _traces_after(context: Context, cleaned: NDArray[np.float32], before: Traces, cut: Cut) -> Traces:
    """Traces of the cleaned run on all volumes: NaN where a volume, or the one before it, was cut."""
    change = dvars(cleaned, context.check_stop)
    raw, standardised, level = (np.full(len(cut.kept), np.nan) for _ in range(3))
    raw[cut.volumes], standardised[cut.volumes] = change.raw, change.standardised
    level[cut.volumes] = cleaned.mean(axis=1, dtype=np.float64)
    for first, _ in pieces(cut.kept):
        raw[first] = standardised[first] = np.nan
    return replace(before, dvars=Dvars(raw, standardised), global_signal=level)


def _kept(trace: NDArray[np.float64] | None, cut: Cut) -> NDArray[np.float64] | None:
    return None if trace is None else trace[cut.volumes]


def _mean_correlation(series: NDArray[np.float32], fd_mm: NDArray[np.float64] | None) -> float:
    return float("nan") if fd_mm is None else float(np.abs(correlation(series, fd_mm)).mean())


def _with_fd(traces: Traces) -> float:
    """Correlation of DVARS with framewise displacement, over the volumes that have both."""
    if traces.fd_mm is None:
        return float("nan")
    change = traces.dvars.standardised
    both = np.isfinite(traces.fd_mm) & np.isfinite(change)
    return float(correlation(change[both, None], traces.fd_mm[both])[0]) if both.sum() > 2 else float("nan")


# --- what is written ------------------------------------------------------------------------------------------------------


def _write_carpet_after(
    context: Context,
    one: BoldRun,
    number: int,
    cleaned: NDArray[np.float32],
    rows: Rows,
    mask: NDArray[np.bool_],
    after: Traces,
    cut: Cut,
) -> None:
    values = np.full((len(rows.columns), one.n_volumes), np.nan, np.float32)
    values[:, cut.volumes] = carpet_values(cleaned, rows)
    write_carpet(context, f"carpet-after-{number}", f"Carpet after, {one.name}", values, rows, one, mask, after)


def _write_regressors(context: Context, one: BoldRun, number: int, projection: Projection) -> None:
    columns = {name: column.tolist() for name, column in zip(projection.names, projection.regressors.T, strict=True)}
    title = f"Regressors, {one.name}"
    plot = Plot("line", x="volume", y=projection.names[:6], x_label="Volume", caption="The first of what was projected out.")
    context.table(f"regressors-{number}", {**time_columns(one), **columns}, title, plot if projection.names else None)


def _write_events(context: Context, one: BoldRun, number: int, cut: Cut) -> int:
    if one.events is None:
        return 0
    events = one.events
    moved = cut_events(events, cut.kept, one.repetition_s)
    if moved.lost:
        context.log(f"{one.name}: {moved.lost} of {len(events)} events lie wholly in cut volumes", "warning")
    columns: dict[str, Sequence[Any]] = {
        "onset": list(moved.onset_s),
        "duration": list(moved.duration_s),
        "trial_type": [str(events.trial_type[place]) for place in moved.source],
        "onset_before": list(moved.before_s),
        **{name: [cells[place] for place in moved.source] for name, cells in events.extra.items()},
    }
    context.table(f"events-{number}", columns, f"Events after the cut, {one.name}")
    return moved.lost


def _write_volumes(context: Context, done: RunCleaning, number: int) -> None:
    after = done.after.dvars
    columns = {
        **time_columns(done.run),
        "kept": [int(kept) for kept in done.cut.kept],
        "why_cut": done.cut.why,
        **done.before.as_columns(),
        "dvars_after": plain(after.raw),
        "dvars_std_after": plain(after.standardised),
    }
    shown = (*(("fd_mm",) if done.before.fd_mm is not None else ()), "dvars_std", "dvars_std_after")
    plot = Plot("line", x="volume", y=shown, x_label="Volume", caption=f"{done.run.name}: before and after.")
    context.table(f"volumes-{number}", columns, f"Volumes, {done.run.name}", plot)


def _write_summary(context: Context, done: Sequence[RunCleaning], constant: int) -> None:
    kept = [len(one.cut.volumes) for one in done]
    volumes = [one.run.n_volumes for one in done]
    before, after = (np.array([one.fd_correlation[side] for one in done]) for side in (0, 1))
    dvars_before, dvars_after = (np.array([one.dvars_fd_correlation[side] for one in done]) for side in (0, 1))
    removed = np.array([one.removed for one in done])
    context.table(
        "cleaning",
        {
            "run": [one.run.name for one in done],
            "volumes": volumes,
            "kept_volumes": kept,
            "confounds": [one.nuisance.source for one in done],
            "values_filled": [one.nuisance.filled for one in done],
            "regressors": [len(one.projection.names) for one in done],
            "dof_left": [one.projection.dof_left for one in done],
            "variance_removed": plain(removed),
            "fd_correlation_before": plain(before),
            "fd_correlation_after": plain(after),
            "dvars_fd_correlation_before": plain(dvars_before),
            "dvars_fd_correlation_after": plain(dvars_after),
            "events_lost": [one.events_lost for one in done],
        },
        "Cleaning of each run",
    )
    context.metric("data/volumes", sum(volumes))
    context.metric("clean/kept_volumes", sum(kept))
    context.metric("clean/kept_share", sum(kept) / sum(volumes))
    context.metric("clean/dof_left", min(one.projection.dof_left for one in done))
    context.metric("clean/regressors", float(np.mean([len(one.projection.names) for one in done])))
    context.metric("clean/voxels_constant", constant)
    context.metric("clean/events_lost", sum(one.events_lost for one in done))
    for name, values in (
        ("clean/variance_removed", removed),
        ("clean/fd_correlation_before", before),
        ("clean/fd_correlation_after", after),
        ("clean/dvars_fd_correlation_before", dvars_before),
        ("clean/dvars_fd_correlation_after", dvars_after),
    ):
        if np.isfinite(values).any():
            context.metric(name, float(np.nanmean(values)))


def _caption(one: BoldRun, cut: Cut) -> str:
    return f"{one.name}: {len(cut.volumes)} of {one.n_volumes} volumes, 0 outside the mask."


def _counted(why: Sequence[str]) -> str:
    counts = {reason: why.count(reason) for reason in dict.fromkeys(why) if reason}
    return ", ".join(f"{count} for {reason}" for reason, count in counts.items())
