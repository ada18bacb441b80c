"""Large runs that compress as real ones do, made once and kept in the temporary folder of this machine."""

import os
import tempfile
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

GRID = (96, 96, 60)
AFFINE = np.array([[-2.0, 0, 0, 95], [0, 2.0, 0, -110], [0, 0, 2.0, -60], [0, 0, 0, 1]])
_VERSION = 2
_POOL = 24  # noise volumes that the others are mixed from
_LEVEL = 6  # what FSL, dcm2niix and pigz use


def large_run(n_volumes: int, *, packed: bool, grid: tuple[int, int, int] = GRID) -> Path:
    """A run of int16 with a head in it and smooth noise; about two thirds of its size remain when it is packed."""
    sizes = "x".join(map(str, (*grid, n_volumes)))
    return _made(f"run-{_VERSION}-{sizes}.nii{'.gz' if packed else ''}", (*grid, n_volumes), np.int16, _volumes(grid, n_volumes))


def overlay(grid: tuple[int, int, int] = (64, 64, 40)) -> Path:
    """A statistical map of float32 on a coarser grid of its own, over the same head."""
    values = _smooth(np.random.default_rng(1).normal(size=grid).astype(np.float32)) * 12
    return _made(f"map-{_VERSION}.nii.gz", grid, np.float32, iter([values]), np.diag([1.5, 1.5, 1.5, 1.0]) @ AFFINE)


def _made(
    name: str,
    shape: tuple[int, ...],
    dtype: type[np.generic],
    volumes: Iterator[NDArray[np.generic]],
    affine: NDArray[np.float64] = AFFINE,
) -> Path:
    folder = Path(tempfile.gettempdir()) / "neurostudio-benchmarks"
    path = folder / name
    if path.exists():
        return path
    folder.mkdir(exist_ok=True)
    header = nib.Nifti1Image(np.zeros((1, 1, 1), dtype), affine).header
    header.set_data_shape(shape)
    header.set_xyzt_units("mm", "sec")
    header.set_slope_inter(1.0, 0.0)
    header["vox_offset"] = 352
    packer = zlib.compressobj(_LEVEL, wbits=31) if name.endswith(".gz") else None
    partial = path.with_name(f"{name}.{os.getpid()}")
    with partial.open("wb") as stream:
        for part in chain([header.binaryblock + b"\0" * 4], (volume.tobytes(order="F") for volume in volumes)):
            stream.write(packer.compress(part) if packer else part)
        if packer:
            stream.write(packer.flush())
    partial.replace(path)
    return path


def _volumes(grid: tuple[int, int, int], n_volumes: int) -> Iterator[NDArray[np.int16]]:
    random = np.random.default_rng(0)
    x, y, z = (np.linspace(-1, 1, size, dtype=np.float32).reshape(np.roll((-1, 1, 1), axis)) for axis, size in enumerate(grid))
    head = (x / 0.85) ** 2 + (y / 0.95) ** 2 + (z / 0.9) ** 2 < 1
    mean = np.where(head, 900 + 300 * np.sin(9 * x) * np.cos(7 * y + 3 * z), 20).astype(np.float32)
    spread = np.where(head, 250, 40).astype(np.float32)
    pool = [_smooth(random.standard_normal(grid, dtype=np.float32)) for _ in range(_POOL)]
    for _ in range(n_volumes):
        one, other = random.choice(_POOL, 2, replace=False)
        angle = random.uniform(0, 2 * np.pi)
        yield (mean + spread * (np.cos(angle) * pool[one] + np.sin(angle) * pool[other])).astype(np.int16)


def _smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    for axis in range(3):
        values = (values + np.roll(values, 1, axis) + np.roll(values, -1, axis)) / 3
    return values
