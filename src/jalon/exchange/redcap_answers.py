"""Answers of a REDCap export as the registry means them: no missing codes, no empty boxes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from jalon.core.errors import UserError
from jalon.dictionary import Column
from jalon.exchange.redcap_export import COMPLETE, Export, is_box
from jalon.exchange.redcap_field import CHECKED, code_levels, name_box

WITH_TIME = r"^(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}(:\d{2})?$"
CODE = r"[A-Za-z0-9._-]+"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the cells of an export say.

    Attributes:
        export: the export.
        missing: the project's missing data codes.
        codes: for each field, the registry's value of each of its codes.
    """

    export: Export
    missing: tuple[str, ...]
    codes: dict[str, dict[str, str]]

    def take(self, name: str) -> pl.Expr:
        """Return a field's texts; a box of an instrument that nobody filled in is empty, not 0.

        Args:
            name: the column of the export.

        Returns:
            One text per row.
        """
        texts = pl.col(name)
        if not is_box(name):
            return texts
        # REDCap writes 0 in every box of an instrument that was never filled in.
        empty = ~self._is_filled(self.export.forms.get(name))
        for code in self.missing:
            box = name_box(name.partition(CHECKED)[0], code)
            if box in self.export.sheet.header:
                empty |= pl.col(box) == "1"
        return pl.when(empty).then(pl.lit("")).otherwise(texts).alias(name)

    def read(self, name: str, column: Column) -> pl.Expr:
        """Return a field's answers as texts that the column can have.

        Args:
            name: the column of the export.
            column: what it is in the registry.

        Returns:
            One text per row, empty where missing.
        """
        texts, known = self.take(name), self.codes.get(name, {})
        own = {code: value for value, code in code_levels(column).items()} if not known else {}
        meant = own | dict.fromkeys(self.missing, "") | known
        changed = {code: value for code, value in meant.items() if code != value}
        values = texts.replace(changed) if changed else texts
        return values.str.replace(WITH_TIME, "$1") if column.kind == "date" else values

    def find_unknown(self, name: str, column: Column) -> pl.Expr | None:
        """Return in which rows a field has a code that the mapping does not list.

        Args:
            name: the column of the export.
            column: what it is in the registry.

        Returns:
            One truth per row; None when any answer can be, as the mapping lists no codes or
            the column is a number, a date or a text, of which a mapping lists some only.
        """
        known = self.codes.get(name, {})
        if not known or not (column.levels or column.kind == "flag"):
            return None
        return ~self.take(name).is_in(["", *self.missing, *known])

    def _is_filled(self, form: str | None) -> pl.Expr:
        marks = [
            pl.col(name) == "1" if is_box(name) else pl.col(name) != ""
            for name in self.export.fields
            if self.export.forms.get(name) == form and not name.endswith("_timestamp")
        ]
        if form is not None:
            marks.append(pl.col(form + COMPLETE).is_in(["1", "2"]))
        return pl.any_horizontal(marks)


def check_missing(codes: Sequence[str], name: str, column: Column) -> None:
    """Refuse a missing data code that could be an answer; nobody could tell them apart.

    Args:
        codes: the project's missing data codes.
        name: a field.
        column: the column that it goes to.

    Raises:
        UserError: a code that REDCap does not allow, or that the column can have as a value.
    """
    for code in codes:
        if not re.fullmatch(CODE, code):
            raise UserError(
                f'"{code}" cannot be a missing data code of REDCap; give codes such as -9 or UNK'
            )
        if _can_be(column, code):
            raise UserError(
                f"the missing data code {code} is also a possible answer of {name} "
                f"({column.expected}); when it is no answer there, say so in the mapping file: "
                f'"{code}" = "" under [redcap.codes.{name}]'
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
