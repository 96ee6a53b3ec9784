"""What estimating the censoring weights adds to each patient's influence."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers, SurvivalData
from jalon.stats.order import sort_rows


def spread_in_order(data: SurvivalData, known: Floats, alive: Floats, horizon: float) -> Floats:
    """Share out the uncertainty of the weights, tied times one after the other in row order.

    As ``spread_censoring``, but as R's ``timeROC`` does: each row is its own time with one patient
    fewer at risk, except that a censored patient's own jump comes at the first row of his day. The
    result depends on the order of tied rows.

    Args:
        data: n patients.
        known: shape (n,), the terms of patients whose event is known, 0 for others.
        alive: shape (n,), the terms of those event-free at the horizon, 0 for others.
        horizon: the time at which the measure is taken.

    Returns:
        Shape (n,), what is added to n times each patient's influence.
    """
    n = len(data)
    order: Integers = sort_rows(data.time)
    time, lost = data.time[order], (data.event[order] == 0) & (data.time[order] <= horizon)
    at_risk = np.arange(n, 0, -1)
    after = alive.sum() + _sum_from(known[order])
    drift = np.cumsum(lost / at_risk * n / at_risk * after)
    first = np.searchsorted(time, time, side="left")
    added = np.empty(n)
    added[order] = (lost * after[first] * n / at_risk[first] - drift) / n
    return added


def _sum_from(values: Floats) -> Floats:
    """Sum from each row to the last."""
    return np.cumsum(values[::-1])[::-1]
