"""Sums over many patients that need no second copy of their terms."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Bits


@njit(cache=True, nogil=True)
def add_points(points: Integers, bits: Bits) -> Integers:  # pragma: no cover - compiled
    """Return the total points of each patient, terms being (p, n)."""
    total = np.zeros(bits.shape[1], np.int64)
    for q in range(points.size):
        if points[q] != 0:
            for i in range(total.size):
                total[i] += points[q] * bits[q, i]
    return total


@njit(cache=True, nogil=True)
def weigh_terms(bits: Bits, weight: Floats) -> Floats:  # pragma: no cover - compiled
    """Return the summed weight of the patients who have each term."""
    sums = np.zeros(bits.shape[0])
    for q in range(sums.size):
        for i in range(weight.size):
            sums[q] += weight[i] * bits[q, i]
    return sums
