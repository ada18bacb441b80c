"""Reading the numbers of an artifact: tables (csv, parquet) and arrays (npz, npy). Every failure is one clear sentence."""

from __future__ import annotations

import csv
import importlib
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurostudio.core.errors import NeuroError
from neurostudio.report.content import ReportArtifact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PREVIEW_ROWS = 12
PREVIEW_COLUMNS = 8
PREVIEW_CHARACTERS = 2_000


@dataclass(frozen=True)
class Table:
    """Texts of a table: ``rows[row][column]``, and how many rows the file holds in total."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_rows: int

    def column(self, name: str) -> list[str]:
        """Texts of one column.

        Raises
        ------
        NeuroError
            When there is no such column.
        """
        if name not in self.columns:
            raise NeuroError(f"The table has no column '{name}'", fix=f"It has: {', '.join(self.columns)}")
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def read_table(path: Path, limit: int | None = None) -> Table:
    """Read a ``.csv`` (UTF-8, first line names) or ``.parquet`` table.

    Parameters
    ----------
    path : Path
        The file.
    limit : int, optional
        Keep only the first rows; all are counted.

    Raises
    ------
    NeuroError
        When the file is missing, empty or damaged.
    """
    if path.suffix == ".parquet":
        return _read_parquet(path, limit)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream)
            columns = tuple(next(lines, ()))
            rows: list[tuple[str, ...]] = []
            count = 0
            for line in lines:
                if not line:
                    continue
                count += 1
                if limit is None or count <= limit:
                    rows.append(_fitted(line, len(columns)))
    except (OSError, ValueError, csv.Error) as error:
        raise _unreadable(path, error) from error
    if not columns:
        raise NeuroError(f"{path.name} is empty", "It holds no line with column names")
    return Table(columns, tuple(rows), count)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays of an ``.npz`` by name, or the one array of an ``.npy`` under the name of the file.

    Raises
    ------
    NeuroError
        When the file is missing, damaged, or holds Python objects (those are never loaded).
    """
    import numpy as np

    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return {path.stem: loaded}
        with loaded:
            return {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise _unreadable(path, error) from error


def read_columns(artifact: ReportArtifact) -> Mapping[str, Sequence[str] | NDArray[Any]]:
    """Named columns of a table, or named arrays of an array file: what lines, bars and clouds are drawn from."""
    if artifact.kind == "table":
        table = read_table(artifact.path)
        return {name: table.column(name) for name in table.columns}
    return read_arrays(artifact.path)


def numbers(values: Sequence[Any] | NDArray[Any], name: str) -> NDArray[np.float64]:
    """One column as ``[row]`` numbers; empty cells are NaN.

    Raises
    ------
    NeuroError
        When a cell is not a number; names the column and the first such cell.
    """
    import numpy as np

    if not isinstance(values, list | tuple):
        array = np.asarray(values)
        if array.dtype.kind not in "biufc":
            raise NeuroError(f"'{name}' does not hold numbers")
        return np.asarray(array.real if array.dtype.kind == "c" else array, dtype=np.float64)
    result = np.empty(len(values))
    for row, text in enumerate(values):
        try:
            result[row] = float(text) if str(text).strip() else np.nan
        except ValueError:
            shown = str(text)[:40]
            raise NeuroError(f"Column '{name}' holds '{shown}' in row {row + 1}", "Only numbers can be drawn") from None
    return result


def are_numbers(values: Sequence[Any] | NDArray[Any]) -> bool:
    """Whether every filled cell reads as a number, and there is at least one."""
    try:
        read = numbers(values, "")
    except NeuroError:
        return False
    return bool((read == read).any())


def spike_groups(arrays: Mapping[str, Any], units: NDArray[np.float64]) -> NDArray[np.str_] | None:
    """The group of each spike as text, ``[spike]``; None where the file has no ``groups``.

    Parameters
    ----------
    arrays : mapping
        ``groups`` holds one entry for each spike or for each unit: names, or numbers of names in ``group_names``.
    units : float array, ``[spike]``
        The unit of each spike.

    Raises
    ------
    NeuroError
        When ``groups`` has another length, or a number without a name.
    """
    import numpy as np

    if arrays.get("groups") is None:
        return None
    given = np.ravel(arrays["groups"])
    names = np.asarray([str(name) for name in np.ravel(arrays.get("group_names", ()))])
    if len(names) and given.dtype.kind in "iu":
        if len(given) and not 0 <= given.min() <= given.max() < len(names):
            raise NeuroError(f"'groups' goes up to {given.max()}, and 'group_names' holds {len(names)} names")
        texts = names[given.astype(int)]
    else:
        texts = np.asarray([str(name) for name in given])
    if len(texts) == len(units):
        return np.asarray(texts)
    if len(units) and len(texts) > units.max():
        return np.asarray(texts[units.astype(int)])
    if not len(units):
        return None
    raise NeuroError(f"'groups' holds {len(texts)} names: neither one for each spike nor one for each unit")


def read_text(path: Path, limit: int = PREVIEW_CHARACTERS) -> tuple[str, bool]:
    """The first characters of a text file, and whether there are more.

    Raises
    ------
    NeuroError
        When the file is missing or cannot be read.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            text = stream.read(limit + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    return text[:limit], len(text) > limit


def _read_parquet(path: Path, limit: int | None) -> Table:
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise NeuroError(f"{path.name} is a parquet table, and no reader is installed", fix="pip install pyarrow") from error
    try:
        loaded = parquet.read_table(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    shown = loaded if limit is None else loaded.slice(0, limit)
    columns = [[_cell_text(value) for value in column.to_pylist()] for column in shown.columns]
    return Table(tuple(str(name) for name in loaded.column_names), tuple(zip(*columns, strict=True)), loaded.num_rows)


def _cell_text(value: Any) -> str:
    return "" if value is None else str(value)


def _fitted(line: list[str], width: int) -> tuple[str, ...]:
    return tuple((line + [""] * (width - len(line)))[:width])


def _unreadable(path: Path, error: Exception) -> NeuroError:
    if isinstance(error, FileNotFoundError):
        return NeuroError(f"{path.name} is missing from the run's folder", fix="Restore it from a copy, or run again")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    why = reason.replace(str(path), path.name) or type(error).__name__  # where it lies on this machine is nobody's business
    return NeuroError(f"{path.name} cannot be read", why, "Restore it from a copy, or run again")
