"""Calibration: do predicted risks, and differences in risk, come true in other patients?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from jalon.core import Curve, Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import aalen_johansen, fit_cox, kaplan_meier
from jalon.stats.arguments import require_choice
from jalon.validate.benefit import Cases, observe_all
from jalon.validate.risks import Judged, judge, read_horizon, read_level

RatioInterval = Literal["events", "curve", "influence"]


@dataclass(frozen=True, slots=True)
class ObservedExpected:
    """How many events there were for each one that was predicted.

    Attributes:
        ratio: observed over expected, with its interval on the log scale; above 1 the risks are
            too low.
        observed: share who have the event by the time of interest (Kaplan-Meier, or
            Aalen-Johansen when causes compete), with its interval.
        expected: mean predicted risk.
        difference: observed less expected, with its interval.
        events: (weighted) number of events by then.
    """

    ratio: Estimate
    observed: Estimate
    expected: float
    difference: Estimate
    events: float


def calibration_slope(
    linear_predictor: Floats, data: SurvivalData, level: float = 0.95
) -> Estimate:
    """Estimate by how much predicted differences in log hazard should be stretched.

    A slope of 1 means that they come true; below 1 the score promises larger differences
    between patients than there are.

    Args:
        linear_predictor: shape (n,), log hazard as the score predicts it.
        data: outcomes of the same patients, event 1 being the event.
        level: coverage of the interval, 0 to 1.

    Returns:
        The slope with its Wald interval.

    Raises:
        UnsuitableDataError: the prediction is the same for everyone.

    References:
        van Houwelingen. Stat Med 2000;19:3401-3415, section 4,
        doi:10.1002/1097-0258(20001230)19:24<3401::AID-SIM554>3.0.CO;2-2.
    """
    if np.ptp(linear_predictor) == 0:
        raise UnsuitableDataError("the prediction is the same for everyone; it has no slope")
    fit = fit_cox(linear_predictor[:, None], data, level=level)
    ratio = fit.hazard_ratios[0]
    return Estimate(
        float(fit.coefficients[0]), math.log(ratio.low), math.log(ratio.high), level, "Wald"
    )


def observed_expected(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cause: int = 1,
    interval: RatioInterval = "events",
    level: float = 0.95,
) -> ObservedExpected:
    """Compare how many patients had the event by a time with how many were predicted to.

    Args:
        risk: shape (n,), predicted probability of the event by ``horizon``, 0 to 1.
        data: outcomes of the same patients, without late entry; ``weight`` is honoured.
        horizon: time of interest, above 0; events at it count.
        cause: the event code of interest.
        interval: error of the log ratio: "events" is one over the root of the number of events,
            as McLernon and others do, which is too wide where many have the event; "curve" is
            that of the curve, as van Geloven and others do when causes compete, the predictions
            being taken as given; "influence" is that of the ratio itself, of patients drawn from
            a population.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Ratio and difference with what they are made of.

    Raises:
        UnsuitableDataError: risks that are no probabilities or all 0, late entry, no event of the
            cause by ``horizon``, or nobody followed that long.

    Reference:
        McLernon DJ and others (2023), doi:10.7326/M22-0844, calibration in the large; van
        Geloven N and others (2022), doi:10.1136/bmj-2021-069249, for competing risks.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 9], event=[1, 1, 0, 0])
        >>> found = observed_expected([0.4, 0.4, 0.1, 0.1], data, 2)
        >>> found.observed.value, found.expected, found.ratio.value
        (0.5, 0.25, 2.0)
    """
    require_choice(interval, "interval", RatioInterval)
    time, judged = read_horizon(horizon), judge(risk, data, cause)
    kept = data.take(judged.order)
    curve = draw_risk(kept, cause, read_level(level))
    observed, error = read_risk_at(curve, time)
    expected = float(np.average(judged.risk, weights=judged.weight))
    if expected == 0:
        raise UnsuitableDataError("every predicted risk is 0; there is nothing to compare with")
    events = float(judged.weight[(judged.code == 1) & (judged.time <= time)].sum())
    spread = 1 / math.sqrt(events) if interval == "events" else error / observed.value
    if interval == "influence":
        spread = _find_spread(judged, time, observed.value, expected)
    z = float(ndtri((1 + level) / 2))
    ratio, factor = observed.value / expected, math.exp(z * spread)
    gap = observed.value - expected
    return ObservedExpected(
        ratio=Estimate(ratio, ratio / factor, ratio * factor, level, interval),
        observed=observed,
        expected=expected,
        difference=Estimate(gap, gap - z * error, gap + z * error, level, "normal"),
        events=events,
    )


def _find_spread(judged: Judged, time: float, observed: float, expected: float) -> float:
    """Error of the log ratio, from each patient's pull on what was observed and expected."""
    pull = observe_all(judged, time)[1]
    less = (judged.risk - expected) / (judged.weight.sum() * expected)
    return Cases(judged.weight, judged.counts).find_error(pull / observed - less)


def draw_risk(data: SurvivalData, cause: int, level: float) -> Curve:
    """Draw the share with the event over time, as a survival curve when there is one cause.

    Args:
        data: outcomes.
        cause: the event code of interest.
        level: coverage of the intervals.

    Returns:
        Kaplan-Meier, or Aalen-Johansen with robust errors, as R's ``survfit`` has them.
    """
    if np.all((data.event == 0) | (data.event == cause)):
        return kaplan_meier(data, level, "log-log")
    return aalen_johansen(data, cause, level, "log-log", "robust")


def read_risk_at(curve: Curve, horizon: float) -> tuple[Estimate, float]:
    """Read the share with the event by a time, and its standard error.

    Args:
        curve: from ``draw_risk``.
        horizon: the time.

    Returns:
        The share with its interval, and the error, 0 where everyone had the event.

    Raises:
        UnsuitableDataError: nobody was followed that long, or nobody had the event by then.
    """
    row = int(curve.rows_at([horizon])[0])
    value, last = float(curve.value[max(row, 0)]), float(curve.time[-1])
    over = curve.kind == "survival" and curve.value[-1] == 0
    if last < horizon and not over:
        raise UnsuitableDataError(
            f"time {horizon:g} is beyond the last follow-up at {last:g}; choose an earlier time"
        )
    survival = curve.kind == "survival"
    share = 1 - value if survival else value
    if row < 0 or share == 0:
        raise UnsuitableDataError(f"nobody has the event by time {horizon:g}; choose a later time")
    ends = (
        (1 - curve.high[row], 1 - curve.low[row]) if survival else (curve.low[row], curve.high[row])
    )
    error = float(np.nan_to_num(curve.std_error[row]))
    return Estimate(share, float(ends[0]), float(ends[1]), curve.level, curve.method), error
