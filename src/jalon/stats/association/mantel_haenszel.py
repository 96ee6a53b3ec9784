"""One odds ratio for several two by two tables (Mantel and Haenszel)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.association.conditional_count import count_corner, estimate_odds_ratio, find_p
from jalon.stats.association.cross_table import TableLike, read_strata
from jalon.stats.association.hypothesis import Alternative, normal_p, normal_quantiles


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """A test of association in two by two tables of several strata.

    Attributes:
        statistic: chi-square with one degree of freedom; for the exact test, the sum of first
            corners.
        p: p-value of an odds ratio of 1 in all strata.
        odds_ratio: common odds ratio of the first row's odds of the first column, with its
            interval.
    """

    statistic: float
    p: float
    odds_ratio: Estimate


def mantel_haenszel_test(
    table: TableLike,
    alternative: Alternative = "two-sided",
    corrected: bool = True,
    level: float = 0.95,
) -> MantelHaenszel:
    """Test whether a yes or no is associated with one of two groups, within strata.

    Args:
        table: counts, of shape (strata, 2, 2).
        alternative: "greater" for an odds ratio above 1.
        corrected: whether to correct for continuity, by half a patient.
        level: coverage of the interval.

    Returns:
        The test and the common odds ratio, with the interval of Robins, Breslow and Greenland;
        0 or infinite, with NaN as limits, when no stratum has patients on one diagonal. Strata
        of one patient are left out.

    Raises:
        UnsuitableDataError: another shape, or no stratum with patients in both rows and both
            columns.

    Reference:
        Mantel and Haenszel (1959), doi:10.1093/jnci/22.4.719; Robins, Breslow and Greenland
        (1986), doi:10.2307/2531052; Agresti (2002), doi:10.1002/0471249688, section 6.3.2.

    Example:
        >>> test = mantel_haenszel_test([[[4, 1], [2, 3]], [[5, 2], [3, 4]]])
        >>> round(test.odds_ratio.value, 3), round(test.statistic, 3)
        (4.182, 1.415)
    """
    counts = _read(table)
    counts = counts[counts.sum((1, 2)) > 1]
    n, row, column = counts.sum((1, 2)), counts.sum(2), counts.sum(1)
    excess = float(np.sum(counts[:, 0, 0] - row[:, 0] * column[:, 0] / n))
    variance = float(np.sum(row.prod(1) * column.prod(1) / (n**2 * (n - 1))))
    if variance == 0:
        raise UnsuitableDataError(
            "in every stratum all patients are in one row or one column; nothing to compare"
        )
    correction = 0.5 if corrected and abs(excess) >= 0.5 else 0.0
    statistic = (abs(excess) - correction) ** 2 / variance
    if alternative == "two-sided":
        p = float(chdtrc(1, statistic))
    else:
        p = normal_p(float(np.sign(excess)) * float(np.sqrt(statistic)), alternative)
    return MantelHaenszel(statistic, p, _estimate(counts, level, alternative))


def exact_mantel_haenszel(
    table: TableLike,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
    tolerance: float | None = None,
) -> MantelHaenszel:
    """Test exactly whether a yes or no is associated with one of two groups, within strata.

    Args:
        table: counts, of shape (strata, 2, 2), whole numbers.
        alternative: "greater" for an odds ratio above 1.
        level: coverage of the interval.
        tolerance: None for machine precision; R's ``mantelhaen.test`` stops at 2**-13.

    Returns:
        The sum of first corners, its p-value, and the conditional maximum likelihood odds
        ratio with its exact interval.

    Raises:
        UnsuitableDataError: another shape, counts that are not whole, or margins that allow
            one result only.

    Reference:
        Agresti (2002), doi:10.1002/0471249688, section 6.7.1; Gart (1970),
        doi:10.1093/biomet/57.3.471.

    Example:
        >>> round(exact_mantel_haenszel([[[4, 1], [2, 3]], [[5, 2], [3, 4]]]).p, 4)
        0.2244
    """
    corner = count_corner(_read(table, whole=True))
    if len(corner.support) == 1:
        raise UnsuitableDataError(
            "in every stratum all patients are in one row or one column; nothing to compare"
        )
    estimate = estimate_odds_ratio(corner, level, alternative, tolerance)
    return MantelHaenszel(corner.seen, find_p(corner, 1.0, alternative), estimate)


def _read(table: TableLike, whole: bool = False) -> Floats:
    counts = read_strata(table, whole)
    if counts.shape[1:] != (2, 2):
        raise UnsuitableDataError(
            f"the strata have shape {counts.shape[1:]}; this needs two by two, larger tables "
            "general_association or row_mean_score"
        )
    return counts


def _estimate(counts: Floats, level: float, alternative: Alternative) -> Estimate:
    n = counts.sum((1, 2))
    same, other = counts[:, 0, 0] * counts[:, 1, 1] / n, counts[:, 0, 1] * counts[:, 1, 0] / n
    below, above = normal_quantiles(level, alternative)
    method = "robins-breslow-greenland"
    if same.sum() == 0 or other.sum() == 0:
        value = np.inf if same.sum() > 0 else 0.0
        low = 0.0 if np.isinf(below) else np.nan
        high = np.inf if np.isinf(above) else np.nan
        return Estimate(value, low, high, level, method)
    ratio = float(same.sum() / other.sum())
    p = (counts[:, 0, 0] + counts[:, 1, 1]) / n
    q = (counts[:, 0, 1] + counts[:, 1, 0]) / n
    variance = (
        np.sum(p * same) / (2 * same.sum() ** 2)
        + np.sum(p * other + q * same) / (2 * same.sum() * other.sum())
        + np.sum(q * other) / (2 * other.sum() ** 2)
    )
    error = float(np.sqrt(variance))
    low, high = ratio * np.exp(below * error), ratio * np.exp(above * error)
    return Estimate(ratio, float(low), float(high), level, method)
