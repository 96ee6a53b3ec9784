"""Texts of one column become typed values; what cannot be one is a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import Column
from jalon.registry.cells import type_cells
from jalon.registry.fault import Fault
from jalon.registry.finding import Finding, find

NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """One column's values, and what was wrong with the others.

    Attributes:
        values: Float64 for a number, Int64 for an integer or flag, Date for a date, String
            otherwise; null where the cell is missing or could not be read.
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
    typed = type_cells(column, texts.set(texts.is_in(codes), None), decimal, "iso")
    return Typed(typed.values, tuple(list_findings(column, typed.faults, lines)))


def list_findings(column: Column, faults: Iterable[Fault], lines: Integers) -> list[Finding]:
    """Turn faults of a column into findings that name their lines.

    Args:
        column: what the column means.
        faults: what is wrong with its cells.
        lines: the line of each row.

    Returns:
        One finding per fault.
    """
    return [
        finding
        for fault in faults
        for finding in find(fault.rows, lines, column.name, fault.explain(column))
    ]
