"""Alembic's environment: it migrates on the connection that the store gives it."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=False,
)
context.run_migrations()
