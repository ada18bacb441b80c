"""Features from tables: one row a volume, or rows with a time in seconds; CSV, TSV, or an array (.npy, .npz)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.data.delimited import find_delimiter
from neurostudio.data.encoding import head_text
from neurostudio.data.readers.table import Table, column_type
from neurostudio.data.registry import open_data
from neurostudio.methods.fmri.features.resample import lanczos, mean_in_volume, volume_times
from neurostudio.methods.fmri.features.spaces import RunClock, check_overlap
from neurostudio.methods.fmri.specs.encode import FeatureSettings

TIME_COLUMNS = ("time", "time_s", "t", "onset", "onset_s", "seconds")
RUN_COLUMN = "run"

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features as they stand in a file.

    Attributes
    ----------
    columns : tuple of str
        Names of the features.
    values : ndarray, shape (n_row, n_feature)
    times : ndarray, shape (n_row,), optional
        Seconds; None: a row is a volume.
    run : tuple of str, optional
        Run of each row, as it stands in the file.
    path : Path
    ignored : tuple of str
        Columns that are no numbers.
    """

    columns: tuple[str, ...]
    values: NDArray[np.float32]
    times: NDArray[np.float64] | None
    run: tuple[str, ...] | None
    path: Path
    ignored: tuple[str, ...] = ()

    def rows(self, kept: NDArray[np.bool_]) -> "FeatureTable":
        """Some of the rows."""
        return FeatureTable(
            self.columns, self.values[kept], None if self.times is None else self.times[kept], None, self.path, self.ignored
        )


def read_features(given: Input, settings: FeatureSettings) -> FeatureTable:
    """Read one table of features.

    Raises
    ------
    RequestError
        No column of numbers, a feature or time that is missing or not finite: names column and line.
    """
    if given.path.suffix in (".npy", ".npz"):
        return _read_array(given.path)
    table: Table = open_data(given.path, "table", _options(given))
    time = _time_column(table, settings.time_column)
    run = next((name for name in table.columns if name.lower() == RUN_COLUMN), None)
    rest = [name for name in table.columns if name not in (time, run)]
    types = {name: column_type(table.columns[name]) for name in rest}
    columns = list(settings.columns) or [name for name in rest if types[name] in ("integer", "number")]
    if not columns:
        raise RequestError(
            f"{given.path} has no column of numbers to use as a feature",
            f"Its columns are: {', '.join(table.columns)}",
            "Give a table with one column a feature",
        )
    values = np.stack([_finite(table, name) for name in columns], axis=1)
    times = None if time is None else _finite(table, time)
    ignored = () if settings.columns else tuple(name for name in rest if name not in columns)
    return FeatureTable(
        tuple(columns),
        values.astype(np.float32),
        times,
        None if run is None else tuple(table.columns[run]),
        given.path,
        ignored,
    )


def serves_every_run(table: FeatureTable, clocks: Sequence[RunClock]) -> bool:
    """Whether one table holds the features of all runs: by a column ``run``, or a row for each volume of all of them."""
    total = sum(clock.n_volumes for clock in clocks)
    return table.run is not None or (table.times is None and len(clocks) > 1 and len(table.values) == total)


def part_of_run(table: FeatureTable, clocks: Sequence[RunClock], number: int) -> FeatureTable:
    """The rows of one run, from a table that may hold several."""
    clock = clocks[number]
    if table.run is not None:
        labels = {clock.name, str(number + 1), f"{number + 1:02d}", f"run-{number + 1}", f"run-{number + 1:02d}"}
        kept = np.array([label.strip() in labels for label in table.run])
        if not kept.any():
            raise RequestError(
                f"{table.path} has no rows of the run {clock.name}",
                f"Its column 'run' holds: {', '.join(list(dict.fromkeys(table.run))[:_SHOWN])}",
                "Write the names of the runs, or their numbers from 1, there",
            )
        return table.rows(kept)
    if serves_every_run(table, clocks):
        begin = sum(other.n_volumes for other in clocks[:number])
        places = np.arange(len(table.values))
        return table.rows((places >= begin) & (places < begin + clock.n_volumes))
    return table


def on_volumes(table: FeatureTable, clock: RunClock, settings: FeatureSettings) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Features of one run on its volumes, and the volumes that they cover.

    Raises
    ------
    RequestError
        Rows and volumes do not fit, or the times have next to nothing in common with the run.
    """
    if table.times is None:
        values, covered = _one_row_a_volume(table, clock, settings)
    else:
        values, covered = _with_times(table, table.times + clock.begins_s, clock, settings)
    if not covered.all() and settings.uncovered == "refuse":
        raise RequestError(
            f"The features in {table.path} are shorter than the run {clock.name}",
            f"{int((~covered).sum())} of {clock.n_volumes} volumes have no features",
            "Give features for the whole run, or set features.uncovered to leave-out",
        )
    return values, covered


# --- inside ---------------------------------------------------------------------------------------------------------------


def _one_row_a_volume(
    table: FeatureTable, clock: RunClock, settings: FeatureSettings
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    n_row, n_volumes = len(table.values), clock.n_volumes
    if n_row > n_volumes and settings.uncovered == "refuse":
        raise RequestError(
            f"{table.path} has {n_row} rows, and the run {clock.name} has {n_volumes} volumes",
            "Without a column of times, a row is a volume",
            "Give one row a volume, add a column 'time', or set features.uncovered to leave-out to drop the last rows",
        )
    values = np.zeros((n_volumes, len(table.columns)), np.float32)
    values[: min(n_row, n_volumes)] = table.values[:n_volumes]
    return values, np.arange(n_volumes) < n_row


def _with_times(
    table: FeatureTable, times: NDArray[np.float64], clock: RunClock, settings: FeatureSettings
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    order = np.argsort(times, kind="stable")
    times, rows = times[order], table.values[order]
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    begin, end = float(times[0]), float(times[-1]) + step
    check_overlap(str(table.path), clock, begin, end)
    n_volumes, tr_s = clock.n_volumes, clock.tr_s
    if settings.resample == "lanczos" and step <= tr_s * (1 + 1e-6):
        values = lanczos(rows, times, n_volumes, tr_s, normalised=True)
    else:
        values = mean_in_volume(rows, times, n_volumes, tr_s)
    middles = volume_times(n_volumes, tr_s)
    return values, (middles >= begin - tr_s / 2 - 1e-6) & (middles <= end + tr_s / 2 + 1e-6)


def _options(given: Input) -> dict[str, Any]:
    """The options of the import; a single column shows no delimiter, so any will do."""
    options = dict(given.options)
    if given.path.suffix != ".parquet" and "delimiter" not in options and find_delimiter(head_text(given.path)) is None:
        options["delimiter"] = "tab"
    return options


def _time_column(table: Table, wanted: str) -> str | None:
    if wanted:
        table.text(wanted)  # refuses a name that is not there
        return wanted
    return next((name for name in table.columns if name.lower() in TIME_COLUMNS), None)


def _finite(table: Table, name: str) -> NDArray[np.float64]:
    numbers = table.numbers(name)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise RequestError(
            f"{table.source}, line {table.lines[bad[0]]}: the column '{name}' has no number there"
            f" ({len(bad)} such row{'s' if len(bad) > 1 else ''})",
            fix="Fill the rows, leave the column out (features.columns), or cut the table",
        )
    return numbers


def _read_array(path: Path) -> FeatureTable:
    try:
        loaded = np.load(path, allow_pickle=False)
        found = {name: loaded[name] for name in loaded.files} if path.suffix == ".npz" else {"": loaded}
    except (OSError, ValueError, EOFError) as error:
        raise RequestError(f"{path} is no readable array of numbers", str(error), "Write it again with numpy.save") from error
    usable = {name: values for name, values in found.items() if values.ndim == 2 and values.dtype.kind in "fiub"}
    if len(usable) != 1:
        raise RequestError(
            f"{path} holds {len(usable)} arrays of two axes",
            "One is needed: a row a volume, a column a feature",
            "Write it alone",
        )
    values = np.asarray(next(iter(usable.values())), np.float32)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise RequestError(
            f"{path}: the value in row {bad[0][0] + 1}, column {bad[0][1] + 1} is not finite ({len(bad)} such values)",
            fix="Fill or remove them, and write the array again",
        )
    return FeatureTable(tuple(f"feature-{place + 1}" for place in range(values.shape[1])), values, None, None, path)
