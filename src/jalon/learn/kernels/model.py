"""Slope and curvature of the loss along many terms at once: the quadratic model of a node."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground

BLOCK = 512
"""Rows turned into numbers at a time, so that memory stays small whatever the data."""


@njit(cache=True, nogil=True)
def share_deaths(ground: Ground, risk: Floats) -> Floats:  # pragma: no cover - compiled
    """Return deaths / sum over the risk set, of each risk set."""
    share = np.empty(ground.deaths.size)
    sum0, rest0, row, start, fades = 0.0, 0.0, 0, -1, ground.tail.size > 0
    for t in range(share.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
            sum0, rest0 = 0.0, 0.0
            for i in range(start, ground.finish[t] if fades else start):
                rest0 += ground.tail[i] * risk[i]
        for i in range(row, ground.last[t]):
            sum0 += ground.weight[i] * risk[i]
        for i in range(row, ground.last[t] if fades else row):
            rest0 -= ground.tail[i] * risk[i]
        row = ground.last[t]
        share[t] = ground.deaths[t] / (sum0 + ground.fading[t] * rest0 if fades else sum0)
    return share


@njit(cache=True, nogil=True)
def expect_events(  # pragma: no cover - compiled
    ground: Ground, risk: Floats, share: Floats
) -> Floats:
    """Return the expected events of each row; of rows that leave, less than 0."""
    expected, total = np.zeros(ground.weight.size), 0.0
    for t in range(share.size - 1, -1, -1):
        if t == share.size - 1 or ground.first[t + 1] != ground.first[t]:
            total = 0.0
        total += share[t]
        inner = t > 0 and ground.first[t - 1] == ground.first[t]
        begin = ground.last[t - 1] if inner else ground.first[t]
        for i in range(begin, ground.last[t]):
            expected[i] = ground.weight[i] * risk[i] * total
    if ground.tail.size > 0:
        _expect_tails(ground, risk, share, expected)
    return expected


@njit(cache=True, nogil=True)
def _expect_tails(  # pragma: no cover - compiled
    ground: Ground, risk: Floats, share: Floats, expected: Floats
) -> None:
    total = 0.0
    for t in range(share.size):
        if t == 0 or ground.first[t - 1] != ground.first[t]:
            total = 0.0
        total += share[t] * ground.fading[t]
        inner = t + 1 < share.size and ground.first[t + 1] == ground.first[t]
        end = ground.last[t + 1] if inner else ground.finish[t]
        for i in range(ground.last[t], end):
            expected[i] += ground.tail[i] * risk[i] * total


@njit(cache=True, nogil=True)
def _add_squares(  # pragma: no cover - compiled
    ground: Ground, expected: Floats, columns: Integers, slope: Floats, bend: Floats
) -> None:
    """Add expected events x terms to the slope, and x products of terms to the curvature."""
    size, full = columns.size, 0
    z = np.zeros((BLOCK, size))
    for i in range(expected.size):
        if expected[i] == 0.0:
            continue
        root = np.sqrt(abs(expected[i]))
        for q in range(size):
            z[full, q] = root * ground.rows[i, columns[q]]
        side = root if expected[i] > 0.0 else -root
        for q in range(size):
            slope[q] += side * z[full, q]
        if expected[i] > 0.0:
            full += 1
        else:
            # A row that leaves (late entry) counts against.
            bend -= np.outer(z[full], z[full])
        if full == BLOCK:
            bend += z.T @ z
            full = 0
    bend += z[:full].T @ z[:full]


@njit(cache=True, nogil=True)
def _add_terms(  # pragma: no cover - compiled
    ground: Ground, part: Floats, columns: Integers, begin: int, end: int, sums: Floats
) -> None:
    for i in range(begin, end):
        held = part[i]
        if held != 0.0:
            for q in range(columns.size):
                sums[q] += held * ground.rows[i, columns[q]]


@njit(cache=True, nogil=True)
def _subtract_means(  # pragma: no cover - compiled
    ground: Ground, risk: Floats, share: Floats, columns: Integers, bend: Floats
) -> None:
    """Take from the curvature the square of the mean of each risk set."""
    size, kept, row, start = columns.size, 0, 0, -1
    mean, sums, rest = np.empty((BLOCK, size)), np.zeros(size), np.zeros(size)
    part, fades = ground.weight * risk, ground.tail.size > 0
    later = -ground.tail * risk if fades else ground.tail
    for t in range(share.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
            sums[:], rest[:] = 0.0, 0.0
            if fades:
                _add_terms(ground, -later, columns, start, ground.finish[t], rest)
        _add_terms(ground, part, columns, row, ground.last[t], sums)
        factor = share[t] / np.sqrt(ground.deaths[t])
        for q in range(size):
            mean[kept, q] = sums[q] * factor
        if fades:
            _add_terms(ground, later, columns, row, ground.last[t], rest)
            mean[kept] += rest * (ground.fading[t] * factor)
        row = ground.last[t]
        kept += 1
        if kept == BLOCK:
            bend -= mean.T @ mean
            kept = 0
    bend -= mean[:kept].T @ mean[:kept]


@njit(cache=True, nogil=True)
def model_node(  # pragma: no cover - compiled
    ground: Ground, risk: Floats, columns: Integers, beta: Floats
) -> tuple[Floats, Floats]:
    """Return slope and curvature of the penalised loss along terms, the first ones in use.

    Args:
        ground: rows and risk sets.
        risk: shape (m,), exp(predictor - a constant) of each row.
        columns: shape (q,), the terms; those in use come first.
        beta: shape (s,), coefficients of the terms in use.

    Returns:
        Slope (q,) and curvature (q, q).
    """
    size = columns.size
    slope, bend = np.zeros(size), np.zeros((size, size))
    share = share_deaths(ground, risk)
    _add_squares(ground, expect_events(ground, risk, share), columns, slope, bend)
    _subtract_means(ground, risk, share, columns, bend)
    for q in range(size):
        j = columns[q]
        value = beta[q] if q < beta.size else 0.0
        slope[q] += ground.ridge[j] * (value - ground.centre[j]) - ground.linear[j]
        bend[q, q] += ground.ridge[j]
    return slope, bend
