"""A checksum by which a folder of brain images is known again without reading hundreds of gigabytes.

It covers the name and size of every file, the content of tables and sidecars, and of each image what tells its content in a few
bytes: the checksum that ends a gzip stream, the key of git-annex, or head and tail of a plain file.
"""

import hashlib
from pathlib import Path

from neurostudio.core.errors import RequestError
from neurostudio.core.provenance import sha256_of
from neurostudio.data.fmri.assemble import is_bids, source_of
from neurostudio.data.fmri.bids_index import FileEntry, FolderIndex

_TEXTS = (".json", ".tsv", ".csv", ".txt", ".par", ".1D", ".bval", ".bvec", ".TextGrid", ".xml", ".md")
_OF_SOURCE = (".json", ".tsv")  # of the raw data set of a derivatives folder: its sidecars and events are used
_MOST_TEXT_BYTES = 16 << 20
_GZIP_TRAILER_BYTES = 8  # CRC-32 and length of what was compressed (RFC 1952)
_EDGE_BYTES = 4096


def fingerprint(path: Path) -> str:
    """SHA-256 of one file's bytes, or of what tells a folder's content; 64 hexadecimal digits.

    Raises
    ------
    RequestError
        The folder, or a file in it, cannot be read.
    """
    if not path.is_dir():
        return sha256_of(path)
    digest = hashlib.sha256(b"neurostudio fmri folder 1\n")
    _add(digest, path, ())
    source = source_of(path) if is_bids(path) else None
    if source is not None:
        _add(digest, source, _OF_SOURCE)
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", folder: Path, endings: tuple[str, ...]) -> None:
    """Take in every file of a folder; with `endings` those alone, and no derivatives."""
    with FolderIndex(folder) as index:
        for entry in index.files.values():
            if endings and (not entry.path.endswith(endings) or entry.path.startswith("derivatives/")):
                continue
            digest.update(f"{entry.path}\0{_content(folder / entry.path, entry)}\n".encode("utf-8", "surrogateescape"))


def _content(path: Path, entry: FileEntry) -> str:
    try:
        if path.is_symlink() and "annex" in (target := path.readlink()).parts:
            return f"annex {target.name}"
        if entry.size < 0:
            return "missing"
        if path.suffix in _TEXTS and entry.size <= _MOST_TEXT_BYTES:
            return f"text {sha256_of(path)}"
        with path.open("rb") as stream:
            if path.suffix == ".gz":
                stream.seek(max(0, entry.size - _GZIP_TRAILER_BYTES))
                return f"gzip {entry.size} {stream.read().hex()}"
            digest = hashlib.sha256(stream.read(_EDGE_BYTES))
            stream.seek(max(0, entry.size - _EDGE_BYTES))
            digest.update(stream.read())
            return f"file {entry.size} {digest.hexdigest()}"
    except OSError as error:
        raise RequestError(f"Cannot read {path}", error.strerror or str(error), "Check that you may read it") from error
