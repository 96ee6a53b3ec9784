"""Numbers in a centre's unit become numbers in the dictionary's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from jalon.core.errors import DefinitionError
from jalon.core.units import find_factor, list_analytes, list_units, spell_unit
from jalon.dictionary import Column

if TYPE_CHECKING:
    from jalon.registry.mapping import Unit

Conversion = tuple[float, float, float]
"""A value, less the third, times the first, over the second."""

SAME: Conversion = (1.0, 1.0, 0.0)
LIMITS = ("_uln", "_lln")
"""Ends of the names of columns that hold a laboratory's limits of another column."""

GENERIC = ("volume", "duration")
"""What many columns are, whatever they are called."""


def find_conversion(column: Column, unit: Unit | None) -> Conversion:
    """Return how to turn a centre's numbers into the unit of a column.

    Args:
        column: what the numbers mean.
        unit: the unit that the file has; None when it is that of the dictionary.

    Returns:
        A value, less the third, times the first, over the second, is in our unit.

    Raises:
        DefinitionError: a unit that cannot be turned into that of the column.
    """
    if unit is None or spell_unit(unit.unit) == spell_unit(column.unit):
        return SAME
    if unit.times is not None:
        if not 0 < unit.times < float("inf"):
            raise DefinitionError("times is a number above 0")
        return unit.times, 1.0, 0.0
    analyte = unit.analyte or _name_analyte(column)
    if not analyte:
        raise DefinitionError(
            f"{column.name} is kept in {column.unit or 'no unit'}, and how {unit.unit} is turned "
            "into it is not known here"
        )
    return find_factor(unit.unit, column.unit, analyte)


def convert_values(values: pl.Series, conversion: Conversion) -> pl.Series:
    """Turn numbers into another unit, to 12 significant digits as ``jalon.core.convert`` does.

    Args:
        values: numbers; null where there is none.
        conversion: what ``find_conversion`` gave.

    Returns:
        The numbers in the other unit.
    """
    if conversion == SAME:
        return values
    times, over, less = conversion
    different = values.drop_nulls().unique()
    turned = [float(f"{(value - less) * times / over:.12g}") for value in different.to_list()]
    return values.replace_strict(
        different, pl.Series(turned, dtype=pl.Float64), default=None, return_dtype=pl.Float64
    )


def _name_analyte(column: Column) -> str:
    name = column.name
    for end in LIMITS:
        name = name.removesuffix(end)
    known = list_analytes()
    if name in known:
        return name
    ours = spell_unit(column.unit)
    return next((analyte for analyte in GENERIC if ours in list_units(analyte)), "")
