"""Texts of one column become typed values; what cannot be one is a finding."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import Column
from jalon.registry.finding import Finding, find

NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
DECIMAL_COMMA = r"^[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?$"
DECIMAL_POINT = r"^[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]+)?$"
MISSING_WORD = r"(?i)^[+-]?(nan|inf|infinity|na|n/a|n\.a\.|nd|null|none|unknown|missing|[-.?]+)$"

EXACT_WHOLE = 2.0**53
"""Whole numbers up to this are exact when read as a decimal number."""


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """One column's values, and what was wrong with the others.

    Attributes:
        values: Float64 for a number, Int64 for an integer or flag, String otherwise; null
            where the cell is missing or could not be read.
        findings: the cells that could not be read.
    """

    values: pl.Series
    findings: tuple[Finding, ...]


def type_values(
    column: Column, texts: pl.Series, lines: Integers, missing: tuple[str, ...], decimal: str
) -> Typed:
    """Turn one column's texts into values of the kind that its dictionary names.

    Args:
        column: what the column means.
        texts: its cells, blanks around them already removed.
        lines: the line of each row.
        missing: texts that mean missing in the whole table.
        decimal: the decimal mark, "." or ",".

    Returns:
        Typed values and what could not be read.
    """
    codes = ["", *missing, *column.missing]
    cells = texts.set(texts.is_in(codes), None)
    if column.kind == "identifier":
        return Typed(cells, ())
    if column.is_numeric:
        return _numbers(column, cells, lines, decimal)
    return _levels(column, cells, lines)


def _numbers(column: Column, cells: pl.Series, lines: Integers, decimal: str) -> Typed:
    point = cells
    if decimal == ",":
        # A point is then no decimal mark: it must not slip through as one.
        point = cells.set(cells.str.contains(".", literal=True), "?")
        point = point.str.replace(",", ".", literal=True)
    readable = point.str.contains(NUMBER)
    numbers = point.set(~readable, None).cast(pl.Float64)
    findings = [
        *_not_numbers(column, cells.set(readable, None), lines, decimal),
        *find(~numbers.is_finite(), lines, column.name, "this number is too large to be meant"),
    ]
    if column.kind == "integer":
        whole = (numbers == numbers.round()) & (numbers.abs() <= EXACT_WHOLE)
        findings += find(
            ~whole & numbers.is_finite(),
            lines,
            column.name,
            f"expected {column.expected}, found a number that is not whole",
        )
        return Typed(numbers.set(~whole, None).cast(pl.Int64), tuple(findings))
    return Typed(numbers.set(~numbers.is_finite(), None), tuple(findings))


def _not_numbers(column: Column, cells: pl.Series, lines: Integers, decimal: str) -> list[Finding]:
    mark, other, pattern = (",", ".", DECIMAL_POINT)
    if decimal == ".":
        mark, other, pattern = (".", ",", DECIMAL_COMMA)
    marked, word = cells.str.contains(pattern), cells.str.contains(MISSING_WORD)
    expected = f"expected {column.expected}"
    name = {".": "point", ",": "comma"}
    return [
        *find(
            marked,
            lines,
            column.name,
            f"{expected}, found a decimal {name[other]} where a decimal {name[mark]} is read; "
            f'add --decimal "{other}"',
        ),
        *find(
            word & ~marked,
            lines,
            column.name,
            f"{expected}, found a word or sign that is not a number; leave the cell empty when "
            "the value is missing, or name the code under missing in the dictionary",
        ),
        *find(~word & ~marked, lines, column.name, f"{expected}, found text that is not a number"),
    ]


def _levels(column: Column, cells: pl.Series, lines: Integers) -> Typed:
    canonical = {"0": "0", "1": "1"} if column.kind == "flag" else {}
    for level in column.levels:
        for text in (level.value, *level.aliases):
            canonical[text] = level.value
    values = cells.replace_strict(canonical, default=None, return_dtype=pl.String)
    unknown = cells.is_not_null() & values.is_null()
    findings = find(
        unknown,
        lines,
        column.name,
        f"expected {column.expected}, found another text; mend it, or add it to the "
        "dictionary as a level, an alias or a missing code",
    )
    kind = pl.Int64 if column.kind == "flag" else pl.String
    return Typed(values.cast(kind), tuple(findings))
