"""The variance of a frailty: where its likelihood, or its moment equation, has its solution."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import digamma, gammaln

from jalon.core import ConvergenceError
from jalon.stats.regression.frailty_hill import FrailtyHill, FrailtySpot, climb_frailty, invert

GRID = (1e-4, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Variances looked at first; below the least of them the frailty is taken to be none."""


def solve_variance(hill: FrailtyHill) -> FrailtySpot | None:
    """Find the variance of the frailty, and the top of the hill for it.

    Args:
        hill: the hill; a gamma frailty is fitted by its likelihood, a Gaussian one by the
            restricted likelihood's equation.

    Returns:
        The top; None where the variance is 0, as for groups that differ less than by chance.

    Raises:
        ConvergenceError: the variance has no bound.
    """
    tops: dict[float, FrailtySpot] = {}

    def climb(theta: float) -> FrailtySpot:
        if theta not in tops:
            near = min(tops, key=lambda other: abs(np.log(other / theta)), default=None)
            tops[theta] = climb_frailty(hill, theta, None if near is None else tops[near])
        return tops[theta]

    measure = slope_gamma if hill.distribution == "gamma" else balance_gaussian

    def slope(theta: float) -> float:
        return measure(hill, climb(theta))

    theta = _climb_gamma(hill, climb, slope) if hill.distribution == "gamma" else _cross(slope)
    return None if theta == 0 else climb(theta)


def marginal_gamma(hill: FrailtyHill, top: FrailtySpot) -> float:
    """Integrate a gamma frailty out of the likelihood.

    Args:
        hill: the hill.
        top: its top for one variance.

    Returns:
        The log of the partial likelihood that no longer depends on the groups' effects.

    Reference:
        Therneau T, Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, eq. 9.9.
    """
    d, theta = hill.events, top.theta
    if np.all(d == np.rint(d)):
        ladder = np.log1p(theta * np.arange(d.max() + 1))
        first = np.append(0.0, np.cumsum(ladder))[d.astype(np.int64)]
    else:
        first = gammaln(1 / theta + d) - gammaln(1 / theta) + d * np.log(theta)
    return top.value + float(np.sum(first - (1 / theta + d) * np.log1p(d * theta) + d))


def slope_gamma(hill: FrailtyHill, top: FrailtySpot) -> float:
    """Return the derivative of the integrated likelihood in the variance.

    Args:
        hill: the hill.
        top: its top for one variance.

    Returns:
        The derivative; effects and coefficients being at their top, only the variance moves.
    """
    d, theta = hill.events, top.theta
    if np.all(d == np.rint(d)):
        j = np.arange(d.max() + 1)
        first = np.append(0.0, np.cumsum(j / (1 + j * theta)))[d.astype(np.int64)]
    else:
        first = d / theta - (digamma(1 / theta + d) - digamma(1 / theta)) / theta**2
    apart = np.sum(np.expm1(top.effect) - top.effect) / theta**2
    return float(np.sum(first + (np.log1p(d * theta) - d * theta) / theta**2) + apart)


def balance_gaussian(hill: FrailtyHill, top: FrailtySpot) -> float:
    """Compare the spread of Gaussian effects, and their uncertainty, with the variance assumed.

    Args:
        hill: the hill.
        top: its top for one variance.

    Returns:
        Above 0 when the variance should be larger.
    """
    p = len(top.beta)
    spread = np.sum(top.effect**2) + np.diagonal(invert(hill, top))[p:].sum()
    return float(spread / len(top.effect) - top.theta) / top.theta**2


def _climb_gamma(
    hill: FrailtyHill, climb: Callable[[float], FrailtySpot], slope: Callable[[float], float]
) -> float:
    """Find the largest integrated likelihood, and refine it by its derivative."""
    heights = [marginal_gamma(hill, climb(theta)) for theta in GRID]
    best = int(np.argmax(heights))
    if best == len(GRID) - 1:
        raise ConvergenceError(_say_unbounded())
    if best == 0 and slope(GRID[0]) <= 0:
        return 0.0
    low, high = GRID[max(best - 1, 0)], GRID[best + 1]
    if not slope(low) > 0 > slope(high):
        found = minimize_scalar(
            lambda log: -marginal_gamma(hill, climb(float(np.exp(log)))),
            bounds=(np.log(low), np.log(high)),
            method="bounded",
            options={"xatol": 1e-5},
        )
        low, high = float(np.exp(found.x)) * 0.999, float(np.exp(found.x)) * 1.001
    return _refine(slope, low, high)


def _cross(slope: Callable[[float], float]) -> float:
    """Find the first variance at which an equation changes from too small to too large."""
    if slope(GRID[0]) <= 0:
        return 0.0
    for low, high in pairwise(GRID):
        if slope(high) <= 0:
            return _refine(slope, low, high)
    raise ConvergenceError(_say_unbounded())


def _refine(slope: Callable[[float], float], low: float, high: float) -> float:
    if not slope(low) * slope(high) <= 0:
        raise ConvergenceError(
            "the variance of the frailty was not found; its likelihood is flat. Give it a value"
        )
    return float(
        np.exp(brentq(lambda log: slope(float(np.exp(log))), np.log(low), np.log(high), xtol=1e-12))
    )


def _say_unbounded() -> str:
    return (
        f"the variance of the frailty is beyond {GRID[-1]:g}: groups have all or no events. Merge "
        "groups, or make them strata"
    )


