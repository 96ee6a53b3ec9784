"""Does a dictionary contradict itself?"""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

from jalon.dictionary.column import Column
from jalon.dictionary.nearest import suggest
from jalon.dictionary.table import Table

Contradiction = tuple[str, str]
"""The dotted key and what is wrong there."""


def find_contradiction(table: Table) -> Contradiction | None:
    """Return the first place where a dictionary contradicts itself, or None.

    Args:
        table: the dictionary, its keys and types already checked.

    Returns:
        The dotted key and what to do, or None when the dictionary is sound.
    """
    if not table.columns:
        return "column", "describe at least one column: [column.<name>]"
    for column in table.columns:
        found = _levels(column) or _limits(column) or _soft_limits(column) or _since(column)
        if found:
            return f"column.{column.name}.{found[0]}", found[1]
    named = [("key", table.key)] if table.key is not None else []
    named += [("keys", name) for name in table.keys]
    named += [("date", table.date)] if table.date is not None else []
    named += [
        (f"rule.{i}", name) for i, rule in enumerate(table.rules, start=1) for name in rule.columns
    ]
    for key, name in named:
        if name not in table.names:
            return key, f"no column {name} is described{suggest(name, table.names)}"
    return _rules(table)


def _levels(column: Column) -> Contradiction | None:
    texts = [text for level in column.levels for text in (level.value, *level.aliases)]
    repeated = [text for text, count in Counter(texts).items() if count > 1]
    if column.kind == "category" and not column.levels:
        return "levels", "a category needs its levels"
    if column.levels and column.kind not in {"category", "flag"}:
        return "levels", "only a category or a flag has levels"
    if column.kind == "flag" and not {level.value for level in column.levels} <= {"0", "1"}:
        return "levels", 'the levels of a flag are "0" and "1"; other spellings are aliases'
    if repeated:
        return "levels", f"{repeated[0]} is written twice"
    if any(text != text.strip() or not text for text in (*texts, *column.missing)):
        return "levels", "a level or a missing code is empty or begins or ends with a blank"
    return None


def _limits(column: Column) -> Contradiction | None:
    limits = {
        "low": column.low,
        "high": column.high,
        "above": column.above,
        "below": column.below,
    }
    given = {name: limit for name, limit in limits.items() if limit is not None}
    for name, limit in given.items():
        if not column.is_numeric:
            return name, "only a number or an integer has limits"
        if not math.isfinite(limit):
            return name, "a limit is a finite number; leave it out when there is none"
    if {"low", "above"} <= set(given) or {"high", "below"} <= set(given):
        return "low", "give low or above, and high or below, not both"
    lower, upper = given.get("low", given.get("above")), given.get("high", given.get("below"))
    if lower is not None and upper is not None and lower > upper:
        return "low", "the lower limit is above the upper limit"
    return None


def _soft_limits(column: Column) -> Contradiction | None:
    soft = {"soft_low": column.soft_low, "soft_high": column.soft_high}
    for name, limit in soft.items():
        if limit is not None and (not column.is_numeric or not math.isfinite(limit)):
            return name, "only a number or an integer has limits, and they are finite"
    lower, upper = soft["soft_low"], soft["soft_high"]
    if lower is not None and upper is not None and lower > upper:
        return "soft_low", "the lower limit is above the upper limit"
    if lower is not None and column.low is not None and lower < column.low:
        return "soft_low", "a value refused by low is never asked about; give a higher soft_low"
    if upper is not None and column.high is not None and upper > column.high:
        return "soft_high", "a value refused by high is never asked about; give a lower soft_high"
    return None


def _since(column: Column) -> Contradiction | None:
    for level in column.levels:
        if level.since and not _is_day(level.since):
            return "levels", f"since of {level.value} is not a date such as 2018-08-23"
    return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _rules(table: Table) -> Contradiction | None:
    for i, rule in enumerate(table.rules, start=1):
        for name in rule.columns:
            if table.column(name).kind in {"category", "identifier", "date"}:
                return f"rule.{i}", f"{name} is not a number or a flag, so it cannot be compared"
    return None
