"""Which censored patients glmnet 4.1 leaves out of a death of the same time.

It adds 100 machine epsilons to the times of the censored, so that they come after such deaths, and
orders patients by Singleton's quicksort (doi:10.1145/362875.362901), which does not keep the order
of ties. From time 256 on the addition is lost in rounding, and a censored patient whom the sort
puts before the death is not at risk at it.
"""

from __future__ import annotations

import numpy as np

SHORT = 10
"""Stretches up to this length, but for the first, are sorted by insertion."""


def find_left_out(time, dead):
    """Return the censored patients who are not at risk at a death of their own time."""
    moved = time + ~dead * 100 * np.finfo(np.float64).eps
    place = np.argsort(sort_by_parts(moved.tolist()))
    first = {}
    for i in np.flatnonzero(dead):
        first[moved[i]] = min(first.get(moved[i], len(time)), place[i])
    return [i for i in np.flatnonzero(~dead) if place[i] < first.get(moved[i], -1)]


def sort_by_parts(values):
    """Return the order that Singleton's quicksort gives."""
    order, waiting = list(range(len(values))), []
    i, j = 0, len(values) - 1
    while True:
        if j - i > SHORT or i == 0 < j:
            low, high = _part(order, values, i, j)
            if low - i <= j - high:
                waiting.append((high, j))
                j = low
            else:
                waiting.append((i, low))
                i = high
            continue
        if i > 0:
            _insert(order, values, i, j)
        if not waiting:
            return order
        i, j = waiting.pop()


def _part(order, values, i, j):
    middle = (i + j) // 2
    for other, wrong in ((i, 1), (j, -1), (i, 1)):
        if wrong * (values[order[other]] - values[order[middle]]) > 0:
            order[other], order[middle] = order[middle], order[other]
        elif other == j:
            break
    pivot, low, high = values[order[middle]], j, i
    while True:
        low -= 1
        while values[order[low]] > pivot:
            low -= 1
        high += 1
        while values[order[high]] < pivot:
            high += 1
        if high > low:
            return low, high
        order[low], order[high] = order[high], order[low]


def _insert(order, values, i, j):
    for end in range(i, j + 1):
        one, k = order[end], end - 1
        while values[one] < values[order[k]]:
            order[k + 1] = order[k]
            k -= 1
        order[k + 1] = one
