"""Writing files so that a crash leaves either the old content or the new, never half of it."""

import contextlib
import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neurostudio.core.errors import NeuroError

PARTIAL_PREFIX = ".partial-"
_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CANNOT_WRITE = {errno.EROFS, errno.EACCES, errno.EPERM, *_DISK_FULL}


@contextlib.contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; when the block ends well it becomes `target`, else it is removed.

    The temporary name keeps the suffix of `target`, and may be made a file or a folder.

    Raises
    ------
    NeuroError
        When the disk is full or not writable.
    """
    partial = target.with_name(f"{PARTIAL_PREFIX}{secrets.token_hex(4)}-{target.name}")
    try:
        with explained_disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            _swap_in(partial, target)
    except BaseException:
        with contextlib.suppress(OSError):  # on a broken disk the first error is the one to tell
            remove(partial)
        raise


@contextlib.contextmanager
def explained_disk_errors(target: Path) -> Iterator[None]:
    """Turn 'disk full' and 'read-only' into a NeuroError that names `target`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        full = error.errno in _DISK_FULL
        raise NeuroError(
            f"Cannot write {target}",
            "The disk is full" if full else "The folder is read-only or not yours to write",
            "Free some space, then resume" if full else "Choose a folder you can write to, or change its permissions",
        ) from error


def write_text(target: Path, text: str) -> None:
    """Write `text` as UTF-8, all or nothing, and on the disk before it returns."""
    with replaced(target) as partial, partial.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def write_json(target: Path, document: Any) -> None:
    """Write `document` as indented UTF-8 JSON, all or nothing."""
    write_text(target, json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def remove(path: Path) -> None:
    """Delete a file or a folder with all it holds; a missing one is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _swap_in(partial: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        # A folder cannot be renamed over another one: set the old one aside first.
        old = target.with_name(f"{PARTIAL_PREFIX}{secrets.token_hex(4)}-old")
        os.replace(target, old)
        os.replace(partial, target)
        remove(old)
    else:
        os.replace(partial, target)
