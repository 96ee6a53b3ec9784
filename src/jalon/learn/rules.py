"""What a score may look like: which terms may join, stand together, and what they cost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Rules

Mask = npt.NDArray[np.bool_]


def _held(rules: Rules, chosen: Integers) -> Integers:
    return np.bincount(rules.variable[chosen], minlength=len(rules.charge))


def may_add(rules: Rules, chosen: Integers, further: Integers) -> Mask:
    """Tell which further terms may join a support, shape (c,)."""
    held = _held(rules, chosen)
    variable = rules.variable[further]
    inside = held > 0
    fresh = (
        (np.count_nonzero(inside) < rules.max_variables)
        & (rules.outlay[inside].sum() + rules.outlay[variable] <= rules.budget + 1e-9)
        & ~rules.clash[inside][:, variable].any(axis=0)
    )
    room = held[variable] < rules.max_terms
    free: Mask = room & (inside[variable] | fresh) & ~np.isin(further, chosen)
    return free


def may_pair(rules: Rules, chosen: Integers, further: Integers) -> Mask:
    """Tell which two further terms may join a support together, shape (c, c)."""
    held = _held(rules, chosen)
    inside = held > 0
    variable = rules.variable[further]
    same = variable[:, None] == variable
    spent = rules.outlay[inside].sum()
    outlay = rules.outlay[variable]
    both_new = ~inside[variable][:, None] & ~inside[variable]
    crowded = np.count_nonzero(inside) + 2 > rules.max_variables
    dear = spent + outlay[:, None] + outlay > rules.budget + 1e-9
    barred = both_new & ~same & (crowded | dear | rules.clash[np.ix_(variable, variable)])
    full = same & (held[variable][:, None] + 2 > rules.max_terms)
    pair: Mask = ~barred & ~full
    np.fill_diagonal(pair, val=False)
    return pair


def may_complete(rules: Rules, chosen: Integers, further: Integers) -> bool:
    """Tell whether a support has, or can still get, every required variable."""
    if not rules.required.any():
        return True
    reached = np.zeros(len(rules.required), dtype=bool)
    reached[rules.variable[chosen]] = True
    reached[rules.variable[further]] = True
    return bool(np.all(reached | ~rules.required))


def count_room(rules: Rules, chosen: Integers, further: Integers) -> int:
    """Return how many of the further terms can join a support at most."""
    held = _held(rules, chosen)
    free = np.minimum(_held(rules, further), rules.max_terms - held)
    inside = held > 0
    fresh = np.sort(free[~inside])[::-1][: rules.max_variables - np.count_nonzero(inside)]
    return int(free[inside].sum() + fresh.sum())


def price_support(rules: Rules, chosen: Integers) -> float:
    """Return the price of the terms and the charges of the variables of a support."""
    paid: Floats = rules.charge[_held(rules, chosen) > 0]
    return float(rules.price * len(chosen) + paid.sum())
