"""A table of a moment becomes a Parquet file: read in parts by several hands, written in order."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from jalon.core.files import hash_file
from jalon.dictionary import Table
from jalon.registry.manifest import FrozenTable
from jalon.registry.partition import Partition, split_table
from jalon.registry.store.current import list_types, make_empty
from jalon.registry.store.moment import Moment, read_columns
from jalon.registry.store.schema import data_table, import_batch, list_keys

GROUP_ROWS = 100_000
"""Rows of a row group of the file; the last one may have fewer."""

AHEAD = 1
"""Parts that each hand may read before the first of them is written."""


def freeze_table(moment: Moment, table: Table, left_out: pl.DataFrame, path: Path) -> FrozenTable:
    """Write a table's current rows, those of some patients left out.

    Args:
        moment: the state of the store.
        table: the table.
        left_out: columns centre and patient of the patients to leave out.
        path: the file to write.

    Returns:
        What was written. The same rows give the same bytes, however many hands read them.
    """
    rows = 0
    schema = make_empty(table).to_arrow().schema
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for frame in _regroup(_read_parts(moment, table, left_out)):
            rows += frame.height
            writer.write_table(_arrange(frame, schema), row_group_size=GROUP_ROWS)
    return FrozenTable(path.name, rows, path.stat().st_size, hash_file(path))


def _arrange(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    there = frame.rechunk().to_arrow()
    columns = [
        there.column(field.name).cast(field.type)
        if field.name in frame.columns
        else pa.nulls(frame.height, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _regroup(parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield frames of exactly GROUP_ROWS rows, the last one shorter."""
    waiting: list[pl.DataFrame] = []
    rows = 0
    for part in parts:
        waiting.append(part)
        rows += part.height
        while rows >= GROUP_ROWS:
            whole = pl.concat(waiting)
            yield whole[:GROUP_ROWS]
            waiting, rows = [whole[GROUP_ROWS:]], rows - GROUP_ROWS
    if rows:
        yield pl.concat(waiting)


def _read_parts(moment: Moment, table: Table, left_out: pl.DataFrame) -> Iterator[pl.DataFrame]:
    parts = split_table(_count_rows(moment, table), "patient" in table.keys)
    types = _list_filled(moment, table)
    hands: SimpleQueue[Any] = SimpleQueue()
    for cursor in moment.hands:
        hands.put(cursor)

    def read(part: Partition) -> pl.DataFrame:
        cursor = hands.get()
        try:
            frame = read_columns(cursor, _write_query(moment, table, part, list(types)), types)
        finally:
            hands.put(cursor)
        if "patient" in table.keys and left_out.height:
            frame = frame.join(left_out, on=["centre", "patient"], how="anti")
        return frame.sort(list_keys(table))

    with ThreadPoolExecutor(len(moment.hands)) as pool:
        ahead: deque[Future[pl.DataFrame]] = deque()
        for part in parts:
            ahead.append(pool.submit(read, part))
            if len(ahead) > AHEAD * len(moment.hands):
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _count_rows(moment: Moment, table: Table) -> dict[str, int]:
    # Keys are never deleted, so a centre has as many current rows as were ever added.
    added = sa.func.sum(import_batch.c.added)
    chosen = sa.select(import_batch.c.centre, added.label("rows"))
    chosen = chosen.where(import_batch.c.table_name == table.name).group_by(import_batch.c.centre)
    return {row.centre: int(row.rows) for row in moment.connection.execute(chosen)}


def _list_filled(moment: Moment, table: Table) -> dict[str, type[pl.DataType]]:
    """Return the types of the columns that any import filled, and of the keys."""
    chosen = sa.select(import_batch.c.filled).where(import_batch.c.table_name == table.name)
    found = set(list_keys(table))
    for filled in moment.connection.execute(chosen.distinct()).scalars():
        found.update(json.loads(filled))
    return {name: kind for name, kind in list_types(table).items() if name in found}


def _write_query(moment: Moment, table: Table, part: Partition, names: list[str]) -> str:
    stored = data_table(table.name)
    # One centre is named as such: only then does a database look for the patients in its index.
    alone = part.first == part.last
    mine = (
        stored.c.centre == part.first if alone else stored.c.centre.between(part.first, part.last)
    )
    condition = stored.c.ended_by.is_(None) & mine
    if part.low:
        condition &= stored.c.patient >= part.low
    if part.high:
        condition &= stored.c.patient < part.high
    query = sa.select(*(stored.c[name] for name in names)).where(condition)
    dialect = moment.connection.dialect
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
