"""Compiled loop: straight lines fitted to the neighbours of each point, and their errors."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats


@njit(cache=True, nogil=True)
def fit_local_lines(x: Floats, y: Floats, at: Floats, width: int) -> Floats:
    """Fit a line to the nearest neighbours of each place, nearer ones counting more.

    Args:
        x: shape (n,), ascending.
        y: shape (n,), heights.
        at: shape (m,), ascending places.
        width: neighbours of each place, 1 to n.

    Returns:
        Shape (m,), height of the line at its place; the mean of the neighbours where these stand
        at one place.
    """
    heights, left = np.empty(len(at)), 0
    for k in range(len(at)):
        left = _move(x, at[k], left, width)
        heights[k] = 0.0
        total, slope, middle = _weigh(x, at[k], left, width)
        for i in range(left, left + width):
            heights[k] += _pull(x, at[k], left, width, i, (total, slope, middle)) * y[i]
    return heights


@njit(cache=True, nogil=True)
def spread_local_lines(x: Floats, rest: Floats, at: Floats, width: int) -> Floats:
    """Sum the squared pulls of the points on each height, times their squared residuals.

    Args:
        x: shape (n,), ascending.
        rest: shape (n,), residuals.
        at: shape (m,), ascending places.
        width: neighbours of each place.

    Returns:
        Shape (m,), variances of the heights.
    """
    variance, left = np.zeros(len(at)), 0
    for k in range(len(at)):
        left = _move(x, at[k], left, width)
        parts = _weigh(x, at[k], left, width)
        for i in range(left, left + width):
            variance[k] += (_pull(x, at[k], left, width, i, parts) * rest[i]) ** 2
    return variance


@njit(cache=True, nogil=True)
def _move(x: Floats, place: float, left: int, width: int) -> int:
    """Give the first of the nearest neighbours."""
    while left + width < len(x) and place - x[left] > x[left + width] - place:
        left += 1
    return left


@njit(cache=True, nogil=True)
def _reach(x: Floats, place: float, left: int, width: int) -> float:
    return float(max(place - x[left], x[left + width - 1] - place))


@njit(cache=True, nogil=True)
def _tricube(distance: float, reach: float) -> float:
    if reach <= 0:
        return 1.0
    return max(1 - (distance / reach) ** 3, 0.0) ** 3


@njit(cache=True, nogil=True)
def _weigh(x: Floats, place: float, left: int, width: int) -> tuple[float, float, float]:
    """Give the sum of weights, their spread around the mean place, and that place."""
    reach, total, middle, spread = _reach(x, place, left, width), 0.0, 0.0, 0.0
    for i in range(left, left + width):
        weight = _tricube(abs(x[i] - place), reach)
        total += weight
        middle += weight * (x[i] - place)
    middle /= total
    for i in range(left, left + width):
        spread += _tricube(abs(x[i] - place), reach) * (x[i] - place - middle) ** 2
    return total, spread, middle


@njit(cache=True, nogil=True)
def _pull(
    x: Floats, place: float, left: int, width: int, i: int, parts: tuple[float, float, float]
) -> float:
    """Give how much the height of one point moves the height of the line."""
    total, spread, middle = parts
    reach = _reach(x, place, left, width)
    weight = _tricube(abs(x[i] - place), reach)
    if spread <= 1e-12 * total * reach**2:
        return float(weight / total)
    return float(weight * (1 / total - middle * (x[i] - place - middle) / spread))
