"""Slope and curvature of the loss along many terms at once: the quadratic model of a node."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground

BLOCK = 512
"""Rows turned into numbers at a time, so that memory stays small whatever the data."""


@njit(cache=True, nogil=True)
def weigh_rows(ground: Ground, risk: Floats) -> tuple[Floats, Floats]:  # pragma: no cover
    """Return deaths / risk set of each risk set, and the expected events of each row."""
    sets = ground.deaths.size
    share, expected = np.empty(sets), np.zeros(ground.weight.size)
    sum0, rest0, row, start, fades = 0.0, 0.0, 0, -1, ground.tail.size > 0
    for t in range(sets):
        if ground.first[t] != start:
            start = row = ground.first[t]
            sum0, rest0 = 0.0, 0.0
            if fades:
                for i in range(start, ground.finish[t]):
                    rest0 += ground.tail[i] * risk[i]
        for i in range(row, ground.last[t]):
            sum0 += ground.weight[i] * risk[i]
            if fades:
                rest0 -= ground.tail[i] * risk[i]
        row = ground.last[t]
        fade = ground.fading[t] if fades else 0.0
        share[t] = ground.deaths[t] / (sum0 + fade * rest0)
    total = 0.0
    for t in range(sets - 1, -1, -1):
        if t == sets - 1 or ground.first[t + 1] != ground.first[t]:
            total = 0.0
        total += share[t]
        begin = ground.first[t]
        if t > 0 and ground.first[t - 1] == ground.first[t]:
            begin = ground.last[t - 1]
        for i in range(begin, ground.last[t]):
            expected[i] = ground.weight[i] * risk[i] * total
    if fades:
        _weigh_tails(ground, risk, share, expected)
    return share, expected


@njit(cache=True, nogil=True)
def _weigh_tails(  # pragma: no cover - compiled
    ground: Ground, risk: Floats, share: Floats, expected: Floats
) -> None:
    total = 0.0
    for t in range(share.size):
        if t == 0 or ground.first[t - 1] != ground.first[t]:
            total = 0.0
        total += share[t] * ground.fading[t]
        end = ground.finish[t]
        if t + 1 < share.size and ground.first[t + 1] == ground.first[t]:
            end = ground.last[t + 1]
        for i in range(ground.last[t], end):
            expected[i] += ground.tail[i] * risk[i] * total


@njit(cache=True, nogil=True)
def _sum_tails(  # pragma: no cover - compiled
    ground: Ground, risk: Floats, columns: Integers, t: int
) -> Floats:
    rest = np.zeros(columns.size)
    for i in range(ground.first[t], ground.finish[t]):
        part = ground.tail[i] * risk[i]
        if part != 0.0:
            for q in range(columns.size):
                rest[q] += part * ground.rows[i, columns[q]]
    return rest


@njit(cache=True, nogil=True)
def model_terms(  # pragma: no cover - compiled
    ground: Ground, risk: Floats, columns: Integers
) -> tuple[Floats, Floats]:
    """Return the slope (q,) and curvature (q, q) of the unpenalised loss along some terms.

    Args:
        ground: rows and risk sets.
        risk: shape (m,), exp(predictor - a constant) of each row.
        columns: shape (q,), the terms.

    Returns:
        Slope and curvature, the penalty not counted.
    """
    share, expected = weigh_rows(ground, risk)
    size, fades = columns.size, ground.tail.size > 0
    slope, bend = np.zeros(size), np.zeros((size, size))
    for q in range(size):
        slope[q] = -ground.linear[columns[q]]
    z, mean = np.empty((BLOCK, size)), np.empty((BLOCK, size))
    full, kept, t, start = 0, 0, 0, -1
    cum, rest = np.zeros(size), np.zeros(size)
    sets, done = share.size, 0
    while t < sets:
        if ground.first[t] != start:
            start = done = ground.first[t]
            cum[:] = 0.0
            if fades:
                rest[:] = _sum_tails(ground, risk, columns, t)
        end = min(ground.last[t], done + BLOCK - full)
        for i in range(done, end):
            part = ground.weight[i] * risk[i]
            for q in range(size):
                z[full, q] = ground.rows[i, columns[q]]
            for q in range(size):
                cum[q] += part * z[full, q]
            if fades:
                for q in range(size):
                    rest[q] -= ground.tail[i] * risk[i] * z[full, q]
            for q in range(size):
                slope[q] += expected[i] * z[full, q]
            # Rows that leave (late entry) have negative weight: scale one side only.
            z[full, :] *= np.sqrt(abs(expected[i]))
            if expected[i] < 0.0:
                _subtract(bend, z[full])
                z[full, :] = 0.0
            full += 1
        done = end
        if full == BLOCK:
            bend += z.T @ z
            full = 0
        if done == ground.last[t]:
            root = np.sqrt(ground.deaths[t])
            fade = share[t] / root
            for q in range(size):
                mean[kept, q] = cum[q] * fade
            if fades:
                for q in range(size):
                    mean[kept, q] += ground.fading[t] * rest[q] * fade
            kept += 1
            if kept == BLOCK:
                bend -= mean.T @ mean
                kept = 0
            t += 1
    if fades:
        _add_last_rows(ground, expected, columns, slope, bend)
    bend += z[:full].T @ z[:full]
    bend -= mean[:kept].T @ mean[:kept]
    return slope, bend


@njit(cache=True, nogil=True)
def _subtract(bend: Floats, z: Floats) -> None:  # pragma: no cover - compiled
    for q in range(z.size):
        if z[q] != 0.0:
            for r in range(z.size):
                bend[q, r] -= z[q] * z[r]


@njit(cache=True, nogil=True)
def _add_last_rows(  # pragma: no cover - compiled
    ground: Ground, expected: Floats, columns: Integers, slope: Floats, bend: Floats
) -> None:
    """Add the rows after the last risk set of a stratum, which only tails reach."""
    z = np.empty(columns.size)
    for t in range(ground.deaths.size):
        final = t + 1 == ground.deaths.size or ground.first[t + 1] != ground.first[t]
        if not final:
            continue
        for i in range(ground.last[t], ground.finish[t]):
            if expected[i] == 0.0:
                continue
            for q in range(columns.size):
                z[q] = ground.rows[i, columns[q]]
            for q in range(columns.size):
                slope[q] += expected[i] * z[q]
                for r in range(columns.size):
                    bend[q, r] += expected[i] * z[q] * z[r]


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
    slope, bend = model_terms(ground, risk, columns)
    for q in range(columns.size):
        j = columns[q]
        value = beta[q] if q < beta.size else 0.0
        slope[q] += ground.ridge[j] * (value - ground.centre[j])
        bend[q, q] += ground.ridge[j]
    return slope, bend
