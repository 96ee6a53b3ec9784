"""Hard checks refuse a file; soft rules ask a question about it."""

from __future__ import annotations

import operator

import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import Column, FlagRule, OrderRule, Rule, Table
from jalon.registry.batch import Issue
from jalon.registry.fault import Fault, gather
from jalon.registry.finding import Finding, find


def check_column(column: Column, values: pl.Series) -> list[Fault]:
    """Check one column against its hard range.

    Args:
        column: what the column means.
        values: its typed values.

    Returns:
        At most one fault for each end of the range.
    """
    limits = (
        (column.low, operator.lt, "below"),
        (column.above, operator.le, "below"),
        (column.high, operator.gt, "above"),
        (column.below, operator.ge, "above"),
    )
    advice = "correct it, or check its unit"
    return [
        fault
        for limit, breaks, side in limits
        if limit is not None
        for fault in gather(breaks(values, limit), f"a number {side} the range", "range", advice)
    ]


def check_required(column: Column, empty: pl.Series) -> list[Fault]:
    """Check that every row has a value where one is required.

    Args:
        column: what the column means.
        empty: whether each row's cell is missing.

    Returns:
        At most one fault.
    """
    return gather(empty, "an empty cell", "required", f"give {column.expected}")


def check_key(table: Table, frame: pl.DataFrame, lines: Integers) -> list[Finding]:
    """Check that no patient stands on two lines.

    Args:
        table: the dictionary; nothing is checked when it names no key.
        frame: the typed rows.
        lines: the line of each row.

    Returns:
        At most one finding, with the later lines.
    """
    if table.key is None:
        return []
    key = frame[table.key]
    again = key.is_not_null() & ~key.is_first_distinct()
    text = "duplicated patient: this identifier stands on an earlier line; keep one line each"
    return find(again, lines, table.key, text)


def check_rules(table: Table, frame: pl.DataFrame, lines: Integers) -> tuple[Issue, ...]:
    """Ask about every row that breaks a soft rule; rows with a missing part are not asked.

    Args:
        table: the dictionary.
        frame: the typed rows.
        lines: the line of each row.

    Returns:
        One issue per broken rule.
    """
    issues = []
    for rule in table.rules:
        broken = frame.select(_breaks(rule).fill_null(value=False)).to_series().to_numpy()
        if broken.any():
            where = tuple(int(line) for line in lines[broken])
            issues.append(Issue(rule.text, rule.columns, where))
    return tuple(issues)


def _breaks(rule: Rule) -> pl.Expr:
    if isinstance(rule, FlagRule):
        return (pl.col(rule.number) > rule.above).cast(pl.Int64) != pl.col(rule.flag)
    if isinstance(rule, OrderRule):
        return pl.col(rule.first) > pl.col(rule.then)
    total = pl.sum_horizontal([pl.col(part) for part in rule.parts], ignore_nulls=False)
    # Parts may have decimals; a sum of decimals is seldom exact.
    return (total - pl.col(rule.total)).abs() > 1e-9
