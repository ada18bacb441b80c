"""Takes in one run: its request, its labels, and the events that it has written since the last time.

The byte cursor of a run moves in the same transaction as the rows that its events made, so each event counts exactly once:
also when this process is killed at any point, and when several programs do it at the same time. Reading and parsing happen
outside the lock; a block only counts if the cursor still stands where the reading began.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from neurostudio.core.errors import StoreError
from neurostudio.core.events import FINAL_STATES, Event, EventReader
from neurostudio.core.run_folder import REQUEST_FORMAT, RunFolder, effective_status, read_json
from neurostudio.store.fold import BLANK, Change, fold
from neurostudio.store.labels import Labels, read_labels
from neurostudio.store.stamp import stamp_of
from neurostudio.store.tables import artifacts, final_metrics, metric_names, metrics, run_inputs, runs, tables_of_a_run
from neurostudio.store.write import Store

BLOCK_BYTES = 2 << 20  # about 25,000 metric events: 0.1 s under the lock

_INSERT_METRICS = "INSERT OR REPLACE INTO metrics (run, name, seq, part, step, value, t) VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_LOGS = "INSERT OR REPLACE INTO logs (run, seq, t, level, message, fields) VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_FINALS = "INSERT OR REPLACE INTO final_metrics (run, name, step, value) VALUES (?, ?, ?, ?)"
_RECOUNT_FINALS = """
INSERT INTO final_metrics (run, name, step, value)
SELECT run, name, step, value FROM (
    SELECT *, row_number() OVER (PARTITION BY name ORDER BY seq DESC, part DESC) AS place FROM metrics WHERE run = ?
) WHERE place = 1
"""


class UnreadableRunError(StoreError):
    """One run cannot be read; the index and the other runs are fine."""


@dataclass(frozen=True)
class Known:
    """What the index knows of a run before more is taken in; the names are those of the columns of `runs`."""

    id: int
    run_id: str
    state: str
    recorded: str
    attempt: int
    started: float | None
    ended: float | None
    last_event: float | None
    cursor: int
    last_seq: int
    labels_stamp: str

    def is_settled(self, folder: str) -> bool:
        """Whether nothing can have changed: it ended by its own word, and neither record nor labels are new."""
        return (
            self.recorded in FINAL_STATES
            and _size_of(f"{folder}/events.jsonl") == self.cursor
            and stamp_of(f"{folder}/labels.json") == self.labels_stamp
        )


# Built once: putting an SQLAlchemy statement together takes longer than SQLite needs to run it.
_SELECT_KNOWN = select(*(runs.c[column.name] for column in fields(Known)))
_SELECT_ONE = _SELECT_KNOWN.where(runs.c.run_id == bindparam("wanted"))
_UPDATE_ONE = runs.update().where(runs.c.id == bindparam("wanted"))  # the columns set are those of the values given
_NEXT_ID = select(func.coalesce(func.max(runs.c.id), 0) + 1)
_INSERT_RUN = runs.insert()
_INSERT_INPUTS = run_inputs.insert()
_INSERT_NAMES = insert(metric_names).on_conflict_do_nothing()
_REPLACE_ARTIFACTS = artifacts.insert().prefix_with("OR REPLACE")


@dataclass
class News:
    """What came in from one run."""

    changed: bool = False
    events: int = 0
    problems: list[str] = field(default_factory=list)


def known_runs(connection: Connection) -> dict[str, Known]:
    """Every run in the index, by its id."""
    return {known.run_id: known for known in (Known(*row) for row in connection.execute(_SELECT_KNOWN))}


def known_run(connection: Connection, run_id: str) -> Known | None:
    """One run as the index knows it."""
    row = connection.execute(_SELECT_ONE, {"wanted": run_id}).one_or_none()
    return None if row is None else Known(*row)


def take_run(store: Store, folder: RunFolder, known: Known | None) -> News:
    """Bring one run up to date; `known` is None for one that is not in the index.

    Raises
    ------
    UnreadableRunError
        When its request or its record cannot be read.
    StoreError
        When the index cannot be written.
    """
    news = News()
    try:
        if known is None:
            known = _add(store, folder, news)
        known = _take_events(store, folder, known, news)
        while known is not None and (true := _true_state(folder, known)) != (known.state, known.ended):
            if true[0] in FINAL_STATES:
                # A worker that is gone may have written its last words after we read and before we looked.
                cursor = known.cursor
                known = _take_events(store, folder, known, news)
                if known is None or known.cursor != cursor:
                    continue
            known = _correct_state(store, known, true, news)
        if known is None:  # another program has just forgotten it
            return news
        if stamp_of(folder.labels_file) != known.labels_stamp:
            _take_labels(store, folder, known, news)
    except OSError as error:
        raise UnreadableRunError(f"{folder.path} cannot be read", str(error), "Look whether the disk is still there") from error
    return news


def _add(store: Store, folder: RunFolder, news: News) -> Known:
    row, inputs = _rows_of_request(folder)
    with store.writing() as connection:
        known = known_run(connection, folder.id)
        if known is not None:  # another program was first
            return known
        columns = {**BLANK, **row, "id": connection.scalar(_NEXT_ID)}
        connection.execute(_INSERT_RUN, columns)
        if inputs:
            connection.execute(_INSERT_INPUTS, [{"run": columns["id"], **given} for given in inputs])
    news.changed = True
    return Known(**{column.name: columns[column.name] for column in fields(Known)})


def take_request(store: Store, folder: RunFolder) -> None:
    """Take in the request of a known run afresh: its inputs were found in another place."""
    row, inputs = _rows_of_request(folder)
    with store.writing() as connection:
        known = known_run(connection, folder.id)
        if known is None:
            return
        connection.execute(_UPDATE_ONE, {"wanted": known.id, "request": row["request"]})
        connection.execute(run_inputs.delete().where(run_inputs.c.run == known.id))
        if inputs:
            connection.execute(_INSERT_INPUTS, [{"run": known.id, **given} for given in inputs])


def _rows_of_request(folder: RunFolder) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    try:
        document = read_json(folder.request_file)
        if int(document.get("format", 0)) > REQUEST_FORMAT:
            folder.request()  # raises the error that says so
        json.dumps(document, ensure_ascii=False).encode()  # half a character cannot be stored
        seed = int(document.get("seed", 0))
        if abs(seed) >= 2**63:
            raise ValueError(f"the seed {seed} is too large")
        row = {
            "run_id": folder.id,
            "name": str(document.get("name", "")),
            "method": str(document["method"]),
            "seed": seed,
            "batch": str(document.get("batch", "")),
            "where": str(document.get("where", "local")),
            "serve": bool(document.get("serve", False)),
            "settings": dict(document["settings"]),
            "request": document,
            "created": float(document.get("created", 0.0)),
            "tags": [],
            "notes": "",
            "trashed": False,
            "labels_stamp": "",
        }
        inputs = [
            {
                "position": position,
                **{key: str(given.get(key, "")) for key in ("role", "name", "kind", "path", "sha256")},
                **{key: dict(given.get(key) or {}) for key in ("options", "source")},
            }
            for position, given in enumerate(document.get("inputs", ()))
        ]
    except StoreError as error:
        raise UnreadableRunError(
            error.what, error.why, error.fix or "Restore the file from a copy, or remove the folder"
        ) from error
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableRunError(
            f"{folder.request_file} is not a request",
            f"{type(error).__name__}: {error}",
            "Restore the file from a copy, or remove the folder",
        ) from error
    return row, inputs


def forget_run(connection: Connection, known: Known) -> None:
    """Remove every row of a run."""
    _delete_rows(connection, known)
    connection.execute(runs.delete().where(runs.c.id == known.id))


def _delete_rows(connection: Connection, known: Known, *, keep_inputs: bool = False) -> None:
    for table in tables_of_a_run():
        if not (keep_inputs and table is run_inputs):
            connection.execute(table.delete().where(table.c.run == known.id))


# --- events


def _take_events(store: Store, folder: RunFolder, known: Known, news: News) -> Known | None:
    """Take blocks until there is no whole line left; returns the run as the index knows it then."""
    started_over = False
    row: Known | None = known
    while row is not None and _has_grown(folder, row):
        reader = EventReader(folder.events_file, row.cursor)
        events = [event for event, _ in reader.read_with_offsets(BLOCK_BYTES)]
        if not started_over and _is_another_record(folder, row, events):
            started_over = True
            row = _start_over(store, row)
            news.changed = True
        elif reader.offset == row.cursor:  # a torn last line: not yet
            break
        else:
            row = _write_block(store, row, events, reader.offset, news)
    return row


def _is_another_record(folder: RunFolder, known: Known, events: Sequence[Event]) -> bool:
    """Whether the file is not the one that the cursor was set in: cut, or put back from a copy."""
    if known.cursor == 0:
        return False
    if _size_of(folder.events_file) < known.cursor:
        return True
    with folder.events_file.open("rb") as stream:
        stream.seek(known.cursor - 1)
        if stream.read(1) != b"\n":
            return True
    first = events[0]["seq"] if events else None
    return isinstance(first, int) and first <= known.last_seq


def _start_over(store: Store, known: Known) -> Known | None:
    with store.writing() as connection:
        _delete_rows(connection, known, keep_inputs=True)
        connection.execute(_UPDATE_ONE, {"wanted": known.id, **BLANK})
        return known_run(connection, known.run_id)


def _write_block(store: Store, known: Known, events: Sequence[Event], offset: int, news: News) -> Known | None:
    change = fold(events, known.last_seq, known.started)
    with store.writing() as connection:
        now = known_run(connection, known.run_id)
        if now is None or (now.id, now.cursor) != (known.id, known.cursor):
            return now  # another program took this block
        _write_change(connection, known.id, change)
        connection.execute(_UPDATE_ONE, {"wanted": known.id, **change.columns, "cursor": offset})
        now = known_run(connection, known.run_id)
    news.changed = True
    news.events += len(events)
    news.problems += change.problems
    return now


def _write_change(connection: Connection, run: int, change: Change) -> None:
    if change.kept_seq is not None:
        connection.execute(metrics.delete().where(metrics.c.run == run, metrics.c.seq > change.kept_seq))
    if change.metrics:
        ids = _metric_ids(connection, {point[0] for point in change.metrics})
        points = [(run, ids[name], seq, part, step, value, t) for name, seq, part, step, value, t in change.metrics]
        connection.exec_driver_sql(_INSERT_METRICS, points)
    if change.kept_seq is not None:
        connection.execute(final_metrics.delete().where(final_metrics.c.run == run))
        connection.exec_driver_sql(_RECOUNT_FINALS, (run,))
    elif change.metrics:
        last = {point[0]: point for point in change.metrics}
        connection.exec_driver_sql(_INSERT_FINALS, [(run, ids[name], *point[3:5]) for name, point in last.items()])
    if change.artifacts:
        rows = [{"run": run, **artifact} for artifact in change.artifacts.values()]
        connection.execute(_REPLACE_ARTIFACTS, rows)
    if change.logs:
        connection.exec_driver_sql(_INSERT_LOGS, [(run, *line) for line in change.logs])


def _metric_ids(connection: Connection, names: set[str]) -> dict[str, int]:
    connection.execute(_INSERT_NAMES, [{"name": name} for name in sorted(names)])
    return {name: id_ for id_, name in connection.execute(select(metric_names.c.id, metric_names.c.name)) if name in names}


def _has_grown(folder: RunFolder, known: Known) -> bool:
    return _size_of(folder.events_file) != known.cursor


def _size_of(file: Path | str) -> int:
    try:
        return os.stat(file).st_size  # noqa: PTH116 - asked for every run at each pass: no Path is made for it
    except FileNotFoundError:
        return 0


# --- state and labels


def _true_state(folder: RunFolder, known: Known) -> tuple[str, float | None]:
    """State and end as they are: a run does not record that its worker was killed."""
    if known.recorded in FINAL_STATES:
        return known.state, known.ended
    state = effective_status(folder, known.recorded, known.attempt, known.last_event or 0.0).state
    return state, known.last_event if state in FINAL_STATES else None


def _correct_state(store: Store, known: Known, true: tuple[str, float | None], news: News) -> Known | None:
    state, ended = true
    with store.writing() as connection:
        now = known_run(connection, known.run_id)
        if now is None or now != known:
            return now  # another program has newer events
        connection.execute(_UPDATE_ONE, {"wanted": known.id, "state": state, "ended": ended})
        news.changed = True
        return replace(known, state=state, ended=ended)


def _take_labels(store: Store, folder: RunFolder, known: Known, news: News) -> None:
    with store.writing() as connection:
        stamp = stamp_of(folder.labels_file)
        try:
            labels = read_labels(folder)
        except StoreError as error:
            news.problems.append(f"its labels are left out: {str(error).rstrip('.')}")
            labels = Labels()
        request = connection.scalar(select(runs.c.request).where(runs.c.id == known.id)) or {}
        columns = {**labels.columns(str(request.get("name", ""))), "labels_stamp": stamp}
        connection.execute(_UPDATE_ONE, {"wanted": known.id, **columns})
    news.changed = True
