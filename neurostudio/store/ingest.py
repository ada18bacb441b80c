"""Brings the index up to date with the run folders and the data set records of a project."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from neurostudio.core.errors import StoreError
from neurostudio.core.run_folder import RunFolder
from neurostudio.store.intake import UnreadableRunError, forget_run, known_run, known_runs, take_run
from neurostudio.store.records import read_record, record_stamps
from neurostudio.store.tables import datasets
from neurostudio.store.write import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ingested:
    """What one pass over a project brought.

    Attributes
    ----------
    runs : tuple of str
        Ids of the runs whose rows changed: new, gone, or with news.
    events : int
        Events taken in.
    problems : tuple of str
        One sentence for each thing that could not be read; the rest was taken in.
    """

    runs: tuple[str, ...] = ()
    events: int = 0
    problems: tuple[str, ...] = ()


def ingest_run(store: Store, folder: RunFolder) -> int:
    """Take in what one run has written since the last time; returns the number of events.

    Raises
    ------
    StoreError
        When its request cannot be read, or the index cannot be written.
    """
    with store.reading() as connection:
        known = known_run(connection, folder.id)
    news = take_run(store, folder, known)
    for problem in news.problems:
        logger.warning("run record has a problem run=%s problem=%s", folder.id, problem)
    return news.events


def ingest_project(store: Store) -> Ingested:
    """Take in everything that is new in a project. Quick where nothing is; does nothing in a read-only project.

    Raises
    ------
    StoreError
        When the index itself cannot be read or written; what is wrong with one run only is among the problems.
    """
    if store.read_only:
        return Ingested()
    problems = _take_datasets(store)
    with store.reading() as connection:
        known = known_runs(connection)
    names = _folder_names(store.project / "runs")
    root = os.fspath(store.project / "runs")
    changed = _forget_gone(store, set(known) - set(names))
    n_events = 0
    for name in names:
        row = known.get(name)
        if row is not None and row.is_settled(f"{root}/{name}"):
            continue
        folder = RunFolder(store.project / "runs" / name)
        if row is None and not folder.request_file.exists():
            if folder.events_file.exists():  # without events it is only just being made
                problems.append(
                    f"{folder.path} has no request.json and is left out. Restore it from a copy, or remove the folder."
                )
            continue
        try:
            news = take_run(store, folder, row)
        except UnreadableRunError as error:
            problems.append(str(error))
            continue
        problems += [f"{folder.path}: {problem}." for problem in news.problems]
        n_events += news.events
        if news.changed:
            changed.append(name)
    return Ingested(tuple(sorted(changed)), n_events, tuple(problems))


def _folder_names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
    except FileNotFoundError:
        return []


def _forget_gone(store: Store, gone: set[str]) -> list[str]:
    if not gone:
        return []
    with store.writing() as connection:
        known = [known_run(connection, name) for name in sorted(gone) if not (store.project / "runs" / name).is_dir()]
        forgotten = [run for run in known if run is not None]
        for run in forgotten:
            forget_run(connection, run)
    return [run.run_id for run in forgotten]


def _take_datasets(store: Store) -> list[str]:
    with store.reading() as connection:
        known = {row.record: row.stamp for row in connection.execute(select(datasets.c.record, datasets.c.stamp))}
    if record_stamps(store.project) == known:
        return []
    problems: list[str] = []
    rows: dict[str, dict[str, Any]] = {}
    with store.writing() as connection:
        for record, stamp in record_stamps(store.project).items():
            try:
                columns = read_record(store.project / "data" / record)
            except StoreError as error:
                problems.append(str(error))
                continue
            name = columns["name"]
            if name in rows:
                problems.append(f"data/{record} and data/{rows[name]['record']} both describe '{name}'. Remove one of them.")
                continue
            rows[name] = {**columns, "record": record, "stamp": stamp}
        connection.execute(datasets.delete())
        if rows:
            connection.execute(datasets.insert(), list(rows.values()))
    return problems
