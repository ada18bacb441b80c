"""Small text tables that lie beside an image: named columns of events, confounds and label names.

BIDS wants tabs; what people have is separated by tabs, commas, semicolons or blanks. Read with the line of each row, so that
whatever is wrong can be named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from neurostudio.core.errors import RequestError
from neurostudio.data.delimited import parse_delimited
from neurostudio.data.encoding import Decoded, read_text
from neurostudio.data.import_report import Problem, lines_in_words
from neurostudio.data.numbers import is_number

Floats = npt.NDArray[np.float64]

MISSING = frozenset({"", "n/a", "na", "nan", "null", "none"})
"""Fields, in lower case, that say "no value"."""

_BLANKS = " "
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class TextTable:
    """Rows of text fields.

    Attributes
    ----------
    names : tuple of str
        Names of the columns; empty where the first line holds numbers already.
    rows : list of list of str
        Fields without the blanks around them; every row as wide as the first.
    lines : list of int
        Line (from 1) of each row.
    problems : tuple of Problem
        What was odd about the file.
    """

    path: Path
    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    problems: tuple[Problem, ...] = ()

    @property
    def n_column(self) -> int:
        """Number of columns."""
        return len(self.names) or (len(self.rows[0]) if self.rows else 0)

    def text(self, column: int) -> list[str]:
        """The fields of one column."""
        return [row[column] for row in self.rows]

    def numbers(self, column: int, *, may_miss: bool = True) -> Floats:
        """One column as numbers, shape ``(n_row,)``; missing fields are NaN.

        Raises
        ------
        RequestError
            A field is no number, or is missing and must not be: names its line.
        """
        fields = self.text(column)
        wrong = [place for place, field in enumerate(fields) if not (is_number(field) or (may_miss and is_missing(field)))]
        if wrong:
            name = f"column '{self.names[column]}'" if self.names else f"column {column + 1}"
            raise RequestError(
                f"{self.path}, {lines_in_words([self.lines[place] for place in wrong])}: "
                f"'{fields[wrong[0]][:_SHOWN_CHARACTERS]}' in the {name} is not a number",
                fix="Mend the file" if not may_miss else "Mend the field, or write n/a where there is no value",
            )
        return np.array([np.nan if is_missing(field) else float(field) for field in fields], dtype=np.float64)


def is_missing(field: str) -> bool:
    """Whether a field says that there is no value."""
    return field.strip().lower() in MISSING


def read_text_table(path: Path) -> TextTable:
    """Read a table, with or without a line of names.

    Raises
    ------
    RequestError
        The file is no text, not UTF-8 or UTF-16, empty, a column has no name or the name of another, or a row has other
        fields than the first line.
    """
    decoded = read_text_beside(path)
    delimiter = _delimiter(decoded.text)
    if delimiter == _BLANKS:
        rows = [line.split() for line in decoded.text.split("\n")]
        lines = list(range(1, len(rows) + 1))
    else:
        parsed = parse_delimited(decoded.text, path, delimiter)
        rows, lines = parsed.rows, parsed.lines
    filled = [(line, [field.strip() for field in row]) for line, row in zip(lines, rows, strict=True) if any(map(str.strip, row))]
    first_line, first = filled[0]
    has_names = not any(is_number(field) or is_missing(field) for field in first if field) and any(first)
    width = len(first)
    if has_names:
        _check_names(path, first, first_line)
    body = filled[1:] if has_names else filled
    even = [(line, _even(path, row, width, line)) for line, row in body]
    problems = list(decoded.problems)
    if has_names and delimiter != "\t" and path.suffix == ".tsv" and width > 1:
        problems.append(Problem("note", f"{path.name} is called .tsv, but its fields are not separated by tabs"))
    return TextTable(
        path, tuple(first) if has_names else (), [row for _, row in even], [line for line, _ in even], tuple(problems)
    )


def read_text_beside(path: Path) -> Decoded:
    """Text of a file that belongs to an image; a refusal for its encoding says to save it as UTF-8."""
    try:
        return read_text(path)
    except RequestError as error:
        if "--encoding" not in error.fix:
            raise
        raise RequestError(error.what, error.why, "Save the file as UTF-8") from error


def _delimiter(text: str) -> str:
    first = next(line for line in text.split("\n") if line.strip())
    return next((character for character in "\t;," if character in first.strip()), _BLANKS)


def _check_names(path: Path, names: Sequence[str], line: int) -> None:
    repeated = next((name for name in names if names.count(name) > 1), None)
    if "" in names or repeated is not None:
        wrong = f"has no name for column {names.index('') + 1}" if "" in names else f"has several columns '{repeated}'"
        raise RequestError(f"{path} {wrong}", f"The names stand on line {line}", "Give each column a name of its own")


def _even(path: Path, row: list[str], width: int, line: int) -> list[str]:
    """A row with exactly `width` fields: empty ones at its end may be too many."""
    while len(row) > width and not row[-1]:
        row = row[:-1]
    if len(row) != width:
        raise RequestError(
            f"{path}, line {line}: {len(row)} field{'s' * (len(row) != 1)} where the first line has {width}",
            fix="Mend the line: write n/a where there is no value",
        )
    return row
