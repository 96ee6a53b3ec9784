"""How many patients an external validation needs for precise figures, found by simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import concordance
from jalon.stats.survival.interval import find_z
from jalon.validate.calibration import calibration_slope, observed_expected

SIMULATED = 20_000
"""Patients of the simulated cohort; a number of patients is known to within about 2%."""


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedCohort:
    """What the patients of a validation study will be like, if the model is right.

    Attributes:
        risk: share who have the event by ``horizon``, 0 to 1.
        horizon: time at which risks are predicted, above 0, in any one unit.
        spread: standard deviation of the log hazard that the model predicts; see
            ``spread_from_concordance``. Or shape (k,), log hazards of patients like them.
        follow_up: time at which everyone's follow-up ends, at least ``horizon``.
        lost: share lost to follow-up by ``horizon``, at a constant rate, 0 to 1.
        shape: of a Weibull baseline hazard; 1 for a constant one.
    """

    risk: float
    horizon: float
    spread: float | npt.ArrayLike
    follow_up: float
    lost: float = 0.0
    shape: float = 1.0


@dataclass(frozen=True, slots=True)
class PrecisionTargets:
    """Widths of 95% intervals that a validation study is to reach; infinite for any width.

    Attributes:
        ratio: of observed over expected events, on the log scale.
        slope: of the calibration slope.
        concordance: of Harrell's C.
    """

    ratio: float = 0.2
    slope: float = 0.2
    concordance: float = 0.1


@dataclass(frozen=True, slots=True)
class ValidationSize:
    """How many patients a validation needs for each figure.

    Attributes:
        for_ratio: patients for observed over expected.
        for_slope: patients for the calibration slope.
        for_concordance: patients for Harrell's C.
        patients: the largest of the three.
        events: events among them, at any time.
        concordance: the C that is to be expected.
    """

    for_ratio: int
    for_slope: int
    for_concordance: int
    patients: int
    events: float
    concordance: float


def size_validation(
    expected: ExpectedCohort,
    rng: np.random.Generator,
    targets: PrecisionTargets | None = None,
) -> ValidationSize:
    """Say how many patients it takes to judge a prognostic model precisely.

    One large cohort is drawn for which the model is right, and judged. The width of an interval
    shrinks with the square root of the number of patients, which gives the number for each target.

    Args:
        expected: what the patients will be like.
        rng: the source of chance.
        targets: widths of intervals to be reached; None for the usual ones.

    Returns:
        The number for each figure, and the largest.

    Raises:
        UnsuitableDataError: a number out of its range.

    Reference:
        Riley RD and others (2022), doi:10.1002/sim.9275, section 3, who repeat small cohorts until
        one number of patients fits and take the slope from pseudo-observations at one time; here
        it is the slope of a Cox model, over all times.

    Example:
        >>> expected = ExpectedCohort(risk=0.4, horizon=24, spread=0.8, follow_up=36)
        >>> found = size_validation(expected, np.random.default_rng(1))
        >>> found.patients == max(found.for_ratio, found.for_slope, found.for_concordance)
        True
    """
    _require(expected)
    risk, index, data = draw_expected(expected, rng)
    want = targets or PrecisionTargets()
    ratio = observed_expected(risk, data, expected.horizon).ratio
    logged = Estimate(0.0, math.log(ratio.low), math.log(ratio.high), ratio.level)
    rank = concordance(index, data).estimate
    for_ratio = _count(logged, want.ratio)
    for_slope = _count(calibration_slope(index, data), want.slope)
    for_concordance = _count(rank, want.concordance)
    patients = max(for_ratio, for_slope, for_concordance)
    events = patients * float(np.mean(data.event))
    return ValidationSize(for_ratio, for_slope, for_concordance, patients, events, rank.value)


def draw_expected(
    expected: ExpectedCohort, rng: np.random.Generator
) -> tuple[Floats, Floats, SurvivalData]:
    """Draw a large cohort for which a model is right.

    Args:
        expected: what its patients are like.
        rng: the source of chance.

    Returns:
        Predicted risk at the time of interest, log hazard, and outcome of each patient.
    """
    spread = np.asarray(expected.spread, dtype=np.float64)
    if spread.ndim:
        index = rng.choice(spread - spread.mean(), SIMULATED)
    else:
        index = float(spread) * rng.standard_normal(SIMULATED)

    def excess(log_rate: float) -> float:
        return float(np.mean(-np.expm1(-np.exp(log_rate + index)))) - expected.risk

    # Cumulative hazard at the time of interest for a log hazard of 0.
    base = brentq(excess, -40.0, 40.0)
    cumulative = np.exp(base + index)
    time = expected.horizon * (rng.exponential(size=SIMULATED) / cumulative) ** (1 / expected.shape)
    rate = -math.log1p(-expected.lost) / expected.horizon
    gone = rng.exponential(size=SIMULATED) / rate if rate else np.full(SIMULATED, np.inf)
    stop = np.minimum(gone, expected.follow_up)
    data = SurvivalData(np.minimum(time, stop), (time <= stop).astype(np.int64))
    return -np.expm1(-cumulative), index, data


def spread_from_concordance(concordance: float) -> float:
    """Give the standard deviation of a normal log hazard that goes with a C.

    Args:
        concordance: C of a proportional hazards model without censoring, above 0.5 and below 1.

    Returns:
        The standard deviation.

    Raises:
        UnsuitableDataError: a C out of this range.

    Reference:
        Gönen M, Heller G (2005), doi:10.1093/biomet/92.4.965, equation 3: a pair whose log hazards
        differ by d is in the right order with probability 1 / (1 + exp(-abs(d))).

    Example:
        >>> round(spread_from_concordance(0.7), 3)
        0.841
    """
    if not 0.5 < concordance < 0.99:
        raise UnsuitableDataError(f"C is {concordance:g}; give one above 0.5 and below 0.99")
    nodes, weight = np.polynomial.hermite_e.hermegauss(200)
    weight = weight / weight.sum()

    def excess(spread: float) -> float:
        return float(weight @ expit(math.sqrt(2) * spread * np.abs(nodes))) - concordance

    return float(brentq(excess, 1e-9, 60.0))


def _count(estimate: Estimate, width: float) -> int:
    """Patients at which the interval is so wide; intervals of 95%."""
    if not width > 0:
        raise UnsuitableDataError(f"an interval is to be {width:g} wide; give a number above 0")
    seen = (estimate.high - estimate.low) * find_z(0.95) / find_z(estimate.level)
    return math.ceil(SIMULATED * (seen / width) ** 2)


def _require(expected: ExpectedCohort) -> None:
    spread = np.asarray(expected.spread, dtype=np.float64)
    if not (np.all(np.isfinite(spread)) and spread.size and np.ptp(np.append(spread, 0.0)) > 0):
        raise UnsuitableDataError("spread must be above 0, or log hazards that differ")
    if spread.ndim == 0 and spread < 0:
        raise UnsuitableDataError(f"spread is {float(spread):g}; give a number above 0")
    if not 0 < expected.risk < 1 or not 0 <= expected.lost < 1:
        raise UnsuitableDataError(
            f"risk {expected.risk:g} and share lost {expected.lost:g} must be between 0 and 1"
        )
    if not (expected.horizon > 0 and expected.shape > 0 and math.isfinite(expected.follow_up)):
        raise UnsuitableDataError("horizon, shape and follow_up must be numbers above 0")
    if expected.follow_up < expected.horizon:
        raise UnsuitableDataError(
            f"follow-up ends at {expected.follow_up:g}, before {expected.horizon:g}; nothing could "
            "be seen by then"
        )
