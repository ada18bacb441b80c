"""Maps in MNI space as real files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from neurostudio.data.fmri.image import Image, open_image

AFFINE = np.array([[4.0, 0, 0, -98], [0, 4.0, 0, -134], [0, 0, 4.0, -72], [0, 0, 0, 1]])
SHAPE = (50, 60, 50)
MNI = 4

MakeMap = Callable[..., Image]


@pytest.fixture
def make_map(tmp_path: Path) -> Iterator[MakeMap]:
    """Write an array, or a function of x, y and z in mm, as an image in MNI space; closed after the test."""
    pytest.importorskip("nilearn")
    images: list[Image] = []

    def make(values: Any, *, code: int = MNI, name: str = "map.nii", dtype: Any = np.float32) -> Image:
        data: NDArray[Any] = np.asarray(values(*places_mm()) if callable(values) else values)
        made = nib.Nifti1Image(data.astype(dtype), AFFINE)
        made.set_sform(AFFINE, code)
        made.set_qform(AFFINE if code else None, code)
        path = tmp_path / name
        nib.save(made, path)
        image = open_image(path)
        image.load()
        images.append(image)
        return image

    yield make
    for image in images:
        image.close()


def places_mm() -> NDArray[np.float64]:
    """x, y and z of all voxels, shape (3, X, Y, Z)."""
    voxels = np.stack(np.indices(SHAPE), -1)
    return np.moveaxis(voxels @ AFFINE[:3, :3].T + AFFINE[:3, 3], -1, 0)
