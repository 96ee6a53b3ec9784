"""One node of the proof: a support, what may still join it, and bounds on all of that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.found import Found
from jalon.learn.kernels.ground import Flags, Ground, Rules
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.pairs import Stem
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.spans import span_each, span_kinds, tell_apart
from jalon.learn.kernels.starts import start_each
from jalon.learn.kernels.support import invert, spread_risk, step_from, take_columns
from jalon.learn.kernels.tails import Tails, bound_tails
from jalon.learn.merge import may_merge
from jalon.learn.node import Node, Opened
from jalon.learn.relax import Quadratic, count_open, relax_support
from jalon.learn.rules import count_room, may_add, may_complete, may_pair, price_support
from jalon.learn.settle import Limit, fit_bounds, settle_each, settle_pairs, settle_support
from jalon.learn.variables import leaves_variables_open, open_variables

AT_ONCE = 4_000_000
"""Most pairs x rows that are settled without opening further nodes."""

FEW = 3
"""With at most this many partners, pairs are fitted at once instead of opening a node."""


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """The quadratic model of a node.

    Attributes:
        loss: lowest loss on the support.
        beta: shape (s,), coefficients there.
        slope: shape (s + c,), slope along chosen and further terms.
        bend: shape (s + c, s + c), curvature.
        inside: shape (s, s), inverse of the curvature of the support.
        gain: shape (c,), score statistic of each further term.
    """

    loss: float
    beta: Floats
    slope: Floats
    bend: Floats
    inside: Floats
    gain: Floats

    def step(self, more: tuple[int, ...]) -> Floats:
        """Return where the model puts the support once further terms have joined it."""
        s = len(self.beta)
        rows = np.array([*range(s), *(s + j for j in more)], np.int64)
        start: Floats = step_from(self.beta, self.slope, self.bend, rows)
        return start


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
    if leaves_variables_open(rules, node):
        return open_variables(ground, rules, node, limit.cost)
    row = fit_bounds(ground, node.chosen[None], node.start[None], np.array([np.inf]))[0]
    found, vectors, left = settle_support(ground, rules, node.chosen, row, limit)
    further = node.further[may_add(rules, node.chosen, node.further)]
    room = count_room(rules, node.chosen, further)
    if room == 0 or not may_complete(rules, node.chosen, further):
        return Opened((), found, 1, vectors, left)
    stand, further = model_support(ground, node.chosen, further, row)
    price = price_support(rules, node.chosen)
    bound = node.bound
    if room >= 2 or node.chosen.size == 0:
        bound = max(bound, _relax(ground, rules, node.chosen, further, stand, limit))
        if bound > limit.cost:
            return Opened((), found, 1, vectors, left)
    need = stand.loss + price - limit.cost
    terms = np.concatenate([node.chosen, further])
    pair = may_pair(rules, node.chosen, further)
    falls = np.full(pair.shape, np.inf)
    if room <= 3:
        tails, reach = follow_terms(ground, rules, node.chosen, further, stand)
        falls = bound_tails(tails, room, need, reach)
    if room >= 2:
        model = Quadratic(stand.loss, stand.slope, stand.bend)
        highest = limit.cost - price - rules.price
        open_terms = count_open(ground, terms, len(node.chosen), stand.beta, model, highest)
        falls[open_terms:] = 0.0
    stem = Stem(terms, stand.beta, stand.slope, stand.bend)
    partners = np.triu((falls > 0.0) & pair, 1)
    if room == 2 and _few_enough(ground, node.chosen, partners):
        firsts = np.flatnonzero((np.diag(falls) > 0.0) | partners.any(axis=1))
        more, fitted, open_, tried = settle_pairs(
            ground, rules, stem, firsts, partners[firsts], limit
        )
        return Opened((), found + more, 1 + tried, vectors + fitted, min(left, open_))
    children, joins = _split(rules, node.chosen, further, stand, falls, partners, room, bound)
    supports, total = 1, vectors
    for width in (1, 2):
        joined = np.array([one for one in joins if len(one) == width], np.int64)
        if joined.size:
            each = start_each(terms, stand.beta, stand.slope, stand.bend, joined)
            more, fitted, open_ = settle_each(ground, rules, *each, limit)
            found += more
            supports, total, left = supports + len(joined), total + fitted, min(left, open_)
    kept = tuple(child for child in children if child.bound <= limit.cost)
    return Opened(kept, found, supports, total, left)


def _few_enough(ground: Ground, chosen: Integers, partners: Flags) -> bool:
    """Tell whether all pairs may be settled at once: a moment's work, on rows as they are."""
    if ground.tail.size or may_merge(ground, len(chosen) + 1):
        return False
    return bool(np.count_nonzero(partners) * len(ground.weight) <= AT_ONCE)


def fit_nothing(ground: Ground, rules: Rules) -> Found:
    """Return the score without points."""
    nothing = np.zeros(0, np.int64)
    loss, _ = weigh_loss(ground, nothing, np.zeros(0))
    return Found(float(loss), (0,) * len(rules.variable), 0.0, float(loss))


def model_support(
    ground: Ground, chosen: Integers, further: Integers, row: Floats
) -> tuple[Stand, Integers]:
    """Model the loss around the best fit of a support, the support's own adaptation taken out.

    Args:
        ground: rows and risk sets.
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
    inside = invert(np.ascontiguousarray(bend)) if s else np.zeros((0, 0))
    share = inside @ square[:s, s:]
    rest = slope[s:] - share.T @ slope[:s]
    left = np.diag(square)[s:] - np.einsum("qk,qk->k", square[:s, s:], share)
    gain = rest**2 / np.maximum(left, 1e-12)
    order = np.argsort(-gain, kind="stable")
    pick = np.concatenate([np.arange(s), s + order])
    stand = Stand(float(row[0]), beta, slope[pick], square[np.ix_(pick, pick)], inside, gain[order])
    return stand, further[order]


def follow_terms(
    ground: Ground, rules: Rules, chosen: Integers, further: Integers, stand: Stand
) -> tuple[Tails, float]:
    """Let a support adapt to each further term.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        chosen: shape (s,), the support.
        further: shape (c,), terms that may join.
        stand: the model around the support.

    Returns:
        The further terms after that, and the squared reach of the support.
    """
    s, kinds = len(chosen), tell_apart(ground.terms, chosen)
    cross = stand.bend[:s, s:]
    share = stand.inside @ cross
    tails = Tails(
        np.ascontiguousarray(stand.bend[s:, s:] - cross.T @ share),
        stand.slope[s:] - share.T @ stand.slope[:s],
        span_each(kinds, ground.terms, further, share),
        _price_each(rules, further),
        may_pair(rules, chosen, further),
    )
    return tails, float(span_kinds(kinds.terms, stand.inside))


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
    ridge = (1e-9 * np.trace(stand.bend) / size + 1e-12) * np.eye(size)
    move = -np.linalg.solve(stand.bend + ridge, stand.slope)
    fall = -0.5 * float(move @ stand.slope)
    if chosen.size and stand.loss + price - 0.8 * fall <= limit.cost:
        return -np.inf
    start = move
    start[: len(chosen)] += stand.beta
    terms = np.concatenate([chosen, further])
    return price + relax_support(ground, terms, start, limit.cost - price, bool(chosen.size))


def _split(  # noqa: PLR0913, PLR0917 - the pieces of one node
    rules: Rules,
    chosen: Integers,
    further: Integers,
    stand: Stand,
    falls: Floats,
    upper: Flags,
    room: int,
    bound: float,
) -> tuple[list[Node], list[tuple[int, ...]]]:
    """Return the parts to be opened, and which terms join to supports to be fitted at once."""
    children: list[Node] = []
    joins: list[tuple[int, ...]] = []
    price = price_support(rules, chosen)
    cost = _price_each(rules, further)
    for j in range(len(further)):
        partners = np.flatnonzero(upper[j])
        if not falls[j, j] and not partners.size:
            continue
        if room > 2 or partners.size > FEW:
            most = max(falls[j, j], falls[j, partners].max(initial=0.0))
            reached = max(bound, stand.loss + price + cost[j] - most)
            grown = np.append(chosen, further[j])
            children.append(Node(reached, grown, further[partners], stand.step((j,))))
            continue
        if falls[j, j]:
            joins.append((j,))
        joins.extend((j, k) for k in partners.tolist())
    return children, joins
