"""Which variables a score may use: settled before their limits, where each may have several."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Flags, Ground, Rules
from jalon.learn.kernels.model import model_node
from jalon.learn.node import NOTHING, Node, Opened
from jalon.learn.relax import Relaxed, fit_terms
from jalon.learn.rules import may_complete


def leaves_variables_open(rules: Rules, node: Node) -> bool:
    """Tell whether a part still has more variables than a score may use.

    Args:
        rules: what a score may look like.
        node: the part.

    Returns:
        Whether they are to be settled first; never where each variable has one limit, as a term
        is a variable then.
    """
    if rules.max_terms == 1 or node.chosen.size:
        return False
    return len(np.unique(rules.variable[node.further])) > rules.max_variables


def open_variables(ground: Ground, rules: Rules, node: Node, highest: float) -> Opened:
    """Bound a part of the search by the best fit on all its terms, and split it by variables.

    The parts are: without the variable that matters most; with it and without the next; and so
    on; last with as many variables as a score may use, and no other.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        node: the part.
        highest: costs above this are of no interest.

    Returns:
        The parts that may hold a score of interest.
    """
    further = node.further
    if not may_complete(rules, NOTHING, further):
        return Opened((), (), 0, 0, np.inf)
    start = node.warm if len(node.warm) == len(further) else np.zeros(len(further))
    fit = fit_terms(ground, further, start, np.inf, hasty=False)
    bound = max(node.bound, fit.floor + rules.price)
    if bound > highest:
        return Opened((), (), 0, 0, np.inf)
    free = _rank_variables(ground, rules, further, fit)
    free = free[~np.isin(free, node.inside)]
    own, children = rules.variable[further], []
    room = rules.max_variables - len(node.inside)
    for k, v in enumerate(free[:room]):
        keep = own != v
        if not rules.required[v]:
            inside = np.append(node.inside, free[:k])
            children.append(_part(bound, further, fit.beta, keep, inside))
    inside = np.append(node.inside, free[:room])
    children.append(_part(bound, further, fit.beta, np.isin(own, inside), inside))
    return Opened(tuple(children), (), 0, 0, np.inf)


def _part(bound: float, further: Integers, beta: Floats, keep: Flags, inside: Integers) -> Node:
    return Node(bound, NOTHING, further[keep], np.zeros(0), inside, beta[keep])


def _rank_variables(ground: Ground, rules: Rules, further: Integers, fit: Relaxed) -> Integers:
    """Return the variables in falling order of what the loss would rise by without them."""
    _, bend = model_node(ground, fit.risk, further, fit.beta)
    spread = np.linalg.pinv(bend, hermitian=True)
    own = rules.variable[further]
    variables = np.unique(own)
    rise = np.empty(len(variables))
    for place, v in enumerate(variables):
        rows = np.flatnonzero(own == v)
        beta = fit.beta[rows]
        rise[place] = beta @ np.linalg.pinv(spread[np.ix_(rows, rows)], hermitian=True) @ beta
    return variables[np.argsort(-rise, kind="stable")]
