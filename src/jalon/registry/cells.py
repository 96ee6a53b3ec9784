"""Texts of one column become typed values; what cannot be one is a fault."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jalon.dictionary import Column, suggest
from jalon.registry.days import DateOrder, read_days
from jalon.registry.fault import Fault, gather

DECIMAL_COMMA = r"^[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?$"
DECIMAL_POINT = r"^[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]+)?$"
MISSING_WORD = r"(?i)^[+-]?(nan|inf|infinity|na|n/a|n\.a\.|nd|null|none|unknown|missing|[-.?]+)$"
WITH_UNIT = r"^[<>≤≥~+-]?\s*[0-9]+([.,][0-9]+)?\s*[^0-9\s.,]"
WITH_SIGN = r"^[<>≤≥~]\s*=?\s*[0-9]"
GROUPED = r"^[+-]?[0-9]{1,3}([\s.,'’][0-9]{3})+([.,][0-9]+)?$"

EXACT_WHOLE = 2.0**53
"""Whole numbers up to this are exact when read as a decimal number."""

MAX_HINTS = 200
"""Beyond this many unknown texts a column was mistaken for another, and hints help nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """One column's values, and what was wrong with the others.

    Attributes:
        values: Float64 for a number, Int64 for an integer or flag, Date for a date, String
            otherwise; null where the cell is missing or could not be read.
        faults: the cells that could not be read.
    """

    values: pl.Series
    faults: tuple[Fault, ...]


def type_cells(column: Column, cells: pl.Series, decimal: str, dates: DateOrder) -> Cells:
    """Turn one column's texts into values of the kind that its dictionary names.

    Args:
        column: what the column means.
        cells: one text per row, blanks around it removed; null where missing.
        decimal: the decimal mark, "." or ",".
        dates: how dates that are not year-month-day are written.

    Returns:
        Typed values and what could not be read.
    """
    if column.kind == "identifier":
        return Cells(cells, ())
    if column.is_numeric:
        return _numbers(column, cells, decimal)
    if column.kind == "date":
        days, faults = read_days(cells, dates)
        return Cells(days, tuple(faults))
    return _levels(column, cells)


def _numbers(column: Column, cells: pl.Series, decimal: str) -> Cells:
    point = cells
    if decimal == ",":
        # A point is then no decimal mark: it must not slip through as one.
        point = cells.set(cells.str.contains(".", literal=True), "?")
        point = point.str.replace(",", ".", literal=True)
    numbers = point.cast(pl.Float64, strict=False)
    finite = numbers.is_finite().fill_null(value=False)
    bad = cells.set(finite | cells.is_null(), None)
    faults = _explain_numbers(bad, decimal)
    numbers = numbers.set(~finite, None)
    if column.kind == "number":
        return Cells(numbers, tuple(faults))
    whole = (numbers == numbers.round()) & (numbers.abs() <= EXACT_WHOLE)
    faults += gather(~whole, "a number that is not whole", "whole number")
    return Cells(numbers.set(~whole, None).cast(pl.Int64), tuple(faults))


def _explain_numbers(bad: pl.Series, decimal: str) -> list[Fault]:
    """Say what stands where no number does; each cell gets the first that fits."""
    left = bad.is_not_null()
    if not left.any():
        return []
    mark, other, pattern = (",", ".", DECIMAL_POINT)
    if decimal == ".":
        mark, other, pattern = (".", ",", DECIMAL_COMMA)
    name = {".": "point", ",": "comma"}
    huge = r"^[+-]?[0-9.,]+([eE][+-]?[0-9]+)?$"
    kinds = (
        (
            pattern,
            f"a decimal {name[other]} where a decimal {name[mark]} is read",
            f'add --decimal "{other}"',
        ),
        (
            MISSING_WORD,
            "a word or sign that is not a number",
            "leave the cell empty when the value is missing, or name the code under missing in "
            "the dictionary",
        ),
        (GROUPED, "a number in groups of three digits", "write it without marks between them"),
        (huge, "a number too large to be meant, or with two decimal marks", ""),
        (WITH_SIGN, "a number with a sign such as < before it", "give the number alone"),
        (WITH_UNIT, "a number with text after it", "give the number alone, without its unit"),
    )
    faults: list[Fault] = []
    for shape, found, advice in kinds:
        rows = left & bad.str.contains(shape).fill_null(value=False)
        faults += gather(rows, found, "number", advice)
        left = left & ~rows
    return faults + gather(left, "text that is not a number", "number")


def _levels(column: Column, cells: pl.Series) -> Cells:
    canonical = {"0": "0", "1": "1"} if column.kind == "flag" else {}
    for level in column.levels:
        for text in (level.value, *level.aliases):
            canonical[text] = level.value
    values = cells.replace_strict(canonical, default=None, return_dtype=pl.String)
    unknown = cells.is_not_null() & values.is_null()
    kind = pl.Int64 if column.kind == "flag" else pl.String
    return Cells(values.cast(kind), tuple(_explain_levels(cells, unknown, canonical)))


def _explain_levels(cells: pl.Series, unknown: pl.Series, canonical: dict[str, str]) -> list[Fault]:
    if not unknown.any():
        return []
    texts = cells.filter(unknown).unique()
    hints: dict[str, list[str]] = {}
    for text in texts.to_list() if len(texts) <= MAX_HINTS else []:
        hints.setdefault(suggest(text, canonical), []).append(text)
    left, faults = unknown, []
    advice = "mend it, or add it to the dictionary as a level, an alias or a missing code"
    for hint, near in sorted(hints.items()):
        rows = left & cells.is_in(near).fill_null(value=False)
        nearest = f"{hint.strip(' ()')} {advice}".strip()
        faults += gather(rows, "another text", "allowed value", nearest)
        left = left & ~rows
    return faults + gather(left, "another text", "allowed value", advice)
