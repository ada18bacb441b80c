"""Questions to the index. Each function is one short read transaction; none waits for the writer in WAL mode."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, exists, func, or_, select

from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import Plot
from neurostudio.core.method import Input
from neurostudio.core.run_folder import absolute_path
from neurostudio.store.records import dataset_from
from neurostudio.store.rows import ArtifactRow, Curve, DatasetRow, LogRow, ReportRow, RunDetail, RunError, RunRow
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
    limit: int | None = None,
) -> list[RunRow]:
    """Runs that fit everything that is given, newest first.

    Parameters
    ----------
    text : str, optional
        Words that each stand somewhere in id, name, method, batch, tags or notes; case does not matter.
    trashed : bool or None
        Those in the trash, those outside (the default), or None for both.
    """
    query = select(*_ROW).order_by(*_NEWEST_FIRST).limit(limit)
    columns = run_table.c
    if method is not None:
        query = query.where(columns.method == method)
    if state is not None:
        query = query.where(columns.state == state)
    if trashed is not None:
        query = query.where(columns.trashed == trashed)
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
        inputs=tuple(
            Input(
                role=given.role,
                name=given.name,
                kind=given.kind,
                path=absolute_path(given.path, store.project),
                sha256=given.sha256,
                options=given.options,
                source=given.source,
            )
            for given in inputs
        ),
        artifacts=tuple(
            ArtifactRow(
                name=output.name,
                kind=output.kind,
                path=folder / output.path,
                title=output.title,
                size=output.size,
                sha256=output.sha256,
                plot=None if output.plot is None else Plot.from_dict(output.plot),
                seq=output.seq,
            )
            for output in outputs
        ),
        metrics=final_values(store, [run_id]).get(run_id, {}),
        error=None if row.error is None else RunError(**row.error),
    )


def final_values(store: Store, run_ids: Iterable[str] | None = None) -> dict[str, dict[str, float]]:
    """Final value of each metric: run id -> metric name -> value, of some runs or of all."""
    query = (
        select(run_table.c.run_id, metric_names.c.name, final_metrics.c.value)
        .join_from(run_table, final_metrics, final_metrics.c.run == run_table.c.id)
        .join(metric_names, metric_names.c.id == final_metrics.c.name)
        .order_by(metric_names.c.name)
    )
    if run_ids is not None:
        query = query.where(run_table.c.run_id.in_(list(run_ids)))
    found: dict[str, dict[str, float]] = {}
    with store.reading() as connection:
        for run_id, name, value in connection.execute(query):
            found.setdefault(run_id, {})[name] = float("nan") if value is None else value
    return found


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
    import numpy as np

    query = (
        "SELECT step, value, t FROM metrics WHERE run = (SELECT id FROM runs WHERE run_id = ?)"
        " AND name = (SELECT id FROM metric_names WHERE name = ?) ORDER BY seq, part"
    )
    with store.reading() as connection:
        # past SQLAlchemy, which makes an object of each row: three times as fast for a million points
        cursor = connection.connection.cursor()
        cursor.execute(query, (run_id, name))
        points = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 3)  # None becomes NaN
        cursor.close()
    steps, values, times = points.T
    has_steps = not np.isnan(steps).any()
    return Curve(name, steps.astype(np.int64) if has_steps else np.arange(len(steps)), values, times)


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
    columns = {name: row._mapping[name] for name in RunRow.__dataclass_fields__}
    return RunRow(**{**columns, "tags": tuple(columns["tags"])})


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
