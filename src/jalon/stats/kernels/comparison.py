"""Compiled sums behind the log-rank and Gray tests, over rows of a table by group."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats

ALONE = 1e-13


@njit(cache=True, nogil=True)
def follow_groups(counts: Floats) -> tuple[Floats, Floats]:
    """Turn counts of who ends and who enters into numbers at risk, at times with an event.

    Args:
        counts: shape (m, k, kinds + 1), by time, group and kind: 0 censored, then kinds of
            event, the last kind being entries.

    Returns:
        At risk just before each of b times, shape (b, k), and events, shape (kinds - 1, b, k).
    """
    m, k, kinds = counts.shape[0], counts.shape[1], counts.shape[2] - 1
    b = 0
    for j in range(m):
        b += 1 if counts[j, :, 1:kinds].any() else 0
    at_risk, events, now = np.empty((b, k)), np.empty((kinds - 1, b, k)), np.zeros(k)
    for j in range(m - 1, -1, -1):
        for g in range(k):
            now[g] += counts[j, g, :kinds].sum() - counts[j, g, kinds]
        if counts[j, :, 1:kinds].any():
            b -= 1
            at_risk[b] = now
            for kind in range(1, kinds):
                events[kind - 1, b] = counts[j, :, kind]
    return at_risk, events


@njit(cache=True, nogil=True)
def sum_times(
    at_risk: Floats, events: Floats, weight: Floats, together: bool
) -> tuple[Floats, Floats, Floats]:
    """Sum observed, expected and covariance of a test of the log-rank family over times.

    Args:
        at_risk: shape (m, k), at risk in each group just before each time.
        events: shape (m, k), events in each group.
        weight: shape (m,), how much each time counts.
        together: tied events of all groups are drawn without replacement together, otherwise
            those of each group by themselves.

    Returns:
        Observed and expected, shape (k,), and covariance, shape (k, k).
    """
    m, k = events.shape
    observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for j in range(m):
        deaths, total = events[j].sum(), at_risk[j].sum()
        if deaths <= 0.0:
            continue
        # Deaths fall on groups as in drawing without replacement (hypergeometric).
        drawn = deaths * (total - deaths)
        if not together:
            drawn = (events[j] * (total - events[j])).sum()
        spread = weight[j] ** 2 * drawn / (total - 1.0) if total > 1.0 else 0.0
        for g in range(k):
            share = at_risk[j, g] / total
            observed[g] += weight[j] * events[j, g]
            expected[g] += weight[j] * deaths * share
            # A group at risk alone tells nothing; a rest of rounding must not say otherwise.
            if share == 0.0 or 1.0 - share < ALONE:
                continue
            covariance[g, g] += spread * share * (1.0 - share)
            for h in range(g):
                covariance[g, h] -= spread * share * at_risk[j, h] / total
    for g in range(k):
        covariance[:g, g] = covariance[g, :g]
    return observed, expected, covariance


@njit(cache=True, nogil=True)
def _weigh(ratio: Floats, tilt: float) -> Floats:
    """Return how an increment in group g (column) moves the score of group i (row)."""
    whole = ratio.sum()
    weight: Floats = -tilt * np.outer(ratio, ratio) / whole
    for g in range(len(ratio)):
        rest = 1.0 - ratio[g] / whole
        weight[g, g] = tilt * ratio[g] * (rest if rest > ALONE else 0.0)
    return weight


@njit(cache=True, nogil=True)
def sum_gray_covariance(
    ratio: Floats, tilt: Floats, hazard: Floats, relative: Floats, size: tuple[Floats, Floats]
) -> Floats:
    """Sum the covariance of Gray's scores over times.

    The score of group i is a sum of martingale increments, one for each group g and kind of
    event. An increment at u also changes all later weights of group g, through what of their
    sum is ``to_come`` after u; so one pass finds the whole sum, and a second what remains.

    Args:
        ratio: shape (m, k), at risk over event-free survival, just before each time; at least
            one above 0 in each row.
        tilt: shape (m,), weight of each time.
        hazard: shape (m,), pooled increment of the subdistribution hazard.
        relative: shape (m, k), 1 - pooled incidence over event-free survival, just after.
        size: shape (m, k) twice, variance of the increments: own cause, other causes.

    Returns:
        Covariance, shape (k, k).
    """
    m, k = ratio.shape
    covariance, to_come = np.zeros((k, k)), np.zeros((k, k))
    for j in range(m):
        to_come += _weigh(ratio[j], tilt[j]) * hazard[j]
    for j in range(m):
        weight = _weigh(ratio[j], tilt[j])
        to_come -= weight * hazard[j]
        for g in range(k):
            lost = relative[j, g] * to_come[:, g]
            gain = weight[:, g] + to_come[:, g] - lost
            covariance += size[0][j, g] * np.outer(gain, gain)
            covariance += size[1][j, g] * np.outer(lost, lost)
    return covariance
