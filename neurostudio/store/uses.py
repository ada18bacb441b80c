"""Two questions of the window: which runs worked with a data set, and which metrics of a run are curves."""

from sqlalchemy import func, select

from neurostudio.store.read import runs
from neurostudio.store.rows import RunRow
from neurostudio.store.tables import final_metrics, metric_names, metrics, run_inputs
from neurostudio.store.tables import runs as run_table
from neurostudio.store.write import Store


def runs_with_dataset(store: Store, name: str) -> list[RunRow]:
    """The runs outside the trash that had the data set of that name as an input, newest first."""
    query = (
        select(run_table.c.run_id)
        .join(run_inputs, run_inputs.c.run == run_table.c.id)
        .where(func.json_extract(run_inputs.c.source, "$.dataset") == name)
    )
    with store.reading() as connection:
        ids = list(connection.scalars(query))
    return runs(store, ids=ids)


def repeated_names(store: Store, run_id: str) -> list[str]:
    """Names of the metrics that a run has written more than once, sorted: the others are single numbers, not curves.

    Looks at two numbers of each metric, however many there are.
    """
    two = select(metrics.c.seq).where(metrics.c.run == run_table.c.id, metrics.c.name == metric_names.c.id).limit(2)
    n_of_two = select(func.count()).select_from(two.correlate(run_table, metric_names).subquery()).scalar_subquery()
    query = (
        select(metric_names.c.name)
        .join(final_metrics, final_metrics.c.name == metric_names.c.id)
        .join(run_table, run_table.c.id == final_metrics.c.run)
        .where(run_table.c.run_id == run_id, n_of_two == 2)
        .order_by(metric_names.c.name)
    )
    with store.reading() as connection:
        return list(connection.scalars(query))
