"""Cumulative incidence of one cause when others compete."""

from __future__ import annotations

from typing import Literal

import numpy as np

from jalon.core import Curve, Floats, SurvivalData
from jalon.stats.arguments import require_choice
from jalon.stats.competing.cause import require_number
from jalon.stats.competing.incidence_variance import (
    aalen_error,
    find_incidence,
    greenwood_error,
)
from jalon.stats.survival.event_table import EventTable, count_events
from jalon.stats.survival.interval import Interval, limits
from jalon.stats.survival.jackknife import choose_robust, jackknife_error, need_patients
from jalon.stats.survival.steps import keep_steps

IncidenceVariance = Literal["auto", "aalen", "greenwood", "robust"]

IncidenceInterval = Interval | Literal["cloglog"]
"""The scales of a survival curve, and log(-log(1 - F))."""


def aalen_johansen(
    data: SurvivalData | EventTable,
    cause: int = 1,
    level: float = 0.95,
    interval: IncidenceInterval = "log-log",
    variance: IncidenceVariance = "auto",
) -> Curve:
    """Estimate the share of patients who have had one cause of event by each time.

    Other causes end observation for good, as death without relapse does; they are not
    censorings. Events come before censorings of the same day.

    Args:
        data: n patients, or counts of them; ``weight`` and ``entry`` are honoured.
        cause: the event code of interest, 1 or more.
        level: coverage of the pointwise interval, 0 to 1.
        interval: scale on which the interval is symmetric: "log-log" is log(-log F), as SAS and
            ``survfit`` have it, "cloglog" is log(-log(1 - F)), as R's ``etm`` has it. NaN limits
            while the incidence is 0, except on the plain scale.
        variance: "aalen" is that of R's ``cmprsk::cuminc``, the field's habit; "greenwood" that
            of ``survfit`` and ``prodlim`` without weights; "robust" (infinitesimal jackknife)
            that of ``survfit`` with weights or left truncation, and needs patients; "auto" is
            robust when some weight is not a whole number, otherwise Aalen's.

    Returns:
        Incidence at each distinct time, with the events of this cause.

    Raises:
        UnsuitableDataError: no patient, a cause below 1, or robust variance asked of counts.

    Reference:
        Aalen and Johansen (1978), Scand J Stat 5:141-150, section 3; variance "aalen": Gray
        (1988), doi:10.1214/aos/1176350951, section 2; "greenwood": Andersen, Borgan, Gill and
        Keiding (1993), doi:10.1007/978-1-4612-4348-9, section IV.4.

    Example:
        >>> data = SurvivalData(time=[5, 8, 8, 9], event=[1, 0, 2, 1])
        >>> aalen_johansen(data, cause=2).value.tolist()
        [0.0, 0.25, 0.25]
    """
    require_choice(variance, "variance", IncidenceVariance)
    table = data if isinstance(data, EventTable) else count_events(data)
    own = _own_events(table, cause)
    _, _, value = find_incidence(table, own)
    std_error = _find_error(data, table, cause, variance)
    low, high = _limit(value, std_error, level, interval)
    curve = Curve(
        time=table.time,
        value=value,
        low=low,
        high=high,
        std_error=std_error,
        at_risk=table.at_risk,
        events=own,
        censored=table.censored,
        kind="incidence",
        level=level,
        method=interval,
    )
    return keep_steps(curve, table)


def _limit(
    value: Floats, std_error: Floats, level: float, interval: IncidenceInterval
) -> tuple[Floats, Floats]:
    if interval != "cloglog":
        return limits(value, std_error, level, interval)
    low, high = limits(1 - value, std_error, level, "log-log")
    return 1 - high, 1 - low


def _own_events(table: EventTable, cause: int) -> Floats:
    require_number(cause)
    if cause > table.events.shape[1]:
        return np.zeros(len(table.time))
    return table.events[:, cause - 1]


def _find_error(
    data: SurvivalData | EventTable, table: EventTable, cause: int, variance: IncidenceVariance
) -> Floats:
    if choose_robust(data, variance):
        return jackknife_error(need_patients(data), table, cause)
    estimate = greenwood_error if variance == "greenwood" else aalen_error
    return estimate(table, _own_events(table, cause))
