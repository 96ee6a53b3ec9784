"""Compiled writing of imputed values into the design that the next regression takes."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


@njit(cache=True, nogil=True)
def write_encoded(
    z: Floats,
    rows: Integers,
    columns: Integers,
    drawn: Floats,
    encoding: tuple[Floats, Floats, Floats],
) -> None:
    """Write values of one column of a table into its columns of the design.

    Args:
        z: shape (n, d), the design; changed.
        rows: shape (r,), row numbers.
        columns: shape (c,), columns of the design.
        drawn: shape (r,), the values, none missing.
        encoding: shape (c,) each: level indicated (NaN for the value itself), mean, and scale
            (0 for a column that is the same for everyone).
    """
    level, mean, scale = encoding
    for j in range(len(columns)):
        width = scale[j] if scale[j] > 0 else np.inf
        for i in range(len(rows)):
            shown = drawn[i]
            if not np.isnan(level[j]):
                shown = 1.0 if drawn[i] == level[j] else 0.0
            z[rows[i], columns[j]] = (shown - mean[j]) / width
