"""How far two observers agree beyond chance (Cohen's kappa)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import ndtri

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.cross_table import TableLike, read_table
from jalon.stats.association.hypothesis import check_level


def kappa(
    table: TableLike,
    weights: Literal["none", "linear", "quadratic"] = "none",
    level: float = 0.95,
) -> Estimate:
    """Measure how far two observers agree beyond chance.

    Args:
        table: shape (k, k), the first observer's verdict by the second's, both in one order.
        weights: how near misses count: not at all, less by each step ("linear"), or less by
            each step squared ("quadratic", Fleiss and Cohen).
        level: coverage of the interval.

    Returns:
        Kappa: 1 for full agreement, 0 for chance. The interval is +- z standard errors, from
        the large-sample standard error of Fleiss, Cohen and Everitt.

    Raises:
        UnsuitableDataError: a table that is not square, or all verdicts alike.

    Reference:
        Cohen (1960), doi:10.1177/001316446002000104; Fleiss, Cohen and Everitt (1969),
        doi:10.1037/h0028106.

    Example:
        >>> round(kappa([[20, 5], [10, 15]]).value, 4)
        0.4
    """
    check_level(level)
    counts = read_table(table)
    k = len(counts)
    if counts.shape != (k, k):
        raise UnsuitableDataError(
            f"the table has shape {counts.shape}; agreement needs a square one"
        )
    weight = _weigh(k, weights)
    share = counts / counts.sum()
    row, column = share.sum(1), share.sum(0)
    seen, chance = float(np.sum(weight * share)), float(row @ weight @ column)
    if chance >= 1:
        raise UnsuitableDataError("all verdicts are alike; agreement cannot exceed chance")
    value = (seen - chance) / (1 - chance)
    by_row, by_column = weight @ column, row @ weight
    inner = weight - (by_row[:, None] + by_column) * (1 - value)
    variance = np.sum(share * inner**2) - (value - chance * (1 - value)) ** 2
    error = float(np.sqrt(max(0.0, float(variance)) / counts.sum()) / (1 - chance))
    width = float(ndtri(0.5 + level / 2)) * error
    return Estimate(value, value - width, value + width, level, f"kappa, weights {weights}")


def _weigh(k: int, weights: str) -> Floats:
    steps = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    if weights == "none":
        return np.eye(k)
    if weights == "linear":
        return np.asarray(1 - steps)
    if weights == "quadratic":
        return np.asarray(1 - steps**2)
    raise UnsuitableDataError(f"the weights {weights!r} are not known")
