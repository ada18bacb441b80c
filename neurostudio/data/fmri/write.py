"""Writing volumes as ``.nii.gz`` whose bytes depend on their content only: no time stamp and no file name in the gzip header.

Volumes go to the file one after another, so a long series needs no 4D array in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nibabel.nifti1 import Nifti1Header

COMPRESSION = 2  # of isal's 0 to 3: a few per cent larger than 3, and twice as fast
HEADER_BYTES = 352
SAME_AFFINE = 1e-3


def write_volumes(
    path: Path,
    volumes: Iterable[NDArray[Any]],
    shape: Sequence[int],
    affine: NDArray[np.float64],
    *,
    tr_s: float = 0.0,
    dtype: Any = np.float32,
    space: str = "aligned",
) -> None:
    """Write volumes (X, Y, Z), one after another, as one NIfTI-1 file.

    Parameters
    ----------
    volumes : iterable of ndarray
        As many as `shape` says; they are cast to `dtype`.
    shape : sequence of int
        (X, Y, Z) or (X, Y, Z, T).
    affine : ndarray, shape (4, 4)
        Voxel to mm.
    tr_s : float
        Seconds between two volumes.
    space : str
        nibabel's name of the sform code: ``scanner``, ``aligned``, ``talairach``, ``mni``.
    """
    from isal import igzip

    header: Any = nifti_header(shape, affine, tr_s=tr_s, dtype=dtype, space=space)
    stored = header.get_data_dtype()
    pack: Any = igzip.IGzipFile
    with path.open("wb") as raw, pack("", "wb", COMPRESSION, raw, mtime=0) as stream:
        stream.write(header.binaryblock + b"\0" * (HEADER_BYTES - len(header.binaryblock)))  # the last four: no extensions
        for volume in volumes:
            stream.write(np.asarray(volume).astype(stored).tobytes(order="F"))


def nifti_header(
    shape: Sequence[int], affine: NDArray[np.float64], *, tr_s: float = 0.0, dtype: Any = np.float32, space: str = "aligned"
) -> Nifti1Header:
    """A little-endian header with the affine as sform, and as qform where that can say the same.

    A sheared affine has no qform: two that disagree would have to be asked about when the file is opened.
    """
    from nibabel.nifti1 import Nifti1Header

    build: Any = Nifti1Header  # nibabel types only a part of its functions
    header = build(endianness="<")
    header.set_data_dtype(dtype)
    header.set_data_shape(tuple(shape))
    header.set_sform(affine, code=space)
    header.set_qform(affine, code=space, strip_shears=True)
    if not np.allclose(header.get_qform(), affine, atol=SAME_AFFINE):
        header.set_qform(None, code="unknown")
    header.set_xyzt_units("mm", "sec")
    if len(shape) > 3:
        header.set_zooms((*header.get_zooms()[:3], tr_s))
    header["magic"] = b"n+1"
    header["vox_offset"] = HEADER_BYTES
    header.set_slope_inter(1.0, 0.0)
    made: Nifti1Header = header
    return made
