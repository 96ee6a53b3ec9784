"""Describing a variable: the middle of its values, its levels, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Estimate, Floats, Integers, UnsuitableDataError


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """A variable in a group of patients.

    Attributes:
        patients: how many patients, those with a missing value included.
        missing: how many of them have no value.
        quartiles: the median with the first and third quartile as its limits; NaN when
            nobody has a value.
        counts: shape (k,), patients at each level, for a variable with levels; empty otherwise.
    """

    patients: int
    missing: int
    quartiles: Estimate
    counts: Integers


def describe(values: Floats, levels: int = 0) -> Description:
    """Describe one variable the way a Table 1 does.

    Args:
        values: shape (n,), NaN where missing; the rank 0, 1, … of its level for a category.
        levels: how many levels a category has; 0 for a number.

    Returns:
        Median with quartiles and missing count, and the count of each level.

    Raises:
        UnsuitableDataError: a rank that is none of the levels.

    Reference:
        Hyndman and Fan (1996), doi:10.1080/00031305.1996.10473566, definition 7: quartiles
        as in R's ``quantile``.

    Example:
        >>> result = describe(np.array([1.0, 2.0, 3.0, 4.0, np.nan]))
        >>> result.quartiles.value, result.quartiles.low, result.missing
        (2.5, 1.75, 1)
    """
    known = values[~np.isnan(values)]
    nothing = (np.nan, np.nan, np.nan)
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]) if known.size else nothing
    if levels and known.size and not np.all(np.isin(known, np.arange(levels))):
        raise UnsuitableDataError(f"a rank is none of the {levels} levels; code them 0, 1, …")
    return Description(
        patients=len(values),
        missing=len(values) - len(known),
        quartiles=Estimate(float(middle), float(low), float(high), 0.5, "quartiles"),
        counts=np.bincount(known.astype(np.int64), minlength=levels)[:levels],
    )
