"""Weak calibration: are predicted risks right on average, and spread as wide as the truth?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import ModelTest, pseudo_values
from jalon.stats.survival.interval import find_z
from jalon.validate.pseudo_regression import PseudoFit, cloglog, fit_pseudo
from jalon.validate.risks import read_horizon, read_level, read_risk


@dataclass(frozen=True, slots=True)
class WeakCalibration:
    """Intercept and slope of observed on predicted risks, on the scale log(-log(1 - risk)).

    Attributes:
        intercept: what must be added to each prediction, its slope staying 1; 0 is right, above 0
            the risks are too low.
        slope: by how much differences between predictions should be stretched; below 1 they are
            too large.
        together: intercept that goes with the slope.
        std_errors: standard errors of ``intercept`` and ``slope``.
        test: of both together, that nothing need be changed.
    """

    intercept: Estimate
    slope: Estimate
    together: Estimate
    std_errors: tuple[float, float]
    test: ModelTest


def calibrate_weakly(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cause: int = 1,
    level: float = 0.95,
) -> WeakCalibration:
    """Ask whether predicted risks at a time are right on average and not too extreme.

    Each patient's pseudo-value is regressed on the predicted risk, so that competing causes and
    any censoring that is unrelated to the risk are allowed, and no proportional hazards are
    needed.

    Args:
        risk: shape (n,), predicted probability of the event by ``horizon``, above 0 and below 1.
        data: outcomes of the same patients, without late entry or weights.
        horizon: time of interest, above 0, within follow-up.
        cause: the event code of interest.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Intercept and slope with robust Wald intervals.

    Raises:
        UnsuitableDataError: risks that are no probabilities, or 0 or 1, or all the same; late
            entry, weights, no event of the cause, or nobody followed that long.
        ConvergenceError: the regression does not settle.

    Reference:
        van Geloven N and others (2022), doi:10.1136/bmj-2021-069249, box "calibration"; Royston P
        (2015), doi:10.1177/1536867X1501500303, section 3.

    Example:
        >>> rng = np.random.default_rng(3)
        >>> risk = rng.uniform(0.1, 0.9, 400)
        >>> time = rng.exponential(-1 / np.log(1 - risk))
        >>> data = SurvivalData(np.minimum(time, 2), (time <= 2).astype(int))
        >>> found = calibrate_weakly(risk, data, 1.0)
        >>> found.slope.low < 1 < found.slope.high
        True
    """
    scale, values = read_scale(risk, data, horizon, cause)
    read_level(level)
    if np.ptp(scale) == 0:
        raise UnsuitableDataError("the predicted risk is the same for everyone; it has no slope")
    ones = np.ones((len(scale), 1))
    whole = fit_pseudo(values, ones, scale)
    both = fit_pseudo(values, np.column_stack([ones, scale]), scale)
    z = find_z(level)
    statistic = float(both.coefficients @ np.linalg.solve(both.covariance, both.coefficients))
    return WeakCalibration(
        intercept=_limit(whole, 0, z, level, 0.0),
        slope=_limit(both, 1, z, level, 1.0),
        together=_limit(both, 0, z, level, 0.0),
        std_errors=(float(whole.std_errors[0]), float(both.std_errors[1])),
        test=ModelTest(statistic, 2, float(chdtrc(2, statistic))),
    )


def read_scale(
    risk: npt.ArrayLike, data: SurvivalData, horizon: float, cause: int
) -> tuple[Floats, Floats]:
    """Put predicted risks on the scale log(-log(1 - risk)), beside the pseudo-values.

    Args:
        risk: shape (n,), predicted risks.
        data: outcomes of the same patients.
        horizon: time of interest.
        cause: the event code of interest.

    Returns:
        Shape (n,) each.

    Raises:
        UnsuitableDataError: as ``calibrate_weakly``.
    """
    time, chance = read_horizon(horizon), read_risk(risk, len(data))
    bad = int(np.sum((chance == 0) | (chance == 1)))
    if bad:
        raise UnsuitableDataError(
            f"{bad} of {chance.size} risks are exactly 0 or 1, which has no place on the scale "
            "log(-log(1 - risk)); leave these patients out or bound the risks"
        )
    return cloglog(chance), pseudo_values(data, time, cause)[:, 0]


def _limit(fit: PseudoFit, place: int, z: float, level: float, add: float) -> Estimate:
    value, half = float(fit.coefficients[place]) + add, z * float(fit.std_errors[place])
    return Estimate(value, value - half, value + half, level, "robust")
