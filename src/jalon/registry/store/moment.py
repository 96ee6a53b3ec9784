"""One moment of a store, read by several hands at once as columns, not rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.registry.store.engine import find_file, is_sqlite
from jalon.registry.store.schema import audit
from jalon.registry.store.store import Store

ATTEMPTS = 20
"""How often another moment is tried when somebody writes just then."""

HEAD = 'SELECT "hash" FROM "audit" ORDER BY "seq" DESC LIMIT 1'

BATCH = "1048576"
"""More rows than a partition has: SQLite's columns get their types from the whole of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Connections that all see the same state of a store.

    Attributes:
        connection: for questions of all kinds.
        hands: cursors that give columns, for as many threads.
    """

    connection: sa.Connection
    hands: tuple[Any, ...]


@contextmanager
def hold_moment(store: Store, hands: int) -> Iterator[Moment]:
    """Open several connections to one and the same state of a store.

    Args:
        store: the store.
        hands: how many cursors to open.

    Yields:
        The connections; every one sees the store as it was when the block began.

    Raises:
        UserError: the drivers are not installed, or others write without a pause.
    """
    for _ in range(ATTEMPTS):
        with ExitStack() as stack:
            connection = stack.enter_context(store.read())
            head = connection.execute(_last_hash()).scalar_one_or_none()
            cursors = tuple(stack.enter_context(_open_hand(store)) for _ in range(hands))
            if all(_read_head(cursor) == head for cursor in cursors):
                yield Moment(connection, cursors)
                return
    raise UserError("others write to the store without a pause; try again in a moment")


def read_columns(cursor: Any, query: str, types: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return a query's columns with the types of the dictionary.

    Args:
        cursor: one of a moment's hands.
        query: the SQL, its values written in it.
        types: each column's type, in the query's order.
    """
    cursor.execute(query)
    frame = pl.DataFrame(cursor.fetch_arrow_table()).rename(
        dict(zip([part[0] for part in cursor.description], types, strict=True))
    )
    return frame.with_columns(_cast(frame, name, kind) for name, kind in types.items())


def _cast(frame: pl.DataFrame, name: str, kind: type[pl.DataType]) -> pl.Expr:
    if kind == pl.Date and frame.schema[name] == pl.String:
        return pl.col(name).str.to_date("%Y-%m-%d")
    return pl.col(name).cast(kind)


def _last_hash() -> sa.Select[Any]:
    return sa.select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1)


def _read_head(cursor: Any) -> str | None:
    cursor.execute(HEAD)
    row = cursor.fetchone()
    return str(row[0]) if row else None


@contextmanager
def _open_hand(store: Store) -> Iterator[Any]:
    connection = _connect(store)
    try:
        with connection.cursor() as cursor:
            if is_sqlite(store.engine):
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH})
            else:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield cursor
    finally:
        connection.rollback()
        connection.close()


def _connect(store: Store) -> Any:
    url = store.engine.url
    try:
        if is_sqlite(store.engine):
            from adbc_driver_sqlite import dbapi as sqlite  # noqa: PLC0415 - one of two extras

            return sqlite.connect(str(find_file(store.engine)))
        from adbc_driver_postgresql import dbapi as postgresql  # noqa: PLC0415

        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return postgresql.connect(address)
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is not installed; pip install 'jalon[registry,postgresql]'"
        ) from error
