"""The scorecard of a store: each centre's rows, delays and questions, counted."""

from __future__ import annotations

from datetime import date

import polars as pl
import sqlalchemy as sa

from jalon.dictionary import Table, list_tables
from jalon.registry.scorecard import COUNTS, DELAYS, count_centre, make_scorecard
from jalon.registry.store.current import read_current
from jalon.registry.store.query_book import read_frame
from jalon.registry.store.query_list import Choice, list_queries
from jalon.registry.store.recheck import list_centres
from jalon.registry.store.schema import data_table, import_batch


def read_scorecard(
    connection: sa.Connection, today: date, centre: str | None = None
) -> pl.DataFrame:
    """Return the figures of every centre, or of one, and of all together.

    Args:
        connection: inside a transaction.
        today: the day of the count.
        centre: only this centre.

    Returns:
        The scorecard, as ``make_scorecard`` describes it.
    """
    names = list_centres(connection) if centre is None else [centre]
    counts = [pl.DataFrame(schema=COUNTS)]
    delays = [pl.DataFrame(schema=DELAYS)]
    for name in names:
        tables = {table.name: read_current(connection, table, name) for table in list_tables()}
        queries = list_queries(connection, Choice(name)).select(
            "table_name",
            "state",
            opened_on=pl.col("opened_at").str.head(10).str.to_date("%Y-%m-%d"),
        )
        counts.append(count_centre(name, tables, queries, today))
        delays += [_read_delays(connection, table, name) for table in list_tables()]
    return make_scorecard(pl.concat(counts), pl.concat(delays))


def _read_delays(connection: sa.Connection, table: Table, centre: str) -> pl.DataFrame:
    if table.date is None or "patient" not in table.names:
        return pl.DataFrame(schema=DELAYS)
    stored = data_table(table.name)
    day = stored.c[table.date]
    # A corrected row is as late as its first version was.
    grouped = (
        sa.select(day.label("day"), import_batch.c.at, sa.func.count().label("rows"))
        .join(import_batch, import_batch.c.import_id == stored.c.import_id)
        .where(stored.c.centre == centre, stored.c.version == 1, day.is_not(None))
        .group_by(day, import_batch.c.at)
    )
    found = read_frame(connection, grouped)
    came = pl.col("at").str.head(10).str.to_date("%Y-%m-%d")
    delays = found.select(
        pl.lit(centre).alias("centre"),
        pl.lit(table.name).alias("table"),
        (came - pl.col("day")).dt.total_days().alias("days"),
        pl.col("rows").cast(pl.Int64),
    )
    return delays.filter(pl.col("days") >= 0)
