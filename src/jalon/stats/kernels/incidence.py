"""Compiled loop: the incidence of one cause by a time, and each patient's pull on it."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers

ROUNDING = 1e-13


@njit(cache=True, nogil=True)
def find_incidence(
    time: Floats, code: Integers, weight: Floats, horizon: float, pull: Floats
) -> tuple[float, float]:
    """Estimate an incidence (Aalen-Johansen; one less Kaplan-Meier when there is one cause).

    The pull of a patient is the derivative of the incidence by the patient's weight.

    Args:
        time: shape (n,), ascending, ties exactly equal.
        code: shape (n,), 0 censored, 1 event of interest, 2 another event.
        weight: shape (n,), above 0.
        horizon: time of interest; events at it count.
        pull: shape (n,), is filled.

    Returns:
        Incidence and share still free of any event.
    """
    n, start, at_risk = len(time), 0, weight.sum()
    free, incidence, lost_p, lost_b = 1.0, 0.0, 0.0, 0.0
    shift = np.zeros(n)
    while start < n and time[start] <= horizon:
        end, own, every, ended = _count_tied(time, code, weight, start)
        # Sums of weights leave a rest of rounding when all at risk have the event.
        stay = at_risk - every if at_risk - every > ROUNDING * at_risk else 0.0
        jump_own, jump_b = free / at_risk, 1.0 / stay if stay > 0 else 0.0
        incidence += jump_own * own
        free *= stay / at_risk
        lost_p += jump_own * own / at_risk + incidence * jump_b * every / at_risk
        lost_b += jump_b * every / at_risk
        for i in range(start, end):
            had, was_own = 1.0 * (code[i] > 0), 1.0 * (code[i] == 1)
            pull[i] = was_own * jump_own + had * incidence * jump_b - lost_p
            shift[i] = had * jump_b - lost_b
        at_risk -= ended
        start = end
    pull[:start] -= incidence * shift[:start]
    pull[start:] = incidence * lost_b - lost_p
    return incidence, free


@njit(cache=True, nogil=True)
def _count_tied(
    time: Floats, code: Integers, weight: Floats, start: int
) -> tuple[int, float, float, float]:
    """Count who ends at one time: next row, events of interest, any event, everyone."""
    end, own, every, ended = start, 0.0, 0.0, 0.0
    while end < len(time) and time[end] == time[start]:
        ended += weight[end]
        every += weight[end] * (code[end] > 0)
        own += weight[end] * (code[end] == 1)
        end += 1
    return end, own, every, ended
