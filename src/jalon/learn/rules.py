"""What a score may look like: which terms may join, stand together, and what they cost."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Integers
from jalon.learn.kernels.ground import Flags, Rules

SLACK = 1e-9
"""A budget is kept up to this much."""


@njit(cache=True, nogil=True)
def _held(rules: Rules, chosen: Integers) -> Integers:  # pragma: no cover - compiled
    """Return how many terms of each variable are in."""
    held = np.zeros(rules.charge.size, np.int64)
    for j in chosen:
        held[rules.variable[j]] += 1
    return held


@njit(cache=True, nogil=True)
def _spend(rules: Rules, held: Integers) -> tuple[int, float]:  # pragma: no cover - compiled
    """Return how many variables are in, and what measuring them takes."""
    count, spent = 0, 0.0
    for v in range(held.size):
        if held[v] > 0:
            count += 1
            spent += rules.outlay[v]
    return count, spent


@njit(cache=True, nogil=True)
def may_add(rules: Rules, chosen: Integers, further: Integers) -> Flags:  # pragma: no cover
    """Tell which further terms may join a support, shape (c,)."""
    held = _held(rules, chosen)
    count, spent = _spend(rules, held)
    free = np.zeros(further.size, np.bool_)
    for k in range(further.size):
        v = rules.variable[further[k]]
        allowed = held[v] < rules.max_terms
        if held[v] == 0:
            allowed &= count < rules.max_variables
            allowed &= spent + rules.outlay[v] <= rules.budget + SLACK
            for w in range(held.size):
                allowed &= held[w] == 0 or not rules.clash[w, v]
        for j in chosen:
            allowed &= j != further[k]
        free[k] = allowed
    return free


@njit(cache=True, nogil=True)
def may_pair(rules: Rules, chosen: Integers, further: Integers) -> Flags:  # pragma: no cover
    """Tell which two further terms may join a support together, shape (c, c)."""
    held = _held(rules, chosen)
    count, spent = _spend(rules, held)
    pair = np.zeros((further.size, further.size), np.bool_)
    for j in range(further.size):
        v = rules.variable[further[j]]
        for k in range(j):
            w = rules.variable[further[k]]
            allowed = True
            if v == w:
                allowed = held[v] + 2 <= rules.max_terms
            elif held[v] == 0 and held[w] == 0:
                allowed = count + 2 <= rules.max_variables and not rules.clash[v, w]
                dear = spent + rules.outlay[v] + rules.outlay[w] > rules.budget + SLACK
                allowed &= not dear
            pair[j, k] = pair[k, j] = allowed
    return pair


@njit(cache=True, nogil=True)
def may_complete(rules: Rules, chosen: Integers, further: Integers) -> bool:  # pragma: no cover
    """Tell whether a support has, or can still get, every required variable."""
    reached = _held(rules, chosen) + _held(rules, further)
    return not np.any(rules.required & (reached == 0))


@njit(cache=True, nogil=True)
def count_room(rules: Rules, chosen: Integers, further: Integers) -> int:  # pragma: no cover
    """Return how many of the further terms can join a support at most."""
    held, more = _held(rules, chosen), _held(rules, further)
    free = np.minimum(more, rules.max_terms - held)
    inside = held > 0
    fresh = np.sort(free[~inside])
    most = min(rules.max_variables - int(inside.sum()), fresh.size)
    room = free[inside].sum()
    for k in range(most):
        room += fresh[fresh.size - 1 - k]
    return int(room)


@njit(cache=True, nogil=True)
def price_support(rules: Rules, chosen: Integers) -> float:  # pragma: no cover - compiled
    """Return the price of the terms and the charges of the variables of a support."""
    held, price = _held(rules, chosen), rules.price * chosen.size
    for v in range(held.size):
        if held[v] > 0:
            price += rules.charge[v]
    return float(price)
