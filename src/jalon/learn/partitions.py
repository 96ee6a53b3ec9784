"""Partitions of neighbouring totals, each with a lower bound of its loss.

The partial likelihood of a Cox model with one effect per group does not add up over groups, so
dynamic programming over totals cannot maximise it. Instead every partition that keeps the rules
is listed, and most are ruled out by a bound that costs little:

* Times are put together in bins, where each number at risk is replaced by its geometric mean.
  The logarithm of a sum of exponentials is convex, so this can only lower the loss, whatever the
  effects of the groups (Jensen's inequality).
* One Newton step bounds the minimum. Along a direction whose entries differ by at most r, the
  third derivative of the loss is at most r times the second. Integrated twice, with decrement v,
  with k the largest difference of two entries of a direction of unit length (in the norm of the
  second derivatives), and u = v k < 1, this gives

      minimum >= loss - (u + (1 - u) log(1 - u)) / k^2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers

SETTLED = 1e-11
"""Newton's decrement, squared, at which a fit has reached its minimum."""

STEPS = 60
"""Newton steps before a fit counts as failed."""


class Blocks(NamedTuple):
    """Runs of neighbouring totals that are large enough to be a group.

    Attributes:
        place: shape (j + 1, j + 1), row of the run from one limit to another; -1 if too small.
        at_risk: shape (b, t), patients at risk in each run.
        events: shape (b,), events of each run.
        start: shape (b,), a first guess of its log hazard.
    """

    place: Integers
    at_risk: Floats
    events: Floats
    start: Floats


@njit(cache=True, nogil=True)
def count_partitions(  # pragma: no cover - compiled
    place: Integers, groups: int
) -> float:
    """Count the partitions whose groups are all large enough.

    Args:
        place: shape (j + 1, j + 1), -1 where a run is too small.
        groups: number of groups.

    Returns:
        The number.
    """
    top = len(place) - 1
    ways = np.zeros(top + 1)
    ways[0] = 1.0
    for _ in range(groups):
        more = np.zeros(top + 1)
        for high in range(1, top + 1):
            for low in range(high):
                if place[low, high] >= 0:
                    more[high] += ways[low]
        ways = more
    return float(ways[top])


@njit(cache=True, nogil=True)
def list_partitions(  # pragma: no cover - compiled
    place: Integers, groups: int, count: int
) -> Integers:
    """List the partitions whose groups are all large enough, in lexicographic order.

    Args:
        place: shape (j + 1, j + 1), -1 where a run is too small.
        groups: number of groups, 2 or more.
        count: how many there are.

    Returns:
        Shape (count, groups + 1), limits from 0 to j.
    """
    top = len(place) - 1
    found = np.empty((count, groups + 1), dtype=np.int64)
    limit = np.zeros(groups + 1, dtype=np.int64)
    limit[groups] = top
    depth, row = 1, 0
    while depth > 0:
        limit[depth] += 1
        if limit[depth] >= top:
            depth -= 1
        elif place[limit[depth - 1], limit[depth]] >= 0:
            if depth < groups - 1:
                depth += 1
                limit[depth] = limit[depth - 1]
            elif place[limit[depth], top] >= 0:
                found[row] = limit
                row += 1
    return found


@njit(cache=True, nogil=True)
def _sum_groups(  # pragma: no cover - compiled
    at_risk: Floats,
    group: Integers,
    died: Floats,
    beta: Floats,
    slope: Floats,
    bend: Floats,
) -> float:
    """Sum of log risk sets with its slope and curvature in the effects."""
    size = group.size
    ratio, part = np.exp(beta), np.empty(size)
    slope[:], bend[:] = 0.0, 0.0
    loss = 0.0
    for t in range(died.size):
        among = 0.0
        for g in range(size):
            part[g] = at_risk[group[g], t] * ratio[g]
            among += part[g]
        if among <= 0.0:
            return -np.inf
        loss += died[t] * np.log(among)
        once = died[t] / among
        twice = once / among
        for g in range(1, size):
            slope[g] += once * part[g]
            for h in range(1, g + 1):
                bend[g, h] -= twice * part[g] * part[h]
    for g in range(1, size):
        bend[g, g] += slope[g]
        for h in range(1, g):
            bend[h, g] = bend[g, h]
    return loss


@njit(cache=True, nogil=True)
def _invert(bend: Floats) -> npt.NDArray[np.float64]:  # pragma: no cover - compiled
    """Inverse of the curvature without the first group, by Gauss and Jordan; NaN if singular."""
    size = bend.shape[0]
    work, inverse = bend.copy(), np.eye(size)
    for g in range(1, size):
        pivot = work[g, g]
        if pivot <= 1e-14 * (1.0 + bend[g, g]):
            inverse[:] = np.nan
            return inverse
        for h in range(1, size):
            work[g, h] /= pivot
            inverse[g, h] /= pivot
        for i in range(1, size):
            factor = work[i, g]
            if i != g and factor != 0.0:
                for h in range(1, size):
                    work[i, h] -= factor * work[g, h]
                    inverse[i, h] -= factor * inverse[g, h]
    return inverse


@njit(cache=True, nogil=True)
def _measure(  # pragma: no cover - compiled
    blocks: Blocks, group: Integers, died: Floats, beta: Floats, slope: Floats, bend: Floats
) -> float:
    """Loss of a partition at given effects; slope and curvature are filled in."""
    loss = _sum_groups(blocks.at_risk, group, died, beta, slope, bend)
    for g in range(group.size):
        loss -= blocks.events[group[g]] * beta[g]
        if g > 0:
            slope[g] -= blocks.events[group[g]]
    return loss


@njit(cache=True, nogil=True)
def _look_down(  # pragma: no cover - compiled
    slope: Floats, inverse: Floats
) -> tuple[float, float]:
    """Squared decrement, and how far below the present loss the minimum can be."""
    size = slope.size
    decrement, reach = 0.0, 0.0
    for g in range(1, size):
        for h in range(1, size):
            decrement += slope[g] * inverse[g, h] * slope[h]
        reach = max(reach, inverse[g, g])
        for h in range(1, g):
            reach = max(reach, inverse[g, g] + inverse[h, h] - 2.0 * inverse[g, h])
    u = np.sqrt(max(decrement, 0.0) * reach)
    if not u < 1.0:
        return decrement, np.inf
    if u < 1e-4:
        return decrement, 0.5 * decrement * (1.0 + u)
    return decrement, (u + (1.0 - u) * np.log1p(-u)) / reach


@njit(cache=True, nogil=True)
def bound_partitions(  # pragma: no cover - compiled
    blocks: Blocks, partitions: Integers, died: Floats
) -> Floats:
    """Bound the smallest loss of each partition from below.

    Args:
        blocks: runs of totals, with numbers at risk by bin.
        partitions: shape (m, g + 1), limits of each partition.
        died: shape (bins,), events of each bin.

    Returns:
        Shape (m,); minus infinity where nothing is known.
    """
    size = partitions.shape[1] - 1
    bounds = np.full(len(partitions), -np.inf)
    group, beta = np.empty(size, dtype=np.int64), np.empty(size)
    slope, bend = np.zeros(size), np.zeros((size, size))
    for row in range(len(partitions)):
        for g in range(size):
            group[g] = blocks.place[partitions[row, g], partitions[row, g + 1]]
        for g in range(size):
            beta[g] = blocks.start[group[g]] - blocks.start[group[0]]
        for _ in range(4):  # more than one only where the first guess is far away
            loss = _measure(blocks, group, died, beta, slope, bend)
            inverse = _invert(bend)
            depth = _look_down(slope, inverse)[1]
            if loss == -np.inf or np.isnan(inverse[0, 0]):
                break
            if depth < np.inf:
                bounds[row] = loss - depth
                break
            longest = 0.0
            for g in range(1, size):
                longest = max(longest, abs(np.dot(inverse[g], slope)))
            beta -= (inverse @ slope) / max(1.0, longest)
    return bounds


@njit(cache=True, nogil=True)
def fit_partition(  # pragma: no cover - compiled
    at_risk: Floats, events: Floats, died: Floats, start: Floats
) -> tuple[float, Floats, bool]:
    """Fit one effect per group, the first being 0.

    Args:
        at_risk: shape (g, t), patients at risk of each group.
        events: shape (g,), events of each group.
        died: shape (t,), events at each time.
        start: shape (g,), a first guess.

    Returns:
        Loss, effects, and whether the minimum was reached.
    """
    size = events.size
    group = np.arange(size)
    blocks = Blocks(np.zeros((1, 1), dtype=np.int64), at_risk, events, start)
    slope, bend = np.zeros(size), np.zeros((size, size))
    beta = start - start[0]
    loss = _measure(blocks, group, died, beta, slope, bend)
    for _ in range(STEPS):
        inverse = _invert(bend)
        if np.isnan(inverse[0, 0]):
            return loss, beta, False
        step = inverse @ slope
        decrement = np.dot(step, slope)
        step /= max(1.0, np.abs(step).max() / 2.0)
        factor = 1.0
        tried = beta - step
        found = _measure(blocks, group, died, tried, slope, bend)
        while found > loss + 1e-12 * abs(loss) and factor > 1e-6:
            factor *= 0.5
            tried = beta - factor * step
            found = _measure(blocks, group, died, tried, slope, bend)
        loss, beta = found, tried
        if decrement < SETTLED:
            return loss, beta, True
    return loss, beta, False


@njit(cache=True, nogil=True)
def compare_runs(  # pragma: no cover - compiled
    at_risk: Floats, deaths: Floats, low: int, middle: int, high: int
) -> float:
    """Compare two neighbouring runs of totals by the log-rank test.

    Args:
        at_risk: shape (j + 1, t), sums over the first totals.
        deaths: shape (j + 1, t), the same for events.
        low: where the lower run begins.
        middle: where the upper run begins.
        high: where it ends.

    Returns:
        z, positive when the upper run has more events than expected; 0 when nothing is known.
    """
    excess, variance = 0.0, 0.0
    for t in range(at_risk.shape[1]):
        among = at_risk[high, t] - at_risk[low, t]
        died = deaths[high, t] - deaths[low, t]
        if among <= 0.0 or died <= 0.0:
            continue
        share = (at_risk[high, t] - at_risk[middle, t]) / among
        excess += deaths[high, t] - deaths[middle, t] - died * share
        if among > 1.0:
            variance += died * share * (1.0 - share) * (among - died) / (among - 1.0)
    return excess / np.sqrt(variance) if variance > 0.0 else 0.0
