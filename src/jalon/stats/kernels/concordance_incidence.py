"""Compiled loop: weighted pairs of those who have an event and those who have not, or had another.

A patient with the event is compared with those seen longer, and with those who had a competing
event before. Trees of weights over risk give each patient's pairs in O(n log n).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.stats.kernels.concordance import add_weight, sum_below


@njit(cache=True, nogil=True)
def count_incidence_pairs(
    time: Floats, case: Floats, other: Floats, rank: Integers, levels: int, pairs: Floats
) -> None:
    """Count the pairs of each patient, from either side.

    Args:
        time: shape (n,), ascending, ties exactly equal.
        case: shape (n,), 1 / G just before the event of those who had it in time, else 0.
        other: shape (n,), 1 / G just before a competing event, else 0.
        rank: shape (n,), dense rank of the risk, from 1.
        levels: largest rank.
        pairs: shape (n, 2), zeros, is filled with the weight of concordant pairs, ties half, and
            of all pairs; each pair is in the row of both its patients.
    """
    _count_longer(time, case, other, rank, levels, pairs)
    _count_cases_before(time, case, other, rank, levels, pairs)
    _count_others(time, case, other, rank, levels, pairs)
    _count_cases_after(time, case, other, rank, levels, pairs)


@njit(cache=True, nogil=True)
def _count_longer(
    time: Floats, case: Floats, other: Floats, rank: Integers, levels: int, pairs: Floats
) -> None:
    """Pairs with patients seen longer, the weight being that of the case squared."""
    n = len(time)
    tree, present, last = np.zeros(levels + 1), 0.0, n
    while last > 0:
        first = last - 1
        while first > 0 and time[first - 1] == time[last - 1]:
            first -= 1
        # Censored on the very day of an event means seen longer than it.
        for i in range(first, last):
            if case[i] == 0 and other[i] == 0:
                add_weight(tree, rank[i], 1.0)
                present += 1.0
        for i in range(first, last):
            if case[i] > 0:
                below = sum_below(tree, rank[i])
                tied = sum_below(tree, rank[i] + 1) - below
                pairs[i, 0] += case[i] ** 2 * (below + tied / 2)
                pairs[i, 1] += case[i] ** 2 * present
        for i in range(first, last):
            if case[i] > 0 or other[i] > 0:
                add_weight(tree, rank[i], 1.0)
                present += 1.0
        last = first


@njit(cache=True, nogil=True)
def _count_cases_before(
    time: Floats, case: Floats, other: Floats, rank: Integers, levels: int, pairs: Floats
) -> None:
    """The same pairs from the side of the patient seen longer."""
    n, first = len(time), 0
    tree, total = np.zeros(levels + 1), 0.0
    while first < n:
        last = first
        while last < n and time[last] == time[first]:
            last += 1
        for i in range(first, last):
            if case[i] > 0 or other[i] > 0:
                _ask(tree, rank[i], total, 1.0, pairs[i])
        for i in range(first, last):
            if case[i] > 0:
                add_weight(tree, rank[i], case[i] ** 2)
                total += case[i] ** 2
        for i in range(first, last):
            if case[i] == 0 and other[i] == 0:
                _ask(tree, rank[i], total, 1.0, pairs[i])
        first = last


@njit(cache=True, nogil=True)
def _count_others(
    time: Floats, case: Floats, other: Floats, rank: Integers, levels: int, pairs: Floats
) -> None:
    """Pairs with patients who had a competing event by then."""
    n, first = len(time), 0
    tree, total = np.zeros(levels + 1), 0.0
    while first < n:
        last = first
        while last < n and time[last] == time[first]:
            if other[last] > 0:
                add_weight(tree, rank[last], other[last])
                total += other[last]
            last += 1
        for i in range(first, last):
            if case[i] > 0:
                below = sum_below(tree, rank[i])
                tied = sum_below(tree, rank[i] + 1) - below
                pairs[i, 0] += case[i] * (below + tied / 2)
                pairs[i, 1] += case[i] * total
        first = last


@njit(cache=True, nogil=True)
def _count_cases_after(
    time: Floats, case: Floats, other: Floats, rank: Integers, levels: int, pairs: Floats
) -> None:
    """The same pairs from the side of those with the competing event."""
    tree, total, last = np.zeros(levels + 1), 0.0, len(time)
    while last > 0:
        first = last
        while first > 0 and time[first - 1] == time[last - 1]:
            first -= 1
            if case[first] > 0:
                add_weight(tree, rank[first], case[first])
                total += case[first]
        for i in range(first, last):
            if other[i] > 0:
                _ask(tree, rank[i], total, other[i], pairs[i])
        last = first


@njit(cache=True, nogil=True)
def _ask(tree: Floats, rank: int, total: float, weight: float, pairs: Floats) -> None:
    """Add the cases of higher risk, ties half, and all cases of a tree."""
    upto = sum_below(tree, rank + 1)
    tied = upto - sum_below(tree, rank)
    pairs[0] += weight * (total - upto + tied / 2)
    pairs[1] += weight * total
