"""The log-rank test for patients who are weighted, matched or sampled in clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.cluster import read_clusters
from jalon.stats.comparison.chi_square import assess_score
from jalon.stats.comparison.groups import Groups, Label, code_groups
from jalon.stats.comparison.time_weight import weigh_times
from jalon.stats.regression.risk_sets import keep_weighted
from jalon.stats.survival.tally import sum_from_end
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class RobustLogRank:
    """A comparison of survival between groups of weighted patients.

    Attributes:
        groups: names of the k groups, ascending.
        score: shape (k,), weighted events seen less expected.
        covariance: shape (k, k), of the score, from how it varies between clusters.
        chi2: the statistic.
        df: its degrees of freedom, k - 1.
        p: p-value of the hypothesis that the groups are alike.
    """

    groups: tuple[Label, ...]
    score: Floats
    covariance: Floats
    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class _Deaths:
    """The event times: what each adds to the hazard, and the mean group of those at risk."""

    time: Floats
    weight: Floats
    hazard: Floats
    mean: Floats


def robust_log_rank(
    data: SurvivalData,
    group: npt.ArrayLike,
    rho: float = 0.0,
    gamma: float = 0.0,
    cluster: npt.ArrayLike | None = None,
) -> RobustLogRank:
    """Test whether weighted groups differ in how soon they have the event.

    For propensity or sampling weights, which are not counts of patients, and for matched sets.
    The score is that of the weighted log-rank test; its variance is found from the patients (or
    clusters) themselves, so that it does not matter on what scale the weights are.

    Args:
        data: n patients with their ``weight``; those of weight 0 are left out.
        group: shape (n,), the group of each patient: numbers, text or booleans.
        rho: power of the weighted survival just before each event.
        gamma: power of 1 minus that survival.
        cluster: shape (n,), whole numbers, patients who belong together, such as a matched
            pair; None for each by himself.

    Returns:
        The test. The weights are taken as known: that they were estimated is not counted,
        which for inverse probability weights makes the test cautious.

    Raises:
        UnsuitableDataError: left truncation, strata, no event, fewer than two groups or two
            clusters, or groups never at risk together.

    Reference:
        Lin (2000), doi:10.1093/biomet/87.1.37, section 3, for the variance of the score; Rader
        (2014), Methods for analyzing survival and binary data in complex surveys, Harvard
        University, chapter 1, for the test, as R's ``survey::svylogrank(method = "small")``
        has it: tied events are taken in turn as Efron does.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1], weight=[2, 1, 1, 0.5])
        >>> robust_log_rank(data, ["a", "b", "a", "b"]).df
        1
    """
    groups = code_groups(group, data)
    together = _read_clusters(cluster, data)
    rows = keep_weighted(data)
    if rows is not None:
        data, together = data.take(rows), together[rows]
        groups = code_groups(np.asarray(group)[rows], data)
    _check(data)
    score = _score_patients(data, groups, (rho, gamma))
    names, place = np.unique(together, return_inverse=True)
    sums = _sum_rows(place, score, len(names))
    if len(sums) < 2:
        raise UnsuitableDataError("all patients are one cluster; a variance needs at least two")
    total, spread = sums.sum(axis=0), sums - sums.mean(axis=0)
    covariance = spread.T @ spread * len(sums) / (len(sums) - 1)
    return RobustLogRank(groups.labels, total, covariance, *assess_score(total, covariance))


def _check(data: SurvivalData) -> None:
    if data.entry is not None or data.stratum is not None:
        raise UnsuitableDataError(
            "the robust test allows for neither left truncation nor strata; fit a Cox model with "
            "robust variance instead"
        )
    if not np.any(data.event > 0):
        raise UnsuitableDataError("no event was seen; there is nothing to compare")


def _read_clusters(cluster: npt.ArrayLike | None, data: SurvivalData) -> Integers:
    if cluster is None:
        return np.arange(len(data))
    return read_clusters(cluster, len(data))[0]


def _score_patients(data: SurvivalData, groups: Groups, powers: tuple[float, float]) -> Floats:
    """Return shape (n, k): what each patient adds to the weighted score."""
    time = merge_ties(data.time)[0]
    case = np.ones(len(data)) if data.weight is None else data.weight
    own = np.eye(len(groups))[groups.code]
    deaths = _list_deaths(time, data.event > 0, case, own, powers)
    row = np.searchsorted(deaths.time, time, side="right")
    rate = deaths.weight * deaths.hazard
    met = np.append(0.0, np.cumsum(rate))[row]
    drawn = np.vstack([np.zeros(len(groups)), np.cumsum(rate[:, np.newaxis] * deaths.mean, axis=0)])
    score = drawn[row] - own * met[:, np.newaxis]
    dies = data.event > 0
    at = row[dies] - 1
    score[dies] += deaths.weight[at][:, np.newaxis] * (own[dies] - deaths.mean[at])
    return np.asarray(case[:, np.newaxis] * score)


def _list_deaths(
    time: Floats,
    dies: npt.NDArray[np.bool_],
    case: Floats,
    own: Floats,
    powers: tuple[float, float],
) -> _Deaths:
    grid, row = np.unique(time, return_inverse=True)
    weighed = case[:, np.newaxis] * own
    ended, dead = _sum_rows(row, weighed, len(grid)), _sum_rows(row[dies], weighed[dies], len(grid))
    some = dead.any(axis=1)
    at_risk, dead = sum_from_end(ended)[some], dead[some]
    count = np.bincount(row[dies], minlength=len(grid))[some]
    whole, gone = at_risk.sum(axis=1), dead.sum(axis=1)
    weight = weigh_times(whole, gone, "survival", *powers)
    # Efron: of d tied events the j-th finds j / d of their weight gone already.
    at = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)) / count[at]
    left = whole[at] - share * gone[at]
    hazard = np.bincount(at, gone[at] / count[at] / left).astype(np.float64)
    parts = (at_risk[at] - share[:, np.newaxis] * dead[at]) / (left * count[at])[:, np.newaxis]
    return _Deaths(grid[some], weight, hazard, _sum_rows(at, parts, len(count)))


def _sum_rows(row: Integers, values: Floats, rows: int) -> Floats:
    """Sum the values of each row, column by column."""
    sums = [np.bincount(row, column, rows) for column in values.T]
    return np.stack(sums, axis=1).astype(np.float64)
