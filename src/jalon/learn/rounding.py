"""Whole points near the best real coefficients of a support: rounded, then moved one by one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jalon.core import Floats, Integers
from jalon.learn.found import Found, rank_found
from jalon.learn.kernels.ground import Ground, Rules
from jalon.learn.kernels.points import fit_points, may_take_all
from jalon.learn.kernels.support import take_columns
from jalon.learn.merge import merge_rows
from jalon.learn.rules import may_complete, price_support

NOTHING = np.zeros(0, np.int64)
FINE = 25
"""Scales at which coefficients are rounded."""


def round_support(ground: Ground, rules: Rules, terms: Integers, beta: Floats) -> tuple[Found, ...]:
    """Find good whole points for a support.

    Args:
        ground: rows and risk sets.
        rules: what a score may look like.
        terms: shape (s,), the support, rising.
        beta: shape (s,), its best real coefficients.

    Returns:
        The best vector found; empty when none is allowed.
    """
    tried: dict[tuple[int, ...], Found] = {}
    for points in _round_all(beta, rules.max_points):
        _try(ground, rules, terms, points, tried)
    if not tried:
        return ()
    best = min(tried.values(), key=rank_found)
    while True:
        for points in _move_all(np.array(best.points)[terms], rules.max_points):
            _try(ground, rules, terms, points, tried)
        better = min(tried.values(), key=rank_found)
        if better == best:
            return (best,)
        best = better


def _round_all(beta: Floats, most: int) -> Iterator[Integers]:
    largest = np.abs(beta).max()
    if largest > 0:
        for size in np.linspace(1.0, most + 0.49, FINE):
            yield np.clip(np.rint(beta / largest * size), -most, most).astype(np.int64)


def _move_all(points: Integers, most: int) -> Iterator[Integers]:
    for q in range(len(points)):
        for step in (-1, 1):
            if abs(points[q] + step) <= most:
                moved = points.copy()
                moved[q] += step
                yield moved


def _try(
    ground: Ground,
    rules: Rules,
    terms: Integers,
    points: Integers,
    tried: dict[tuple[int, ...], Found],
) -> None:
    """Fit the scale of a vector, if it is allowed and new."""
    used = np.flatnonzero(points)
    whole = points[used] // max(int(np.gcd.reduce(points[used])), 1) if used.size else points[used]
    vector = np.zeros(len(rules.variable), np.int64)
    vector[terms[used]] = whole
    key = tuple(vector.tolist())
    if key in tried or not obeys(rules, terms[used], whole):
        return
    small, own = merge_rows(ground, terms[used])
    z = take_columns(small.terms, own)
    loss, scale = fit_points(small, z, own, whole, 0.5 / np.abs(whole).max())
    if scale > 0:
        cost = loss + price_support(rules, terms[used])
        tried[key] = Found(cost, key, scale, loss)


def obeys(rules: Rules, terms: Integers, points: Integers) -> bool:
    """Tell whether whole points on a support keep every rule.

    Args:
        rules: what a score may look like.
        terms: shape (s,), the support, rising.
        points: shape (s,), its points, none 0.

    Returns:
        Whether they do; no terms never do.
    """
    if not terms.size or not may_complete(rules, terms, NOTHING):
        return False
    return bool(may_take_all(rules, terms, points))
