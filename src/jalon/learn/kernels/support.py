"""Fits of the loss on the few terms of a support, with a lower bound that holds."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Bits, Flags, Ground

LARGEST = 12.0
"""No coefficient is larger than this: a hazard ratio of exp(12) is separation."""

ENOUGH = 1e-12
"""Squared Newton decrement at which a fit has converged."""


@njit(cache=True, nogil=True)
def take_columns(terms: Bits, chosen: Integers) -> Floats:  # pragma: no cover - compiled
    """Return the chosen terms as numbers, shape (m, s)."""
    z = np.empty((terms.shape[1], chosen.size))
    for q in range(chosen.size):
        column = terms[chosen[q]]
        for i in range(column.size):
            z[i, q] = column[i]
    return z


@njit(cache=True, nogil=True)
def spread_risk(z: Floats, beta: Floats) -> tuple[Floats, float]:  # pragma: no cover - compiled
    """Return exp(predictor - its maximum) of each row, and the maximum."""
    risk = np.zeros(z.shape[0])
    for i in range(z.shape[0]):
        total = 0.0
        for q in range(z.shape[1]):
            total += z[i, q] * beta[q]
        risk[i] = total
    top = risk.max() if risk.size else 0.0
    for i in range(risk.size):
        risk[i] = np.exp(risk[i] - top)
    return risk, top


@njit(cache=True, nogil=True)
def penalty(ground: Ground, chosen: Integers, beta: Floats) -> float:  # pragma: no cover - compiled
    """Return the ridge of all coefficients, those that are not chosen being 0."""
    cost = 0.0
    for j in range(ground.ridge.size):
        cost += 0.5 * ground.ridge[j] * ground.centre[j] ** 2
    for q in range(chosen.size):
        j = chosen[q]
        cost += 0.5 * ground.ridge[j] * (beta[q] - 2.0 * ground.centre[j]) * beta[q]
    return cost


@njit(cache=True, nogil=True)
def _add_rows(  # pragma: no cover - compiled
    z: Floats, part: Floats, begin: int, end: int, sign: float, sums: Floats
) -> None:
    """Add weights, weighted terms and their products of some rows to packed sums."""
    s = z.shape[1]
    for i in range(begin, end):
        held = sign * part[i]
        sums[0] += held
        place = 1 + s
        for q in range(s):
            piece = held * z[i, q]
            sums[1 + q] += piece
            for r in range(q + 1):
                sums[place] += piece * z[i, r]
                place += 1


@njit(cache=True, nogil=True)
def _take_set(  # pragma: no cover - compiled
    sums: Floats, died: float, slope: Floats, bend: Floats
) -> float:
    """Add one risk set to slope and (lower) curvature; return its part of the loss."""
    s, share = slope.size, 1.0 / sums[0]
    place = 1 + s
    for q in range(s):
        mean = sums[1 + q] * share
        slope[q] += died * mean
        for r in range(q + 1):
            bend[q, r] += died * (sums[place] * share - mean * sums[1 + r] * share)
            place += 1
    return float(died * np.log(sums[0]))


@njit(cache=True, nogil=True)
def sum_support(  # pragma: no cover - compiled
    ground: Ground, z: Floats, chosen: Integers, beta: Floats
) -> tuple[float, Floats, Floats]:
    """Return the loss on a support, its slope (s,) and its curvature (s, s)."""
    s, fades = chosen.size, ground.tail.size > 0
    risk, top = spread_risk(z, beta)
    loss, slope, bend = penalty(ground, chosen, beta), np.zeros(s), np.zeros((s, s))
    for q in range(s):
        j = chosen[q]
        loss -= ground.linear[j] * beta[q]
        slope[q] = ground.ridge[j] * (beta[q] - ground.centre[j]) - ground.linear[j]
        bend[q, q] = ground.ridge[j]
    part = ground.weight * risk
    later = ground.tail * risk if fades else ground.tail
    sums, rest = np.zeros(1 + s + s * (s + 1) // 2), np.zeros(1 + s + s * (s + 1) // 2)
    row, start = 0, -1
    for t in range(ground.deaths.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
            sums[:], rest[:] = 0.0, 0.0
            if fades:
                _add_rows(z, later, start, ground.finish[t], 1.0, rest)
        _add_rows(z, part, row, ground.last[t], 1.0, sums)
        loss += ground.deaths[t] * top
        if fades:
            _add_rows(z, later, row, ground.last[t], -1.0, rest)
            both = sums + ground.fading[t] * rest
            loss += _take_set(both, ground.deaths[t], slope, bend)
        else:
            loss += _take_set(sums, ground.deaths[t], slope, bend)
        row = ground.last[t]
    for q in range(s):
        for r in range(q):
            bend[r, q] = bend[q, r]
    return loss, slope, bend


@njit(cache=True, nogil=True)
def fall_at_most(step: float, reach: float) -> float:  # pragma: no cover - compiled
    """Bound how far the loss can still fall from where its Newton decrement is ``step``.

    The loss is a sum of logarithms of sums of exponentials, so along any line its third
    derivative is at most the range of the predictor within a risk set times its second
    (generalised self-concordance, Bach 2010, doi:10.1214/09-EJS521, proposition 1).

    Args:
        step: Newton decrement, the square root of slope' curvature^-1 slope.
        reach: largest distance between two patients in the metric of curvature^-1.

    Returns:
        The bound; infinite when ``step * reach`` is 1 or more.
    """
    u = step * reach
    if u >= 1.0:
        return np.inf
    if u < 1e-4:
        return step * step * (0.5 + u / 6.0 + u * u)
    return float((u + (1.0 - u) * np.log1p(-u)) / (reach * reach))


@njit(cache=True, nogil=True)
def reach_of(inverse: Floats) -> float:  # pragma: no cover - compiled
    """Bound the distance between two patients whose terms differ by -1, 0 or 1 each."""
    return float(np.sqrt(np.sum(np.abs(inverse))))


@njit(cache=True, nogil=True)
def fall_in_box(beta: Floats, slope: Floats) -> float:  # pragma: no cover - compiled
    """Bound how far a convex loss can fall while no coefficient leaves -LARGEST to LARGEST."""
    fall = 0.0
    for q in range(beta.size):
        fall += slope[q] * beta[q] + LARGEST * abs(slope[q])
    return fall


@njit(cache=True, nogil=True)
def invert(bend: Floats) -> Floats:  # pragma: no cover - compiled
    """Invert a curvature; a trace of ridge keeps separated or equal terms apart."""
    s = bend.shape[0]
    held = bend.copy()
    for q in range(s):
        held[q, q] += 1e-12 * bend[q, q] + 1e-11
    return np.linalg.inv(held)  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _hold_outer(beta: Floats, slope: Floats) -> tuple[Floats, Flags]:  # pragma: no cover
    """Return the slope without coefficients that press against their limit, and which do."""
    inner, held = slope.copy(), np.zeros(beta.size, np.bool_)
    for q in range(beta.size):
        held[q] = abs(beta[q]) >= LARGEST and beta[q] * slope[q] < 0.0
        if held[q]:
            inner[q] = 0.0
    return inner, held


@njit(cache=True, nogil=True)
def _move_inner(bend: Floats, inner: Floats, held: Flags) -> Floats:  # pragma: no cover
    """Return Newton's step of the coefficients that are free to move."""
    free = bend.copy()
    for q in range(held.size):
        if held[q]:
            free[q, :], free[:, q] = 0.0, 0.0
            free[q, q] = 1.0
    return -invert(free) @ inner


@njit(cache=True, nogil=True)
def step_from(  # pragma: no cover - compiled
    beta: Floats, slope: Floats, bend: Floats, rows: Integers
) -> Floats:
    """Return where a quadratic model puts some terms, the first of which are in use."""
    size = rows.size
    square, side = np.empty((size, size)), np.empty(size)
    for q in range(size):
        side[q] = slope[rows[q]]
        for r in range(size):
            square[q, r] = bend[rows[q], rows[r]]
        square[q, q] += 1e-9 * (1.0 + square[q, q])
    move = -np.linalg.solve(square, side)
    for q in range(size):
        move[q] = min(max(move[q] + (beta[q] if q < beta.size else 0.0), -4.0), 4.0)
    return move  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def fit_support(  # pragma: no cover - compiled
    ground: Ground,
    z: Floats,
    chosen: Integers,
    start: Floats,
    limit: float,
    enough: float = ENOUGH,
) -> tuple[float, float, Floats, Floats]:
    """Minimise the loss on a support, stopping as soon as it cannot reach a limit.

    Args:
        ground: rows and risk sets.
        z: shape (m, s), the terms of the support.
        chosen: shape (s,), which they are.
        start: shape (s,), coefficients to start from.
        limit: losses above this are of no interest.
        enough: squared Newton decrement at which the fit has converged.

    Returns:
        A lower bound of the loss, the loss reached, the coefficients and the curvature.
    """
    beta = start.copy()
    loss, slope, bend = sum_support(ground, z, chosen, beta)
    floor = -np.inf
    for _ in range(60):
        if beta.size == 0:
            return loss, loss, beta, bend
        inverse = invert(bend)
        inner, held = _hold_outer(beta, slope)
        move = -inverse @ inner
        step2 = max(-float(np.dot(move, inner)), 0.0)
        if held.any():
            move = _move_inner(bend, inner, held)
        reach = reach_of(inverse)
        u = reach * np.sqrt(step2)
        fall = min(fall_at_most(np.sqrt(step2), reach), fall_in_box(beta, slope))
        floor = max(floor, loss - fall)
        if floor > limit or step2 < enough:
            break
        damp = 1.0 if u < 0.5 else np.log1p(u) / u
        for q in range(beta.size):
            beta[q] = min(max(beta[q] + damp * move[q], -LARGEST), LARGEST)
        loss, slope, bend = sum_support(ground, z, chosen, beta)
    return floor, loss, beta, bend


@njit(cache=True, nogil=True)
def fit_each(  # pragma: no cover - compiled
    ground: Ground, supports: Integers, starts: Floats, limits: Floats, enough: float = ENOUGH
) -> Floats:
    """Bound the loss of several supports of one size from below.

    Args:
        ground: rows and risk sets.
        supports: shape (k, s), terms, rising within each support.
        starts: shape (k, s), coefficients to start from.
        limits: shape (k,), losses above these are of no interest.
        enough: squared Newton decrement at which a fit has converged.

    Returns:
        Shape (k, 1 + s + s * s): the bound, the best coefficients and the curvature there.
    """
    s = supports.shape[1]
    found = np.empty((supports.shape[0], 1 + s + s * s))
    for k in range(supports.shape[0]):
        z = take_columns(ground.terms, supports[k])
        floor, _, beta, bend = fit_support(ground, z, supports[k], starts[k], limits[k], enough)
        found[k, 0] = floor
        found[k, 1 : 1 + s] = beta
        found[k, 1 + s :] = bend.copy().reshape(s * s)
    return found
