"""Queries and scorecards as a person sees them on a terminal, or a program reads them."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jalon.registry.scorecard import ALL
from jalon.registry.store.query_answers import count_days, tell_key

SHORT = 8
"""Signs of a query's name that are shown; they are enough to name it."""

WORDS = {
    "en": {"patient": "patient", "days": "days", "of": "of"},
    "fr": {"patient": "patient", "days": "jours", "of": "de"},
}


def show_queries(
    found: pl.DataFrame, today: date, limit: int, language: str, data_kind: str
) -> None:
    """Show queries by centre and rule, the rule told once.

    Args:
        found: what ``list_queries`` returned.
        today: the day from which waiting is counted.
        limit: how many to show; 0 for all.
        language: "en" or "fr".
        data_kind: "real" or "synthetic".
    """
    console = Console(highlight=False)
    if found.is_empty():
        console.print(f"no such query{_say_kind(data_kind)}")
        return
    shown = found.with_columns(days=count_days(today))
    if limit:
        shown = shown.head(limit)
    for (centre, rule), part in shown.group_by("centre", "rule", maintain_order=True):
        text = part[f"text_{language}"][0] or str(rule)
        advice = part[f"advice_{language}"][0] or "this rule is no longer asked"
        console.print(Text.assemble((f"{centre}  ", "bold"), (text, "bold"), (f"  {rule}", "dim")))
        console.print(Text(f"  {advice}", style="dim"))
        console.print(_list_rows(part, WORDS[language]["days"]))
        console.print()
    console.print(_count_states(found) + _say_kind(data_kind))
    if shown.height < found.height:
        console.print(
            f"{found.height - shown.height:,} more are not shown: --limit 0, or "
            "jalon registry query export"
        )


def write_queries(found: pl.DataFrame, today: date) -> None:
    """Write queries as JSON."""
    told = found.with_columns(
        days=count_days(today), row_key=pl.col("row_key").map_elements(json.loads, pl.Object)
    )
    typer.echo(json.dumps(told.to_dicts(), ensure_ascii=False))


def show_history(asked: pl.DataFrame, history: pl.DataFrame, language: str, data_kind: str) -> None:
    """Show one query and what happened to it.

    Args:
        asked: the query, as ``list_one`` returned it.
        history: its events.
        language: "en" or "fr".
        data_kind: "real" or "synthetic".
    """
    console = Console(highlight=False)
    row = asked.row(0, named=True)
    lines = (
        ("query", f"{row['query_id']}  {row['state']}{_say_kind(data_kind)}"),
        ("question", row[f"text_{language}"] or row["rule"]),
        ("advice", row[f"advice_{language}"] or ""),
        ("rule", row["rule"]),
        ("row", f"{row['centre']}, {row['table_name']}, {tell_key(row['row_key'])}".rstrip(", ")),
        ("patient", row["patient"]),
        ("columns", row["columns"].replace(",", ", ")),
    )
    for name, text in lines:
        if text:
            console.print(Text.assemble((f"{name:<10}", "dim"), text), soft_wrap=True)
    table = _grid()
    for event in history.iter_rows(named=True):
        brought = f"import {event['import_id']}" if event["import_id"] is not None else ""
        when = event["at"][:16].replace("T", " ")
        table.add_row(when, event["state"], event["by"], brought, event["comment"])
    console.print(table)


def write_history(asked: pl.DataFrame, history: pl.DataFrame) -> None:
    """Write one query and its events as JSON."""
    row = asked.row(0, named=True)
    row["row_key"] = json.loads(row["row_key"])
    typer.echo(json.dumps(row | {"events": history.to_dicts()}, ensure_ascii=False))


def show_scorecard(card: pl.DataFrame, data_kind: str, tables: bool) -> None:
    """Show the figures of each centre, and of all together.

    Args:
        card: what ``read_scorecard`` returned.
        data_kind: "real" or "synthetic".
        tables: whether each table has a line too.
    """
    console = Console(highlight=False)
    heads = ("patients", "rows", "complete", "visits", "median", "p90", "≤ 30 d", "≤ 90 d",
             "open", "answered", "oldest", "per 100 rows")  # fmt: skip
    grid = _grid(header=True)
    grid.add_column("centre")
    if tables:
        grid.add_column("table")
    for head in heads:
        grid.add_column(head, justify="right", no_wrap=True)
    chosen = card.filter(pl.col("rows") > 0) if tables else card.filter(pl.col("table") == ALL)
    for row in chosen.iter_rows(named=True):
        place = [row["centre"], row["table"]] if tables else [row["centre"]]
        style = "bold" if row["table"] == ALL and (tables or row["centre"] == ALL) else None
        grid.add_row(*place, *_tell_figures(row), style=style)
    console.print(grid)
    console.print(
        "complete: expected cells that are filled · visits: owed visits that took place · median, "
        "p90: days\nfrom a row's date to its import · oldest: days since the oldest open query was "
        "opened · per 100 rows:\nqueries ever asked" + _say_kind(data_kind),
        style="dim",
    )


def write_scorecard(card: pl.DataFrame) -> None:
    """Write a scorecard as JSON."""
    typer.echo(json.dumps(card.to_dicts(), ensure_ascii=False))


def _tell_figures(row: dict[str, float | None]) -> list[str]:
    return [
        f"{row['patients']:,}",
        f"{row['rows']:,}",
        _percent(row["completeness"]),
        _percent(row["visits"]),
        _days(row["median_days"]),
        _days(row["p90_days"]),
        _percent(row["within_30"]),
        _percent(row["within_90"]),
        f"{row['open']:,}",
        f"{row['answered']:,}",
        _days(row["oldest_open_days"]),
        "-" if row["queries_per_100_rows"] is None else f"{row['queries_per_100_rows']:.1f}",
    ]


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    # Nothing short of all is called 100 %.
    whole = round(100 * share)
    return f"{min(whole, 99) if share < 1 else whole} %"


def _days(days: float | None) -> str:
    return "-" if days is None else f"{days:,.0f} d"


def _list_rows(part: pl.DataFrame, days: str) -> Table:
    grid = _grid()
    for row in part.iter_rows(named=True):
        grid.add_row(
            row["query_id"][:SHORT],
            row["state"],
            f"{row['days']:,} {days}",
            f"{row['table_name']} {tell_key(row['row_key'])}".strip(),
            row["patient"],
            row["comment"] if row["state"] != "open" else "",
        )
    return grid


def _grid(header: bool = False) -> Table:
    table = Table(
        box=None, show_header=header, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0)
    )
    if not header:
        table.padding = (0, 2, 0, 0)
    return table


def _count_states(found: pl.DataFrame) -> str:
    counts = dict(found.group_by("state").len().iter_rows())
    order = ("open", "answered", "confirmed", "closed")
    return " · ".join(f"{counts[state]:,} {state}" for state in order if state in counts)


def _say_kind(data_kind: str) -> str:
    return " · synthetic patients" if data_kind == "synthetic" else ""
