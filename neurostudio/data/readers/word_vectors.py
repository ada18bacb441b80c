"""Reader of word vectors in the text layout of GloVe, word2vec and fastText: a word and its numbers on each line."""

from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import head_text, iter_lines
from neurostudio.data.import_report import ImportReport, Problem, kept_lines, lines_in_words, worst_first
from neurostudio.data.numbers import is_number
from neurostudio.data.options import check_options
from neurostudio.data.registry import Reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

KIND = "word-vectors"
OPTIONS = ("encoding",)
LEAST_DIMENSIONS = 2

_RECOGNISED_LINES = 20
_SAMPLE_WORDS = 5


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words and their vectors.

    Attributes
    ----------
    words : tuple of str
        In the order of the file (most frequent first in the published sets), each once.
    vectors : ndarray of float32, shape (n_word, n_dim)
        One row a word: ``vectors[word, dimension]``.
    source : Path
        File they come from.
    """

    words: tuple[str, ...]
    vectors: "npt.NDArray[np.float32]"
    source: Path

    @property
    def n_dim(self) -> int:
        """Length of each vector."""
        return int(self.vectors.shape[1])


class WordVectorsReader:
    """Reads text files of word vectors, plain or gzip."""

    kind = KIND

    def recognise(self, path: Path) -> float:
        """How surely `path` holds word vectors, 0 to 1."""
        if path.is_dir():
            return 0.0
        lines = [line for line in head_text(path).split("\n") if line.strip()][: _RECOGNISED_LINES + 1]
        header = _header(lines)
        body = lines[1:] if header else lines
        widths = {_count_numbers(line) for line in body[:_RECOGNISED_LINES]}
        width = min(widths, default=0)
        if len(widths) != 1 or width < LEAST_DIMENSIONS or not all(_parts(line, width)[0] for line in body):
            return 0.0
        return 0.95 if header or any(not is_number(_parts(line, width)[0]) for line in body) else 0.0

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Words, dimensions, and lines that break the layout; RequestError when it is no such file at all."""
        check_options(options, OPTIONS, KIND)
        return _read(path, None, options.get("encoding"))[1]

    def open(self, path: Path, options: Mapping[str, Any]) -> WordVectors:
        """All words with their vectors; `read_word_vectors` reads some of them only."""
        check_options(options, OPTIONS, KIND)
        return read_word_vectors(path, encoding=options.get("encoding"))


def read_word_vectors(path: Path, keep: Collection[str] | None = None, encoding: str | None = None) -> WordVectors:
    """Read the vectors of the words in `keep`, or of all words.

    The published files hold up to millions of words; the numbers of words outside `keep` are not even parsed.

    Raises
    ------
    RequestError
        Unreadable file, a line of a wrong length, or a vector that holds NaN or infinity.
    """
    vectors, report = _read(path, keep, encoding)
    if report.errors:
        raise RequestError(f"{path} cannot be used", report.errors[0].message, "Get the file again, or mend these lines")
    return vectors


class _Layout(NamedTuple):
    n_dim: int
    header: tuple[int, int] | None


@dataclass
class _Faults:
    """Lines that break the layout."""

    malformed: list[tuple[int, str]]
    repeated: list[int]
    unbounded: list[int]


def _read(path: Path, keep: Collection[str] | None, encoding: str | None) -> tuple[WordVectors, ImportReport]:
    import numpy as np

    layout = _layout(path, encoding)
    places: dict[str, int] = {}
    numbers, rows_at = array("f"), array("q")
    faults = _Faults([], [], [])
    n_row = 0
    for number, line in _vector_lines(path, encoding, layout.header is not None):
        n_row += 1
        word, fields = _parts(line, layout.n_dim)
        fault = _fault(word, fields, layout.n_dim)
        if fault:
            faults.malformed.append((number, fault))
        elif word in places:
            faults.repeated.append(number)
        elif keep is None or word in keep:
            try:
                numbers.extend(array("f", map(float, fields)))
            except ValueError:
                faults.malformed.append((number, "something that is no number"))
                continue
            places[word] = len(places)
            rows_at.append(number)
    vectors = np.frombuffer(numbers, dtype=np.float32) if places else np.zeros(0, np.float32)
    vectors = vectors.reshape(len(places), layout.n_dim)
    faults.unbounded = [rows_at[row] for row in np.flatnonzero(~np.isfinite(vectors).all(axis=1))]
    facts = {
        "words": len(places),
        "dimensions": layout.n_dim,
        "header": layout.header is not None,
        "repeated_words": len(faults.repeated),
        "zero_vectors": int((~vectors.any(axis=1)).sum()),
        "size_bytes": path.stat().st_size,
    }
    sample = tuple({"word": word, "vector": _shown(vectors[place])} for word, place in islice(places.items(), _SAMPLE_WORDS))
    report = ImportReport(
        KIND,
        "word2vec" if layout.header else "glove",
        facts,
        worst_first(_problems(layout, n_row, faults)),
        sample,
        {"encoding": encoding} if encoding else {},
    )
    return WordVectors(tuple(places), vectors, path), report


def _layout(path: Path, encoding: str | None) -> _Layout:
    """Dimensions and header, from the first two lines."""
    first = list(islice((line for line in iter_lines(path, encoding) if line.strip()), 2))
    header = _header(first)
    body = first[1:] if header else first
    n_dim = _count_numbers(body[0]) if body else 0
    if n_dim < LEAST_DIMENSIONS:
        raise RequestError(
            f"{path} holds no word vectors", "A line is a word and its numbers, separated by blanks", "Check the file"
        )
    if header and header[1] != n_dim:
        raise RequestError(
            f"{path}: the header says {header[1]} dimensions, but line 2 holds {n_dim} numbers", fix="Get the file again"
        )
    return _Layout(n_dim, header)


def _vector_lines(path: Path, encoding: str | None, skip_first: bool) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; blank ones and the header are left out."""
    for number, line in enumerate(iter_lines(path, encoding), 1):
        if not line.strip():
            continue
        if skip_first:
            skip_first = False
            continue
        yield number, line


def _header(lines: list[str]) -> tuple[int, int] | None:
    """Number of words and of dimensions, where the first line holds just these two and the second line holds more."""
    fields = lines[0].split() if lines else []
    if len(fields) != 2 or not all(field.isascii() and field.isdigit() and len(field) < 12 for field in fields):
        return None
    if len(lines) > 1 and _count_numbers(lines[1]) < LEAST_DIMENSIONS:
        return None
    return int(fields[0]), int(fields[1])


def _parts(line: str, n_dim: int) -> tuple[str, list[str]]:
    """Word and numbers. From the right, because some words of the published sets hold blanks, and odd kinds of space."""
    word, *fields = line.rstrip(" \t").replace("\t", " ").rsplit(" ", n_dim)
    return word, fields


def _fault(word: str, fields: list[str], n_dim: int) -> str:
    """What a line holds instead of a word and `n_dim` numbers; empty when it is well formed."""
    if len(fields) < n_dim:
        return f"{len(fields)} numbers"
    if not word:
        return "no word"
    more = word.split(" ")[1:]
    return f"{n_dim + len(more)} numbers" if more and all(map(is_number, more)) else ""


def _count_numbers(line: str) -> int:
    """Numbers at the end of a line; the first field is the word, even if it looks like a number."""
    fields = line.rstrip(" \t").replace("\t", " ").split(" ")[1:]
    return next((count for count, field in enumerate(reversed(fields)) if not is_number(field)), len(fields))


def _problems(layout: _Layout, n_row: int, faults: _Faults) -> list[Problem]:
    problems: list[Problem] = []
    if faults.malformed:
        lines = [line for line, _ in faults.malformed]
        where = lines_in_words(lines)
        message = (
            f"Each line should hold {layout.n_dim} numbers, but line {lines[0]} holds {faults.malformed[0][1]} ({where} in all)"
        )
        problems.append(Problem("error", message, kept_lines(lines)))
    if faults.unbounded:
        message = f"NaN, or a number beyond the range of 32 bits, in {lines_in_words(faults.unbounded)}"
        problems.append(Problem("error", message, kept_lines(faults.unbounded)))
    if faults.repeated:
        message = f"{len(faults.repeated):,} lines repeat a word; the first was kept ({lines_in_words(faults.repeated)})"
        problems.append(Problem("warning", message, kept_lines(faults.repeated)))
    if layout.header and layout.header[0] != n_row:
        message = f"The header says {layout.header[0]:,} words, the file holds {n_row:,}; it may be cut off"
        problems.append(Problem("warning", message, (1,)))
    return problems


def _shown(vector: "npt.NDArray[np.float32]") -> list[float | None]:
    return [round(float(value), 4) if value == value and abs(value) < 1e30 else None for value in vector[:_SAMPLE_WORDS]]


READERS: tuple[Reader, ...] = (WordVectorsReader(),)
