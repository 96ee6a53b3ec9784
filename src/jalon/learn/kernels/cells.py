"""Rows of one risk set that look alike to a support, put together into weighted cells."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground


@njit(cache=True, nogil=True)
def count_cells(ground: Ground, chosen: Integers) -> Floats:  # pragma: no cover - compiled
    """Return the weight of each pattern of the chosen terms in each risk set.

    Returns:
        Shape (sets, 2 ** s): of the rows that join with that set, not before.
    """
    counts = np.zeros((ground.deaths.size, 2**chosen.size))
    row, start = 0, -1
    for t in range(ground.deaths.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
        for i in range(row, ground.last[t]):
            pattern = 0
            for q in range(chosen.size):
                pattern |= ground.terms[chosen[q], i] << q
            counts[t, pattern] += ground.weight[i]
        row = ground.last[t]
    return counts
