"""Fits of the slow loss, each with a bound from below that holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.verify_loss import SlowLoss

WIDEST = 12.0
"""No coefficient of a score exceeds this: the search declares the same limit."""

TRACE = 1e-11
"""Added to the curvature so that it can be inverted; what it costs is taken off the bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The best coefficients on some terms.

    Attributes:
        floor: no coefficients within the limits give a lower loss.
        loss: at the coefficients.
        beta: shape (q,), the coefficients.
        bend: shape (q, q), curvature there.
        decrement: how far the fit is from stationary, in the metric of the curvature.
        reach: largest distance of two patients in the inverse metric.
    """

    floor: float
    loss: float
    beta: Floats
    bend: Floats
    decrement: float
    reach: float


def fit_terms(loss: SlowLoss, columns: Integers, start: Floats, limit: float = np.inf) -> Fit:
    """Minimise the loss on some terms, stopping when it cannot get below a limit.

    Newton's steps, each halved until the loss falls; coefficients at their limit that want to
    leave it are held there. The bound is the larger of two: that of a convex function over the
    box of coefficients, and that of a self-concordant one (Bach 2010, doi:10.1214/09-EJS521).

    Args:
        loss: the loss.
        columns: shape (q,), the terms.
        start: shape (q,), coefficients to start from.
        limit: what the floor must exceed to end the fit early.

    Returns:
        The fit.
    """
    beta, floor = np.clip(start, -WIDEST, WIDEST), -np.inf
    value, slope, bend = loss.measure(columns, beta)
    size = len(columns)
    while True:
        stuck = ((beta >= WIDEST) & (slope < 0)) | ((beta <= -WIDEST) & (slope > 0))
        pull = np.where(stuck, 0.0, slope)
        held = bend + TRACE * np.eye(size)
        inverse = np.linalg.inv(held)
        step2 = max(float(pull @ inverse @ pull), 0.0)
        reach = float(np.sqrt(np.abs(inverse).sum()))
        box = float((slope * beta + WIDEST * np.abs(slope)).sum())
        fall = min(fall_at_most(float(np.sqrt(step2)), reach), box)
        floor = max(floor, value - fall - 0.5 * TRACE * size * (2 * WIDEST) ** 2)
        found = Fit(floor, value, beta, bend, float(np.sqrt(step2)), reach)
        if floor > limit or step2 < 1e-14 or not size:
            return found
        free = ~stuck
        move = np.zeros(size)
        move[free] = -np.linalg.solve(held[np.ix_(free, free)], slope[free])
        move /= max(1.0, float(np.abs(move).max()) / 3.0)
        for halving in range(30):
            tried = np.clip(beta + move * 0.5**halving, -WIDEST, WIDEST)
            trial = loss.measure(columns, tried)
            if trial[0] < value:
                break
        else:
            return found
        beta, (value, slope, bend) = tried, trial


def fall_at_most(decrement: float, reach: float) -> float:
    """Bound how far a self-concordant loss can fall; infinite when nothing is known."""
    u = decrement * reach
    if u >= 1.0:
        return float("inf")
    if u < 1e-3:
        # The series u^2/2 + u^3/6 + u^4/12 + ... is below this.
        return decrement**2 * (0.5 + u / 6 + u**2 / 10)
    return float((u + (1 - u) * np.log1p(-u)) / reach**2)


def fit_scale(
    loss: SlowLoss, columns: Integers, points: Integers, limit: float = np.inf
) -> tuple[float, float]:
    """Return the lowest loss of whole points over all scales, and that scale.

    The loss is convex in the scale, so it lies above its tangents: a fit ends early, with the
    loss and the scale reached, when they show that it stays above ``limit``.
    """
    low, high = 0.0, WIDEST / float(np.abs(points).max())
    scale = min(0.3, high / 2)
    for _ in range(100):
        value, slope, bend = loss.measure(columns, (scale * points).astype(np.float64))
        along, across = float(points @ slope), float(points @ bend @ points)
        low, high = (low, scale) if along > 0 else (scale, high)
        after = scale - along / across if across > 1e-300 else np.inf
        after = after if low <= after <= high else (low + high) / 2
        above = value - abs(along) * (high - low) > limit
        if above or abs(after - scale) < 1e-9:
            break
        scale = after
    return value, scale
