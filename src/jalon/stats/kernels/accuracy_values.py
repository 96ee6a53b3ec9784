"""Compiled loops: accuracy at several times without its error, in one pass over the patients."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


@njit(cache=True, nogil=True)
def follow_censoring(
    time: Floats, event: Integers, order: Integers, times: Floats
) -> tuple[Floats, Floats]:
    """Estimate by Kaplan-Meier how probable it is to be still uncensored, events coming first.

    Args:
        time: shape (n,), ties exactly equal.
        event: shape (n,), event codes.
        order: shape (n,), rows by rising time.
        times: shape (m,), rising times of interest.

    Returns:
        G just before each patient's own time, shape (n,), and at each of ``times``, shape (m,).
    """
    n, m = len(time), len(times)
    before, at = np.empty(n), np.empty(m)
    stay, first, j = 1.0, 0, 0
    while first < n:
        now = time[order[first]]
        while j < m and times[j] < now:
            at[j], j = stay, j + 1
        last, events = first, 0
        while last < n and time[order[last]] == now:
            before[order[last]] = stay
            events += event[order[last]] > 0
            last += 1
        left, lost = n - first - events, last - first - events
        if left > 0:
            stay *= (left - lost) / left
        first = last
    while j < m:
        at[j], j = stay, j + 1
    return before, at


@njit(cache=True, nogil=True)
def average_errors(
    time: Floats, event: Integers, weights: tuple[Floats, Floats], aim: tuple[Floats, int],
    risk: Floats,
) -> Floats:  # fmt: skip
    """Average the weighted squared errors at each time.

    Args:
        time: shape (n,).
        event: shape (n,), event codes.
        weights: G before each patient's time and at each time, as from ``follow_censoring``.
        aim: the times, and the code of the event of interest.
        risk: shape (n, m), predicted probabilities.

    Returns:
        Shape (m,), the Brier scores.
    """
    before, at = weights
    times, cause = aim
    total, m = np.zeros(len(times)), len(times)
    stay = 1 / at
    for i in range(len(time)):
        k = np.searchsorted(times, time[i])
        for j in range(k):
            total[j] += stay[j] * risk[i, j] * risk[i, j]
        if event[i] > 0:
            own, weight = 1.0 if event[i] == cause else 0.0, 1 / before[i]
            for j in range(k, m):
                total[j] += weight * (own - risk[i, j]) * (own - risk[i, j])
    return total / len(time)


@njit(cache=True, nogil=True)
def compare_sides(
    time: Floats, event: Integers, weights: tuple[Floats, Floats], aim: tuple[Floats, int],
    order: Integers, score: Floats,
) -> Floats:  # fmt: skip
    """Compare those with the event with all others at each time.

    Args:
        time: shape (n,).
        event: shape (n,), event codes.
        weights: G before each patient's time and at each time.
        aim: the times, and the code of the event of interest.
        order: shape (n,), rows by rising score.
        score: shape (n,), the score.

    Returns:
        Shape (m,), areas under the curve; NaN where nobody is on one side.
    """
    before, at = weights
    times, cause = aim
    n, m = len(time), len(times)
    hits, cases, seen, first = np.zeros(m), np.zeros(m), np.zeros(m), 0
    case, control, stay = np.zeros(m), np.zeros(m), 1 / at
    while first < n:
        last = first + 1
        while last < n and score[order[last]] == score[order[first]]:
            last += 1
        if last == first + 1:
            # Nobody shares the score, so that no pair is a tie.
            i = order[first]
            k = np.searchsorted(times, time[i])
            for j in range(k):
                seen[j] += stay[j]
            if event[i] > 0:
                weight = 1 / before[i]
                for j in range(k, m):
                    if event[i] == cause:
                        hits[j] += weight * seen[j]
                        cases[j] += weight
                    else:
                        seen[j] += weight
        else:
            _sum_alike(time, event, weights, aim, order[first:last], (case, control))
            for j in range(m):
                hits[j] += case[j] * (seen[j] + control[j] / 2)
                cases[j] += case[j]
                seen[j] += control[j]
        first = last
    return hits / (cases * seen)


@njit(cache=True, nogil=True)
def _sum_alike(
    time: Floats, event: Integers, weights: tuple[Floats, Floats], aim: tuple[Floats, int],
    rows: Integers, sums: tuple[Floats, Floats],
) -> None:  # fmt: skip
    """Sum the weights of those with the event and of the others among patients of one score."""
    before, at = weights
    times, cause = aim
    case, control = sums
    case[:], control[:] = 0.0, 0.0
    for i in rows:
        k = np.searchsorted(times, time[i])
        for j in range(k):
            control[j] += 1 / at[j]
        if event[i] > 0:
            side = case if event[i] == cause else control
            for j in range(k, len(times)):
                side[j] += 1 / before[i]
