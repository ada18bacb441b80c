"""``fmri.quality``: signal to noise, motion, sudden changes, the carpet, outlier volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.kinds import Plot
from neurostudio.data.fmri.confounds import MOTION
from neurostudio.data.fmri.dvars import dvars
from neurostudio.methods.fmri.blocks import voxel_blocks
from neurostudio.methods.fmri.carpet import carpet_values
from neurostudio.methods.fmri.inputs import BoldRun, bold_runs, write_runs_table
from neurostudio.methods.fmri.maps import like, unmasked, write_map, write_mask, write_mean_bold
from neurostudio.methods.fmri.masks import brain_mask, inside, read_series
from neurostudio.methods.fmri.outliers import reasons
from neurostudio.methods.fmri.specs.quality import QualitySpec
from neurostudio.methods.fmri.traces import Traces, carpet_rows, displacement, time_columns, write_carpet
from neurostudio.methods.fmri.tsnr import tsnr


@dataclass(frozen=True, eq=False)
class RunQuality:
    """What was found in one run: its traces, the median tSNR, and why each volume is an outlier (empty: it is none)."""

    run: BoldRun
    traces: Traces
    tsnr_median: float
    reasons: list[str]


def run(spec: QualitySpec, context: Context) -> None:
    """Measure every run and write its maps, traces and carpet."""
    runs = bold_runs(context, spec.selection, need_tr=False)
    mask_image = brain_mask(context, runs, spec.mask)
    write_mean_bold(context, runs)
    write_mask(context, mask_image)
    write_runs_table(context, runs)
    found = [_measured(spec, context, one, number, inside(mask_image)) for number, one in enumerate(runs, start=1)]
    _write_outliers(context, found)
    _write_summary(context, found, spec.outliers.fd_mm)


def _measured(spec: QualitySpec, context: Context, one: BoldRun, number: int, mask: NDArray[np.bool_]) -> RunQuality:
    series = read_series(context, one, mask)
    traces = Traces(displacement(context, one), dvars(series, context.check_stop), series.mean(axis=1, dtype=np.float64))
    ratio = np.empty(series.shape[1])
    for block in voxel_blocks(context, series.shape, f"Signal to noise of {one.name}"):
        ratio[block] = tsnr(series[:, block], spec.tsnr_order)
    image = like(one, unmasked(ratio, mask))
    caption = "Mean of each voxel over its standard deviation; high is good."
    write_map(context, f"tsnr-{number}", image, None, f"tSNR, {one.name}", unit="tSNR", caption=caption)
    rows = carpet_rows(context, spec.carpet, one, series, mask, traces)
    write_carpet(context, f"carpet-{number}", f"Carpet, {one.name}", carpet_values(series, rows), rows, one, mask, traces)
    why = reasons(traces.fd_mm, traces.dvars.standardised, spec.outliers.fd_mm, spec.outliers.dvars_std)
    _write_volumes(context, one, number, traces, why)
    _write_motion(context, one, number)
    return RunQuality(one, traces, float(np.median(ratio)), why)


def _write_volumes(context: Context, one: BoldRun, number: int, traces: Traces, why: list[str]) -> None:
    moved = ("fd_mm",) if traces.fd_mm is not None else ()
    plot = Plot("line", x="volume", y=(*moved, "dvars_std"), x_label="Volume", caption=f"{one.name}: volume by volume.")
    columns = {**time_columns(one), **traces.as_columns(), "outlier": why}
    context.table(f"volumes-{number}", columns, f"Volumes, {one.name}", plot)


def _write_motion(context: Context, one: BoldRun, number: int) -> None:
    motion = None if one.confounds is None else one.confounds.motion
    if motion is None:
        return
    names = [f"{name}_{'mm' if name.startswith('trans') else 'rad'}" for name in MOTION]
    plot = Plot("line", x="volume", y=tuple(names[:3]), x_label="Volume", y_label="mm", caption=f"{one.name}: translations.")
    columns = dict(zip(names, motion.T.tolist(), strict=True))
    context.table(f"motion-{number}", {**time_columns(one), **columns}, f"Motion, {one.name}", plot)


def _write_outliers(context: Context, found: Sequence[RunQuality]) -> None:
    rows = [
        (one.run.name, volume, why, _cell(one.traces.fd_mm, volume), float(one.traces.dvars.standardised[volume]))
        for one in found
        for volume, why in enumerate(one.reasons)
        if why
    ]
    names = ("run", "volume", "reason", "fd_mm", "dvars_std")
    context.table("outliers", {name: [row[place] for row in rows] for place, name in enumerate(names)}, "Outlier volumes")


def _cell(trace: NDArray[np.float64] | None, volume: int) -> float | str:
    return "" if trace is None or np.isnan(trace[volume]) else float(trace[volume])


def _write_summary(context: Context, found: Sequence[RunQuality], most_fd_mm: float) -> None:
    def of_traces(value: Any) -> list[float]:
        return [float(value(one.traces)) for one in found]

    tsnr_medians = [one.tsnr_median for one in found]
    dvars_raw = of_traces(lambda traces: np.nanmean(traces.dvars.raw))
    dvars_std = of_traces(lambda traces: np.nanmean(traces.dvars.standardised))
    variation = of_traces(lambda traces: traces.global_signal.std() / max(abs(traces.global_signal.mean()), 1e-12))
    outliers = [sum(map(bool, one.reasons)) for one in found]
    moved = [one.traces.fd_mm for one in found]
    context.table(
        "quality",
        {
            "run": [one.run.name for one in found],
            "volumes": [one.run.n_volumes for one in found],
            "tsnr_median": tsnr_medians,
            "fd_mean_mm": ["" if fd is None else float(np.nanmean(fd)) for fd in moved],
            "fd_max_mm": ["" if fd is None else float(np.nanmax(fd)) for fd in moved],
            "dvars_mean": dvars_raw,
            "dvars_std_mean": dvars_std,
            "global_signal_cv": variation,
            "outlier_volumes": outliers,
        },
        "Quality of each run",
        Plot("bars", x="run", y=("tsnr_median",), y_label="median tSNR", caption="Temporal signal to noise of each run."),
    )
    context.metric("data/volumes", sum(one.run.n_volumes for one in found))
    context.metric("quality/tsnr_median", float(np.mean(tsnr_medians)))
    context.metric("quality/dvars_mean", float(np.mean(dvars_raw)))
    context.metric("quality/dvars_std_mean", float(np.mean(dvars_std)))
    context.metric("quality/outlier_volumes", sum(outliers))
    context.metric("quality/global_signal_cv", float(np.mean(variation)))
    known = [fd[1:] for fd in moved if fd is not None]
    if known:
        every = np.concatenate(known)
        context.metric("quality/fd_mean_mm", float(np.nanmean(every)))
        context.metric("quality/fd_above_share", float((np.nan_to_num(every) > most_fd_mm).mean()))
