"""Compiled loops: accuracy at several times without its error, in one pass over the patients."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


@njit(cache=True, nogil=True)
def follow_censoring(
    time: Floats, event: Integers, order: Integers, times: Floats
) -> tuple[Floats, Floats, Integers]:
    """Estimate by Kaplan-Meier how probable it is to be still uncensored, events coming first.

    Args:
        time: shape (n,), ties exactly equal.
        event: shape (n,), event codes.
        order: shape (n,), rows by rising time.
        times: shape (m,), rising times of interest.

    Returns:
        G just before each patient's own time, shape (n,), and at each of ``times``, shape (m,);
        and how many of ``times`` come before each patient's own, shape (n,).
    """
    n, m = len(time), len(times)
    before, at, place = np.empty(n), np.empty(m), np.empty(n, dtype=np.int64)
    stay, first, j = 1.0, 0, 0
    while first < n:
        now = time[order[first]]
        while j < m and times[j] < now:
            at[j], j = stay, j + 1
        last, events = first, 0
        while last < n and time[order[last]] == now:
            row = order[last]
            before[row], place[row] = stay, j
            events += event[row] > 0
            last += 1
        left, lost = n - first - events, last - first - events
        if left > 0:
            stay *= (left - lost) / left
        first = last
    while j < m:
        at[j], j = stay, j + 1
    return before, at, place


@njit(cache=True, nogil=True)
def average_errors(
    event: Integers, weights: tuple[Floats, Floats, Integers], cause: int, risk: Floats
) -> tuple[Floats, int]:
    """Average the weighted squared errors at each time.

    Args:
        event: shape (n,), event codes.
        weights: as from ``follow_censoring``.
        cause: the code of the event of interest.
        risk: shape (n, m), predicted probabilities.

    Returns:
        Shape (m,), the Brier scores, NaN where a risk is; and how many risks are no
        probabilities.
    """
    before, at, place = weights
    n, m = risk.shape
    total, stay = np.zeros(m), 1 / at
    wrong = 0
    for i in range(n):
        own, weight = 0.0, 0.0
        if event[i] > 0:
            own, weight = 1.0 if event[i] == cause else 0.0, 1 / before[i]
        # One loop without a jump is twice as fast as one before and one after the own time.
        for j in range(m):
            free = j < place[i]
            chance = risk[i, j]
            # Counted here, because a second walk through a large table costs as much as the sums.
            wrong += (chance < 0) | (chance > 1)
            gap = chance - (0.0 if free else own)
            total[j] += (stay[j] if free else weight) * gap * gap
    return total / n, wrong


@njit(cache=True, nogil=True)
def compare_sides(
    event: Integers, weights: tuple[Floats, Floats, Integers], cause: int,
    order: Integers, score: Floats,
) -> Floats:  # fmt: skip
    """Compare those with the event with all others at each time.

    Args:
        event: shape (n,), event codes.
        weights: as from ``follow_censoring``.
        cause: the code of the event of interest.
        order: shape (n,), rows by rising score.
        score: shape (n,), the score.

    Returns:
        Shape (m,), areas under the curve; NaN where nobody is on one side.
    """
    before, at, place = weights
    n, m = len(event), len(at)
    hits, cases, seen, first = np.zeros(m), np.zeros(m), np.zeros(m), 0
    case, control, stay = np.zeros(m), np.zeros(m), 1 / at
    while first < n:
        last = first + 1
        while last < n and score[order[last]] == score[order[first]]:
            last += 1
        if last == first + 1:
            # Nobody shares the score, so that no pair is a tie.
            i = order[first]
            k = place[i]
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
            _sum_alike(event, weights, cause, order[first:last], (case, control))
            for j in range(m):
                hits[j] += case[j] * (seen[j] + control[j] / 2)
                cases[j] += case[j]
                seen[j] += control[j]
        first = last
    return hits / (cases * seen)


@njit(cache=True, nogil=True)
def _sum_alike(
    event: Integers, weights: tuple[Floats, Floats, Integers], cause: int,
    rows: Integers, sums: tuple[Floats, Floats],
) -> None:  # fmt: skip
    """Sum the weights of those with the event and of the others among patients of one score."""
    before, at, place = weights
    case, control = sums
    case[:], control[:] = 0.0, 0.0
    for i in rows:
        k = place[i]
        for j in range(k):
            control[j] += 1 / at[j]
        if event[i] > 0:
            side = case if event[i] == cause else control
            for j in range(k, len(at)):
                side[j] += 1 / before[i]
