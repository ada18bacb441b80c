"""The schemas that there were, as Alembic revisions; run from ``store.schema``."""
