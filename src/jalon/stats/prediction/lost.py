"""What estimating the censoring weights adds to each patient's influence."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers, SurvivalData
from jalon.stats.order import sort_rows
from jalon.stats.survival.event_table import count_events


def spread_over_days(data: SurvivalData, known: Floats, alive: Floats, horizon: float) -> Floats:
    """Share out, among all patients, the uncertainty of the weights of some of them.

    The estimate depends on G through sums of c(j) / G(u(j)): u is just before the patient's
    own time for those whose event is known by the horizon, the horizon itself for those still
    event-free. One more patient k moves 1 / G(u) by 1 / G(u) times the integral up to u of
    dM(k) / H, with M the martingale of his censoring and H the share of patients at risk.
    Tied times are taken together. The hazard of censoring is c over all at risk, those with
    the event that day included, as in R's ``riskRegression::Score``.

    Args:
        data: n patients; tied times must be exactly equal.
        known: shape (n,), the terms c(j) of patients whose event is known, 0 for others.
        alive: shape (n,), the terms of those event-free at the horizon, 0 for others.
        horizon: the time at which the measure is taken.

    Returns:
        Shape (n,), what is added to n times each patient's influence.

    Reference:
        Blanche P, Dartigues J-F, Jacqmin-Gadda H (2013), doi:10.1002/sim.5958, appendix;
        Gerds TA, Schumacher M (2006), doi:10.1002/bimj.200610301, section 4.
    """
    table = count_events(SurvivalData(data.time, data.event))
    day = np.searchsorted(table.time, data.time)
    share = table.at_risk / len(data)
    hazard = table.censored / table.at_risk * (table.time <= horizon)
    terms = np.bincount(day, known, len(table.time)).astype(np.float64)
    # The weight of an event of this very day does not depend on its censorings.
    after = alive.sum() + _sum_from(terms) - terms
    drift = np.cumsum(hazard / share * after)
    own = (data.event == 0) & (data.time <= horizon)
    return np.asarray((own * after[day] / share[day] - drift[day]) / len(data))


def spread_in_order(data: SurvivalData, known: Floats, alive: Floats, horizon: float) -> Floats:
    """The same with tied times taken one after the other in the order of the rows.

    As R's ``timeROC`` does: each row is its own time with one patient fewer at risk, except
    that a censored patient's own jump comes at the first row of his day. The result depends on
    the order of tied rows.

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
