"""Queries and scorecards as a person sees them on a terminal, or a program reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jalon.dictionary.wording import Language, typeset
from jalon.registry.scorecard import ALL
from jalon.registry.store.query_answers import count_days, tell_key

WIDE, WIDE_TABLES = 110, 128
"""Columns of a window from which a scorecard is shown whole, without and with its tables."""

SHORT = 8
"""Signs of a query's name that are shown; they are enough to name it."""

DAYS = {"en": "days", "fr": "jours"}


def show_queries(
    found: pl.DataFrame, today: date, limit: int, language: Language, data_kind: str
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
        text = typeset(part[f"text_{language}"][0] or str(rule), language)
        advice = typeset(part[f"advice_{language}"][0] or "this rule is no longer asked", language)
        console.print(Text.assemble((f"{centre}  ", "bold"), (text, "bold"), (f"  {rule}", "dim")))
        console.print(Text(f"  {advice}", style="dim"))
        console.print(_list_rows(part, DAYS[language]))
        console.print()
    console.print(_count_states(found) + _say_kind(data_kind))
    if shown.height < found.height:
        console.print(
            f"{found.height - shown.height:,} more are not shown: --limit 0, or "
            "jalon registry query export"
        )


def write_queries(found: pl.DataFrame, today: date) -> None:
    """Write queries as JSON."""
    told = found.with_columns(days=count_days(today)).to_dicts()
    for row in told:
        row["row_key"] = json.loads(row["row_key"])
    typer.echo(json.dumps(told, ensure_ascii=False))


def show_history(
    asked: pl.DataFrame, history: pl.DataFrame, language: Language, data_kind: str
) -> None:
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
        ("question", typeset(row[f"text_{language}"] or row["rule"], language)),
        ("advice", typeset(row[f"advice_{language}"] or "", language)),
        ("rule", row["rule"]),
        ("row", f"{row['centre']}, {row['table_name']}, {tell_key(row['row_key'])}".rstrip(", ")),
        ("patient", row["patient"]),
        ("columns", row["columns"].replace(",", ", ")),
    )
    for name, text in lines:
        if text:
            console.print(Text.assemble((f"{name:<10}", "dim"), text), soft_wrap=True)
    console.print()
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
    wide = console.width >= (WIDE_TABLES if tables else WIDE)
    grid = _grid(header=True, gap=1 if tables and not wide else 2)
    grid.add_column("centre", no_wrap=True)
    if tables:
        grid.add_column("table", no_wrap=True)
    for head, (_, always) in FIGURES.items():
        if wide or always:
            grid.add_column(head, justify="right", no_wrap=True)
    chosen = card.filter(pl.col("rows") > 0) if tables else card.filter(pl.col("table") == ALL)
    if chosen["centre"].n_unique() == 2:  # all centres are one
        chosen = chosen.filter(pl.col("centre") != ALL)
    for row in chosen.iter_rows(named=True):
        place = [row["centre"], row["table"]] if tables else [row["centre"]]
        told = [tell(row) for tell, always in FIGURES.values() if wide or always]
        whole = row["table"] == ALL and (tables or row["centre"] == ALL)
        grid.add_row(*place, *told, style="bold" if whole else None)
    console.print(grid)
    console.print()
    for text in LEGEND:
        console.print(text, style="dim")
    if not wide:
        console.print("more in a wider window, or with --json", style="dim")
    if data_kind == "synthetic":
        console.print("synthetic patients")


def write_scorecard(card: pl.DataFrame) -> None:
    """Write a scorecard as JSON."""
    typer.echo(json.dumps(card.to_dicts(), ensure_ascii=False))


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    # Nothing short of all is called 100 %.
    whole = round(100 * share)
    return f"{min(whole, 99) if share < 1 else whole} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _days(days: float | None) -> str:
    return "-" if days is None else f"{days:,.0f} d"


def _list_rows(part: pl.DataFrame, days: str) -> Table:
    grid = _grid()
    for row in part.iter_rows(named=True):
        grid.add_row(
            f"  {row['query_id'][:SHORT]}",
            row["state"],
            f"{row['days']:,} {days}",
            tell_key(row["row_key"]),
            row["patient"],
            row["comment"] if row["state"] != "open" else "",
        )
    return grid


def _grid(header: bool = False, gap: int = 2) -> Table:
    space = (0, gap, 0, 0)
    return Table(box=None, show_header=header, header_style="dim", pad_edge=False, padding=space)


def _count_states(found: pl.DataFrame) -> str:
    counts = dict(found.group_by("state").len().iter_rows())
    order = ("open", "answered", "confirmed", "closed")
    return " · ".join(f"{counts[state]:,} {state}" for state in order if state in counts)


def _say_kind(data_kind: str) -> str:
    return " · synthetic patients" if data_kind == "synthetic" else ""


Figures = dict[str, Any]

FIGURES: dict[str, tuple[Callable[[Figures], str], bool]] = {
    "patients": (lambda row: f"{row['patients']:,}", True),
    "rows": (lambda row: f"{row['rows']:,}", True),
    "filled": (lambda row: _percent(row["completeness"]), True),
    "visits": (lambda row: _percent(row["visits"]), True),
    "median": (lambda row: _days(row["median_days"]), True),
    "p90": (lambda row: _days(row["p90_days"]), False),
    "≤ 30 d": (lambda row: _percent(row["within_30"]), True),
    "≤ 90 d": (lambda row: _percent(row["within_90"]), False),
    "open": (lambda row: f"{row['open']:,}", True),
    "answered": (lambda row: f"{row['answered']:,}", False),
    "oldest": (lambda row: _days(row["oldest_open_days"]), True),
    "asked/100": (lambda row: _number(row["queries_per_100_rows"]), False),
}
"""The columns of the scorecard, and whether each is shown in a narrow window too."""

LEGEND = (
    "filled     expected cells that hold a value",
    "visits     owed visits that took place",
    "median     days from a row's date to its first import",
    "open       queries that wait for the centre; oldest: days that the oldest waits",
)
"""What the columns mean."""
