"""Compiled search of donors for predictive mean matching."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


def match_donors(known: Floats, wanted: Floats, donors: int, uniform: Floats) -> Integers:
    """Pick for each patient one of the known patients whose predictions are nearest.

    Known patients of equal prediction form a block. Where the block that holds the last donor
    has more patients than donors are left, each of them is as likely as another, so that ties
    (frequent when all predictors have few levels) do not favour the first rows.

    Args:
        known: shape (r,), predictions of patients whose value is known.
        wanted: shape (t,), predictions of patients whose value is missing.
        donors: how many nearest patients to choose from, 1 to r.
        uniform: shape (t,), random numbers in [0, 1).

    Returns:
        Shape (t,), row numbers among the known.
    """
    order = np.argsort(known, kind="stable")
    return np.asarray(order[_pick(known[order], wanted, donors, uniform)])


@njit(cache=True, nogil=True)
def _pick(value: Floats, wanted: Floats, donors: int, uniform: Floats) -> Integers:
    """Pick places in the sorted predictions."""
    n = len(value)
    first, last = np.arange(n), np.arange(n)
    for i in range(1, n):
        if value[i] == value[i - 1]:
            first[i] = first[i - 1]
    for i in range(n - 2, -1, -1):
        if value[i] == value[i + 1]:
            last[i] = last[i + 1]
    chosen = np.empty(len(wanted), dtype=np.int64)
    for t in range(len(wanted)):
        drawn = uniform[t] * donors
        rank = min(int(drawn), donors - 1)
        right = _find(value, wanted[t])
        left = right - 1
        low, high = 0, 0
        while True:
            is_left = right >= n or (
                left >= 0 and wanted[t] - value[left] < value[right] - wanted[t]
            )
            if is_left:
                low, high = first[left], left
                left = low - 1
            else:
                low, high = right, last[right]
                right = high + 1
            size = high - low + 1
            if rank < size:
                break
            rank -= size
        part = drawn - np.floor(drawn)
        chosen[t] = low + min(int(part * size), size - 1)
    return chosen


@njit(cache=True, nogil=True)
def _find(value: Floats, wanted: float) -> int:
    """Return the first place that is not below what is wanted."""
    low, high = 0, len(value)
    while low < high:
        middle = (low + high) // 2
        if value[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low
