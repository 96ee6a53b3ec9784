"""How far pairs of further terms can still lower the loss of a support: bounds from one model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats
from jalon.learn.kernels.ground import Flags

LEAST = 1e-300
"""A fall above 0, where 0 would say that the needed fall is out of reach."""


class Tails(NamedTuple):
    """Terms that may follow a support, in the order in which they are tried.

    Attributes:
        bend: shape (c, c), curvature once the support has adapted.
        slope: shape (c,), slope of the loss.
        width: shape (c,), largest difference between two patients once the support has adapted.
        cost: shape (c,), cost of each term.
        pair: shape (c, c), terms that may stand together.
    """

    bend: Floats
    slope: Floats
    width: Floats
    cost: Floats
    pair: Flags


@njit(cache=True, nogil=True)
def bound_fall(need: float, step2: float, u: float) -> float:  # pragma: no cover - compiled
    """Bound how far the loss may fall, 0 when that is less than ``need``.

    Weights of the patients at risk that lean linearly along Newton's step are feasible for the
    dual of the loss as long as none becomes negative, which bounds the fall as
    ``fall_at_most`` does, with the range of the step in place of its decrement times the reach.

    Args:
        need: by how much the loss must fall.
        step2: squared Newton decrement.
        u: bound of the range of Newton's step between two patients.

    Returns:
        The bound; infinite when ``u`` is above 1.
    """
    if u > 1.0:
        return np.inf
    # At u = 1/2 the bound is 0.6137 of the squared decrement, and less below.
    if u <= 0.5 and 0.6138 * step2 < need:
        return 0.0
    if u == 1.0:
        fall = step2
    elif u < 1e-4:
        fall = step2 * (0.5 + u / 6.0 + u * u)
    else:
        fall = step2 * (u + (1.0 - u) * np.log1p(-u)) / (u * u)
    # A term that changes nothing may still stand in a score that is nearly as good.
    return max(fall, LEAST) if fall >= need else 0.0


@njit(cache=True, nogil=True)
def _bound_pairs(  # pragma: no cover - compiled
    tails: Tails, begin: int, need: float, before: tuple[float, float, float], falls: Floats
) -> None:
    """Bound singles (diagonal) and pairs from ``begin`` on that may reach ``need``.

    ``before`` holds squared decrement, squared reach and range of what has joined already.
    """
    bend, slope, width = tails.bend, tails.slope, tails.width
    step0, reach0, range0 = before
    for j in range(begin, slope.size):
        ajj, gj, vj = bend[j, j], slope[j], width[j]
        wanted = need + tails.cost[j]
        falls[j, j] = np.inf
        if ajj > 0.0:
            step2 = step0 + gj * gj / ajj
            u = np.sqrt(step2 * (reach0 + vj * vj / ajj))
            u = min(u, range0 + abs(gj) / ajj * vj)
            falls[j, j] = bound_fall(wanted, step2, u)
        for k in range(j + 1, slope.size):
            if not tails.pair[j, k]:
                continue
            a, akk, gk, vk = bend[j, k], bend[k, k], slope[k], width[k]
            det = ajj * akk - a * a
            falls[j, k] = np.inf
            if det > 1e-10 * ajj * akk:
                step2 = step0 + (gj * gj * akk - 2.0 * gj * gk * a + gk * gk * ajj) / det
                reach2 = reach0 + (vj * vj * akk + 2.0 * abs(a) * vj * vk + vk * vk * ajj) / det
                range_ = (abs(gj * akk - gk * a) * vj + abs(gk * ajj - gj * a) * vk) / det
                u = min(np.sqrt(step2 * reach2), range0 + range_)
                falls[j, k] = bound_fall(wanted + tails.cost[k], step2, u)


@njit(cache=True, nogil=True)
def _sweep(tails: Tails, j: int) -> Tails:  # pragma: no cover - compiled
    """Return the later terms once term ``j`` has been taken in as well."""
    size = tails.slope.size
    bend, slope, width = tails.bend.copy(), tails.slope.copy(), tails.width.copy()
    for k in range(j + 1, size):
        share = tails.bend[j, k] / tails.bend[j, j]
        slope[k] -= share * tails.slope[j]
        width[k] += abs(share) * tails.width[j]
        for r in range(j + 1, size):
            bend[k, r] -= share * tails.bend[j, r]
    return Tails(bend, slope, width, tails.cost, tails.pair)


@njit(cache=True, nogil=True)
def bound_tails(  # pragma: no cover - compiled
    tails: Tails, most: int, need: float, reach: float
) -> Floats:
    """Bound how far the loss may fall with at most ``most`` (1 to 3) further terms.

    Args:
        tails: the further terms, in the order in which they are tried.
        most: how many may be added.
        need: by how much the loss must fall, costs of the terms not counted.
        reach: squared reach of the support.

    Returns:
        Shape (c, c), upper triangle: [j, k] for sets that begin with j and hold k, [j, j] for
        j alone; 0 where the needed fall is out of reach, infinite where nothing is known.
    """
    size = tails.slope.size
    falls = np.zeros((size, size))
    if most == 1:
        for j in range(size):
            a, v = tails.bend[j, j], tails.width[j]
            falls[j, j] = np.inf
            if a > 0.0:
                step2 = tails.slope[j] ** 2 / a
                u = min(np.sqrt(step2 * (reach + v * v / a)), abs(tails.slope[j]) / a * v)
                falls[j, j] = bound_fall(need + tails.cost[j], step2, u)
        return falls
    _bound_pairs(tails, 0, need, (0.0, reach, 0.0), falls)
    if most >= 3:
        for j in range(size - 2):
            _bound_triples(tails, j, need, reach, falls)
    return falls


@njit(cache=True, nogil=True)
def _bound_triples(  # pragma: no cover - compiled
    tails: Tails, j: int, need: float, reach: float, falls: Floats
) -> None:
    ajj = tails.bend[j, j]
    if ajj <= 1e-12:
        falls[j, j:] = np.inf
        return
    found = np.zeros(falls.shape)
    swept, step0 = _sweep(tails, j), tails.slope[j] ** 2 / ajj
    reach0 = reach + tails.width[j] ** 2 / ajj
    range0 = abs(tails.slope[j]) / ajj * tails.width[j]
    _bound_pairs(swept, j + 1, need + tails.cost[j], (step0, reach0, range0), found)
    for k in range(j + 1, falls.shape[0]):
        for r in range(k + 1, falls.shape[0]):
            if found[k, r] > 0.0 and tails.pair[j, k] and tails.pair[j, r]:
                falls[j, k] = max(falls[j, k], found[k, r])
                falls[j, r] = max(falls[j, r], found[k, r])


@njit(cache=True, nogil=True)
def fall_of_suffixes(  # pragma: no cover - compiled
    slope: Floats, bend: Floats, size: int
) -> Floats:
    """Return how far a quadratic model falls with a support and the further terms from each on.

    Args:
        slope: shape (size + c,), the support first.
        bend: shape (size + c, size + c).
        size: terms of the support.

    Returns:
        Shape (c + 1,): with the further terms j, j + 1, ...; the last with the support alone.
    """
    most = slope.size
    left, side = bend.copy(), slope.copy()
    falls, fall = np.zeros(most - size + 1), 0.0
    for step in range(most):
        q = step if step < size else most - 1 - (step - size)
        if step >= size:
            falls[q - size + 1] = fall
        pivot = left[q, q]
        if pivot <= 1e-9 * bend[q, q] + 1e-12:
            # What earlier terms explain already adds nothing.
            side[q] = 0.0
            continue
        fall += 0.5 * side[q] * side[q] / pivot
        for r in range(size if step >= size else q + 1, q if step >= size else most):
            share = left[r, q] / pivot
            side[r] -= share * side[q]
            for c in range(size if step >= size else q + 1, q if step >= size else most):
                left[r, c] -= share * left[q, c]
    falls[0] = fall
    return falls
