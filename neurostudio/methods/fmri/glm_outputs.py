"""What ``fmri.glm`` leaves: maps, clusters, designs, responses and the noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import Plot
from neurostudio.data.fmri.labels import LabelImage, open_labels
from neurostudio.methods.fmri.contrasts import ContrastSpec
from neurostudio.methods.fmri.design import Design
from neurostudio.methods.fmri.fir import Responses
from neurostudio.methods.fmri.general_linear_model import ContrastMaps, ModelFit
from neurostudio.methods.fmri.inputs import BoldRun
from neurostudio.methods.fmri.maps import like, unmasked, write_map, write_series
from neurostudio.methods.fmri.specs.glm import ThresholdSettings
from neurostudio.methods.fmri.thresholds import Cluster, height, thresholded

MOST_CLUSTERS = 200

Voxel = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Space:
    """Where the values of a fit belong.

    Attributes
    ----------
    mask : ndarray of bool, shape (X, Y, Z)
    unit : str
        Of effects.
    atlas : LabelImage or None
        Names of places.
    """

    run: BoldRun
    mask: NDArray[np.bool_]
    unit: str
    atlas: LabelImage | None

    def mm(self, voxel: tuple[float, float, float]) -> tuple[float, float, float]:
        """World coordinates of a voxel index, rounded to 0.01 mm."""
        x, y, z = np.round(self.run.grid.mm_of(np.asarray(voxel, np.float64)), 2).tolist()
        return x, y, z

    def region(self, voxel: tuple[float, float, float]) -> str:
        """Name of the place in the atlas; empty without one."""
        return self.atlas.name_at(self.mm(voxel)) if self.atlas else ""

    def number_of(self, voxel: Voxel) -> int:
        """Place of a voxel among those of the mask."""
        return int(self.mask[: voxel[0]].sum() + self.mask[voxel[0], : voxel[1]].sum() + self.mask[voxel[:2]][: voxel[2]].sum())

    def write(
        self,
        context: Context,
        name: str,
        values: NDArray[np.floating],
        title: str,
        unit: str,
        caption: str,
        threshold: float | None = None,
    ) -> None:
        """Write values of the mask's voxels, shape (V,), as a map."""
        image = like(self.run, unmasked(values, self.mask))
        write_map(context, name, image, None, title, threshold=threshold, unit=unit, caption=caption)


@dataclass(frozen=True, eq=False)
class Noise:
    """Autocorrelation of the residuals at lags 1 ..., mean of voxels, before and after whitening. Shapes (run, lag)."""

    runs: tuple[str, ...]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


def open_atlas(context: Context) -> LabelImage | None:
    """The label image of the role ``atlas``; None where it was not given."""
    given = context.input("atlas")
    if given is None:
        return None
    path = Path(given.path)
    if path.is_dir():
        raise RequestError(f"'{given.name}' is a folder, and the role 'atlas' takes one label image", fix="Give the image's file")
    return open_labels(path)


# --- contrasts ------------------------------------------------------------------------------------------------------------


def write_contrasts(
    context: Context, space: Space, fit: ModelFit, wanted: Sequence[str], settings: ThresholdSettings
) -> list[Voxel]:
    """Write the maps, the thresholded map and the clusters of each contrast, and the table of all. Returns the peaks."""
    peaks, rows = [], []
    for place in range(len(fit.contrasts)):
        context.check_stop()
        context.progress(place, len(fit.contrasts), "Write the contrasts", "contrasts")
        found = fit.maps(place)
        number = place + 1
        threshold = height(found.z, settings, two_sided=settings.two_sided and found.kind == "t")
        _write_maps(context, space, found, number, wanted, threshold)
        row, peak = _write_thresholded(context, space, found, number, settings, threshold)
        peaks.append(peak)
        rows.append(row)
    context.progress(len(fit.contrasts), len(fit.contrasts), "Write the contrasts", "contrasts")
    plot = Plot("bars", x="contrast", y=("voxels_positive", "voxels_negative"), y_label="Voxels above the threshold")
    context.table("contrasts", {name: [row[name] for row in rows] for name in rows[0]}, "Contrasts", plot)
    context.metric("glm/contrasts", len(rows))
    context.metric("glm/peak_z", max(abs(float(str(row["peak_z"]))) for row in rows))
    context.metric("glm/contrasts_with_voxels", sum(bool(row["clusters"]) for row in rows))
    return peaks


def _write_maps(
    context: Context, space: Space, found: ContrastMaps, number: int, wanted: Sequence[str], threshold: float
) -> None:
    name, words = found.contrast.name, found.contrast.expression
    shown = threshold if np.isfinite(threshold) else None
    if "z" in wanted:
        space.write(context, f"z-{number}", found.z, f"z, {name}", "z", f"{words}: z of every voxel.", shown)
    if "stat" in wanted:
        caption = f"{words}: {found.kind} with {found.dof:g} degrees of freedom."
        space.write(context, f"stat-{number}", found.stat, f"{found.kind}, {name}", found.kind, caption)
    if "effect" in wanted and found.kind == "t":
        space.write(context, f"effect-{number}", found.effect, f"Effect, {name}", space.unit, f"{words}: size of the effect.")
    if "variance" in wanted and found.kind == "t":
        caption = f"{words}: variance of the effect."
        space.write(context, f"variance-{number}", found.variance, f"Variance, {name}", f"({space.unit})²", caption)


def _write_thresholded(
    context: Context, space: Space, found: ContrastMaps, number: int, settings: ThresholdSettings, threshold: float
) -> tuple[dict[str, object], Voxel]:
    two_sided = settings.two_sided and found.kind == "t"
    z = unmasked(found.z, space.mask)
    kept, clusters = thresholded(z, threshold, least_voxels=settings.cluster_voxels, two_sided=two_sided)
    words = _threshold_words(settings, threshold)
    title, caption = f"Thresholded z, {found.contrast.name}", f"{found.contrast.expression}: {words}."
    shown = threshold if np.isfinite(threshold) else None
    image = like(space.run, kept)
    write_map(context, f"thresholded-{number}", image, None, title, unit="z", caption=caption, threshold=shown)
    _write_clusters(context, space, clusters, number, found.contrast.name)
    strongest = int(np.argmax(np.abs(found.z) if two_sided else found.z))
    x, y, z_index = np.argwhere(space.mask)[strongest].tolist()
    peak: Voxel = (x, y, z_index)
    mm = space.mm(peak)
    row: dict[str, object] = {
        "number": number,
        "contrast": found.contrast.name,
        "expression": found.contrast.expression,
        "test": found.kind,
        "dof": found.dof,
        "runs": found.n_run,
        "threshold_z": threshold if np.isfinite(threshold) else "",
        "voxels_positive": int((kept > 0).sum()),
        "voxels_negative": int((kept < 0).sum()),
        "clusters": len(clusters),
        "peak_z": float(found.z[strongest]),
        "peak_x_mm": mm[0],
        "peak_y_mm": mm[1],
        "peak_z_mm": mm[2],
    }
    return row | ({"peak_region": space.region(peak)} if space.atlas else {}), peak


def _write_clusters(context: Context, space: Space, clusters: Sequence[Cluster], number: int, name: str) -> None:
    shown = clusters[:MOST_CLUSTERS]
    if len(shown) < len(clusters):
        context.log(f"{name}: the table holds the {MOST_CLUSTERS} strongest of {len(clusters)} clusters", "info")
    voxel_mm3 = abs(float(np.linalg.det(space.run.grid.affine[:3, :3])))
    peaks, centres = [space.mm(one.peak_voxel) for one in shown], [space.mm(one.centre_voxel) for one in shown]
    columns: dict[str, Sequence[object]] = {
        "cluster": list(range(1, len(shown) + 1)),
        "voxels": [one.voxels for one in shown],
        "volume_mm3": [round(one.voxels * voxel_mm3, 3) for one in shown],
        "peak_z": [one.peak for one in shown],
        **{f"peak_{axis}_mm": [mm[place] for mm in peaks] for place, axis in enumerate("xyz")},
        **{f"centre_{axis}_mm": [mm[place] for mm in centres] for place, axis in enumerate("xyz")},
    }
    if space.atlas:
        columns["peak_region"] = [space.region(one.peak_voxel) for one in shown]
    context.table(f"clusters-{number}", columns, f"Clusters, {name}")


def _threshold_words(settings: ThresholdSettings, threshold: float) -> str:
    level = {
        "fdr": f"false discovery rate {settings.alpha:g}",
        "bonferroni": f"family-wise error {settings.alpha:g}, Bonferroni",
        "uncorrected": f"p < {settings.alpha:g}, uncorrected",
        "z": "a fixed height",
    }[settings.control]
    size = f", clusters of {settings.cluster_voxels} voxels or more" if settings.cluster_voxels > 1 else ""
    return f"z from {threshold:.3g} ({level}{size})" if np.isfinite(threshold) else f"no voxel survives ({level})"


# --- the rest -------------------------------------------------------------------------------------------------------------


def write_designs(context: Context, runs: Sequence[BoldRun], designs: Sequence[Design]) -> None:
    """Write each design matrix, and the regressors of the conditions as lines."""
    for number, (one, design) in enumerate(zip(runs, designs, strict=True), 1):
        tallest = np.abs(design.values).max(axis=0)
        plot = Plot(
            "heatmap",
            y=("shown",),
            x_label="Regressor",
            y_label="Volume",
            caption=f"{one.name}: each column over its largest value. Columns: {', '.join(design.names)}.",
        )
        arrays = {
            "shown": design.values / np.where(tallest > 0, tallest, 1),
            "values": design.values,
            "names": np.array(design.names),
            "times_s": design.times_s,
        }
        context.array(f"design-{number}", arrays, f"Design matrix, {one.name}", plot)
        task = [name for name, is_task in zip(design.names, design.is_task, strict=True) if is_task]
        columns = {name: design.values[:, place].tolist() for place, name in enumerate(design.names)}
        lines = Plot(
            "line", x="time_s", y=tuple(task[:8]), x_label="Time (s)", y_label="Regressor", caption="What events predict."
        )
        context.table(f"regressors-{number}", {"time_s": design.times_s.tolist(), **columns}, f"Regressors, {one.name}", lines)


def write_explained(context: Context, space: Space, fit: ModelFit) -> None:
    """Write the R2 maps."""
    whole, task = fit.r2(), fit.r2_task()
    space.write(context, "r2", whole, "R², whole model", "R²", "Share of the variance that events, drift and confounds explain.")
    caption = "Share of what drift and confounds leave that the events explain."
    space.write(context, "r2-task", task, "R², events", "R²", caption)
    context.metric("glm/r2_median", float(np.median(whole)))
    context.metric("glm/r2_task_median", float(np.median(task)))
    context.metric("glm/r2_task_max", float(task.max()))


def write_noise(context: Context, noise: Noise) -> None:
    """Write the autocorrelation of the residuals, mean of voxels and runs."""
    lags = list(range(1, noise.before.shape[1] + 1))
    per_run = {
        f"{name}, {side}": values[place].tolist() for place, name in enumerate(noise.runs) for side, values in _sides(noise)
    }
    mean = {side: values.mean(axis=0).tolist() for side, values in _sides(noise)}
    plot = Plot(
        "line",
        x="lag",
        y=tuple(mean),
        x_label="Lag (volumes)",
        y_label="Autocorrelation of the residuals",
        baselines={"none": 0.0},
        caption="Mean of voxels and runs; whitened should lie near 0.",
    )
    columns = {"lag": lags, **mean, **(per_run if len(noise.runs) > 1 else {})}
    context.table("autocorrelation", columns, "Autocorrelation of the residuals", plot)
    context.metric("glm/residual_ar1", float(noise.before[:, 0].mean()))
    context.metric("glm/whitened_ar1", float(noise.after[:, 0].mean()))


def write_responses(
    context: Context,
    space: Space,
    responses: Responses,
    contrasts: Sequence[ContrastSpec],
    peaks: Sequence[Voxel],
    *,
    keep_volumes: bool,
) -> None:
    """Write the response of each condition at the peak of each contrast, and where asked for that of every voxel."""
    for number, (contrast, peak) in enumerate(zip(contrasts, peaks, strict=True), 1):
        _write_response(context, space, responses, contrast, peak, number)
    if not keep_volumes:
        context.log("The responses of every voxel are not kept (response.volumes)", "info")
        return
    for number, condition in enumerate(responses.conditions, 1):
        _write_response_volume(context, space, responses, condition, number)


def _write_response(
    context: Context, space: Space, responses: Responses, contrast: ContrastSpec, peak: Voxel, number: int
) -> None:
    voxel = space.number_of(peak)
    columns: dict[str, list[float]] = {"time_s": responses.delays_s.tolist()}
    for condition in contrast.weights:
        place = responses.conditions.index(condition)
        columns[condition] = responses.values[place, :, voxel].astype(float).tolist()
        columns[f"{condition} s.e."] = responses.error(condition, voxel).tolist()
    plot = Plot(
        "line",
        x="time_s",
        y=tuple(contrast.weights),
        x_label="Time after the onset (s)",
        y_label=space.unit[:1].upper() + space.unit[1:],
        baselines={"rest": 0.0},
        error={condition: f"{condition} s.e." for condition in contrast.weights},
        caption=f"Estimated without a model of the response, at the peak ({_mm_words(space, peak)} mm); band: standard error.",
    )
    context.table(f"response-{number}", columns, f"Response at the peak of {contrast.name}", plot)


def _write_response_volume(context: Context, space: Space, responses: Responses, condition: str, number: int) -> None:
    values = responses.values[responses.conditions.index(condition)]
    write_series(
        context,
        f"response-volumes-{number}",
        values,
        space.mask,
        space.run,
        f"Response to {condition}",
        unit=space.unit,
        caption="The signal at each delay after the onset, one volume a TR.",
    )


def _sides(noise: Noise) -> tuple[tuple[str, NDArray[np.float64]], ...]:
    return ("residuals", noise.before), ("whitened", noise.after)


def _mm_words(space: Space, voxel: Voxel) -> str:
    return ", ".join(f"{value:g}" for value in space.mm(voxel))
