"""Compiled loops of Cox regression on counts by time and pattern of covariates."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.stats.kernels.cox_ties import FEW, REPEATED, count_parts, list_products, sum_tied
from jalon.stats.kernels.products import BLOCK, add_products


@njit(cache=True, nogil=True)
def add_counts(time: Integers, pattern: Integers, weight: Floats, counts: Floats) -> None:
    """Count patients by time and pattern.

    Args:
        time: shape (n,), place of each patient's time.
        pattern: shape (n,), place of his pattern.
        weight: shape (n,), case weights; empty for ones.
        counts: shape (t, k), added to in place.
    """
    for i in range(len(time)):
        counts[time[i], pattern[i]] += weight[i] if len(weight) > 0 else 1.0


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def sum_patterns(counts: Floats, packed: Floats) -> Floats:
    """Sum over the patterns present at each time.

    Args:
        counts: shape (g, k), patients.
        packed: shape (1 + p, k), hazard and hazard-weighted covariates of each pattern.

    Returns:
        Shape (g, 1 + p).
    """
    g, k = counts.shape
    total = np.empty((g, len(packed)))
    for t in range(g):
        for j in range(len(packed)):
            one = 0.0
            for i in range(k):
                one += counts[t, i] * packed[j, i]
            total[t, j] = one
    return total


@njit(cache=True, nogil=True)
def expect_events(steps: Floats, risk: Floats, died: Floats) -> Floats:
    """Sum the hazard over time for each pattern, once per patient at risk.

    Args:
        steps: shape (4, g), as ``close_cells`` left them.
        risk: shape (g, k), patients at risk.
        died: shape (g, k), events.

    Returns:
        Shape (k,).
    """
    g, k = risk.shape
    total = np.zeros(k)
    for t in range(g):
        for i in range(k):
            total[i] += steps[0, t] * risk[t, i] - steps[3, t] * died[t, i]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def close_cells(
    risk: Floats, dead: Floats, deaths: Floats, efron: bool, found: tuple[Floats, Floats]
) -> tuple[float, Floats]:
    """Let those of each time die.

    Args:
        risk: shape (g, 1 + p), hazards and hazard-weighted covariates of those at risk.
        dead: shape (g, 1 + p), the same of the dying.
        deaths: shape (g,), how many die.
        efron: whether they leave the risk set one by one.
        found: steps, shape (4, g), hazard for those who stay, for those who die, variance of
            the hazard, and the hazard that the dying are spared; and drift, shape (g, p),
            hazard times mean covariates; both filled.

    Returns:
        Minus the log hazards of the risk sets, and minus the outer products of their means,
        lower triangle.
    """
    steps, drift = found
    g, p = drift.shape
    total, loglik, count = np.zeros((p, p)), 0.0, 0
    rows, minus, room = np.empty((p, BLOCK)), np.empty(BLOCK), np.empty((2 + FEW, 1 + p))
    for t in range(g):
        for j in range(p + 1):
            room[0, j], room[1, j] = risk[t, j], dead[t, j]
        parts = count_parts(REPEATED, 0, deaths[t]) if efron else 1
        share = deaths[t] / parts
        tied, hazard = sum_tied(parts, dead[t, 0] / risk[t, 0]), share / risk[t, 0]
        loglik -= deaths[t] * np.log(risk[t, 0]) + share * tied.logs
        steps[0, t], steps[1, t] = hazard * tied.stay, hazard * tied.leave
        steps[2, t] = hazard * tied.plain / risk[t, 0]
        steps[3, t] = hazard * (tied.stay - tied.leave)
        for j in range(p):
            mean = tied.plain * risk[t, 1 + j] - tied.once * dead[t, 1 + j]
            drift[t, j] = hazard * (mean / risk[t, 0])
        for k in range(list_products(parts, share, tied, room)):
            minus[count] = room[2 + k, 0]
            for j in range(p):
                rows[j, count] = room[2 + k, 1 + j]
            count += 1
            if count == BLOCK:
                add_products(rows, minus, count, total)
                count = 0
    add_products(rows, minus, count, total)
    return loglik, total
