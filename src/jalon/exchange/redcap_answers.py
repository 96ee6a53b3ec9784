"""Answers of a REDCap export as the registry means them: no missing codes, no empty boxes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from jalon.core.errors import UserError
from jalon.dictionary import Column
from jalon.exchange.redcap_export import COMPLETE, Export, is_box
from jalon.exchange.redcap_field import CHECKED, code_levels, name_box
from jalon.registry.finding import Finding, find

WITH_TIME = r"^(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}(:\d{2})?$"
CODE = r"^[A-Za-z0-9._-]+$"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the cells of an export say.

    Attributes:
        export: the export.
        missing: the project's missing data codes.
        codes: for each field, the registry's value of each of its codes.
        filled: for each instrument, in which rows it was filled in, once that was asked.
    """

    export: Export
    missing: tuple[str, ...]
    codes: dict[str, dict[str, str]]
    filled: dict[str | None, pl.Series] = dataclasses.field(default_factory=dict)

    def take(self, name: str) -> pl.Series:
        """Return a field's texts; a box of an instrument that nobody filled in is empty, not 0.

        Args:
            name: the column of the export.

        Returns:
            One text per row.
        """
        texts = self.export.take(name)
        if not is_box(name):
            return texts
        # REDCap writes 0 in every box of an instrument that was never filled in.
        form = self.export.forms.get(name)
        if form not in self.filled:
            self.filled[form] = self._find_filled(form)
        empty = ~self.filled[form]
        for code in self.missing:
            empty |= self.export.take(name_box(name.partition(CHECKED)[0], code)) == "1"
        return texts.set(empty, "")

    def read(self, name: str, column: Column) -> tuple[pl.Series, pl.Series]:
        """Return a field's answers as texts that the column can have.

        Args:
            name: the column of the export.
            column: what it is in the registry.

        Returns:
            One text per row, empty where missing; and in which rows the code is not known.
        """
        texts = self.take(name)
        known = self.codes.get(name, {})
        mapped = texts.is_in(list(known))
        missing = texts.is_in(["", *self.missing]) & ~mapped
        unknown = ~mapped & ~missing if known else pl.Series([False]).new_from_index(0, len(texts))
        values = texts.replace(known) if known else texts
        if column.kind == "date":
            values = values.str.replace(WITH_TIME, "$1")
        if not known and column.levels:
            own = {code: value for value, code in code_levels(column).items()}
            values = values.replace(own)
        return values.set(missing, ""), unknown

    def _find_filled(self, form: str | None) -> pl.Series:
        others = [
            name
            for name in self.export.fields
            if self.export.forms.get(name) == form and not name.endswith("_timestamp")
        ]
        marks = [
            self.export.take(name).is_in(["1"]) if is_box(name) else self.export.take(name) != ""
            for name in others
        ]
        if form is not None:
            marks.append(self.export.take(form + COMPLETE).is_in(["1", "2"]))
        return reduce(or_, marks)


def find_unknown(rows: pl.Series, answers: Answers, field: str) -> list[Finding]:
    """Turn rows with a code that the mapping does not know into at most one finding.

    Args:
        rows: one truth per row.
        answers: the export's answers.
        field: the field.

    Returns:
        One finding with its lines, or none.
    """
    text = (
        f"a code that [redcap.codes.{field}] does not have; add it there, or, when it is a "
        "missing data code of the whole project, to missing_codes"
    )
    return find(rows, answers.export.lines, field, text)


def check_missing(codes: Sequence[str], columns: Sequence[tuple[str, Column]]) -> None:
    """Refuse a missing data code that could be an answer; nobody could tell them apart.

    Args:
        codes: the project's missing data codes.
        columns: each column that is read, with its field.

    Raises:
        UserError: a code that REDCap does not allow, or that a column can have as a value.
    """
    odd = [code for code in codes if not pl.Series([code]).str.contains(CODE)[0]]
    if odd:
        raise UserError(
            f'"{odd[0]}" cannot be a missing data code of REDCap; give codes such as -9 or UNK'
        )
    for field, column in columns:
        clash = next((code for code in codes if _can_be(column, code)), None)
        if clash is not None:
            raise UserError(
                f"the missing data code {clash} is also a possible answer of {field} "
                f"({column.expected}); leave it out of the missing data codes, and say under "
                f'[redcap.codes.{field}] what it means there: {clash} = ""'
            )


def _can_be(column: Column, code: str) -> bool:
    if column.kind == "flag":
        return code in {"0", "1"}
    if column.levels:
        return code in {level.value for level in column.levels} | set(code_levels(column).values())
    if not column.is_numeric:
        return False
    try:
        number = float(code)
    except ValueError:
        return False
    low, high = column.low, column.high
    return math.isfinite(number) and not (
        (low is not None and number < low)
        or (high is not None and number > high)
        or (column.above is not None and number <= column.above)
        or (column.below is not None and number >= column.below)
    )
