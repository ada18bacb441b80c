"""The carpet (Power 2017, NeuroImage 154:150) of a run: many voxels as rows, time from left to right, and the traces above it. No Qt.

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
from neurostudio.gui.views.timeline.brain_mask import brain_mask, depth_mm
from neurostudio.gui.views.timeline.series import Floats
from neurostudio.gui.views.timeline.traces import OUTLIER_DVARS, OUTLIER_FD_MM, Traces

Order = Literal["position", "labels", "motion", "depth"]
ORDERS: dict[Order, str] = {
    "position": "Position, from above",
    "labels": "Region",
    "motion": "Correlation with motion",
    "depth": "Depth below the rim",
}
CarpetScale = Literal["z", "percent"]
SCALES: dict[CarpetScale, str] = {"z": "z", "percent": "% signal change"}
UNITS: dict[CarpetScale, str] = {"z": "s.d.", "percent": "%"}
MOST_ROWS = 1_500
SCALE_VOXELS = 5_000  # from which the usual change of DVARS is taken
TREND_DEGREE = 2

Progress = Callable[[int, int], None]
Indices = NDArray[np.intp]


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
        Each row about its slow trend: in units of its spread, or in per cent of its mean.
    voxels : ndarray, shape (R, 3)
        Indices of the voxel of each row; a row is one voxel and no mean, so that it leads to a place.
    mm : ndarray, shape (R, 3)
        Where it lies.
    groups : tuple of Group
        Regions, where rows are ordered by them.
    n_voxels : int
        Voxels of the mask that the rows were taken from.
    dvars : Dvars
        Of all voxels of the mask.
    fd_mm : ndarray, shape (T,), or None
        Framewise displacement, where motion is known.
    motion : ndarray, shape (T, 6), or None
        Translations in mm, then rotations in radians.
    """

    values: NDArray[np.float32]
    voxels: Indices
    mm: Floats
    groups: tuple[Group, ...]
    order: Order
    n_voxels: int
    dvars: Dvars
    fd_mm: Floats | None = None
    motion: Floats | None = None
    scale: CarpetScale = "z"

    @property
    def outliers(self) -> NDArray[np.bool_]:
        """Volumes with a jump of the head or of the whole image, shape (T,)."""
        found = np.zeros(self.values.shape[1], bool)
        found[self.traces().outliers()] = True
        return found

    def traces(self) -> Traces:
        """What stands above the carpet."""
        return Traces(self.fd_mm, self.dvars.standardised, self.motion, {}, OUTLIER_FD_MM, OUTLIER_DVARS)

    def row_of(self, mm: tuple[float, float, float]) -> int:
        """The row whose voxel lies nearest to a place."""
        return int(((self.mm - np.asarray(mm)) ** 2).sum(axis=1).argmin())

    def group_of(self, row: int) -> str:
        """The name of the group of a row; empty where there are none."""
        return next((group.name for group in self.groups if group.start <= row < group.end), "")


def make_carpet(
    image: Image,
    mask: NDArray[np.bool_] | None = None,
    order: Order = "position",
    *,
    labels: NDArray[np.integer[Any]] | None = None,
    names: Mapping[int, str] | None = None,
    fd_mm: Floats | None = None,
    motion: Floats | None = None,
    scale: CarpetScale = "z",
    most_rows: int = MOST_ROWS,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Carpet:
    """Make the carpet of the volumes that are read; call it in a thread.

    Parameters
    ----------
    mask : ndarray of bool, shape (X, Y, Z), optional
        Voxels of the brain; those that are bright in the mean and change unless given.
    order : str
        ``position`` from the top of the head down, ``labels`` by regions, ``motion`` by the correlation with `fd_mm` (highest
        first), ``depth`` by the distance to the rim of the mask (outermost first).
    labels : ndarray of int, shape (X, Y, Z)
        Regions, for the order ``labels``; voxels of label 0 come last.
    fd_mm : ndarray, shape (T,)
        Framewise displacement, for the order ``motion`` and the traces.
    most_rows : int
        Voxels that are drawn at most: a fixed sample of the mask.

    Raises
    ------
    NeuroError
        No voxel is left, what the order needs is not there, or an array is of another grid or length.
    Cancelled
        `should_stop` said so.
    """
    n_time = image.n_loaded
    _check(image, n_time, order, mask, labels, fd_mm, motion)
    inside = np.asarray(mask, bool) if mask is not None else brain_mask(image, n_time)
    flat = np.flatnonzero(inside.ravel(order="F"))
    if not flat.size:
        raise NeuroError("There is no voxel to draw", "No voxel of this image is bright and changes", "Give a mask")
    places = np.stack(np.unravel_index(flat, inside.shape, order="F"), axis=1)
    regions = np.asarray(labels)[tuple(places.T)] if labels is not None and order == "labels" else None
    taken = _taken(flat, regions, most_rows)
    for_scale = _sample(flat.size, SCALE_VOXELS)
    reading = _Reading(image, n_time, flat, progress, should_stop)
    series, sample, raw = reading.read(taken, for_scale)
    rows = about_trend(series, scale)
    place = places[taken]
    if order == "motion" and fd_mm is not None:
        rank = np.argsort(-correlation(rows, fd_mm[:n_time]), kind="stable")
    elif order == "depth":
        rank = np.argsort(depth_mm(inside, image.grid, place), kind="stable")
    elif regions is not None:
        rank = np.arange(len(taken))
    else:
        rank = np.argsort(-image.grid.mm_of(place)[:, 2], kind="stable")
    voxels = place[rank].astype(np.intp)
    groups = _groups(regions[taken], names or {}) if regions is not None else ()
    standard = _standardised(raw, sample)
    values = np.ascontiguousarray(rows[rank])
    return Carpet(
        values, voxels, image.grid.mm_of(voxels), groups, order, int(flat.size), Dvars(raw, standard), fd_mm, motion, scale
    )


def about_trend(series: NDArray[np.floating[Any]], scale: CarpetScale = "z") -> NDArray[np.float32]:
    """series[time, voxel] about a slow trend, as [voxel, time]: in units of its spread, or in per cent of its mean.

    A voxel that does not change, or whose mean is 0 where that is divided by, gives zeros; so does what is no number.
    """
    n_time = len(series)
    values = np.asarray(series, np.float64)
    known = np.isfinite(values)
    if not known.all():
        count = np.maximum(known.sum(axis=0), 1)
        values = np.where(known, values, np.where(known, values, 0).sum(axis=0) / count)
    powers = np.linspace(-1, 1, n_time)[:, None] ** np.arange(min(TREND_DEGREE, max(n_time - 1, 0)) + 1)
    basis, _ = np.linalg.qr(powers)
    rest = values - basis @ (basis.T @ values)
    spread = rest.std(axis=0)
    floor = np.finfo(np.float32).eps * np.abs(values).max(axis=0, initial=0.0)
    divisor = spread if scale == "z" else np.abs(values.mean(axis=0)) / 100
    found = np.divide(rest, divisor, out=np.zeros_like(rest), where=(spread > floor) & (divisor > 0))
    return np.ascontiguousarray(found.T, np.float32)


def correlation(rows: NDArray[np.floating[Any]], trace: Floats) -> Floats:
    """Pearson correlation of rows[voxel, time] with a trace; times where that is not known are left out, 0 where nothing changes."""
    known = np.isfinite(trace)
    if not known.any():
        return np.zeros(len(rows))
    values = np.asarray(rows[:, known], np.float64)
    values = values - values.mean(axis=1, keepdims=True)
    part = trace[known] - trace[known].mean()
    norm = np.sqrt((values**2).sum(axis=1) * (part**2).sum())
    found: Floats = np.divide(values @ part, norm, out=np.zeros(len(rows)), where=norm > 0)
    return found


class _Reading:
    """Goes once through the volumes of a run."""

    def __init__(
        self,
        image: Image,
        n_time: int,
        flat: Indices,
        progress: Progress | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._image, self._n_time, self._flat = image, n_time, flat
        self._progress, self._should_stop = progress, should_stop

    def read(self, taken: Indices, sampled: Indices) -> tuple[NDArray[np.float32], NDArray[np.float32], Floats]:
        """series[time, voxel] of two choices of voxels of the mask, and the raw DVARS of all of them."""
        series = np.empty((self._n_time, len(taken)), np.float32)
        sample = np.empty((self._n_time, len(sampled)), np.float32)
        raw = np.full(self._n_time, np.nan)
        before: NDArray[np.float32] | None = None
        for t in range(self._n_time):
            if self._should_stop is not None and self._should_stop():
                raise Cancelled
            now = self._image.volume(t).ravel(order="F")[self._flat]
            series[t], sample[t] = now[taken], now[sampled]
            if before is not None:
                change = np.subtract(now, before, dtype=np.float64)
                raw[t] = np.sqrt(np.nanmean(change**2)) if np.isfinite(change).any() else np.nan
            before = now
            if self._progress is not None:
                self._progress(t + 1, self._n_time)
        return series, sample, raw


def _standardised(raw: Floats, sample: NDArray[np.float32]) -> Floats:
    """DVARS in units of what the voxels of a sample usually change from volume to volume (see `data.fmri.dvars`)."""
    known = sample[:, np.isfinite(sample).all(axis=0)]
    found = dvars(known)
    both = np.isfinite(found.raw) & np.isfinite(found.standardised) & (found.standardised > 0)
    if not both.any():
        return np.full(len(raw), np.nan)
    usual = float(np.median(found.raw[both] / found.standardised[both]))
    return raw / usual if usual > 0 else np.full(len(raw), np.nan)


def _check(
    image: Image,
    n_time: int,
    order: Order,
    mask: NDArray[np.bool_] | None,
    labels: NDArray[np.integer[Any]] | None,
    fd_mm: Floats | None,
    motion: Floats | None,
) -> None:
    if n_time < 2:
        raise NeuroError("A carpet needs at least two volumes", f"{n_time} of {image.n_volumes} are read")
    for name, array in (("mask", mask), ("label image", labels)):
        if array is not None and array.shape != image.grid.shape:
            fix = "Resample it to the grid of the run"
            raise NeuroError(f"The {name} has {array.shape} voxels, the run {image.grid.shape}", fix=fix)
    for name, trace in (("framewise displacement", fd_mm), ("motion", motion)):
        if trace is not None and len(trace) < n_time:
            raise NeuroError(f"The {name} has {len(trace)} rows, the run {n_time} volumes", fix="Give the table of this run")
    if order == "labels" and labels is None:
        raise NeuroError("There are no regions to order the rows by", fix="Add a label image")
    if order == "motion" and fd_mm is None:
        raise NeuroError("The motion of the head is not known", fix="Put a table of confounds beside the run")


def _taken(flat: Indices, regions: NDArray[np.integer[Any]] | None, most: int) -> Indices:
    """Which voxels of the mask become rows; where there are regions, in their order and as many of each as its size bears."""
    if regions is None:
        return _sample(flat.size, most)
    ordered = np.lexsort((flat, np.where(regions == 0, np.iinfo(np.int64).max, regions)))
    return ordered[np.unique(np.linspace(0, len(ordered) - 1, min(most, len(ordered))).round().astype(np.intp))]


def _sample(total: int, most: int) -> Indices:
    """At most so many of `total`, in order: chance, as a regular step would follow the rows of the grid, but the same each time."""
    if total <= most:
        return np.arange(total)
    return np.sort(np.random.default_rng(0).choice(total, most, replace=False))


def _groups(regions: NDArray[np.integer[Any]], names: Mapping[int, str]) -> tuple[Group, ...]:
    starts = np.flatnonzero(np.diff(regions, prepend=regions[:1] - 1))
    ends = np.append(starts[1:], len(regions))
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        number = int(regions[start])
        found.append(Group(names.get(number, f"label {number}" if number else "no label"), start, end))
    return tuple(found)
