"""Compiled loops that count who is seen when: one pass over the patients, ties joined.

Two ways in. Follow-up in whole days is counted straight into one row per day, without any
sorting. Other times are sorted once and counted into one row per distinct time.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


@njit(cache=True, nogil=True)
def find_last_day(time: Floats, limit: float) -> int:
    """Return the largest time when all are whole numbers up to a limit, otherwise -1.

    Args:
        time: shape (n,), times, at least 0.
        limit: largest time worth one row per day.

    Returns:
        The last day, or -1 when a time is not whole or lies beyond ``limit``.
    """
    last = 0.0
    for value in time:
        if value > limit or value != math.floor(value):
            return -1
        last = max(last, value)
    return int(last)


@njit(cache=True, nogil=True)
def count_days(time: Floats, label: Integers, weight: Floats, shape: tuple[int, int]) -> Floats:
    """Count patients by day and label.

    Args:
        time: shape (n,), whole days.
        label: shape (n,), what happened, 0 to ``shape[1]`` - 1.
        weight: shape (n,), case weights; empty for one each.
        shape: number of days and of labels.

    Returns:
        Table of ``shape``: row d holds day d.
    """
    counts = np.zeros(shape)
    if len(weight) == 0:
        for i in range(len(time)):
            counts[int(time[i]), label[i]] += 1.0
    else:
        for i in range(len(time)):
            counts[int(time[i]), label[i]] += weight[i]
    return counts


@njit(cache=True, nogil=True)
def average_distinct(time: Floats) -> float:
    """Average the distinct values of sorted times.

    Args:
        time: shape (n,), ascending, at least one.

    Returns:
        The mean, each distinct value counted once.
    """
    total, distinct = time[0], 1
    for i in range(1, len(time)):
        if time[i] != time[i - 1]:
            total += time[i]
            distinct += 1
    return float(total / distinct)


@njit(cache=True, nogil=True)
def find_starts(time: Floats, gap: float) -> Integers:
    """Return where each distinct time begins in sorted times.

    Args:
        time: shape (n,), ascending, at least one.
        gap: neighbours no further apart than this are one time.

    Returns:
        Shape (m,), index of the first row of each distinct time.
    """
    starts = np.empty(len(time), np.int64)
    starts[0], m = 0, 1
    for i in range(1, len(time)):
        if time[i] - time[i - 1] > gap:
            starts[m] = i
            m += 1
    return starts[:m].copy()


@njit(cache=True, nogil=True)
def count_sorted(
    order: Integers, starts: Integers, label: Integers, weight: Floats, labels: int
) -> Floats:
    """Count patients by distinct time and label.

    Args:
        order: shape (n,), rows of ``label`` and ``weight`` in order of time.
        starts: shape (m,), where each distinct time begins in ``order``.
        label: shape (n,), what happened, 0 to ``labels`` - 1.
        weight: shape (n,), case weights; empty for one each.
        labels: number of labels.

    Returns:
        Table of shape (m, labels).
    """
    m, n = len(starts), len(order)
    counts = np.zeros((m, labels))
    for j in range(m):
        end = starts[j + 1] if j + 1 < m else n
        for i in range(starts[j], end):
            row = order[i]
            counts[j, label[row]] += 1.0 if len(weight) == 0 else weight[row]
    return counts
