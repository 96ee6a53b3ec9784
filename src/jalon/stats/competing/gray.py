"""Gray's test: does one cause of event accumulate differently between groups?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.comparison.chi_square import assess_score
from jalon.stats.comparison.groups import GroupCounts, Label, code_groups, count_groups
from jalon.stats.kernels.comparison import sum_gray_covariance
from jalon.stats.survival.ratio import divide


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
    groups = code_groups(group, data)
    if data.entry is not None:
        raise UnsuitableDataError(
            "Gray's test does not allow for left truncation; compare cause-specific hazards "
            "by log_rank(data.cause(k), group)"
        )
    if not np.any(data.event == cause):
        raise UnsuitableDataError(f"no event of cause {cause} was seen; nothing to compare")
    kind = np.where(data.event == cause, 1, np.where(data.event > 0, 2, 0))
    k = len(groups)
    score, covariance = np.zeros(k), np.zeros((k, k))
    for counts in count_groups(data, groups, kind, kinds=3):
        part, spread = _sum_times(counts, rho)
        score, covariance = score + part, covariance + spread
    chi2, df, p = assess_score(score, covariance)
    return GrayTest(groups.labels, cause, score, covariance, chi2, df, p)


def _sum_times(counts: GroupCounts, rho: float) -> tuple[Floats, Floats]:
    at_risk, (own, other) = counts.at_risk, counts.events
    before, after, incidence_before = _follow(at_risk, own, other)
    # Those at risk over their chance of being so: Gray's R counts who had another cause too.
    ratio = divide(at_risk, before)
    whole, deaths = ratio.sum(axis=1), own.sum(axis=1)
    pooled = np.cumsum(divide(deaths, whole))
    pooled_before = np.append(0.0, pooled[:-1])
    tilt = (1 - pooled_before) ** rho
    free = ratio * (1 - incidence_before)
    expected = free * divide(deaths, free.sum(axis=1))[:, np.newaxis]
    own_size = divide(before * deaths[:, np.newaxis], whole[:, np.newaxis] * at_risk)
    own_size *= _without_replacement(deaths[:, np.newaxis], whole[:, np.newaxis] * before)
    other_size = divide(before**2 * other, at_risk**2) * _without_replacement(other, at_risk)
    other_size[after <= 0] = 0.0
    relative = divide(np.broadcast_to(1 - pooled[:, np.newaxis], after.shape), after)
    hazard = divide(deaths, whole * (1 - pooled_before))
    some = whole > 0
    spread = sum_gray_covariance(
        ratio[some], tilt[some], hazard[some], relative[some], (own_size[some], other_size[some])
    )
    return (tilt[:, np.newaxis] * (own - expected)).sum(axis=0), spread


def _follow(at_risk: Floats, own: Floats, other: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each group's event-free survival before and after, and its incidence before."""
    after = np.cumprod(1.0 - divide(own + other, at_risk), axis=0, dtype=np.float64)
    before = np.vstack([np.ones((1, at_risk.shape[1])), after[:-1]])
    incidence = np.cumsum(before * divide(own, at_risk), axis=0)
    return before, after, np.vstack([np.zeros((1, at_risk.shape[1])), incidence[:-1]])


def _without_replacement(events: Floats, at_risk: Floats) -> Floats:
    """Shrink the variance of tied events as drawing without replacement does."""
    several = (events > 1) & (at_risk > 1)
    share = divide(np.where(several, events - 1, 0.0), np.where(several, at_risk - 1, 1.0))
    return np.asarray(1 - share)
