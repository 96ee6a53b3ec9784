"""One study variable from columns that each file codes in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl

from jalon.cohort.build import Cohort
from jalon.core.errors import DefinitionError, UnsuitableDataError
from jalon.dictionary import Column

VariableKind = Literal["number", "flag", "ordered", "category"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable as the study means it, whatever a file calls it.

    Attributes:
        name: short name, used in the score.
        label_en: its name for a reader, in English.
        label_fr: its name for a reader, in French.
        kind: "number", "flag" (0 or 1), "ordered" levels or "category".
        unit: unit of a number.
        levels: the levels of an ordered variable or category, lowest first.
    """

    name: str
    label_en: str
    kind: VariableKind
    label_fr: str = ""
    unit: str = ""
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where one file holds a variable, and how its coding becomes the study's.

    Attributes:
        column: the column of the file.
        levels: the file's value (as kept, or an alias of it) to the study's level ("0" or
            "1" for a flag); empty when the file already uses the study's levels, or holds
            0 and 1 for the lower and the higher of two.
        bands: limits that cut a number into levels; each limit belongs to the lower level.
    """

    column: str
    levels: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[float, ...] = ()


def derive_variable(cohort: Cohort, variable: Variable, source: Source) -> pl.Series:
    """Return one variable for every patient, coded as the study codes it.

    Args:
        cohort: the patients.
        variable: what the study means by it.
        source: where this file holds it.

    Returns:
        shape (n,), named after the variable: Float64 for a number, Int64 for a flag, Enum
        of the levels otherwise; null where the column is missing.

    Raises:
        DefinitionError: the column cannot give this variable, or its unit differs.
        UnsuitableDataError: patients hold a value that no level stands for.

    Example:
        >>> from jalon.dictionary import Table
        >>> table = Table("t", "T", "made up", "none", "synthetic",
        ...               columns=(Column("mm", "number", "Size", unit="mm"),))
        >>> cohort = Cohort(table, pl.DataFrame({"mm": [20.0, 20.5, None]}), ())
        >>> size = Variable("size", "Tumour size", "ordered", levels=("20 or less", "over 20"))
        >>> derive_variable(cohort, size, Source("mm", bands=(20,))).to_list()
        ['20 or less', 'over 20', None]
    """
    column = cohort.table.column(source.column)
    values = cohort.frame[column.name]
    if variable.kind == "number":
        return _number(values, variable, source, column)
    levels = ("0", "1") if variable.kind == "flag" else variable.levels
    if not levels:
        raise DefinitionError(f"variable {variable.name} is {variable.kind}; give its levels")
    if source.bands:
        texts = _cut(values, variable, source, (column, levels))
    else:
        texts = _translate(values, variable, _match_levels(variable, source, column, levels))
    kind = pl.Int64() if variable.kind == "flag" else pl.Enum(levels)
    return texts.cast(kind).alias(variable.name)


def _number(values: pl.Series, variable: Variable, source: Source, column: Column) -> pl.Series:
    if source.bands or source.levels:
        raise DefinitionError(
            f"variable {variable.name} is a number, so its source has neither levels nor bands"
        )
    if column.kind in {"category", "identifier"}:
        raise DefinitionError(
            f"variable {variable.name} is a number, but column {column.name} is {column.expected}"
        )
    if variable.unit and column.unit and variable.unit != column.unit:
        raise DefinitionError(
            f"variable {variable.name} is in {variable.unit}, but column {column.name} is in "
            f"{column.unit}; bring the file to {variable.unit}"
        )
    return values.cast(pl.Float64).alias(variable.name)


def _cut(
    values: pl.Series, variable: Variable, source: Source, meant: tuple[Column, tuple[str, ...]]
) -> pl.Series:
    column, levels = meant
    bands = np.asarray(source.bands, dtype=np.float64)
    if not column.is_numeric or source.levels:
        raise DefinitionError(
            f"variable {variable.name}: bands cut a number, and stand without levels; column "
            f"{column.name} is {column.expected}"
        )
    if len(levels) != len(bands) + 1 or np.any(np.diff(bands) <= 0):
        raise DefinitionError(
            f"variable {variable.name} has {len(levels)} levels, so it needs {len(levels) - 1} "
            f"ascending bands; found {len(bands)}"
        )
    numbers = values.cast(pl.Float64)
    rank = np.searchsorted(bands, numbers.fill_null(0.0).to_numpy(), side="left")
    texts = pl.Series(np.asarray(levels, dtype=object)[rank].tolist(), dtype=pl.String)
    return texts.set(numbers.is_null(), None)


def _match_levels(
    variable: Variable, source: Source, column: Column, levels: tuple[str, ...]
) -> dict[str, str]:
    """Return the study's level of each value that the column keeps."""
    kept = {text: level.value for level in column.levels for text in (level.value, *level.aliases)}
    if column.kind == "flag":
        kept |= {"0": "0", "1": "1"}
    if not source.levels:
        # A flag's 0 and 1 are the lower and the higher of two levels.
        values = ("0", "1") if column.kind == "flag" and len(levels) == 2 else levels
        return dict(zip(values, levels, strict=True))
    for text, level in source.levels.items():
        if kept and text not in kept:
            raise DefinitionError(
                f"variable {variable.name}: column {column.name} has no value {text}; it is "
                f"{column.expected}"
            )
        if level not in levels:
            raise DefinitionError(
                f"variable {variable.name} has no level {level}; it has {', '.join(levels)}"
            )
    return {kept.get(text, text): level for text, level in source.levels.items()}


def _translate(values: pl.Series, variable: Variable, level_of: dict[str, str]) -> pl.Series:
    # A number column with few whole values (a grade) is named by its digits.
    if values.dtype.is_float():
        whole = (values == values.round()) & (values.abs() <= 2.0**53)
        values = values.cast(pl.Int64) if whole.all() else values
    texts = values.cast(pl.String)
    found = texts.replace_strict(level_of, default=None, return_dtype=pl.String)
    lost = int((texts.is_not_null() & found.is_null()).sum())
    if lost:
        raise UnsuitableDataError(
            f"variable {variable.name}: {lost:,} patients hold a value in column {values.name} "
            "that no level stands for; add it to the levels of its source, or leave these "
            "patients out with a criterion"
        )
    return found
