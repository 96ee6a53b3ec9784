"""Supports settled: fitted with a bound, and all their whole points that can be of interest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.found import Found
from jalon.learn.kernels.ground import Flags, Ground, Rules
from jalon.learn.kernels.pairs import Stem, finish_pairs
from jalon.learn.kernels.points import (
    factor_from_last,
    fit_points,
    list_points,
    rise_at_least,
    widest_distance,
)
from jalon.learn.kernels.starts import price_each
from jalon.learn.kernels.support import ENOUGH, fit_each, invert, reach_of, take_columns
from jalon.learn.merge import merge_rows
from jalon.learn.rules import may_complete, price_support

STEPS = 2_000_000
"""Partial vectors of whole points tried on one support before it is left open."""


class Limit(NamedTuple):
    """What is of interest.

    Attributes:
        cost: costs above this are not.
        near: how far above the best cost found later the limit stays.
    """

    cost: float
    near: float


def fit_bounds(
    ground: Ground, terms: Integers, start: Floats, limits: Floats, enough: float = ENOUGH
) -> Floats:
    """Fit supports of one size, each with a lower bound of its loss, on merged rows if that pays.

    Args:
        ground: rows and risk sets.
        terms: shape (k, s), the supports, rising.
        start: shape (k, s), coefficients to start from.
        limits: shape (k,), losses above these are of no interest.
        enough: squared Newton decrement at which a fit has converged.

    Returns:
        Shape (k, 1 + s + s * s): bound, coefficients, curvature.
    """
    if merge_rows(ground, terms[0])[0] is ground:
        rows: Floats = fit_each(ground, terms, start, limits, enough)
        return rows
    parts = []
    for one, begin, limit in zip(terms, start, limits, strict=True):
        small, own = merge_rows(ground, one)
        parts.append(fit_each(small, own[None], begin[None], np.array([limit]), enough)[0])
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


def settle_support(
    ground: Ground, rules: Rules, terms: Integers, row: Floats, limit: Limit
) -> tuple[tuple[Found, ...], int, float]:
    """Search the whole points of one fitted support, if it can be of interest.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        terms: shape (s,), the support, in any order.
        row: bound, coefficients and curvature, as ``fit_bounds`` returns them.
        limit: what is of interest.

    Returns:
        As ``gather_found``.
    """
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


def settle_each(
    ground: Ground, rules: Rules, supports: Integers, starts: Floats, limit: Limit
) -> tuple[tuple[Found, ...], int, float]:
    """Fit supports of one size and, where they can be of interest, all their whole points.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        supports: shape (k, s), rising.
        starts: shape (k, s), coefficients to start from.
        limit: what is of interest.

    Returns:
        As ``gather_found``.
    """
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


def settle_pairs(
    ground: Ground,
    rules: Rules,
    stem: Stem,
    firsts: Integers,
    partners: Flags,
    limit: Limit,
) -> tuple[tuple[Found, ...], int, float, int]:
    """Settle a support with one more term, and with two.

    Args:
        ground: rows and risk sets, without tails.
        rules: what a score may look like.
        stem: the support and the terms that may join.
        firsts: shape (k,), which terms join first.
        partners: shape (k, c), which may follow each of them.
        limit: what is of interest.

    Returns:
        As ``gather_found``, and how many supports were fitted.
    """
    rows, fitted = finish_pairs(ground, rules, stem, firsts, partners, limit.cost)
    found: list[Found] = []
    vectors, left, size = 0, np.inf, len(stem.beta)
    for row in rows[np.argsort(rows[:, 2], kind="stable")]:
        joined = row[:2][row[:2] >= 0].astype(np.int64)
        terms = np.concatenate([stem.terms[:size], stem.terms[size + joined]])
        fit = row[2 : 3 + len(terms) + len(terms) ** 2]
        more, tried, open_ = settle_support(ground, rules, terms, fit, limit)
        vectors, left = vectors + tried, min(left, open_)
        found += more
        best = min([limit.cost - limit.near, *(vector.cost for vector in more)])
        limit = Limit(min(limit.cost, best + limit.near), limit.near)
    return tuple(found), vectors, left, fitted
