"""Compiled passes over columns: their mean and spread, and their rows put in order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers

MOST_MOVES = 6
"""Moves per row after which a sort by boxes is given up: the numbers are bunched."""

CHUNK = 8192
"""Rows summed apart, so that the sum does not depend on the number of workers."""


@njit(cache=True, nogil=True)
def sum_columns(x: Floats, weight: Floats, total: Floats, share: tuple[int, int]) -> None:
    """Sum the columns of a worker's share of the chunks, less the first row.

    Args:
        x: shape (n, p).
        weight: shape (n,), case weights; empty for ones.
        total: shape (chunks, 1 + p), filled with weights and weighted sums.
        share: number of the worker, and of workers.
    """
    n, p = x.shape
    for chunk in range(share[0], len(total), share[1]):
        row = np.zeros(1 + p)
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            one = weight[i] if len(weight) > 0 else 1.0
            row[0] += one
            for j in range(p):
                row[1 + j] += one * (x[i, j] - x[0, j])
        total[chunk] = row


@njit(cache=True, nogil=True)
def sum_squares(x: Floats, mean: Floats, total: Floats, share: tuple[int, int]) -> None:
    """Sum the squared distances from the mean in a worker's share of the chunks.

    Args:
        x: shape (n, p).
        mean: shape (p,).
        total: shape (chunks, p), filled.
        share: number of the worker, and of workers.
    """
    n, p = x.shape
    for chunk in range(share[0], len(total), share[1]):
        row = np.zeros(p)
        for i in range(chunk * CHUNK, min(n, (chunk + 1) * CHUNK)):
            for j in range(p):
                row[j] += (x[i, j] - mean[j]) ** 2
        total[chunk] = row


@njit(cache=True, nogil=True, error_model="numpy")
def take_standardised(
    x: Floats, rows: Integers, centre: tuple[Floats, Floats], out: Floats, share: tuple[int, int]
) -> None:
    """Take rows in a new order, each column centred and scaled.

    Args:
        x: shape (n, p).
        rows: shape (m,), which rows.
        centre: means and scales, each of shape (p,).
        out: shape (m, p), filled.
        share: number of the worker, and of workers.
    """
    mean, scale = centre
    m, p = out.shape
    for chunk in range(share[0], (m + CHUNK - 1) // CHUNK, share[1]):
        for i in range(chunk * CHUNK, min(m, (chunk + 1) * CHUNK)):
            row = rows[i]
            for j in range(p):
                out[i, j] = (x[row, j] - mean[j]) / scale[j]


@njit(cache=True, nogil=True)
def order_whole(values: npt.NDArray[np.uint16], span: int) -> Integers:
    """Return the rows in rising order of a whole number, rows of equal number keeping theirs.

    Args:
        values: shape (n,), from 0 to ``span`` - 1.
        span: how many values there may be.

    Returns:
        Shape (n,), row numbers.
    """
    place, order = np.zeros(span + 1, np.int64), np.empty(len(values), np.int64)
    for i in range(len(values)):
        place[values[i] + 1] += 1
    for value in range(span):
        place[value + 1] += place[value]
    for i in range(len(values)):
        order[place[values[i]]] = i
        place[values[i]] += 1
    return order


@njit(cache=True, nogil=True)
def order_spread(values: Floats) -> tuple[Integers, bool]:
    """Return the rows in rising order of a number, rows of equal number keeping theirs.

    Numbers are thrown into as many equal boxes as there are rows, in which next to nothing is
    left to sort unless they are bunched.

    Args:
        values: shape (n,), finite, at least one.

    Returns:
        Shape (n,), row numbers; and whether they are in order: False when boxes were so full
        that it was given up.
    """
    n = len(values)
    order, sorted_values, box = np.empty(n, np.int64), np.empty(n), np.empty(n, np.int32)
    place, low, high = np.zeros(n + 1, np.int32), values[0], values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
    per_unit = (n - 1) / (high - low) if high > low else 0.0
    for i in range(n):
        # Bounded, because rounding may reach beyond the last box.
        box[i] = max(0, min(n - 1, int((values[i] - low) * per_unit)))
        place[box[i] + 1] += 1
    for k in range(n):
        place[k + 1] += place[k]
    for i in range(n):
        at = place[box[i]]
        order[at], sorted_values[at] = i, values[i]
        place[box[i]] += 1
    left = MOST_MOVES * n
    for i in range(1, n):
        value, row, at = sorted_values[i], order[i], i
        while at > 0 and sorted_values[at - 1] > value:
            sorted_values[at], order[at] = sorted_values[at - 1], order[at - 1]
            at -= 1
        sorted_values[at], order[at] = value, row
        left -= i - at
        if left < 0:
            return order, False
    return order, True
