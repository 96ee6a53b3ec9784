"""What one site knows of a log-rank test: sums that add up over strata and over sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.comparison.groups import (
    GroupCounts,
    Groups,
    Label,
    align_groups,
    code_groups,
    count_groups,
    count_tables,
)
from jalon.stats.comparison.time_weight import TimeWeight, weigh_times
from jalon.stats.kernels.comparison import sum_times
from jalon.stats.survival.event_table import EventTable

TiedVariance = Literal["hypergeometric", "by-group"]
Options = tuple[float, float, TimeWeight, TiedVariance]


@dataclass(frozen=True, slots=True, eq=False)
class LogRankSums:
    """Events seen and expected in each group, before any test is made of them.

    Attributes:
        groups: names of the k groups, ascending.
        n: shape (k,), (weighted) patients.
        observed: shape (k,), weighted events seen.
        expected: shape (k,), weighted events expected were the groups alike.
        covariance: shape (k, k), covariance of ``observed - expected``.
    """

    groups: tuple[Label, ...]
    n: Floats
    observed: Floats
    expected: Floats
    covariance: Floats


def sum_log_rank(
    data: SurvivalData,
    group: npt.ArrayLike,
    rho: float = 0.0,
    gamma: float = 0.0,
    weight: TimeWeight = "survival",
    tied: TiedVariance = "hypergeometric",
) -> LogRankSums:
    """Sum what a site contributes to a log-rank test in which each site is a stratum.

    Args:
        data: the site's n patients, with or without strata of its own.
        group: shape (n,), the group of each patient; one group alone is allowed.
        rho: as in ``log_rank``.
        gamma: as in ``log_rank``.
        weight: as in ``log_rank``.
        tied: as in ``log_rank``.

    Returns:
        The sums, to be joined by ``merge_log_rank`` and tested by ``finish_log_rank``.

    Raises:
        UnsuitableDataError: no patient, or a missing group.

    Reference:
        Klein and Moeschberger (2003), doi:10.1007/b97377, section 7.5, stratified tests.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
        >>> sum_log_rank(data, ["a", "b", "a", "b"]).expected.round(3).tolist()
        [1.333, 2.667]
    """
    return sum_groups(data, code_groups(group, data, least=1), (rho, gamma, weight, tied))


def sum_groups(data: SurvivalData, groups: Groups, options: Options) -> LogRankSums:
    """Sum a log-rank test of groups that are numbered already.

    Args:
        data: n patients.
        groups: their groups.
        options: ``rho``, ``gamma``, ``weight`` and ``tied`` of ``log_rank``.

    Returns:
        The sums.
    """
    kind = (data.event > 0).astype(np.int64)
    n = np.bincount(groups.code, data.weight, len(groups)).astype(np.float64)
    return _add_strata(groups.labels, n, count_groups(data, groups, kind, kinds=2), options)


def sum_log_rank_tables(
    tables: Mapping[Label, EventTable],
    rho: float = 0.0,
    gamma: float = 0.0,
    weight: TimeWeight = "survival",
    tied: TiedVariance = "hypergeometric",
) -> LogRankSums:
    """Sum a log-rank test from one table of counts per group, for example merged over sites.

    Where ``sum_log_rank`` compares within sites, tables that were merged over sites give the
    test of all patients pooled.

    Args:
        tables: counts of each group, by its name; all names of one kind.
        rho: as in ``log_rank``.
        gamma: as in ``log_rank``.
        weight: as in ``log_rank``.
        tied: as in ``log_rank``.

    Returns:
        The sums, to be tested by ``finish_log_rank``.

    Raises:
        UnsuitableDataError: no table, or names that have no common order.

    Example:
        >>> from jalon.stats import count_events
        >>> odd = count_events(SurvivalData(time=[1, 3], event=[1, 1]))
        >>> even = count_events(SurvivalData(time=[2, 4], event=[1, 1]))
        >>> sum_log_rank_tables({"a": odd, "b": even}).expected.round(3).tolist()
        [1.333, 2.667]
    """
    labels, counts = count_tables(tables)
    n = np.array([tables[label].ended.sum() for label in labels])
    return _add_strata(labels, n, [counts], (rho, gamma, weight, tied))


def merge_log_rank(first: LogRankSums, second: LogRankSums) -> LogRankSums:
    """Join the sums of two sites; patients are compared within their site only.

    Args:
        first: sums of some patients.
        second: sums of other patients, summed with the same options.

    Returns:
        Sums over both, with the groups of both.

    Raises:
        UnsuitableDataError: names of groups that have no common order.

    Example:
        >>> site = sum_log_rank(SurvivalData(time=[1, 2], event=[1, 1]), ["a", "b"])
        >>> merge_log_rank(site, site).observed.tolist()
        [2.0, 2.0]
    """
    labels, places = align_groups(first.groups, second.groups)
    k = len(labels)
    n, observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros(k), np.zeros((k, k))
    for sums, place in zip((first, second), places, strict=True):
        n[place] += sums.n
        observed[place] += sums.observed
        expected[place] += sums.expected
        covariance[np.ix_(place, place)] += sums.covariance
    return LogRankSums(labels, n, observed, expected, covariance)


def _add_strata(
    labels: tuple[Label, ...],
    n: Floats,
    strata: Iterable[GroupCounts],
    options: Options,
) -> LogRankSums:
    rho, gamma, scheme, tied = options
    if tied not in ("hypergeometric", "by-group"):
        raise UnsuitableDataError(f"tied {tied!r} is not known; hypergeometric or by-group")
    k = len(labels)
    observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for counts in strata:
        at_risk, events = counts.at_risk, counts.events[0]
        weight = weigh_times(at_risk.sum(axis=1), events.sum(axis=1), scheme, rho, gamma)
        o, e, v = sum_times(at_risk, events, weight, tied == "hypergeometric")
        observed, expected, covariance = observed + o, expected + e, covariance + v
    return LogRankSums(labels, n, observed, expected, covariance)
