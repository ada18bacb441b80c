"""An image whose voxels are read in the background and looked at meanwhile.

Values stay as they are stored, and are scaled a slice, a volume or a series at a time: an int16 run takes two bytes a voxel. What is
uncompressed is mapped from the disk; what is compressed is unpacked once, from its first volume to its checksum.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.data.fmri.grid import Grid
from neurostudio.data.fmri.header import Header, read_header
from neurostudio.data.fmri.memory import Buffer, room_for
from neurostudio.data.fmri.places import Places
from neurostudio.data.fmri.stream import unpack
from neurostudio.data.fmri.verified import remember

Progress = Callable[[int, int], None]
Floats = NDArray[np.float32]
Voxel = tuple[int, int, int]

ROBUST_PERCENT = (2.0, 98.0)
_SAMPLED = 200_000
_SAMPLED_VOLUMES = 8
_WAIT_S = 0.1


class NotReadError(NeuroError):
    """A volume was asked for before it was read, or after the image was closed or found damaged."""


class Image:
    """One image: its header at once, its voxels as far as they are read.

    One thread may call `load` while others read; a volume is there once ``t < n_loaded``.

    Attributes
    ----------
    header : Header
    grid : Grid
        With the orientation that was chosen when it was opened.
    """

    def __init__(self, header: Header, grid: Grid, scratch: Path | None = None) -> None:
        self.header = header
        self.grid = grid
        self._scratch = scratch
        self._loading = threading.Lock()
        self._buffer: Buffer | None = None
        self._values: NDArray[Any] | None = None  # [x, y, z, time]
        self._n_loaded = 0
        self._is_closed = False
        self._labels: bool | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.header.path

    @property
    def n_volumes(self) -> int:
        """Number of volumes; 1 for a 3D image."""
        return self.header.n_volumes

    @property
    def n_loaded(self) -> int:
        """How many volumes can be read now: the first ones."""
        return self._n_loaded

    @property
    def is_labels(self) -> bool:
        """Whether all values of the first volume are whole numbers; False until it is known."""
        if self._labels is None and not self.header.is_scaled and self.header.dtype.kind in "iub":
            self._labels = True
        if self._labels is None and self._n_loaded:
            values = self.volume(0)
            self._labels = bool(np.isfinite(values).all() and (values == np.rint(values)).all())
        return bool(self._labels)

    # --- reading the file -------------------------------------------------------------------------------------------------

    def load(self, progress: Progress | None = None, should_stop: Callable[[], bool] | None = None) -> None:
        """Read all volumes; blocks, so call it in a thread. A second call returns when the first has ended.

        Parameters
        ----------
        progress : callable, optional
            Told the volumes that are there, and all of them.
        should_stop : callable, optional
            Asked after each megabyte whether to give up.

        Raises
        ------
        RequestError
            The file is truncated or damaged, or there is no room for it. Nothing of it stays.
        Cancelled
            `should_stop` said so, or the image was closed. Nothing of it stays.
        """

        def is_over() -> bool:
            return self._is_closed or (should_stop is not None and should_stop())

        while not self._loading.acquire(timeout=_WAIT_S):
            if is_over():
                raise Cancelled
        try:
            if self._is_closed:
                raise Cancelled
            if self._n_loaded < self.n_volumes:
                if self.header.is_compressed:
                    self._unpack(progress, is_over)
                else:
                    self._map()
            if progress is not None:
                progress(self.n_volumes, self.n_volumes)
        except BaseException:
            self._let_go()
            raise
        finally:
            self._loading.release()
            if self._is_closed:
                self._let_go()

    def close(self) -> None:
        """Let go of memory and scratch file. Arrays that were given out stay valid.

        It never waits: a `load` that is under way ends at its next megabyte, and lets go then.
        """
        self._is_closed = True
        if self._loading.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self._loading.release()

    # --- values -----------------------------------------------------------------------------------------------------------

    def raw(self, t: int) -> NDArray[Any]:
        """One volume as stored, a view of shape (X, Y, Z)."""
        return self._loaded(t)[..., t]

    def volume(self, t: int) -> Floats:
        """One volume, scaled; shape (X, Y, Z), in the order of memory of the file."""
        return self._scaled(self.raw(t))

    def slice(self, axis: int, index: int, t: int) -> NDArray[Any]:
        """One slice through a data axis: a view as stored, or float32 where values are scaled.

        The two other data axes come in their order.
        """
        cut: list[Any] = [slice(None)] * 3
        cut[axis] = index
        stored = self.raw(t)[tuple(cut)]
        return self._scaled(stored) if self.header.is_scaled else stored

    def series(self, voxel: Voxel) -> Floats:
        """One voxel over time, shape (T,); NaN where its volume is not read yet."""
        series = np.full(self.n_volumes, np.nan, dtype=np.float32)
        n_loaded, values = self._n_loaded, self._values
        if values is not None:
            series[:n_loaded] = self._scaled(values[(*self._within(voxel), slice(0, n_loaded))])
        return series

    def value(self, voxel: Voxel, t: int) -> float:
        """One value."""
        return float(self._scaled(self._loaded(t)[(*self._within(voxel), t)]))

    def sample(self, mm: ArrayLike, t: int, linear: bool = True) -> Floats:
        """Values at points in the world; shape (..., 3) to (...,), NaN outside of the image.

        Parameters
        ----------
        linear : bool
            Trilinear, or the value of the voxel that holds the point: for labels.
        """
        places = Places.of(self.grid, mm)
        stored = places.linear(self.raw(t)) if linear else places.nearest(self.raw(t))
        return places.spread(stored * self.header.slope + self.header.inter if self.header.is_scaled else stored)

    def robust_range(self, t: int | None = None) -> tuple[float, float]:
        """The 2nd and 98th percentile of the finite values of a volume, or of some of those that are read; (0, 1) where there are none.

        They are taken from a regular part of at most 200,000 voxels.
        """
        times = [t] if t is not None else np.unique(np.linspace(0, max(0, self._n_loaded - 1), _SAMPLED_VOLUMES).astype(int))
        parts = []
        for time in times:
            flat = self.raw(int(time)).reshape(-1, order="F")
            parts.append(self._scaled(flat[:: max(1, flat.size * len(times) // _SAMPLED)]))
        values = np.concatenate(parts)
        values = values[np.isfinite(values)]
        if not values.size:
            return 0.0, 1.0
        low, high = (float(bound) for bound in np.percentile(values, ROBUST_PERCENT))
        return low, high

    def count_bad(self, t: int = 0) -> int:
        """How many values of a volume are no finite numbers."""
        stored = self.raw(t)
        return 0 if stored.dtype.kind in "iub" else int(np.count_nonzero(~np.isfinite(stored)))

    # --- private ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _is_wide(self) -> bool:
        """Whether single precision has to be reached by way of double: what nibabel rounds twice is rounded twice here."""
        return self.header.dtype.kind in "iu" and self.header.dtype.itemsize > 4

    def _scaled(self, stored: NDArray[Any]) -> Floats:
        if self.header.is_scaled:
            return (np.asarray(stored, np.float64) * self.header.slope + self.header.inter).astype(np.float32)
        if self._is_wide:
            return np.asarray(stored, np.float64).astype(np.float32)
        with np.errstate(over="ignore"):
            return np.asarray(stored).astype(np.float32)

    def _loaded(self, t: int) -> NDArray[Any]:
        values = self._values
        if not 0 <= t < self.n_volumes:
            raise IndexError(f"volume {t} of {self.n_volumes}")
        if values is None or t >= self._n_loaded:
            raise NotReadError(
                f"Volume {t} of {self.path} is not read",
                f"{self._n_loaded} of {self.n_volumes} volumes are there",
                "Wait a moment",
            )
        return values

    def _within(self, voxel: Voxel) -> Voxel:
        i, j, k = (int(index) for index in voxel)
        if not all(0 <= index < size for index, size in zip((i, j, k), self.grid.shape, strict=True)):
            raise IndexError(f"voxel {voxel} of {self.grid.shape}")
        return i, j, k

    def _map(self) -> None:
        header = self.header
        stored = np.memmap(header.data_path, header.stored_dtype, "r", header.data_offset, self._stored_shape, order="F")
        self._values = self._component_of(np.asarray(stored))
        self._n_loaded = self.n_volumes

    def _unpack(self, progress: Progress | None, is_over: Callable[[], bool]) -> None:
        header = self.header
        self._buffer = Buffer(room_for(header.path, header.ram_bytes, self._scratch))
        swap = not header.stored_dtype.isnative
        native = header.stored_dtype.newbyteorder("=")
        stored = self._buffer.values.view(native).reshape(self._stored_shape, order="F")
        self._values = self._component_of(stored)

        def on_bytes(done: int) -> None:
            n_whole = min(done // header.volume_bytes, header.n_volumes)
            if n_whole == self._n_loaded:
                return
            if swap:
                stored[..., self._n_loaded : n_whole].byteswap(inplace=True)
            self._n_loaded = n_whole
            if progress is not None:
                progress(n_whole, header.n_volumes)

        remember(header, unpack(header, self._buffer.values.data, on_bytes, is_over))

    @property
    def _stored_shape(self) -> tuple[int, int, int, int]:
        return *self.header.shape_3d, self.header.n_volumes

    def _component_of(self, stored: NDArray[Any]) -> NDArray[Any]:
        component = self.header.component
        if component == "real":
            return stored.real
        return stored[component] if component else stored

    def _let_go(self) -> None:
        self._n_loaded = 0
        self._values = None
        buffer, self._buffer = self._buffer, None
        if buffer is not None:
            buffer.close()


def open_image(path: Path, *, orientation: str | None = None, scratch: Path | None = None) -> Image:
    """Open an image; only its header is read.

    Parameters
    ----------
    orientation : str, optional
        ``sform`` or ``qform``. Where the two contradict each other and none is chosen, the sform is shown, and
        ``header.needs_orientation`` says that this is a question.
    scratch : Path, optional
        Folder for what is unpacked and too large for memory; the cache of the user without it.

    Raises
    ------
    RequestError
        It is no image, its content is not here, or it is damaged as far as its header shows.

    Examples
    --------
    >>> image = open_image(Path("bold.nii.gz"))  # doctest: +SKIP
    >>> image.load()  # doctest: +SKIP
    >>> image.series((32, 32, 18)).shape  # doctest: +SKIP
    (300,)
    """
    header = read_header(path)
    if orientation is None and header.needs_orientation:
        orientation = "sform"
    return Image(header, header.grid(orientation), scratch)
