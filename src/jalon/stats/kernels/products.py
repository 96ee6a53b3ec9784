"""Sums of weighted outer products, over short blocks that stay in the fastest cache."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats

BLOCK = 128


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def add_products(rows: Floats, weight: Floats, count: int, total: Floats) -> None:
    """Add weighted outer products to the lower triangle of a matrix.

    Args:
        rows: shape (p, BLOCK), one vector per column, the first ``count`` in use.
        weight: shape (BLOCK,), weight of each vector, of either sign.
        count: vectors in use.
        total: shape (p, p), changed in place.
    """
    scaled = np.empty(BLOCK)
    for j in range(rows.shape[0]):
        for i in range(count):
            scaled[i] = weight[i] * rows[j, i]
        for k in range(j + 1):
            product = 0.0
            for i in range(count):
                product += scaled[i] * rows[k, i]
            total[j, k] += product
