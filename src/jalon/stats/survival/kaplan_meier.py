"""Kaplan-Meier survival, and follow-up by the reverse estimate."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Floats, SurvivalData
from jalon.stats.arguments import require_choice
from jalon.stats.survival.event_table import EventTable, count_events
from jalon.stats.survival.interval import Interval, limits
from jalon.stats.survival.jackknife import (
    choose_robust,
    cluster_error,
    jackknife_error,
    keep_clusters,
    need_patients,
)
from jalon.stats.survival.ratio import divide
from jalon.stats.survival.steps import keep_steps

SurvivalVariance = Literal["auto", "greenwood", "robust"]


def kaplan_meier(
    data: SurvivalData | EventTable,
    level: float = 0.95,
    interval: Interval = "log",
    variance: SurvivalVariance = "auto",
    cluster: npt.ArrayLike | None = None,
) -> Curve:
    """Estimate the share of patients still free of the event at each time.

    Every event, whatever its cause, makes the curve fall. Events come before censorings of
    the same day. With left truncation the estimate is conditional on being under observation;
    where the last patient at risk has the event the curve is 0 from then on.

    Args:
        data: n patients, or counts of them (``count_events``, merged or not); ``weight`` and
            ``entry`` are honoured, ``stratum`` is not looked at.
        level: coverage of the pointwise interval, 0 to 1.
        interval: scale on which the interval is symmetric; ``limits`` describes each.
        variance: "greenwood"; "robust" (infinitesimal jackknife) for sampling or propensity
            weights, which needs patients rather than counts; "auto" is robust when some
            weight is not a whole number or when there are clusters, as R's ``survfit`` decides.
        cluster: shape (n,), code or name of the group in which patients are alike (two eyes of
            one patient, a centre), for the robust variance; None when all are independent.

    Returns:
        Survival at each distinct time. Where it is 0 its limits are NaN, and so is Greenwood's
        standard error; the robust one is 0 there, and the plain limits with it.

    Raises:
        UnsuitableDataError: no patient, clusters with Greenwood's variance, or robust variance
            asked of counts.

    Reference:
        Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452, section 2; Klein and
        Moeschberger (2003), doi:10.1007/b97377, eq. 4.2.1 and 4.2.2 (Greenwood).

    Example:
        >>> curve = kaplan_meier(SurvivalData(time=[5, 8, 8], event=[1, 0, 1]))
        >>> curve.value.round(3).tolist()
        [0.667, 0.333]
    """
    table = data if isinstance(data, EventTable) else count_events(data)
    require_choice(variance, "variance", SurvivalVariance)
    events = table.every
    value = survival_of(table)
    if cluster is not None:
        patients, codes = keep_clusters(data, cluster, variance)
        std_error = np.where(value == 0, 0.0, cluster_error(patients, table, codes))
    elif choose_robust(data, variance):
        std_error = np.where(value == 0, 0.0, jackknife_error(need_patients(data), table))
    else:
        std_error = np.where(value == 0, np.nan, value * _greenwood(events, table.at_risk))
    low, high = limits(value, std_error, level, interval)
    curve = Curve(
        time=table.time,
        value=value,
        low=low,
        high=high,
        std_error=std_error,
        at_risk=table.at_risk,
        events=events,
        censored=table.censored,
        kind="survival",
        level=level,
        method=interval,
    )
    return keep_steps(curve, table)


def follow_up(
    data: SurvivalData | EventTable, level: float = 0.95, interval: Interval = "log"
) -> Curve:
    """Estimate how long patients were followed, as if the event had not cut it short.

    The reverse Kaplan-Meier estimate: being censored is the event, and an event censors. Its
    median (``quantile``) is the median follow-up.

    Args:
        data: n patients, or counts of them.
        level: coverage of the pointwise interval, 0 to 1.
        interval: scale on which the interval is symmetric.

    Returns:
        Share of patients whose follow-up is longer than each time.

    Raises:
        UnsuitableDataError: no patient.

    Reference:
        Schemper and Smith (1996), doi:10.1016/0197-2456(96)00075-X, section 2, "KM-PF".

    Example:
        >>> follow_up(SurvivalData(time=[5, 8, 9], event=[0, 1, 0])).value.round(3).tolist()
        [0.667, 0.667, 0.0]
    """
    if isinstance(data, SurvivalData):
        censored = (data.event == 0).astype(np.int64)
        patients = SurvivalData(data.time, censored, data.entry, data.weight)
        return kaplan_meier(patients, level, interval)
    swapped = EventTable(
        time=data.time,
        at_risk=data.at_risk,
        events=data.censored[:, np.newaxis],
        censored=data.every,
        entered=data.entered,
    )
    return kaplan_meier(swapped, level, interval)


def survival_of(table: EventTable) -> Floats:
    """Return the Kaplan-Meier product over all causes, just after each row.

    Args:
        table: counts, m rows.

    Returns:
        Shape (m,).
    """
    return np.cumprod(1.0 - divide(table.every, table.at_risk), dtype=np.float64)


def _greenwood(events: Floats, at_risk: Floats) -> Floats:
    # Where all die the term is infinite and the curve 0; the error is then not defined.
    return np.asarray(np.sqrt(np.cumsum(divide(divide(events, at_risk), at_risk - events))))
