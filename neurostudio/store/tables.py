"""The tables of ``project.sqlite``: an index of the run folders and of the data set records.

Everything here can be made again from those files, except `reports` and `layout`, which a rebuild takes over from the old
index. Arrays never enter the index. There are no foreign keys: SQLite would look the run up for each of millions of metric
rows, and rows of a run are only ever removed together (:func:`tables_of_a_run`).

A change here needs a new file in ``migrations/versions``; a test compares the two.
"""

from sqlalchemy import JSON, REAL, BigInteger, Boolean, Column, Integer, MetaData, PrimaryKeyConstraint, String, Table, Text

REVISIONS = ("0001", "0002")
"""Every schema this program can read, oldest first; the last one is the one it writes."""

metadata = MetaData()

alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

datasets = Table(
    "datasets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),  # relative inside the project, absolute outside
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("options", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    Column("added", REAL, nullable=False),
    Column("copied", Boolean, nullable=False),
    Column("record", Text, nullable=False),  # name of the file in data/ that it was read from
    Column("stamp", Text, nullable=False),  # tells whether that file has changed
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("state", Text, nullable=False),  # what people see: corrected by whether the worker lives
    Column("recorded", Text, nullable=False),  # what the last state event says
    Column("attempt", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("batch", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("serve", Boolean, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("request", JSON, nullable=False),
    Column("created", REAL, nullable=False),
    Column("started", REAL),
    Column("ended", REAL),
    Column("last_event", REAL),
    Column("phase", Text, nullable=False),
    Column("progress_done", REAL),
    Column("progress_total", REAL),
    Column("progress_unit", Text, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("cursor", BigInteger, nullable=False),  # bytes of events.jsonl that are in the index
    Column("last_seq", BigInteger, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("notes", Text, nullable=False),
    Column("trashed", Boolean, nullable=False),
    Column("labels_stamp", Text, nullable=False),  # tells whether labels.json has changed
)

run_inputs = Table(
    "run_inputs",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("source", JSON, nullable=False),
    sqlite_with_rowid=False,
)

metric_names = Table(
    "metric_names",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

# The key is the place of the number in the run's record (event `seq`, row `part` of it): a number read twice would meet
# itself, and one curve lies together on the disk, in the order in which it was written.
metrics = Table(
    "metrics",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("name", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("step", BigInteger),
    Column("value", REAL),  # NULL is NaN: SQLite has none
    Column("t", REAL, nullable=False),
    sqlite_with_rowid=False,
)

final_metrics = Table(
    "final_metrics",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("name", Integer, primary_key=True),
    Column("step", BigInteger),
    Column("value", REAL),
    sqlite_with_rowid=False,
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),  # relative to the run folder
    Column("title", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("plot", JSON(none_as_null=True)),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

logs = Table(
    "logs",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("t", REAL, nullable=False),
    Column("level", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    sqlite_with_rowid=False,
)

reports = Table(
    "reports",
    metadata,
    Column("path", Text, primary_key=True),  # relative inside the project, absolute outside
    Column("title", Text, nullable=False),
    Column("created", REAL, nullable=False),
    Column("runs", JSON, nullable=False),
)

layout = Table(
    "layout",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("blob", JSON, nullable=False),
)


def tables_of_a_run() -> list[Table]:
    """The tables whose rows belong to one run, by a column `run`."""
    return [table for table in metadata.sorted_tables if "run" in table.c]
