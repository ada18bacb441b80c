"""The voxels that a method looks at."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.data.fmri.grid import Grid
from neurostudio.data.fmri.header import read_header
from neurostudio.data.fmri.image import open_image
from neurostudio.data.registry import open_data
from neurostudio.methods.fmri.blocks import new_series
from neurostudio.methods.fmri.inputs import BoldRun, grid_text, mean_of_runs
from neurostudio.methods.fmri.nifti import make_image, sform_code
from neurostudio.methods.fmri.specs.selection import MaskSettings

SAME_MM = 1e-2
NEAR_MM = 1.0
MOST_BAD = 0.2
LEAST_SHARE = 0.01
OPENINGS = (2, 1, 0)  # voxels of morphological opening: nilearn's own, and less where the voxels are coarse


def brain_mask(context: Context, runs: Sequence[BoldRun], how: MaskSettings | None = None) -> Nifti1Image:
    """Find the mask: the role ``mask``, else the masks of the derivatives, else one made from the mean image.

    Voxels that are not finite or constant in any run are left out and counted (``data/voxels_left_out``).

    Returns
    -------
    Nifti1Image
        uint8, on the grid of the runs; at least one voxel is 1.

    Raises
    ------
    RequestError
        The mask is empty or on another grid, or more than a fifth of it cannot be used.
    """
    wanted, source = _wanted(context, runs, how or MaskSettings())
    usable = np.logical_and.reduce([run.usable for run in runs])
    finite = np.logical_and.reduce([run.finite for run in runs])
    inside = int(wanted.sum())
    if not inside:
        raise RequestError(f"The mask is empty ({source})", fix="Give a mask, or choose another way to make one (mask.how)")
    kept = wanted & usable
    left_out = inside - int(kept.sum())
    if left_out > MOST_BAD * inside:
        nan = int((wanted & ~finite).sum())
        raise RequestError(
            f"{left_out} of the {inside} voxels in the mask cannot be used ({source})",
            f"{nan} hold values that are not numbers, and {left_out - nan} do not change in time",
            "Give a mask that holds only recorded voxels",
        )
    if left_out:
        context.log(f"{left_out} of {inside} voxels of the mask are left out: not a number, or constant in time", "warning")
    context.log(f"Mask: {inside - left_out} voxels, {source}")
    context.metric("data/voxels", inside - left_out)
    context.metric("data/voxels_left_out", left_out)
    return mask_like(runs[0].image, kept)


def mask_like(image: Nifti1Image, kept: NDArray[np.bool_]) -> Nifti1Image:
    """A mask, shape (X, Y, Z), with the affine and the space of an image on the same grid."""
    return make_image(kept.astype(np.uint8), np.asarray(image.affine), sform_code=sform_code(image))


def inside(mask: Nifti1Image) -> NDArray[np.bool_]:
    """The mask as an array of bool, shape (X, Y, Z)."""
    return np.asarray(mask.dataobj) > 0


def read_series(context: Context, run: BoldRun, mask: NDArray[np.bool_], phase: str = "") -> NDArray[np.float32]:
    """The voxels of the mask over time: series[time, voxel], float32, voxels in C order of the grid."""
    series = new_series(context, run.n_volumes, int(mask.sum()))
    for time, volume in enumerate(run.volumes(context, phase)):
        series[time] = volume[mask]
    return series


def on_grid_of(image: Nifti1Image, grid: Grid, name: str) -> NDArray[Any]:
    """The values of a 3D mask or label image on `grid`, taken from the nearest voxel where both nearly agree.

    Raises
    ------
    RequestError
        The two affines differ by more than 1 mm; both are shown.
    """
    own = Grid(np.asarray(image.affine, np.float64), tuple(image.shape[:3]))  # type: ignore[arg-type]
    values = np.asanyarray(image.dataobj).reshape(own.shape)
    values = np.where(np.isfinite(values), values, 0)
    if own.shape == grid.shape and own.close_to(grid, SAME_MM):
        return values
    if _apart_mm(own, grid) > NEAR_MM:
        raise RequestError(
            f"{name} is on another grid than the images",
            f"{grid_text(own)} against {grid_text(grid)}",
            "Resample it to the grid of the images (nearest neighbour) and give it again",
        )
    from nilearn.image import resample_img

    plain = make_image(values.astype(np.float32), own.affine)
    moved = resample_img(
        plain,
        target_affine=grid.affine,
        target_shape=grid.shape,
        interpolation="nearest",
        force_resample=True,
        copy_header=True,
    )
    return np.asarray(moved.dataobj).astype(values.dtype)


def label_image(context: Context, grid: Grid) -> NDArray[np.int64] | None:
    """The input ``labels`` on the grid of the runs, shape (X, Y, Z); None where it was not given."""
    given = context.input("labels")
    if given is None:
        return None
    path = _image_path(given)
    values = on_grid_of(_one_volume(path, given.options.get("orientation")), grid, f"The label image {path}")
    labels: NDArray[np.int64] = np.rint(values).astype(np.int64)
    if not np.allclose(labels, values, atol=1e-3):
        raise RequestError(
            f"{path} is no label image", "Its values are not whole numbers", "Give an image of labels or of tissues"
        )
    return labels


# --- inside ---------------------------------------------------------------------------------------------------------------


def _wanted(context: Context, runs: Sequence[BoldRun], how: MaskSettings) -> tuple[NDArray[np.bool_], str]:
    grid = runs[0].grid
    given = context.input("mask")
    if given is not None:
        path = _image_path(given)
        image = _one_volume(path, given.options.get("orientation"))
        return on_grid_of(image, grid, f"The mask {path}") > 0, f"from {path.name}"
    if how.how == "auto" and all(run.mask is not None for run in runs):
        masks = [
            on_grid_of(_one_volume(run.mask, run.files.orientation), grid, f"The mask {run.mask}") > 0 for run in runs if run.mask
        ]
        return np.logical_and.reduce(masks), "what the masks of the derivatives share"
    usable = np.logical_and.reduce([run.usable for run in runs])
    mean = mean_of_runs(runs)
    if how.how == "all" or (how.how == "auto" and _has_no_brightness(mean, usable)):
        return usable, "every voxel that changes in time"
    if how.how == "mean":
        return _bright(mean, how.share), f"mean above {how.share:g} of the brightest"
    return _epi(runs, mean, how)


def _has_no_brightness(mean: NDArray[np.float32], usable: NDArray[np.bool_]) -> bool:
    """Whether the mean says nothing of where the brain is: cleaned volumes have a mean of about 0 everywhere."""
    values = mean[usable]
    return values.size > 0 and bool(values.min() < -0.5 * values.max() or not values.any())


def _epi(runs: Sequence[BoldRun], mean: NDArray[np.float32], how: MaskSettings) -> tuple[NDArray[np.bool_], str]:
    """nilearn's mask from the histogram; a volume too small for it falls back to the share of the brightest."""
    image = make_image(mean, runs[0].grid.affine)
    for opening in OPENINGS if min(mean.shape) > 2 else ():
        found = _from_histogram(image, opening)
        if found.sum() >= LEAST_SHARE * found.size:
            return found, "from the histogram of the mean image (EPI)"
    if how.how == "epi":
        raise RequestError("The histogram of the mean image gives no mask", fix="Give a mask, or set mask.how to mean")
    return _bright(mean, how.share), f"mean above {how.share:g} of the brightest, since the histogram gives no mask"


def _from_histogram(image: Nifti1Image, opening: int) -> NDArray[np.bool_]:
    from nilearn.exceptions import MaskWarning
    from nilearn.masking import compute_epi_mask

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MaskWarning)  # an empty mask is tried again with less opening
        return np.asarray(compute_epi_mask(image, opening=opening or False).dataobj) > 0


def _bright(mean: NDArray[np.float32], share: float) -> NDArray[np.bool_]:
    return mean > share * float(mean.max(initial=0))


def _image_path(given: Input) -> Path:
    """The file of an input that is one 3D image."""
    if given.kind != "fmri" or given.path.is_file():
        return given.path
    images = open_data(given.path, "fmri", given.options).images
    if len(images) != 1:
        raise RequestError(
            f"'{given.name}' holds {len(images)} 3D images, and the role '{given.role}' takes one", fix="Give the image's file"
        )
    return Path(images[0])


def _one_volume(path: Path, orientation: str | None = None) -> Nifti1Image:
    """A 3D image, read to its end; `orientation` answers an sform and a qform that disagree."""
    header = read_header(path)
    if header.n_volumes != 1:
        raise RequestError(f"{path} has {header.n_volumes} volumes, and one is needed", fix="Give a 3D image")
    grid = header.grid(orientation if header.needs_orientation else None)
    image = open_image(path)
    try:
        image.load()
        values = np.array(image.volume(0))
    finally:
        image.close()
    return make_image(values, grid.affine, sform_code=header.sform_code)


def _apart_mm(one: Grid, other: Grid) -> float:
    """How far two affines put the same voxel apart, at most, over the box that both grids have (mm)."""
    size = np.minimum(one.shape, other.shape) - 1
    corners = np.array(np.meshgrid(*[[0, edge] for edge in size], indexing="ij")).reshape(3, -1).T
    return float(np.linalg.norm(one.mm_of(corners) - other.mm_of(corners), axis=-1).max())
