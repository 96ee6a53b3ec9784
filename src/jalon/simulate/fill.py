"""Invented values for any column, from nothing but its description in the dictionary."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from jalon.core.survival_data import Floats
from jalon.dictionary import Column, Table
from jalon.registry.kinds import KINDS

FILE = Path(__file__).parent / "usual.toml"

MISSING = 0.08
"""Share of empty cells in a column that may be empty."""

FLAG = 0.1
"""How often a flag is 1 where nothing is said."""


@cache
def load_usual(table: str) -> Mapping[str, Any]:
    """Return how often, and how much, for the columns of one table.

    Args:
        table: its name.

    Returns:
        By column, as in ``usual.toml``.
    """
    content: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return content.get(table, {})


def complete(
    table: Table, given: dict[str, pl.Series], rows: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Put a table together: the columns that are given, the others from the dictionary.

    Args:
        table: the table's description.
        given: the columns whose values follow from the patients' courses.
        rows: how many rows there are.
        rng: source of randomness.

    Returns:
        One typed column per column of the dictionary, in its order. An identifier or a date
        that is not given stays empty.
    """
    columns = [
        given[column.name].cast(KINDS[column.kind]).alias(column.name)
        if column.name in given
        else fill(column, rows, rng, load_usual(table.name).get(column.name, {}))
        for column in table.columns
    ]
    return pl.DataFrame(columns)


def fill(
    column: Column, rows: int, rng: np.random.Generator, usual: Mapping[str, Any]
) -> pl.Series:
    """Draw values that a column allows.

    Args:
        column: its description.
        rows: how many values.
        rng: source of randomness.
        usual: how often or how much, as in ``usual.toml``; empty when nothing is said.

    Returns:
        Values within the limits, the usual ones where soft limits say what is usual; some are
        missing where none is required.
    """
    if column.kind in {"identifier", "date"}:
        values = pl.Series([None], dtype=KINDS[column.kind]).new_from_index(0, rows)
        return values.alias(column.name)
    if column.kind == "category":
        values = _levels(column, rows, rng, usual)
    elif column.kind == "flag":
        values = pl.Series((rng.random(rows) < usual.get("share", FLAG)).astype(np.int64))
    else:
        values = pl.Series(_numbers(column, rows, rng, usual)).cast(KINDS[column.kind])
    if not column.required:
        known = usual.get("known", 1 - MISSING)
        values = values.set(pl.Series(rng.random(rows) >= known), None)
    return values.alias(column.name)


def _levels(
    column: Column, rows: int, rng: np.random.Generator, usual: Mapping[str, Any]
) -> pl.Series:
    shares = usual.get("shares")
    if shares is None:
        # The dictionary lists the commonest values first more often than not.
        shares = {level.value: 1 / i for i, level in enumerate(column.levels, start=1)}
    names = pl.Series(list(shares), dtype=pl.String)
    share = np.array(list(shares.values()))
    return names.gather(rng.choice(len(names), size=rows, p=share / share.sum()))


def _numbers(
    column: Column, rows: int, rng: np.random.Generator, usual: Mapping[str, Any]
) -> Floats:
    low, high = find_range(column)
    if "median" in usual:
        drawn = usual["median"] * np.exp(usual["spread"] * rng.standard_normal(rows))
        return round_values(np.clip(drawn, low, high), column)
    # More low values than high ones, as most laboratory values have.
    place = rng.random(rows) ** 1.7
    if low > 0 and high / low > 20:
        values = low * np.exp(place * math.log(high / low))
    else:
        values = low + place * (high - low)
    return round_values(values, column)


def find_range(column: Column) -> tuple[float, float]:
    """Return the lowest and highest value that nobody would ask about.

    Args:
        column: a number or an integer.
    """
    lows = [limit for limit in (column.soft_low, column.low, column.above) if limit is not None]
    highs = [limit for limit in (column.soft_high, column.high, column.below) if limit is not None]
    low = lows[0] if lows else 0.0
    high = highs[0] if highs else max(4 * abs(low), 10.0)
    return low, max(high, low)


def round_values(values: Floats, column: Column) -> Floats:
    """Round to what a laboratory writes, never past a limit of the column.

    Args:
        values: shape (n,).
        column: a number or an integer.

    Returns:
        Rounded values within the limits.
    """
    if column.kind == "integer":
        rounded = np.round(values)
    else:
        high = find_range(column)[1]
        digits = 0 if high >= 400 else 1 if high >= 20 else 2
        rounded = np.round(values, digits)
    step = 1.0 if column.kind == "integer" else 0.01
    low = column.low if column.low is not None else -math.inf
    high = column.high if column.high is not None else math.inf
    if column.above is not None:
        low = max(low, column.above + step)
    if column.below is not None:
        high = min(high, column.below - step)
    return np.clip(rounded, low, high)
