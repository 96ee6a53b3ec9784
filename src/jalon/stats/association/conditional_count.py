"""The count in one corner of two by two tables when all margins are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from jalon.core import ConvergenceError, Estimate, Floats
from jalon.stats.association.hypothesis import (
    RELATIVE_TIE,
    Alternative,
    check_alternative,
    check_level,
)
from jalon.stats.association.root import EPSILON, find_root


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalCount:
    """The number in the first corner, its margins being known (noncentral hypergeometric).

    Attributes:
        seen: the number seen.
        support: shape (m,), the numbers that the margins allow, ascending.
        log_weight: shape (m,), log of their probability were the odds ratio 1, up to a constant.
    """

    seen: float
    support: Floats
    log_weight: Floats


def count_corner(counts: Floats) -> ConditionalCount:
    """Describe the first corner of one table, or the sum of corners over strata.

    Args:
        counts: shape (strata, 2, 2), whole numbers.

    Returns:
        The corner's possible values and weights.
    """
    low = 0.0
    log_weight: Floats = np.zeros(1)
    for table in counts:
        start, part = _weigh_corner(table)
        low, log_weight = low + start, _convolve(log_weight, part)
    return ConditionalCount(
        float(counts[:, 0, 0].sum()),
        np.asarray(low + np.arange(len(log_weight)), dtype=np.float64),
        log_weight,
    )


def _weigh_corner(table: Floats) -> tuple[float, Floats]:
    row, column, n = table[0].sum(), table[:, 0].sum(), table.sum()
    low = max(0.0, row + column - n)
    x = np.arange(low, min(row, column) + 1)
    cells = (x, row - x, column - x, n - row - column + x)
    log_weight = np.asarray(-sum(gammaln(cell + 1) for cell in cells))
    return float(low), log_weight - log_weight.max()


def _convolve(a: Floats, b: Floats) -> Floats:
    if len(a) == 1 or len(b) == 1:
        return np.asarray(a + b)
    # In logarithms: far tails of large tables would vanish in a sum of plain probabilities.
    short, long = (a, b) if len(a) < len(b) else (b, a)
    total = np.full(len(a) + len(b) - 1, -np.inf)
    for shift, weight in enumerate(short):
        part = total[shift : shift + len(long)]
        np.logaddexp(part, long + weight, out=part)
    return np.asarray(total - total.max())


def find_p(count: ConditionalCount, odds_ratio: float, alternative: Alternative) -> float:
    """Return the exact p-value of a hypothetical odds ratio.

    Args:
        count: the corner.
        odds_ratio: the hypothesis, above 0.
        alternative: two-sided adds up all values no more probable than the one seen.

    Returns:
        The p-value.
    """
    chance = _probabilities(count, np.log(odds_ratio))
    if alternative == "two-sided":
        seen = chance[count.support == count.seen][0]
        return min(1.0, float(chance[chance <= seen * RELATIVE_TIE].sum()))
    return min(1.0, _tail(count, np.log(odds_ratio), upper=alternative == "greater"))


def estimate_odds_ratio(
    count: ConditionalCount, level: float, alternative: Alternative, tolerance: float | None
) -> Estimate:
    """Estimate the odds ratio by conditional maximum likelihood, with its exact interval.

    Args:
        count: the corner.
        level: coverage of the interval.
        alternative: one-sided alternatives have one-sided intervals.
        tolerance: None for machine precision; a number stops early, as R does at 2**-13.

    Returns:
        The odds ratio; 0 or infinity when the corner is as small or as large as it can be.
        NaN when the margins allow one value only.
    """
    check_level(level)
    check_alternative(alternative)
    if len(count.support) == 1:
        return Estimate(np.nan, np.nan, np.nan, level, "conditional")
    tail = (1 - level) / 2 if alternative == "two-sided" else 1 - level
    low, high = 0.0, np.inf
    if alternative != "less" and count.seen > count.support[0]:
        low = _solve(lambda log_or: _tail(count, log_or, upper=True) - tail, tolerance)
    if alternative != "greater" and count.seen < count.support[-1]:
        high = _solve(lambda log_or: tail - _tail(count, log_or, upper=False), tolerance)
    return Estimate(_maximise(count, tolerance), low, high, level, "conditional")


def _maximise(count: ConditionalCount, tolerance: float | None) -> float:
    if count.seen == count.support[0]:
        return 0.0
    if count.seen == count.support[-1]:
        return np.inf
    return _solve(
        lambda log_or: float(_probabilities(count, log_or) @ count.support) - count.seen, tolerance
    )


def _probabilities(count: ConditionalCount, log_or: float) -> Floats:
    weight = count.log_weight + (count.support - count.support[0]) * log_or
    return np.asarray(np.exp(weight - logsumexp(weight)))


def _tail(count: ConditionalCount, log_or: float, upper: bool) -> float:
    inside = count.support >= count.seen if upper else count.support <= count.seen
    return float(_probabilities(count, log_or)[inside].sum())


def _solve(rising: Callable[[float], float], tolerance: float | None) -> float:
    """Return the odds ratio where a function that rises with its logarithm crosses zero."""
    middle = rising(0.0)
    if middle == 0:
        return 1.0
    if tolerance is None:
        return float(np.exp(_solve_exactly(rising, 1.0 if middle < 0 else -1.0)))
    # R searches ratios below 1 on [0, 1], those above as the inverse.
    sign = 1.0 if middle > 0 else -1.0
    root = find_root(
        lambda ratio: rising(sign * np.log(max(ratio, 1e-300))),
        0.0 if middle > 0 else EPSILON,
        1.0,
        tolerance,
    )
    return float(root**sign)


def _solve_exactly(rising: Callable[[float], float], step: float) -> float:
    far = step
    while rising(far) * step < 0:
        far *= 2
        if abs(far) > 700:
            raise ConvergenceError("the odds ratio's limit is beyond what a number can hold")
    return find_root(rising, 0.0 if abs(far) == 1 else far / 2, far)
