"""Compiled passes over columns: their mean and spread, and their rows put in order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers

MOST_MOVES = 6
"""Moves per row after which a sort by keys is given up: the numbers hardly differ."""

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
def mix_keys(values: Floats, bits: int) -> Integers:
    """Make whole numbers that rise with a number and end with its row.

    The bits of a floating-point number, read as a whole number, rise with it (those of a negative
    one once they are turned round). The last of them give way to the row.

    Args:
        values: shape (n,), finite.
        bits: how many the rows need.

    Returns:
        Shape (n,), keys.
    """
    keys, raw, last = np.empty(len(values), np.int64), values.view(np.int64), (1 << bits) - 1
    for i in range(len(values)):
        # Minus zero is zero.
        key = np.int64(0) if values[i] == 0 else raw[i]
        key ^= (key >> 63) & np.int64(0x7FFFFFFFFFFFFFFF)
        keys[i] = (key & ~last) | i
    return keys


@njit(cache=True, nogil=True)
def settle_keys(keys: Integers, values: Floats, bits: int) -> tuple[Integers, bool]:
    """Read the rows from sorted keys, and sort those that differ by the bits that gave way.

    Args:
        keys: shape (n,), as ``mix_keys`` makes them, rising.
        values: shape (n,), what they were made from.
        bits: how many the rows need.

    Returns:
        Shape (n,), row numbers in rising order of the values, rows of equal value keeping theirs;
        and whether they are in order: False when there was so much left to do that it was given
        up.
    """
    order, last, left = np.empty(len(keys), np.int64), (1 << bits) - 1, MOST_MOVES * len(keys)
    for k in range(len(keys)):
        row, at = keys[k] & last, k
        if k > 0 and keys[k] ^ keys[k - 1] <= last:
            while at > 0 and values[order[at - 1]] > values[row]:
                order[at] = order[at - 1]
                at -= 1
            left -= k - at
            if left < 0:
                return order, False
        order[at] = row
    return order, True
