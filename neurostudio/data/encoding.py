"""Reading text from files: plain or gzip, in a known encoding, or a refusal that says which encoding it probably is.

UTF-8 (with or without a byte order mark) and UTF-16 with a mark are read silently. Anything else is refused until a person
has seen a decoded sample and named the encoding, because a wrong guess would train on nonsense.
"""

import codecs
import contextlib
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from neurostudio.core.errors import RequestError
from neurostudio.data.detection import guess_encoding, is_text, utf16_without_mark
from neurostudio.data.fmri.missing import check_here
from neurostudio.data.import_report import Problem, kept_lines, lines_in_words

HEAD_BYTES = 65_536
MAX_TEXT_BYTES = 1 << 30
DEFAULT_ENCODING = "utf-8"

_GZIP_MAGIC = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN_BINARY = (
    (b"PK\x03\x04", "a zip archive, or an Excel or Word document"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document"),
)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SAMPLE_CHARACTERS = 70
_CHECKED_BYTES = 4096
_IMAGES = (".nii", ".nii.gz", ".gii")
_NOT_OF_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}


@dataclass(frozen=True)
class Decoded:
    """Text of a file with line ends turned into ``\\n``, its encoding, and what was odd about the bytes."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


def check_readable(path: Path) -> None:
    """RequestError when nothing is there, or it is an empty file; an image may be one that was not downloaded."""
    with explained(path):
        if path.name.lower().endswith(_IMAGES) and (path.is_symlink() or path.is_file()):
            check_here(path)
        if not path.exists():
            raise RequestError(f"There is no file or folder {path}", fix="Check the name")
        if path.is_file() and path.stat().st_size == 0:
            raise RequestError(f"{path} is empty")
        if path.is_dir() and next(path.iterdir(), None) is None:
            raise RequestError(f"The folder {path} is empty")


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what goes wrong while reading `path` into a RequestError that names it."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RequestError(f"{path} is a damaged gzip file", str(error), "Copy or download it again") from error
    except FileNotFoundError as error:
        raise RequestError(f"There is no file {path}", fix="Check the name") from error
    except IsADirectoryError as error:
        raise RequestError(f"{path} is a folder, but a file is needed", fix="Give the file inside it") from error
    except OSError as error:
        raise RequestError(f"Cannot read {path}", error.strerror or str(error), "Check that you may read it") from error


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, uncompressed where it is gzip; what goes wrong inside the block is explained."""
    with explained(path):
        if path.is_dir():
            raise RequestError(f"{path} is a folder, but a file is needed", fix="Give the file inside it")
        with path.open("rb") as raw:
            zipped = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            if not zipped and path.suffix == ".gz" and path.stat().st_size:
                raise RequestError(f"{path} is called .gz but is not a gzip file", fix="Copy it again, or rename it")
            if zipped:
                with gzip.GzipFile(fileobj=raw) as stream:
                    yield stream  # type: ignore[misc]  # GzipFile has all that BinaryIO promises readers
            else:
                yield raw


def read_bytes(path: Path) -> bytes:
    """All bytes of a file, uncompressed; RequestError when it is unreadable, empty or beyond a gigabyte."""
    with opened(path) as stream:
        data = stream.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        raise RequestError(f"{path} holds more than {MAX_TEXT_BYTES / 2**30:g} GB of text", fix="Split it into smaller files")
    if not data:
        raise RequestError(f"{path} is empty")
    return data


def head_bytes(path: Path, limit: int = HEAD_BYTES) -> bytes:
    """The first bytes of a file, uncompressed; a file that is cut off later does not matter here."""
    with explained(path), path.open("rb") as raw:
        data = raw.read(limit)
        return zlib.decompressobj(wbits=31).decompress(data, limit) if data.startswith(_GZIP_MAGIC) else data


def head_text(path: Path) -> str:
    """The first complete lines of a file, decoded well enough to see its layout; empty for binary files."""
    data = head_bytes(path)
    if len(data) >= HEAD_BYTES or path.suffix == ".gz":
        data = data[: data.rfind(b"\n") + 1] or data
    marked = _marked_encoding(data)
    encoding = marked or utf16_without_mark(data)
    if encoding and encoding != "utf-8-sig":
        return _plain_line_ends(data[: len(data) // 4 * 4].decode(encoding, errors="replace"))
    if b"\0" in data:
        return ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Every layout is told by ASCII characters, which Latin-1 shows wherever they stand.
        text = data.decode("latin-1")
    return _plain_line_ends(text)


def read_text(path: Path, encoding: str | None = None) -> Decoded:
    """All text of a file.

    Parameters
    ----------
    path : Path
        Plain or gzip.
    encoding : str, optional
        Name that Python knows. A byte order mark in the file wins over ``utf-8``.

    Raises
    ------
    RequestError
        Unreadable or empty file, a binary one, an unknown encoding, or bytes that are not UTF-8: the message then names the
        line, the likely encoding and a decoded sample.
    """
    data = read_bytes(path)
    name = _encoding_of(data[:4], encoding)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise _refusal(path, data, error, encoding) from error
    if not encoding:
        _refuse_unmarked_utf16(path, data, name)
    _refuse_binary(path, data, text)
    if not text.strip():
        raise RequestError(f"{path} holds no text")
    text = _plain_line_ends(text)
    problems = [*_zero_bytes(text), *_wrongly_forced(data, encoding)]
    return Decoded(text.replace("\0", " "), _shown(name), tuple(problems))


def iter_lines(path: Path, encoding: str | None = None) -> Iterator[str]:
    """The lines of a file, one at a time, without their line ends; for files that need not fit into memory.

    Raises
    ------
    RequestError
        As `read_text`, when the line that is at fault is reached.
    """
    n_read = 0
    with opened(path) as stream:
        head = stream.read(_CHECKED_BYTES)
        stream.seek(0)
        name = _encoding_of(head[:4], encoding)
        if not encoding:
            _refuse_unmarked_utf16(path, head, name)
        _refuse_binary_head(path, head, name)
        lines = io.TextIOWrapper(stream, encoding=name, newline=None)
        try:
            for line in lines:
                n_read += 1
                yield line.removesuffix("\n")
        except UnicodeDecodeError as error:
            raise _refusal(path, bytes(error.object), error, encoding, lines_before=n_read) from error
        finally:
            lines.detach()


def encoding_of_file(path: Path, encoding: str | None = None) -> str:
    """The encoding that `iter_lines` uses for a file: the one of its byte order mark, the one named, or UTF-8."""
    return _shown(_encoding_of(head_bytes(path, 512)[:4], encoding))


def _encoding_of(head: bytes, requested: str | None) -> str:
    marked = _marked_encoding(head)
    if requested is None:
        return marked or DEFAULT_ENCODING
    try:
        name = codecs.lookup(requested).name
        if name.replace("_", "-") in _NOT_OF_FILES:
            raise LookupError(name)
        io.TextIOWrapper(io.BytesIO(), encoding=name)  # refuses codecs that are not for text, such as hex
    except (LookupError, ValueError, TypeError) as error:
        examples = "utf-8, windows-1252, gb18030, big5, shift_jis"
        raise RequestError(f"'{requested}' is not an encoding of text", fix=f"Common names: {examples}") from error
    return marked if marked and name.startswith("utf") else name


def _marked_encoding(head: bytes) -> str | None:
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _shown(name: str) -> str:
    return "utf-8" if name == "utf-8-sig" else "windows-" + name[2:] if re.fullmatch(r"cp125\d", name) else name


def _plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refusal(path: Path, data: bytes, error: UnicodeDecodeError, requested: str | None, lines_before: int = 0) -> RequestError:
    _refuse_known_binary(path, data)
    line = lines_before + len(_LINE_END.findall(data[: error.start])) + 1
    likely = guess_encoding(data)
    what = f"{path}, line {line}: the bytes are not {requested or 'UTF-8'}"
    if likely is None:
        return RequestError(what, "They look like no text in any encoding known here", "Check that this is a text file")
    sample = _sample(data, error.start, likely)
    return RequestError(
        what,
        f"They look like {likely}, and then read: {sample}",
        f"If that reads well, import it again with --encoding {likely}, else with the encoding you know it has",
    )


def _sample(data: bytes, position: int, encoding: str) -> str:
    start = max(data.rfind(b"\n", 0, position), data.rfind(b"\r", 0, position)) + 1
    ends = [end for end in (data.find(b"\n", position), data.find(b"\r", position)) if end >= 0]
    line = data[start : min(ends, default=len(data))].decode(encoding, errors="replace")
    before = len(data[start:position].decode(encoding, errors="replace"))
    first = max(0, before - _SAMPLE_CHARACTERS // 2)
    shown = line[first : first + _SAMPLE_CHARACTERS].strip()
    return f"'{'...' if first else ''}{shown}{'...' if first + _SAMPLE_CHARACTERS < len(line) else ''}'"


def _refuse_unmarked_utf16(path: Path, data: bytes, name: str) -> None:
    likely = utf16_without_mark(data) if name == DEFAULT_ENCODING else None
    if likely:
        sample = data[:200].decode(likely, errors="replace").split("\n")[0]
        raise RequestError(
            f"{path}, line 1: every second byte is zero, so this is {likely} without a byte order mark",
            f"It then reads: '{sample[:_SAMPLE_CHARACTERS].strip()}'",
            f"Import it again with --encoding {likely}",
        )


def _refuse_binary(path: Path, data: bytes, text: str) -> None:
    _refuse_known_binary(path, data)
    if not is_text(text):
        raise RequestError(f"{path} is not a text file", fix="Export the data as UTF-8 text first")


def _refuse_binary_head(path: Path, head: bytes, name: str) -> None:
    try:
        text = codecs.getincrementaldecoder(name)().decode(head)
    except UnicodeDecodeError:
        return  # Reading on gives the refusal that names the line.
    _refuse_binary(path, head, text)


def _refuse_known_binary(path: Path, data: bytes) -> None:
    known = next((name for magic, name in _KNOWN_BINARY if data.startswith(magic)), None)
    if known:
        raise RequestError(f"{path} is not a text file but {known}", fix="Export the data as UTF-8 text first")


def _zero_bytes(text: str) -> list[Problem]:
    if "\0" not in text:
        return []
    lines = [number for number, line in enumerate(text.split("\n"), 1) if "\0" in line]
    message = f"Zero bytes stand in {lines_in_words(lines)}; they were read as blanks. The file may be damaged"
    return [Problem("warning", message, kept_lines(lines))]


def _wrongly_forced(data: bytes, requested: str | None) -> list[Problem]:
    """A file that is good UTF-8 beyond ASCII, read as something else because a person said so."""
    if requested is None or codecs.lookup(requested).name.startswith("utf") or data.isascii() or _marked_encoding(data[:4]):
        return []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return []
    return [Problem("warning", f"The file is good UTF-8 but was read as {requested}; accented letters may look wrong")]
