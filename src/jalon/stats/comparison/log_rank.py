"""The log-rank test and its weighted relatives, for two groups or many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.comparison.chi_square import assess_score
from jalon.stats.comparison.groups import Label, code_groups
from jalon.stats.comparison.log_rank_sums import LogRankSums, TiedVariance, sum_groups
from jalon.stats.comparison.time_weight import TimeWeight


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


def log_rank(
    data: SurvivalData,
    group: npt.ArrayLike,
    rho: float = 0.0,
    gamma: float = 0.0,
    weight: TimeWeight = "survival",
    tied: TiedVariance = "hypergeometric",
) -> LogRank:
    """Test whether groups of patients differ in how soon they have the event.

    Any event >= 1 counts. With ``data.stratum`` patients are only compared within their
    stratum. With case weights a weight of 2 counts as two patients; weights that are not
    counts of patients need ``robust_log_rank``.

    Args:
        data: n patients; ``weight``, ``entry`` and ``stratum`` are honoured.
        group: shape (n,), the group of each patient: numbers, text or booleans.
        rho: events weigh as the pooled survival just before them, to this power: 0 for the
            log-rank test, 1 for R's ``survdiff(rho = 1)``, which stresses early differences.
        gamma: and as 1 minus that survival, to this power (Fleming and Harrington): 1 stresses
            late differences, as of a treatment that takes time to work.
        weight: "survival" weighs by ``rho`` and ``gamma``; "gehan" by the number at risk
            (Gehan and Breslow, a generalised Wilcoxon test); "tarone-ware" by its square root;
            "peto" by the survival that counts one patient more at risk (Peto and Peto);
            "modified-peto" by that and by Y / (Y + 1) (Andersen). The choice belongs before
            the data are seen.
        tied: "hypergeometric" for the variance of tied events; "by-group" corrects each group's
            ties by themselves, as R's ``survMisc::comp`` does for two groups: slightly too
            large, here only so that its results can be matched.

    Returns:
        The test, with observed, expected and covariance of all groups.

    Raises:
        UnsuitableDataError: no patient, no event, fewer than two groups, a missing group, or
            groups never at risk together.

    Reference:
        Mantel (1966), Cancer Chemother Rep 50:163-170; Harrington and Fleming (1982),
        doi:10.1093/biomet/69.3.553; Klein and Moeschberger (2003), doi:10.1007/b97377,
        eq. 7.3.3 and 7.3.4, table 7.3 and eq. 7.3.9 for the weights.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
        >>> test = log_rank(data, ["a", "b", "a", "b"])
        >>> test.observed.tolist(), test.expected.round(3).tolist()
        ([2.0, 2.0], [1.333, 2.667])
    """
    groups = code_groups(group, data)
    if not np.any(data.event > 0):
        raise UnsuitableDataError("no event was seen; there is nothing to compare")
    return finish_log_rank(sum_groups(data, groups, (rho, gamma, weight, tied)))


def finish_log_rank(sums: LogRankSums) -> LogRank:
    """Test sums of one site or of many.

    Args:
        sums: of all patients, by ``sum_log_rank`` and ``merge_log_rank``.

    Returns:
        The test; merged sums of sites give the test stratified by site.

    Raises:
        UnsuitableDataError: no event, or groups never at risk together.

    Example:
        >>> from jalon.stats import sum_log_rank
        >>> site = sum_log_rank(SurvivalData(time=[1, 2], event=[1, 1]), ["a", "b"])
        >>> finish_log_rank(site).chi2
        1.0
    """
    compared = sums.expected > 0
    if not np.any(compared):
        raise UnsuitableDataError(
            "no event was seen, or none with a weight above 0; there is nothing to compare"
        )
    if np.count_nonzero(compared) < 2:
        raise UnsuitableDataError(
            "fewer than two groups are under observation when events happen; nothing to compare"
        )
    difference = (sums.observed - sums.expected)[compared]
    chi2, df, p = assess_score(difference, sums.covariance[np.ix_(compared, compared)])
    return LogRank(sums.groups, sums.n, sums.observed, sums.expected, sums.covariance, chi2, df, p)
