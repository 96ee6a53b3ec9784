"""Tiny registries for the calendar: one patient, few rows."""

from datetime import date

import polars as pl

from jalon.dictionary import Visit, find_table
from jalon.registry.kinds import KINDS

INFUSED = date(2024, 1, 10)

VISITS = (
    Visit("d30", 30, 21, 45, "Day 30", "J30"),
    Visit("d90", 90, 70, 120, "Day 90", "J90"),
    Visit("d360", 360, 320, 430, "Day 360", "J360"),
)


def make_table(name, *rows):
    """A typed frame of one table; what a row does not say is empty."""
    table = find_table(name)
    types = {"centre": pl.String, **{c.name: KINDS[c.kind] for c in table.columns}}
    given = [{"centre": "A", "patient": "p", **row} for row in rows]
    return pl.DataFrame({key: [row.get(key) for row in given] for key in types}, schema=types)


def make_tables(infusions=({},), **others):
    """The tables that a calendar needs; one infusion unless said otherwise."""
    first = {"infusion_number": 1, "infusion_date": INFUSED}
    names = ("assessment", "response", "event", "objection")
    tables = {"infusion": make_table("infusion", *({**first, **row} for row in infusions))}
    return tables | {name: make_table(name, *others.get(name, ())) for name in names}
