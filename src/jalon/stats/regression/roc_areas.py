"""Areas under ROC curves of other patients, and parts of an area."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import stdtr, stdtrit

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats.comparison.contrast import Contrast
from jalon.stats.regression.roc import RocCurve


def compare_independent_areas(first: RocCurve, second: RocCurve) -> Contrast:
    """Test whether a risk discriminates better in one group of patients than in another.

    For two risks of the same patients use ``compare_areas``, which knows that they go together.

    Args:
        first: curve in the reference group.
        second: curve in the other group, other patients than those of ``first``.

    Returns:
        Second less first area, with the interval and p-value of Student's t with Welch's degrees
        of freedom, as R's ``pROC::roc.test(paired = FALSE)``; ``z`` is the t statistic.

    Raises:
        UnsuitableDataError: curves of different levels, or an error that is not known or 0 for
            both.

    Reference:
        DeLong ER, DeLong DM, Clarke-Pearson DL (1988), doi:10.2307/2531595, equations 2 to 5,
        for the errors; Welch BL (1947), doi:10.1093/biomet/34.1-2.28, for the degrees of
        freedom.

    Example:
        >>> from jalon.stats.regression import roc_curve
        >>> a = roc_curve([1, 4, 3, 2, 5, 6], [0, 0, 0, 1, 1, 1])
        >>> b = roc_curve([1, 2, 4, 3, 5, 6], [0, 0, 0, 1, 1, 1])
        >>> round(compare_independent_areas(a, b).estimate.value, 4)
        0.1111
    """
    level = first.area.level
    if level != second.area.level:
        raise UnsuitableDataError(
            f"the curves have levels {level:g} and {second.area.level:g}; give both the same"
        )
    squares = [curve.standard_error**2 for curve in (first, second)]
    if not 0 < sum(squares) < math.inf:
        raise UnsuitableDataError(
            "the errors of the areas are 0 or not known, so they cannot be compared; it takes "
            "two patients with and two without the outcome in each group"
        )
    sizes = [curve.cases + curve.controls for curve in (first, second)]
    df = sum(squares) ** 2 / sum(s**2 / (n - 1) for s, n in zip(squares, sizes, strict=True))
    change, error = second.area.value - first.area.value, math.sqrt(sum(squares))
    half = float(stdtrit(df, (1 + level) / 2)) * error
    estimate = Estimate(change, change - half, change + half, level, "DeLong")
    t = change / error
    return Contrast(estimate, error, t, float(2 * stdtr(df, -abs(t))))


def partial_area(curve: RocCurve, specificity: float, corrected: bool = False) -> float:
    """Give the area under the part of a ROC curve of a specificity that is high enough to be used.

    Args:
        curve: a ROC curve.
        specificity: the lowest specificity that matters, 0 to 1; the part reaches from it to 1.
        corrected: whether to stretch the area so that 1 is perfect and one half is chance
            (McClish), rather than to give it as it is, at most 1 less ``specificity``.

    Returns:
        The area.

    Raises:
        UnsuitableDataError: a specificity that is not at least 0 and below 1.

    Reference:
        McClish DK (1989), doi:10.1177/0272989X8900900307, equations 1 and 4.

    Example:
        >>> from jalon.stats.regression import roc_curve
        >>> partial_area(roc_curve([0.1, 0.4, 0.3, 0.8], [0, 0, 1, 1]), 0.5)
        0.25
    """
    if not 0 <= specificity < 1:
        raise UnsuitableDataError(
            f"specificity is {specificity:g}; give the lowest that matters, as 0.8"
        )
    alarms, hits = 1 - curve.specificity[::-1], curve.sensitivity[::-1]
    end = 1 - specificity
    inside = alarms <= end
    across, up = alarms[inside], hits[inside]
    if across[-1] < end:
        # The curve runs straight from its last point inside to its first outside.
        next_across, next_up = alarms[~inside][0], hits[~inside][0]
        share = (end - across[-1]) / (next_across - across[-1])
        across = np.append(across, end)
        up = np.append(up, up[-1] + share * (next_up - up[-1]))
    area = float(np.sum(np.diff(across) * (up[1:] + up[:-1]) / 2))
    if not corrected:
        return area
    chance = end**2 / 2
    return (1 + (area - chance) / (end - chance)) / 2
