"""How far apart two groups are, in standard deviations: whether they can be compared."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.hypothesis import check_level
from jalon.stats.association.levels import code_levels
from jalon.stats.association.sample import read_sample

Denominator = Literal["pooled", "first", "second"]
"""Whose standard deviation: the root of the mean variance of both groups (tableone, and
cobalt's "pooled"), or one group's (cobalt's "treated" or "control")."""


def mean_difference(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    denominator: Denominator = "pooled",
    level: float = 0.95,
) -> Estimate:
    """Measure how far the means of a number lie apart, in standard deviations.

    Args:
        first: shape (m,), the first group's values (the treated).
        second: shape (n,), the second's.
        denominator: whose standard deviation; variances divide by n - 1.
        level: coverage of the interval.

    Returns:
        Mean of the first less mean of the second, over the standard deviation. 0 when the
        means are equal and nothing varies.

    Raises:
        UnsuitableDataError: fewer than two values in a group, missing values, or means that
            differ while nothing varies.

    Reference:
        Austin (2009), doi:10.1002/sim.3697, section 2.1; interval: Hedges and Olkin (1985),
        Statistical methods for meta-analysis, chapter 5.

    Example:
        >>> round(mean_difference([1, 2, 3], [2, 3, 4]).value, 4)
        -1.0
    """
    x, y = read_sample(first, "first", 2), read_sample(second, "second", 2)
    gap = float(x.mean() - y.mean())
    variances = (float(x.var(ddof=1)), float(y.var(ddof=1)))
    return _standardise(gap, variances, denominator, (len(x), len(y)), level)


def share_difference(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    denominator: Denominator = "pooled",
    level: float = 0.95,
) -> Estimate:
    """Measure how far the shares of a yes or no lie apart, in standard deviations.

    Args:
        first: shape (m,), the first group's values, 0 or 1.
        second: shape (n,), the second's.
        denominator: whose standard deviation; variances are p (1 - p).
        level: coverage of the interval.

    Returns:
        Share of the first less share of the second, over the standard deviation. 0 when the
        shares are equal and nothing varies.

    Raises:
        UnsuitableDataError: an empty group, values that are not 0 or 1, or shares of 0 and 1.

    Reference:
        Austin (2009), doi:10.1002/sim.3697, section 2.1.

    Example:
        >>> round(share_difference([1, 1, 0, 0], [1, 0, 0, 0]).value, 4)
        0.5345
    """
    x, y = read_sample(first, "first"), read_sample(second, "second")
    if not np.all(np.isin(np.concatenate((x, y)), (0, 1))):
        raise UnsuitableDataError("the values are not 0 or 1; use level_difference for more levels")
    p, q = float(x.mean()), float(y.mean())
    return _standardise(p - q, (p * (1 - p), q * (1 - q)), denominator, (len(x), len(y)), level)


def level_difference(first: npt.ArrayLike, second: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Measure how far the levels of a category lie apart, in standard deviations.

    Always with the mean covariance of both groups, as tableone does. Levels that nobody has are
    left out.

    Args:
        first: shape (m,), the first group's levels: numbers, text or booleans.
        second: shape (n,), the second's.
        level: coverage of the interval.

    Returns:
        Mahalanobis' distance of the shares, >= 0; for two levels the size of
        ``share_difference``.

    Raises:
        UnsuitableDataError: an empty group, missing values, or groups without a level in
            common.

    Reference:
        Yang and Dalton (2012), SAS Global Forum, paper 335-2012.

    Example:
        >>> round(level_difference(["a", "a", "b", "c"], ["a", "b", "b", "c"]).value, 4)
        0.603
    """
    a, b = np.asarray(first), np.asarray(second)
    if a.ndim != 1 or b.ndim != 1:
        raise UnsuitableDataError(
            f"the groups have shapes {a.shape} and {b.shape}; give one value per patient"
        )
    levels, code = code_levels(np.concatenate((a, b)), "the category")
    if min(len(a), len(b)) == 0:
        raise UnsuitableDataError("a group is empty; there is nothing to compare")
    shares = [
        np.bincount(part, minlength=len(levels)) / len(part)
        for part in (code[: len(a)], code[len(a) :])
    ]
    distance = _mahalanobis(shares[0], shares[1])
    estimate = _interval(distance, (len(a), len(b)), level, "mahalanobis")
    return Estimate(distance, max(0.0, estimate.low), estimate.high, level, estimate.method)


def _mahalanobis(p: Floats, q: Floats) -> float:
    # The first level is left out: the others determine it.
    gap = (p - q)[1:]
    if not np.any(gap):
        return 0.0
    spread = sum(np.diag(share[1:]) - np.outer(share[1:], share[1:]) for share in (p, q)) / 2
    if np.linalg.cond(spread) > 1e12:
        raise UnsuitableDataError(
            "the two groups have no level in common; they cannot be measured against each other"
        )
    return float(np.sqrt(gap @ np.linalg.solve(spread, gap)))


def _standardise(
    gap: float,
    variances: tuple[float, float],
    denominator: Denominator,
    sizes: tuple[int, int],
    level: float,
) -> Estimate:
    first, second = variances
    chosen = {"pooled": (first + second) / 2, "first": first, "second": second}
    if denominator not in chosen:
        raise UnsuitableDataError(f"the denominator {denominator!r} is not known")
    variance = chosen[denominator]
    if gap == 0:
        return _interval(0.0, sizes, level, denominator)
    if variance == 0:
        raise UnsuitableDataError("the values differ between groups but do not vary within them")
    return _interval(gap / float(np.sqrt(variance)), sizes, level, denominator)


def _interval(value: float, sizes: tuple[int, int], level: float, method: str) -> Estimate:
    check_level(level)
    m, n = sizes
    error = np.sqrt((m + n) / (m * n) + value**2 / (2 * (m + n)))
    width = float(ndtri(0.5 + level / 2) * error)
    return Estimate(value, value - width, value + width, level, method)
