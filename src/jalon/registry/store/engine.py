"""A store's address becomes an engine that begins transactions as a store must."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from jalon.core.errors import UserError

SQLITE, POSTGRESQL = "sqlite", "postgresql"

ADVICE = "give sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"

PRAGMAS = (
    "PRAGMA busy_timeout = 60000",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -131072",
    "PRAGMA temp_store = MEMORY",
)
"""Wait a minute for another writer, lose nothing when the power fails, use 128 MB."""


def make_engine(url: str) -> sa.Engine:
    """Make the engine of a store without connecting yet.

    Args:
        url: ``sqlite:///registry.db`` or ``postgresql+psycopg://user@host/database``.

    Returns:
        The engine. On SQLite a transaction that writes takes the file for itself at its
        beginning; on PostgreSQL one that only reads sees a single moment.

    Raises:
        UserError: an address that is none, or a database or driver that is not known here.
    """
    try:
        address = sa.make_url(url)
        kind = address.get_backend_name()
        if kind not in {SQLITE, POSTGRESQL}:
            raise UserError(f"a store lies in SQLite or PostgreSQL, not in {kind}; {ADVICE}")
        if kind == SQLITE and not address.database:
            raise UserError(f"this address names no file; {ADVICE}")
        # Nothing stays open between transactions, so nothing has to be closed.
        engine = sa.create_engine(address, poolclass=sa.NullPool)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise UserError(f"this is no address of a store; {ADVICE}") from error
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is not installed; pip install 'jalon[postgresql]'"
        ) from error
    if kind == SQLITE:
        _prepare_sqlite(engine)
    return engine


def is_sqlite(engine: sa.Engine | sa.Connection) -> bool:
    """Say whether the store is a single file."""
    return engine.dialect.name == SQLITE


def find_file(engine: sa.Engine) -> Path:
    """Return the file of a store in SQLite."""
    return Path(str(engine.url.database))


def _prepare_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver's own rules begin transactions too late; ours begin them below.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
