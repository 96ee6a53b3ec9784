"""The loss that a score is judged by: the negative log partial likelihood of its total points.

Two kernels over patients sorted once. ``fit_scale`` finds, for given integer totals, the one
positive scale (log hazard per point) that fits best, exactly. ``screen_terms`` gives, in one
pass per term, what a quadratic model needs to guess how good each change of points would be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers, SurvivalData

Bits = npt.NDArray[np.uint8]

LARGEST_LOG_HAZARD = 12.0
"""Where the scale stops: exp(12) between the lowest and the highest total is separation."""


@dataclass(frozen=True, slots=True, eq=False)
class RiskOrder:
    """Patients in the order in which the partial likelihood meets them.

    Sorted by stratum, then by falling time, so that a running sum is the risk set.

    Attributes:
        order: shape (n,), original row of each patient in this order.
        weight: shape (n,), case weights, all > 0.
        event: shape (n,), weight of the event, 0 when censored.
        close: shape (n,), 2 on the last patient of a stratum, 1 on the last of a set of tied
            times, else 0.
    """

    order: Integers
    weight: Floats
    event: Floats
    close: npt.NDArray[np.uint8]


def order_risk(data: SurvivalData) -> RiskOrder:
    """Sort patients once for every later evaluation; patients of weight zero are left out.

    Args:
        data: outcomes, shape (n,); event 1 is the event, anything else is censored.

    Returns:
        The order, with weights and the ends of tied times.
    """
    weight = np.ones(len(data)) if data.weight is None else data.weight
    stratum = np.zeros(len(data), dtype=np.int64) if data.stratum is None else data.stratum
    order = np.lexsort((-data.time, stratum))
    order = order[weight[order] > 0]
    time, group = data.time[order], stratum[order]
    close = np.ones(len(order), dtype=np.uint8)
    if len(order) > 1:
        new_group = group[1:] != group[:-1]
        close[:-1] = np.where(new_group, 2, time[1:] != time[:-1])
    close[-1:] = 2
    held = np.ascontiguousarray(weight[order])
    return RiskOrder(order.astype(np.int64), held, held * (data.event[order] == 1), close)


@njit(cache=True, nogil=True)
def _evaluate(  # pragma: no cover - compiled
    scale: float, total: Integers, weight: Floats, event: Floats, close: Bits, power: Floats
) -> tuple[float, float, float]:
    """Negative log partial likelihood (Breslow) with two derivatives in the scale."""
    lowest = total.min()
    for level in range(power.size):
        power[level] = np.exp(scale * (level + lowest))
    loss, slope, bend = 0.0, 0.0, 0.0
    sum0, sum1, sum2, deaths = 0.0, 0.0, 0.0, 0.0
    for i in range(total.size):
        points = total[i]
        part = weight[i] * power[points - lowest]
        sum0 += part
        sum1 += part * points
        sum2 += part * points * points
        if event[i] > 0:
            deaths += event[i]
            loss -= event[i] * scale * points
            slope -= event[i] * points
        if close[i] > 0:
            if deaths > 0:
                mean = sum1 / sum0
                loss += deaths * np.log(sum0)
                slope += deaths * mean
                bend += deaths * (sum2 / sum0 - mean * mean)
                deaths = 0.0
            if close[i] == 2:
                sum0, sum1, sum2 = 0.0, 0.0, 0.0
    return loss, slope, bend


@njit(cache=True, nogil=True)
def _fit_scale(  # pragma: no cover - compiled
    start: float, total: Integers, weight: Floats, event: Floats, close: Bits
) -> tuple[float, float]:
    """Safeguarded Newton for the convex loss over scale in [0, limit]."""
    spread = total.max() - total.min()
    power = np.empty(spread + 1)
    if spread == 0:
        loss, slope, bend = _evaluate(0.0, total, weight, event, close, power)
        return 0.0, loss
    low, high = 0.0, LARGEST_LOG_HAZARD / spread
    scale = min(max(start, low), high)
    loss = 0.0
    for _ in range(60):
        loss, slope, bend = _evaluate(scale, total, weight, event, close, power)
        if slope > 0:
            high = scale
        else:
            low = scale
        step = scale - slope / bend if bend > 1e-300 else 0.5 * (low + high)
        if step < low or step > high:
            step = 0.5 * (low + high)
        # What this step still gains is below the noise of the sum itself.
        settled = abs(slope * (step - scale)) < 1e-11 * (1.0 + abs(loss)) or high - low < 1e-14
        scale = step
        if settled:
            break
    if scale * spread < 1e-6:
        # More points do not mean more risk: no scale at all, exactly.
        scale = 0.0
        loss, slope, bend = _evaluate(scale, total, weight, event, close, power)
    return scale, loss


def fit_scale(total: Integers, risk: RiskOrder, start: float = 0.1) -> tuple[float, float]:
    """Find the positive scale at which total points explain the outcome best.

    Args:
        total: shape (n,), total points of each patient, in the order of ``risk``.
        risk: patients sorted once.
        start: a first guess of the scale.

    Returns:
        The scale (log hazard per point, 0 when more points do not mean more risk) and the
        negative log partial likelihood there (Breslow's form for ties,
        doi:10.2307/2529620).
    """
    scale, loss = _fit_scale(start, total, risk.weight, risk.event, risk.close)
    return float(scale), float(loss)


@njit(cache=True, nogil=True)
def fit_moves(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled, takes plain arrays
    total: Integers,
    scale: float,
    bits: Bits,
    moves: Integers,
    weight: Floats,
    event: Floats,
    close: Bits,
) -> tuple[Floats, Floats]:
    """Fit the scale exactly after each of several moves ``total * q + v * term``.

    Args:
        total: shape (n,), totals before the move.
        scale: the scale that fits ``total``.
        bits: shape (p, n), one row per term, 1 where the term holds.
        moves: shape (m, 3), rows (q, v, term).
        weight: shape (n,), case weights.
        event: shape (n,), event weights.
        close: shape (n,), ends of tied times and strata.

    Returns:
        Scales and losses, each of shape (m,).
    """
    scales, losses = np.empty(len(moves)), np.empty(len(moves))
    moved = np.empty_like(total)
    for k in range(len(moves)):
        factor, step, term = moves[k, 0], moves[k, 1], moves[k, 2]
        for i in range(total.size):
            moved[i] = factor * total[i] + step * bits[term, i]
        scales[k], losses[k] = _fit_scale(scale / factor, moved, weight, event, close)
    return scales, losses


@njit(cache=True, nogil=True)
def screen_terms(  # pragma: no cover - compiled
    total: Integers, scale: float, bits: Bits, weight: Floats, event: Floats, close: Bits
) -> tuple[Floats, Floats]:
    """Give the slope and curvature of the loss along every term, and along the score itself.

    Args:
        total: shape (n,), present totals.
        scale: present scale.
        bits: shape (p, n), one row per term.
        weight: shape (n,), case weights.
        event: shape (n,), event weights.
        close: shape (n,), ends of tied times and strata.

    Returns:
        ``own``: (slope, curvature) along the scale; ``terms``: shape (p, 3), for each term
        its slope, its curvature and its mixed derivative with the scale.
    """
    n, p = total.size, bits.shape[0]
    part, first, deaths, share = np.empty(n), np.empty(n), np.zeros(n), np.zeros(n)
    own = np.zeros(2)
    sum0, sum1, sum2, died = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        part[i] = weight[i] * np.exp(scale * total[i])
        sum0 += part[i]
        sum1 += part[i] * total[i]
        sum2 += part[i] * total[i] * total[i]
        died += event[i]
        own[0] -= event[i] * total[i]
        if close[i] > 0:
            if died > 0:
                mean = sum1 / sum0
                deaths[i], share[i], first[i] = died, 1.0 / sum0, mean
                own[0] += died * mean
                own[1] += died * (sum2 / sum0 - mean * mean)
                died = 0.0
            if close[i] == 2:
                sum0, sum1, sum2 = 0.0, 0.0, 0.0
    terms = np.zeros((p, 3))
    for j in range(p):
        row = bits[j]
        held, mixed, slope, bend, cross = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(n):
            if row[i] == 1:
                held += part[i]
                mixed += part[i] * total[i]
                slope -= event[i]
            if deaths[i] > 0:
                mean = held * share[i]
                slope += deaths[i] * mean
                bend += deaths[i] * (mean - mean * mean)
                cross += deaths[i] * (mixed * share[i] - mean * first[i])
            if close[i] == 2:
                held, mixed = 0.0, 0.0
        terms[j, 0], terms[j, 1], terms[j, 2] = slope, bend, cross
    return own, terms
