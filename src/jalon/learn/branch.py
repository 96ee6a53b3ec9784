"""One node of the proof: a support, what may still join it, and bounds on all of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.found import Found
from jalon.learn.kernels.ground import Ground, Rules
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.points import (
    factor_from_last,
    fit_points,
    list_points,
    rise_at_least,
    widest_distance,
)
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.starts import price_each, start_each
from jalon.learn.kernels.support import (
    fit_each,
    invert,
    reach_of,
    spread_risk,
    step_from,
    take_columns,
)
from jalon.learn.kernels.tails import Tails, bound_tails
from jalon.learn.merge import merge_rows
from jalon.learn.relax import Quadratic, count_open, relax_support
from jalon.learn.rules import count_room, may_add, may_complete, may_pair, price_support

STEPS = 2_000_000
"""Partial vectors of whole points tried on one support before it is left open."""

FEW = 3
"""With at most this many partners, pairs are fitted at once instead of opening a node."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A part of the search: supports that hold some terms and any of some others.

    Attributes:
        bound: no score of this part costs less.
        chosen: shape (s,), terms in.
        further: shape (c,), terms that may join.
        start: shape (s,), coefficients to start from.
    """

    bound: float
    chosen: Integers
    further: Integers
    start: Floats


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a node brought.

    Attributes:
        children: parts still to be searched.
        found: vectors within the limit.
        supports: how many supports were fitted.
        vectors: how many vectors of whole points were fitted.
        left: bound of the cost of vectors that were too many to try; infinite when none.
    """

    children: tuple[Node, ...]
    found: tuple[Found, ...]
    supports: int
    vectors: int
    left: float


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """The quadratic model of a node.

    Attributes:
        loss: lowest loss on the support.
        beta: shape (s,), coefficients there.
        slope: shape (s + c,), slope along chosen and further terms.
        bend: shape (s + c, s + c), curvature.
        tails: the further terms once the support has adapted to each.
        reach: squared reach of the support.
    """

    loss: float
    beta: Floats
    slope: Floats
    bend: Floats
    tails: Tails
    reach: float

    def step(self, more: tuple[int, ...]) -> Floats:
        """Return where the model puts the support once further terms have joined it."""
        s = len(self.beta)
        rows = np.array([*range(s), *(s + j for j in more)], np.int64)
        start: Floats = step_from(self.beta, self.slope, self.bend, rows)
        return start


class Limit(NamedTuple):
    """What is of interest.

    Attributes:
        cost: costs above this are not.
        near: how far above the best cost found later the limit stays.
    """

    cost: float
    near: float


def open_node(ground: Ground, rules: Rules, node: Node, limit: Limit) -> Opened:
    """Bound a part of the search, fit its support, and split the rest.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        node: the part.
        limit: what is of interest.

    Returns:
        Vectors found, and the parts that may hold more.
    """
    row = fit_bounds(ground, node.chosen[None], node.start[None], np.array([np.inf]))[0]
    found, vectors, left = _settle(ground, rules, node.chosen, row, limit)
    further = node.further[may_add(rules, node.chosen, node.further)]
    room = count_room(rules, node.chosen, further)
    if room == 0 or not may_complete(rules, node.chosen, further):
        return Opened((), found, 1, vectors, left)
    stand, further = model_support(ground, rules, node.chosen, further, row)
    price = price_support(rules, node.chosen)
    bound = node.bound
    if room >= 2 or node.chosen.size == 0:
        bound = max(bound, _relax(ground, rules, node.chosen, further, stand, limit))
        if bound > limit.cost:
            return Opened((), found, 1, vectors, left)
    need = stand.loss + price - limit.cost
    falls = _bound_falls(stand, room, need)
    if room >= 2:
        terms = np.concatenate([node.chosen, further])
        model = Quadratic(stand.loss, stand.slope, stand.bend)
        highest = limit.cost - price - rules.price
        open_terms = count_open(ground, terms, len(node.chosen), stand.beta, model, highest)
        falls[open_terms:] = 0.0
    children, joins = _split(rules, node.chosen, further, stand, falls, room, bound)
    terms = np.concatenate([node.chosen, further])
    supports, total = 1, vectors
    for width in (1, 2):
        joined = np.array([one for one in joins if len(one) == width], np.int64)
        if joined.size:
            each = start_each(terms, stand.beta, stand.slope, stand.bend, joined)
            more, fitted, open_ = _settle_each(ground, rules, *each, limit)
            found += more
            supports, total, left = supports + len(joined), total + fitted, min(left, open_)
    kept = tuple(child for child in children if child.bound <= limit.cost)
    return Opened(kept, found, supports, total, left)


def fit_nothing(ground: Ground, rules: Rules) -> Found:
    """Return the score without points."""
    nothing = np.zeros(0, np.int64)
    loss, _ = weigh_loss(ground, nothing, np.zeros(0))
    return Found(float(loss), (0,) * len(rules.variable), 0.0, float(loss))


def model_support(
    ground: Ground, rules: Rules, chosen: Integers, further: Integers, row: Floats
) -> tuple[Stand, Integers]:
    """Model the loss around the best fit of a support, the support's own adaptation taken out.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        chosen: shape (s,), the support.
        further: shape (c,), terms that may join.
        row: bound, coefficients and curvature of the support, from ``fit_bounds``.

    Returns:
        The model, and the further terms in falling order of what each gains alone.
    """
    s = len(chosen)
    beta, bend = row[1 : 1 + s], row[1 + s :].reshape(s, s)
    risk = spread_risk(take_columns(ground.terms, chosen), beta)[0]
    slope, square = model_node(ground, risk, np.concatenate([chosen, further]), beta)
    inside = np.linalg.inv(bend + 1e-11 * np.eye(s)) if s else np.zeros((0, 0))
    share = inside @ square[:s, s:]
    left = square[s:, s:] - square[s:, :s] @ share
    rest = slope[s:] - share.T @ slope[:s]
    gain = rest**2 / np.maximum(np.diag(left), 1e-12)
    order = np.argsort(-gain, kind="stable")
    pick = np.concatenate([np.arange(s), s + order])
    tails = Tails(
        np.ascontiguousarray(left[np.ix_(order, order)]),
        rest[order],
        1.0 + np.abs(share).sum(axis=0)[order],
        _price_each(rules, further[order]),
        may_pair(rules, chosen, further[order]),
    )
    reach = float(np.abs(inside).sum())
    stand = Stand(float(row[0]), beta, slope[pick], square[np.ix_(pick, pick)], tails, reach)
    return stand, further[order]


def _price_each(rules: Rules, further: Integers) -> Floats:
    cost = np.full(len(further), rules.price)
    if rules.max_terms == 1:
        # With several terms per variable a charge may already be paid by another of them.
        cost += rules.charge[rules.variable[further]]
    return cost


def _relax(
    ground: Ground,
    rules: Rules,
    chosen: Integers,
    further: Integers,
    stand: Stand,
    limit: Limit,
) -> float:
    """Bound the cost of everything below a node by the best fit on all its terms."""
    price = price_support(rules, chosen) + rules.price
    size = len(stand.slope)
    ridge = 1e-9 * np.trace(stand.bend) / size * np.eye(size)
    move = -np.linalg.solve(stand.bend + ridge, stand.slope)
    fall = -0.5 * float(move @ stand.slope)
    if chosen.size and stand.loss + price - 0.8 * fall <= limit.cost:
        return -np.inf
    start = move
    start[: len(chosen)] += stand.beta
    terms = np.concatenate([chosen, further])
    return price + relax_support(ground, terms, start, limit.cost - price, bool(chosen.size))


def _bound_falls(stand: Stand, room: int, need: float) -> Floats:
    if room <= 3:
        falls: Floats = bound_tails(stand.tails, room, need, stand.reach)
        return falls
    return np.full(stand.tails.bend.shape, np.inf)


def _split(  # noqa: PLR0913, PLR0917 - the pieces of one node
    rules: Rules,
    chosen: Integers,
    further: Integers,
    stand: Stand,
    falls: Floats,
    room: int,
    bound: float,
) -> tuple[list[Node], list[tuple[int, ...]]]:
    """Return the parts to be opened, and which terms join to supports to be fitted at once."""
    children: list[Node] = []
    joins: list[tuple[int, ...]] = []
    price = price_support(rules, chosen)
    open_ = falls > 0.0
    upper = np.triu(open_ & stand.tails.pair, 1)
    for j in range(len(further)):
        partners = np.flatnonzero(upper[j])
        if not open_[j, j] and not partners.size:
            continue
        if room > 2 or partners.size > FEW:
            most = max(falls[j, j], falls[j, partners].max(initial=0.0))
            reached = max(bound, stand.loss + price + stand.tails.cost[j] - most)
            grown = np.append(chosen, further[j])
            children.append(Node(reached, grown, further[partners], stand.step((j,))))
            continue
        if open_[j, j]:
            joins.append((j,))
        joins.extend((j, k) for k in partners.tolist())
    return children, joins


def _settle(
    ground: Ground, rules: Rules, terms: Integers, row: Floats, limit: Limit
) -> tuple[tuple[Found, ...], int, float]:
    """Search the whole points of one fitted support, if it can be of interest."""
    nothing = np.zeros(0, np.int64)
    late = row[0] + price_support(rules, terms) > limit.cost
    if late or not terms.size or not may_complete(rules, terms, nothing):
        return (), 0, np.inf
    order = np.argsort(terms)
    s = len(terms)
    bend = row[1 + s :].reshape(s, s)[np.ix_(order, order)]
    sorted_row = np.concatenate([row[:1], row[1 : 1 + s][order], bend.ravel()])
    found, vectors, left = gather_found(ground, rules, terms[order], sorted_row, limit)
    return tuple(found), vectors, left


def _settle_each(
    ground: Ground, rules: Rules, supports: Integers, starts: Floats, limit: Limit
) -> tuple[tuple[Found, ...], int, float]:
    """Fit supports of one size and, where they can be of interest, all their whole points."""
    found: list[Found] = []
    vectors, left, nothing = 0, np.inf, np.zeros(0, np.int64)
    if rules.required.any():
        kept = [may_complete(rules, one, nothing) for one in supports]
        supports, starts = supports[kept], starts[kept]
    if not len(supports):
        return (), 0, np.inf
    price = price_each(rules, supports)
    rows = fit_bounds(ground, supports, starts, limit.cost - price)
    for k in np.flatnonzero(rows[:, 0] + price <= limit.cost).tolist():
        if rows[k, 0] + price[k] <= limit.cost:
            more, fitted, open_ = gather_found(ground, rules, supports[k], rows[k], limit)
            left = min(left, open_)
            vectors += fitted
            found += more
            best = min([limit.cost - limit.near, *(vector.cost for vector in more)])
            limit = Limit(min(limit.cost, best + limit.near), limit.near)
    return tuple(found), vectors, left


def fit_bounds(ground: Ground, terms: Integers, start: Floats, limits: Floats) -> Floats:
    """Fit supports of one size, each with a lower bound of its loss, on merged rows if that pays.

    Args:
        ground: rows and risk sets.
        terms: shape (k, s), the supports, rising.
        start: shape (k, s), coefficients to start from.
        limits: shape (k,), losses above these are of no interest.

    Returns:
        Shape (k, 1 + s + s * s): bound, coefficients, curvature.
    """
    if merge_rows(ground, terms[0])[0] is ground:
        rows: Floats = fit_each(ground, terms, start, limits)
        return rows
    parts = []
    for one, begin, limit in zip(terms, start, limits, strict=True):
        small, own = merge_rows(ground, one)
        parts.append(fit_each(small, own[None], begin[None], np.array([limit]))[0])
    return np.array(parts)


def gather_found(
    ground: Ground, rules: Rules, terms: Integers, row: Floats, limit: Limit
) -> tuple[list[Found], int, float]:
    """Find every vector of whole points on a support within the limit.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        terms: shape (s,), the support, rising.
        row: bound, coefficients and curvature, from ``fit_bounds``.
        limit: what is of interest.

    Returns:
        The vectors; how many were tried; and a bound of the cost of those that were not,
        infinite when all were.
    """
    s, price = len(terms), price_support(rules, terms)
    small, own = merge_rows(ground, terms)
    z = take_columns(small.terms, own)
    floor, beta, bend = row[0], row[1 : 1 + s], row[1 + s :].reshape(s, s)
    reach = float(reach_of(invert(np.ascontiguousarray(bend))))
    factor = factor_from_last(np.ascontiguousarray(bend))
    highest = limit.cost - price
    widest = widest_distance(highest - floor, reach)
    points, near, whole = list_points(rules, terms, factor, factor @ beta, widest, STEPS)
    found: list[Found] = []
    for k in np.argsort(near[:, 0], kind="stable"):
        if floor + rise_at_least(near[k, 0], reach) > highest:
            break
        loss, scale = fit_points(small, z, own, points[k], near[k, 1])
        if loss > highest or scale <= 0:
            continue
        highest = min(highest, loss + limit.near)
        vector = np.zeros(len(rules.variable), np.int64)
        vector[terms] = points[k]
        found.append(Found(loss + price, tuple(vector.tolist()), scale, loss))
    return found, len(points), np.inf if whole else floor + price
