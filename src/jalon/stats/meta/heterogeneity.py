"""How much effects differ between studies or centres beyond chance."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri

from jalon.core import ConvergenceError, Floats, UnsuitableDataError

TauMethod = Literal["fixed", "REML", "DL", "ML", "PM", "HE", "SJ", "HS"]

MOST_STEPS = 1000
NEAR = 1e-6


def estimate_tau2(effect: Floats, variance: Floats, method: TauMethod) -> float:
    """Estimate the variance of the true effects.

    Args:
        effect: shape (k,), effects.
        variance: shape (k,), their squared standard errors.
        method: the estimator.

    Returns:
        The variance, at least 0.

    Raises:
        UnsuitableDataError: an unknown method.
        ConvergenceError: the likelihood has no maximum that could be found.
    """
    k, weight = len(effect), 1 / variance
    total = float(weight.sum())
    q = weigh_squares(0.0, effect, variance)
    if method == "fixed":
        return 0.0
    if method == "DL":
        tau2 = (q - (k - 1)) / (total - float(weight @ weight) / total)
    elif method == "HS":
        tau2 = (q - k) / total
    elif method == "HE":
        tau2 = _hedges(effect, variance)
    elif method == "SJ":
        tau2 = _sidik(effect, variance)
    elif method == "PM":
        tau2 = _solve(effect, variance, k - 1)
    elif method in ("ML", "REML"):
        tau2 = _climb(effect, variance, restricted=method == "REML")
    else:
        raise UnsuitableDataError(
            f"method {method!r} is not known; choose fixed, REML, DL, ML, PM, HE, SJ or HS"
        )
    return max(tau2, 0.0)


def bound_tau2(effect: Floats, variance: Floats, level: float) -> tuple[float, float]:
    """Give an interval of the variance of the true effects, by the Q profile.

    Args:
        effect: shape (k,), effects.
        variance: shape (k,), their squared standard errors.
        level: coverage, 0 to 1.

    Returns:
        Lower and upper limit; both 0 when the effects are more alike than chance would make
        them even if they were all the same.
    """
    df, tail = len(effect) - 1, (1 - level) / 2
    low = _solve(effect, variance, float(chdtri(df, tail)))
    return low, _solve(effect, variance, float(chdtri(df, 1 - tail)))


def weigh_squares(tau2: float, effect: Floats, variance: Floats) -> float:
    """Sum the squared distances from the pooled effect, weighted by precision.

    Args:
        tau2: variance of the true effects.
        effect: shape (k,), effects.
        variance: shape (k,), their squared standard errors.

    Returns:
        Cochran's Q when ``tau2`` is 0; it falls as ``tau2`` rises.
    """
    weight = 1 / (variance + tau2)
    mean = weight @ effect / weight.sum()
    return float(weight @ (effect - mean) ** 2)


def _hedges(effect: Floats, variance: Floats) -> float:
    return float(np.var(effect, ddof=1) - variance.mean())


def _sidik(effect: Floats, variance: Floats) -> float:
    start = float(np.var(effect))
    if start == 0:
        return 0.0
    return start * weigh_squares(start, effect, variance) / (len(effect) - 1)


def _solve(effect: Floats, variance: Floats, target: float) -> float:
    """Find where the weighted squares have fallen to a value; 0 when they start below it."""
    if weigh_squares(0.0, effect, variance) <= target:
        return 0.0
    end = float(np.sum((effect - effect.mean()) ** 2)) / target + float(variance.max())

    def gap(tau2: float) -> float:
        return weigh_squares(tau2, effect, variance) - target

    return float(brentq(gap, 0.0, end, xtol=1e-300, rtol=4 * np.finfo(float).eps, maxiter=1000))


def _climb(effect: Floats, variance: Floats, restricted: bool) -> float:
    """Fisher scoring from Hedges' estimate, steps halved until the likelihood rises."""
    tau2, least = max(_hedges(effect, variance), 0.0), float(variance.min())
    height = _likelihood(tau2, effect, variance, restricted)
    for _ in range(MOST_STEPS):
        slope, information = _score(tau2, effect, variance, restricted)
        step = max(tau2 + slope / information, 0.0) - tau2
        while (found := _likelihood(tau2 + step, effect, variance, restricted)) < height:
            if abs(step) <= NEAR * (tau2 + least):
                return _polish(tau2, effect, variance, restricted)
            step /= 2
        tau2, height = tau2 + step, found
        if abs(step) <= NEAR * (tau2 + least):
            return _polish(tau2, effect, variance, restricted)
    raise ConvergenceError(
        f"the variance between the {len(effect)} effects did not settle; use another method, as DL"
    )


def _polish(tau2: float, effect: Floats, variance: Floats, restricted: bool) -> float:
    """Find the place near by where the likelihood has no slope."""

    def slope(place: float) -> float:
        return _score(place, effect, variance, restricted)[0]

    reach = NEAR * (tau2 + float(variance.min()))
    low = high = tau2
    while low > 0 and slope(low) < 0:
        low, reach = max(low - reach, 0.0), 2 * reach
    while slope(high) > 0:
        high, reach = high + reach, 2 * reach
    if slope(low) <= 0:
        return low
    return float(brentq(slope, low, high, xtol=1e-300, rtol=4 * np.finfo(float).eps, maxiter=1000))


def _score(tau2: float, effect: Floats, variance: Floats, restricted: bool) -> tuple[float, float]:
    """Slope of twice the log likelihood and its expected information."""
    weight = 1 / (variance + tau2)
    total, squares, cubes = (float(np.sum(weight**power)) for power in (1, 2, 3))
    mean = weight @ effect / total
    slope, information = float(weight**2 @ (effect - mean) ** 2) - total, squares
    if restricted:
        slope += squares / total
        information += (squares / total) ** 2 - 2 * cubes / total
    return slope, information


def _likelihood(tau2: float, effect: Floats, variance: Floats, restricted: bool) -> float:
    weight = 1 / (variance + tau2)
    height = float(np.sum(np.log(weight))) - weigh_squares(tau2, effect, variance)
    return (height - math.log(float(weight.sum())) if restricted else height) / 2
