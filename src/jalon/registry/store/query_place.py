"""Where the row that a question is about stood in the centre's own file."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from jalon.dictionary import find_table
from jalon.registry.queries import write_keys
from jalon.registry.store.current import read_current
from jalon.registry.store.query_book import read_frame
from jalon.registry.store.schema import import_batch

NOWHERE = {"line": pl.Int64, "imported_on": pl.String}


def locate_rows(connection: sa.Connection, queries: pl.DataFrame) -> pl.DataFrame:
    """Add the line of each row and the day of the import that brought its current version.

    Args:
        connection: inside a transaction.
        queries: centre, patient, table_name, row_key.

    Returns:
        The same rows with ``line`` and ``imported_on``; null where the row came without a line.
    """
    batches = read_frame(connection, sa.select(import_batch.c.import_id, import_batch.c.at))
    batches = batches.select("import_id", imported_on=pl.col("at").str.head(10))
    parts = []
    for (centre, name), part in queries.group_by("centre", "table_name", maintain_order=True):
        table = find_table(str(name))
        patients = part["patient"].unique().to_list() if "patient" in table.names else None
        rows = read_current(connection, table, str(centre), patients, ("line", "import_id"))
        rows = rows.with_columns(row_key=write_keys(table, rows))
        rows = rows.join(batches, on="import_id", how="left").select("row_key", *NOWHERE)
        parts.append(part.join(rows, on="row_key", how="left", maintain_order="left"))
    if not parts:
        return queries.with_columns(pl.lit(None, kind).alias(n) for n, kind in NOWHERE.items())
    located = pl.concat(parts)
    return queries.join(located.select("query_id", *NOWHERE), on="query_id", how="left",
                        maintain_order="left")  # fmt: skip
