"""Finding readers and choosing one for a path.

A reader turns a path into a typed handle. Built-in readers are the modules of the package ``neurostudio.data.readers``:
each has ``READERS``, a tuple of :class:`Reader`. A new kind is one new file there. Readers outside this repository come
through the entry-point group ``neurostudio.readers`` (a Reader, or a sequence of them).
"""

import importlib
import importlib.metadata
import logging
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from neurostudio.core.errors import RequestError
from neurostudio.core.provenance import sha256_of
from neurostudio.data.encoding import check_readable
from neurostudio.data.import_report import ImportReport, Problem, Severity

__all__ = [
    "GROUP",
    "FingerprintingReader",
    "ImportReport",
    "Problem",
    "Reader",
    "Severity",
    "fingerprint",
    "inspect",
    "open_data",
    "readers",
    "recognise",
]

GROUP = "neurostudio.readers"
PACKAGE = "neurostudio.data.readers"
LEAST_SCORE = 0.2
TIE = 0.05

logger = logging.getLogger(__name__)


@runtime_checkable
class Reader(Protocol):
    """Reads one kind of data."""

    @property
    def kind(self) -> str:
        """Data kind, as on the command line."""

    def recognise(self, path: Path) -> float:
        """How well `path` fits this kind, 0 to 1; reads at most some 64 kB."""

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Read all of it and report; RequestError for what cannot be read at all.

        Whatever was resolved on the way (encoding, form, columns) stands in the report's options.
        """

    def open(self, path: Path, options: Mapping[str, Any]) -> Any:
        """Read it as `inspect` did and give the handle; RequestError where the report has an error."""


@runtime_checkable
class FingerprintingReader(Protocol):
    """What a reader may have besides, for data of which not every byte can be read to know them again."""

    def fingerprint(self, path: Path) -> str:
        """Checksum of the data at `path`, 64 hexadecimal digits: the same for the same data in another place."""


@cache
def readers() -> dict[str, Reader]:
    """Every reader of this installation by kind; read once per process."""
    found: dict[str, Reader] = {}
    for module in pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__):
        for reader in importlib.import_module(f"{PACKAGE}.{module.name}").READERS:
            if reader.kind in found:
                raise ValueError(f"two readers for the kind {reader.kind!r}")
            found[reader.kind] = reader
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            for reader in _readers_of(entry.load()):
                if reader.kind in found:
                    raise ValueError(f"the kind '{reader.kind}' already has a reader")
                found[reader.kind] = reader
        except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and must not take the program down
            logger.warning("reader plugin cannot be used name=%s error=%s", entry.name, error)
    return dict(sorted(found.items()))


def recognise(path: Path | str) -> str:
    """The kind of data at `path`.

    Raises
    ------
    RequestError
        Nothing is there, nothing fits, or two kinds fit equally well: the person has to say the kind.
    """
    path = Path(path)
    check_readable(path)
    scores = {kind: reader.recognise(path) for kind, reader in readers().items()}
    best = max(scores.values(), default=0.0)
    if best < LEAST_SCORE:
        raise RequestError(f"Cannot tell what kind of data {path} is", fix=f"Say --kind with one of: {', '.join(scores)}")
    fitting = [kind for kind, score in scores.items() if score > best - TIE]
    if len(fitting) > 1:
        raise RequestError(f"{path} may be {' or '.join(fitting)}", fix=f"Say which with --kind, such as --kind {fitting[0]}")
    return fitting[0]


def inspect(path: Path | str, kind: str | None = None, options: Mapping[str, Any] | None = None) -> ImportReport:
    """Read all of `path` and report what is in it; without `kind` it is recognised.

    >>> report = inspect("reviews.tsv")  # doctest: +SKIP
    >>> data = open_data("reviews.tsv", report.kind, report.options)  # doctest: +SKIP
    """
    path = Path(path)
    check_readable(path)
    return _reader(kind or recognise(path)).inspect(path, options or {})


def open_data(path: Path | str, kind: str, options: Mapping[str, Any] | None = None) -> Any:
    """The handle of a data set, read with the options that its import report gave.

    Raises
    ------
    RequestError
        The data are gone, changed, or have a problem of severity ``error``.
    """
    path = Path(path)
    check_readable(path)
    return _reader(kind).open(path, options or {})


def fingerprint(path: Path, kind: str) -> str:
    """Checksum by which data of a kind are known again: the SHA-256 of all bytes, unless their reader has a way of its own.

    Raises
    ------
    OSError, RequestError
        The data cannot be read.
    """
    reader = readers().get(kind)
    return reader.fingerprint(path) if isinstance(reader, FingerprintingReader) else sha256_of(path)


def _reader(kind: str) -> Reader:
    known = readers()
    if kind not in known:
        raise RequestError(f"There is no reader for data of the kind '{kind}'", fix=f"Known kinds: {', '.join(known)}")
    return known[kind]


def _readers_of(loaded: object) -> list[Reader]:
    found = loaded if isinstance(loaded, Iterable) else [loaded]
    listed = list(found)
    for reader in listed:
        if not isinstance(reader, Reader):
            raise TypeError(f"expected a Reader, found {type(reader).__name__}")
    return listed
