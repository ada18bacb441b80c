"""Images whose content is not here: what a download, git-annex, DataLad or git-lfs leaves in their place."""

import re
from dataclasses import dataclass
from pathlib import Path

from neurostudio.core.errors import RequestError

STUB_BYTES = 1024
"""No NIfTI file that holds an image is so small that it could be one of these stubs, unless it begins as an image does."""

_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_ANNEX_SIZE = re.compile(r"-s(\d+)(?:-[mSC]\d+)*--")
_ANNEX_POINTER = re.compile(rb"\A(?:\.\./)*(?:\.git)?[/\\]?annex[/\\]objects[/\\](\S+)")
_LFS_POINTER = re.compile(rb"\Aversion https://git-lfs\.github\.com/spec/\S+\n(?:.*\n)*?size (\d+)")


@dataclass(frozen=True)
class Absence:
    """Why the content of an image is not here.

    Attributes
    ----------
    reason : str
        What lies in its place, in words.
    size_bytes : int or None
        Size of the whole file, where the key of git-annex or git-lfs tells it.
    fix : str
        How to get it.
    """

    reason: str
    size_bytes: int | None = None
    fix: str = ""


def absence_of(path: Path, size_bytes: int | None = None) -> Absence | None:
    """Why the content of `path` is not here; None where it may be.

    Looks into files of at most `STUB_BYTES` only. `size_bytes` saves a look at the disk where it is known; -1 says that the
    file is a link to nothing.
    """
    if size_bytes is None:
        size_bytes = path.stat().st_size if path.exists() else -1
    if size_bytes < 0:
        target = str(path.readlink()) if path.is_symlink() else ""
        if "annex" in target:
            return Absence(
                "a link to git-annex content that is not here", _size_in(target), "Fetch it: datalad get or git annex get"
            )
        return Absence("a link to a file that is not here" if target else "no file at all", fix="Copy the image there")
    if size_bytes == 0:
        return Absence("an empty file", fix="Download it again")
    if size_bytes > STUB_BYTES:
        return None
    with path.open("rb") as stream:
        head = stream.read(STUB_BYTES)
    if match := _ANNEX_POINTER.match(head):
        key = match[1].decode("ascii", "replace")
        return Absence("a git-annex pointer", _size_in(key), "Fetch it: datalad get or git annex get")
    if match := _LFS_POINTER.match(head):
        return Absence("a git-lfs pointer", int(match[1]), "Fetch it: git lfs pull")
    return None


def check_here(path: Path) -> None:
    """RequestError that names the size and the way to get it, where the content of an image is not here."""
    absence = absence_of(path)
    if absence is not None:
        size = "" if absence.size_bytes is None else f" of {size_words(absence.size_bytes)}"
        raise RequestError(f"The image{size} is not downloaded: {path} is {absence.reason}", fix=absence.fix)


def size_words(size_bytes: float) -> str:
    """A size with a decimal unit.

    >>> size_words(532), size_words(1_228_727_694)
    ('532 bytes', '1.2 GB')
    """
    value, unit = float(size_bytes), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 or value >= 9.95 else f"{value:.1f} {_UNITS[unit]}"


def _size_in(key: str) -> int | None:
    match = _ANNEX_SIZE.search(key)
    return int(match[1]) if match else None
