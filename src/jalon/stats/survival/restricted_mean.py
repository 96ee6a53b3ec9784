"""Restricted mean survival time: the area under the curve up to a horizon."""

from __future__ import annotations

import numpy as np

from jalon.core import Curve, Estimate, UnsuitableDataError
from jalon.stats.survival.interval import find_z
from jalon.stats.survival.ratio import divide


def restricted_mean(curve: Curve, tau: float, extend: bool = False) -> Estimate:
    """Return the time lived without the event, on average, up to a horizon.

    Args:
        curve: a survival curve with Greenwood's variance.
        tau: the horizon, above 0, in the curve's unit.
        extend: carry a curve that has not reached 0 beyond the end of follow-up, as R's
            ``print(survfit, rmean = tau)`` does, instead of refusing.

    Returns:
        The mean with its normal interval.

    Raises:
        UnsuitableDataError: not a survival curve, no horizon above 0, or a horizon beyond the
            end of follow-up.

    Reference:
        Klein and Moeschberger (2003), doi:10.1007/b97377, eq. 4.5.1 and 4.5.2; Royston and
        Parmar (2013), doi:10.1186/1471-2288-13-152.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import kaplan_meier
        >>> curve = kaplan_meier(SurvivalData(time=[5, 8, 10, 10], event=[1, 0, 0, 0]))
        >>> restricted_mean(curve, tau=10).value
        8.75
    """
    mean, _, std_error = measure_area(curve, tau, extend)
    reach = find_z(curve.level) * std_error
    return Estimate(mean, mean - reach, mean + reach, curve.level, "plain")


def measure_area(curve: Curve, tau: float, extend: bool = False) -> tuple[float, float, float]:
    """Return the areas under and above a survival curve up to a horizon, and their error.

    Args:
        curve: as in ``restricted_mean``.
        tau: as in ``restricted_mean``.
        extend: as in ``restricted_mean``.

    Returns:
        Time lived, time lost and the standard error of either. The time lost is summed by
        itself, so that it is exactly 0 when nobody had the event.

    Raises:
        UnsuitableDataError: as ``restricted_mean``.
    """
    _check(curve, tau, extend)
    upto = curve.time <= tau
    edges = np.concatenate([[0.0], curve.time[upto], [tau]])
    height = np.append(1.0, curve.value[upto])
    areas, lost = np.diff(edges) * height, np.diff(edges) * (1 - height)
    # What lies right of each event is what its patients lost.
    right = np.cumsum(areas[::-1])[::-1][1:]
    events, at_risk = curve.events[upto], curve.at_risk[upto]
    terms = divide(divide(events, at_risk), at_risk - events)
    error = float(np.sqrt(np.sum(right**2 * terms)))
    return float(areas.sum()), float(lost.sum()), error


def _check(curve: Curve, tau: float, extend: bool) -> None:
    if curve.kind != "survival":
        raise UnsuitableDataError("the restricted mean is the area under a survival curve")
    if not 0 < tau < np.inf:
        raise UnsuitableDataError(f"tau is {tau:g}; give a horizon above 0")
    if not extend and tau > curve.time[-1] and curve.value[-1] > 0:
        raise UnsuitableDataError(
            f"tau is {tau:g} but follow-up ends before; choose a shorter horizon, or extend=True "
            "to carry the last height on"
        )
