"""Sorting rows once, quickly where times are whole days and scores whole points."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers
from jalon.stats.kernels.columns import mix_keys, order_whole, settle_keys

FEW = 2**16
"""Whole numbers spanning less than this are sorted by counting, without comparisons."""

MOST_KEYS = 2**31
"""Rows whose numbers leave enough of a key to the values."""


def sort_rows(values: Floats | Integers) -> npt.NDArray[np.intp]:
    """Return the rows in rising order of a value, rows of equal value keeping their order.

    Args:
        values: shape (n,), finite.

    Returns:
        Shape (n,), row numbers.

    Example:
        >>> sort_rows(np.array([30.0, 10.0, 30.0, 20.0])).tolist()
        [1, 3, 0, 2]
    """
    if len(values) == 0:
        return np.empty(0, dtype=np.intp)
    lowest = values.min()
    if values.max() - lowest < FEW:
        short = (values - lowest).astype(np.uint16)
        if np.array_equal(short, values - lowest):
            span = int(short.max()) + 1
            # With many ties one count per value beats any sort.
            return order_whole(short, span) if len(short) > span else _sort(short)
    if values.dtype == np.float64 and len(values) < MOST_KEYS:
        order, settled = _sort_keys(values.astype(np.float64, copy=False))
        if settled:
            return order
    return _sort(values)


def _sort_keys(values: Floats) -> tuple[Integers, bool]:
    """Sort whole numbers that hold both value and row, which is faster than to sort rows."""
    bits = (len(values) - 1).bit_length()
    keys = mix_keys(values, bits)
    keys.sort()
    return settle_keys(keys, values, bits)


def _sort(values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    return np.argsort(values, kind="stable")
