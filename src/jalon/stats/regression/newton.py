"""Newton's method for the likelihood of a generalised linear model, with Firth's penalty or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats
from jalon.stats.regression.glm_family import Family
from jalon.stats.regression.glm_rows import GlmData

MAX_STEPS = 40
MAX_STEPS_FIRTH = 400
LAST_DECREMENT = 1e-16
"""Squared step in standard errors, per unit of weight, after which nothing is gained."""

LAST_DECREMENT_FIRTH = 1e-22
"""Smaller, because steps under the penalty shrink by a share and are not squared."""

SLOW_DECREMENT, SLOW_RATIO = 1e-7, 0.05
"""Newton gaining this little, and still only by steady shares, is climbing towards infinity."""


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """A likelihood to be climbed.

    Attributes:
        family: distribution of the outcome.
        q: shape (n, k), columns of comparable spread.
        data: outcomes, weights and offset; its covariates are not read.
        firth: whether half the log determinant of the information is added.
    """

    family: Family
    q: Floats
    data: GlmData
    firth: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The likelihood at one place.

    Attributes:
        gamma: shape (k,), coefficients of the columns.
        eta: shape (n,), linear predictor.
        mean: shape (n,), expected outcomes.
        value: log likelihood, with its penalty.
        gradient: shape (k,), its first derivative.
        information: shape (k, k), of the likelihood without penalty.
        curvature: shape (k, k), of the likelihood with the penalty's shares held fixed.
    """

    gamma: Floats
    eta: Floats
    mean: Floats
    value: float
    gradient: Floats
    information: Floats
    curvature: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """Where Newton's method arrived.

    Attributes:
        point: the place.
        steps: steps taken.
        settled: whether the last step was too small to matter.
        slow: whether the last steps did not shrink as they do near a maximum.
    """

    point: Point
    steps: int
    settled: bool
    slow: bool


def evaluate(objective: Objective, gamma: Floats) -> Point:
    """Compute the likelihood and its slopes.

    Args:
        objective: the likelihood.
        gamma: shape (k,), coefficients of its columns.

    Returns:
        The place; its value is minus infinity where the information vanishes under a penalty.

    Reference:
        Firth D (1993), doi:10.1093/biomet/80.1.27, section 3.3.
    """
    family, q, data = objective.family, objective.q, objective.data
    eta = q @ gamma + data.offset
    mean = family.mean(eta)
    slope = family.variance(mean)
    value = float(data.weight @ family.log_likelihood(data.y, eta))
    rest = data.weight * (data.y - mean)
    information = (q.T * (data.weight * slope)) @ q
    if not objective.firth:
        return Point(gamma, eta, mean, value, q.T @ rest, information, information)
    sign, logarithm = np.linalg.slogdet(information)
    if sign <= 0:
        return Point(gamma, eta, mean, -np.inf, q.T @ rest, information, information)
    spread = np.einsum("ij,jk,ik->i", q, np.linalg.inv(information), q)
    leverage = data.weight * slope * spread
    gradient = q.T @ (rest + leverage * (0.5 - mean))
    curvature = (q.T * ((data.weight + leverage) * slope)) @ q
    return Point(gamma, eta, mean, value + logarithm / 2, gradient, information, curvature)


def climb(objective: Objective, start: Floats, free: Floats | None = None) -> Ascent:
    """Take Newton steps, halved where they overshoot, until the likelihood stands still.

    Args:
        objective: the likelihood.
        start: shape (k,), coefficients to start from.
        free: shape (k, j), directions in which they may move; None for all.

    Returns:
        Where it arrived, settled or not.
    """
    ways = np.eye(len(start)) if free is None else free
    most = MAX_STEPS_FIRTH if objective.firth else MAX_STEPS
    enough = LAST_DECREMENT_FIRTH if objective.firth else LAST_DECREMENT
    unit = float(objective.data.weight.mean())
    point, last, settled, slow, steps = evaluate(objective, start), np.inf, False, False, 0
    if ways.shape[1] == 0:
        return Ascent(point, 0, True, False)
    while steps < most and not settled:
        gradient = ways.T @ point.gradient
        step = _solve(ways.T @ point.curvature @ ways, gradient)
        if step is None:
            break
        decrement = float(gradient @ step)
        point = _advance(objective, point, ways @ step)
        slow |= SLOW_RATIO * last < decrement < SLOW_DECREMENT * unit
        last, settled, steps = decrement, decrement <= enough * unit, steps + 1
    return Ascent(point, steps, settled, slow or not settled)


def _solve(matrix: Floats, vector: Floats) -> Floats | None:
    try:
        step = np.asarray(np.linalg.solve(matrix, vector), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return step if np.all(np.isfinite(step)) else None


def _advance(objective: Objective, point: Point, step: Floats) -> Point:
    """Step, halving it while the likelihood falls by more than rounding."""
    least = point.value - 1e-12 * abs(point.value)
    for halving in range(30):
        ahead = evaluate(objective, point.gamma + 0.5**halving * step)
        if ahead.value >= least:
            return ahead
    return point
