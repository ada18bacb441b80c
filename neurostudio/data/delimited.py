"""Rows of comma, semicolon, tab or bar separated text, each with the line it begins on.

Two dialects are met: quoted (RFC 4180: a field may hold delimiters, doubled quotes and line breaks) and bare (many
tab-separated sets: a quote is a character like any other). Which one a tab-separated file uses is told from its fields.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from neurostudio.core.errors import RequestError

Quoting = Literal["csv", "none"]

DELIMITERS = ("\t", ",", ";", "|")
DELIMITER_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
_FIELD_LIMIT = 1 << 24
_MIN_CONSISTENT = 0.99
_HEAD_LINES = 200


@dataclass(frozen=True)
class Delimited:
    """Rows of fields; a blank line is a row without fields.

    Attributes
    ----------
    rows : list of list of str
        Fields of each row.
    lines : list of int
        Line (from 1) on which each row begins.
    """

    rows: list[list[str]]
    lines: list[int]
    delimiter: str
    quoting: Quoting


def parse_delimited(text: str, path: Path, delimiter: str, quoting: str | None = None) -> Delimited:
    """Split `text` (line ends ``\\n``) into rows.

    Raises
    ------
    RequestError
        A quote that is never closed, or closed in the middle of a field, with the line on which the field began.
    """
    if quoting is not None and quoting not in get_args(Quoting):
        raise RequestError(f"'{quoting}' is no way of quoting", fix=f"Use one of: {', '.join(get_args(Quoting))}")
    if quoting == "none" or (quoting is None and delimiter == "\t" and not _uses_quotes(text)):
        rows = [line.split(delimiter) if line else [] for line in _lines(text)]
        return Delimited(rows, list(range(1, len(rows) + 1)), delimiter, "none")
    rows, lines = _quoted_rows(text, path, delimiter)
    return Delimited(rows, lines, delimiter, "csv")


def find_delimiter(head: str, names: frozenset[str] = frozenset(), least: float = 0.9) -> str | None:
    """The delimiter that splits the first lines most evenly into two or more fields, None when none does.

    One that splits the first line into two or more of the column `names` (lower case) wins at once; else a share of at
    `least` that many lines must have the usual number of fields.
    """
    best: tuple[float, str] | None = None
    lines = [line for line in _lines(head)[:_HEAD_LINES] if line.strip()]
    for delimiter in DELIMITERS:
        header = [field.strip().strip('"').lower() for field in lines[0].split(delimiter)] if lines else []
        if len(header) > 1 and sum(field in names for field in header) > 1:
            return delimiter
        share = max(_evenness(lines, delimiter, csv.QUOTE_NONE), _evenness(lines, delimiter, csv.QUOTE_MINIMAL))
        if share >= least and (best is None or share > best[0]):
            best = (share, delimiter)
    return best[1] if best else None


def delimiter_named(wanted: object) -> str:
    """The delimiter of that name (``tab``, ``comma``, ``semicolon``, ``bar``) or that is the character itself."""
    known = {name: character for character, name in DELIMITER_NAMES.items()}
    found = known.get(str(wanted), str(wanted))
    if found not in DELIMITER_NAMES:
        raise RequestError(f"'{wanted}' is no delimiter", fix=f"Use one of: {', '.join(known)}")
    return found


def usual_width(rows: list[list[str]]) -> int:
    """The number of fields that most rows have."""
    return Counter(len(row) for row in rows if row).most_common(1)[0][0] if any(rows) else 0


def to_delimited(rows: list[list[str]], delimiter: str) -> str:
    """Rows as quoted text that `parse_delimited` reads back to the same fields."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


def _evenness(lines: list[str], delimiter: str, quoting: Literal[0, 3]) -> float:
    """Share of rows with the usual number of fields, 0 when that is one."""
    try:
        rows = list(csv.reader((line + "\n" for line in lines), delimiter=delimiter, quoting=quoting))
    except csv.Error:
        return 0.0
    width = usual_width(rows)
    return sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0


def _consistent_share(rows: list[list[str]]) -> float:
    filled = [row for row in rows if row]
    width = usual_width(filled)
    return sum(len(row) == width for row in filled) / len(filled) if filled else 0.0


def _uses_quotes(text: str) -> bool:
    """Whether the quotes of a tab-separated text enclose fields.

    Writers that quote do so for fields with a quote, a tab or a line break inside, or for all fields of a column. Bare
    fields that merely begin with a quotation mark fit neither.
    """
    bare = [line.split("\t") if line else [] for line in _lines(text)]
    openers = [field for row in bare for field in row if field.startswith('"')]
    if not openers:
        return False
    try:
        quoted, _ = _strict_rows(text, "\t")
    except csv.Error:
        return _consistent_share(bare) < _MIN_CONSISTENT
    if len(quoted) != len(bare) or _consistent_share(bare) < 1.0:
        return _consistent_share(quoted) > _consistent_share(bare)
    if not all(_is_enclosed(field) for field in openers):
        return False
    if all('""' in field[1:-1] for field in openers):
        return True
    columns = {column for row in bare for column, field in enumerate(row) if field.startswith('"')}
    return all(row[column].startswith('"') for row in bare[1:] if row for column in columns)


def _is_enclosed(field: str) -> bool:
    inner = field[1:-1]
    return len(field) >= 2 and field.endswith('"') and '"' not in inner.replace('""', "")


def _strict_rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    previous_limit = csv.field_size_limit(_FIELD_LIMIT)
    try:
        begin = 1
        for row in reader:
            rows.append(row)
            lines.append(begin)
            begin = reader.line_num + 1
    finally:
        csv.field_size_limit(previous_limit)
    return rows, lines


def _quoted_rows(text: str, path: Path, delimiter: str) -> tuple[list[list[str]], list[int]]:
    try:
        return _strict_rows(text, delimiter)
    except csv.Error as error:
        line, closed = _open_quote(text, delimiter)
        if closed:
            raise RequestError(
                f"{path}, line {closed}: a quote closes in the middle of a field that began on line {line}",
                "A quote inside a quoted field must be doubled, or a quote before it was never closed",
                "Mend that line, or say that quotes are plain characters with the option quoting=none",
            ) from error
        raise RequestError(
            f"{path}, line {line}: the quoted field that begins here is never closed",
            fix="Close the quote, or say that quotes are plain characters with the option quoting=none",
        ) from error


def _open_quote(text: str, delimiter: str) -> tuple[int, int | None]:
    """Line of the field that breaks the quoting, and the line where it closes wrongly (None when it never closes)."""
    position, line, began = 0, 1, 1
    while position < len(text):
        if text[position] != '"':
            ends = [end for end in (text.find(delimiter, position), text.find("\n", position)) if end >= 0]
            position = min(ends, default=len(text))
        else:
            began = line
            close = text.find('"', position + 1)
            while close >= 0 and text[close + 1 : close + 2] == '"':
                close = text.find('"', close + 2)
            if close < 0:
                return began, None
            line += text.count("\n", position, close)
            position = close + 1
            if position < len(text) and text[position] not in (delimiter, "\n"):
                return began, line
        line += text[position : position + 1] == "\n"
        position += 1
    return began, None
