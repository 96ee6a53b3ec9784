"""What a mapping would do with a file, column by column, without showing any value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from jalon.dictionary import Table, list_tables
from jalon.registry.days import ISO, OTHER_ORDER
from jalon.registry.identity_name import find_name_rule
from jalon.registry.intake_part import take_texts, type_texts
from jalon.registry.mapping import Mapping
from jalon.registry.match import Match, match_columns
from jalon.registry.sheet import Sheet

KINDS = (
    ("whole number", r"^[+-]?[0-9]+$"),
    ("decimal number", r"^[+-]?[0-9]*[.,][0-9]+([eE][+-]?[0-9]+)?$"),
    ("date year-month-day", ISO),
    ("date in another order", OTHER_ORDER),
)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What would become of one column of a file.

    Attributes:
        theirs: its name in the file; empty for a column that is the same in every row.
        table: the table that it goes to; empty when it is left out.
        ours: our column; empty when it is left out.
        filled: how many rows have a value.
        converted: how many of these can be read; 0 when it is left out.
        kinds: what kinds of values it holds, with their counts; never a value.
        refused: why the file cannot be imported with this column; empty when it can.
    """

    theirs: str
    table: str
    ours: str
    filled: int
    converted: int
    kinds: str
    refused: str = ""


def preview(
    mapping: Mapping, sheet: Sheet, tables: Iterable[Table] | None = None, today: date | None = None
) -> tuple[PreviewRow, ...]:
    """Say what a mapping would do with each column of a file.

    Args:
        mapping: what the columns mean.
        sheet: the file.
        tables: the tables that the mapping may name; None for those of the registry.
        today: the day after which no date can be; None for the day on which it runs.

    Returns:
        One row for each column and each of its meanings, then those that are left out.
    """
    known = {table.name: table for table in (list_tables() if tables is None else tables)}
    day = today or datetime.now(UTC).date()
    matches = [match_columns(sheet, known[part.table], part) for part in mapping.parts]
    rows = [
        row for match in matches for row in _list_part(sheet, known[match.part.table], match, day)
    ]
    used = {row.theirs for row in rows}
    left = [_leave_out(sheet, name) for name in sheet.header if name not in used]
    return (*rows, *left)


def _list_part(sheet: Sheet, table: Table, match: Match, today: date) -> list[PreviewRow]:
    rows = []
    for ours, name in match.theirs.items():
        column = table.column(ours)
        texts = take_texts(sheet, column, table, match)
        typed = type_texts(sheet, column, texts, match, today)
        filled, converted = len(texts) - texts.null_count(), len(texts) - typed.values.null_count()
        kinds = _count_kinds(sheet.cells[name])
        rows.append(PreviewRow(name, table.name, ours, filled, converted, kinds))
    for ours in match.part.constants:
        rows.append(
            PreviewRow("", table.name, ours, len(sheet), len(sheet), "the same in every row")
        )
    return rows


def _leave_out(sheet: Sheet, name: str) -> PreviewRow:
    texts = sheet.cells[name]
    rule = find_name_rule(name)
    refused = f"named like {rule.text}; take it out of the file" if rule else ""
    return PreviewRow(name, "", "", int((texts != "").sum()), 0, _count_kinds(texts), refused)


def _count_kinds(texts: pl.Series) -> str:
    left = texts.filter(texts != "")
    counts: list[tuple[str, int]] = []
    for kind, pattern in KINDS:
        fits = left.str.contains(pattern)
        counts.append((kind, int(fits.sum())))
        left = left.filter(~fits)
    counts.append(("text", len(left)))
    return " · ".join(f"{kind} {count:,}" for kind, count in counts if count) or "empty"
