"""What lies in a folder: names, sizes, sidecars and image headers, remembered in a small SQLite file of this user.

A folder of ten thousand files is walked in a second; what would have to be opened (sidecars, headers, stubs) is remembered by
size and time of change. The file is a cache: any process may write it, anybody may delete it, and without it all is read anew.
"""

import hashlib
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import platformdirs

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.missing import Absence, absence_of

CACHE_VARIABLE = "NEUROSTUDIO_CACHE"
MOST_FILES = 500_000
LEFT_OUT = frozenset({"sourcedata", "code", "stimuli", "freesurfer", "node_modules", "__pycache__"})
"""Folders without runs of their own that may hold very many files."""

_VERSION = 1
_WAIT_S = 5.0
_IMAGES = (".nii", ".nii.gz", ".gii", ".mgz", ".mgh", ".img", ".hdr")
_MOST_SIDECAR_BYTES = 4 << 20
_TABLE = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    absent TEXT NOT NULL DEFAULT '', wanted INTEGER, fix TEXT NOT NULL DEFAULT '', sidecar TEXT, facts TEXT
) WITHOUT ROWID
"""
_READ = "SELECT path, size, mtime_ns, absent, wanted, fix, sidecar, facts FROM files"
_WRITE = (
    "INSERT OR REPLACE INTO files (path, size, mtime_ns, absent, wanted, fix, sidecar, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)

logger = logging.getLogger(__name__)


@dataclass
class FileEntry:
    """One file.

    Attributes
    ----------
    path : str
        Relative to the folder, with slashes.
    size, mtime_ns : int
        Of what a link leads to; size -1 for a link to nothing.
    absence : Absence or None
        Why the content of an image is not here.
    sidecar, facts : str or None
        What was read of it, as JSON; None where nothing was yet.
    """

    path: str
    size: int
    mtime_ns: int
    absence: Absence | None = None
    sidecar: str | None = None
    facts: str | None = None


class FolderIndex:
    """The files of one folder; use it as a context manager, so that what was read is remembered.

    Parameters
    ----------
    root : Path
        The folder.
    folders : sequence of str, optional
        Look into these folders alone and not below them, and remember nothing: for the surroundings of one file.

    Attributes
    ----------
    root : Path
        The folder.
    files : dict of str to FileEntry
        By path, sorted; hidden files and the folders of `LEFT_OUT` are not there.
    """

    def __init__(self, root: Path, folders: Sequence[str] | None = None) -> None:
        self.root = root
        name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
        self._database = cache_folder() / f"{name}.sqlite" if folders is None else None
        known = self._load()
        self.files: dict[str, FileEntry] = {}
        self._changed: set[str] = set()
        for path, size, mtime_ns in sorted(_walk(root) if folders is None else _listed(root, folders)):
            entry = known.get(path)
            if entry is None or (entry.size, entry.mtime_ns) != (size, mtime_ns):
                absence = absence_of(root / path, size) if path.endswith(_IMAGES) else None
                entry = FileEntry(path, size, mtime_ns, absence)
                self._changed.add(path)
            self.files[path] = entry
        self._gone = known.keys() - self.files.keys()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.save()

    def sidecar(self, path: str) -> dict[str, object]:
        """The JSON object of a sidecar.

        Raises
        ------
        RequestError
            The file is no JSON object.
        """
        entry = self.files[path]
        if entry.sidecar is None:
            entry.sidecar = _json_text(self.root / path, entry.size)
            self._changed.add(path)
        found: dict[str, object] = json.loads(entry.sidecar)
        return found

    def facts(self, path: str, read: Callable[[Path], dict[str, object]]) -> dict[str, object]:
        """What `read` finds in the header of an image, read once for each state of the file."""
        entry = self.files[path]
        if entry.facts is None:
            entry.facts = json.dumps(read(self.root / path))
            self._changed.add(path)
        found: dict[str, object] = json.loads(entry.facts)
        return found

    def save(self) -> None:
        """Remember what was read; where that cannot be done, it is read again the next time."""
        if self._database is None or not (self._changed or self._gone):
            return
        rows = [_row(self.files[path]) for path in sorted(self._changed)]
        try:
            self._database.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._database, timeout=_WAIT_S, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
                connection.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in self._gone])
                connection.executemany(_WRITE, rows)
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            logger.info("folder index not saved folder=%s error=%s", self.root, error)
            return
        self._changed, self._gone = set(), set()

    def _load(self) -> dict[str, FileEntry]:
        if self._database is None or not self._database.exists():
            return {}
        try:
            with closing(sqlite3.connect(self._database, timeout=_WAIT_S, isolation_level=None)) as connection:
                if connection.execute("PRAGMA user_version").fetchone() == (_VERSION,):
                    return {row[0]: _entry(row) for row in connection.execute(_READ)}
        except sqlite3.OperationalError as error:  # locked for long, or not readable: another process may be at work
            logger.info("folder index not read folder=%s error=%s", self.root, error)
            return {}
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            logger.info("folder index damaged, made anew folder=%s error=%s", self.root, error)
        self._database.unlink(missing_ok=True)
        return {}


def cache_folder() -> Path:
    """Where indexes lie; ``NEUROSTUDIO_CACHE`` names another place."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_path("neurostudio")) / "folders"


def _listed(root: Path, folders: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Path, size and time of change of each file that lies directly in one of these folders."""
    for folder in dict.fromkeys(folders):
        try:
            entries = list(os.scandir(root / folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise RequestError(f"Cannot read the folder {root / folder}", error.strerror or str(error)) from error
        for entry in entries:
            if not entry.name.startswith(".") and not entry.is_dir():
                yield (f"{folder}/{entry.name}" if folder else entry.name, *_state(entry))


def _walk(root: Path) -> Iterator[tuple[str, int, int]]:
    """Path, size and time of change of each file; linked folders are entered once."""
    top = os.path.realpath(root)
    waiting, entered, n_file = [(top, "")], {top}, 0
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if not prefix:
                raise RequestError(f"Cannot read the folder {root}", error.strerror or str(error)) from error
            logger.info("folder left out path=%s error=%s", folder, error)
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            is_link = entry.is_symlink()
            if entry.is_dir():
                real = os.path.realpath(entry.path) if is_link else entry.path
                is_above = is_link and Path(top).is_relative_to(real)
                if entry.name not in LEFT_OUT and not is_above and not (is_link and real in entered):
                    entered.add(real)
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                continue
            n_file += 1
            if n_file > MOST_FILES:
                raise RequestError(
                    f"{root} holds more than {MOST_FILES:,} files", fix="Choose the folder of one data set, not one above it"
                )
            yield (f"{prefix}{entry.name}", *_state(entry))


def _state(entry: "os.DirEntry[str]") -> tuple[int, int]:
    try:
        found = entry.stat()
    except FileNotFoundError:  # a link to nothing
        return -1, entry.stat(follow_symlinks=False).st_mtime_ns
    return found.st_size, found.st_mtime_ns


def _json_text(path: Path, size: int) -> str:
    if size > _MOST_SIDECAR_BYTES:
        raise RequestError(f"{path} is too large for a sidecar ({size:,} bytes)")
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise RequestError(f"Cannot read {path}", error.strerror or str(error)) from error
    except json.JSONDecodeError as error:
        raise RequestError(f"{path}, line {error.lineno}: this is no JSON", error.msg, "Mend the file") from error
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{path} is no JSON text", str(error), "Mend the file") from error
    if not isinstance(found, dict):
        raise RequestError(f"{path} holds no JSON object", fix="A sidecar is an object: names and values in braces")
    return json.dumps(found)


def _row(entry: FileEntry) -> tuple[object, ...]:
    gone = entry.absence or Absence("")
    return (entry.path, entry.size, entry.mtime_ns, gone.reason, gone.size_bytes, gone.fix, entry.sidecar, entry.facts)


def _entry(row: tuple[str, int, int, str, int | None, str, str | None, str | None]) -> FileEntry:
    path, size, mtime_ns, reason, wanted, fix, sidecar, facts = row
    return FileEntry(path, size, mtime_ns, Absence(reason, wanted, fix) if reason else None, sidecar, facts)
