"""A table as texts with what makes it readable: which columns hold numbers, how those are written, orders and filters."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.gui.views.source import ROW_LIMIT, ArtifactSource, unreadable
from neurostudio.report.artifact_data import read_table
from neurostudio.report.wording import number_text

MOST_CHARACTERS = 400  # of a cell that is shown; all of it is copied


@dataclass(frozen=True, eq=False)
class TableData:
    """Texts of a table.

    Attributes
    ----------
    rows : sequence of tuple of str
        ``rows[row][column]`` as the file has them.
    n_row : int
        Rows of the file; more than `rows` holds where it is long.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    n_row: int

    @cached_property
    def numbers(self) -> dict[int, NDArray[np.float64]]:
        """Values of the columns in which every filled cell is a number, ``[row]``; empty cells are NaN."""
        return {at: values for at in range(len(self.columns)) if (values := _numbers([row[at] for row in self.rows])) is not None}

    @cached_property
    def decimals(self) -> dict[int, int | None]:
        """Decimals of each column of numbers; -1 for cells shown as they are, None for powers of ten where needed."""
        return {at: _decimals(values, has_points=any("." in row[at] for row in self.rows)) for at, values in self.numbers.items()}

    @cached_property
    def searched(self) -> list[str]:
        """Each row as one text in lower case."""
        return ["\t".join(row).casefold() for row in self.rows]

    def shown(self, row: int, column: int) -> str:
        """A cell as it is shown: numbers in line with those above, long texts cut."""
        text = self.rows[row][column]
        decimals = self.decimals.get(column, -1)
        if decimals == -1 or not text.strip():
            return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
        value = float(self.numbers[column][row])
        if decimals is None or not math.isfinite(value):
            return number_text(value)
        return f"{value:,.{decimals}f}".replace("-", "−")

    def order(self, column: int, *, descending: bool) -> NDArray[np.intp]:
        """Rows in the order of a column: numbers by value, texts by letters; empty cells come last."""
        if column not in self._ranks:
            if column in self.numbers:
                self._ranks[column] = np.argsort(self.numbers[column], kind="stable"), np.isnan(self.numbers[column])
            else:
                texts = [row[column].casefold() for row in self.rows]
                is_empty = np.array([not text.strip() for text in texts], dtype=bool)
                self._ranks[column] = np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.intp), is_empty
        order, is_empty = self._ranks[column]
        order = order[::-1] if descending else order
        is_empty = is_empty[order]
        return np.concatenate([order[~is_empty], order[is_empty]])

    @cached_property
    def _ranks(self) -> dict[int, tuple[NDArray[np.intp], NDArray[np.bool_]]]:
        """For each column that was sorted: its rows in rising order, and which of them are empty."""
        return {}

    def prepared(self) -> "TableData":
        """The same table, with all worked out that showing and searching needs: for threads that load."""
        _ = self.decimals, self.searched
        return self

    def matching(self, words: str) -> NDArray[np.bool_]:
        """Which rows hold every one of the words somewhere."""
        found = np.ones(len(self.rows), dtype=bool)
        for word in words.casefold().split():
            found &= np.fromiter((word in text for text in self.searched), dtype=bool, count=len(self.rows))
        return found

    def as_tsv(self, rows: Sequence[int], columns: Sequence[int]) -> str:
        """Cells with all their digits, with the names of the columns, for the clipboard of other programs."""
        lines = [[self.columns[at] for at in columns], *([self.rows[row][at] for at in columns] for row in rows)]
        return "\n".join("\t".join(_flat(cell) for cell in line) for line in lines)


def load_table(source: ArtifactSource) -> TableData:
    """Read a ``.csv`` or ``.parquet`` table; at most `ROW_LIMIT` rows, all are counted.

    Raises
    ------
    NeuroError
        When the file is missing, empty or damaged.
    """
    table = read_table(source.path, ROW_LIMIT)
    return TableData(table.columns, table.rows, table.n_rows).prepared()


def load_json_lines(path: Path) -> TableData:
    """Read one JSON object a line as rows; a column for each key, in the order of their first appearance.

    Raises
    ------
    NeuroError
        When the file is missing, or a line is no JSON object; names the line.
    """
    columns: dict[str, None] = {}
    objects: list[Mapping[str, Any]] = []
    count = 0
    try:
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                count += 1
                if count > ROW_LIMIT:
                    continue
                found = _object(line, number, path)
                columns |= dict.fromkeys(found)
                objects.append(found)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    names = tuple(columns)
    return TableData(names, [tuple(_cell(one.get(name)) for name in names) for one in objects], count).prepared()


def _object(line: str, number: int, path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise NeuroError(
            f"{path.name} cannot be read", f"Line {number} is no JSON: {why}", "Open the file in an editor"
        ) from error
    return found if isinstance(found, dict) else {"value": found}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _flat(cell: str) -> str:
    return " ".join(cell.split()) if "\n" in cell or "\t" in cell or "\r" in cell else cell


def _numbers(texts: Sequence[str]) -> NDArray[np.float64] | None:
    values = np.full(len(texts), np.nan)
    found = False
    for row, text in enumerate(texts):
        if text.strip():
            try:
                values[row] = float(text)
            except ValueError:
                return None
            found = True
    return values if found else None


def _decimals(values: NDArray[np.float64], *, has_points: bool) -> int | None:
    """Four digits for the largest value; powers of ten where that leaves less than two for the smallest."""
    known = np.abs(values[np.isfinite(values) & (values != 0)])
    if not has_points or not len(known):
        return -1
    largest, smallest = float(known.max()), float(known.min())
    if largest < 1e15 and bool(np.all(known == np.round(known))):
        return 0
    decimals = int(min(max(3 - math.floor(math.log10(largest)), 1), 7))
    return None if largest >= 1e7 or smallest < 10.0 ** (1 - decimals) else decimals
