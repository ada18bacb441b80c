"""Reader of tables: named columns of a CSV or TSV file, or of a Parquet file where pandas and pyarrow are installed."""

import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from neurostudio.core.errors import RequestError
from neurostudio.data.delimited import DELIMITER_NAMES, delimiter_named, find_delimiter, parse_delimited
from neurostudio.data.encoding import explained, head_text, read_text
from neurostudio.data.import_report import ImportReport, Problem, kept_lines, lines_in_words, worst_first
from neurostudio.data.numbers import is_number
from neurostudio.data.options import check_options
from neurostudio.data.registry import Reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ColumnType = Literal["integer", "number", "boolean", "date", "text", "empty"]

KIND = "table"
OPTIONS = ("encoding", "delimiter", "quoting")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})

_PARQUET = ".parquet"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?")
_BOOLEAN = frozenset({"true", "false", "yes", "no"})
_SAMPLE_ROWS = 5
_HEAD_CHARACTERS = 100_000
_LEAST_EVEN = 0.3


@dataclass(frozen=True)
class Table:
    """Named columns of text fields.

    Attributes
    ----------
    columns : dict of str to list of str
        Fields of each column, in the order of the file; ``""`` where a field is missing.
    lines : list of int
        Line (from 1) on which each row begins; row numbers for Parquet.
    source : Path
        File it comes from.
    """

    columns: dict[str, list[str]]
    lines: list[int]
    source: Path

    @property
    def n_row(self) -> int:
        """Number of rows."""
        return len(self.lines)

    def text(self, name: str) -> list[str]:
        """Fields of one column; RequestError names the columns there are."""
        if name not in self.columns:
            raise RequestError(f"{self.source} has no column '{name}'", fix=f"Its columns are: {', '.join(self.columns)}")
        return self.columns[name]

    def numbers(self, name: str) -> "npt.NDArray[np.float64]":
        """One column as float64, shape ``(n_row,)``; missing fields are NaN.

        Raises
        ------
        RequestError
            A field is neither a number nor missing: names its line.
        """
        import numpy as np

        fields = self.text(name)
        wrong = [place for place, field in enumerate(fields) if not _is_missing(field) and not is_number(field)]
        if wrong:
            raise RequestError(
                f"{self.source}, {lines_in_words([self.lines[place] for place in wrong])}: "
                f"'{fields[wrong[0]][:40]}' in the column '{name}' is not a number",
                fix="Mend the field, or choose another column",
            )
        return np.array([np.nan if _is_missing(field) else float(field) for field in fields], dtype=np.float64)


class TableReader:
    """Reads CSV and TSV files with a header line, plain or gzip, and Parquet."""

    kind = KIND

    def recognise(self, path: Path) -> float:
        """How surely `path` is a table, 0 to 1: less than any kind that knows the meaning of its columns."""
        if path.is_dir():
            return 0.0
        if path.suffix == _PARQUET:
            return 0.9
        head = head_text(path)
        delimiter = find_delimiter(head) if head.strip() else None
        if delimiter is None or head.lstrip()[:1] in "{[":
            return 0.0
        names = [name.strip().strip('"') for name in head.lstrip("\n").split("\n", 1)[0].split(delimiter)]
        if not all(names) or len(set(names)) < len(names) or any(map(is_number, names)):
            return 0.0
        return 0.6 if path.name.removesuffix(".gz").endswith((".csv", ".tsv")) else 0.3

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Columns with their types; RequestError for what is no table."""
        return _read(path, options)[1]

    def open(self, path: Path, options: Mapping[str, Any]) -> Table:
        """The columns; RequestError as for `inspect`."""
        return _read(path, options)[0]


def column_type(fields: Sequence[str]) -> ColumnType:
    """What all fields of a column that are not missing have in common."""
    filled = [field.strip() for field in fields if not _is_missing(field)]
    if not filled:
        return "empty"
    if all(map(_INTEGER.fullmatch, filled)):
        return "integer"
    if all(map(is_number, filled)):
        return "number"
    if all(field.lower() in _BOOLEAN for field in filled):
        return "boolean"
    return "date" if all(map(_DATE.fullmatch, filled)) else "text"


def _read(path: Path, options: Mapping[str, Any]) -> tuple[Table, ImportReport]:
    check_options(options, OPTIONS, KIND)
    if path.suffix == _PARQUET:
        table, form = _read_parquet(path), "parquet"
        problems: tuple[Problem, ...] = ()
        resolved: dict[str, Any] = {}
    else:
        table, problems, resolved = _read_text(path, options)
        form = "tsv" if resolved["delimiter"] == "tab" else "csv"
    facts = {
        "rows": table.n_row,
        "columns": [
            {"name": name, "type": column_type(fields), "missing": sum(map(_is_missing, fields))}
            for name, fields in table.columns.items()
        ],
        **({"encoding": resolved["encoding"]} if "encoding" in resolved else {}),
    }
    sample = tuple(
        {name: fields[row][:300] for name, fields in table.columns.items()} for row in range(min(_SAMPLE_ROWS, table.n_row))
    )
    return table, ImportReport(KIND, form, facts, worst_first(problems), sample, resolved)


def _read_text(path: Path, options: Mapping[str, Any]) -> tuple[Table, tuple[Problem, ...], dict[str, Any]]:
    decoded = read_text(path, options.get("encoding"))
    delimiter = _delimiter(decoded.text, path, options.get("delimiter"))
    parsed = parse_delimited(decoded.text, path, delimiter, options.get("quoting"))
    filled = [(line, row) for line, row in zip(parsed.lines, parsed.rows, strict=True) if any(field.strip() for field in row)]
    if not filled:
        raise RequestError(f"{path} holds no rows")
    header = [name.strip() for name in filled[0][1]]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated or not all(header):
        wrong = f"has several columns '{repeated[0]}'" if repeated else f"has no name for column {header.index('') + 1}"
        raise RequestError(f"{path} {wrong}", f"The names stand on line {filled[0][0]}", "Give each column a name of its own")
    rows, uneven = _even_rows(filled[1:], len(header))
    if not rows:
        raise RequestError(f"{path} holds a header but no rows")
    if 2 * len(uneven) > len(filled):
        raise RequestError(
            f"{path}: {len(uneven):,} of {len(filled):,} rows do not have the {len(header)} fields of the header",
            f"The {DELIMITER_NAMES[delimiter]} was taken as the delimiter",
            "Say the right one with the option delimiter",
        )
    problems = list(decoded.problems)
    if uneven:
        message = f"{len(uneven):,} rows do not have {len(header)} fields; extra ones were dropped ({lines_in_words(uneven)})"
        problems.append(Problem("warning", message, kept_lines(uneven)))
    columns = {name: [row[place] for _, row in rows] for place, name in enumerate(header)}
    resolved = {"encoding": decoded.encoding, "delimiter": DELIMITER_NAMES[delimiter], "quoting": parsed.quoting}
    return Table(columns, [line for line, _ in rows], path), tuple(problems), resolved


def _even_rows(rows: Sequence[tuple[int, list[str]]], width: int) -> tuple[list[tuple[int, list[str]]], list[int]]:
    """Rows brought to `width` fields, and the lines where something was missing or dropped."""
    uneven = [line for line, row in rows if len(row) < width or any(row[width:])]
    return [(line, [*row, *[""] * (width - len(row))][:width]) for line, row in rows], uneven


def _delimiter(text: str, path: Path, wanted: object) -> str:
    found = delimiter_named(wanted) if wanted is not None else find_delimiter(text[:_HEAD_CHARACTERS], least=_LEAST_EVEN)
    if found is None:
        raise RequestError(
            f"{path} does not show columns separated by tab, comma, semicolon or bar",
            fix="Check that it is a table, or say the delimiter with the option delimiter",
        )
    return found


def _read_parquet(path: Path) -> Table:
    try:
        pandas = importlib.import_module("pandas")
        importlib.import_module("pyarrow")
    except ModuleNotFoundError as error:
        raise RequestError(
            f"{path} is a Parquet table, which needs the package '{error.name}'",
            fix="Install it with: pip install pandas pyarrow, or export the table as CSV",
        ) from error
    with explained(path):
        try:
            frame = pandas.read_parquet(path)
        except ValueError as error:
            raise RequestError(f"{path} is not a readable Parquet table", str(error), "Write it again") from error
    columns = {str(name): ["" if missing else str(field) for field, missing in _fields(frame[name])] for name in frame.columns}
    return Table(columns, list(range(1, len(frame) + 1)), path)


def _fields(series: Any) -> Iterable[tuple[Any, bool]]:
    return zip(series.tolist(), series.isna().tolist(), strict=True)


def _is_missing(field: str) -> bool:
    return field.strip().lower() in MISSING


READERS: tuple[Reader, ...] = (TableReader(),)
