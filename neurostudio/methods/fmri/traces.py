"""What is read off a run volume by volume, and the carpet of it: shared by quality and cleaning."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.kinds import Plot
from neurostudio.data.fmri.dvars import Dvars
from neurostudio.methods.fmri.carpet import Rows, choose_rows, correlation, depth_mm
from neurostudio.methods.fmri.inputs import BoldRun
from neurostudio.methods.fmri.masks import label_image
from neurostudio.methods.fmri.specs.carpet import CarpetSettings

FD = "framewise displacement"
GLOBAL = "the global signal"


@dataclass(frozen=True, eq=False)
class Traces:
    """Traces of one run, each of shape (T,).

    Attributes
    ----------
    fd_mm : ndarray or None
        Framewise displacement; None without motion parameters. NaN for the first volume.
    dvars : Dvars
        NaN for the first volume.
    global_signal : ndarray
        Mean over the mask.
    """

    fd_mm: NDArray[np.float64] | None
    dvars: Dvars
    global_signal: NDArray[np.float64]

    def as_columns(self) -> dict[str, list[float | str]]:
        """Columns of a table; empty where there is no value."""
        columns = {
            "dvars": self.dvars.raw,
            "dvars_std": self.dvars.standardised,
            "global_signal": self.global_signal,
        }
        if self.fd_mm is not None:
            columns = {"fd_mm": self.fd_mm, **columns}
        return {name: plain(values) for name, values in columns.items()}


def displacement(context: Context, run: BoldRun) -> NDArray[np.float64] | None:
    """Framewise displacement of a run, None (and a word in the log) where no motion was given."""
    fd = None if run.confounds is None else run.confounds.fd()
    if fd is None:
        why = "no confounds were given" if run.confounds is None else "the confounds hold no motion parameters"
        context.log(f"{run.name}: no framewise displacement, since {why}", "warning")
    return fd


def carpet_rows(
    context: Context,
    settings: CarpetSettings,
    run: BoldRun,
    series: NDArray[np.float32],
    mask: NDArray[np.bool_],
    traces: Traces,
) -> Rows:
    """The rows of the carpet of one run, in the order that the settings ask for."""
    labels = label_image(context, run.grid) if settings.order in ("auto", "labels") else None
    if settings.order == "none":
        return choose_rows(settings.rows, -np.arange(series.shape[1], dtype=np.float64), order="place in the file")
    if settings.order == "depth":
        return choose_rows(settings.rows, -depth_mm(mask, run.grid), order="depth, rim first")
    if settings.order == "labels" and labels is None:
        context.log("The carpet cannot be ordered by labels, since none were given: by correlation", "warning")
    trace, name = (traces.global_signal, GLOBAL) if traces.fd_mm is None else (traces.fd_mm, FD)
    keys = correlation(series, trace)
    order = f"correlation with {name}" if labels is None else f"label, then correlation with {name}"
    return choose_rows(settings.rows, keys, None if labels is None else labels[mask], order)


def write_carpet(
    context: Context,
    name: str,
    title: str,
    values: NDArray[np.float32],
    rows: Rows,
    run: BoldRun,
    mask: NDArray[np.bool_],
    traces: Traces,
) -> None:
    """Write carpet[row, time] with the voxel, the mm and the label of each row, and the traces that stand beside it."""
    voxels = np.argwhere(mask)[rows.columns]
    arrays = {
        "carpet": values,
        "voxel": voxels.astype(np.int32),
        "mm": run.grid.mm_of(voxels).astype(np.float32),
        "label": rows.labels.astype(np.int32),
        "dvars_std": traces.dvars.standardised,
        "global_signal": traces.global_signal,
        "tr_s": np.float64(run.tr_s or 0.0),
    }
    if traces.fd_mm is not None:
        arrays["fd_mm"] = traces.fd_mm
    caption = f"{run.name}: {len(values)} voxels, z scores about a slow trend, ordered by {rows.order}."
    plot = Plot("heatmap", y=("carpet",), x_label="Volume", y_label="Voxel", caption=caption)
    context.array(name, arrays, title, plot)


def plain(values: NDArray[np.float64]) -> list[float | str]:
    """Values for a table; an empty cell where there is none."""
    return ["" if np.isnan(value) else float(value) for value in values]


def time_columns(one: BoldRun) -> dict[str, list[Any]]:
    """Number of each volume, from 0, and its time where the TR is known."""
    volumes = list(range(one.n_volumes))
    return {"volume": volumes} if one.tr_s is None else {"volume": volumes, "time_s": [time * one.tr_s for time in volumes]}
