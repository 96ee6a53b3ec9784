"""Nelson-Aalen cumulative hazard."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.survival.event_table import EventTable, count_events
from jalon.stats.survival.interval import find_z
from jalon.stats.survival.jackknife import (
    choose_robust,
    hazard_cluster_error,
    hazard_jackknife_error,
    keep_clusters,
    need_patients,
)
from jalon.stats.survival.ratio import divide
from jalon.stats.survival.steps import keep_steps

HazardInterval = Literal["log", "plain"]
HazardVariance = Literal["auto", "aalen", "robust"]


def nelson_aalen(
    data: SurvivalData | EventTable,
    level: float = 0.95,
    interval: HazardInterval = "log",
    variance: HazardVariance = "auto",
    cluster: npt.ArrayLike | None = None,
) -> Curve:
    """Estimate the accumulated risk of the event: the sum of its share of those at risk.

    Args:
        data: n patients, or counts of them; ``weight`` and ``entry`` are honoured.
        level: coverage of the pointwise interval, 0 to 1.
        interval: "log" is symmetric around the logarithm (NaN while the hazard is 0), "plain"
            around the hazard itself, cut at 0.
        variance: "aalen", the sum of d / Y^2; "robust" (infinitesimal jackknife) for sampling or
            propensity weights, which needs patients rather than counts; "auto" is robust when
            some weight is not a whole number or when there are clusters, as R's ``survfit``
            decides.
        cluster: shape (n,), code or name of the group in which patients are alike, for the
            robust variance; None when all are independent.

    Returns:
        Cumulative hazard at each distinct time.

    Raises:
        UnsuitableDataError: no patient, an unknown interval, clusters with Aalen's variance, or
            robust variance asked of counts.

    Reference:
        Aalen (1978), doi:10.1214/aos/1176344247, section 5; Klein and Moeschberger (2003),
        doi:10.1007/b97377, eq. 4.2.3 and 4.2.4.

    Example:
        >>> nelson_aalen(SurvivalData(time=[5, 8, 8], event=[1, 0, 1])).value.round(3).tolist()
        [0.333, 0.833]
    """
    table = data if isinstance(data, EventTable) else count_events(data)
    events, at_risk = table.every, table.at_risk
    require_choice(variance, "variance", HazardVariance)
    share = divide(events, at_risk)
    value = np.cumsum(share)
    if cluster is not None:
        patients, codes = keep_clusters(data, cluster, variance)
        std_error = hazard_cluster_error(patients, table, codes)
    elif choose_robust(data, variance):
        std_error = hazard_jackknife_error(need_patients(data), table)
    else:
        std_error = np.sqrt(np.cumsum(divide(share, at_risk)))
    reach = find_z(level) * std_error
    if interval == "plain":
        low, high = np.maximum(value - reach, 0), value + reach
    elif interval == "log":
        positive = np.where(value > 0, value, np.nan)
        factor = np.exp(reach / positive)
        low, high = positive / factor, positive * factor
    else:
        raise UnsuitableDataError(f"interval {interval!r} is not known; choose log or plain")
    curve = Curve(
        time=table.time,
        value=value,
        low=low,
        high=high,
        std_error=std_error,
        at_risk=table.at_risk,
        events=events,
        censored=table.censored,
        kind="hazard",
        level=level,
        method=interval,
    )
    return keep_steps(curve, table)
