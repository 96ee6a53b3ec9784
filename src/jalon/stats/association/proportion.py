"""Shares of patients: their intervals, and tests of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc
from scipy.stats import beta, binomtest

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.association.hypothesis import (
    Alternative,
    check_alternative,
    check_level,
    normal_p,
    normal_quantiles,
    read_number,
)

ProportionMethod = Literal[
    "wilson", "wilson-corrected", "clopper-pearson", "wald", "agresti-coull", "jeffreys"
]


@dataclass(frozen=True, slots=True)
class BinomialTest:
    """An exact test of a share.

    Attributes:
        p: exact p-value of the share given.
        share: the share seen with its Clopper-Pearson interval.
    """

    p: float
    share: Estimate


@dataclass(frozen=True, slots=True)
class ShareTest:
    """A chi-square test of a share.

    Attributes:
        statistic: chi-square.
        df: 1.
        p: p-value of the share given.
        share: the share seen with Wilson's interval.
    """

    statistic: float
    df: int
    p: float
    share: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class ProportionTest:
    """A test of shares in several groups.

    Attributes:
        statistic: chi-square.
        df: groups less one, or groups when the shares were given.
        p: p-value of the same share in all groups, or of the shares given.
        share: shape (k,), share in each group.
        difference: first share less the second, with its interval; NaN for more groups.
    """

    statistic: float
    df: int
    p: float
    share: Floats
    difference: Estimate


def proportion(
    events: float,
    n: float,
    method: ProportionMethod = "wilson",
    level: float = 0.95,
    alternative: Alternative = "two-sided",
) -> Estimate:
    """Estimate the share of patients with a property, with its interval.

    Args:
        events: patients with the property.
        n: patients, at least 1.
        method: "wilson" (close to its level at any n), "wilson-corrected" (with continuity
            correction, as R's ``prop.test``, which corrects by no more than the distance from
            n / 2), "clopper-pearson" (exact, at least its level), "wald" and "agresti-coull"
            (not truncated at 0 and 1, as R's packages report them), "jeffreys".
        level: coverage of the interval.
        alternative: "greater" bounds the share from below only, "less" from above only.

    Returns:
        The share.

    Raises:
        UnsuitableDataError: counts that are not whole, more events than patients, no patient.

    Reference:
        Wilson (1927), doi:10.1080/01621459.1927.10502953; Newcombe (1998),
        doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, methods 1 and 3
        to 5; Brown, Cai and DasGupta (2001), doi:10.1214/ss/1009213286, section 3.

    Example:
        >>> share = proportion(8, 50)
        >>> round(share.value, 3), round(share.low, 3), round(share.high, 3)
        (0.16, 0.083, 0.285)
    """
    _check(events, n)
    check_level(level)
    check_alternative(alternative)
    if method in ("clopper-pearson", "jeffreys"):
        low, high = _beta_limits(events, n, method, level, alternative)
    elif method in ("wilson", "wilson-corrected"):
        correction = min(0.5, abs(events - n / 2)) if method == "wilson-corrected" else 0.0
        low, high = _wilson(events, n, correction, normal_quantiles(level, alternative))
    elif method in ("wald", "agresti-coull"):
        below, above = normal_quantiles(level, alternative)
        more = max(abs(q) for q in (below, above) if np.isfinite(q)) ** 2
        size, middle = n, events / n
        if method == "agresti-coull":
            size, middle = n + more, (events + more / 2) / (n + more)
        error = float(np.sqrt(middle * (1 - middle) / size))
        low = 0.0 if np.isinf(below) else middle + below * error
        high = 1.0 if np.isinf(above) else middle + above * error
    else:
        raise UnsuitableDataError(f"the method {method!r} is not known")
    return Estimate(events / n, float(low), float(high), level, method)


def binomial_test(
    events: float,
    n: float,
    share: float = 0.5,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> BinomialTest:
    """Test exactly whether the share of patients with a property is a given one.

    Args:
        events: patients with the property.
        n: patients.
        share: the hypothesis, 0 to 1.
        alternative: two-sided adds up all counts no more probable than the one seen.
        level: coverage of the interval.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: counts that are not whole, more events than patients, no patient,
            or a share outside 0 to 1.

    Reference:
        Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404.

    Example:
        >>> round(binomial_test(682, 925, 0.75).p, 4)
        0.3825
    """
    _check(events, n)
    if not 0 <= share <= 1:
        raise UnsuitableDataError("the share tested must lie between 0 and 1")
    check_alternative(alternative)
    test = binomtest(round(events), round(n), share, alternative)
    estimate = proportion(events, n, "clopper-pearson", level, alternative)
    return BinomialTest(min(1.0, float(test.pvalue)), estimate)


def compare_proportions(
    events: npt.ArrayLike,
    n: npt.ArrayLike,
    corrected: bool = True,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
    share: npt.ArrayLike | None = None,
) -> ProportionTest:
    """Test whether groups have the same share of patients with a property.

    For one group and a given share see ``share_test``.

    Args:
        events: shape (k,), patients with the property.
        n: shape (k,), patients.
        corrected: whether to correct two groups for continuity; more groups never are.
        alternative: for two groups, "greater" when the first share is larger.
        level: coverage of the interval of the difference.
        share: shape (k,), the hypothesis, a share for each group between 0 and 1; None for one
            share, unknown, in all groups.

    Returns:
        The test, and for two groups the difference with Wald's interval, corrected likewise.

    Raises:
        UnsuitableDataError: fewer than two groups, counts that do not fit, or the same answer
            for all patients.

    Reference:
        Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I,
        methods 1 and 2.

    Example:
        >>> test = compare_proportions([15, 25], [50, 50], corrected=False)
        >>> round(test.statistic, 4), round(test.difference.value, 2)
        (4.1667, -0.2)
    """
    x, size = read_floats(events, "events"), read_floats(n, "n")
    if x.ndim != 1 or x.shape != size.shape or len(x) < 2:
        raise UnsuitableDataError("give events and patients of at least two groups, one each")
    for one, whole in zip(x.tolist(), size.tolist(), strict=True):
        _check(one, whole)
    check_level(level)
    check_alternative(alternative)
    if alternative != "two-sided" and (len(x) > 2 or share is not None):
        raise UnsuitableDataError("a one-sided alternative needs two groups and no given shares")
    if share is not None:
        return _compare_with(x, size, share, corrected, level)
    pooled, seen = x.sum() / size.sum(), x / size
    if pooled in (0.0, 1.0):
        raise UnsuitableDataError("all patients have the same answer; there is nothing to compare")
    gap, inverse = float(seen[0] - seen[1]), float(np.sum(1 / size))
    correction = min(0.5, abs(gap) / inverse) if corrected and len(x) == 2 else 0.0
    statistic = _sum_squares(x, size, pooled, correction)
    df = len(x) - 1
    if len(x) > 2:
        p = float(chdtrc(df, statistic))
        return ProportionTest(statistic, df, p, seen, _no_difference(level))
    below, above = normal_quantiles(level, alternative)
    error = float(np.sqrt(np.sum(seen * (1 - seen) / size)))
    low = max(-1.0, gap + below * error - correction * inverse)
    high = min(1.0, gap + above * error + correction * inverse)
    p = normal_p(float(np.sign(gap) * np.sqrt(statistic)), alternative)
    return ProportionTest(statistic, df, p, seen, Estimate(gap, low, high, level, "wald"))


def share_test(
    events: float,
    n: float,
    share: float = 0.5,
    corrected: bool = True,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> ShareTest:
    """Test by chi-square whether the share of patients with a property is a given one.

    For small numbers prefer ``binomial_test``, which is exact.

    Args:
        events: patients with the property.
        n: patients.
        share: the hypothesis, between 0 and 1.
        corrected: whether to correct for continuity, by half a patient but no more than the
            distance from what is expected.
        alternative: "greater" when the share is above the hypothesis.
        level: coverage of the interval.

    Returns:
        The test, and Wilson's interval of the share, corrected likewise.

    Raises:
        UnsuitableDataError: counts that are not whole, more events than patients, no patient,
            or a share that is not between 0 and 1.

    Reference:
        Wilson (1927), doi:10.1080/01621459.1927.10502953; as R's ``prop.test``.

    Example:
        >>> test = share_test(8, 50, 0.3)
        >>> round(test.statistic, 3), round(test.p, 3)
        (4.024, 0.045)
    """
    _check(events, n)
    check_level(level)
    check_alternative(alternative)
    if not 0 < share < 1:
        raise UnsuitableDataError("the share tested must lie between 0 and 1")
    excess = events - n * share
    correction = min(0.5, abs(excess)) if corrected else 0.0
    statistic = (abs(excess) - correction) ** 2 / (n * share * (1 - share))
    p = normal_p(float(np.sign(excess) * np.sqrt(statistic)), alternative)
    low, high = _wilson(events, n, correction, normal_quantiles(level, alternative))
    method = "wilson-corrected" if corrected else "wilson"
    return ShareTest(statistic, 1, p, Estimate(events / n, low, high, level, method))


def _compare_with(
    x: Floats, size: Floats, share: npt.ArrayLike, corrected: bool, level: float
) -> ProportionTest:
    given = read_floats(share, "share")
    if given.shape != x.shape or not np.all((given > 0) & (given < 1)):
        raise UnsuitableDataError("give one share between 0 and 1 for each group")
    correction = 0.5 if corrected and len(x) == 2 else 0.0
    statistic, k = _sum_squares(x, size, given, correction), len(x)
    p = float(chdtrc(k, statistic))
    return ProportionTest(statistic, k, p, x / size, _no_difference(level))


def _sum_squares(x: Floats, size: Floats, share: Floats | float, correction: float) -> float:
    excess = np.abs(x - size * share) - correction
    return float(np.sum(excess**2 / (size * share * (1 - share))))


def _no_difference(level: float) -> Estimate:
    return Estimate(np.nan, np.nan, np.nan, level, "wald")


def _check(events: float, n: float) -> None:
    events, n = read_number(events, "events"), read_number(n, "n")
    if not 0 <= events <= n or n < 1 or np.isinf(n) or events != round(events) or n != round(n):
        raise UnsuitableDataError(
            "give whole numbers: at least one patient, and from 0 to all of them with the property"
        )


def _beta_limits(
    events: float, n: float, method: str, level: float, alternative: Alternative
) -> tuple[float, float]:
    tail = (1 - level) / (2 if alternative == "two-sided" else 1)
    half = 0.5 if method == "jeffreys" else 0.0
    low, high = 0.0, 1.0
    if events > 0 and alternative != "less":
        low = float(beta.ppf(tail, events + half, n - events + (half or 1)))
    if events < n and alternative != "greater":
        high = float(beta.ppf(1 - tail, events + (half or 1), n - events + half))
    return low, high


def _wilson(
    events: float, n: float, correction: float, z: tuple[float, float]
) -> tuple[float, float]:
    limits = [0.0, 1.0]
    for side, quantile in enumerate(z):
        share = events / n + (correction if side else -correction) / n
        if np.isinf(quantile) or (share >= 1 if side else share <= 0):
            continue
        square = quantile**2 / n
        width = quantile * np.sqrt(share * (1 - share) / n + square / (4 * n))
        limits[side] = float((share + square / 2 + width) / (1 + square))
    return max(limits[0], 0.0), min(limits[1], 1.0)
