"""Compiled loop: least squares of pseudo-values on the scale log(-log(1 - risk))."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats
from jalon.stats.kernels.cholesky import factorise, solve

MOST_STEPS = 200
HALVINGS = 40
SETTLED = 1e-11
HIGHEST = 700.0
"""Where the exponential of the scale would overflow."""


@njit(cache=True, nogil=True, error_model="numpy")
def climb_pseudo(values: Floats, x: Floats, offset: Floats, start: Floats) -> tuple[Floats, bool]:
    """Find the coefficients that make the sum of squares least.

    Newton's steps, those of Gauss and Newton where the squares are not convex, halved until the
    squares do not rise.

    Args:
        values: shape (n,), pseudo-values.
        x: shape (n, p), covariates.
        offset: shape (n,), added to the linear predictor.
        start: shape (p,), where to start.

    Returns:
        Shape (p,), the coefficients, and whether they settled.
    """
    p = x.shape[1]
    fitted, step, floor = start.copy(), np.zeros(p), np.zeros(p)
    square, bent, factor = np.zeros((p, p)), np.zeros((p, p)), np.zeros((p, p))
    pull = np.zeros(p)
    for _ in range(MOST_STEPS):
        least = _gather(values, x, offset, fitted, (square, bent, pull))
        if factorise(bent, floor, factor) >= 0 and factorise(square, floor, factor) >= 0:
            break
        solve(factor, pull, step)
        moved, reached = _shorten(values, x, offset, (fitted, step), least)
        largest = 0.0
        for j in range(p):
            largest = max(largest, abs(step[j]) * np.sqrt(square[j, j]))
            fitted[j] += moved * step[j]
        if largest <= SETTLED * np.sqrt(max(reached, 1e-300)):
            return fitted, True
    return fitted, False


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(
    values: Floats, x: Floats, offset: Floats, fitted: Floats, sums: tuple[Floats, Floats, Floats]
) -> float:
    """Fill the matrices of Gauss and Newton and of Newton, and the pull; give the squares."""
    square, bent, pull = sums
    n, p = x.shape
    square[:], bent[:], pull[:], least = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        index = offset[i]
        for j in range(p):
            index += x[i, j] * fitted[j]
        index = min(index, HIGHEST)
        hazard = np.exp(index)
        rest, slope = values[i] + np.expm1(-hazard), np.exp(index - hazard)
        bend = slope * slope - slope * (1 - hazard) * rest
        least += rest * rest
        for j in range(p):
            pull[j] += slope * rest * x[i, j]
            for k in range(j + 1):
                product = x[i, j] * x[i, k]
                square[j, k] += slope * slope * product
                bent[j, k] += bend * product
    return least


@njit(cache=True, nogil=True, error_model="numpy")
def _shorten(
    values: Floats, x: Floats, offset: Floats, move: tuple[Floats, Floats], least: float
) -> tuple[float, float]:
    """Halve a step until the squares do not rise; give the share of it, and the squares."""
    fitted, step = move
    share = 1.0
    for _ in range(HALVINGS):
        reached = 0.0
        for i in range(x.shape[0]):
            index = offset[i]
            for j in range(x.shape[1]):
                index += x[i, j] * (fitted[j] + share * step[j])
            rest = values[i] + np.expm1(-np.exp(min(index, HIGHEST)))
            reached += rest * rest
        if reached <= least * (1 + 1e-14):
            return share, reached
        share /= 2
    return 0.0, least
