"""The carpet (Power 2017) of a run: many voxels as rows, time from left to right, and the traces that belong above it. No Qt.

Everything is read volume by volume, so that the memory it takes is that of the rows and not of the run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.data.fmri.dvars import Dvars, dvars
from neurostudio.data.fmri.image import Image

Order = Literal["position", "labels", "motion", "depth"]
ORDERS: dict[Order, str] = {
    "position": "Position, from below upwards",
    "labels": "Region",
    "motion": "Correlation with motion",
    "depth": "Depth below the rim",
}
MOST_ROWS = 1_500
MOST_FOR_DVARS = 20_000
BRIGHT_SHARE = 0.2  # of the brightest voxels; what is darker in the mean is no brain
SAMPLED_VOLUMES = 20
TREND_DEGREE = 2
OUTLIER_FD_MM = 0.5
OUTLIER_DVARS = 1.5

Progress = Callable[[int, int], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Rows that belong together, from `start` up to `end`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Carpet:
    """What is drawn.

    Attributes
    ----------
    values : ndarray, shape (R, T), float32
        Each row about its slow trend, in units of its spread.
    voxels : ndarray, shape (R, 3)
        Indices of the voxel of each row; a row is one voxel and no mean, so that it leads to a place.
    mm : ndarray, shape (R, 3)
        Where it lies.
    groups : tuple of Group
        Regions, where rows are ordered by them.
    n_voxels : int
        Voxels of the mask that the rows were taken from.
    dvars : Dvars
        From at most 20,000 voxels.
    fd_mm : ndarray, shape (T,), or None
        Framewise displacement, where motion is known.
    """

    values: NDArray[np.float32]
    voxels: NDArray[np.intp]
    mm: Floats
    groups: tuple[Group, ...]
    order: Order
    n_voxels: int
    dvars: Dvars
    fd_mm: Floats | None = None

    @property
    def outliers(self) -> NDArray[np.bool_]:
        """Volumes with a jump of the head or of the whole image, shape (T,)."""
        with np.errstate(invalid="ignore"):
            found = self.dvars.standardised > OUTLIER_DVARS
            return found | (self.fd_mm > OUTLIER_FD_MM) if self.fd_mm is not None else found

    def row_of(self, mm: tuple[float, float, float]) -> int:
        """The row whose voxel lies nearest to a place."""
        return int(((self.mm - np.asarray(mm)) ** 2).sum(axis=1).argmin())


def make_carpet(
    image: Image,
    mask: NDArray[np.bool_] | None = None,
    order: Order = "position",
    *,
    labels: NDArray[np.integer[Any]] | None = None,
    names: Mapping[int, str] | None = None,
    fd_mm: Floats | None = None,
    most_rows: int = MOST_ROWS,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Carpet:
    """Make the carpet of a loaded run; call it in a thread.

    Parameters
    ----------
    mask : ndarray of bool, shape (X, Y, Z), optional
        Voxels of the brain; those that are bright in the mean unless given.
    labels : ndarray of int, shape (X, Y, Z)
        Regions, for the order ``labels``; voxels of label 0 come last.
    fd_mm : ndarray, shape (T,)
        Framewise displacement, for the order ``motion`` and the traces.

    Raises
    ------
    NeuroError
        No voxel is left, or what the order needs is not there.
    Cancelled
        `should_stop` said so.
    """
    look = _Look(image, progress or _silent, should_stop or _never)
    inside = np.asarray(mask, bool) if mask is not None else brain(image)
    flat = np.flatnonzero(inside.ravel(order="F"))
    if not flat.size:
        raise NeuroError("There is no voxel to draw", fix="Give a mask, or look at the image first")
    places = np.stack(np.unravel_index(flat, inside.shape, order="F"), axis=1)
    groups: tuple[Group, ...] = ()
    if order == "labels":
        if labels is None:
            raise NeuroError("There are no regions to order the rows by", fix="Add a label image")
        regions = np.asarray(labels)[tuple(places.T)]
        taken = _spread(np.lexsort((flat, np.where(regions == 0, np.iinfo(np.int64).max, regions))), most_rows)
        groups = _groups(regions[taken], names or {})
    elif order == "motion":
        if fd_mm is None:
            raise NeuroError("The motion of the head is not known", fix="Put a table of confounds beside the run")
        taken = _spread(np.argsort(-look.correlation(flat, fd_mm), kind="stable"), most_rows)
    elif order == "depth":
        taken = _spread(np.argsort(-depth(inside)[tuple(places.T)], kind="stable"), most_rows)
    else:
        taken = _spread(np.argsort(-image.grid.mm_of(places)[:, 2], kind="stable"), most_rows)
    for_dvars = flat[:: max(1, -(-flat.size // MOST_FOR_DVARS))]
    series, sample = look.series(flat[taken], for_dvars)
    voxels = places[taken].astype(np.intp)
    changes = dvars(sample)
    return Carpet(about_trend(series), voxels, image.grid.mm_of(voxels), groups, order, int(flat.size), changes, fd_mm)


def brain(image: Image) -> NDArray[np.bool_]:
    """Voxels that are bright in the mean of some volumes and change: a plain mask, good enough to look through."""
    times = np.unique(np.linspace(0, image.n_loaded - 1, min(SAMPLED_VOLUMES, image.n_loaded)).round().astype(int))
    total = np.zeros(image.grid.shape)
    first, varies = image.volume(int(times[0])), np.zeros(image.grid.shape, bool)
    for t in times:
        volume = image.volume(int(t))
        total += np.nan_to_num(volume, nan=0.0, posinf=0.0, neginf=0.0)
        varies |= volume != first
    mean = total / len(times)
    known = mean[mean != 0]
    if not known.size:
        return np.zeros(image.grid.shape, bool)
    bright = np.abs(mean) > BRIGHT_SHARE * float(np.percentile(np.abs(known), 98))
    return bright & (varies | (len(times) == 1))


def about_trend(series: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """series[time, voxel] about a slow trend, in units of its spread, as [voxel, time]; a constant voxel gives zeros."""
    n_time = len(series)
    values = np.nan_to_num(np.asarray(series, np.float64))
    powers = np.linspace(-1, 1, n_time)[:, None] ** np.arange(min(TREND_DEGREE, max(n_time - 1, 0)) + 1)
    basis, _ = np.linalg.qr(powers)
    rest = values - basis @ (basis.T @ values)
    spread = rest.std(axis=0)
    floor = np.finfo(np.float32).eps * np.abs(values).max(axis=0, initial=0.0)
    found = np.divide(rest, spread, out=np.zeros_like(rest), where=spread > floor)
    return np.ascontiguousarray(found.T, np.float32)


def depth(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many layers of voxels lie between a voxel and the rim of its mask; 1 at the rim, 0 outside."""
    layers = np.zeros(mask.shape, np.intp)
    left = mask.copy()
    while left.any():
        layers += left
        padded = np.pad(left, 1)
        middle = slice(1, -1)
        shrunk = left.copy()
        for axis in range(left.ndim):
            for side in (slice(0, -2), slice(2, None)):
                shrunk &= padded[tuple(side if at == axis else middle for at in range(left.ndim))]
        left = shrunk
    return layers


class _Look:
    """Reads voxels of a run, volume by volume."""

    def __init__(self, image: Image, progress: Progress, should_stop: Callable[[], bool]) -> None:
        self._image, self._progress, self._should_stop = image, progress, should_stop
        self._done, self._all = 0, image.n_loaded

    def series(self, *choices: NDArray[np.intp]) -> list[NDArray[np.float32]]:
        """series[time, voxel] of several choices of voxels by their place in the file."""
        found = [np.empty((self._image.n_loaded, len(one)), np.float32) for one in choices]
        for t in range(self._image.n_loaded):
            values = self._volume(t)
            for one, into in zip(choices, found, strict=True):
                into[t] = values[one]
        return found

    def correlation(self, flat: NDArray[np.intp], trace: Floats) -> Floats:
        """Pearson correlation of voxels with a trace; volumes where the trace is not known are left out."""
        self._all *= 2
        used = np.flatnonzero(np.isfinite(trace[: self._image.n_loaded]))
        centred = trace[used] - trace[used].mean() if used.size else np.zeros(0)
        total, squares, products = np.zeros(flat.size), np.zeros(flat.size), np.zeros(flat.size)
        shift = np.nan_to_num(self._volume(0)[flat].astype(np.float64))
        for t, part in zip(used.tolist(), centred.tolist(), strict=True):
            values = np.nan_to_num(self._volume(t)[flat].astype(np.float64)) - shift
            total += values
            squares += values**2
            products += part * values
        spread = np.sqrt(np.maximum(squares - total**2 / max(used.size, 1), 0) * (centred**2).sum())
        found: Floats = np.divide(products, spread, out=np.zeros(flat.size), where=spread > 0)
        return found

    def _volume(self, t: int) -> NDArray[np.float32]:
        if self._should_stop():
            raise Cancelled
        self._done += 1
        self._progress(min(self._done, self._all), self._all)
        return self._image.volume(t).ravel(order="F")


def _spread(ordered: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Evenly spaced ones of an order."""
    return ordered[np.unique(np.linspace(0, len(ordered) - 1, min(most, len(ordered))).round().astype(np.intp))]


def _groups(regions: NDArray[np.integer[Any]], names: Mapping[int, str]) -> tuple[Group, ...]:
    starts = np.flatnonzero(np.diff(regions, prepend=regions[:1] - 1))
    ends = np.append(starts[1:], len(regions))
    return tuple(
        Group(
            names.get(int(regions[start]), f"label {int(regions[start])}" if regions[start] else "no label"), int(start), int(end)
        )
        for start, end in zip(starts, ends, strict=True)
    )


def _silent(_done: int, _all: int) -> None:
    return


def _never() -> bool:
    return False
