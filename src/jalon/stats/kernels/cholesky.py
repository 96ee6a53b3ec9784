"""Cholesky factors of small matrices, inside compiled loops."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats


@njit(cache=True, nogil=True, error_model="numpy")
def factorise(matrix: Floats, floor: Floats, factor: Floats) -> int:
    """Factor a symmetric matrix by Cholesky.

    Args:
        matrix: shape (p, p), lower triangle.
        floor: shape (p,), smallest pivots allowed.
        factor: shape (p, p), filled, lower triangle.

    Returns:
        The first column whose pivot is too small, or -1.
    """
    for j in range(matrix.shape[0]):
        for k in range(j + 1):
            value = matrix[j, k]
            for i in range(k):
                value -= factor[j, i] * factor[k, i]
            if k < j:
                factor[j, k] = value / factor[k, k]
            elif value > floor[j]:
                factor[j, j] = np.sqrt(value)
            else:
                return j
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def solve(factor: Floats, right: Floats, result: Floats) -> None:
    """Solve a symmetric system from its Cholesky factor.

    Args:
        factor: shape (p, p), lower triangle.
        right: shape (p,), right-hand side.
        result: shape (p,), filled.
    """
    p = len(right)
    for j in range(p):
        value = right[j]
        for k in range(j):
            value -= factor[j, k] * result[k]
        result[j] = value / factor[j, j]
    for j in range(p - 1, -1, -1):
        value = result[j]
        for k in range(j + 1, p):
            value -= factor[k, j] * result[k]
        result[j] = value / factor[j, j]
