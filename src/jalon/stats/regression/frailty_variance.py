"""The variance of a frailty: where its likelihood, or its moment equation, has its solution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, gammaln

from jalon.core import ConvergenceError
from jalon.stats.regression.frailty_hill import FrailtyHill, FrailtySpot, climb_frailty, invert

FIRST, LEAST, MOST, STRIDE = 0.3, 1e-4, 300.0, 4.0
"""Variance looked at first, the least that is not none, the most, and the step between them."""


def solve_variance(hill: FrailtyHill, none: float) -> FrailtySpot | None:
    """Find the variance of the frailty, and the top of the hill for it.

    Args:
        hill: the hill; a gamma frailty is fitted by its likelihood, a Gaussian one by the
            restricted likelihood's equation.
        none: log likelihood without frailty.

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

    theta = _cross(slope)
    if theta == 0:
        return None
    top = climb(theta)
    if hill.distribution == "gamma" and marginal_gamma(hill, top) < none:
        return None
    return top


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


def _cross(slope: Callable[[float], float]) -> float:
    """Find where a slope changes from upwards to downwards; 0 when it never is upwards."""
    here = FIRST
    up = slope(here) > 0
    while LEAST <= here <= MOST:
        there = here * STRIDE if up else max(here / STRIDE, LEAST / 2)
        if (slope(there) > 0) is not up:
            low, high = np.log(min(here, there)), np.log(max(here, there))
            return float(
                np.exp(brentq(lambda log: slope(float(np.exp(log))), low, high, xtol=1e-12))
            )
        here = there
    if up:
        raise ConvergenceError(_say_unbounded())
    return 0.0


def _say_unbounded() -> str:
    return (
        f"the variance of the frailty is beyond {MOST:g}: groups have all or no events. Merge "
        "groups, or make them strata"
    )
