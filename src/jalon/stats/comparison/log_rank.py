"""The log-rank test and its trend form, for two groups or many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.comparison.chi_square import assess_score
from jalon.stats.comparison.groups import Groups, Label, code_groups, count_groups
from jalon.stats.kernels.comparison import sum_log_rank


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """A comparison of survival between groups.

    Attributes:
        groups: names of the k groups, ascending.
        n: shape (k,), (weighted) patients.
        observed: shape (k,), weighted events seen.
        expected: shape (k,), weighted events expected were the groups alike.
        covariance: shape (k, k), covariance of ``observed - expected``.
        chi2: the statistic.
        df: its degrees of freedom, groups with any expected event less one.
        p: p-value of the hypothesis that the groups are alike.
    """

    groups: tuple[Label, ...]
    n: Floats
    observed: Floats
    expected: Floats
    covariance: Floats
    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """A test for survival that rises or falls along ordered groups.

    Attributes:
        z: standard normal under no trend; above 0 when events are more frequent than expected
            in groups of high score.
        p: two-sided p-value.
    """

    z: float
    p: float


def log_rank(data: SurvivalData, group: npt.ArrayLike, rho: float = 0.0) -> LogRank:
    """Test whether groups of patients differ in how soon they have the event.

    Any event >= 1 counts. With ``data.stratum`` patients are only compared within their
    stratum. Tied events get the hypergeometric variance. With case weights a weight of 2
    counts as two patients; weights that are not counts of patients need a robust variance,
    which this test does not have.

    Args:
        data: n patients; ``weight``, ``entry`` and ``stratum`` are honoured.
        group: shape (n,), the group of each patient: numbers, text or booleans.
        rho: events weigh as the pooled survival just before them, to this power: 0 for the
            log-rank test, 1 for Peto and Peto's, which stresses early differences.

    Returns:
        The test, with observed, expected and covariance of all groups.

    Raises:
        UnsuitableDataError: no patient, no event, fewer than two groups, a missing group, or
            groups never at risk together.

    Reference:
        Mantel (1966), Cancer Chemother Rep 50:163-170; Harrington and Fleming (1982),
        doi:10.1093/biomet/69.3.553; Klein and Moeschberger (2003), doi:10.1007/b97377,
        eq. 7.3.3 and 7.3.4.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
        >>> test = log_rank(data, ["a", "b", "a", "b"])
        >>> test.observed.tolist(), test.expected.round(3).tolist()
        ([2.0, 2.0], [1.333, 2.667])
    """
    groups = code_groups(group, data)
    if not np.any(data.event > 0):
        raise UnsuitableDataError("no event was seen; there is nothing to compare")
    observed, expected, covariance = _sum_strata(data, groups, rho)
    compared = expected > 0
    if np.count_nonzero(compared) < 2:
        raise UnsuitableDataError(
            "fewer than two groups are under observation when events happen; nothing to compare"
        )
    square = np.ix_(compared, compared)
    chi2, df, p = assess_score((observed - expected)[compared], covariance[square])
    n = np.bincount(groups.code, data.weight, len(groups)).astype(np.float64)
    return LogRank(groups.labels, n, observed, expected, covariance, chi2, df, p)


def log_rank_trend(test: LogRank, score: npt.ArrayLike) -> Trend:
    """Test whether risk rises or falls along ordered groups, for example along a stage.

    Args:
        test: the log-rank test of the groups.
        score: shape (k,), one finite number per group in the order of ``test.groups``.

    Returns:
        The trend test, more powerful than the log-rank test when risk is ordered.

    Raises:
        UnsuitableDataError: another number of scores, or all alike.

    Reference:
        Tarone (1975), doi:10.1093/biomet/62.3.679; Klein and Moeschberger (2003),
        doi:10.1007/b97377, section 7.4.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
        >>> trend = log_rank_trend(log_rank(data, [3, 2, 2, 1]), [1, 2, 3])
        >>> trend.z > 0
        True
    """
    scores = np.asarray(score, dtype=np.float64)
    if scores.shape != test.observed.shape or not np.all(np.isfinite(scores)):
        raise UnsuitableDataError(f"give one finite score for each of {len(test.groups)} groups")
    variance = float(scores @ test.covariance @ scores)
    if np.ptp(scores) == 0 or variance <= 0:
        raise UnsuitableDataError("the scores do not order the groups; give different ones")
    z = float(scores @ (test.observed - test.expected) / np.sqrt(variance))
    return Trend(z, float(2 * ndtr(-abs(z))))


def _sum_strata(data: SurvivalData, groups: Groups, rho: float) -> tuple[Floats, Floats, Floats]:
    k, kind = len(groups), (data.event > 0).astype(np.int64)
    observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for counts in count_groups(data, groups, kind, kinds=2):
        o, e, v = sum_log_rank(counts.at_risk, counts.events[0], rho)
        observed, expected, covariance = observed + o, expected + e, covariance + v
    return observed, expected, covariance
