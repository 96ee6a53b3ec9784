"""How long an import takes beside the bare statement that writes the same rows."""

from __future__ import annotations

import gc
import io
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import psycopg
import sqlalchemy as sa

from benchmarks.registry.data import make_parts, make_tables
from jalon.dictionary import find_table
from jalon.registry.delivery import Part, take_delivery
from jalon.registry.pseudonym import CentreKey
from jalon.registry.store.engine import find_file, is_sqlite
from jalon.registry.store.recheck import check_store
from jalon.registry.store.schema import data_table
from jalon.registry.store.store import create_store

TODAY = date(2026, 11, 26)
CHUNK = 50_000


@dataclass(frozen=True)
class Timing:
    """Seconds of the bare statement, of the import with its checks, and of a check of all rows."""

    bare: float
    imported: float
    checked: float
    queries: int

    @property
    def ratio(self) -> float:
        """How many times as long the import takes."""
        return self.imported / self.bare


def time_import(url: str, rows: int, seed: int = 1) -> Timing:
    """Import assessments of one centre, and write the same rows with the bare statement.

    Args:
        url: an empty database, or a file that is not there.
        rows: how many assessments.
        seed: of the rows.
    """
    tables = make_tables("S01", rows, seed)
    store, _ = create_store(url, "synthetic", "benchmark")
    key = CentreKey("S01", bytes(32))
    with tempfile.TemporaryDirectory() as folder:
        parts = make_parts(tables, Path(folder))
        del tables
        with store.write("benchmark") as writing:
            take_delivery(writing, [p for p in parts if p.table.name != "assessment"], key, TODAY)
        (part,) = [p for p in parts if p.table.name == "assessment"]
        bare = time_bare(store.engine, part, url)
        start = time.perf_counter()
        with store.write("benchmark") as writing:
            receipt = take_delivery(writing, [part], key, TODAY)
        imported = time.perf_counter() - start
    del part, parts
    gc.collect()
    start = time.perf_counter()
    with store.write("benchmark") as writing:
        check_store(writing, TODAY)
    checked = time.perf_counter() - start
    store.close()
    return Timing(bare, imported, checked, receipt.queries.opened)


def time_bare(engine: sa.Engine, part: Part, url: str) -> float:
    """Write the rows into a table with the same columns and the same key, nothing else."""
    table = find_table("assessment")
    stored = data_table(table.name)
    twin = sa.Table("bare", sa.MetaData(), *(_copy(c) for c in stored.columns),
                    sqlite_with_rowid=False)  # fmt: skip
    names = [c.name for c in stored.columns]
    frame = part.frame.with_columns(
        centre=pl.lit("S01"), version=pl.lit(1), import_id=pl.lit(3), line=pl.Series(part.lines),
        ended_by=pl.lit(None, pl.Int64),
    ).select(names)  # fmt: skip
    if is_sqlite(engine):
        return _write_sqlite(engine, twin, frame)
    return _copy_postgresql(engine, twin, frame, url)


def _copy(column: sa.Column[object]) -> sa.Column[object]:
    return sa.Column(column.name, column.type, primary_key=column.primary_key, autoincrement=False)


def _write_sqlite(engine: sa.Engine, twin: sa.Table, frame: pl.DataFrame) -> float:
    path = find_file(engine).with_suffix(".bare")
    path.unlink(missing_ok=True)
    other = sa.create_engine(f"sqlite:///{path}")
    twin.create(other)
    other.dispose()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    marks = ", ".join("?" * frame.width)
    rows = [row for part in frame.with_columns(pl.col("date").cast(pl.String)).iter_slices(CHUNK)
            for row in part.rows()]  # fmt: skip
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO bare VALUES ({marks})", rows)
    connection.execute("COMMIT")
    seconds = time.perf_counter() - start
    connection.close()
    path.unlink()
    return seconds


def _copy_postgresql(engine: sa.Engine, twin: sa.Table, frame: pl.DataFrame, url: str) -> float:
    twin.create(engine)
    parts = []
    for part in frame.iter_slices(CHUNK):
        buffer = io.BytesIO()
        part.write_csv(buffer, include_header=False, quote_style="non_numeric")
        parts.append(buffer.getvalue())
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        start = time.perf_counter()
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY bare FROM STDIN (FORMAT csv)") as copy,
        ):
            for part in parts:
                copy.write(part)
        connection.commit()
        seconds = time.perf_counter() - start
    twin.drop(engine)
    return seconds
