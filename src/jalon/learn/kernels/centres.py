"""The loss of whole points in each centre, and the scale at which the worst centre fares best."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground
from jalon.learn.kernels.support import LARGEST

HALVINGS = 60
"""Times that the interval of the scale is halved at most."""


@njit(cache=True, nogil=True)
def _add_levels(  # pragma: no cover - compiled
    weight: Floats, level: Integers, begin: int, end: int, power: Floats, sums: Floats
) -> None:
    for i in range(begin, end):
        part = weight[i] * power[level[i]]
        sums[0] += part
        sums[1] += part * level[i]


@njit(cache=True, nogil=True)
def _lose_along(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled
    ground: Ground,
    unit: Integers,
    level: Integers,
    height: int,
    line: Floats,
    scale: float,
    loss: Floats,
    slope: Floats,
) -> None:
    """Fill in the loss of each unit and its slope in the scale; levels are counted from 0."""
    fades = ground.tail.size > 0
    loss[:], slope[:] = -scale * line, -line
    power = np.exp(scale * (np.arange(height + 1) - float(height)))
    sums, rest, row, start = np.zeros(2), np.zeros(2), 0, -1
    for t in range(ground.deaths.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
            sums[:], rest[:] = 0.0, 0.0
            if fades:
                _add_levels(ground.tail, level, start, ground.finish[t], power, rest)
        _add_levels(ground.weight, level, row, ground.last[t], power, sums)
        at_risk, mean = sums[0], sums[1]
        if fades:
            _add_levels(-ground.tail, level, row, ground.last[t], power, rest)
            at_risk += ground.fading[t] * rest[0]
            mean += ground.fading[t] * rest[1]
        row = ground.last[t]
        u = unit[t]
        loss[u] += ground.deaths[t] * (np.log(at_risk) + scale * height)
        slope[u] += ground.deaths[t] * mean / at_risk


@njit(cache=True, nogil=True)
def weigh_worst(excess: Floats, cap: float) -> Floats:  # pragma: no cover - compiled
    """Return the weights, each at most ``cap`` and one in sum, that find the worst."""
    weight, left = np.zeros(excess.size), 1.0
    for u in np.argsort(-excess):
        weight[u] = min(cap, left)
        left -= weight[u]
        if left <= 0.0:
            break
    return weight


@njit(cache=True, nogil=True)
def fit_worst(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled
    ground: Ground,
    unit: Integers,
    total: Integers,
    line: Floats,
    rate: Floats,
    floor: Floats,
    cap: float,
    largest: int,
    limit: float,
) -> tuple[float, float]:
    """Find the scale at which the worst units lose least.

    Args:
        ground: rows and risk sets.
        unit: shape (s,), unit of each risk set.
        total: shape (m,), total points of each row.
        line: shape (u,), sum of the totals over the events of each unit.
        rate: shape (u,), factor of each unit's loss.
        floor: shape (u,), loss of each unit that counts as 0.
        cap: largest weight of a unit; 1 for the one worst.
        largest: largest number of points of a term.
        limit: values above this are of no interest.

    Returns:
        The value and the scale; the value is infinite once it is known to exceed the limit.
    """
    base = total.min()
    level, height = total - base, total.max() - base
    died = np.zeros(line.size)
    for t in range(ground.deaths.size):
        died[unit[t]] += ground.deaths[t]
    line = line - base * died
    loss, slope = np.empty(line.size), np.empty(line.size)
    low, high = 0.0, LARGEST / largest
    best, where, below = np.inf, 0.0, -np.inf
    scale = min(0.3, 0.5 * high)
    for _ in range(HALVINGS):
        _lose_along(ground, unit, level, height, line, scale, loss, slope)
        excess = rate * (loss - floor)
        weight = weigh_worst(excess, cap)
        value = np.dot(weight, excess)
        tilt = np.dot(weight, rate * slope)
        if value < best:
            best, where = value, scale
        if tilt > 0.0:
            high = scale
        else:
            low = scale
        # The value is convex in the scale: its tangent bounds the rest of the interval.
        below = max(below, value - abs(tilt) * (high - low))
        if below > limit:
            return np.inf, where
        if best - below < 1e-9:
            break
        scale = 0.5 * (low + high)
    return best, where
