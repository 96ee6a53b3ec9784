"""Compiled loop over all pairs of log hazards, for Gönen and Heller's concordance."""

from __future__ import annotations

import math

from numba import njit

from jalon.core import Floats


@njit(cache=True, nogil=True)
def add_slope(row: Floats, other: Floats, scale: float, slope: Floats) -> None:
    """Add a pair's derivative in the coefficients.

    Args:
        row: shape (p,), covariates of one patient.
        other: shape (p,), of the other.
        scale: derivative in the difference of their log hazards.
        slope: shape (p,), changed in place.
    """
    for k in range(len(row)):
        slope[k] += scale * (row[k] - other[k])


@njit(cache=True, nogil=True)
def sum_pairs(
    log_hazard: Floats, x: Floats, width: float, smooth: Floats, slope: Floats
) -> tuple[float, float]:
    """Sum, over all pairs, the probability that the higher log hazard has the event first.

    Args:
        log_hazard: shape (n,), linear predictors.
        x: shape (n, p), covariates.
        width: bandwidth of the smoothed version.
        smooth: shape (n,), zeros; filled with each patient's sum of smoothed probabilities.
        slope: shape (p,), zeros; filled with the derivative of the smoothed sum.

    Returns:
        The sum over pairs, and the sum of squared smoothed probabilities.
    """
    total, squares, root = 0.0, 0.0, math.sqrt(2.0)
    for i in range(len(log_hazard)):
        for j in range(i):
            gap = log_hazard[i] - log_hazard[j]
            first = 1.0 / (1.0 + math.exp(-gap))
            side = 0.5 * math.erfc(-gap / width / root)
            bell = math.exp(-0.5 * (gap / width) ** 2) / math.sqrt(2.0 * math.pi) / width
            chance = side * first + (1.0 - side) * (1.0 - first)
            total += max(first, 1.0 - first)
            squares += chance * chance
            smooth[i] += chance
            smooth[j] += chance
            rate = (2.0 * first - 1.0) * bell + (2.0 * side - 1.0) * first * (1.0 - first)
            add_slope(x[i], x[j], rate, slope)
    return total, squares
