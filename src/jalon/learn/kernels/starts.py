"""Many supports at once: their terms in order, where to start their fits, and what they cost."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Rules
from jalon.learn.kernels.support import step_from


@njit(cache=True, nogil=True)
def start_each(  # pragma: no cover - compiled
    terms: Integers, beta: Floats, slope: Floats, bend: Floats, more: Integers
) -> tuple[Integers, Floats]:
    """Add further terms to a support in several ways.

    Args:
        terms: shape (s + c,), the support, then the terms that may join.
        beta: shape (s,), coefficients of the support.
        slope: shape (s + c,), slope of the loss there.
        bend: shape (s + c, s + c), curvature.
        more: shape (m, r), which of the c terms join.

    Returns:
        Shape (m, s + r) each: the supports, rising, and coefficients to start from.
    """
    s, width = beta.size, beta.size + more.shape[1]
    supports, starts = np.empty((more.shape[0], width), np.int64), np.empty((more.shape[0], width))
    rows = np.arange(width)
    for k in range(more.shape[0]):
        for r in range(more.shape[1]):
            rows[s + r] = s + more[k, r]
        move = step_from(beta, slope, bend, rows)
        order = np.argsort(terms[rows])
        for q in range(width):
            supports[k, q] = terms[rows[order[q]]]
            starts[k, q] = move[order[q]]
    return supports, starts


@njit(cache=True, nogil=True)
def price_each(rules: Rules, supports: Integers) -> Floats:  # pragma: no cover - compiled
    """Return the price of the terms and the charges of the variables of each support."""
    prices = np.full(supports.shape[0], rules.price * supports.shape[1])
    for k in range(supports.shape[0]):
        for q in range(supports.shape[1]):
            v, fresh = rules.variable[supports[k, q]], True
            for r in range(q):
                fresh = fresh and rules.variable[supports[k, r]] != v
            if fresh:
                prices[k] += rules.charge[v]
    return prices
