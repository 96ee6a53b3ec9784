"""Days counted from 1 January 1970."""

from __future__ import annotations

import numpy as np
import polars as pl

from jalon.core.survival_data import Integers


def to_dates(days: Integers, where: np.ndarray | None = None) -> pl.Series:
    """Turn counted days into dates.

    Args:
        days: shape (n,), days since 1 January 1970.
        where: shape (n,), false where the date is missing; None when none is.

    Returns:
        Dates.
    """
    dates = pl.Series(days.astype(np.int32)).cast(pl.Date)
    return dates if where is None else dates.set(pl.Series(~where), None)


def days_of_years(years: float) -> float:
    """Return how many days so many years have, on average.

    Args:
        years: a number of years.
    """
    return years * 365.25
