"""Gray's test: does one cause of event accumulate differently between groups?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.comparison.chi_square import assess_score
from jalon.stats.comparison.groups import (
    Groups,
    Label,
    align_groups,
    code_groups,
    count_groups,
)
from jalon.stats.competing.cause import require_number
from jalon.stats.competing.gray_times import sum_gray_times


@dataclass(frozen=True, slots=True, eq=False)
class GraySums:
    """What one site knows of Gray's test, before any test is made of it.

    Attributes:
        groups: names of the k groups, ascending.
        cause: the event code compared.
        score: shape (k,), weighted excess of events of that cause.
        covariance: shape (k, k), covariance of ``score``.
    """

    groups: tuple[Label, ...]
    cause: int
    score: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class GrayTest:
    """A comparison of cumulative incidence between groups.

    Attributes:
        groups: names of the k groups, ascending.
        cause: the event code compared.
        score: shape (k,), weighted excess of events of that cause.
        covariance: shape (k, k), covariance of ``score``.
        chi2: the statistic.
        df: its degrees of freedom, k - 1.
        p: p-value of the hypothesis that the incidences are alike.
    """

    groups: tuple[Label, ...]
    cause: int
    score: Floats
    covariance: Floats
    chi2: float
    df: int
    p: float


def gray_test(
    data: SurvivalData, group: npt.ArrayLike, cause: int = 1, rho: float = 0.0
) -> GrayTest:
    """Test whether groups differ in the cumulative incidence of one cause.

    Unlike the log-rank test of that cause, patients who had another cause stay in the
    comparison, weighed by their chance of still being under observation. With
    ``data.stratum`` patients are only compared within their stratum.

    Args:
        data: n patients; ``weight`` (as counts of patients) and ``stratum`` are honoured.
        group: shape (n,), the group of each patient: numbers, text or booleans.
        cause: the event code compared, 1 or more.
        rho: events weigh as 1 minus the pooled incidence, to this power.

    Returns:
        The test.

    Raises:
        UnsuitableDataError: left truncation, no event of the cause, fewer than two groups, a
            missing group, or groups never at risk together.

    Reference:
        Gray (1988), doi:10.1214/aos/1176350951, section 2, as in R's ``cmprsk::cuminc``.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 2, 1, 1, 0, 1])
        >>> gray_test(data, ["a", "b", "a", "b", "a", "b"]).df
        1
    """
    require_number(cause)
    groups = code_groups(group, data)
    if not np.any(data.event == cause):
        raise UnsuitableDataError(f"no event of cause {cause} was seen; nothing to compare")
    return finish_gray(_sum_strata(data, groups, cause, rho))


def sum_gray(
    data: SurvivalData, group: npt.ArrayLike, cause: int = 1, rho: float = 0.0
) -> GraySums:
    """Sum what a site contributes to Gray's test when each site is a stratum.

    Args:
        data: the site's n patients, with or without strata of its own.
        group: shape (n,), the group of each patient; one group alone is allowed.
        cause: the event code compared, 1 or more.
        rho: as in ``gray_test``.

    Returns:
        The sums, to be joined by ``merge_gray`` and tested by ``finish_gray``.

    Raises:
        UnsuitableDataError: left truncation, no patient, or a missing group.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 2, 1, 1])
        >>> sum_gray(data, ["a", "b", "a", "b"]).groups
        ('a', 'b')
    """
    return _sum_strata(data, code_groups(group, data, least=1), cause, rho)


def merge_gray(first: GraySums, second: GraySums) -> GraySums:
    """Join the sums of two sites; patients are compared within their site only.

    Args:
        first: sums of some patients.
        second: sums of other patients, of the same cause.

    Returns:
        Sums over both, with the groups of both.

    Raises:
        UnsuitableDataError: different causes, or names of groups without a common order.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 2, 1, 1])
        >>> site = sum_gray(data, ["a", "b", "a", "b"])
        >>> bool(merge_gray(site, site).score[0] == 2 * site.score[0])
        True
    """
    if first.cause != second.cause:
        raise UnsuitableDataError(
            f"the sums are of causes {first.cause} and {second.cause}; sum the same cause"
        )
    labels, places = align_groups(first.groups, second.groups)
    score, covariance = np.zeros(len(labels)), np.zeros((len(labels), len(labels)))
    for sums, place in zip((first, second), places, strict=True):
        score[place] += sums.score
        covariance[np.ix_(place, place)] += sums.covariance
    return GraySums(labels, first.cause, score, covariance)


def finish_gray(sums: GraySums) -> GrayTest:
    """Test sums of one site or of many.

    Args:
        sums: of all patients, by ``sum_gray`` and ``merge_gray``.

    Returns:
        The test; merged sums of sites give the test stratified by site.

    Raises:
        UnsuitableDataError: groups never at risk together, or fewer than two.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 2, 1, 1])
        >>> finish_gray(sum_gray(data, ["a", "b", "a", "b"])).df
        1
    """
    if len(sums.groups) < 2:
        raise UnsuitableDataError("1 group seen; a comparison needs at least two")
    chi2, df, p = assess_score(sums.score, sums.covariance)
    return GrayTest(sums.groups, sums.cause, sums.score, sums.covariance, chi2, df, p)


def _sum_strata(data: SurvivalData, groups: Groups, cause: int, rho: float) -> GraySums:
    if data.entry is not None:
        raise UnsuitableDataError(
            "Gray's test does not allow for left truncation; compare cause-specific hazards "
            "by log_rank(data.cause(k), group)"
        )
    if not np.isfinite(read_floats(rho, "rho")).all():
        raise UnsuitableDataError("rho must be a finite number")
    kind = np.where(data.event == cause, 1, np.where(data.event > 0, 2, 0))
    k = len(groups)
    score, covariance = np.zeros(k), np.zeros((k, k))
    for counts in count_groups(data, groups, kind, kinds=3):
        part, spread = sum_gray_times(counts, rho)
        score, covariance = score + part, covariance + spread
    return GraySums(groups.labels, cause, score, covariance)
