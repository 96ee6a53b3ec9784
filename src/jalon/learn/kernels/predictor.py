"""The loss at given coefficients of many terms."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground
from jalon.learn.kernels.support import penalty


@njit(cache=True, nogil=True)
def weigh_loss(  # pragma: no cover - compiled
    ground: Ground, columns: Integers, beta: Floats
) -> tuple[float, Floats]:
    """Return the loss at coefficients of many terms, and exp(predictor - its maximum)."""
    risk = np.zeros(ground.weight.size)
    loss = penalty(ground, columns, beta)
    for q in range(columns.size):
        if beta[q] != 0.0:
            column = ground.terms[columns[q]]
            loss -= ground.linear[columns[q]] * beta[q]
            for i in range(risk.size):
                risk[i] += beta[q] * column[i]
    top = risk.max() if risk.size else 0.0
    died = 0.0
    for i in range(risk.size):
        risk[i] = np.exp(risk[i] - top)
    for t in range(ground.deaths.size):
        died += ground.deaths[t]
    return loss + _sum_logs(ground, risk) + died * top, risk


@njit(cache=True, nogil=True)
def _sum_logs(ground: Ground, risk: Floats) -> float:  # pragma: no cover - compiled
    """Return the sum of deaths x log(risk set)."""
    loss, sum0, rest0, row, start, fades = 0.0, 0.0, 0.0, 0, -1, ground.tail.size > 0
    for t in range(ground.deaths.size):
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
        loss += ground.deaths[t] * np.log(sum0 + fade * rest0)
    return loss
