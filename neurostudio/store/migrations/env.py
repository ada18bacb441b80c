"""Where Alembic begins: it works on the connection, and in the transaction, that ``store.schema.upgrade`` handed over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
