"""The E-value: how strong an unmeasured confounder must be to explain an effect away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats.arguments import require_choice

RatioMeasure = Literal["risk ratio", "hazard ratio", "odds ratio"]


@dataclass(frozen=True, slots=True)
class EValue:
    """How robust an association is to confounding that was not measured.

    Attributes:
        risk_ratio: the estimate and its limits as (approximate) risk ratios.
        point: the smallest risk ratio that a confounder must have with both treatment and
            outcome to move the estimate to the null.
        limit: the same for the limit of the interval that is nearer the null; 1 when the
            interval holds the null.
    """

    risk_ratio: Estimate
    point: float
    limit: float


def e_value(
    estimate: Estimate,
    measure: RatioMeasure = "risk ratio",
    rare: bool = False,
    null: float = 1.0,
) -> EValue:
    """Say how strong unmeasured confounding must be to explain a ratio away.

    Args:
        estimate: the ratio with its interval; a limit that is unknown may be NaN.
        measure: what the ratio is.
        rare: whether the outcome happens, by the end of follow-up, to fewer than about 15 of
            100 patients. Hazard and odds ratios are then taken as risk ratios; otherwise
            approximated, by (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)) and sqrt(OR).
        null: the risk ratio to which the confounder would have to move the estimate.

    Returns:
        E-values of the estimate and of its nearer limit, at least 1.

    Raises:
        UnsuitableDataError: a ratio that is not above 0, or outside its own limits.

    Reference:
        VanderWeele and Ding (2017), doi:10.7326/M16-2607, table 2 (formulas) and the section
        "Calculating E-values for other effect measures".

    Example:
        >>> found = e_value(Estimate(3.9, 1.8, 8.7))
        >>> round(found.point, 2), round(found.limit, 2)
        (7.26, 3.0)
    """
    require_choice(measure, "measure", RatioMeasure)
    _check(estimate, null)
    parts = (estimate.value, estimate.low, estimate.high)
    value, low, high = (_as_risk_ratio(part, measure, rare) for part in parts)
    ratio = Estimate(value, low, high, estimate.level, estimate.method)
    return _report(ratio, null)


def e_value_of_difference(difference: float, std_error: float, level: float = 0.95) -> EValue:
    """Say how strong unmeasured confounding must be to explain a difference of means away.

    Args:
        difference: standardised difference of means (in standard deviations of the outcome).
        std_error: its standard error, >= 0.
        level: coverage of the limits as reported; the approximation is for 0.95 only.

    Returns:
        E-values on the scale of risk ratios.

    Raises:
        UnsuitableDataError: a number that is missing, a standard error below 0, or another
            level.

    Reference:
        VanderWeele and Ding (2017), doi:10.7326/M16-2607, table 2: RR about exp(0.91 d), limits
        exp(0.91 d -+ 1.78 SE).

    Example:
        >>> round(e_value_of_difference(0.5, 0.25).point, 3)
        2.529
    """
    if level != 0.95:
        raise UnsuitableDataError(f"level is {level:g}; the approximation exists for 0.95 only")
    if not (math.isfinite(difference) and 0 <= std_error < math.inf):
        raise UnsuitableDataError(
            "the difference must be a finite number and its standard error finite and >= 0"
        )
    if abs(difference) + 2 * std_error > 300:
        raise UnsuitableDataError(
            "the difference or its standard error is in the hundreds; give them in standard "
            "deviations of the outcome"
        )
    centre, half = 0.91 * difference, 1.78 * std_error
    ratio = Estimate(
        math.exp(centre), math.exp(centre - half), math.exp(centre + half), level, "approximate"
    )
    return _report(ratio, 1.0)


def _report(ratio: Estimate, null: float) -> EValue:
    # Confounding must first move the estimate across its nearer limit.
    nearer = ratio.low if ratio.value > null else ratio.high
    holds = (nearer <= null) if ratio.value > null else (nearer >= null)
    limit = 1.0 if holds or ratio.value == null else _threshold(nearer, null)
    return EValue(ratio, _threshold(ratio.value, null), limit)


def _threshold(ratio: float, null: float) -> float:
    bias = ratio / null if ratio > null else null / ratio
    return bias + math.sqrt(bias) * math.sqrt(bias - 1)


def _as_risk_ratio(ratio: float, measure: RatioMeasure, rare: bool) -> float:
    if rare or measure == "risk ratio":
        return ratio
    if measure == "odds ratio":
        return math.sqrt(ratio)
    if ratio == 0 or math.isinf(ratio):
        return ratio
    root = math.sqrt(ratio)
    # expm1 keeps digits where a root is close to 0.
    return math.expm1(-root * math.log(2)) / math.expm1(-math.log(2) / root)


def _check(estimate: Estimate, null: float) -> None:
    if not (0 < estimate.value < math.inf and 0 < null < math.inf):
        raise UnsuitableDataError("a ratio and its null must be above 0 and finite")
    if estimate.low < 0 or estimate.low > estimate.value or estimate.high < estimate.value:
        raise UnsuitableDataError("the limits of a ratio must be >= 0 and hold the ratio")
