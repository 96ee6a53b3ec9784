"""By how much one group's values lie above another's: the median of all differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from jalon.core import Estimate, Floats
from jalon.stats.association.hypothesis import Alternative, normal_quantiles
from jalon.stats.association.rank_distribution import count_rank_sums, lower_quantile
from jalon.stats.association.root import find_root


def count_ties(ranks: Floats) -> float:
    """Return the sum of t^3 - t over groups of t tied values.

    Args:
        ranks: shape (n,), ranks or values.

    Returns:
        0 without ties.
    """
    size = np.unique(ranks, return_counts=True)[1].astype(np.float64)
    return float(np.sum(size**3 - size))


def standardise(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Return the rank sum statistic, its excess over the mean, and its standard error.

    Args:
        x: shape (m,), one group.
        y: shape (n,), the other.

    Returns:
        Pairs in which x is larger (ties half), that less m n / 2, and the standard error given
        the ties, 0 when all values are equal.
    """
    m, n = float(len(x)), float(len(y))
    ranks = rankdata(np.concatenate((x, y)))
    pairs = float(ranks[: len(x)].sum()) - m * (m + 1) / 2
    total = m + n
    variance = m * n / 12 * (total + 1 - count_ties(ranks) / (total * (total - 1)))
    return pairs, pairs - m * n / 2, float(np.sqrt(max(variance, 0.0)))


def correct(excess: float, alternative: Alternative) -> float:
    """Return an excess half a step nearer to what would be no evidence.

    Args:
        excess: statistic less its mean.
        alternative: which tail counts.

    Returns:
        The excess with the continuity correction.
    """
    if alternative == "two-sided":
        return excess - float(np.sign(excess)) * 0.5
    return excess - (0.5 if alternative == "greater" else -0.5)


def exact_shift(x: Floats, y: Floats, level: float, alternative: Alternative) -> Estimate:
    """Return the median difference with limits from the exact distribution, without ties.

    Args:
        x: shape (m,), one group.
        y: shape (n,), the other.
        level: coverage, at least.
        alternative: one-sided alternatives have one-sided intervals.

    Returns:
        The shift of x over y.
    """
    m, n = len(x), len(y)
    tail = (1 - level) / (2 if alternative == "two-sided" else 1)
    sums, chance = count_rank_sums(np.arange(1.0, m + n + 1), m)
    rank = max(1, round(lower_quantile(sums, chance, tail) - m * (m + 1) / 2))
    low = -np.inf if alternative == "less" else find_difference(x, y, rank)
    high = np.inf if alternative == "greater" else find_difference(x, y, m * n - rank + 1)
    return Estimate(median_difference(x, y), low, high, level, "exact")


def normal_shift(
    x: Floats,
    y: Floats,
    level: float,
    alternative: Alternative,
    corrected: bool,
    tolerance: float | None,
) -> Estimate:
    """Return the median difference with limits where the normal test turns significant.

    Args:
        x: shape (m,), one group.
        y: shape (n,), the other.
        level: coverage, about.
        alternative: one-sided alternatives have one-sided intervals.
        corrected: whether the test has a continuity correction.
        tolerance: None for the differences themselves; else where a search stops, as in R.

    Returns:
        The shift of x over y.
    """
    ends = (float(x.min() - y.max()), float(x.max() - y.min()))

    def reach(target: float, corrected: bool) -> float:
        def excess(shift: float) -> float:
            _, above, error = standardise(x - shift, y)
            return (correct(above, alternative) if corrected else above) / error - target

        if tolerance is not None:
            return search_fall(excess, ends, tolerance)
        return _nearest(x, y, _find_fall(excess, ends))

    below, above = normal_quantiles(level, alternative)
    low = -np.inf if np.isinf(below) else reach(-below, corrected)
    high = np.inf if np.isinf(above) else reach(-above, corrected)
    middle = median_difference(x, y) if tolerance is None else reach(0.0, False)
    return Estimate(middle, low, high, level, "corrected" if corrected else "plain")


def median_difference(x: Floats, y: Floats) -> float:
    """Return the median of all m n differences between two groups (Hodges and Lehmann).

    Args:
        x: shape (m,), one group.
        y: shape (n,), the other.

    Returns:
        The median of x - y.

    Example:
        >>> median_difference(np.array([1.0, 5.0]), np.array([0.0, 1.0]))
        2.5
    """
    pairs = len(x) * len(y)
    first = find_difference(x, y, (pairs + 1) // 2)
    return first if pairs % 2 else (first + find_difference(x, y, pairs // 2 + 1)) / 2


def find_difference(x: Floats, y: Floats, rank: int) -> float:
    """Return the difference of a given rank, without writing all of them down.

    Args:
        x: shape (m,), one group.
        y: shape (n,), the other.
        rank: 1 for the least of the m n differences.

    Returns:
        The difference x - y.
    """
    if len(x) * len(y) <= 1_000_000:
        return float(np.partition(np.subtract.outer(x, y).ravel(), rank - 1)[rank - 1])
    ordered = np.sort(y)
    low, high = float(x.min() - y.max()), float(x.max() - y.min())
    for _ in range(100):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        enough = len(x) * len(y) - np.searchsorted(ordered, x - middle).sum() >= rank
        low, high = (low, middle) if enough else (middle, high)
    return _nearest(x, y, high)


def search_fall(
    excess: Callable[[float], float], ends: tuple[float, float], tolerance: float
) -> float:
    """Search where a falling step function crosses zero, stopping early as R does.

    Args:
        excess: the function.
        ends: where to look.
        tolerance: where to stop.

    Returns:
        About the crossing; an end when there is none between them.
    """
    low, high = ends
    if excess(low) <= 0:
        return low
    if excess(high) >= 0:
        return high
    return find_root(excess, low, high, tolerance)


def _find_fall(excess: Callable[[float], float], ends: tuple[float, float]) -> float:
    """Return the first number at which a falling step function is 0 or less."""
    low, high = ends
    if excess(low) <= 0:
        return low
    if excess(high) >= 0:
        return high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high


def _nearest(x: Floats, y: Floats, shift: float) -> float:
    ordered = np.sort(y)
    place = np.searchsorted(ordered, x - shift)
    near = np.stack([ordered[np.clip(place + step, 0, len(y) - 1)] for step in (-1, 0)])
    differences = (x - near).ravel()
    return float(differences[np.argmin(np.abs(differences - shift))])
