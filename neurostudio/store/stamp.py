"""Tells cheaply whether a file has changed since it was last read."""

import os
from pathlib import Path


def stamp_of(path: Path | str) -> str:
    """Modification time, size and number of a file in one text; empty where it is missing.

    Files that are replaced (``core.files``) get a new number each time, so two changes within one tick of the disk's clock
    are told apart.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - asked for every run at each pass: no Path is made for it
    except FileNotFoundError:
        return ""
    return f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"
