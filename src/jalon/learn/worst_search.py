"""The search for the score whose worst centre fares best: weights raised, then scores listed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog

from jalon.core import Floats, Integers
from jalon.learn.centres import Centres
from jalon.learn.found import Found, rank_found
from jalon.learn.incumbent import Breadth, find_points
from jalon.learn.kernels.ground import Ground, Rules
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.support import fit_each
from jalon.learn.proof import TIE, Proof, prove_points
from jalon.learn.relax import relax_support
from jalon.learn.rounding import obeys
from jalon.learn.rules import may_add, price_support
from jalon.learn.settings import Effort

CLIMB = 80
"""Steps in which the weights are raised for one pool of supports."""

ROUNDS = 6
"""Supports added to the pool at most before a proof is tried."""

LEAST = 1e-4
"""Share of equal weights that is always mixed in, so that no centre is left out."""


GLANCE = Breadth(width=2, trials=4, finals=1, rounds=2)
"""How widely to look for a support that the pool lacks."""


GROWTH = 6.0
"""About how much more work a list of twice the width is."""


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
        What was found and shown. An interrupt from the keyboard ends the search early.
    """
    ends = time.perf_counter() + effort.seconds
    number = len(centres.events)
    weight = np.full(number, 1.0 / number)
    null = centres.judge((0,) * len(start.points))
    best = min(null, centres.judge(start.points), key=rank_found)
    pool = {_support(start.points)} - {()}
    bound, shown, proofs = _bound_all(centres, weight), weight, []
    try:
        for _ in range(rounds):
            weight, best = _raise_weights(centres, pool, weight, best)
            best = _move_on(centres, best, ends)
            reached, best, made = _list_below(centres, weight, best, effort, ends)
            proofs += made
            if reached > bound:
                bound, shown = reached, weight
            done = bound >= best.cost - TIE or time.perf_counter() > ends
            if done or was_stopped(made[-1], effort, ends):
                break
            pool |= {_support(one.points) for one in (best, *(m.found[0] for m in made))} - {()}
    except KeyboardInterrupt:
        # What was shown until now holds: a bound is that of finished rounds.
        pass
    return Settled(best, min(bound, best.cost), shown, tuple(proofs))


def _bound_all(centres: Centres, weight: Floats) -> float:
    """Bound the worst cost of every score by the real fit of all terms under some weights."""
    ground, lacking = centres.weigh(weight)
    size = len(centres.problem.used)
    return relax_support(ground, np.arange(size), np.zeros(size), np.inf, hasty=False) + lacking


def was_stopped(proof: Proof, effort: Effort, ends: float) -> bool:
    """Tell whether a proof ended before its limits did: someone ended the search."""
    late = time.perf_counter() > ends
    return not (proof.complete or late or proof.nodes >= effort.nodes) and proof.gap > TIE


def _support(points: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(points).tolist())


def _mix(weight: Floats) -> Floats:
    """Leave no centre out altogether."""
    mixed: Floats = (1.0 - LEAST) * weight + LEAST / len(weight)
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
    """Raise the lowest weighted cost of the pool by cutting planes.

    The next weights lie half way between the best ones and those that the planes so far would
    take, which keeps them from jumping (Ben-Ameur and Neto 2007, doi:10.1002/net.20190).
    """
    starts = [np.zeros(len(one)) for one in pool]
    slopes: list[Floats] = []
    top, kept = -np.inf, weight
    for _ in range(CLIMB):
        lowest, planes = _fit_pool(centres, pool, weight, starts)
        slopes += planes
        if lowest > top:
            top, kept = lowest, weight
        wished, ceiling = _choose_weights(np.array(slopes), centres.cap)
        if min(ceiling, target) - top <= 1e-3 * max(target - top, 1e-3):
            break
        weight = _mix(0.5 * (kept + wished))
    return kept


def _move_on(centres: Centres, best: Found, ends: float) -> Found:
    """Change or exchange one term at a time while the worst centre gains by it."""
    while any(best.points) and time.perf_counter() < ends:
        better = best
        for points in _neighbours(centres.problem.rules, np.array(best.points)):
            better = min(better, centres.judge(points.tolist(), better.cost), key=rank_found)
        if better.points == best.points:
            break
        best = better
    return best


def _neighbours(rules: Rules, points: Integers) -> Iterator[Integers]:
    """Give the points that differ in one term: by one point, or by another term in its place."""
    used = np.flatnonzero(points)
    every = np.arange(len(points))
    for q in used:
        rest = used[used != q]
        free = every[may_add(rules, rest, every)]
        for j in free:
            values = {points[q] - 1, points[q] + 1} if j == q else {points[q], -points[q]}
            for value in sorted(values):
                moved = points.copy()
                moved[q] = 0
                moved[j] = value
                held = np.flatnonzero(moved)
                if held.size and np.abs(moved).max() <= rules.max_points:
                    moved //= int(np.gcd.reduce(moved[held]))
                    if obeys(rules, held, moved[held]):
                        yield moved


def _choose_weights(planes: Floats, cap: float) -> tuple[Floats, float]:
    """Return the weights whose lowest plane is highest, and its height."""
    count, number = planes.shape
    found = linprog(
        np.append(np.zeros(number), -1.0),
        np.column_stack([-planes, np.ones(count)]),
        np.zeros(count),
        np.append(np.ones(number), 0.0)[None],
        [1.0],
        [(0.0, cap)] * number + [(None, None)],
    )
    if found.x is None:
        return np.full(number, 1.0 / number), np.inf
    return np.asarray(found.x[:number]), float(found.x[number])


def _fit_pool(
    centres: Centres, pool: list[tuple[int, ...]], weight: Floats, starts: list[Floats]
) -> tuple[float, list[Floats]]:
    """Return the lowest weighted cost of real coefficients on a pool, and each one's costs."""
    ground, lacking = centres.weigh(weight)
    lowest, planes = np.inf, []
    for k, support in enumerate(pool):
        terms = np.array(support)
        price = price_support(centres.problem.rules, terms)
        cost, starts[k] = _fit_one(ground, terms, starts[k])
        lowest = min(lowest, cost + lacking + price)
        whole = np.zeros(len(centres.problem.used))
        whole[terms] = starts[k]
        # Weights sum to one, so a price may be added to the excess of every centre.
        planes.append(centres.excess(whole) + price)
    return lowest, planes


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
    first = find_points(ground, rules, GLANCE)
    near, reached, proofs = TIE, -np.inf, []
    # A score whose weighted scale is 0 is never listed: it costs no less than no score.
    null = float(weigh_loss(ground, np.zeros(0, np.int64), np.zeros(0))[0]) + lacking
    while True:
        begun = time.perf_counter()
        limits = replace(effort, near=near, seconds=max(ends - begun, 0.0))
        proof = prove_points(ground, rules, [first], limits)
        proofs.append(proof)
        for one in proof.found:
            if one.cost + lacking <= best.cost:
                best = min(best, centres.judge(one.points, best.cost), key=rank_found)
        first = proof.found[0]
        shown = first.cost + near if proof.complete else proof.bound
        reached = max(reached, min(shown + lacking, null))
        spent = time.perf_counter() - begun
        left = ends - time.perf_counter()
        wanted = best.cost - first.cost - lacking
        if not proof.complete or near >= wanted or GROWTH * spent > left:
            break
        # The list grows by a power of its width: widen it step by step, not at once.
        if len(proof.found) * GROWTH > effort.most:
            break
        near = min(wanted + TIE, max(2.0 * near, 0.002 * wanted))
    return reached, best, proofs
