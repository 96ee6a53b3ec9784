"""Wilcoxon's rank sum test of two groups (Mann and Whitney's)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.hypothesis import (
    Alternative,
    check_alternative,
    check_level,
    normal_p,
)
from jalon.stats.association.rank_distribution import count_rank_sums, exact_p
from jalon.stats.association.rank_shift import (
    correct,
    count_ties,
    exact_shift,
    normal_shift,
    standardise,
)
from jalon.stats.association.sample import read_samples

RankMethod = Literal["auto", "exact", "corrected", "plain"]
"""Exact, or normal with or without continuity correction. "auto" is exact for fewer than 50
values a group without ties, else "corrected", as R chooses."""


@dataclass(frozen=True, slots=True)
class RankSum:
    """Wilcoxon's rank sum test.

    Attributes:
        statistic: W, pairs of patients in which the first group's value is larger, ties half.
        z: (W - mean) / standard error given the ties, without continuity correction.
        p: p-value of no difference.
        superiority: share of pairs in which the first group's value is larger, ties half: the
            area under the ROC curve of the variable.
        shift: median of all differences between the groups, with its interval.
        method: "exact", "corrected" or "plain".
    """

    statistic: float
    z: float
    p: float
    superiority: float
    shift: Estimate
    method: str


def rank_sum_test(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    method: RankMethod = "auto",
    level: float = 0.95,
    tolerance: float | None = None,
) -> RankSum:
    """Test whether one group's values tend to be larger than another's.

    With ties an exact p-value is that of all ways to share out the mean ranks, two-sided by
    distance from the mean, and the shift's interval is that of "corrected".

    Args:
        first: shape (m,), one group's values.
        second: shape (n,), the other's.
        alternative: "greater" when the first group's values are larger.
        method: exact or normal approximation.
        level: coverage of the shift's interval, at least that when exact.
        tolerance: None for the exact ends of a normal interval. R's ``wilcox.test`` searches
            for them and stops within 1e-4; give ``1e-4`` for R's digits.

    Returns:
        The test. Subtract a hypothetical shift from ``first`` beforehand.

    Raises:
        UnsuitableDataError: a group without values, missing values, all values equal, or too
            many for an exact test.

    Reference:
        Hollander and Wolfe (1999), Nonparametric Statistical Methods, sections 4.1
        to 4.3.

    Example:
        >>> test = rank_sum_test([1.1, 2.2, 3.3], [0.5, 1.0, 2.0])
        >>> test.statistic, round(test.p, 3), round(test.shift.value, 3)
        (8.0, 0.2, 1.2)
    """
    check_level(level)
    check_alternative(alternative)
    x, y = read_samples((first, second))
    pairs, excess, error = standardise(x, y)
    if error == 0:
        raise UnsuitableDataError("all values are equal; there is nothing to compare")
    tied = count_ties(np.concatenate((x, y))) > 0
    chosen = choose_method(method, max(len(x), len(y)), tied)
    if chosen == "exact":
        p = _exact_p(x, y, alternative)
    else:
        p = normal_p(
            (correct(excess, alternative) if chosen == "corrected" else excess) / error, alternative
        )
    if chosen == "exact" and not tied:
        shift = exact_shift(x, y, level, alternative)
    else:
        shift = normal_shift(x, y, level, alternative, chosen != "plain", tolerance)
    return RankSum(pairs, excess / error, min(1.0, p), pairs / (len(x) * len(y)), shift, chosen)


def choose_method(method: RankMethod, most: int, tied: bool) -> str:
    """Return the method of a rank test.

    Args:
        method: what was asked for.
        most: values in the largest group.
        tied: whether values are tied.

    Returns:
        "exact", "corrected" or "plain".

    Raises:
        UnsuitableDataError: an unknown method.
    """
    if method not in get_args(RankMethod):
        raise UnsuitableDataError(
            f"the method {method!r} is not known; choose one of {', '.join(get_args(RankMethod))}"
        )
    if method != "auto":
        return method
    return "exact" if most < 50 and not tied else "corrected"


def _exact_p(x: Floats, y: Floats, alternative: Alternative) -> float:
    ranks = rankdata(np.concatenate((x, y)))
    sums, chance = count_rank_sums(ranks, len(x))
    return exact_p(sums, chance, float(ranks[: len(x)].sum()), alternative)
