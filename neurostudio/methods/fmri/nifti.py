"""Images in memory, as nilearn takes them. The one place that builds them, since nibabel types only a part of its functions."""

from typing import Any

import nibabel as nib
import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

ALIGNED = 2  # sform code: to some anatomy, which one is not said
SPACES = ("unknown", "scanner", "aligned", "talairach", "mni")  # nibabel's names of the sform codes


def make_image(values: Any, affine: NDArray[np.float64], *, sform_code: int = ALIGNED, tr_s: float | None = None) -> Nifti1Image:
    """An image of an array, or of nibabel's proxy of one on disk.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
        Voxel to mm.
    sform_code : int
        Which space the millimetres are of.
    tr_s : float, optional
        Seconds between two volumes of a 4D image.
    """
    build: Any = Nifti1Image
    image: Any = build(values, affine)
    image.set_sform(affine, code=sform_code or ALIGNED)
    image.header.set_xyzt_units("mm", "sec")
    if len(image.shape) == 4:
        image.header.set_zooms((*image.header.get_zooms()[:3], tr_s or 0.0))
    made: Nifti1Image = image
    return made


def load_data(path: Any) -> Any:
    """nibabel's proxy of the values on disk, with ``shape`` and slicing."""
    loaded: Any = nib.load(path)
    return loaded.dataobj


def sform_code(image: Nifti1Image) -> int:
    """Which space an image says that its millimetres are of."""
    return int(image.header["sform_code"])


def space_of(image: Nifti1Image) -> str:
    """nibabel's name of that space; ``aligned`` where it is none."""
    code = sform_code(image)
    return SPACES[code] if 0 < code < len(SPACES) else SPACES[ALIGNED]
