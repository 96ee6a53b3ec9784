"""A small random survival forest on ordered categories: which variables rank patients."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers, SurvivalData
from jalon.learn.kernels.ground import Bits
from jalon.learn.terms import Terms
from jalon.stats import concordance_value

LEAF = 15
"""Fewest patients of a leaf, drawn patients counted as often as drawn."""

MOST_NODES = 4096
"""Room for the nodes of one tree."""


def rank_variables(
    terms: Terms, data: SurvivalData, rng: np.random.Generator, trees: int
) -> Floats:
    """Give how much concordance is lost when a variable is shuffled, out of bag.

    Args:
        terms: candidate terms of n patients; a variable is the number of its limits passed.
        data: outcomes of the same patients, event 1 being the event; weights say how likely a
            patient is drawn, strata are not looked at.
        rng: the source of chance.
        trees: how many trees are grown.

    Returns:
        Shape (v,), importance of each candidate variable.
    """
    levels = _find_levels(terms)
    weight = np.ones(len(data)) if data.weight is None else data.weight
    order = np.argsort(data.time, kind="stable")
    order = order[weight[order] > 0]
    x = np.ascontiguousarray(levels[:, order])
    event = (data.event[order] == 1).astype(np.float64)
    tick = np.unique(data.time[order], return_inverse=True)[1].astype(np.int64)
    share = weight[order] / weight[order].sum()
    n, chosen = len(order), max(1, int(np.ceil(np.sqrt(len(levels)))))
    mortality, seen = np.zeros((len(levels) + 1, n)), np.zeros(n)
    for _ in range(trees):
        drawn = np.bincount(rng.choice(n, n, p=share), minlength=n)
        seeds = rng.random(MOST_NODES * len(levels))
        tree = grow_tree(x, event, tick, drawn.astype(np.float64), seeds, chosen)
        out = np.flatnonzero(drawn == 0)
        seen[out] += 1
        for v in range(-1, len(levels)):
            mixed = x[:, out]
            if v >= 0:
                mixed[v] = mixed[v, rng.permutation(len(out))]
            mortality[v + 1, out] += drop_down(mixed, *tree)
    held = np.flatnonzero(seen)
    outcome = data.cause(1).take(order[held])
    plain = SurvivalData(outcome.time, outcome.event)
    reached = [concordance_value(row[held] / seen[held], plain) for row in mortality]
    return reached[0] - np.array(reached[1:])


def _find_levels(terms: Terms) -> Bits:
    """Shape (v, n), how many of its limits each variable passes."""
    levels = np.zeros((len(terms.candidates), terms.bits.shape[1]), dtype=np.uint8)
    for term, variable in enumerate(terms.variable):
        levels[variable] += terms.bits[term]
    return levels


@njit(cache=True, nogil=True)
def grow_tree(  # pragma: no cover - compiled, takes plain arrays
    x: Bits, event: Floats, tick: Integers, drawn: Floats, seeds: Floats, chosen: int
) -> tuple[Integers, Integers, Integers, Floats]:
    """Grow one tree by the log-rank statistic.

    Args:
        x: shape (v, n), levels, patients by rising time.
        event: shape (n,), 1 for an event.
        tick: shape (n,), rank of each distinct time.
        drawn: shape (n,), how often each patient was drawn.
        seeds: random numbers, v for each node.
        chosen: variables tried at each node.

    Returns:
        Variable, limit and first child of each node (variable -1 for a leaf), and the expected
        number of events of its patients.
    """
    variable = np.full(MOST_NODES, -1)
    limit, child = np.zeros(MOST_NODES, np.int64), np.zeros(MOST_NODES, np.int64)
    mortality = np.zeros(MOST_NODES)
    place = np.where(drawn > 0, 0, -1)
    nodes, node = 1, 0
    while node < nodes:
        rows = np.flatnonzero(place == node)
        mortality[node] = sum_mortality(rows, event, tick, drawn)
        if nodes + 2 <= MOST_NODES and drawn[rows].sum() >= 2 * LEAF:
            tried = np.argsort(seeds[node * len(x) : (node + 1) * len(x)])[:chosen]
            best = 0.0
            for v in tried:
                for level in range(x[v][rows].max()):
                    z = split_rows(rows, x[v], level, event, tick, drawn)
                    if z > best:
                        best, variable[node], limit[node] = z, v, level
            if best > 0.0:
                child[node] = nodes
                for i in rows:
                    place[i] = nodes + (1 if x[variable[node], i] > limit[node] else 0)
                nodes += 2
        node += 1
    return variable[:nodes], limit[:nodes], child[:nodes], mortality[:nodes]


@njit(cache=True, nogil=True)
def split_rows(  # pragma: no cover - compiled, takes plain arrays
    rows: Integers, level: Bits, limit: int, event: Floats, tick: Integers, drawn: Floats
) -> float:
    """Log-rank statistic of a split of some patients; 0 where a side is too small.

    Args:
        rows: the patients, by rising time.
        level: shape (n,), levels of the variable.
        limit: patients above this level go up.
        event: shape (n,), 1 for an event.
        tick: shape (n,), rank of each distinct time.
        drawn: shape (n,), how often each patient was drawn.

    Returns:
        The square of z.
    """
    among, above, excess, variance = 0.0, 0.0, 0.0, 0.0
    died, died_above, size, size_above = 0.0, 0.0, 0.0, 0.0
    for k in range(rows.size - 1, -1, -1):
        i = rows[k]
        up = level[i] > limit
        among += drawn[i]
        died += drawn[i] * event[i]
        if up:
            above += drawn[i]
            died_above += drawn[i] * event[i]
        if k == 0 or tick[rows[k - 1]] != tick[i]:
            if died > 0.0 and among > 1.0:
                share = above / among
                excess += died_above - died * share
                variance += died * share * (1.0 - share) * (among - died) / (among - 1.0)
            died, died_above = 0.0, 0.0
    size, size_above = among, above
    if size_above < LEAF or size - size_above < LEAF or variance <= 0.0:
        return 0.0
    return excess * excess / variance


@njit(cache=True, nogil=True)
def sum_mortality(  # pragma: no cover - compiled
    rows: Integers, event: Floats, tick: Integers, drawn: Floats
) -> float:
    """Sum the Nelson-Aalen hazard of some patients over the times that all patients have.

    Args:
        rows: the patients, by rising time.
        event: shape (n,), 1 for an event.
        tick: shape (n,), rank of each distinct time.
        drawn: shape (n,), how often each patient was drawn.

    Returns:
        The mortality of a forest's leaf.
    """
    among, died, total = 0.0, 0.0, 0.0
    last = tick[-1]
    for k in range(rows.size - 1, -1, -1):
        i = rows[k]
        among += drawn[i]
        died += drawn[i] * event[i]
        if k == 0 or tick[rows[k - 1]] != tick[i]:
            total += died / among * (last - tick[i] + 1)
            died = 0.0
    return total


@njit(cache=True, nogil=True)
def drop_down(  # pragma: no cover - compiled
    x: Bits, variable: Integers, limit: Integers, child: Integers, mortality: Floats
) -> Floats:
    """Give each patient the mortality of the leaf that it falls into.

    Args:
        x: shape (v, n), levels.
        variable: variable of each node, -1 for a leaf.
        limit: limit of each node.
        child: first child of each node.
        mortality: mortality of each node.

    Returns:
        Shape (n,).
    """
    found = np.empty(x.shape[1])
    for i in range(x.shape[1]):
        node = 0
        while variable[node] >= 0:
            node = child[node] + (1 if x[variable[node], i] > limit[node] else 0)
        found[i] = mortality[node]
    return found
