"""The search for the score whose worst centre fares best: weights raised, then scores listed."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.centres import Centres
from jalon.learn.found import Found, rank_found
from jalon.learn.incumbent import Breadth, find_points
from jalon.learn.kernels.ground import Ground
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.support import fit_each
from jalon.learn.proof import TIE, Proof, prove_points
from jalon.learn.rules import price_support
from jalon.learn.settings import Effort

CLIMB = 120
"""Steps in which the weights are raised for one pool of supports."""

ROUNDS = 6
"""Supports added to the pool at most before a proof is tried."""

LEAST = 1e-4
"""Share of equal weights that is always mixed in, so that no centre is left out."""


GLANCE = Breadth(width=2, trials=4, finals=1, rounds=2)
"""How widely to look for a support that the pool lacks."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """What the search for the worst centre has shown.

    Attributes:
        best: the best score found, judged by its worst cost.
        bound: no score has a lower worst cost.
        weight: shape (u,), weights that gave the bound.
        proofs: proofs of weighted losses.
    """

    best: Found
    bound: float
    weight: Floats
    proofs: tuple[Proof, ...]


def settle_worst(centres: Centres, start: Found, effort: Effort, rounds: int) -> Settled:
    """Find the points whose worst centre fares best, and bound what any others could reach.

    Args:
        centres: rows, rules and centres.
        start: a score to start from.
        effort: limits of the search; seconds are for all of it.
        rounds: proofs tried.

    Returns:
        What was found and shown.
    """
    ends = time.perf_counter() + effort.seconds
    number = len(centres.events)
    weight = _limit(np.full(number, 1.0 / number), centres.cap)
    null = centres.judge((0,) * len(start.points))
    best = min(null, centres.judge(start.points), key=rank_found)
    pool = {_support(start.points)} - {()}
    bound, shown, proofs = -np.inf, weight, []
    for _ in range(rounds):
        weight, best = _raise_weights(centres, pool, weight, best)
        reached, best, made = _list_below(centres, weight, best, effort, ends)
        proofs += made
        if reached > bound:
            bound, shown = reached, weight
        if bound >= best.cost - TIE or time.perf_counter() > ends:
            break
        pool.add(_support(best.points))
        pool |= {_support(one.found[0].points) for one in made} - {()}
    return Settled(best, min(bound, best.cost), shown, tuple(proofs))


def _support(points: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(points).tolist())


def _limit(weight: Floats, cap: float) -> Floats:
    """Return the closest weights, in relative entropy, that keep the cap and sum to one."""
    held = weight / weight.sum()
    for _ in range(len(held)):
        over = held >= cap - 1e-15
        free = ~over
        if not np.any(held > cap + 1e-12) or not free.any():
            break
        held = np.where(over, cap, held * (1.0 - cap * over.sum()) / held[free].sum())
    mixed: Floats = (1.0 - LEAST) * held + LEAST / len(held)
    return mixed


def _raise_weights(
    centres: Centres, pool: set[tuple[int, ...]], weight: Floats, best: Found
) -> tuple[Floats, Found]:
    """Raise the bound that real coefficients on a pool of supports give; grow the pool."""
    rules = centres.problem.rules
    for _ in range(ROUNDS):
        if pool:
            weight = _climb(centres, sorted(pool), weight, best.cost)
        ground, _ = centres.weigh(weight)
        found = find_points(ground, rules, GLANCE)
        best = min(best, centres.judge(found.points, best.cost), key=rank_found)
        support = _support(found.points)
        if not support or support in pool:
            break
        pool.add(support)
    return weight, best


def _climb(centres: Centres, pool: list[tuple[int, ...]], weight: Floats, target: float) -> Floats:
    """Mirror ascent on the lowest weighted cost of the pool, by Polyak's step."""
    starts = [np.zeros(len(one)) for one in pool]
    top, kept = -np.inf, weight
    for step in range(CLIMB):
        ground, lacking = centres.weigh(weight)
        lowest, excess = np.inf, np.zeros(len(weight))
        for k, support in enumerate(pool):
            cost, beta = _fit_one(ground, np.array(support), starts[k])
            starts[k] = beta
            cost += lacking + price_support(centres.problem.rules, np.array(support))
            if cost < lowest:
                whole = np.zeros(len(centres.problem.used))
                whole[list(support)] = beta
                lowest, excess = cost, centres.excess(whole)
        if lowest > top:
            top, kept = lowest, weight
        centred = excess - weight @ excess
        spread = float(np.abs(centred).max())
        if spread <= 1e-9 or target - lowest <= 1e-9:
            break
        rate = min((target - lowest) / spread**2, 1.0 / spread) / np.sqrt(1.0 + step / 20.0)
        weight = _limit(weight * np.exp(rate * centred), centres.cap)
    return kept


def _fit_one(ground: Ground, support: Integers, start: Floats) -> tuple[float, Floats]:
    row = fit_each(ground, support[None], start[None], np.array([np.inf]))[0]
    return float(row[0]), row[1 : 1 + len(support)]


def _list_below(
    centres: Centres, weight: Floats, best: Found, effort: Effort, ends: float
) -> tuple[float, Found, list[Proof]]:
    """List scores whose weighted cost is below the best worst cost, as far as that can be done.

    Returns:
        A bound of the worst cost of every score, the best score, and the proofs.
    """
    ground, lacking = centres.weigh(weight)
    rules = centres.problem.rules
    seen: dict[tuple[int, ...], Found] = {}
    first = find_points(ground, rules, GLANCE)
    share, reached, proofs = 1.0, -np.inf, []
    # A score whose weighted scale is 0 is never listed: it costs no less than no score.
    null = float(weigh_loss(ground, np.zeros(0, np.int64), np.zeros(0))[0]) + lacking
    for _ in range(8):
        near = max(share * (best.cost - first.cost - lacking), TIE)
        seconds = max(ends - time.perf_counter(), 0.0)
        proof = prove_points(ground, rules, [first], replace(effort, near=near, seconds=seconds))
        proofs.append(proof)
        for one in proof.found:
            if one.points not in seen and one.cost + lacking <= best.cost:
                seen[one.points] = centres.judge(one.points, best.cost)
                best = min(best, seen[one.points], key=rank_found)
        first = proof.found[0]
        shown = first.cost + near if proof.complete else proof.bound
        reached = max(reached, min(shown + lacking, null))
        if reached >= best.cost or time.perf_counter() > ends:
            break
        if not proof.complete:
            share *= 0.5
        elif share < 1.0:
            break
    return reached, best, proofs
