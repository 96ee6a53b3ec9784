"""Rows become versions: what is new is added, what changed follows what it replaces."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from jalon.dictionary import Table
from jalon.registry.store.bulk import insert_frame
from jalon.registry.store.current import list_types, read_current
from jalon.registry.store.schema import data_table, list_keys
from jalon.registry.store.writing import Writing

FEW = 20_000
"""Up to so many patients are asked for by name; for more, the centre's rows are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What became of a file's rows.

    Attributes:
        rows: what was written, with version and line; of these the digest is kept.
        added: rows whose keys were new.
        changed: rows that are new versions of what was there.
        unchanged: rows that said what was there already.
    """

    rows: pl.DataFrame
    added: int
    changed: int
    unchanged: int


def write_rows(
    writing: Writing, table: Table, frame: pl.DataFrame, import_id: int, given: frozenset[str]
) -> Written:
    """Write the rows of one centre; nothing is overwritten and nothing is written twice.

    Args:
        writing: the transaction.
        table: what the rows are.
        frame: centre, line and the dictionary's columns, the patients being pseudonyms.
        import_id: the import that brings them.
        given: the columns that the file had; others keep what the store holds.

    Returns:
        What was written.
    """
    keys = list_keys(table)
    old = _read_old(writing.connection, table, frame)
    if old.is_empty():
        # Rows of a patient lie together, so they are written in the order of their keys.
        new = frame.with_columns(version=pl.lit(1, pl.Int64)).sort(keys)
        changed, unchanged = new.clear(), 0
    else:
        new, changed, unchanged = _compare(table, frame, old, given)
    rows = pl.concat([new, changed.select(new.columns)]).sort(keys)
    _end_old(writing.connection, table, changed, import_id)
    kept = rows.with_columns(import_id=pl.lit(import_id, pl.Int64))
    insert_frame(writing.connection, data_table(table.name), kept)
    return Written(rows, new.height, changed.height, unchanged)


def _read_old(connection: sa.Connection, table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    centre = frame["centre"][0]
    if "patient" not in table.keys:
        return read_current(connection, table, centre, extra=("version",))
    patients = frame["patient"].unique().to_list()
    few = patients if len(patients) <= FEW else None
    if few is None and not _has_rows(connection, table, centre):
        return read_current(connection, table, centre, [], ("version",))
    return read_current(connection, table, centre, few, ("version",))


def _has_rows(connection: sa.Connection, table: Table, centre: str) -> bool:
    stored = data_table(table.name)
    first = sa.select(stored.c.version).where(stored.c.centre == centre).limit(1)
    return connection.execute(first).first() is not None


def _compare(
    table: Table, frame: pl.DataFrame, old: pl.DataFrame, given: frozenset[str]
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    keys = list(list_keys(table))
    values = [name for name in list_types(table) if name not in keys]
    both = frame.join(old, on=keys, how="left", suffix="_old", maintain_order="left")
    kept = [pl.col(f"{name}_old").alias(name) for name in values if name not in given]
    both = both.with_columns(kept)
    differs = pl.any_horizontal(
        [pl.lit(value=False), *(pl.col(n).ne_missing(pl.col(f"{n}_old")) for n in values)]
    )
    fresh = pl.col("version").is_null()
    names = [*frame.columns, "version"]
    new = both.filter(fresh).with_columns(version=pl.lit(1, pl.Int64)).select(names).sort(keys)
    changed = both.filter(~fresh & differs).with_columns(pl.col("version") + 1).select(names)
    return new, changed, both.height - new.height - changed.height


def _end_old(
    connection: sa.Connection, table: Table, changed: pl.DataFrame, import_id: int
) -> None:
    if changed.is_empty():
        return
    stored, keys = data_table(table.name), list_keys(table)
    same = sa.and_(*(stored.c[key] == sa.bindparam(f"k_{key}") for key in keys))
    statement = (
        sa.update(stored)
        .where(same, stored.c.version == sa.bindparam("v"))
        .values(ended_by=import_id)
    )
    wanted = changed.select(
        *(pl.col(key).alias(f"k_{key}") for key in keys), v=pl.col("version") - 1
    )
    connection.execute(statement, wanted.to_dicts())
