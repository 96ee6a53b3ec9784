"""Two groups compared by the time they live without the event up to a horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Curve, Estimate
from jalon.stats.comparison.contrast import Contrast, contrast_of
from jalon.stats.comparison.fixed_time import require_alike
from jalon.stats.survival.interval import find_z
from jalon.stats.survival.restricted_mean import measure_area


@dataclass(frozen=True, slots=True)
class RestrictedMeans:
    """The restricted means of two groups and how they compare.

    Attributes:
        tau: the horizon.
        first: restricted mean of the reference group.
        second: restricted mean of the other group.
        difference: second minus first, in the unit of time.
        ratio: second over first.
        lost_ratio: the time lost before the horizon, second over first; NaN when a group lost
            none.
    """

    tau: float
    first: Estimate
    second: Estimate
    difference: Contrast
    ratio: Contrast
    lost_ratio: Contrast


def compare_restricted_means(
    first: Curve, second: Curve, tau: float | None = None
) -> RestrictedMeans:
    """Compare how long two groups live without the event, on average, up to a horizon.

    Unlike a hazard ratio this needs no proportional hazards and has a unit: days gained.

    Args:
        first: survival curve of the reference group, with Greenwood's variance.
        second: survival curve of the other group.
        tau: the horizon, in the curves' unit; None for the longest that both allow.

    Returns:
        Both means with their difference, their ratio and the ratio of the times lost.

    Raises:
        UnsuitableDataError: curves of different levels or not of survival, a horizon beyond the
            end of a follow-up, or nobody with the event before it.

    Reference:
        Uno et al. (2014), doi:10.1200/JCO.2014.55.2208, appendix; Royston and Parmar (2013),
        doi:10.1186/1471-2288-13-152. As R's ``survRM2::rmst2``.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import kaplan_meier
        >>> a = kaplan_meier(SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1]))
        >>> b = kaplan_meier(SurvivalData(time=[1, 3, 4, 5], event=[1, 1, 1, 1]))
        >>> means = compare_restricted_means(a, b, tau=4)
        >>> means.first.value, means.second.value, means.difference.estimate.value
        (2.5, 3.0, 0.5)
    """
    require_alike(first, second)
    horizon = longest_horizon(first, second) if tau is None else tau
    lived, lost, error = zip(
        *(measure_area(curve, horizon) for curve in (first, second)), strict=True
    )
    level, reach = first.level, find_z(first.level)
    means = [
        Estimate(mean, mean - reach * spread, mean + reach * spread, level, "plain")
        for mean, spread in zip(lived, error, strict=True)
    ]
    return RestrictedMeans(
        tau=horizon,
        first=means[0],
        second=means[1],
        difference=contrast_of(lived[1] - lived[0], float(np.hypot(*error)), level, "plain"),
        ratio=_ratio(lived[0], lived[1], error, level),
        lost_ratio=_ratio(lost[0], lost[1], error, level),
    )


def longest_horizon(first: Curve, second: Curve) -> float:
    """Return the longest horizon up to which two survival curves are both known.

    Args:
        first: survival curve of one group.
        second: survival curve of the other.

    Returns:
        The earlier end of follow-up of those curves that have not reached 0; when both have,
        the later of their ends.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import kaplan_meier
        >>> a = kaplan_meier(SurvivalData(time=[1, 2, 9], event=[1, 1, 0]))
        >>> b = kaplan_meier(SurvivalData(time=[1, 3, 4], event=[1, 1, 1]))
        >>> longest_horizon(a, b)
        9.0
    """
    curves = (first, second)
    open_ends = [float(curve.time[-1]) for curve in curves if curve.value[-1] > 0]
    return min(open_ends) if open_ends else max(float(curve.time[-1]) for curve in curves)


def _ratio(first: float, second: float, error: tuple[float, ...], level: float) -> Contrast:
    if min(first, second) <= 0:
        none = float("nan")
        return Contrast(Estimate(none, none, none, level, "log"), none, none, none)
    spread = float(np.hypot(error[0] / first, error[1] / second))
    return contrast_of(float(np.log(second / first)), spread, level, "log", ratio=True)
