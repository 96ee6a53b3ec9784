"""Recalibration: the same score, its risks moved to fit the patients at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import brier_score
from jalon.validate.calibration import ObservedExpected, observed_expected
from jalon.validate.calibration_pseudo import calibrate_smoothly
from jalon.validate.calibration_weak import WeakCalibration, calibrate_weakly, read_scale
from jalon.validate.pseudo_regression import fit_pseudo, take_back
from jalon.validate.risks import read_horizon

RecalibrationKind = Literal["none", "baseline", "slope", "both"]


@dataclass(frozen=True, slots=True, eq=False)
class Recalibrated:
    """Risks after recalibration, and how they then do among the same patients.

    Attributes:
        kind: "none" leaves them, "baseline" multiplies all hazards by one number, "slope" stretches
            differences around the mean, "both" does both.
        intercept: a of a + b log(-log(1 - risk)).
        slope: b.
        risk: shape (n,), the recalibrated risks.
        ratio: observed over expected with them.
        weak: intercept and slope with them.
        error_mean: mean distance from the smooth curve with them (ICI); NaN where there are too few
            different risks for a curve.
        brier: Brier score with them.
        accuracy: index of prediction accuracy with them.
    """

    kind: RecalibrationKind
    intercept: float
    slope: float
    risk: Floats
    ratio: ObservedExpected
    weak: WeakCalibration
    error_mean: float
    brier: Estimate
    accuracy: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Recalibration:
    """Risks as they were predicted, and three ways of moving them.

    The figures after recalibration are apparent: they are of the patients that it was made from.

    Attributes:
        none: as predicted.
        baseline: all hazards multiplied by one number.
        stretched: differences stretched around the mean.
        both: both.
    """

    none: Recalibrated
    baseline: Recalibrated
    stretched: Recalibrated
    both: Recalibrated


def recalibrate(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cause: int = 1,
    level: float = 0.95,
) -> Recalibration:
    """Move predicted risks to fit the patients at hand, and show what that would bring.

    The score keeps its order. On the scale log(-log(1 - risk)) the baseline is an intercept and
    the differences a slope; they are estimated by regression of pseudo-values.

    Args:
        risk: shape (n,), predicted probability of the event by ``horizon``, above 0 and below 1.
        data: outcomes of the same patients, without late entry or weights.
        horizon: time of interest, above 0, within follow-up.
        cause: the event code of interest.
        level: coverage of the intervals, 0 to 1.

    Returns:
        The risks as predicted and recalibrated in three ways, each with its figures.

    Raises:
        UnsuitableDataError: as ``calibrate_weakly``.
        ConvergenceError: the regression does not settle.

    Reference:
        Steyerberg EW and others (2004), doi:10.1002/sim.1844, methods 1 to 3; van Houwelingen HC
        (2000), doi:10.1002/1097-0258(20001230)19:24<3401::AID-SIM554>3.0.CO;2-2, section 4.

    Example:
        >>> rng = np.random.default_rng(3)
        >>> truth = rng.uniform(0.1, 0.9, 400)
        >>> time = rng.exponential(-1 / np.log(1 - truth))
        >>> data = SurvivalData(np.minimum(time, 2), (time <= 2).astype(int))
        >>> found = recalibrate(truth / 2, data, 1.0)
        >>> found.none.ratio.ratio.value > 1.5, abs(found.both.ratio.ratio.value - 1) < 0.02
        (True, True)
    """
    scale, values = read_scale(risk, data, horizon, cause)
    if np.ptp(scale) == 0:
        raise UnsuitableDataError("the predicted risk is the same for everyone; it has no slope")
    ones, middle = np.ones((len(scale), 1)), float(scale.mean())
    shift = float(fit_pseudo(values, ones, scale).coefficients[0])
    around = (scale - middle)[:, None]
    stretch = float(fit_pseudo(values, around, np.full(len(scale), middle)).coefficients[0])
    whole = fit_pseudo(values, np.column_stack([ones, scale]), np.zeros(len(scale))).coefficients
    lines: dict[RecalibrationKind, tuple[float, float]] = {
        "none": (0.0, 1.0),
        "baseline": (shift, 1.0),
        "slope": (middle * (1 - stretch), stretch),
        "both": (float(whole[0]), float(whole[1])),
    }
    found = [
        _judge(kind, line, scale, data, (read_horizon(horizon), cause, level))
        for kind, line in lines.items()
    ]
    return Recalibration(*found)


def _judge(
    kind: RecalibrationKind,
    line: tuple[float, float],
    scale: Floats,
    data: SurvivalData,
    settings: tuple[float, int, float],
) -> Recalibrated:
    horizon, cause, level = settings
    moved = np.clip(take_back(line[0] + line[1] * scale), 1e-12, 1 - 1e-12)
    brier = brier_score(moved, data, horizon, cause, level)
    try:
        distance = calibrate_smoothly(moved, data, horizon, cause).error_mean.value
    except UnsuitableDataError:
        distance = float("nan")
    return Recalibrated(
        kind=kind,
        intercept=line[0],
        slope=line[1],
        risk=moved,
        ratio=observed_expected(moved, data, horizon, cause, "influence", level),
        weak=calibrate_weakly(moved, data, horizon, cause, level),
        error_mean=distance,
        brier=brier.error.estimates[0],
        accuracy=brier.accuracy.estimates[0],
    )
