"""What the store holds now, or held when an import was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from jalon.dictionary import Table
from jalon.registry.kinds import KINDS
from jalon.registry.store.engine import is_sqlite
from jalon.registry.store.schema import data_table, import_batch, list_stored

MANY = 500
"""Patients asked for by name at a time."""


def read_current(
    connection: sa.Connection,
    table: Table,
    centre: str | None = None,
    patients: Sequence[str] | None = None,
    extra: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Return the current rows of a table.

    Args:
        connection: inside a transaction.
        table: the table.
        centre: only this centre's rows.
        patients: only these patients' rows (pseudonyms).
        extra: columns of the store's own to add, for example "version".

    Returns:
        centre, the dictionary's columns in its order, then the extra ones; null = missing.
    """
    stored = data_table(table.name)
    condition: sa.ColumnElement[bool] = stored.c.ended_by.is_(None)
    if centre is not None:
        condition &= stored.c.centre == centre
    if patients is None:
        return _read(connection, table, condition, extra)
    parts = [
        _read(connection, table, condition & stored.c.patient.in_(patients[i : i + MANY]), extra)
        for i in range(0, len(patients), MANY)
    ]
    return pl.concat([make_empty(table, extra), *parts])


def read_versions(connection: sa.Connection, table: Table, centre: str) -> pl.DataFrame:
    """Return every row that a centre ever sent of a table, with version, import_id and line."""
    mine = data_table(table.name).c.centre == centre
    return _read(connection, table, mine, ("version", "import_id", "line"))


def make_empty(table: Table, extra: tuple[str, ...] = ()) -> pl.DataFrame:
    """Return a frame of no rows with a table's columns."""
    return pl.DataFrame(schema=list_types(table, extra))


def list_types(table: Table, extra: tuple[str, ...] = ()) -> dict[str, type[pl.DataType]]:
    """Return the type of each column of a table's frame."""
    types: dict[str, type[pl.DataType]] = {"centre": pl.String}
    types |= {column.name: KINDS[column.kind] for column in list_stored(table)}
    return types | dict.fromkeys(extra, pl.Int64)


def _read(
    connection: sa.Connection,
    table: Table,
    condition: sa.ColumnElement[bool],
    extra: tuple[str, ...],
) -> pl.DataFrame:
    types = list_types(table, extra)
    stored = data_table(table.name)
    query = sa.select(*(stored.c[name] for name in types)).where(condition)
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    values: Any = compiled.params
    if compiled.positional:
        values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    cursor.execute(str(compiled), values)
    rows = cursor.fetchall()
    cursor.close()
    return _make_frame(rows, types, dates_as_text=is_sqlite(connection))


def _make_frame(
    rows: list[tuple[Any, ...]], types: dict[str, type[pl.DataType]], dates_as_text: bool
) -> pl.DataFrame:
    read = {
        name: pl.String if kind == pl.Date and dates_as_text else kind
        for name, kind in types.items()
    }
    frame = pl.DataFrame(rows, schema=read, orient="row")
    dates = [name for name, kind in types.items() if kind == pl.Date and dates_as_text]
    return frame.with_columns(pl.col(dates).str.to_date("%Y-%m-%d")) if dates else frame


def read_history(
    connection: sa.Connection, table: Table, centre: str, patient: str
) -> pl.DataFrame:
    """Return every version of a patient's rows, with when and by whom each was imported."""
    stored = data_table(table.name)
    mine = (stored.c.centre == centre) & (stored.c.patient == patient)
    rows = _read(connection, table, mine, ("version", "import_id"))
    batch = sa.select(import_batch.c.import_id, import_batch.c.at, import_batch.c.by)
    moments = [tuple(row) for row in connection.execute(batch)]
    types = {"import_id": pl.Int64, "at": pl.String, "by": pl.String}
    known = pl.DataFrame(moments, schema=types, orient="row")
    return rows.join(known, on="import_id", how="left").sort(*table.keys, "version")
