"""Wilcoxon's signed rank test of differences within patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.hypothesis import (
    Alternative,
    check_alternative,
    check_level,
    normal_p,
    normal_quantiles,
)
from jalon.stats.association.rank_distribution import (
    count_signed_rank_sums,
    exact_p,
    lower_quantile,
)
from jalon.stats.association.rank_shift import correct, count_ties, search_fall
from jalon.stats.association.rank_sum import RankMethod, choose_method
from jalon.stats.association.sample import read_sample


@dataclass(frozen=True, slots=True)
class SignedRank:
    """Wilcoxon's signed rank test.

    Attributes:
        statistic: V, the sum of ranks of the differences above 0.
        p: p-value of differences symmetric about 0.
        centre: median of all means of two differences (the pseudomedian), with its interval.
        zeros: differences of 0, which are left out.
        method: "exact", "corrected" or "plain".
    """

    statistic: float
    p: float
    centre: Estimate
    zeros: int
    method: str


def signed_rank_test(
    difference: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    method: RankMethod = "auto",
    level: float = 0.95,
    tolerance: float | None = None,
) -> SignedRank:
    """Test whether patients change between two measurements.

    Differences of 0 are left out of the test, as Wilcoxon did and R does.

    Args:
        difference: shape (n,), each patient's second value less the first.
        alternative: "greater" when differences are above 0.
        method: exact or normal approximation; with ties the exact p-value is that of all signs.
        level: coverage of the interval, at least that when exact.
        tolerance: None for the exact ends of a normal interval, and for the pseudomedian itself.
            R's ``wilcox.test`` searches for the three of them, as where the normal statistic is
            crossed, and stops within 1e-4; give ``1e-4`` for R's digits.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: missing values, all differences 0, or too many for an exact test.

    Reference:
        Hollander and Wolfe (1999), Nonparametric Statistical Methods, sections 3.1 to 3.3.

    Example:
        >>> test = signed_rank_test([1.5, 2.5, -0.5, 3.5])
        >>> test.statistic, test.p
        (9.0, 0.25)
    """
    check_level(level)
    check_alternative(alternative)
    given = read_sample(difference, "difference")
    values = given[given != 0]
    if values.size == 0:
        raise UnsuitableDataError("all differences are 0; there is nothing to test")
    ranks = rankdata(np.abs(values))
    statistic = float(ranks[values > 0].sum())
    tied, zeros = count_ties(ranks) > 0, len(given) - len(values)
    chosen = choose_method(method, len(values), tied or zeros > 0)
    if chosen == "exact":
        p = exact_p(*count_signed_rank_sums(ranks), statistic, alternative)
    else:
        z = _standardise(values, alternative, chosen == "corrected")
        p = min(1.0, normal_p(z, alternative))
    if chosen == "exact" and not (tied or zeros):
        centre = _exact_centre(values, level, alternative)
    else:
        centre = _normal_centre(values, level, alternative, chosen != "plain", tolerance)
    return SignedRank(statistic, p, centre, zeros, chosen)


def _standardise(values: Floats, alternative: Alternative, corrected: bool) -> float:
    values = values[values != 0]
    n, ranks = len(values), rankdata(np.abs(values))
    excess = float(ranks[values > 0].sum()) - n * (n + 1) / 4
    variance = n * (n + 1) * (2 * n + 1) / 24 - count_ties(ranks) / 48
    return (correct(excess, alternative) if corrected else excess) / float(np.sqrt(variance))


def _exact_centre(values: Floats, level: float, alternative: Alternative) -> Estimate:
    pairs = _pair(values)
    tail = (1 - level) / (2 if alternative == "two-sided" else 1)
    sums, chance = count_signed_rank_sums(np.arange(1.0, len(values) + 1))
    rank = max(1, round(lower_quantile(sums, chance, tail)))
    low = -np.inf if alternative == "less" else float(pairs[rank - 1])
    high = np.inf if alternative == "greater" else float(pairs[len(pairs) - rank])
    return Estimate(float(np.median(pairs)), low, high, level, "exact")


def _normal_centre(
    values: Floats,
    level: float,
    alternative: Alternative,
    corrected: bool,
    tolerance: float | None,
) -> Estimate:
    pairs = _pair(values)
    ends = (float(values.min()), float(values.max()))

    def reach(target: float, corrected: bool) -> float:
        if tolerance is None or ends[0] == ends[1]:
            return _cross(values, pairs, target, alternative, corrected)
        return search_fall(
            lambda shift: _standardise(values - shift, alternative, corrected) - target,
            ends,
            tolerance,
        )

    below, above = normal_quantiles(level, alternative)
    low = -np.inf if np.isinf(below) else reach(-below, corrected)
    high = np.inf if np.isinf(above) else reach(-above, corrected)
    middle = float(np.median(pairs)) if tolerance is None else reach(0.0, False)
    return Estimate(middle, low, high, level, "corrected" if corrected else "plain")


def _pair(values: Floats) -> Floats:
    return np.sort(((values[:, None] + values) / 2)[np.triu_indices(len(values))])


def _cross(
    values: Floats, pairs: Floats, target: float, alternative: Alternative, corrected: bool
) -> float:
    """Return the mean of two differences at which the normal statistic falls below a target."""
    steps = np.unique(pairs)
    between = (steps[:-1] + steps[1:]) / 2
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        above = _standardise(values - between[middle], alternative, corrected) > target
        low, high = (middle + 1, high) if above else (low, middle)
    return float(steps[low])
