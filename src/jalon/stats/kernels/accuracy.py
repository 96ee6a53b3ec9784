"""Compiled loops over patients: who counts how much at a time, and how far off a prediction is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers

Flags = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def weigh_states(
    time: Floats, code: Integers, before: Floats, at: Floats, times: Floats, by: bool
) -> tuple[Floats, Floats, Floats, bool]:
    """Weigh each patient's state at each time by the censoring.

    Args:
        time: shape (n,), follow-up.
        code: shape (n,), 0 censored, 1 the event of interest, 2 another.
        before: shape (n,), G just before each patient's own time.
        at: shape (n, m) or (1, m), G at each time.
        times: shape (m,), the times.
        by: whether an event on the very day counts.

    Returns:
        Shape (m, n) each: weights of those with the event, with another, and still free; and
        whether any of them would have had to be divided by 0.
    """
    n, m = len(time), len(times)
    case, other, free = np.zeros((m, n)), np.zeros((m, n)), np.zeros((m, n))
    impossible = False
    for j in range(m):
        for i in range(n):
            ended = time[i] <= times[j] if by else time[i] < times[j]
            if ended:
                if before[i] <= 0:
                    impossible = True
                elif code[i] == 1:
                    case[j, i] = 1 / before[i]
                elif code[i] == 2:
                    other[j, i] = 1 / before[i]
            if time[i] > times[j]:
                stay = at[i, j] if len(at) > 1 else at[0, j]
                if stay <= 0:
                    impossible = True
                else:
                    free[j, i] = 1 / stay
    return case, other, free, impossible


@njit(cache=True, nogil=True)
def rate_brier(
    risk: Floats, case: Floats, other: Floats, free: Floats, influence: Floats, known: Floats
) -> tuple[float, float]:
    """Average the weighted squared errors at one time.

    Args:
        risk: shape (n,), predicted probabilities; (1,) for one that is the same for everyone.
        case: shape (n,), weights of those with the event.
        other: shape (n,), weights of those with another.
        free: shape (n,), weights of those still free.
        influence: shape (n,), is filled with each patient's pull.
        known: shape (n,), is filled with the errors of those whose event is known.

    Returns:
        The mean, and the sum of the errors of those still free.
    """
    n, total, alive = len(case), 0.0, 0.0
    same = len(risk) == 1
    for i in range(n):
        chance = risk[0] if same else risk[i]
        ended = case[i] * (1 - chance) ** 2 + other[i] * chance**2
        staying = free[i] * chance**2
        influence[i] = ended + staying
        known[i] = ended
        total += ended + staying
        alive += staying
    mean = total / n
    for i in range(n):
        influence[i] -= mean
    return mean, alive


@njit(cache=True, nogil=True)
def rate_auc(
    rank: Integers, levels: int, case: Floats, control: Floats, free: Floats, out: Floats
) -> tuple[float, float]:
    """Compare those with the event with the others at one time.

    Args:
        rank: shape (n,), dense ranks of the score, from 1.
        levels: the largest.
        case: shape (n,), weights of those with the event.
        control: shape (n,), weights of those that they are compared with.
        free: shape (n,), weights of those still free.
        out: shape (n, 2) in columns, is filled with each patient's pull, and with the part of
            it of those who are not still free.

    Returns:
        The area under the curve, and the sum of the pulls of those still free.
    """
    n = len(rank)
    cases, controls = np.zeros(levels + 1), np.zeros(levels + 1)
    for i in range(n):
        cases[rank[i]] += case[i]
        controls[rank[i]] += control[i]
    every, below, seen = cases.sum(), np.zeros(levels + 1), 0.0
    above, passed, hits = np.zeros(levels + 1), 0.0, 0.0
    for k in range(levels + 1):
        below[k] = seen + controls[k] / 2
        seen += controls[k]
        passed += cases[k]
        above[k] = every - passed + cases[k] / 2
        hits += cases[k] * below[k]
    area = hits / (every * seen)
    share, rest, alive = every / n, seen / n, 0.0
    for i in range(n):
        pair = case[i] * below[rank[i]] + control[i] * above[rank[i]]
        term = pair / n / (share * rest) - area * (case[i] / share + control[i] / rest)
        out[i, 0] = term
        out[i, 1] = 0.0 if free[i] > 0 else term
        alive += term if free[i] > 0 else 0.0
    return area, alive


@njit(cache=True, nogil=True)
def spread_lost(
    day: Integers, lost: Flags, known: Floats, alive: float, flow: Floats, influence: Floats
) -> None:
    """Share out among all patients the uncertainty of the censoring weights of some.

    Args:
        day: shape (n,), row of each patient's own time.
        lost: shape (n,), whether censored by the time of interest.
        known: shape (n,), the terms of those whose event is known.
        alive: the sum of the terms of those still free.
        flow: shape (k, 2), share at risk on each day, and hazard of censoring, 0 after the time.
        influence: shape (n,), is added to.
    """
    n, days = len(day), len(flow)
    terms = np.zeros(days)
    for i in range(n):
        terms[day[i]] += known[i]
    after, total = np.empty(days), alive
    for k in range(days - 1, -1, -1):
        # The weight of an event of this very day does not depend on its censorings.
        after[k] = total
        total += terms[k]
    drift, so_far = np.empty(days), 0.0
    for k in range(days):
        so_far += flow[k, 1] / flow[k, 0] * after[k]
        drift[k] = so_far
    for i in range(n):
        k = day[i]
        own = after[k] / flow[k, 0] if lost[i] else 0.0
        influence[i] += (own - drift[k]) / n
