"""How each centre does: how complete, how soon, and what is still asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from jalon.dictionary import list_tables, load_visits
from jalon.registry.calendar import plan_visits
from jalon.registry.expected import count_cells
from jalon.registry.objections import ALL as EVERY_PROJECT
from jalon.registry.objections import find_objecting

ALL = "all"
"""The table that stands for all tables, and the centre that stands for all centres."""

COUNTS = {
    "centre": pl.String,
    "table": pl.String,
    "patients": pl.Int64,
    "rows": pl.Int64,
    "expected": pl.Int64,
    "filled": pl.Int64,
    "asked": pl.Int64,
    "open": pl.Int64,
    "answered": pl.Int64,
    "oldest_open_days": pl.Int64,
    "visits_owed": pl.Int64,
    "visits_done": pl.Int64,
}
"""What is counted in one centre; everything else follows from it."""

DELAYS = {"centre": pl.String, "table": pl.String, "days": pl.Int64, "rows": pl.Int64}

OWED = ("done", "overdue", "lost")
"""Visits whose window is over or that took place; only they can be missing."""


def count_centre(
    centre: str, tables: Mapping[str, pl.DataFrame], queries: pl.DataFrame, today: date
) -> pl.DataFrame:
    """Count what one centre's figures are made of.

    Cells and visits of patients who object to every project today are not counted as missing:
    nothing may be asked of them.

    Args:
        centre: the centre's code.
        tables: its current rows, by table; every table of the registry.
        queries: its questions in any state: table_name, state, opened_on (a date).
        today: the day of the count.

    Returns:
        One row per table and one for all, with the columns ``COUNTS``.
    """
    silent = find_objecting(tables["objection"], EVERY_PROJECT, today).patients
    rows: list[dict[str, Any]] = []
    for table in list_tables():
        frame = tables[table.name]
        asked = frame
        if "patient" in table.names and table.name != "objection":
            asked = frame.join(silent, on=["centre", "patient"], how="anti")
        cells = count_cells(table, asked, tables, today)
        patients = frame["patient"].n_unique() if "patient" in frame.columns else 0
        part = queries.filter(pl.col("table_name") == table.name)
        rows.append({
            "centre": centre, "table": table.name, "patients": patients, "rows": frame.height,
            "expected": cells["expected"].sum(), "filled": cells["filled"].sum(),
            **_count_queries(part, today),
        })  # fmt: skip
    seen = [frame["patient"] for frame in tables.values() if "patient" in frame.columns]
    visits = plan_visits(tables, load_visits(), today)["state"]
    totals = ("rows", "expected", "filled", "asked", "open", "answered")
    rows.append({
        **{name: sum(row[name] for row in rows) for name in totals},
        "centre": centre, "table": ALL, "patients": pl.concat(seen).n_unique(),
        "oldest_open_days": _count_queries(queries, today)["oldest_open_days"],
        "visits_owed": visits.is_in(OWED).sum(), "visits_done": (visits == "done").sum(),
    })  # fmt: skip
    return pl.DataFrame(rows, schema=COUNTS)


def make_scorecard(counts: pl.DataFrame, delays: pl.DataFrame) -> pl.DataFrame:
    """Turn counts into the figures of each centre and of all centres together.

    Args:
        counts: the rows of every centre, as ``count_centre`` gives them.
        delays: days from a row's date to its first import, with how many rows took so long:
            centre, table, days, rows. Rows without a date, or dated after their import, are
            not among them.

    Returns:
        One row per centre and table, those of all tables and of all centres included ("all"):
        the counts; completeness (share of expected cells that are filled); timed (rows with a
        delay), median_days, p90_days, within_30, within_90; queries_per_100_rows (questions ever
        asked); visits (share of owed visits that took place). Null where there is nothing to
        divide by.
    """
    pooled = counts.group_by("table", maintain_order=True).agg(
        pl.sum(name) if name != "oldest_open_days" else pl.max(name)
        for name in COUNTS
        if name not in {"centre", "table"}
    )
    both = pl.concat([counts, pooled.with_columns(centre=pl.lit(ALL)).select(*COUNTS)])
    owed = pl.col("table") == ALL
    keys = ["centre", "table"]
    return both.join(_time(delays), on=keys, how="left", maintain_order="left").select(
        *(name for name in COUNTS if not name.startswith("visits")),
        _share(pl.col("filled"), pl.col("expected")).alias("completeness"),
        pl.col("timed").fill_null(0),
        "median_days", "p90_days", "within_30", "within_90",
        (100 * _share(pl.col("asked"), pl.col("rows"))).alias("queries_per_100_rows"),
        pl.when(owed).then("visits_owed"),
        pl.when(owed).then("visits_done"),
        pl.when(owed).then(_share(pl.col("visits_done"), pl.col("visits_owed"))).alias("visits"),
    )  # fmt: skip


def _count_queries(queries: pl.DataFrame, today: date) -> dict[str, int | None]:
    waiting = queries.filter(pl.col("state") == "open")
    first = waiting["opened_on"].min()
    return {
        "asked": queries.height,
        "open": waiting.height,
        "answered": queries.filter(pl.col("state") == "answered").height,
        "oldest_open_days": (today - first).days if isinstance(first, date) else None,
    }


def _time(delays: pl.DataFrame) -> pl.DataFrame:
    everywhere = [
        delays,
        delays.with_columns(table=pl.lit(ALL)),
        delays.with_columns(centre=pl.lit(ALL)),
        delays.with_columns(table=pl.lit(ALL), centre=pl.lit(ALL)),
    ]
    each = pl.concat(everywhere).with_columns(pl.col("days").repeat_by("rows")).explode("days")
    days = pl.col("days")
    return each.group_by("centre", "table").agg(
        pl.len().cast(pl.Int64).alias("timed"),
        days.median().alias("median_days"),
        days.quantile(0.9, "linear").alias("p90_days"),
        (days <= 30).mean().alias("within_30"),
        (days <= 90).mean().alias("within_90"),
    )


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)
