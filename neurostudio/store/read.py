"""Questions to the index. Each function is one short read transaction; none waits for the writer in WAL mode."""

import difflib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Text, exists, func, or_, select, true, type_coerce

from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import Plot
from neurostudio.core.method import Input
from neurostudio.core.run_folder import absolute_path
from neurostudio.store.curves import curve as curve
from neurostudio.store.curves import curve_names as curve_names
from neurostudio.store.curves import curve_outline as curve_outline
from neurostudio.store.curves import curve_tail as curve_tail
from neurostudio.store.records import dataset_from
from neurostudio.store.rows import ArtifactRow, DatasetRow, LogRow, ReportRow, RunDetail, RunError, RunRow
from neurostudio.store.tables import artifacts, final_metrics, metric_names, run_inputs
from neurostudio.store.tables import datasets as dataset_table
from neurostudio.store.tables import logs as log_table
from neurostudio.store.tables import reports as report_table
from neurostudio.store.tables import runs as run_table
from neurostudio.store.write import Store

LOG_LEVELS = ("debug", "info", "warning", "error")
_ROW = [run_table.c[name] for name in RunRow.__dataclass_fields__]
_NEWEST_FIRST = (run_table.c.created.desc(), run_table.c.run_id.desc())


def runs(
    store: Store,
    *,
    method: str | None = None,
    state: str | None = None,
    text: str | None = None,
    tag: str | None = None,
    trashed: bool | None = False,
    ids: Iterable[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[RunRow]:
    """Runs that fit everything that is given, newest first.

    Parameters
    ----------
    text : str, optional
        Words that each stand somewhere in id, name, method, batch, tags or notes; case does not matter.
    trashed : bool or None
        Those in the trash, those outside (the default), or None for both.
    ids : iterable of str, optional
        Only these.
    limit, offset : int
        Most runs, and how many of the newest to pass over.
    """
    query = select(*_ROW).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
    columns = run_table.c
    if method is not None:
        query = query.where(columns.method == method)
    if state is not None:
        query = query.where(columns.state == state)
    if trashed is not None:
        query = query.where(columns.trashed == trashed)
    if ids is not None:
        query = query.where(columns.run_id.in_(list(ids)))
    if tag is not None:
        each_tag = func.json_each(columns.tags).table_valued("value")
        query = query.where(exists(select(each_tag.c.value).where(each_tag.c.value == tag)))
    for word in (text or "").split():
        searched = (
            columns.run_id,
            columns.name,
            columns.method,
            columns.batch,
            columns.notes,
            func.json_extract(columns.tags, "$"),
        )
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in searched)))
    with store.reading() as connection:
        return [_run_row(row) for row in connection.execute(query)]


def tags(store: Store) -> dict[str, int]:
    """Every tag in use, sorted, with the number of its runs; the trash does not count."""
    each_tag = func.json_each(run_table.c.tags).table_valued("value")
    query = (
        select(each_tag.c.value, func.count())
        .select_from(run_table.join(each_tag, true()))
        .where(run_table.c.trashed.is_(False))
        .group_by(each_tag.c.value)
        .order_by(each_tag.c.value)
    )
    with store.reading() as connection:
        return {str(tag): n_runs for tag, n_runs in connection.execute(query)}


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Number of runs: method -> state -> count; the trash does not count."""
    query = (
        select(run_table.c.method, run_table.c.state, func.count())
        .where(run_table.c.trashed.is_(False))
        .group_by(run_table.c.method, run_table.c.state)
        .order_by(run_table.c.method, run_table.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    with store.reading() as connection:
        for method, state, n_runs in connection.execute(query):
            found.setdefault(method, {})[state] = n_runs
    return found


def settings_of(store: Store, run_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The settings of many runs as they are recorded, by run id; runs with the same settings share one dict."""
    text = type_coerce(run_table.c.settings, Text)
    query = select(run_table.c.run_id, text).where(run_table.c.run_id.in_(list(run_ids)))
    known: dict[str, dict[str, Any]] = {}
    found: dict[str, dict[str, Any]] = {}
    with store.reading() as connection:
        for run_id, document in connection.execute(query):
            if document not in known:
                known[document] = json.loads(document)
            found[run_id] = known[document]
    return found


def inputs_of(store: Store, run_ids: Iterable[str]) -> dict[str, tuple[Input, ...]]:
    """The inputs of many runs, by run id; runs without inputs are left out."""
    query = (
        select(run_table.c.run_id, run_inputs)
        .join_from(run_table, run_inputs, run_inputs.c.run == run_table.c.id)
        .where(run_table.c.run_id.in_(list(run_ids)))
        .order_by(run_inputs.c.run, run_inputs.c.position)
    )
    found: dict[str, tuple[Input, ...]] = {}
    with store.reading() as connection:
        for given in connection.execute(query):
            found[given.run_id] = (*found.get(given.run_id, ()), _input(given, store.project))
    return found


def find_run(store: Store, key: str) -> RunRow:
    """The run that `key` means: its id, its name, the beginning of its id, or ``latest``.

    Runs in the trash are found by their whole id only.

    Raises
    ------
    RequestError
        When no run or more than one fits; the message names those that are close.
    """
    with store.reading() as connection:
        exact = connection.execute(select(*_ROW).where(run_table.c.run_id == key)).one_or_none()
    if exact is not None:
        return _run_row(exact)
    there = runs(store)
    if not there:
        raise RequestError(f"There is no run in {store.project}")
    if key == "latest":
        return there[0]
    fitting = [row for row in there if row.name == key] or [row for row in there if key and row.run_id.startswith(key)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = ", ".join(row.run_id for row in fitting[:5]) + (" ..." if len(fitting) > 5 else "")
        raise RequestError(f"{len(fitting)} runs fit '{key}'", fix=f"Give the id of one: {ids}")
    names = [name for row in there for name in (row.name, row.run_id) if name]
    raise _unknown("run", key, names, store)


def run_detail(store: Store, run_id: str) -> RunDetail:
    """All about one run; RequestError where there is none of that id."""
    with store.reading() as connection:
        row = connection.execute(select(run_table).where(run_table.c.run_id == run_id)).one_or_none()
        if row is None:
            raise _unknown("run", run_id, connection.scalars(select(run_table.c.run_id)).all(), store)
        inputs = connection.execute(select(run_inputs).where(run_inputs.c.run == row.id).order_by(run_inputs.c.position)).all()
        outputs = connection.execute(select(artifacts).where(artifacts.c.run == row.id).order_by(artifacts.c.seq)).all()
    folder = store.project / "runs" / run_id
    return RunDetail(
        row=_run_row(row),
        folder=folder,
        settings=row.settings,
        request=row.request,
        inputs=tuple(_input(given, store.project) for given in inputs),
        artifacts=tuple(_artifact_row(output, folder) for output in outputs),
        metrics=final_values(store, [run_id]).get(run_id, {}),
        error=None if row.error is None else RunError(**row.error),
    )


def artifacts_of_kinds(store: Store, kinds: Iterable[str], limit: int | None = None) -> list[tuple[RunRow, ArtifactRow]]:
    """Outputs of these kinds with their runs, those of the newest runs first; none of the trash."""
    query = (
        select(artifacts)
        .join_from(artifacts, run_table, artifacts.c.run == run_table.c.id)
        .where(artifacts.c.kind.in_(list(kinds)), run_table.c.trashed.is_(False))
        .order_by(*_NEWEST_FIRST, artifacts.c.seq)
        .limit(limit)
    )
    with store.reading() as connection:
        found = connection.execute(query).all()
        ids = {output.run for output in found}
        rows = connection.execute(select(run_table.c.id, *_ROW).where(run_table.c.id.in_(ids)))
        by_id = {row.id: _run_row(row) for row in rows}
    folder = store.project / "runs"
    return [(by_id[output.run], _artifact_row(output, folder / by_id[output.run].run_id)) for output in found]


def final_values(
    store: Store, run_ids: Iterable[str] | None = None, names: Iterable[str] | None = None
) -> dict[str, dict[str, float]]:
    """Final value of each metric: run id -> metric name -> value, of some runs or of all, of some metrics or of all."""
    query = (
        select(run_table.c.run_id, metric_names.c.name, final_metrics.c.value)
        .join_from(run_table, final_metrics, final_metrics.c.run == run_table.c.id)
        .join(metric_names, metric_names.c.id == final_metrics.c.name)
        .order_by(metric_names.c.name)
    )
    if run_ids is not None:
        query = query.where(run_table.c.run_id.in_(list(run_ids)))
    if names is not None:
        query = query.where(metric_names.c.name.in_(list(names)))
    found: dict[str, dict[str, float]] = {}
    with store.reading() as connection:
        for run_id, name, value in connection.execute(query):
            found.setdefault(run_id, {})[name] = float("nan") if value is None else value
    return found


def logs(store: Store, run_id: str, level: str = "debug", limit: int | None = None) -> list[LogRow]:
    """The log of a run from a level up, oldest first; with `limit` only the last lines.

    Raises
    ------
    RequestError
        For an unknown level.
    """
    if level not in LOG_LEVELS:
        raise RequestError(f"Unknown log level '{level}'", fix=f"Known levels: {', '.join(LOG_LEVELS)}")
    below = LOG_LEVELS[: LOG_LEVELS.index(level)]
    query = (
        select(log_table)
        .join(run_table, run_table.c.id == log_table.c.run)
        .where(run_table.c.run_id == run_id, log_table.c.level.not_in(below))
        .order_by(log_table.c.seq.desc())
        .limit(limit)
    )
    with store.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return [LogRow(**{name: row[name] for name in LogRow.__dataclass_fields__}) for row in reversed(rows)]


def datasets(store: Store) -> list[DatasetRow]:
    """The data sets of a project by name."""
    with store.reading() as connection:
        rows = connection.execute(select(dataset_table).order_by(dataset_table.c.name))
        return [dataset_from(row, store.project) for row in rows.mappings()]


def dataset(store: Store, name: str) -> DatasetRow:
    """The data set of that name; RequestError names close ones."""
    there = {row.name: row for row in datasets(store)}
    if name not in there:
        raise _unknown("data set", name, list(there), store)
    return there[name]


def reports(store: Store) -> list[ReportRow]:
    """The reports that were written, newest first."""
    with store.reading() as connection:
        rows = connection.execute(select(report_table).order_by(report_table.c.created.desc(), report_table.c.path))
        return [ReportRow(absolute_path(row.path, store.project), row.title, row.created, tuple(row.runs)) for row in rows]


def _run_row(row: Row[Any]) -> RunRow:
    there = row._mapping
    columns = {name: there[name] for name in RunRow.__dataclass_fields__}
    return RunRow(**{**columns, "tags": tuple(columns["tags"])})


def _input(given: Row[Any], project: Path) -> Input:
    return Input(
        role=given.role,
        name=given.name,
        kind=given.kind,
        path=absolute_path(given.path, project),
        sha256=given.sha256,
        options=given.options,
        source=given.source,
    )


def _artifact_row(output: Row[Any], folder: Path) -> ArtifactRow:
    return ArtifactRow(
        name=output.name,
        kind=output.kind,
        path=folder / output.path,
        title=output.title,
        size=output.size,
        sha256=output.sha256,
        plot=None if output.plot is None else Plot.from_dict(output.plot),
        seq=output.seq,
    )


def _unknown(what: str, key: str, known: Sequence[str], store: Store) -> RequestError:
    if not known:
        return RequestError(f"There is no {what} in {store.project}")
    close = difflib.get_close_matches(key, known, n=3, cutoff=0.5)
    return RequestError(
        f"There is no {what} '{key}' in {store.project}",
        fix=f"Did you mean {' or '.join(close)}?"
        if close
        else f"Known: {', '.join(known[:5])}{' ...' if len(known) > 5 else ''}",
    )
