"""Volumes that a run leaves: maps over the mean image, the mask, cleaned series.

The same values give the same bytes on every machine (no time stamp in the file).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.kinds import Plot
from neurostudio.data.fmri.write import write_volumes
from neurostudio.methods.fmri.inputs import BoldRun, mean_of_runs
from neurostudio.methods.fmri.nifti import make_image, sform_code, space_of


def write_map(
    context: Context,
    name: str,
    image_or_array: Nifti1Image | NDArray[Any],
    affine: NDArray[np.float64] | None,
    title: str,
    *,
    threshold: float | None = None,
    unit: str = "",
    under: str = "mean-bold",
    caption: str = "",
    names: Sequence[str] = (),
) -> None:
    """Write a 3D or 4D map as a float32 ``volume`` artifact.

    Parameters
    ----------
    image_or_array : Nifti1Image or ndarray, shape (X, Y, Z) or (X, Y, Z, N)
        Values; not-a-number is kept and shown as transparent.
    affine : ndarray, shape (4, 4), optional
        Voxel to mm; None: that of the image.
    threshold : float, optional
        Where the map is first cut, both ways.
    unit : str
        What the values are, with unit: ``t``, ``tSNR``, ``% signal change``.
    under : str
        The artifact of the same run, or ``mni152``, that it is shown over; empty: nothing.
    names : sequence of str
        Names of the N volumes.
    """
    values, matrix, space = _values(image_or_array, affine)
    plot = Plot(
        "slices",
        x=under,
        y=tuple(names),
        y_label=unit,
        baselines={} if threshold is None else {"threshold": float(threshold)},
        caption=caption,
    )
    volumes = (values[..., index] for index in range(values.shape[3])) if values.ndim == 4 else iter((values,))
    with context.artifact(name, "volume", ".nii.gz", title, plot) as path:
        write_volumes(path, volumes, values.shape, matrix, space=space)


def write_mean_bold(context: Context, runs: Sequence[BoldRun]) -> None:
    """Write the volume ``mean-bold``, the mean over time and runs, that maps are shown over."""
    image = like(runs[0], mean_of_runs(runs))
    write_map(context, "mean-bold", image, None, "Mean BOLD", under="", unit="signal", caption="Mean over time and runs.")


def write_mask(context: Context, mask: Nifti1Image) -> None:
    """Write the volume ``mask``."""
    plot = Plot("slices", x="mean-bold", y_label="in the mask", baselines={"threshold": 0.5}, caption="The voxels looked at.")
    values = np.asarray(mask.dataobj)
    with context.artifact("mask", "volume", ".nii.gz", "Mask", plot) as path:
        write_volumes(path, (values,), values.shape, np.asarray(mask.affine), dtype=np.uint8, space=space_of(mask))


def like(run: BoldRun, values: NDArray[Any]) -> Nifti1Image:
    """A 3D or 4D array on the grid and in the space of a run."""
    return make_image(np.asarray(values, np.float32), run.grid.affine, sform_code=sform_code(run.image), tr_s=run.tr_s)


def unmasked(values: NDArray[Any], mask: NDArray[np.bool_], fill: float = 0.0) -> NDArray[np.float32]:
    """Values of the voxels of a mask, (V,) -> (X, Y, Z), `fill` elsewhere."""
    volume = np.full(mask.shape, fill, np.float32)
    volume[mask] = values
    return volume


def write_series(
    context: Context,
    name: str,
    series: NDArray[np.floating[Any]],
    mask: NDArray[np.bool_],
    run: BoldRun,
    title: str,
    *,
    unit: str = "",
    under: str = "mean-bold",
    caption: str = "",
) -> None:
    """Write series[time, voxel] of the voxels of a mask as a 4D float32 volume; outside the mask it is 0.

    Parameters
    ----------
    mask : ndarray of bool, shape (X, Y, Z)
    run : BoldRun
        Gives grid, space and TR.
    """
    plot = Plot("slices", x=under, y_label=unit, caption=caption)
    with context.artifact(name, "volume", ".nii.gz", title, plot) as path:
        volumes = _filled(context, series, mask)
        shape = (*mask.shape, len(series))
        write_volumes(path, volumes, shape, run.grid.affine, tr_s=run.tr_s or 0.0, space=space_of(run.image))


# --- inside ---------------------------------------------------------------------------------------------------------------


def _values(
    image_or_array: Nifti1Image | NDArray[Any], affine: NDArray[np.float64] | None
) -> tuple[NDArray[np.float32], NDArray[np.float64], str]:
    if isinstance(image_or_array, Nifti1Image):
        values = np.asarray(image_or_array.dataobj, np.float32)
        matrix = np.asarray(image_or_array.affine if affine is None else affine, np.float64)
        space = space_of(image_or_array)
    else:
        if affine is None:
            raise ValueError("an array needs an affine")
        values, matrix, space = np.asarray(image_or_array, np.float32), np.asarray(affine, np.float64), "aligned"
    if values.ndim not in (3, 4):
        raise ValueError(f"a map has 3 or 4 axes, not {values.ndim}")
    return values, matrix, space


def _filled(context: Context, series: NDArray[Any], mask: NDArray[np.bool_]) -> Iterator[NDArray[np.float32]]:
    volume = np.zeros(mask.shape, np.float32)
    for values in series:
        context.check_stop()
        volume[mask] = values
        yield volume
