"""A first mapping of a centre's file, for a person to look at and change."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import polars as pl

from jalon.core.errors import DefinitionError
from jalon.core.units import spell_unit
from jalon.dictionary import Column, Table
from jalon.registry.days import OTHER_ORDER, DateOrder
from jalon.registry.identity_name import find_name_rule, says_own_number, split_words
from jalon.registry.mapping import Mapping, MappingPart, Unit
from jalon.registry.sheet import Sheet
from jalon.registry.units import find_conversion

NEAR = 0.82
"""Likeness from which two spellings are taken for the same name."""

MAX_LEVELS = 50
"""A column with more different texts is no list of codes."""

WITH_UNIT = re.compile(r"^(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]+)[)\]]\s*$")


def suggest_mapping(sheet: Sheet, table: Table) -> Mapping:
    """Suggest what a file's columns mean, by our names and labels in English and French.

    Args:
        sheet: the file.
        table: what its rows are.

    Returns:
        A mapping that names every column of the file; those without a likely meaning, and
        those named like what identifies a person, are left out with an empty text.
    """
    chosen = _choose(sheet, table)
    columns: dict[str, str] = {}
    units: dict[str, str | Unit] = {}
    levels: dict[str, dict[str, str]] = {}
    for name in sheet.header:
        columns[name] = chosen.get(name, "")
        if not columns[name]:
            continue
        column = table.column(columns[name])
        unit = _find_unit(name, column)
        if unit:
            units[column.name] = unit
        meant = _find_levels(sheet.cells[name], column)
        if meant:
            levels[column.name] = meant
    dates = _find_order(sheet, {ours: name for name, ours in chosen.items()}, table)
    return Mapping((MappingPart(table.name, columns, units, levels, dates=dates),))


def _choose(sheet: Sheet, table: Table) -> dict[str, str]:
    """Give each of our columns to the column of the file that is most like it."""
    pairs = [
        (likeness, name, column.name)
        for name in sheet.header
        if name in table.names or find_name_rule(name) is None
        for column in table.columns
        if (likeness := _compare(name, column)) >= NEAR
    ]
    chosen: dict[str, str] = {}
    for _, name, ours in sorted(pairs, key=lambda pair: -pair[0]):
        if name not in chosen and ours not in chosen.values():
            chosen[name] = ours
    return chosen


def _compare(name: str, column: Column) -> float:
    if name == column.name:
        return 2.0
    found = WITH_UNIT.match(name)
    theirs = {_fold(name), _fold(found["name"]) if found else ""} - {""}
    ours = {_fold(column.name), _fold(column.label_en), _fold(column.label_fr)} - {""}
    if theirs & ours:
        return 1.5
    if column.name == "patient" and says_own_number(name):
        return 1.2
    return max(
        (SequenceMatcher(None, one, other).ratio() for one in theirs for other in ours),
        default=0.0,
    )


def _fold(text: str) -> str:
    digits = re.findall("[0-9]+", text)
    return "".join(split_words(text)) + "".join(digits)


def _find_unit(name: str, column: Column) -> str:
    found = WITH_UNIT.match(name)
    if found is None or not column.is_numeric:
        return ""
    unit = found["unit"].strip()
    try:
        find_conversion(column, Unit(unit))
    except DefinitionError:
        return ""
    return "" if spell_unit(unit) == spell_unit(column.unit) else unit


def _find_levels(texts: pl.Series, column: Column) -> dict[str, str]:
    if column.kind not in {"category", "flag"}:
        return {}
    known = {text for level in column.levels for text in (level.value, *level.aliases)}
    known |= {"0", "1"} if column.kind == "flag" else set()
    meant = {
        _fold(text): level.value
        for level in column.levels
        for text in (level.en, level.fr, *level.aliases, level.value)
        if _fold(text)
    }
    different = texts.filter(texts != "").unique().sort()
    if len(different) > MAX_LEVELS:
        return {}
    return {
        text: meant[_fold(text)]
        for text in different.to_list()
        if text not in known and _fold(text) in meant
    }


def _find_order(sheet: Sheet, theirs: dict[str, str], table: Table) -> DateOrder:
    """Say which of day and month comes first, only where a number above 12 proves it."""
    days = [
        sheet.cells[theirs[column.name]]
        for column in table.columns
        if column.kind == "date" and column.name in theirs
    ]
    pattern = r"^([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ][0-9]{4}"
    proven: set[DateOrder] = set()
    for texts in days:
        written = texts.filter(texts.str.contains(OTHER_ORDER))
        first = written.str.extract(pattern, 1).cast(pl.Int64)
        second = written.str.extract(pattern, 2).cast(pl.Int64)
        if (first > 12).any():
            proven.add("dmy")
        if (second > 12).any():
            proven.add("mdy")
    return proven.pop() if len(proven) == 1 else "iso"
