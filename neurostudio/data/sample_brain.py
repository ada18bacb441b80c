"""The head of the sample brain data: anatomy and tissues in MNI millimetres.

Where nilearn is installed its MNI152 template gives the anatomy; elsewhere a head made of ellipsoids takes its place.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.templates import mni152_t1

_SHAPE = (197, 233, 189)
_CORNER_MM = (-98.0, -134.0, -72.0)  # centre of the first voxel of 1 mm
_ANATOMY_MM = 2
_GREY, _WHITE = 125, 200  # where grey and white matter begin in the template's brightness
_LEAST_BRAIN = 0.5  # share of a voxel that must be brain
_BRIGHTNESS = (245.0, 200.0, 160.0)  # of fluid, grey and white matter in an echo-planar image


@dataclass(frozen=True, eq=False)
class SampleBrain:
    """Anatomy at 2 mm and what a coarser voxel of the scan holds.

    Attributes
    ----------
    anatomy : ndarray of uint8
        T1-weighted, brain only.
    affine, anatomy_affine : ndarray, shape (4, 4)
        Of the scan and of the anatomy, voxel to MNI mm.
    mean : ndarray, shape (X, Y, Z), float32
        Brightness of the echo-planar image, near 200 in the brain and 0 far from it.
    fluid, grey, white : ndarray, shape (X, Y, Z), float32
        Share of each voxel, 0 to 1.
    mask : ndarray of bool, shape (X, Y, Z)
    """

    anatomy: NDArray[np.uint8]
    anatomy_affine: NDArray[np.float64]
    affine: NDArray[np.float64]
    mean: NDArray[np.float32]
    fluid: NDArray[np.float32]
    grey: NDArray[np.float32]
    white: NDArray[np.float32]
    mask: NDArray[np.bool_]

    def distance_mm(self, centre_mm: tuple[float, float, float]) -> NDArray[np.float32]:
        """Distance of each voxel of the scan from a point, shape (X, Y, Z)."""
        size = self.affine[0, 0]
        axes = [
            (np.arange(n) * size + start - centre) ** 2
            for n, start, centre in zip(self.mask.shape, self.affine[:3, 3], centre_mm, strict=True)
        ]
        distance: NDArray[np.float32] = np.sqrt(axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :]).astype(
            np.float32
        )
        return distance


def make_brain(voxel_mm: int = 5) -> SampleBrain:
    """Make the head for a scan with cubic voxels of a whole number of millimetres."""
    template = _template_path()
    t1 = _made_head() if template is None else _read(template)
    anatomy = _blocks(t1.astype(np.float32), _ANATOMY_MM)
    fluid = _blocks((t1 > 0) & (t1 < _GREY), voxel_mm)
    grey = _blocks((t1 >= _GREY) & (t1 < _WHITE), voxel_mm)
    white = _blocks(t1 >= _WHITE, voxel_mm)
    mask = fluid + grey + white >= _LEAST_BRAIN
    box = tuple(slice(max(used.min() - 1, 0), used.max() + 2) for used in np.nonzero(mask))
    affine = _affine(voxel_mm)
    affine[:3, 3] += [part.start * voxel_mm for part in box]
    fluid, grey, white, mask = fluid[box], grey[box], white[box], mask[box]
    mean = smoothed(sum(level * part for level, part in zip(_BRIGHTNESS, (fluid, grey, white), strict=True)))  # type: ignore[arg-type]
    return SampleBrain(
        anatomy=np.rint(anatomy).astype(np.uint8),
        anatomy_affine=_affine(_ANATOMY_MM),
        affine=affine,
        mean=_coil_shaded(mean),
        fluid=fluid,
        grey=grey,
        white=white,
        mask=mask,
    )


def smoothed(volume: NDArray[np.float32], centre: float = 0.58) -> NDArray[np.float32]:
    """Smooth the last three axes with a kernel of three voxels: the default is a Gaussian of 0.7 voxels s.d."""
    side = (1 - centre) / 2
    for axis in (-3, -2, -1):
        ahead = np.moveaxis(volume, axis, -1)
        out = ahead * np.float32(centre)
        out[..., 1:] += np.float32(side) * ahead[..., :-1]
        out[..., :-1] += np.float32(side) * ahead[..., 1:]
        volume = np.moveaxis(out, -1, axis)
    return np.ascontiguousarray(volume)


# --- inside ---------------------------------------------------------------------------------------------------------------


def _template_path() -> Path | None:
    """The MNI152 T1 that nilearn carries, None where it is not installed."""
    try:
        return mni152_t1()
    except NeuroError:
        return None


def _read(path: Path) -> NDArray[np.uint8]:
    import nibabel as nib

    image: Any = nib.load(path)
    return np.asarray(image.dataobj, np.uint8)


def _made_head() -> NDArray[np.uint8]:
    """A head of ellipsoids in the brightness of the template: a folded ribbon of grey around white, with ventricles."""
    x, y, z = (
        (np.arange(n, dtype=np.float32) + corner).reshape([-1 if axis == own else 1 for axis in range(3)])
        for own, (n, corner) in enumerate(zip(_SHAPE, _CORNER_MM, strict=True))
    )
    radius = np.sqrt((x / 68) ** 2 + ((y + 18) / 87) ** 2 + ((z - 10) / 64) ** 2)
    folds = 0.04 * np.sin(x / 4.5) * np.sin(y / 5.5) + 0.04 * np.sin(z / 5) * np.sin(y / 4)
    ventricle = ((np.abs(x) - 12) / 7) ** 2 + ((y + 15) / 34) ** 2 + ((z - 16) / 9) ** 2
    t1 = np.where(radius < 0.97, 160, 0)
    t1 = np.where(radius + folds < 0.8, 225, t1)
    t1 = np.where((np.abs(x) < 1.5) & (radius < 1) & (z > 20), 90, t1)
    t1 = np.where((radius >= 0.97) & (radius < 1), 90, t1)
    return np.where(ventricle < 1, 80, t1).astype(np.uint8)


def _blocks(volume: NDArray[np.generic], size: int) -> NDArray[np.float32]:
    """Mean over cubes of `size` voxels; what does not fill a cube at the end is left out."""
    n_x, n_y, n_z = (length // size for length in volume.shape)
    cut = volume[: n_x * size, : n_y * size, : n_z * size].reshape(n_x, size, n_y, size, n_z, size)
    return cut.mean(axis=(1, 3, 5), dtype=np.float32)  # type: ignore[no-any-return]


def _affine(size_mm: int) -> NDArray[np.float64]:
    affine = np.diag([size_mm, size_mm, size_mm, 1.0])
    affine[:3, 3] = np.asarray(_CORNER_MM) + (size_mm - 1) / 2
    return affine


def _coil_shaded(mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """A receive coil sees the back of the head a little brighter."""
    along = np.linspace(1.08, 0.92, mean.shape[1], dtype=np.float32)
    return mean * along[None, :, None]
