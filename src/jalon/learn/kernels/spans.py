"""How far apart two patients can lie: the reach of a model among the patients there really are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Bits

PAIRS = 64
"""With at most this many kinds of patients every pair is measured."""


class Kinds(NamedTuple):
    """The kinds of patients that a support tells apart.

    Attributes:
        kind: shape (m,), kind of each row.
        terms: shape (u, s), terms of each kind.
    """

    kind: Integers
    terms: Floats


@njit(cache=True, nogil=True)
def tell_apart(terms: Bits, chosen: Integers) -> Kinds:  # pragma: no cover - compiled
    """Return the kinds of patients that some terms tell apart."""
    kinds = Kinds(np.zeros(terms.shape[1], np.int64), np.zeros((1, 0)))
    for j in chosen:
        kinds = split_kinds(kinds, terms[j])
    return kinds


@njit(cache=True, nogil=True)
def split_kinds(kinds: Kinds, column: Bits) -> Kinds:  # pragma: no cover - compiled
    """Return the kinds of patients once one more term is known."""
    u, s = kinds.terms.shape
    place = np.full((u, 2), -1, np.int64)
    index = np.empty_like(kinds.kind)
    found = 0
    for i in range(index.size):
        x = 1 if column[i] else 0
        if place[kinds.kind[i], x] < 0:
            place[kinds.kind[i], x] = found
            found += 1
        index[i] = place[kinds.kind[i], x]
    terms = np.empty((found, s + 1))
    for k in range(u):
        for x in range(2):
            if place[k, x] >= 0:
                terms[place[k, x], :s] = kinds.terms[k]
                terms[place[k, x], s] = x
    return Kinds(index, terms)


@njit(cache=True, nogil=True)
def _measure(gap: Floats, inverse: Floats) -> float:  # pragma: no cover - compiled
    total = 0.0
    for q in range(gap.size):
        if gap[q] != 0.0:
            for r in range(gap.size):
                total += gap[q] * inverse[q, r] * gap[r]
    return total


@njit(cache=True, nogil=True)
def _farthest(terms: Floats, inverse: Floats, centre: Floats) -> tuple[float, int]:
    most, place = 0.0, 0
    for k in range(terms.shape[0]):
        far = _measure(terms[k] - centre, inverse)
        if far > most:
            most, place = far, k
    return most, place


@njit(cache=True, nogil=True)
def span_kinds(terms: Floats, inverse: Floats) -> float:  # pragma: no cover - compiled
    """Bound the squared distance between two kinds of patients in the metric of an inverse.

    Args:
        terms: shape (u, s), terms of each kind.
        inverse: shape (s, s), inverse of the curvature.

    Returns:
        The largest, or a bound of it when there are many kinds.
    """
    span, u = float(np.sum(np.abs(inverse))), terms.shape[0]
    if terms.shape[1] == 0:
        return 0.0
    if u <= PAIRS:
        most = 0.0
        for k in range(u):
            for r in range(k):
                most = max(most, _measure(terms[k] - terms[r], inverse))
        return min(most, span)
    # Any two points of a ball lie within twice its radius.
    centre = np.zeros(terms.shape[1])
    for k in range(u):
        centre += terms[k] / u
    for _ in range(2):
        far, place = _farthest(terms, inverse, centre)
        span = min(span, 4.0 * far)
        _, other = _farthest(terms, inverse, terms[place])
        centre = 0.5 * (terms[place] + terms[other])
    return span


@njit(cache=True, nogil=True)
def span_term(  # pragma: no cover - compiled
    kinds: Kinds, column: Bits, share: Floats
) -> float:
    """Return by how much two patients can differ in a term less its share of a support.

    Args:
        kinds: the kinds of patients that the support tells apart.
        column: shape (m,), the term.
        share: shape (s,), coefficients of the support that take its place.

    Returns:
        The largest difference.
    """
    u = kinds.terms.shape[0]
    seen = np.zeros((u, 2), np.bool_)
    for i in range(column.size):
        seen[kinds.kind[i], 1 if column[i] else 0] = True
    low, high = np.inf, -np.inf
    for k in range(u):
        own = 0.0
        for q in range(share.size):
            own += kinds.terms[k, q] * share[q]
        for x in range(2):
            if seen[k, x]:
                low, high = min(low, x - own), max(high, x - own)
    return max(high - low, 0.0)


@njit(cache=True, nogil=True)
def span_each(  # pragma: no cover - compiled
    kinds: Kinds, terms: Bits, further: Integers, share: Floats
) -> Floats:
    """Return ``span_term`` of several terms; ``share`` has one column each."""
    spans = np.empty(further.size)
    for k in range(further.size):
        spans[k] = span_term(kinds, terms[further[k]], np.ascontiguousarray(share[:, k]))
    return spans
