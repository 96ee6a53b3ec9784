"""Profile-likelihood intervals: what each coefficient may be, the others following along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import null_space
from scipy.special import ndtri

from jalon.core import ConvergenceError, Estimate, Floats
from jalon.stats.arguments import require_choice
from jalon.stats.regression.cox_fit import ModelTest
from jalon.stats.regression.glm_family import LOGISTIC, POISSON
from jalon.stats.regression.glm_fit import GlmFit, take_ratios, take_test
from jalon.stats.regression.glm_rows import Basis, make_basis
from jalon.stats.regression.interpolation import read_backwards
from jalon.stats.regression.newton import Ascent, Objective, Point, climb
from jalon.stats.survival.interval import find_z

Search = Literal["exact", "interpolated"]

MAX_SEARCH = 100
CLOSE = 1e-11
"""Distance from the limit, in standard errors, at which the search ends."""


@dataclass(frozen=True, slots=True, eq=False)
class ProfileIntervals:
    """Intervals and tests of each coefficient by the likelihood.

    Attributes:
        names: shape (p,), "intercept" and the covariates in words.
        estimates: coefficients with profile intervals.
        ratios: their exponentials.
        tests: likelihood-ratio test that each coefficient is 0.
    """

    names: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    ratios: tuple[Estimate, ...]
    tests: tuple[ModelTest, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """The likelihood along one coefficient, all others at their best.

    Attributes:
        objective: the likelihood.
        way: shape (p,), the coefficient is ``way @ gamma``.
        free: shape (p, p - 1), directions that leave it unchanged.
        top: the maximum.
        error: the coefficient's standard error.
    """

    objective: Objective
    way: Floats
    free: Floats
    top: Point
    error: float


def profile_intervals(
    fit: GlmFit, level: float | None = None, search: Search = "exact"
) -> ProfileIntervals:
    """Give intervals that hold what the likelihood supports, also in small samples.

    Args:
        fit: a logistic or Poisson fit.
        level: coverage, 0 to 1; None for that of the fit.
        search: "exact" follows the likelihood to the limit; "interpolated" reads it off a
            spline through a few points, as R's ``confint`` does, and differs by up to a few
            thousandths of a standard error.

    Returns:
        Intervals of coefficients and ratios, and a test of each.

    Raises:
        ConvergenceError: a limit was not found.

    Reference:
        Venzon DJ, Moolgavkar SH (1988), doi:10.2307/2347496, equation 3; for the points and the
        spline Venables WN, Ripley BD (2002), doi:10.1007/978-0-387-21706-2, section 8.4.

    Example:
        >>> from jalon.stats.regression import fit_logistic
        >>> fit = fit_logistic([[1], [1], [0], [0]], [1, 0, 1, 0], weight=[6, 4, 2, 8])
        >>> ratio = profile_intervals(fit).ratios[1]
        >>> round(ratio.low, 2), round(ratio.high, 2)
        (0.91, 56.31)
    """
    require_choice(search, "search", Search)
    family = LOGISTIC if fit.family == "logistic" else POISSON
    basis = make_basis(fit.data)
    objective = Objective(family, basis.q, fit.data)
    gamma = np.asarray(np.linalg.solve(basis.back, fit.coefficients), dtype=np.float64)
    ridges = list_ridges(objective, basis, climb(objective, gamma).point, fit.standard_errors)
    coverage = fit.level if level is None else level
    find = find_limits if search == "exact" else _read_limits
    return make_intervals(fit.names, ridges, coverage, find)


def list_ridges(
    objective: Objective, basis: Basis, top: Point, errors: Floats
) -> tuple[Ridge, ...]:
    """Set up the likelihood along each coefficient.

    Args:
        objective: the likelihood.
        basis: its columns and the way back.
        top: its maximum.
        errors: shape (p,), standard errors of the coefficients.

    Returns:
        One ridge per coefficient.
    """
    return tuple(
        Ridge(objective, way, null_space(way[None, :] / np.abs(way).max()), top, float(error))
        for way, error in zip(basis.back, errors, strict=True)
    )


def make_intervals(
    names: tuple[str, ...],
    ridges: tuple[Ridge, ...],
    level: float,
    find: Callable[[Ridge, float], tuple[float, float]],
) -> ProfileIntervals:
    """Search the limits along each ridge, and test each coefficient.

    Args:
        names: shape (p,), "intercept" and the covariates in words.
        ridges: the likelihood along each coefficient.
        level: coverage, 0 to 1.
        find: gives the two limits of a ridge.

    Returns:
        Intervals and tests.

    Raises:
        ConvergenceError: a limit was not found.
    """
    estimates = []
    for ridge in ridges:
        low, high = find(ridge, level)
        estimates.append(Estimate(float(ridge.way @ ridge.top.gamma), low, high, level, "profile"))
    tests = tuple(
        take_test(2 * (ridge.top.value - follow(ridge, 0.0, ridge.top).point.value), 1)
        for ridge in ridges
    )
    return ProfileIntervals(names, tuple(estimates), take_ratios(tuple(estimates)), tests)


def follow(ridge: Ridge, value: float, near: Point) -> Ascent:
    """Maximise the likelihood while one coefficient is held.

    Args:
        ridge: the likelihood along that coefficient.
        value: what it is held at.
        near: where to start.

    Returns:
        Where the ascent arrived.

    Raises:
        ConvergenceError: it did not settle.
    """
    size = ridge.way @ ridge.way
    start = near.gamma + ridge.way * ((value - ridge.way @ near.gamma) / size)
    ascent = climb(ridge.objective, start, ridge.free)
    if not ascent.settled:
        raise ConvergenceError(
            "the profile of the likelihood was not found at some distance from the maximum; look "
            "for extreme values, or use the Wald intervals of the fit"
        )
    return ascent


def find_limits(ridge: Ridge, level: float) -> tuple[float, float]:
    """Search the values at which the likelihood has fallen by as much as the level allows.

    Args:
        ridge: the likelihood along a coefficient.
        level: coverage, 0 to 1.

    Returns:
        Lower and upper limit.
    """
    return _find_limit(ridge, level, -1.0), _find_limit(ridge, level, 1.0)


def _find_limit(ridge: Ridge, level: float, side: float) -> float:
    """Newton's method on the root of the deviance, kept between two known bounds."""
    aim = find_z(level)
    best = float(ridge.way @ ridge.top.gamma)
    inside, outside, distance, point = 0.0, np.inf, aim * ridge.error, ridge.top
    for _ in range(MAX_SEARCH):
        point = follow(ridge, best + side * distance, point).point
        root = float(np.sqrt(max(2 * (ridge.top.value - point.value), 0.0)))
        if abs(root - aim) <= CLOSE * aim:
            return best + side * distance
        if root < aim:
            inside = distance
        else:
            outside = distance
        distance = _guess(ridge, point, (root, aim, side), (distance, inside, outside))
        if np.isfinite(outside) and outside - inside <= 4e-16 * outside:
            return best + side * distance
    raise ConvergenceError(
        "a profile limit was not found; use the Wald intervals of the fit instead"
    )


def _guess(
    ridge: Ridge,
    point: Point,
    root: tuple[float, float, float],
    place: tuple[float, float, float],
) -> float:
    """Next distance: Newton's where it stays between the bounds, else between them."""
    (reached, aim, side), (distance, inside, outside) = root, place
    fall = -side * float(ridge.way @ point.gradient / (ridge.way @ ridge.way))
    guess = distance + (aim - reached) * reached / fall if fall > 0 else np.inf
    if not inside < guess < outside or guess > 4 * distance:
        return (inside + outside) / 2 if np.isfinite(outside) else 2 * distance
    return guess


def _read_limits(ridge: Ridge, level: float) -> tuple[float, float]:
    """Read the limits from points a fifth of a wide interval apart, up to nine on each side."""
    widest = float(-ndtri((1 - level) / 8))
    best = float(ridge.way @ ridge.top.gamma)
    roots, values = [0.0], [best]
    for side in (-1.0, 1.0):
        point, root, step = ridge.top, 0.0, 0
        while step < 9 and abs(root) < widest:
            step += 1
            value = best + side * step * widest / 5 * ridge.error
            point = follow(ridge, value, point).point
            root = side * float(np.sqrt(max(2 * (ridge.top.value - point.value), 0.0)))
            roots.append(root)
            values.append(value)
    aim = find_z(level)
    order = np.argsort(roots, kind="stable")
    low, high = read_backwards(
        np.array(values)[order], np.array(roots)[order], np.array([-aim, aim])
    )
    return float(low), float(high)
