"""A good score to start from: a beam over supports, then the best whole points on a few of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.branch import fit_nothing, model_support
from jalon.learn.calm import one_blas_thread
from jalon.learn.found import Found, rank_found
from jalon.learn.kernels.ground import Ground, Rules
from jalon.learn.rounding import round_support
from jalon.learn.rules import count_room, may_add, price_support
from jalon.learn.settle import fit_bounds

NOTHING = np.zeros(0, np.int64)

LIKELY = 0.8
"""A term rarely lowers the loss by more than this share of its score statistic; half is usual."""

ROUGH = 1e-6
"""Squared Newton decrement at which a support is known well enough to be ranked."""


@dataclass(frozen=True, slots=True)
class Breadth:
    """How widely to look.

    Attributes:
        width: supports kept at each size.
        trials: terms fitted from each of them.
        finals: supports whose whole points are searched.
        rounds: times that single terms are exchanged.
    """

    width: int = 4
    trials: int = 6
    finals: int = 4
    rounds: int = 3


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A support with its best real coefficients.

    Attributes:
        cost: loss plus prices.
        row: bound, coefficients and curvature, as ``fit_bounds`` returns them.
        terms: shape (s,), the support, rising.
    """

    cost: float
    row: Floats
    terms: Integers

    @property
    def beta(self) -> Floats:
        """Coefficients of the terms."""
        return self.row[1 : 1 + len(self.terms)]


@one_blas_thread()
def find_points(ground: Ground, rules: Rules, breadth: Breadth | None = None) -> Found:
    """Find whole points that explain the outcome well, without a proof.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        breadth: how widely to look; None for the usual.

    Returns:
        The best found; all zeros when no term is worth its price, or nothing is allowed.
    """
    look = breadth or Breadth()
    states = _grow(ground, rules, look)
    states = _exchange(ground, rules, look, states)
    best = fit_nothing(ground, rules)
    if rules.required.any():
        # No points at all break the rule: any score that keeps it is better.
        best = best._replace(cost=np.inf)
    for state in states[: look.finals]:
        tried = round_support(ground, rules, state.terms, state.beta)
        best = min([best, *tried], key=rank_found)
    return best


def _grow(ground: Ground, rules: Rules, look: Breadth) -> list[State]:
    loss = fit_nothing(ground, rules).loss
    beam = [State(loss, np.array([loss]), NOTHING)]
    pool: dict[tuple[int, ...], State] = {}
    while beam:
        grown: dict[tuple[int, ...], State] = {}
        for state in beam:
            _extend(ground, rules, look, state, grown, look.width)
        beam = sorted(grown.values(), key=_rank)[: look.width]
        pool |= {tuple(one.terms.tolist()): one for one in beam}
    return sorted(pool.values(), key=_rank)


def _rank(state: State) -> tuple[float, tuple[int, ...]]:
    return round(state.cost, 7), tuple(state.terms.tolist())


def _extend(
    ground: Ground,
    rules: Rules,
    look: Breadth,
    state: State,
    pool: dict[tuple[int, ...], State],
    most: int,
) -> None:
    """Fit a support with each of its most promising further terms.

    A fit stops as soon as it cannot be among the ``most`` best of the pool, and is left out.
    """
    further = np.arange(len(rules.variable))
    further = further[may_add(rules, state.terms, further)]
    further = _needed_first(rules, state.terms, further)
    if not count_room(rules, state.terms, further):
        return
    stand, further = model_support(ground, state.terms, further, state.row)
    gain = stand.gain
    before = state.cost + rules.price
    for j in range(min(look.trials, len(further))):
        if before - LIKELY * gain[j] > _limit(pool, most):
            break
        terms = np.append(state.terms, further[j])
        if tuple(np.sort(terms).tolist()) in pool:
            continue
        one = _fit(ground, rules, terms, stand.step((j,)), _limit(pool, most))
        if one is not None:
            pool[tuple(one.terms.tolist())] = one


def _limit(pool: dict[tuple[int, ...], State], most: int) -> float:
    if len(pool) < most:
        return np.inf
    return sorted(state.cost for state in pool.values())[most - 1] + 1e-6


def _needed_first(rules: Rules, chosen: Integers, further: Integers) -> Integers:
    missing = rules.required.copy()
    missing[rules.variable[chosen]] = False
    needed = further[missing[rules.variable[further]]]
    return needed if needed.size else further


def _fit(
    ground: Ground, rules: Rules, terms: Integers, start: Floats, limit: float = np.inf
) -> State | None:
    order = np.argsort(terms)
    terms = terms[order]
    price = price_support(rules, terms)
    row = fit_bounds(ground, terms[None], start[order][None], np.array([limit - price]), ROUGH)[0]
    one = State(float(row[0]) + price, row, terms)
    wrong = one.cost > limit or np.any(rules.sign[terms] * one.beta < 0)
    return None if wrong else one


def _exchange(ground: Ground, rules: Rules, look: Breadth, states: list[State]) -> list[State]:
    """Drop each term of the best support in turn and take the best others instead."""
    for _ in range(look.rounds if states else 0):
        pool = {tuple(one.terms.tolist()): one for one in states}
        best = states[0]
        for q in range(len(best.terms)):
            rest = np.delete(best.terms, q)
            bare = _fit(ground, rules, rest, np.delete(best.beta, q)) if rest.size else None
            if bare is not None:
                pool[tuple(bare.terms.tolist())] = bare
                _extend(ground, rules, look, bare, pool, look.finals)
        states = sorted(pool.values(), key=_rank)
        if states[0].terms.tolist() == best.terms.tolist():
            break
    return states
