"""How different the predictions of two patients are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import UnsuitableDataError


def gini_difference(values: npt.ArrayLike) -> float:
    """Give the mean distance between the values of two different patients (Gini).

    Of a log hazard it says how far apart a model sets patients, its exponential by what hazard
    ratio. ``bootstrap_figures`` gives an interval.

    Args:
        values: shape (n,), at least two finite numbers.

    Returns:
        The mean distance over all pairs.

    Raises:
        UnsuitableDataError: fewer than two values, or missing ones.

    Reference:
        David HA (1968), doi:10.1093/biomet/55.3.573.

    Example:
        >>> gini_difference([1, 2, 4])
        2.0
    """
    column = np.sort(np.asarray(values, dtype=np.float64).ravel())
    n = len(column)
    if n < 2 or not np.all(np.isfinite(column)):
        raise UnsuitableDataError("give at least two values, none of them missing")
    return float(2 * ((2 * np.arange(1, n + 1) - n - 1) @ column) / (n * (n - 1)))
