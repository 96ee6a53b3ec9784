"""A bound for a whole part of the search: the best fit on every term that it may use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground, Rules
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.support import (
    LARGEST,
    fall_at_most,
    fall_in_box,
    invert,
    reach_of,
    step_from,
)
from jalon.learn.kernels.tails import fall_of_suffixes
from jalon.learn.rules import price_support

LIKELY = 0.8
"""A relaxation is tried where this share of the fall that the model foretells leaves no hope."""

TRIES = 2
"""Relaxations tried for the later terms of a node."""


class Quadratic(NamedTuple):
    """The loss around the best fit of a support.

    Attributes:
        loss: there.
        slope: shape (q,), slope along support and further terms.
        bend: shape (q, q), curvature.
    """

    loss: float
    slope: Floats
    bend: Floats


class Relaxed(NamedTuple):
    """The best fit on many terms.

    Attributes:
        floor: bound of the loss.
        beta: shape (q,), coefficients.
        risk: shape (m,), hazard of each row, up to a factor.
    """

    floor: float
    beta: Floats
    risk: Floats


def relax_support(
    ground: Ground, columns: Integers, start: Floats, limit: float, hasty: bool = True
) -> float:
    """Bound from below the loss of every support within some terms, as ``fit_terms`` does."""
    return fit_terms(ground, columns, start, limit, hasty).floor


def fit_terms(
    ground: Ground, columns: Integers, start: Floats, limit: float, hasty: bool = True
) -> Relaxed:
    """Bound from below the loss of every support within some terms, by the best fit on all.

    Args:
        ground: rows and risk sets.
        columns: shape (q,), the terms.
        start: shape (q,), coefficients to start from.
        limit: what the bound must exceed to be of use.
        hasty: give up as soon as the loss itself shows that the bound cannot exceed the limit.

    Returns:
        The bound, minus infinity when none was needed, and where the fit stood.
    """
    beta, floor = np.clip(start, -LARGEST, LARGEST), -np.inf
    loss, risk = weigh_loss(ground, columns, beta)
    for _ in range(40):
        if hasty and loss <= limit:
            break
        slope, bend = model_node(ground, risk, columns, beta)
        inverse = invert(bend)
        move = -inverse @ slope
        step2 = max(-float(move @ slope), 0.0)
        fall = fall_at_most(np.sqrt(step2), reach_of(inverse))
        floor = max(floor, loss - min(fall, fall_in_box(beta, slope)))
        if floor > limit or step2 < 1e-10:
            break
        damp, trial = 1.0, np.inf
        while damp > 1e-4 and not trial <= loss:
            tried = np.clip(beta + damp * move, -LARGEST, LARGEST)
            trial, trial_risk = weigh_loss(ground, columns, tried)
            damp *= 0.5
        if not trial <= loss:
            break
        beta, loss, risk = tried, trial, trial_risk
    return Relaxed(float(floor), beta, risk)


def bound_part(
    ground: Ground, rules: Rules, chosen: Integers, further: Integers, start: Floats
) -> float:
    """Bound from below the cost of every support of a part of the search.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        chosen: shape (s,), terms in.
        further: shape (c,), terms that may join.
        start: shape (s,), coefficients to start from.

    Returns:
        The bound.
    """
    terms = np.concatenate([chosen, further])
    begin = np.concatenate([start, np.zeros(len(further))])
    return price_support(rules, chosen) + relax_support(ground, terms, begin, np.inf, False)


def count_open(
    ground: Ground, terms: Integers, size: int, beta: Floats, model: Quadratic, limit: float
) -> int:
    """Return how many of the terms that may join must be split off as parts of their own.

    Sets that hold none of these, only later ones, are shown to cost more than the limit by one
    relaxation for all of them together.

    Args:
        ground: rows and risk sets.
        terms: shape (q,), the support, then the terms that may join, most promising first.
        size: how many of them are the support.
        beta: shape (size,), coefficients of the support.
        model: the loss around them.
        limit: losses above this are of no interest.

    Returns:
        From 1 to q - size.
    """
    falls = fall_of_suffixes(model.slope, model.bend, size)
    most = len(terms) - size
    likely = np.flatnonzero(model.loss - LIKELY * falls[1:] > limit)
    first = 1 + int(likely[0]) if likely.size else most
    for _ in range(TRIES):
        if first >= most:
            break
        rows = np.concatenate([np.arange(size), np.arange(size + first, len(terms))])
        start = step_from(beta, model.slope, model.bend, rows)
        if relax_support(ground, terms[rows], start, limit) > limit:
            return first
        first += max((most - first) // 3, 1)
    return most
