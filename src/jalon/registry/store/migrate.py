"""A store follows its program: books by numbered migrations, data tables by the dictionary."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from jalon.core.errors import UserError
from jalon.registry.store.guards import set_guards
from jalon.registry.store.schema import BOOKS, data_tables, metadata

FOLDER = Path(__file__).parent / "migrations"


def migrate(connection: sa.Connection) -> list[str]:
    """Bring a store up to this version's books and dictionary; nothing is ever dropped.

    Args:
        connection: inside the transaction that migrates.

    Returns:
        What was made, in words; empty when the store was up to date.

    Raises:
        UserError: a column of the store holds another kind of value than the dictionary says.
    """
    before = set(sa.inspect(connection).get_table_names())
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes.update(connection=connection, metadata=metadata)
    command.upgrade(config, "head")
    made = [] if "audit" in before else ["books"]
    for table in data_tables():
        made += _follow(connection, table)
    if made:
        set_guards(connection)
    return made


def is_current(connection: sa.Connection) -> bool:
    """Say whether a store has every book, and every table and column of the dictionary."""
    inspector = sa.inspect(connection)
    names = set(inspector.get_table_names())
    for table in (*BOOKS, *data_tables()):
        if table.name not in names:
            return False
        if set(table.columns.keys()) - {c["name"] for c in inspector.get_columns(table.name)}:
            return False
    return True


def _follow(connection: sa.Connection, table: sa.Table) -> list[str]:
    inspector = sa.inspect(connection)
    if not inspector.has_table(table.name):
        table.create(connection)
        return [f"table {table.name}"]
    there = {column["name"]: column["type"] for column in inspector.get_columns(table.name)}
    operations = Operations(MigrationContext.configure(connection))
    made = []
    for column in table.columns:
        if column.name not in there:
            operations.add_column(table.name, sa.Column(column.name, column.type))
            made.append(f"column {table.name}.{column.name}")
        elif there[column.name]._type_affinity is not column.type._type_affinity:
            raise UserError(
                f"the store keeps {table.name}.{column.name} as {there[column.name]}, the "
                f"dictionary as {column.type}; give the new meaning a new column name"
            )
    return made
