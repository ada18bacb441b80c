"""Adds the last value of each metric, the list of reports and the window layout."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# The last row of a curve in the order in which the run wrote it.
FILL_FINAL_METRICS = """
INSERT INTO final_metrics (run, name, step, value)
SELECT run, name, step, value FROM (
    SELECT run, name, step, value, row_number() OVER (PARTITION BY run, name ORDER BY seq DESC, part DESC) AS place FROM metrics
) WHERE place = 1
"""


def upgrade() -> None:
    op.create_table(
        "final_metrics",
        sa.Column("run", sa.Integer, primary_key=True),
        sa.Column("name", sa.Integer, primary_key=True),
        sa.Column("step", sa.BigInteger),
        sa.Column("value", sa.REAL),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created", sa.REAL, nullable=False),
        sa.Column("runs", sa.JSON, nullable=False),
    )
    op.create_table(
        "layout",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("blob", sa.JSON, nullable=False),
    )
    op.execute(FILL_FINAL_METRICS)
