"""No column that identifies a person directly can pass, even one that would be left out."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from jalon.core.errors import DataFileError
from jalon.registry.finding import Finding, refuse
from jalon.registry.identity_name import find_name_rule, says_birth
from jalon.registry.identity_value import (
    E_MAIL,
    LOOKS_LIKE_NAME,
    NIR,
    PHONE,
    SHORTEST,
    find_value_rule,
)
from jalon.registry.sheet import Sheet

ADVICE = "take it out of the file before it leaves the centre; leaving it unmapped is not enough"


def check_identity(
    sheet: Sheet,
    identifiers: Collection[str] = (),
    unknown: Collection[str] = (),
    described: Collection[str] = (),
) -> None:
    """Refuse a file with a column that identifies persons, by its name or by its values.

    Args:
        sheet: the file.
        identifiers: the columns that tell patients apart, by their name in the file.
        unknown: the columns that nobody said the meaning of.
        described: names that the dictionary itself uses, for example a centre's city; their
            values are looked at all the same.

    Raises:
        DataFileError: with the column and the rule of each; never a value.
    """
    _refuse_values_as_names(sheet)
    findings: list[Finding] = []
    longest = _measure(sheet)
    for name in sheet.header:
        rule = None if name in described else find_name_rule(name)
        if rule is not None:
            text = f"a column of this name holds {rule.text} (rule: {rule.name}); {ADVICE}"
            findings.append(Finding(text, (sheet.header_line,), name))
            continue
        if longest[name] < SHORTEST:
            continue
        names = True if name in identifiers else None if name in unknown else False
        texts = sheet.cells[name]
        held, example = find_value_rule(texts, says_birth=says_birth(name), names=names)
        if held:
            row = int((texts == example).arg_max() or 0)
            text = f"values look like {held}; {ADVICE}"
            findings.append(Finding(text, (int(sheet.lines[row]),), name))
    refuse(sheet.path, findings)


def _measure(sheet: Sheet) -> dict[str, int]:
    """Return the length of the longest value of each column, found in one pass."""
    lengths = sheet.cells.lazy().select(pl.all().str.len_bytes().max().fill_null(0)).collect()
    return dict(zip(lengths.columns, lengths.row(0), strict=True)) if lengths.width else {}


def _refuse_values_as_names(sheet: Sheet) -> None:
    """Refuse a first line that is a patient's, without repeating any of it."""
    header = pl.Series(sheet.header, dtype=pl.String)
    looks = header.str.contains(f"{E_MAIL}|{NIR}|{PHONE}|{LOOKS_LIKE_NAME}")
    if looks.any():
        place = int(looks.arg_max() or 0) + 1
        advice = (
            f"the name of column {place} looks like a person's name or number; the first line "
            "must name the columns"
        )
        raise DataFileError(sheet.path, advice, line=sheet.header_line)
