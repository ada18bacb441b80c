"""Reading the numbers of a run: whole curves, what is new in them, and outlines of long ones.

Rows come in small blocks: turning a block into an array holds the interpreter for about a millisecond, so that a window
whose threads read a million points still gets its turn.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from neurostudio.store.rows import Curve
from neurostudio.store.tables import final_metrics, metric_names
from neurostudio.store.tables import runs as run_table
from neurostudio.store.write import Store

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Points = npt.NDArray[np.float64]

BLOCK_ROWS = 2000
OUTLINE_POINTS = 4000
_WHICH = "FROM metrics WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND name = (SELECT id FROM metric_names WHERE name = ?)"
_POINTS = f"SELECT step, value, t {_WHICH} ORDER BY seq, part"
_FROM_PLACE = f"SELECT step, value, t, seq, part {_WHICH} AND (seq, part) >= (?, ?) ORDER BY seq, part"
_COUNT = f"SELECT count(*), count(step) {_WHICH}"


@dataclass(frozen=True)
class CurvePlace:
    """Where a reader of a curve stands: after which number, how many it has, and whether each had a step."""

    seq: int
    part: int
    n_points: int
    has_steps: bool


@dataclass(frozen=True, eq=False)
class CurveTail:
    """What is new in a curve.

    Attributes
    ----------
    new : Curve
        The new points; their steps go on from those that were read before.
    is_whole : bool
        `new` is the whole curve and takes the place of what was read before: at the first reading, and after a resume that
        dropped numbers behind the checkpoint.
    place : CurvePlace or None
        To be given back at the next reading; None while there is no point.
    """

    new: Curve
    is_whole: bool
    place: CurvePlace | None


def curve_names(store: Store, run_id: str) -> list[str]:
    """Names of the metrics that a run has, sorted."""
    query = (
        select(metric_names.c.name)
        .join(final_metrics, final_metrics.c.name == metric_names.c.id)
        .join(run_table, run_table.c.id == final_metrics.c.run)
        .where(run_table.c.run_id == run_id)
        .order_by(metric_names.c.name)
    )
    with store.reading() as connection:
        return list(connection.scalars(query))


def curve(store: Store, run_id: str, name: str) -> Curve:
    """One metric over the run, in the order of writing; empty where the run has none of that name."""
    return _curve(name, _read(store, _POINTS, (run_id, name), n_columns=3))


def curve_tail(store: Store, run_id: str, name: str, after: CurvePlace | None = None) -> CurveTail:
    """What has come to a curve after a place, so that a live page reads each number once.

    Parameters
    ----------
    after : CurvePlace, optional
        From the tail read before; None to begin.

    Examples
    --------
    >>> tail = curve_tail(store, run_id, "train/loss")  # doctest: +SKIP
    >>> tail = curve_tail(store, run_id, "train/loss", tail.place)  # doctest: +SKIP
    """
    if after is not None:
        points = _read(store, _FROM_PLACE, (run_id, name, after.seq, after.part), n_columns=5)
        is_there = len(points) > 0 and (int(points[0, 3]), int(points[0, 4])) == (after.seq, after.part)
        if is_there and after.has_steps == _has_steps(points):
            new = _curve(name, points[1:, :3], after.n_points, after.has_steps)
            return CurveTail(new, is_whole=False, place=_place(points, after.n_points + len(points) - 1))
        # dropped by a resume, or the first number without a step: then positions take the place of all steps
    points = _read(store, _FROM_PLACE, (run_id, name, -1, -1), n_columns=5)
    return CurveTail(_curve(name, points[:, :3]), is_whole=True, place=_place(points, len(points)))


def curve_outline(store: Store, run_id: str, name: str, n_points: int = OUTLINE_POINTS) -> Curve:
    """A curve in few points: the lowest and the highest of each block of points, each with its own step and time.

    Parameters
    ----------
    n_points : int
        Most points, at least 2; a shorter curve is given whole. NaN is left out of blocks that hold numbers.
    """
    import numpy as np

    which = (run_id, name)
    with store.reading() as connection, _cursor(connection) as cursor:
        count, with_step = cursor.execute(_COUNT, which).fetchone()
        length = -(-count // (n_points // 2))  # points of one block
        cursor.execute(_POINTS, which)
        if count <= n_points:
            return _curve(name, _joined(list(_blocks(cursor, BLOCK_ROWS)), n_columns=3))
        peaks = []
        first = 0
        for points in _blocks(cursor, length * max(1, BLOCK_ROWS // length)):
            if with_step < count:
                points[:, 0] = np.arange(first, first + len(points))
            peaks.append(_peaks(points, length))
            first += len(points)
    return _curve(name, np.concatenate(peaks))


def _peaks(points: "Points", length: int) -> "Points":
    """Lowest and highest point of each block, in the order of writing."""
    import numpy as np

    n_block = -(-len(points) // length)
    values = np.full(n_block * length, np.nan)
    values[: len(points)] = points[:, 1]
    blocks = values.reshape(n_block, length)
    known = ~np.isnan(blocks)
    starts = np.arange(n_block) * length
    lowest = starts + np.where(known, blocks, np.inf).argmin(1)
    highest = starts + np.where(known, blocks, -np.inf).argmax(1)
    return points[np.unique(np.concatenate([lowest, highest]))]  # type: ignore[no-any-return]


def _curve(name: str, points: "Points", n_before: int = 0, has_steps: bool | None = None) -> Curve:
    """Make the record; without steps the positions take their place."""
    import numpy as np

    steps, values, times = points.T
    if _has_steps(points) if has_steps is None else has_steps:
        return Curve(name, steps.astype(np.int64), values, times)
    return Curve(name, np.arange(n_before, n_before + len(steps)), values, times)


def _place(points: "Points", n_points: int) -> CurvePlace | None:
    return CurvePlace(int(points[-1, 3]), int(points[-1, 4]), n_points, _has_steps(points)) if len(points) else None


def _has_steps(points: "Points") -> bool:
    import numpy as np

    return not bool(np.isnan(points[:, 0]).any())


def _read(store: Store, query: str, which: tuple[Any, ...], n_columns: int) -> "Points":
    with store.reading() as connection, _cursor(connection) as cursor:
        cursor.execute(query, which)
        return _joined(list(_blocks(cursor, BLOCK_ROWS)), n_columns)


@contextmanager
def _cursor(connection: Connection) -> Iterator[sqlite3.Cursor]:
    """A cursor past SQLAlchemy, which makes an object of each row: three times as fast for a million points."""
    with closing(connection.connection.cursor()) as cursor:
        yield cursor  # type: ignore[misc] # DBAPI's own type of it


def _blocks(cursor: sqlite3.Cursor, n_rows: int) -> "Iterator[Points]":
    import numpy as np

    while rows := cursor.fetchmany(n_rows):
        yield np.array(rows, dtype=np.float64)  # None becomes NaN


def _joined(blocks: "list[Points]", n_columns: int) -> "Points":
    import numpy as np

    return np.concatenate(blocks) if blocks else np.empty((0, n_columns))
