"""Where a header places its voxels in the world: sform, qform, and what to say about them."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.grid import Grid, is_invertible

AffineSource = Literal["sform", "qform", "none"]
Affine = NDArray[np.float64]

DISAGREE_MM = 0.5
"""sform and qform that place any voxel farther apart than this are a question to the person."""

SAME_SIZE_MM = 1e-3

UNKNOWN_SIDES = "No orientation in the header; left and right are unknown."


@dataclass(frozen=True, eq=False)
class Orientation:
    """What a header says about place.

    Attributes
    ----------
    affine : float array, shape (4, 4)
        Voxel to mm by the source that counts: the sform where it has a code, then the qform, then the voxel sizes alone.
    sform, qform : float array or None
        What the header holds, used or not; None where that is no affine.
    disagreement_mm : float
        How far apart both place a voxel, at most; 0 where only one has a code.
    """

    affine: Affine
    source: AffineSource
    sform: Affine | None = None
    qform: Affine | None = None
    sform_code: int = 0
    qform_code: int = 0
    disagreement_mm: float = 0.0
    notes: tuple[str, ...] = field(default=())


def orientation_of(header: Any, shape: tuple[int, int, int], mm_per_unit: float = 1.0) -> Orientation:
    """Read sform and qform of a NIfTI header of nibabel.

    Parameters
    ----------
    shape : tuple of int
        Size of the volume, within which the two are compared.
    mm_per_unit : float
        1 for a header in millimetres, 1000 in metres, 0.001 in micrometres.
    """
    notes: list[str] = []
    sform_code, qform_code = int(header["sform_code"]), int(header["qform_code"])
    sform = _usable(header.get_sform(), mm_per_unit)
    try:
        qform = _usable(header.get_qform(), mm_per_unit)
    except ValueError:  # a quaternion that is longer than 1
        qform = None
    if sform_code > 0 and sform is None:
        notes.append("The sform in the header is no affine and is left out.")
    if qform_code > 0 and qform is None:
        notes.append("The qform in the header is no rotation and is left out.")
    sizes_mm = np.abs(np.asarray(header["pixdim"][1:4], np.float64)) * mm_per_unit
    coded_sform = sform if sform_code > 0 else None
    coded_qform = qform if qform_code > 0 else None
    disagreement_mm = 0.0
    if coded_sform is not None and coded_qform is not None:
        disagreement_mm = Grid(coded_sform, shape).distance_mm(Grid(coded_qform, shape))
        if disagreement_mm > DISAGREE_MM:
            notes.append(f"sform and qform place this image differently, up to {disagreement_mm:.3g} mm apart.")
    source: AffineSource
    if coded_sform is not None:
        affine, source = coded_sform, "sform"
    elif coded_qform is not None:
        affine, source = coded_qform, "qform"
    else:
        affine, source = _affine_of_sizes(sizes_mm, shape), "none"
        notes.append(UNKNOWN_SIDES)
    notes += _size_notes(affine, sizes_mm)
    return Orientation(affine, source, sform, qform, sform_code, qform_code, disagreement_mm, tuple(notes))


def orientation_of_sizes(sizes_mm: NDArray[np.float64], shape: tuple[int, int, int]) -> Orientation:
    """What remains of a header without sform and qform: voxel sizes; a size that is not known counts as 1 mm."""
    affine = _affine_of_sizes(sizes_mm, shape)
    return Orientation(affine, "none", notes=(UNKNOWN_SIDES, *_size_notes(affine, sizes_mm)))


def _usable(affine: Any, mm_per_unit: float) -> Affine | None:
    if affine is None:
        return None
    scaled = np.diag([mm_per_unit, mm_per_unit, mm_per_unit, 1.0]) @ np.asarray(affine, dtype=np.float64)
    return scaled if is_invertible(scaled) else None


def _affine_of_sizes(sizes_mm: NDArray[np.float64], shape: tuple[int, int, int]) -> Affine:
    """The middle at 0, and x running to the left, as nibabel and SPM assume."""
    sizes = np.where(np.isfinite(sizes_mm) & (sizes_mm > 0), sizes_mm, 1.0)
    affine = np.diag([-sizes[0], sizes[1], sizes[2], 1.0])
    affine[:3, 3] = -affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return affine


def _size_notes(affine: Affine, sizes_mm: NDArray[np.float64]) -> list[str]:
    """Where the affine and the voxel sizes of a header do not say the same."""
    if not (np.isfinite(sizes_mm).all() and (sizes_mm > 0).all()):
        return ["The header lacks voxel sizes."]
    axes = affine[:3, :3]
    found = np.linalg.norm(axes, axis=0)
    if np.abs(found - sizes_mm).max() > SAME_SIZE_MM:
        return [
            f"The voxel sizes of the header, {_by(sizes_mm)} mm, are not those of its affine, {_by(found)} mm; the affine counts."
        ]
    if abs(abs(np.linalg.det(axes / found)) - 1) > SAME_SIZE_MM:
        return ["The axes of the affine are not at right angles."]
    return []


def _by(sizes: NDArray[np.float64]) -> str:
    return " × ".join(f"{size:.4g}" for size in sizes)
