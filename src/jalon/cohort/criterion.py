"""Who belongs to a study: one criterion says one thing in words and in columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl

from jalon.core.errors import DefinitionError
from jalon.dictionary import Column, Table

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition that a patient must meet to stay in the cohort.

    A criterion has ``known``, or ``column`` with at least one of the tests below it.

    Attributes:
        label_en: the condition in words, in English.
        label_fr: the same in French.
        known: columns that must not be missing.
        column: the column that is tested.
        one_of: the column holds one of these values.
        above: the column is strictly above this.
        at_least: the column is this or more.
        below: the column is strictly below this.
        at_most: the column is this or less.
        keep_missing: whether a patient whose tested value is missing stays; by default
            such a patient leaves, because the condition is not known to hold.
    """

    label_en: str
    label_fr: str = ""
    known: tuple[str, ...] = ()
    column: str | None = None
    one_of: tuple[Value, ...] = ()
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    keep_missing: bool = False


def express(criterion: Criterion, table: Table) -> pl.Expr:
    """Turn a criterion into a truth per patient, never missing.

    Args:
        criterion: the condition.
        table: the dictionary of the rows it will be applied to.

    Returns:
        A polars expression.

    Raises:
        DefinitionError: it tests nothing, names a column or level that does not exist, or
            compares a text with a number.
    """
    tests = [pl.col(table.column(name).name).is_not_null() for name in criterion.known]
    if criterion.column is not None:
        tests += _tests(criterion, table.column(criterion.column))
    elif _limits(criterion) or criterion.one_of:
        raise DefinitionError(f"criterion {criterion.label_en!r} has a test but no column")
    if not tests:
        raise DefinitionError(
            f"criterion {criterion.label_en!r} tests nothing; give known, or column with "
            "one_of, above, at_least, below or at_most"
        )
    return reduce(and_, tests)


def _limits(criterion: Criterion) -> dict[str, float]:
    names = ("above", "at_least", "below", "at_most")
    limits = {name: getattr(criterion, name) for name in names}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _tests(criterion: Criterion, column: Column) -> list[pl.Expr]:
    text = column.kind in {"category", "identifier"}
    values = pl.col(column.name).cast(pl.String if text else pl.Float64)
    limits = _limits(criterion)
    if limits and text:
        raise DefinitionError(
            f"criterion {criterion.label_en!r} compares {column.name} with a number, but it is "
            f"{column.expected}; use one_of"
        )
    made = {
        "above": lambda limit: values > limit,
        "at_least": lambda limit: values >= limit,
        "below": lambda limit: values < limit,
        "at_most": lambda limit: values <= limit,
    }
    tests = [made[name](limit) for name, limit in limits.items()]
    if criterion.one_of:
        tests.append(values.is_in(_allowed(criterion, column)))
    return [test.fill_null(value=criterion.keep_missing) for test in tests]


def _allowed(criterion: Criterion, column: Column) -> list[str] | list[float]:
    if column.kind == "identifier":
        return [str(value) for value in criterion.one_of]
    if column.kind == "category":
        known = {level.value for level in column.levels}
        texts = [str(value) for value in criterion.one_of]
        if not set(texts) <= known:
            raise DefinitionError(
                f"criterion {criterion.label_en!r} names a level that {column.name} does not "
                f"have; expected {column.expected}"
            )
        return texts
    try:
        return [float(value) for value in criterion.one_of]
    except ValueError as error:
        raise DefinitionError(
            f"criterion {criterion.label_en!r} compares {column.name} with a text; "
            f"it is {column.expected}"
        ) from error
