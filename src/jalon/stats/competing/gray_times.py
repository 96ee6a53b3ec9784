"""The sums of Gray's test over the event times of one stratum."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats
from jalon.stats.comparison.groups import GroupCounts
from jalon.stats.kernels.comparison import sum_gray_covariance
from jalon.stats.survival.ratio import divide


def sum_gray_times(counts: GroupCounts, rho: float) -> tuple[Floats, Floats]:
    """Sum Gray's scores and their covariance over the event times of one stratum.

    Args:
        counts: at risk, events of the cause compared and of other causes, by time and group.
        rho: power of 1 minus the pooled incidence just before.

    Returns:
        Scores, shape (k,), and covariance, shape (k, k).
    """
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
