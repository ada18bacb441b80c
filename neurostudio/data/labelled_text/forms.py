"""Which layout a labelled-text file has, told from its text."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from neurostudio.core.errors import RequestError
from neurostudio.data.delimited import find_delimiter, parse_delimited, usual_width
from neurostudio.data.labelled_text.columns import LABEL_NAMES, TEXT_NAMES, USUAL_NAMES, guess_columns, has_header, mean_words
from neurostudio.data.labelled_text.rows import Form

FASTTEXT_PREFIX = "__label__"
DIGIT_SENTENCE = re.compile(r"([+-]?[0-9]{1,4})(?: (.*))?", re.DOTALL)

_MIN_SHARE = 0.9
_MAX_DIGIT_LABELS = 20
_LOOKED_LINES = 400
_MIN_WORDS = 3


class Layout(NamedTuple):
    """A layout, with the delimiter where it has one."""

    form: Form
    delimiter: str = ""


def layout_of(text: str, path: Path) -> Layout | None:
    """The layout of the whole text or of its first lines, None when it is none of them.

    The last line of a cut head does not matter: nine of ten lines must fit.
    """
    start = text.lstrip()[:1]
    if start == "{" and _is_json_object(text):
        return Layout("jsonl")
    if start == "[" and re.match(r"\s*\[\s*(\{|\])", text):
        return Layout("json")
    lines = [line for line in text.split("\n", _LOOKED_LINES)[:_LOOKED_LINES] if line.strip()]
    if not lines:
        return None
    if sum(line.startswith(FASTTEXT_PREFIX) for line in lines) >= _MIN_SHARE * len(lines):
        return Layout("fasttext")
    head = "\n".join(lines)
    delimiter = find_delimiter(head, USUAL_NAMES)
    digits = [match[1] for match in map(DIGIT_SENTENCE.fullmatch, lines) if match]
    if (
        len(digits) >= _MIN_SHARE * len(lines)
        and len(set(digits)) <= _MAX_DIGIT_LABELS
        and not _has_usual_header(lines, delimiter)
    ):
        return Layout("digit-sentence")
    if delimiter is None:
        return None
    rows = [row for row in parse_delimited(head, path, delimiter, "none").rows if row]
    if has_header(rows):
        return Layout("tsv" if delimiter == "\t" else "csv", delimiter)
    if usual_width(rows) == 2 and delimiter == "\t":
        return Layout("label-tab-sentence", delimiter)
    return Layout("delimited-without-header", delimiter)


def fit(text: str, path: Path) -> float:
    """How surely the first lines of a file are labelled text, 0 to 1."""
    layout = layout_of(text, path)
    if layout is None:
        return 0.0
    if layout.form in ("digit-sentence", "fasttext"):
        return 0.9
    if layout.form in ("jsonl", "json"):
        return _fit_of_names(re.findall(r'"([^"\\\n]{1,40})"\s*:', text[:20_000]))
    if layout.form in ("csv", "tsv"):
        return _fit_of_names(_first_fields(text.lstrip().split("\n", 1)[0], layout.delimiter))
    rows = [row for row in parse_delimited(text, path, layout.delimiter, "none").rows if row]
    try:
        columns = guess_columns(rows, path)
    except RequestError:
        return 0.0
    return 0.8 if mean_words(row[columns.text] for row in rows if len(row) > columns.text) >= _MIN_WORDS else 0.3


def _fit_of_names(names: Iterable[str]) -> float:
    plain = {name.strip().lower() for name in names}
    if not (plain & TEXT_NAMES and plain & LABEL_NAMES):
        return 0.0
    return 0.9 if len(plain & TEXT_NAMES) == 1 else 0.7


def _is_json_object(text: str) -> bool:
    first = next(line for line in text.split("\n") if line.strip())
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _has_usual_header(lines: list[str], delimiter: str | None) -> bool:
    return delimiter is not None and _fit_of_names(_first_fields(lines[0], delimiter)) > 0


def _first_fields(line: str, delimiter: str) -> list[str]:
    return [field.strip().strip('"') for field in line.split(delimiter)]
