"""Where a compressed image goes once it is unpacked: memory where there is plenty, else an uncompressed scratch file."""

import errno
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.core.files import explained_disk_errors
from neurostudio.data.fmri.cache import cache_root
from neurostudio.data.fmri.missing import size_words

SHARE_OF_FREE = 0.4
"""An image that takes more of the free memory goes to the disk."""

MOST_OF_FREE = 0.8
"""It goes to memory nevertheless, up to this share, where the disk is too full."""

SPARE_DISK_BYTES = 200_000_000

_PREFIX = "scratch-"
_CANNOT_RESERVE = {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Room:
    """Where an image goes; `folder` is None for memory."""

    n_bytes: int
    folder: Path | None = None


class Buffer:
    """Bytes in memory or in a scratch file, which is gone when the program is.

    Attributes
    ----------
    values : uint8 array, ``[byte]``
    """

    def __init__(self, room: Room) -> None:
        self._path: Path | None = None
        self.values: NDArray[np.uint8] = np.empty(room.n_bytes, np.uint8) if room.folder is None else self._on_disk(room)

    def close(self) -> None:
        """Let go of the bytes; views that others still hold stay valid, and hold them until they go."""
        self.values = np.empty(0, np.uint8)
        if self._path is not None:
            _remove(self._path)

    def _on_disk(self, room: Room) -> NDArray[np.uint8]:
        assert room.folder is not None  # noqa: S101 - for the type checker
        room.folder.mkdir(parents=True, exist_ok=True)
        _sweep(room.folder)
        path = room.folder / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}.raw"
        try:
            with explained_disk_errors(path), path.open("w+b") as file:
                _reserve(file.fileno(), room.n_bytes)
                values = np.asarray(np.memmap(file, np.uint8, "r+", shape=(room.n_bytes,)))
        finally:
            _remove(path)
        if path.exists():  # Windows keeps a mapped file until it is let go
            self._path = path
        return values


def room_for(path: Path, n_bytes: int, scratch: Path | None = None) -> Room:
    """Choose where the `n_bytes` of an image go.

    Raises
    ------
    RequestError
        Neither memory nor the disk of the scratch folder has room; the message has the numbers.
    """
    free = free_memory()
    if n_bytes <= SHARE_OF_FREE * free:
        return Room(n_bytes)
    folder = scratch or cache_root() / "scratch"
    disk = _free_disk(folder)
    if n_bytes + SPARE_DISK_BYTES <= disk:
        return Room(n_bytes, folder)
    if n_bytes <= MOST_OF_FREE * free:
        return Room(n_bytes)
    raise RequestError(
        f"{path} is too large to unpack: it needs {size_words(n_bytes)}",
        f"{size_words(free)} of memory are free, and {size_words(disk)} on the disk of {folder}",
        "Close other programs, free disk space, or unpack it to a .nii file, which is read in place",
    )


def free_memory() -> int:
    """Bytes that this process may still take: of the machine, or of the container or batch job that it is in."""
    free = int(psutil.virtual_memory().available)
    return min([free, *_cgroup_limits()])


def _cgroup_limits() -> list[int]:
    """What is left in each control group around this process (Linux, version 2)."""
    try:
        lines = _OWN_CGROUP.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    limits = []
    for own in (line.partition("::")[2].strip("/") for line in lines if line.startswith("0::")):
        folder = _CGROUPS / own
        for group in (folder, *folder.parents):
            if not group.is_relative_to(_CGROUPS):
                break
            limits += _left_in(group)
    return limits


def _left_in(group: Path) -> list[int]:
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        if limit == "max":
            return []
        used = int((group / "memory.current").read_text(encoding="ascii"))
        facts = dict(line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
        return [max(0, int(limit) - used + int(facts.get("inactive_file", 0)))]
    except (OSError, ValueError):  # not a memory group, or gone
        return []


def _free_disk(folder: Path) -> int:
    existing = next((place for place in (folder, *folder.parents) if place.exists()), None)
    return shutil.disk_usage(existing).free if existing is not None else 0


def _reserve(descriptor: int, n_bytes: int) -> None:
    """Take the space now: a disk that fills up while a mapped file grows kills the process."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, n_bytes)
        except OSError as error:
            if error.errno not in _CANNOT_RESERVE:
                raise
        else:
            return
    os.truncate(descriptor, n_bytes)


def _sweep(folder: Path) -> None:
    """Remove what killed programs left."""
    for file in folder.glob(f"{_PREFIX}*.raw"):
        pid = file.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            _remove(file)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # in use (Windows); swept by a later start
        return
