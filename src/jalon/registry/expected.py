"""Which cells of a row should hold a value: what does not apply is not missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
from pydantic import TypeAdapter

from jalon.dictionary import Column, RegistryRule, RuleBook, Table, View
from jalon.registry.rules import join_views, parse

FILE = Path(__file__).parent / "expected.toml"
TIME_POINT = "time_point"


@dataclass(frozen=True, slots=True)
class Moment:
    """When the time point of some columns has come, in a table whose rows have none.

    Attributes:
        table: the table.
        time_point: the time point that its columns name.
        when: SQL condition over the row (and views); true once the time point has come.
        views: the views whose columns the condition uses.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    table: str
    time_point: str
    when: str
    views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns that are expected though their dictionary names no time point, or only sometimes.

    Attributes:
        table: the table.
        columns: the columns.
        when: SQL condition over the row; empty for always. Where it does not hold, or a part of
            it is missing, the cells do not apply.
        views: the views whose columns the condition uses.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    table: str
    columns: tuple[str, ...]
    when: str = ""
    views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is expected in the registry's tables.

    Attributes:
        view: summaries of other tables that conditions look at.
        moment: when time points have come.
        cells: further expected columns, and conditions.
        optional: columns that are collected where known and never missed.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    view: tuple[View, ...] = ()
    moment: tuple[Moment, ...] = ()
    cells: tuple[Cells, ...] = ()
    optional: tuple[Cells, ...] = ()

    def of_column(self, table: str, column: str) -> tuple[Cells, ...]:
        """Return what is written about one column."""
        return tuple(c for c in self.cells if c.table == table and column in c.columns)

    def is_optional(self, table: str, column: str) -> bool:
        """Say whether a column is never missed."""
        return any(c.table == table and column in c.columns for c in self.optional)


@cache
def load_expectations() -> Expectations:
    """Return what is expected, read once from ``expected.toml``.

    Example:
        >>> load_expectations().moment[0].table
        'infusion'
    """
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return TypeAdapter(Expectations).validate_python(content)


def count_cells(
    table: Table,
    frame: pl.DataFrame,
    others: Mapping[str, pl.DataFrame],
    today: date,
    expectations: Expectations | None = None,
) -> pl.DataFrame:
    """Count the cells that should hold a value and those that do, per column.

    A cell is expected when its column is required, or its time point has come, or it is named in
    ``expected.toml``; and the condition that is written there for it holds. Keys are not counted:
    no row is without.

    Args:
        table: what the rows mean.
        frame: current rows.
        others: current rows of the tables that the views summarise.
        today: the day of the count.
        expectations: what is expected; None for the registry's own.

    Returns:
        One row per column that is expected in any row: column, expected, filled.

    Example:
        >>> from jalon.dictionary import find_table
        >>> rows = pl.DataFrame({"centre": ["01"] * 2, "patient": ["a", "b"],
        ...                      "diabetes": [1, 0], "diabetes_treatment": [None, None]})
        >>> counts = count_cells(find_table("patient"), rows, {}, date(2026, 1, 1))
        >>> counts.filter(pl.col("column").str.starts_with("diabetes")).rows()[:2]
        [('diabetes', 2, 2), ('diabetes_treatment', 1, 0)]
    """
    expectations = expectations or load_expectations()
    rules = _write_conditions(table, expectations)
    joined = join_views(table, frame, others, today, RuleBook(expectations.view, rules))
    holds = {rule.name: parse(rule).fill_null(value=False) for rule in rules}
    parts = []
    for column in table.columns:
        if column.name not in {"centre", *table.keys}:
            applies = _applies(table, column, expectations, holds)
            filled = applies & pl.col(column.name).is_not_null()
            parts += [
                applies.sum().alias(f"{column.name}/e"),
                filled.sum().alias(f"{column.name}/f"),
            ]
    sums = joined.select(parts).row(0, named=True) if parts else {}
    rows = [
        (name, sums[f"{name}/e"], sums[f"{name}/f"])
        for name in table.names
        if sums.get(f"{name}/e")
    ]
    types = {"column": pl.String, "expected": pl.Int64, "filled": pl.Int64}
    return pl.DataFrame(rows, schema=types, orient="row")


def _applies(
    table: Table, column: Column, expectations: Expectations, holds: Mapping[str, pl.Expr]
) -> pl.Expr:
    always = pl.col("centre").is_not_null()
    written = expectations.of_column(table.name, column.name)
    if column.required:
        applies = always
    elif expectations.is_optional(table.name, column.name):
        return ~always
    elif column.time_points and TIME_POINT in table.names:
        applies = pl.col(TIME_POINT).is_in(column.time_points).fill_null(value=False)
    elif column.time_points:
        # A time point that no moment is written for has always come.
        come = [holds.get(f"moment {name}", always) for name in column.time_points]
        applies = pl.any_horizontal(come)
    else:
        applies = always if written else ~always
    for cells in written:
        if cells.when:
            applies &= holds[f"cells {cells.columns[0]} {cells.when}"]
    return applies


def _write_conditions(table: Table, expectations: Expectations) -> tuple[RegistryRule, ...]:
    named: list[tuple[str, Moment | Cells]] = [
        (f"moment {moment.time_point}", moment)
        for moment in expectations.moment
        if moment.table == table.name
    ]
    named += [
        (f"cells {cells.columns[0]} {cells.when}", cells)
        for cells in expectations.cells
        if cells.table == table.name and cells.when
    ]
    return tuple(
        RegistryRule(name, table.name, "query", (), part.when, "", "", "", "", part.views)
        for name, part in named
    )
