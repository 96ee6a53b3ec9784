"""The registry's columns described as the fields of a REDCap project."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jalon.core.errors import UserError
from jalon.dictionary import Column, Table
from jalon.dictionary.wording import (
    Language,
    find_language,
    say_asked,
    say_help,
    say_label,
    say_limits,
    say_unit,
)
from jalon.exchange.redcap_field import (
    PATIENT,
    RECORD_ID,
    Choice,
    RedcapField,
    choose_exchanged,
    code_levels,
    name_fields,
)

FEW = 6
"""Up to so many answers are shown at once; more are folded into a list."""


def describe_fields(tables: Sequence[Table], language: Language) -> tuple[RedcapField, ...]:
    """Return the fields of a REDCap project that collects the registry's tables.

    Args:
        tables: tables of the registry; each whose rows belong to a patient is an instrument.
        language: of labels and notes, "en" or "fr".

    Returns:
        The fields, the record's number first, then instrument by instrument.

    Raises:
        UserError: an unknown language, or no table with patients.

    Example:
        >>> from jalon.dictionary import Column
        >>> columns = (Column("patient", "identifier", "Patient"), Column("age", "integer", "Age"))
        >>> table = Table("visit", "Visit", "", "", keys=("patient",), columns=columns)
        >>> [(field.name, field.form) for field in describe_fields([table], "en")]
        [('record_id', 'visit'), ('visit_age', 'visit')]
    """
    language = find_language(language)
    exchanged, names = choose_exchanged(tables), name_fields(tables)
    if not exchanged:
        raise UserError("none of these tables has patients, so there is nothing to collect")
    fields = [_describe_record(exchanged[0], language)]
    for table in exchanged:
        for column in table.columns:
            if column.name != PATIENT:
                name = names[table.name, column.name]
                fields.append(_describe(table, column, name, language))
    return tuple(fields)


def _describe_record(table: Table, language: Language) -> RedcapField:
    column = table.column(PATIENT)
    return RedcapField(
        name=RECORD_ID,
        form=table.name,
        kind="text",
        label=_plain(say_label(column, language)),
        note=_write_note(column, language),
    )


def _describe(table: Table, column: Column, name: str, language: Language) -> RedcapField:
    low, high = _write_limits(column)
    codes = code_levels(column)
    choices = tuple(
        Choice(codes[level.value], _plain(say_label(level, language)) or level.value)
        for level in column.levels
    )
    return RedcapField(
        name=name,
        form=table.name,
        kind=_choose_kind(column),
        label=_plain(say_label(column, language)),
        choices=choices,
        validation={"number": "number", "integer": "integer", "date": "date_ymd"}.get(
            column.kind, ""
        ),
        low=low,
        high=high,
        note=_write_note(column, language),
        identifier=column.kind == "identifier",
        required=column.required,
        annotation=_write_annotation(table, column),
    )


def _choose_kind(column: Column) -> str:
    if column.kind == "flag" and not column.levels:
        return "yesno"
    if column.levels:
        return "radio" if len(column.levels) <= FEW else "dropdown"
    return "text"


def _write_limits(column: Column) -> tuple[str, str]:
    low, high = column.low, column.high
    # REDCap's limits are inclusive: for whole numbers a strict one is the next number.
    if column.above is not None:
        low = int(column.above // 1) + 1 if column.kind == "integer" else column.above
    if column.below is not None:
        high = -int(-column.below // 1) - 1 if column.kind == "integer" else column.below
    return _number(low), _number(high)


def _write_note(column: Column, language: Language) -> str:
    # REDCap shows its own limits only when they are broken, and knows no strict ones.
    parts = (say_unit(column.unit), say_limits(column, language), say_asked(column, language))
    measured = ", ".join(part for part in parts if part) if column.is_numeric else ""
    return _plain(". ".join(part for part in (measured, say_help(column, language)) if part))


def _write_annotation(table: Table, column: Column) -> str:
    parts = [f"jalon: {table.name}.{column.name}"]
    parts += [f"time points: {', '.join(column.time_points)}"] if column.time_points else []
    parts += [f"UCUM: {column.ucum}"] if column.ucum else []
    # A word that begins with @ would be an action tag.
    return _plain("; ".join(parts)).replace("@", "(at)")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("|", "/")).strip()


def _number(limit: float | None) -> str:
    return "" if limit is None else f"{limit:.15g}"
