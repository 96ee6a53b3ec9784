"""The columns of one part of a mapping become typed columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import Column, Table
from jalon.registry.cells import EXACT_WHOLE, Cells, type_cells
from jalon.registry.check import check_column, check_required
from jalon.registry.fault import Fault, gather
from jalon.registry.kinds import KINDS
from jalon.registry.match import Match
from jalon.registry.rejection import Rejections, join_rejections, reject_cells
from jalon.registry.sheet import Sheet
from jalon.registry.sheet.xlsx import ERRORS
from jalon.registry.units import convert_values, find_conversion

FORMULA = r"^(?:[=@]|[+\-][^0-9.,])"
CONTROL = r"[\x00-\x1f\x7f\u2028\u2029]"
MAX_IDENTIFIER = 100
MAX_SPELLINGS = 12
"""How many allowed values an advice lists."""


@dataclass(frozen=True, slots=True, eq=False)
class IntakePart:
    """The rows that one part of a mapping gives.

    Attributes:
        match: which column of the file gives which of ours.
        frame: one typed column per column of the table.
        lines: the line of each row.
        rejections: cells that cannot be.
        questions: cells that can be but are unusual.
        notes: what a person should know.
    """

    match: Match
    frame: pl.DataFrame
    lines: Integers
    rejections: Rejections
    questions: Rejections
    notes: tuple[str, ...]


def type_part(
    sheet: Sheet, table: Table, match: Match, today: date, *, several: bool
) -> IntakePart:
    """Turn a file's cells into the typed columns of a table.

    Args:
        sheet: the file.
        table: what the rows are.
        match: which column of the file gives which of ours.
        today: the day after which no date can be.
        several: whether the file gives rows of other parts too, so that a row may have
            nothing for this one.

    Returns:
        The rows, and what was wrong with them.
    """
    texts = {name: take_texts(sheet, table.column(name), table, match) for name in match.theirs}
    lines = sheet.lines
    notes: tuple[str, ...] = ()
    if several:
        texts, lines, notes = _drop_blank(texts, table, lines)
    columns: list[pl.Series] = []
    rejected: list[Rejections] = []
    asked: list[Rejections] = []
    for column in table.columns:
        name = match.name(column.name)
        if column.name in texts and _is_unused(column, table, texts[column.name]):
            columns.append(_fill(column, None, len(lines)))
        elif column.name in texts:
            cells = type_texts(sheet, column, texts[column.name], match, today)
            faults = [*cells.faults, *_require(column, table, texts[column.name])]
            rejected += [reject_cells(f, lines, name, _advise(f, column)) for f in faults]
            asked += [reject_cells(f, lines, name, f.advice) for f in _ask(column, cells.values)]
            columns.append(cells.values.alias(column.name))
        else:
            columns.append(_fill(column, match.part.constants.get(column.name), len(lines)))
    frame = pl.DataFrame(columns)
    return IntakePart(match, frame, lines, join_rejections(rejected), join_rejections(asked), notes)


def _is_unused(column: Column, table: Table, texts: pl.Series) -> bool:
    """Whether a column that need not be filled is empty in every row."""
    needed = column.required or column.name in table.keys
    return not needed and texts.null_count() == len(texts)


def take_texts(sheet: Sheet, column: Column, table: Table, match: Match) -> pl.Series:
    """Take one column's texts: null where missing, the centre's codes already ours.

    Args:
        sheet: the file.
        column: one of our columns that the file has.
        table: what the rows are.
        match: which column of the file gives which of ours.

    Returns:
        One text per row.
    """
    texts = sheet.cells[match.theirs[column.name]]
    meant = match.part.levels.get(column.name, {})
    if meant:
        texts = texts.replace(list(meant), list(meant.values()))
    codes = ["", *table.missing, *column.missing, *match.part.missing]
    return texts.set(texts.is_in(codes), None)


def _drop_blank(
    texts: dict[str, pl.Series], table: Table, lines: Integers
) -> tuple[dict[str, pl.Series], Integers, tuple[str, ...]]:
    told = [cells for name, cells in texts.items() if name not in table.keys]
    if not told:
        return texts, lines, ()
    blank = pl.DataFrame(told).select(pl.all_horizontal(pl.all().is_null())).to_series()
    count = int(blank.sum())
    if not count:
        return texts, lines, ()
    kept = {name: cells.filter(~blank) for name, cells in texts.items()}
    word = "row has" if count == 1 else "rows have"
    note = f"{count:,} {word} nothing for table {table.name} here and were left out"
    return kept, lines[~blank.to_numpy()], (note,)


def type_texts(sheet: Sheet, column: Column, texts: pl.Series, match: Match, today: date) -> Cells:
    """Turn one column's texts into values and check each for itself.

    Args:
        sheet: the file, for its decimal mark.
        column: what the texts should be.
        texts: what ``take_texts`` gave.
        match: which column of the file gives which of ours.
        today: the day after which no date can be.

    Returns:
        The values, null where a text was rejected, and what was wrong.
    """
    faults = gather(
        texts.is_in(list(ERRORS)), "a spreadsheet's error", "spreadsheet error",
        "mend the formula, or leave the cell empty",
    )  # fmt: skip
    if column.kind == "identifier":
        faults += _check_identifier(texts)
    for fault in faults:
        texts = texts.set(fault.rows, None)
    cells = _convert(column, texts, sheet.decimal, match)
    broken = check_column(column, cells.values)
    if column.kind == "date":
        # Centres east of Greenwich are a day ahead for some hours.
        future = cells.values > today + timedelta(days=1)
        broken += gather(future, "a date in the future", "date", "check its year")
    values = cells.values
    for fault in broken:
        values = values.set(fault.rows, None)
    return Cells(values, (*faults, *cells.faults, *broken))


def _convert(column: Column, texts: pl.Series, decimal: str, match: Match) -> Cells:
    unit = match.part.unit_of(column.name)
    if unit is None:
        return type_cells(column, texts, decimal, match.part.dates)
    measured = type_cells(replace(column, kind="number"), texts, decimal, "iso")
    values = convert_values(measured.values, find_conversion(column, unit))
    if column.kind == "number":
        return Cells(values, measured.faults)
    uneven = (values != values.round()) | (values.abs() > EXACT_WHOLE)
    broken = gather(uneven, "a number that is not whole", "whole number")
    whole = values.set(uneven.fill_null(value=False), None).cast(pl.Int64)
    return Cells(whole, (*measured.faults, *broken))


def _check_identifier(texts: pl.Series) -> list[Fault]:
    control = texts.str.contains(CONTROL)
    formula = texts.str.contains(FORMULA) & ~control
    long = (texts.str.len_chars() > MAX_IDENTIFIER) & ~control & ~formula
    return [
        *gather(control, "a text with line breaks or control characters", "identifier",
                "write it on one line"),
        *gather(formula, "a formula", "identifier", "write the text without = + - @ before it"),
        *gather(long, "a text that is too long", "identifier",
                f"an identifier has at most {MAX_IDENTIFIER} characters"),
    ]  # fmt: skip


def _require(column: Column, table: Table, texts: pl.Series) -> list[Fault]:
    if not (column.required or column.name in table.keys):
        return []
    return check_required(column, texts.is_null())


def _ask(column: Column, values: pl.Series) -> list[Fault]:
    asked: list[Fault] = []
    low, high, unit = column.soft_low, column.soft_high, f" {column.unit}".rstrip()
    if low is not None:
        advice = f"below {low:g}{unit} is unusual; check the value and its unit"
        asked += gather(values < low, "a number below the usual range", "usual range", advice)
    if high is not None:
        advice = f"above {high:g}{unit} is unusual; check the value and its unit"
        asked += gather(values > high, "a number above the usual range", "usual range", advice)
    return asked


def _fill(column: Column, constant: str | None, height: int) -> pl.Series:
    kind = KINDS[column.kind]
    if constant is None:
        return pl.Series(column.name, [None], dtype=kind).new_from_index(0, height)
    value = type_cells(column, pl.Series([constant]), ".", "iso").values
    return value.new_from_index(0, height).alias(column.name)


def _advise(fault: Fault, column: Column) -> str:
    expected = column.expected
    values = [level.value for level in column.levels]
    if column.kind == "category":
        dots = ", …" if len(values) > MAX_SPELLINGS else ""
        expected = f"one of {', '.join(values[:MAX_SPELLINGS])}{dots}"
    if fault.rule == "required":
        return f"give {expected}"
    advice = fault.advice.replace("in the dictionary", "in the mapping")
    advice = advice.replace("to the dictionary", "to the mapping")
    return f"expected {expected}; {advice}" if advice else f"expected {expected}"
