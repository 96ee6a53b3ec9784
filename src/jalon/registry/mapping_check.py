"""Does a mapping name what the dictionary has?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from jalon.core.errors import DefinitionError
from jalon.dictionary import Column, Table, suggest
from jalon.registry.cells import type_cells
from jalon.registry.units import find_conversion

if TYPE_CHECKING:
    from jalon.registry.mapping import MappingPart

Mistake = tuple[str, str]
"""The dotted key and what is wrong there."""


def find_mistake(part: MappingPart, table: Table) -> Mistake | None:
    """Return the first thing in a mapping that the dictionary does not have, or None.

    Args:
        part: one part of a mapping.
        table: the table that it names.

    Returns:
        The dotted key and what to do.
    """
    return (
        _columns(part, table)
        or _units(part, table)
        or _levels(part, table)
        or _constants(part, table)
    )


def _columns(part: MappingPart, table: Table) -> Mistake | None:
    counts = Counter(ours for ours in part.columns.values() if ours)
    for theirs, ours in part.columns.items():
        key = f'columns."{theirs}"'
        if ours and ours not in table.names:
            return key, _unknown(ours, table)
        if counts[ours] > 1:
            return (
                key,
                f'two columns of the file are mapped to {ours}; give one of them ""',
            )
        if ours in part.constants:
            return key, f"{ours} is also under constants; give it once"
    for name in ("units", "levels", "constants"):
        for ours in getattr(part, name):
            if ours not in table.names:
                return f"{name}.{ours}", _unknown(ours, table)
    return None


def _unknown(name: str, table: Table) -> str:
    return f"table {table.name} has no column {name}{suggest(name, table.names)}"


def _units(part: MappingPart, table: Table) -> Mistake | None:
    for name in part.units:
        unit, column = part.unit_of(name), table.column(name)
        if not column.is_numeric:
            return f"units.{name}", "only a number or an integer has a unit"
        try:
            find_conversion(column, unit)
        except DefinitionError as error:
            return f"units.{name}", f"{error}; or say times = the factor to {column.unit}"
    return None


def _levels(part: MappingPart, table: Table) -> Mistake | None:
    for name, texts in part.levels.items():
        column = table.column(name)
        if column.kind not in {"category", "flag"}:
            return f"levels.{name}", "only a category or a flag has levels"
        for theirs, ours in texts.items():
            if ours and not _can_be(column, ours):
                return f'levels.{name}."{theirs}"', _no_value(column, ours)
    return None


def _constants(part: MappingPart, table: Table) -> Mistake | None:
    for name, value in part.constants.items():
        column = table.column(name)
        if name == "patient":
            return f"constants.{name}", "a file has one column that tells patients apart"
        if not _can_be(column, value):
            return f"constants.{name}", _no_value(column, value)
    return None


def _no_value(column: Column, text: str) -> str:
    if column.kind not in {"category", "flag"}:
        return f"expected {column.expected}"
    values = [level.value for level in column.levels] or ["0", "1"]
    hint = suggest(text, values)
    return f"{text} is no value of {column.name}{hint}; it has {', '.join(values)}"


def _can_be(column: Column, text: str) -> bool:
    typed = type_cells(column, pl.Series([text]), ".", "iso")
    return not typed.faults and typed.values.null_count() == 0
