"""A weighted comparison of an outcome between the arms, with robust standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.propensity.arms import read_arms, read_column, read_weight

Contrast = Literal["difference", "ratio", "odds ratio"]
Mean = tuple[float, float]
"""A mean and its standard error."""


@dataclass(frozen=True, slots=True)
class ArmComparison:
    """An outcome in two weighted arms.

    Attributes:
        treated: mean (of a 0/1 outcome the risk) in the treated.
        control: mean in the controls.
        effect: difference, ratio or odds ratio of the two.
        std_error_treated: standard error of the mean of the treated.
        std_error_control: standard error of the mean of the controls.
        std_error: standard error of the effect; of its logarithm for a ratio.
        statistic: effect (or its logarithm) over its standard error.
        df: degrees of freedom, patients with a weight minus 2.
        p: two-sided p-value, by the t distribution.
        contrast: what the effect is.
    """

    treated: Estimate
    control: Estimate
    effect: Estimate
    std_error_treated: float
    std_error_control: float
    std_error: float
    statistic: float
    df: int
    p: float
    contrast: Contrast


def compare_arms(
    outcome: npt.ArrayLike,
    treated: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    contrast: Contrast = "difference",
    level: float = 0.95,
) -> ArmComparison:
    """Compare an outcome between treated and controls who are weighted or matched.

    Standard errors treat the weights as known, which after propensity weighting for all
    patients is on the safe side. For times to an event use ``fit_cox``
    and ``kaplan_meier`` with the weights, then ``robust_cox`` and ``variance="robust"``.

    Args:
        outcome: shape (n,), a number, or 0 and 1.
        treated: shape (n,), 1 treated, 0 control.
        weight: shape (n,), weights >= 0; None for one each.
        contrast: "difference" of means, "ratio" of means, or "odds ratio" of a 0/1 outcome.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Means, effect, robust standard errors and intervals.

    Raises:
        UnsuitableDataError: an arm without patients or weight, a missing value, fewer than 3
            patients, or means of which the contrast does not exist.

    Reference:
        Binder DA (1983), doi:10.2307/1402588, section 3, for a model with one indicator, as
        ``svyglm`` of the R package survey has it (with n / (n - 1)).

    Example:
        >>> found = compare_arms([1, 0, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], [1, 1, 2, 1, 1, 1])
        >>> found.effect.value
        0.75
    """
    arms = read_arms(treated)
    values = read_column(outcome, arms.size, "outcome")
    weights = read_weight(weight, arms)
    n = int(np.count_nonzero(weights))
    if n < 3 or not 0 < level < 1:
        raise UnsuitableDataError(f"{n} patients at level {level:g}; give 3 or more, and 0.95")
    one = _average(values[arms], weights[arms], n)
    other = _average(values[~arms], weights[~arms], n)
    return _report(one, other, (n - 2, level), _find_scale(contrast, values))


def _report(one: Mean, other: Mean, settings: tuple[int, float], scale: Contrast) -> ArmComparison:
    df, level = settings
    reach = float(stdtrit(df, (1 + level) / 2))
    (a, slope_a), (b, slope_b) = _transform(one[0], scale), _transform(other[0], scale)
    error = math.hypot(slope_a * one[1], slope_b * other[1])
    statistic = (a - b) / error if error > 0 else math.nan
    effect = _span(a - b, reach * error, level)
    if scale != "difference":
        value, low, high = (math.exp(part) for part in (effect.value, effect.low, effect.high))
        effect = Estimate(value, low, high, level, "robust")
    return ArmComparison(
        treated=_span(one[0], reach * one[1], level),
        control=_span(other[0], reach * other[1], level),
        effect=effect,
        std_error_treated=one[1],
        std_error_control=other[1],
        std_error=error,
        statistic=statistic,
        df=df,
        p=float(2 * stdtr(df, -abs(statistic))),
        contrast=scale,
    )


def _span(centre: float, half: float, level: float) -> Estimate:
    return Estimate(centre, centre - half, centre + half, level, "robust")


def _average(values: Floats, weight: Floats, n: int) -> Mean:
    share = weight / weight.sum()
    mean = float(share @ values)
    return mean, float(np.sqrt(n / (n - 1) * np.sum((share * (values - mean)) ** 2)))


def _find_scale(contrast: Contrast, values: Floats) -> Contrast:
    require_choice(contrast, "contrast", Contrast)
    if contrast == "odds ratio" and not np.all((values == 0) | (values == 1)):
        raise UnsuitableDataError("an odds ratio needs an outcome of 0 and 1; take the difference")
    return contrast


def _transform(mean: float, scale: Contrast) -> tuple[float, float]:
    """Return a mean on the scale of the contrast, and the slope of that scale."""
    if scale == "difference":
        return mean, 1.0
    if mean <= 0 or (scale == "odds ratio" and mean >= 1):
        raise UnsuitableDataError(
            f"the mean of one arm is at the end of its range, so the {scale} is infinite or zero; "
            "take the difference"
        )
    if scale == "ratio":
        return math.log(mean), 1 / mean
    return math.log(mean) - math.log1p(-mean), 1 / (mean * (1 - mean))
