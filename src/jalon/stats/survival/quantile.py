"""Median and other quantiles of a curve, with the interval that its limits give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Estimate, Floats, UnsuitableDataError

SAME = float(np.sqrt(np.finfo(np.float64).eps))


def quantile(curve: Curve, p: float = 0.5) -> Estimate:
    """Return the time by which a share of patients has had the event.

    When the curve runs flat at exactly that share, the answer is the middle of the flat step;
    a flat step that lasts until the end of follow-up counts up to the last time. The limits
    are the times at which the curve's own limits reach the share (Brookmeyer and Crowley).

    Args:
        curve: a survival or incidence curve.
        p: share of patients with the event, 0 to 1.

    Returns:
        Time and limits, in the curve's unit; NaN for what is not reached.

    Raises:
        UnsuitableDataError: a share outside 0 to 1, or a cumulative hazard.

    Reference:
        Brookmeyer and Crowley (1982), doi:10.2307/2530286, section 2. The rules for flat
        steps are those of R's ``quantile.survfit``, and so is that for a limit that turns back
        in the last, sparse steps: of the heights beyond ``p`` the nearest counts, which is
        later than the first crossing and so on the side of caution.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import kaplan_meier
        >>> quantile(kaplan_meier(SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1]))).value
        2.5
    """
    if not 0 <= p <= 1:
        raise UnsuitableDataError(f"p is {p:g}; give a share between 0 and 1, as 0.5")
    if curve.kind == "hazard":
        raise UnsuitableDataError("a cumulative hazard has no quantile; use a survival curve")
    if curve.kind == "survival":
        early, middle, late = 1 - curve.low, 1 - curve.value, 1 - curve.high
    else:
        early, middle, late = curve.high, curve.value, curve.low
    value, low, high = (_reach(curve.time, rise, p) for rise in (middle, early, late))
    return Estimate(value, low, high, curve.level, curve.method)


def _reach(time: Floats, rise: Floats, p: float) -> float:
    """Return when a rising step curve, 0 at time 0, reaches p; the middle of a step at p."""
    if p == 0:
        return 0.0
    # Limits are NaN where they do not exist; comparisons with NaN are false, so they never reach.
    reached = _find_least(rise, rise >= p - SAME)
    passed = _find_least(rise, rise > p + SAME)
    if reached is None:
        return np.nan
    if passed is not None:
        return float(time[reached] + time[passed]) / 2
    stays = abs(rise[-1] - p) < SAME
    return float(time[reached] + time[-1]) / 2 if stays else np.nan


def _find_least(rise: Floats, allowed: npt.NDArray[np.bool_]) -> int | None:
    """Return the first row of the lowest height allowed; of a monotone curve, the first row."""
    rows = np.flatnonzero(allowed)
    return int(rows[np.argmin(rise[rows])]) if rows.size else None
