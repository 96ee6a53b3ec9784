"""Variances that are found as differences of larger sums."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats

REST = 1e-14


def find_root(variance: Floats, size: Floats) -> Floats:
    """Return the square root of a variance, 0 where it is only a rest of rounding.

    Args:
        variance: shape (m,), a difference of sums.
        size: shape (m,), magnitude of the sums.

    Returns:
        Shape (m,), standard errors.

    Example:
        >>> find_root(np.array([0.25, -1e-17]), np.array([1.0, 1.0])).tolist()
        [0.5, 0.0]
    """
    return np.sqrt(np.where(variance > REST * size, variance, 0.0))
