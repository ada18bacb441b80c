"""Reader of text corpora: plain text in one file or a folder of files, streamed line by line."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import encoding_of_file, explained, head_text, iter_lines
from neurostudio.data.import_report import ImportReport, Problem, kept_lines, lines_in_words, worst_first
from neurostudio.data.language import count_words, guess_language
from neurostudio.data.options import check_options
from neurostudio.data.registry import Reader

KIND = "corpus"
SUFFIXES = (".txt", ".md", ".txt.gz", ".md.gz")
OPTIONS = ("encoding",)

_STRUCTURED = (".csv", ".tsv", ".json", ".jsonl", ".csv.gz", ".tsv.gz", ".json.gz", ".jsonl.gz")
_LANGUAGE_LINES = 5000
_SAMPLE_LINES = 5
_SAMPLE_CHARACTERS = 300
_LOOKED_FOLDERS = 20


@dataclass(frozen=True)
class Corpus:
    """Plain text that need not fit into memory.

    Attributes
    ----------
    path : Path
        File or folder.
    encoding : str
        Encoding of files without a byte order mark.
    files : tuple of Path
        Files in reading order.
    """

    path: Path
    encoding: str
    files: tuple[Path, ...]

    def iter_lines(self) -> Iterator[str]:
        """Every line of every file, without its line end; RequestError for damaged files."""
        for file in self.files:
            yield from iter_lines(file, self.encoding)


class CorpusReader:
    """Reads ``.txt`` and ``.md`` files, plain or gzip, and folders of them."""

    kind = KIND

    def recognise(self, path: Path) -> float:
        """How surely `path` is plain text, 0 to 1: less than any kind that sees a structure in it."""
        if path.is_dir():
            return 0.4 if any(_walk(path, _LOOKED_FOLDERS)) else 0.0
        if path.name.lower().endswith(_STRUCTURED) or not head_text(path).strip():
            return 0.0
        return 0.4 if path.name.lower().endswith(SUFFIXES) else 0.25

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Count lines, words and characters; RequestError for files that are no text or not in the encoding."""
        check_options(options, OPTIONS, KIND)
        corpus = _corpus(path, options)
        n_line = n_word = n_character = longest = 0
        zero_bytes: list[int] = []
        first: list[str] = []
        for file in corpus.files:
            for number, line in enumerate(iter_lines(file, options.get("encoding")), 1):
                n_line += 1
                n_word += count_words(line)
                n_character += len(line) + 1
                longest = max(longest, len(line))
                if "\0" in line:
                    zero_bytes.append(number)
                if len(first) < _LANGUAGE_LINES and line.strip():
                    first.append(line)
        if not first:
            raise RequestError(f"{path} holds no text")
        problems = []
        if zero_bytes:
            message = f"Zero bytes stand in {lines_in_words(zero_bytes)}; the file may be damaged"
            problems.append(Problem("warning", message, kept_lines(zero_bytes)))
        facts = {
            "files": len(corpus.files),
            "lines": n_line,
            "words": n_word,
            "characters": n_character,
            "longest_line": longest,
            "size_bytes": sum(file.stat().st_size for file in corpus.files),
            "encoding": corpus.encoding,
            "language": guess_language(first),
        }
        sample = tuple({"text": line[:_SAMPLE_CHARACTERS]} for line in first[:_SAMPLE_LINES])
        form = "folder" if path.is_dir() else "text"
        return ImportReport(KIND, form, facts, worst_first(problems), sample, {"encoding": corpus.encoding})

    def open(self, path: Path, options: Mapping[str, Any]) -> Corpus:
        """The corpus; what is wrong with a file is only seen when its lines are read."""
        check_options(options, OPTIONS, KIND)
        return _corpus(path, options)


def _corpus(path: Path, options: Mapping[str, Any]) -> Corpus:
    with explained(path):
        files = tuple(sorted(_walk(path))) if path.is_dir() else (path,)
        files = tuple(file for file in files if file.stat().st_size)
    if not files:
        raise RequestError(f"The folder {path} holds no text", fix=f"Files that are read: {', '.join(SUFFIXES)}")
    return Corpus(path, options.get("encoding") or encoding_of_file(files[0]), files)


def _walk(folder: Path, max_folders: int | None = None) -> Iterator[Path]:
    """Text files of a folder and the folders in it; hidden ones are left out."""
    for parent, folders, names in islice(os.walk(folder), max_folders):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in names if not name.startswith(".") and name.lower().endswith(SUFFIXES))


READERS: tuple[Reader, ...] = (CorpusReader(),)
