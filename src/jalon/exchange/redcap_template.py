"""The registry's columns described as the fields of a REDCap project."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from jalon.core.errors import UserError
from jalon.dictionary import Column, Table
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

Language = Literal["en", "fr"]

WORDS = {
    "en": {
        "above": "above {}",
        "below": "below {}",
        "usual": "usually {} to {}",
        "least": "usually at least {}",
        "most": "usually at most {}",
    },
    "fr": {
        "above": "supérieur à {}",
        "below": "inférieur à {}",
        "usual": "habituellement de {} à {}",
        "least": "habituellement au moins {}",
        "most": "habituellement au plus {}",
    },
}
"""What a note says of limits that REDCap itself cannot hold, by language."""


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
    if language not in WORDS:
        raise UserError(f'no data dictionary in language "{language}"; use en or fr')
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
        label=_plain(_translate(column.label_en, column.label_fr, language)),
        note=_write_note(column, language),
    )


def _describe(table: Table, column: Column, name: str, language: Language) -> RedcapField:
    low, high = _write_limits(column)
    choices = tuple(
        Choice(code, _plain(_level_label(column, value, language)))
        for value, code in code_levels(column).items()
    )
    return RedcapField(
        name=name,
        form=table.name,
        kind=_choose_kind(column),
        label=_plain(_translate(column.label_en, column.label_fr, language)),
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
    low, high = column.soft_low, column.soft_high
    usual = "usual" if low is not None and high is not None else "most" if low is None else "least"
    limits = [
        ("above", (column.above,)),
        ("below", (column.below,)),
        (usual, tuple(limit for limit in (low, high) if limit is not None)),
    ]
    said = [
        WORDS[language][word].format(*(_show(number, language) for number in numbers))
        for word, numbers in limits
        if numbers and numbers[0] is not None
    ]
    measured = ", ".join(part for part in (column.unit, *said) if part)
    help_text = _translate(column.help_en, column.help_fr, language)
    return _plain(". ".join(part for part in (measured, help_text) if part))


def _write_annotation(table: Table, column: Column) -> str:
    parts = [f"jalon: {table.name}.{column.name}"]
    parts += [f"time points: {', '.join(column.time_points)}"] if column.time_points else []
    parts += [f"UCUM: {column.ucum}"] if column.ucum else []
    # A word that begins with @ would be an action tag.
    return _plain("; ".join(parts)).replace("@", "(at)")


def _level_label(column: Column, value: str, language: Language) -> str:
    level = next(level for level in column.levels if level.value == value)
    return _translate(level.en, level.fr, language) or value


def _translate(english: str, french: str, language: Language) -> str:
    return french or english if language == "fr" else english or french


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("|", "/")).strip()


def _show(limit: float | None, language: Language) -> str:
    text = _number(limit)
    return text.replace(".", ",") if language == "fr" else text


def _number(limit: float | None) -> str:
    return "" if limit is None else f"{limit:.15g}"
