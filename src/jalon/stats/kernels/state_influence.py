"""Compiled walk over a multi-state history: probabilities of states, and who moves them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


class Spans(NamedTuple):
    """Spans of patients in states, placed on the rows of a time axis.

    Attributes:
        first: shape (n,), first row at which the span is at risk.
        last: shape (n,), last such row.
        state: shape (n,), state held.
        move: shape (n,), state entered at the last row, or -1.
        weight: shape (n,), case weights.
        patient: shape (n,), the patient, numbered from 0.
        order: shape (n,), spans by rising ``first``.
    """

    first: Integers
    last: Integers
    state: Integers
    move: Integers
    weight: Floats
    patient: Integers
    order: Integers


class Walk(NamedTuple):
    """What a walk finds, row by row.

    Attributes:
        at_risk: shape (m, s), weighted number in each state just before each time.
        moved: shape (m, s, s), weighted moves from one state (rows) to another at each time.
        value: shape (m, s), probability of each state.
        variance: shape (m, s), sum of squared influences of the patients.
        area: shape (2, s), time spent in each state up to the horizon, and its variance.
    """

    at_risk: Floats
    moved: Floats
    value: Floats
    variance: Floats
    area: Floats


@njit(cache=True, nogil=True)
def _gather(spans: Spans, active: Integers, row: int, at_risk: Floats, moved: Floats) -> None:
    for i in active:
        one = spans.weight[i]
        at_risk[spans.state[i]] += one
        if spans.last[i] == row and spans.move[i] >= 0:
            moved[spans.state[i], spans.move[i]] += one


@njit(cache=True, nogil=True)
def _carry(influence: Floats, at_risk: Floats, moved: Floats) -> None:
    """Multiply each patient's influence by the transition matrix of one time."""
    before, states = influence.copy(), len(at_risk)
    for j in range(states):
        gone = moved[j].sum()
        if gone == 0.0:
            continue
        for i in range(len(influence)):
            influence[i, j] -= before[i, j] * gone / at_risk[j]
        for k in range(states):
            if moved[j, k] > 0.0:
                for i in range(len(influence)):
                    influence[i, k] += before[i, j] * moved[j, k] / at_risk[j]


@njit(cache=True, nogil=True)
def _disturb(
    spans: Spans, active: Integers, row: int, now: tuple[Floats, Floats, Floats], influence: Floats
) -> None:
    """Add what each patient at risk does to the transition matrix of one time."""
    at_risk, moved, value = now
    for i in active:
        j = spans.state[i]
        gone = moved[j].sum()
        if gone == 0.0:
            continue
        share = spans.weight[i] * value[j] / at_risk[j]
        one = spans.patient[i]
        influence[one, j] += share * gone / at_risk[j]
        for k in range(len(at_risk)):
            influence[one, k] -= share * moved[j, k] / at_risk[j]
        if spans.last[i] == row and spans.move[i] >= 0:
            influence[one, j] -= share
            influence[one, spans.move[i]] += share


@njit(cache=True, nogil=True)
def _advance(at_risk: Floats, moved: Floats, value: Floats) -> None:
    before = value.copy()
    for j in range(len(value)):
        gone = moved[j].sum()
        if gone == 0.0:
            continue
        # By what stays, so that nothing is left where all leave.
        value[j] += before[j] * (at_risk[j] - gone) / at_risk[j] - before[j]
        for k in range(len(value)):
            value[k] += before[j] * moved[j, k] / at_risk[j]


@njit(cache=True, nogil=True)
def _drop_past(spans: Spans, active: Integers, row: int) -> int:
    """Close ranks over the spans that end at a row, and return how many are left."""
    left = 0
    for i in active:
        if spans.last[i] > row:
            active[left] = i
            left += 1
    return left


@njit(cache=True, nogil=True)
def walk_states(
    spans: Spans, time: Floats, initial: Floats, influence: Floats, reach: tuple[float, float]
) -> Walk:
    """Walk over the times, multiplying transition matrices and their derivatives.

    Args:
        spans: n spans.
        time: shape (m,), times of the rows.
        initial: shape (s,), probabilities before the first row.
        influence: shape (patients, s), influences on them, changed in place; with no row,
            variances are not computed.
        reach: time from which, and up to which, the time in each state is summed.

    Returns:
        Probabilities, variances and areas.
    """
    m, s, n = len(time), len(initial), len(spans.first)
    found = Walk(
        np.zeros((m, s)), np.zeros((m, s, s)), np.zeros((m, s)), np.zeros((m, s)), np.zeros((2, s))
    )
    value, pool, size, ahead, here = initial.copy(), np.empty(n, np.int64), 0, 0, reach[0]
    lived = np.zeros_like(influence)
    for row in range(m + 1):
        edge = max(here, min(time[row], reach[1])) if row < m else reach[1]
        if edge > here:
            found.area[0] += value * (edge - here)
            lived += influence * (edge - here)
            here = edge
        if row == m:
            break
        while ahead < n and spans.first[spans.order[ahead]] == row:
            pool[size] = spans.order[ahead]
            size, ahead = size + 1, ahead + 1
        active = pool[:size]
        at_risk, moved = found.at_risk[row], found.moved[row]
        _gather(spans, active, row, at_risk, moved)
        if moved.sum() > 0.0:
            if len(influence) > 0:
                _carry(influence, at_risk, moved)
                _disturb(spans, active, row, (at_risk, moved, value), influence)
            _advance(at_risk, moved, value)
        found.value[row] = value
        for k in range(s):
            found.variance[row, k] = (influence[:, k] ** 2).sum()
        size = _drop_past(spans, active, row)
    for k in range(s):
        found.area[1, k] = (lived[:, k] ** 2).sum()
    return found
