"""Files as messages: a file or a folder leaves in pieces on one side and lands, under a temporary name, on the other."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import explained_disk_errors, remove

PIECE_BYTES = 1 << 20
_FOLDER = "/"

Message = dict[str, Any]


def pieces(source: Path, to: str) -> Iterator[Message]:
    """Yield a file, or a folder with all it holds, as messages ``piece``.

    Parameters
    ----------
    to : str
        POSIX path under which it lands.
    """
    if not source.is_dir():
        yield from _file_pieces(source, to)
        return
    yield {"op": "piece", "to": to + _FOLDER, "data": b""}
    for path in sorted(source.rglob("*")):
        name = f"{to}/{path.relative_to(source).as_posix()}"
        if path.is_dir():
            yield {"op": "piece", "to": name + _FOLDER, "data": b""}
        else:
            yield from _file_pieces(path, name)


class Landing:
    """A folder in which files arrive piece by piece, each in order.

    Parameters
    ----------
    folder : Path
        Made when missing; nothing outside of it is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, message: Message) -> None:
        """Write one piece."""
        to, data = str(message["to"]), message["data"]
        path = self.path(to)
        with explained_disk_errors(path):
            if to.endswith(_FOLDER):
                path.mkdir(parents=True, exist_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as stream:
                stream.write(data)

    def path(self, to: str) -> Path:
        """Where something lands; NeuroError for a name that leads out of the folder."""
        path = Path(os.path.abspath(self.folder / to))
        if path != self.folder and self.folder not in path.parents:
            raise NeuroError(f"The cluster sent a file named '{to}', which lies outside of the run")
        return path

    def clear(self) -> None:
        """Forget everything that landed."""
        remove(self.folder)


def frozen_copy(source: Path, target: Path) -> Path:
    """Make `target` hold what `source` holds now, whatever replaces `source` later. Costs no space where links are possible.

    Raises
    ------
    FileNotFoundError
        When `source` was replaced meanwhile.
    """
    if not source.is_dir():
        _link(source, target)
        return target
    before = source.stat()
    target.mkdir()
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir()
        else:
            _link(path, copy)
    after = source.stat()
    if (after.st_ino, after.st_mtime_ns) != (before.st_ino, before.st_mtime_ns):  # replaced between two files: half of each
        raise FileNotFoundError(source)
    return target


def _file_pieces(source: Path, to: str) -> Iterator[Message]:
    with source.open("rb") as stream:
        data = stream.read(PIECE_BYTES)
        yield {"op": "piece", "to": to, "data": data}
        while data := stream.read(PIECE_BYTES):
            yield {"op": "piece", "to": to, "data": data}


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # a disk without hard links
        shutil.copyfile(source, target)
