"""The voxels of a mask over time, smoothed in space on the way in where it is asked for."""

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.methods.fmri.blocks import new_series
from neurostudio.methods.fmri.inputs import BoldRun
from neurostudio.methods.fmri.maps import like
from neurostudio.methods.fmri.masks import read_series


def read_smoothed(context: Context, run: BoldRun, mask: NDArray[np.bool_], fwhm_mm: float | None) -> NDArray[np.float32]:
    """Read series[time, voxel], after a Gaussian of `fwhm_mm` full width at half maximum; None: as recorded.

    A voxel that is ever not a number counts as 0, so that it does not spread.
    """
    if not fwhm_mm:
        return read_series(context, run, mask)
    from nilearn.image import smooth_img

    series = new_series(context, run.n_volumes, int(mask.sum()))
    for time, volume in enumerate(run.volumes(context, f"Smooth {run.name}")):
        finite = np.where(run.finite, volume, 0)
        series[time] = np.asarray(smooth_img(like(run, finite), fwhm_mm).dataobj, np.float32)[mask]
    return series
