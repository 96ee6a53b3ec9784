"""A registry's store: made once, opened by its address, written by one hand at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from jalon.core.errors import UserError
from jalon.registry.store.audit import append_audit
from jalon.registry.store.dictionary_version import hash_dictionary
from jalon.registry.store.engine import find_file, is_sqlite, make_engine
from jalon.registry.store.migrate import is_current, migrate
from jalon.registry.store.schema import info
from jalon.registry.store.writing import Writing

DataKind = Literal["real", "synthetic"]


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """An open store.

    Attributes:
        engine: how it is reached.
        data_kind: "real" patients or "synthetic" ones.
    """

    engine: sa.Engine
    data_kind: str

    @contextmanager
    def write(self, by: str, at: str | None = None, *, keep: bool = True) -> Iterator[Writing]:
        """Begin one transaction: all of it is kept when the block ends, none of it otherwise.

        Args:
            by: who writes.
            at: the moment, ISO in UTC; now when it is not given.
            keep: whether it is kept at all; False for a trial.

        Yields:
            The open transaction.

        Raises:
            UserError: the database refused or could not be reached.
        """
        moment = at or datetime.now(UTC).isoformat(timespec="seconds")
        engine = self.engine.execution_options(writes=True)
        with _explain(engine), engine.connect() as connection, connection.begin() as transaction:
            yield Writing(connection, by, moment)
            if not keep:
                transaction.rollback()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Look at one moment of the store.

        Yields:
            A connection whose every question is answered from the same moment.

        Raises:
            UserError: the database refused or could not be reached.
        """
        engine = self.engine
        if not is_sqlite(engine):
            engine = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with _explain(engine), engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def create_store(url: str, data_kind: DataKind = "real", by: str = "") -> tuple[Store, list[str]]:
    """Make a store, or bring one up to date with this version's dictionary.

    Args:
        url: its address.
        data_kind: whether its patients are real; a store never changes from one to the other.
        by: who makes it, for the audit.

    Returns:
        The store, and what was made (empty when it was up to date).

    Raises:
        UserError: the address is wrong, the database cannot be reached, or it holds a store
            of the other kind.
    """
    engine = make_engine(url)
    if is_sqlite(engine) and not find_file(engine).resolve().parent.is_dir():
        raise UserError(
            f"there is no folder {find_file(engine).parent} for {find_file(engine).name}"
        )
    with _let_go(engine), Store(engine, data_kind).write(by) as writing:
        made = migrate(writing.connection)
        kind = _read_info(writing.connection).get("data_kind", data_kind)
        if kind != data_kind:
            raise UserError(f"this store holds {kind} patients; make another for {data_kind} ones")
        if made:
            values = {"data_kind": data_kind, "dictionary": hash_dictionary()}
            _write_info(writing.connection, values)
            append_audit(writing, "init", {"made": made, **values})
    return Store(engine, data_kind), made


def open_store(url: str) -> Store:
    """Open a store that is there.

    Args:
        url: its address, for example ``sqlite:///registry.db``.

    Returns:
        The store.

    Raises:
        UserError: there is none, it cannot be reached, or it must first follow a newer
            dictionary.

    Example:
        >>> open_store("sqlite:///no/such.db")
        Traceback (most recent call last):
            ...
        jalon.core.errors.UserError: there is no store no/such.db; make it with: jalon registry init
    """
    engine = make_engine(url)
    if is_sqlite(engine) and not find_file(engine).is_file():
        raise UserError(f"there is no store {find_file(engine)}; make it with: jalon registry init")
    with _let_go(engine), Store(engine, "").read() as connection:
        if not sa.inspect(connection).has_table("info"):
            raise UserError("this database holds no store yet; make it with: jalon registry init")
        if not is_current(connection):
            raise UserError(
                "the store lacks tables or columns of this version's dictionary; "
                "add them with: jalon registry init"
            )
        data_kind = _read_info(connection)["data_kind"]
    return Store(engine, data_kind)


def _read_info(connection: sa.Connection) -> dict[str, str]:
    return {row.name: row.value for row in connection.execute(sa.select(info))}


def _write_info(connection: sa.Connection, values: dict[str, str]) -> None:
    there = _read_info(connection)
    for name, value in values.items():
        if name in there:
            connection.execute(sa.update(info).where(info.c.name == name).values(value=value))
        else:
            connection.execute(sa.insert(info).values(name=name, value=value))


@contextmanager
def _let_go(engine: sa.Engine) -> Iterator[None]:
    """Close the database when a store cannot be made or opened."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def _explain(engine: sa.Engine) -> Iterator[None]:
    where = find_file(engine).name if is_sqlite(engine) else engine.url.host or "the server"
    # Rows in bulk go to the driver itself, whose errors nobody has wrapped.
    bare = engine.dialect.loaded_dbapi.Error
    try:
        yield
    except (DBAPIError, bare) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise UserError(_tell(where, cause)) from error


def _tell(where: str, cause: BaseException | None) -> str:
    kind = type(cause).__name__
    if kind == "InsufficientPrivilege":
        return (
            "this login may not do that; whoever keeps the registry says what it may: "
            "jalon registry role"
        )
    if "OperationalError" in {one.__name__ for one in type(cause).__mro__}:
        return f"the database {where} cannot be used: {str(cause).strip().splitlines()[0]}"
    # The driver's message may repeat a patient's values, so only its kind is told.
    return f"the database {where} refused the change ({kind}); nothing was kept"
