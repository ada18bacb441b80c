"""Arrays of a file, and the part of one that a picture shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.gui.views.source import ArtifactSource, unreadable
from neurostudio.report.artifact_data import read_arrays

MOST_PIXELS = 4_000_000
MOST_LINES = 6


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """Named arrays of one file.

    Attributes
    ----------
    arrays : dict
        Name -> numbers of any number of axes; a memory map where the file allows one.
    left_out : tuple of str
        Names of arrays that hold no numbers, or nothing.
    """

    arrays: Mapping[str, NDArray[Any]]
    plot: Plot | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slice:
    """Which part of an array is seen: two axes as rows and columns, one place on each of the others."""

    row_axis: int
    column_axis: int
    places: tuple[int, ...]

    def of(self, array: NDArray[Any]) -> NDArray[Any]:
        """That part, ``[row, column]``."""
        index = tuple(
            slice(None) if axis in (self.row_axis, self.column_axis) else place for axis, place in enumerate(self.places)
        )
        part = np.asarray(array[index])
        return part if self.row_axis < self.column_axis else part.T


def load_arrays(source: ArtifactSource) -> ArrayFile:
    """Read an ``.npz``, or map an ``.npy`` into memory; Python objects are never loaded.

    Raises
    ------
    NeuroError
        When the file is missing or damaged, or holds no array of numbers.
    """
    path = source.path
    if path.suffix == ".npy":
        try:
            found: dict[str, NDArray[Any]] = {path.stem: np.lib.format.open_memmap(path, mode="r")}
        except (OSError, ValueError, EOFError) as error:
            raise unreadable(path, error) from error
    else:
        found = read_arrays(path)
    arrays = {name: array.real if array.dtype.kind == "c" else array for name, array in found.items() if _is_shown(array)}
    if not arrays:
        raise NeuroError(f"{path.name} holds no array of numbers", f"It holds: {', '.join(found) or 'nothing'}")
    wanted = source.plot.y if source.plot else ()
    ordered = [*[name for name in wanted if name in arrays], *[name for name in arrays if name not in wanted]]
    return ArrayFile({name: arrays[name] for name in ordered}, source.plot, tuple(name for name in found if name not in arrays))


def first_slice(array: NDArray[Any]) -> Slice:
    """The last two axes, in the middle of the others."""
    n_axis = array.ndim
    return Slice(n_axis - 2, n_axis - 1, tuple(size // 2 for size in array.shape))


def thinned(image: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """An image with at most :data:`MOST_PIXELS`, and every how many-th row and column of the original it has."""
    every = max(1, int(np.ceil(np.sqrt(image.size / MOST_PIXELS))))
    return (image if every == 1 else image[::every, ::every]), every


def lines_of(data: ArrayFile) -> dict[str, NDArray[Any]]:
    """Traces that share an axis of time: arrays ``[time]``, and the rows of small arrays ``[unit, time]``."""
    plot = data.plot
    names = plot.y if plot and plot.form in ("traces", "line") and plot.y else tuple(data.arrays)
    times = plot.x if plot else ""
    lines: dict[str, NDArray[Any]] = {}
    for name in names:
        array = data.arrays.get(name)
        if array is None or name == times:
            continue
        if array.ndim == 1:
            lines[name] = array
        elif array.ndim == 2 and len(array) <= MOST_LINES:
            lines |= {f"{name} {unit}": trace for unit, trace in enumerate(array)}
    return lines


def is_traces(data: ArrayFile) -> bool:
    """Whether the file is best seen as traces: its plot says so, or no array has two axes."""
    if data.plot is not None:
        return data.plot.form in ("traces", "line") and bool(lines_of(data))
    return all(array.ndim == 1 for array in data.arrays.values())


def shape_text(array: NDArray[Any]) -> str:
    """Shape and type in words.

    >>> shape_text(np.zeros((2, 3), dtype=np.float32))
    '2 × 3, float32'
    """
    return f"{' × '.join(map(str, array.shape)) or 'one value'}, {array.dtype.name}"


def _is_shown(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "biufc" and array.size > 0 and array.ndim > 0
