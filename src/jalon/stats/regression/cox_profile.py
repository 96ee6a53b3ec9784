"""Profile-likelihood intervals of hazard ratios: what each may be, the others following along."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import chdtrc

from jalon.core import ConvergenceError, Estimate, Floats
from jalon.stats.regression.cox_fit import CoxFit, ModelTest
from jalon.stats.regression.cox_hill import Hill, Spot, ascend, raise_hill
from jalon.stats.regression.profile import ProfileIntervals
from jalon.stats.survival.interval import find_z

MAX_SEARCH = 100
CLOSE = 1e-11
"""Distance from the limit, in standard errors, at which the search ends."""


def profile_cox(fit: CoxFit, level: float | None = None) -> ProfileIntervals:
    """Give intervals of hazard ratios that hold what the likelihood supports, with few events too.

    Wald intervals are symmetric on the log scale; where events are few the likelihood is not.

    Args:
        fit: a Cox fit with any kind of ties.
        level: coverage, 0 to 1; None for that of the fit.

    Returns:
        Intervals of coefficients and hazard ratios, and a likelihood-ratio test of each.

    Raises:
        ConvergenceError: a limit was not found.

    Reference:
        Venzon DJ, Moolgavkar SH (1988), doi:10.2307/2347496, equation 3.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data, ties="breslow")
        >>> ratio = profile_cox(fit).ratios[0]
        >>> round(ratio.low, 2), round(ratio.high, 1)
        (0.39, 97.1)
    """
    hill = raise_hill(fit.patients, fit.names, fit.ties)
    top = ascend(hill, fit.coefficients * hill.columns.scale)
    return make_profile(hill, top, fit.level if level is None else level)


def make_profile(hill: Hill, top: Spot, level: float) -> ProfileIntervals:
    """Search the limits of each coefficient, and test it.

    Args:
        hill: the likelihood.
        top: its summit.
        level: coverage, 0 to 1.

    Returns:
        Intervals and tests.

    Raises:
        ConvergenceError: a limit was not found.
    """
    estimates, tests = [], []
    for place, scale in enumerate(hill.columns.scale):
        low, high = (_find_limit(hill, top, place, side, level) for side in (-1.0, 1.0))
        value, low, high = (float(part / scale) for part in (top.beta[place], low, high))
        estimates.append(Estimate(value, low, high, level, "profile"))
        tests.append(assess_coefficient(hill, top, place))
    return ProfileIntervals(
        hill.columns.names,
        tuple(estimates),
        tuple(take_ratio(estimate) for estimate in estimates),
        tuple(tests),
    )


def assess_coefficient(hill: Hill, top: Spot, place: int) -> ModelTest:
    """Test by the likelihood ratio whether a coefficient is 0.

    Args:
        hill: the likelihood.
        top: its summit.
        place: which coefficient.

    Returns:
        The test, the others being at their best under either hypothesis.
    """
    beta = top.beta.copy()
    beta[place] = 0.0
    statistic = max(2 * (top.value - ascend(hill, beta, place, top.curvature).value), 0.0)
    return ModelTest(statistic, 1, float(chdtrc(1, statistic)))


def take_ratio(estimate: Estimate) -> Estimate:
    """Give the hazard ratio of a coefficient.

    Args:
        estimate: coefficient with its interval.

    Returns:
        Their exponentials.
    """
    with np.errstate(over="ignore"):
        value, low, high = np.exp([estimate.value, estimate.low, estimate.high]).tolist()
    return Estimate(value, low, high, estimate.level, estimate.method)


def _find_limit(hill: Hill, top: Spot, place: int, side: float, level: float) -> float:
    """Newton's method on the root of the deviance, kept between two known bounds."""
    aim, best = find_z(level), float(top.beta[place])
    error = math.sqrt(np.linalg.inv(top.curvature)[place, place])
    inside, outside, distance, spot = 0.0, math.inf, aim * error, top
    for _ in range(MAX_SEARCH):
        spot = _follow(hill, spot, place, best + side * distance)
        root = math.sqrt(max(2 * (top.value - spot.value), 0.0))
        if abs(root - aim) <= CLOSE * aim or outside - inside <= 4e-16 * distance:
            return best + side * distance
        if root < aim:
            inside = distance
        else:
            outside = distance
        fall = -side * float(spot.gradient[place])
        guess = distance + (aim - root) * root / fall if fall > 0 else math.inf
        if not inside < guess < outside or guess > 4 * distance:
            guess = (inside + outside) / 2 if math.isfinite(outside) else 2 * distance
        distance = guess
    raise ConvergenceError(
        f"the profile limit of {hill.columns.names[place]} was not found; use the Wald interval"
    )


def _follow(hill: Hill, near: Spot, place: int, value: float) -> Spot:
    """Maximise the likelihood while one coefficient is held, the others starting on the slope."""
    beta = _slide(near, place, value)
    beta[place] = value
    return ascend(hill, beta, place, near.curvature)


def _slide(near: Spot, place: int, value: float) -> Floats:
    beta = near.beta.copy()
    others = np.flatnonzero(np.arange(len(beta)) != place)
    if len(others):
        cross = near.curvature[others, place]
        lean = np.linalg.solve(near.curvature[np.ix_(others, others)], cross)
        beta[others] -= lean * (value - near.beta[place])
    return beta
