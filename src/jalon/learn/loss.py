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
def _fill_power(scale: float, lowest: int, power: Floats) -> None:  # pragma: no cover - compiled
    for level in range(power.size):
        power[level] = np.exp(scale * (level + lowest))


@njit(cache=True, nogil=True)
def _sum_loss(  # pragma: no cover - compiled
    scale: float, total: Integers, weight: Floats, event: Floats, close: Bits, power: Floats
) -> float:
    """Negative log partial likelihood (Breslow)."""
    lowest = total.min()
    _fill_power(scale, lowest, power)
    loss, among, deaths = 0.0, 0.0, 0.0
    for i in range(total.size):
        among += weight[i] * power[total[i] - lowest]
        deaths += event[i]
        loss -= event[i] * scale * total[i]
        if close[i] > 0:
            if deaths > 0:
                loss += deaths * np.log(among)
                deaths = 0.0
            if close[i] == 2:
                among = 0.0
    return loss


@njit(cache=True, nogil=True)
def _sum_slope(  # pragma: no cover - compiled
    scale: float, total: Integers, weight: Floats, event: Floats, close: Bits, power: Floats
) -> tuple[float, float]:
    """First and second derivative of the loss in the scale."""
    lowest = total.min()
    _fill_power(scale, lowest, power)
    slope, bend = 0.0, 0.0
    sum0, sum1, sum2, deaths = 0.0, 0.0, 0.0, 0.0
    for i in range(total.size):
        points = total[i]
        part = weight[i] * power[points - lowest]
        sum0 += part
        sum1 += part * points
        sum2 += part * points * points
        deaths += event[i]
        slope -= event[i] * points
        if close[i] > 0:
            if deaths > 0:
                inverse = 1.0 / sum0
                mean = sum1 * inverse
                slope += deaths * mean
                bend += deaths * (sum2 * inverse - mean * mean)
                deaths = 0.0
            if close[i] == 2:
                sum0, sum1, sum2 = 0.0, 0.0, 0.0
    return slope, bend


@njit(cache=True, nogil=True)
def _descend(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled, takes plain arrays
    start: float,
    spread: int,
    total: Integers,
    weight: Floats,
    event: Floats,
    close: Bits,
    power: Floats,
) -> float:
    """Safeguarded Newton for the convex loss over scale in [0, limit]."""
    low, high = 0.0, LARGEST_LOG_HAZARD / spread
    scale = min(max(start, low), high)
    for _ in range(80):
        slope, bend = _sum_slope(scale, total, weight, event, close, power)
        if slope > 0:
            high = scale
        else:
            low = scale
        step = scale - slope / bend if bend > 1e-300 else 0.5 * (low + high)
        inside = low <= step <= high
        if not inside:
            step = 0.5 * (low + high)
        # Newton's error is squared at each step: after one this small nothing is left.
        settled = inside and abs(step - scale) * spread < 1e-5
        scale = step
        if settled or (high - low) * spread < 1e-12:
            break
    return scale


@njit(cache=True, nogil=True)
def _fit_scale(  # pragma: no cover - compiled
    start: float, total: Integers, weight: Floats, event: Floats, close: Bits
) -> tuple[float, float]:
    spread = total.max() - total.min()
    power = np.empty(spread + 1)
    scale = 0.0
    if spread > 0:
        scale = _descend(start, spread, total, weight, event, close, power)
        if scale * spread < 1e-3 and _sum_slope(0.0, total, weight, event, close, power)[0] >= 0:
            # More points do not mean more risk: no scale at all, exactly.
            scale = 0.0
    return scale, _sum_loss(scale, total, weight, event, close, power)


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
    starts: Floats,
    bits: Bits,
    moves: Integers,
    weight: Floats,
    event: Floats,
    close: Bits,
) -> tuple[Floats, Floats]:
    """Fit the scale exactly after each of several moves ``total * q + v * term``.

    Args:
        total: shape (n,), totals before the move.
        starts: shape (m,), a first guess of the scale after each move.
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
        scales[k], losses[k] = _fit_scale(starts[k], moved, weight, event, close)
    return scales, losses


@njit(cache=True, nogil=True)
def _sum_deaths(  # pragma: no cover - compiled
    total: Integers, part: Floats, event: Floats, close: Bits
) -> tuple[Floats, Floats]:
    """Slope and curvature along the scale; per risk set: deaths, 1 / sum, mean total."""
    own, deaths = np.zeros(2), np.zeros((total.size, 3))
    sum0, sum1, sum2, died = 0.0, 0.0, 0.0, 0.0
    for i in range(total.size):
        sum0 += part[i]
        sum1 += part[i] * total[i]
        sum2 += part[i] * total[i] * total[i]
        died += event[i]
        own[0] -= event[i] * total[i]
        if close[i] > 0:
            if died > 0:
                mean = sum1 / sum0
                deaths[i, 0], deaths[i, 1], deaths[i, 2] = died, 1.0 / sum0, mean
                own[0] += died * mean
                own[1] += died * (sum2 / sum0 - mean * mean)
                died = 0.0
            if close[i] == 2:
                sum0, sum1, sum2 = 0.0, 0.0, 0.0
    return own, deaths


@njit(cache=True, nogil=True)
def screen_terms(  # pragma: no cover - compiled
    total: Integers, scale: float, bits: Bits, weight: Floats, event: Floats, close: Bits
) -> tuple[Floats, Floats]:
    """Give the slope and curvature of the loss along every term, and along the score itself.

    Args:
        total: shape (n,), present totals.
        scale: present scale.
        bits: shape (n, p), one row per patient: all terms move together through the risk
            sets, which the processor does several at a time.
        weight: shape (n,), case weights.
        event: shape (n,), event weights.
        close: shape (n,), ends of tied times and strata.

    Returns:
        ``own``: (slope, curvature) along the scale; ``terms``: shape (p, 3), for each term
        its slope, its curvature and its mixed derivative with the scale.
    """
    part = weight * np.exp(scale * total)
    own, deaths = _sum_deaths(total, part, event, close)
    n, p = bits.shape
    terms, held, mixed = np.zeros((3, p)), np.zeros(p), np.zeros(p)
    for i in range(n):
        row, points = bits[i], part[i] * total[i]
        for j in range(p):
            held[j] += part[i] * row[j]
            mixed[j] += points * row[j]
            terms[0, j] -= event[i] * row[j]
        died, inverse, middle = deaths[i]
        if died > 0:
            for j in range(p):
                mean = held[j] * inverse
                terms[0, j] += died * mean
                terms[1, j] += died * (mean - mean * mean)
                terms[2, j] += died * (mixed[j] * inverse - mean * middle)
        if close[i] == 2:
            held[:], mixed[:] = 0.0, 0.0
    return own, terms.T.copy()
