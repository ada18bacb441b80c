"""Which images were read to their end and found whole: remembered, so that no job has to do it again.

One small file for each image, in the cache of the user, replaced as a whole: any number of programs may read and write there at
once, and a damaged record only means that an image is verified once more.
"""

import hashlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import write_json
from neurostudio.data.fmri.cache import cache_root
from neurostudio.data.fmri.header import Header, read_header
from neurostudio.data.fmri.stream import unpack

logger = logging.getLogger(__name__)

MOST_RECORDS = 5000
_EDGE_BYTES = 65_536
_FORMAT = 1


def verify(path: Path, progress: Callable[[int, int], None] | None = None, should_stop: Callable[[], bool] | None = None) -> bool:
    """Make sure that an image is whole: read it to its end, unless it was found whole before and is still the same file.

    Parameters
    ----------
    progress : callable, optional
        Told the volumes that were read, and all of them.
    should_stop : callable, optional
        Asked now and then whether to give up.

    Returns
    -------
    bool
        Whether it had to be read; False where it is remembered, or has no checksum (then its length was looked at).

    Raises
    ------
    RequestError
        It is no image, or it is damaged or truncated.
    Cancelled
        When `should_stop` says so.
    """
    header = read_header(path)
    if not header.is_compressed or is_remembered(header):
        if progress is not None:
            progress(header.n_volumes, header.n_volumes)
        return False
    told = -1

    def on_bytes(done: int) -> None:
        nonlocal told
        n_volumes = min(done // header.volume_bytes, header.n_volumes)
        if progress is not None and n_volumes > told:
            told = n_volumes
            progress(n_volumes, header.n_volumes)

    remember(header, unpack(header, None, on_bytes, should_stop))
    return True


def is_remembered(header: Header) -> bool:
    """Whether this very file was found whole before."""
    try:
        kept = json.loads(_record_of(header.data_path).read_text(encoding="utf-8"))
        return bool(kept == _identity(header.data_path, header.data_path.stat()))
    except (OSError, ValueError):  # none yet, or damaged
        return False


def remember(header: Header, state: os.stat_result) -> None:
    """Remember that a file was found whole; `state` is that of the file as it was read."""
    if is_remembered(header):
        return
    try:
        identity = _identity(header.data_path, state)
        record = _record_of(header.data_path)
        record.parent.mkdir(parents=True, exist_ok=True)
        write_json(record, identity)
        _prune(record.parent)
    except (OSError, NeuroError) as error:  # a full or read-only disk: it is verified again next time
        logger.info("verified image not remembered path=%s error=%s", header.data_path, error)


def _record_of(path: Path) -> Path:
    name = hashlib.blake2b(os.path.realpath(path).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    return cache_root() / "verified" / f"{name}.json"


def _identity(path: Path, state: os.stat_result) -> dict[str, object]:
    """What tells this file from a later one of the same name: size, times, and a hash of both its ends.

    The end of a gzip stream is the checksum of all that is in it, so another content has another end.
    """
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        digest.update(stream.read(_EDGE_BYTES))
        stream.seek(max(0, state.st_size - _EDGE_BYTES))
        digest.update(stream.read(_EDGE_BYTES))
    return {
        "format": _FORMAT,
        "path": os.path.realpath(path),
        "size": state.st_size,
        "mtime_ns": state.st_mtime_ns,
        "ctime_ns": state.st_ctime_ns,
        "ends": digest.hexdigest(),
    }


def _prune(folder: Path) -> None:
    """Forget the oldest records where there are too many."""
    records = [(entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(folder)]
    if len(records) > MOST_RECORDS:
        for _, record in sorted(records)[: len(records) - MOST_RECORDS * 3 // 4]:
            Path(record).unlink(missing_ok=True)
