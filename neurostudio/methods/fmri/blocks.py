"""Work in blocks of voxels: bounded memory, progress, and a stop within half a second."""

import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.files import explained_disk_errors, remove

BLOCK_VALUES = 1_000_000
MOST_OF_MEMORY = 0.4


def voxel_blocks(context: Context, shape: tuple[int, ...], phase: str, values: int = BLOCK_VALUES) -> Iterator[slice]:
    """Yield slices over the voxels of series[time, voxel], each of about so many values; says how far it is."""
    n_time, n_voxel = shape
    step = max(values // max(n_time, 1), 1)
    for start in range(0, n_voxel, step):
        context.check_stop()
        context.progress(start, n_voxel, phase, "voxels")
        yield slice(start, min(start + step, n_voxel))
    context.progress(n_voxel, n_voxel, phase, "voxels")


def new_series(context: Context, n_time: int, n_voxel: int) -> NDArray[np.float32]:
    """An empty series[time, voxel]: in memory, or in a temporary file where that would take too much of what is free."""
    needed = 4 * n_time * n_voxel
    free = psutil.virtual_memory().available
    if needed <= MOST_OF_MEMORY * free:
        return np.empty((n_time, n_voxel), np.float32)
    context.log(f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free: working on a temporary file", "warning")
    folder = Path(tempfile.mkdtemp(prefix="neurostudio-"))
    with explained_disk_errors(folder):
        series: NDArray[Any] = np.lib.format.open_memmap(
            folder / "series.npy", mode="w+", dtype=np.float32, shape=(n_time, n_voxel)
        )
    weakref.finalize(series, remove, folder)
    return series
