"""All whole points of a support that can beat a limit: directions within an ellipsoid."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.learn.kernels.ground import Ground, Rules
from jalon.learn.kernels.support import LARGEST


@njit(cache=True, nogil=True)
def rise_at_least(distance: float, reach: float) -> float:  # pragma: no cover - compiled
    """Bound from below how much higher the loss lies at a distance from its minimum.

    The counterpart of ``fall_at_most``: by generalised self-concordance the curvature along a
    line falls no faster than exp(-reach x distance).
    """
    v = distance * reach
    if v < 1e-4:
        return distance * distance * (0.5 - v / 6.0)
    return float((np.expm1(-v) + v) / (reach * reach))


@njit(cache=True, nogil=True)
def widest_distance(slack: float, reach: float) -> float:  # pragma: no cover - compiled
    """Return the distance from the minimum beyond which the loss exceeds it by ``slack``."""
    if slack <= 0.0:
        return 0.0
    high = float(np.sqrt(2.0 * slack)) + 1e-12
    while rise_at_least(high, reach) < slack:
        high *= 2.0
    low = 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if rise_at_least(middle, reach) < slack:
            low = middle
        else:
            high = middle
    return high


@njit(cache=True, nogil=True)
def factor_from_last(bend: Floats) -> Floats:  # pragma: no cover - compiled
    """Return the lower triangular M with M'M = bend: later coordinates can cancel their rows."""
    s = bend.shape[0]
    turned = np.empty((s, s))
    for q in range(s):
        for r in range(s):
            turned[q, r] = bend[s - 1 - q, s - 1 - r]
        turned[q, q] += 1e-12 * turned[q, q] + 1e-11
    lower = np.linalg.cholesky(turned)
    factor = np.zeros((s, s))
    for q in range(s):
        for r in range(q + 1):
            factor[q, r] = lower[s - 1 - r, s - 1 - q]
    return factor


@njit(cache=True, nogil=True)
def fit_points(  # pragma: no cover - compiled
    ground: Ground, z: Floats, chosen: Integers, points: Integers, start: float
) -> tuple[float, float]:
    """Fit the one scale of whole points exactly.

    Returns:
        The loss and the scale, 0 or more.
    """
    total = np.zeros(z.shape[0])
    for i in range(z.shape[0]):
        for q in range(points.size):
            total[i] += z[i, q] * points[q]
    largest = max(np.abs(points).max(), 1)
    low, high = 0.0, LARGEST / largest
    scale = min(max(start, low), high)
    for _ in range(80):
        _, slope, bend = _sum_line(ground, total, chosen, points, scale)
        if slope > 0:
            high = scale
        else:
            low = scale
        step = scale - slope / bend if bend > 1e-300 else 0.5 * (low + high)
        inside = low <= step <= high
        if not inside:
            step = 0.5 * (low + high)
        settled = inside and abs(step - scale) * largest < 1e-8
        scale = step
        if settled or (high - low) * largest < 1e-12:
            break
    return _sum_line(ground, total, chosen, points, scale)[0], scale


@njit(cache=True, nogil=True)
def _sum_line(  # pragma: no cover - compiled
    ground: Ground, total: Floats, chosen: Integers, points: Integers, scale: float
) -> tuple[float, float, float]:
    """Return the loss along points x scale, and its two derivatives in the scale."""
    loss, slope, bend = 0.0, 0.0, 0.0
    for j in range(ground.ridge.size):
        loss += 0.5 * ground.ridge[j] * ground.centre[j] ** 2
    for q in range(points.size):
        j, b = chosen[q], points[q]
        gap = scale * b - ground.centre[j]
        loss += 0.5 * ground.ridge[j] * (gap * gap - ground.centre[j] ** 2)
        loss -= scale * b * ground.linear[j]
        slope += ground.ridge[j] * gap * b - b * ground.linear[j]
        bend += ground.ridge[j] * b * b
    base, top = int(total.min()), int(total.max())
    power = np.empty(top - base + 1)
    for level in range(power.size):
        power[level] = np.exp(scale * (level + base - top))
    sums, rest = np.zeros(3), np.zeros(3)
    row, start, fades = 0, -1, ground.tail.size > 0
    for t in range(ground.deaths.size):
        if ground.first[t] != start:
            start = row = ground.first[t]
            sums[:], rest[:] = 0.0, 0.0
            if fades:
                _gather(ground.tail, total, power, base, start, ground.finish[t], 1.0, rest)
        _gather(ground.weight, total, power, base, row, ground.last[t], 1.0, sums)
        if fades:
            _gather(ground.tail, total, power, base, row, ground.last[t], -1.0, rest)
        row = ground.last[t]
        fade = ground.fading[t] if fades else 0.0
        at_risk = sums[0] + fade * rest[0]
        mean = (sums[1] + fade * rest[1]) / at_risk
        second = (sums[2] + fade * rest[2]) / at_risk
        loss += ground.deaths[t] * (np.log(at_risk) + scale * top)
        slope += ground.deaths[t] * mean
        bend += ground.deaths[t] * (second - mean * mean)
    return loss, slope, bend


@njit(cache=True, nogil=True)
def _gather(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled
    weight: Floats,
    total: Floats,
    power: Floats,
    base: int,
    begin: int,
    end: int,
    sign: float,
    sums: Floats,
) -> None:
    sum0, sum1, sum2 = 0.0, 0.0, 0.0
    for i in range(begin, end):
        points = total[i]
        part = sign * weight[i] * power[int(points) - base]
        sum0 += part
        sum1 += part * points
        sum2 += part * points * points
    sums[0] += sum0
    sums[1] += sum1
    sums[2] += sum2


@njit(cache=True, nogil=True)
def may_take(  # pragma: no cover - compiled
    rules: Rules, chosen: Integers, points: Integers, q: int, value: int
) -> bool:
    """Tell whether the q-th term may take a value, given those before it."""
    j = chosen[q]
    if value == 0 or rules.sign[j] * value < 0:
        return False
    v = rules.variable[j]
    for r in range(q):
        if rules.variable[chosen[r]] == v:
            if rules.rising[v] and points[r] * value < 0:
                return False
            if rules.even[v] and points[r] != value:
                return False
    return True


@njit(cache=True, nogil=True)
def is_allowed(  # pragma: no cover - compiled
    rules: Rules, chosen: Integers, points: Integers
) -> bool:
    """Tell whether points have no common divisor and keep to the largest total.

    The terms of a variable must stand in rising order of their cut-points.
    """
    common, reach = 0, 0
    for q in range(points.size):
        a, b = common, abs(points[q])
        while b:
            a, b = b, a % b
        common = a
        v, height, low, high = rules.variable[chosen[q]], 0, 0, 0
        if q > 0 and rules.variable[chosen[q - 1]] == v:
            continue
        for r in range(q, points.size):
            if rules.variable[chosen[r]] != v:
                break
            height += points[r]
            low, high = min(low, height), max(high, height)
        reach += high - low
    return common == 1 and reach <= rules.max_total


@njit(cache=True, nogil=True)
def may_take_all(  # pragma: no cover - compiled
    rules: Rules, chosen: Integers, points: Integers
) -> bool:
    """Tell whether every term may take its points, and all of them together."""
    for q in range(points.size):
        if not may_take(rules, chosen, points, q, points[q]):
            return False
    return is_allowed(rules, chosen, points)


@njit(cache=True, nogil=True)
def _advance(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled
    rules: Rules,
    chosen: Integers,
    points: Integers,
    factor: Floats,
    target: Floats,
    sums: Floats,
    q: int,
) -> int:
    """Give the q-th term its next value; return the term to go on with, -1 at the end.

    ``sums`` holds, per term, what the terms before it add up to: the square of the image of
    the points, its product with that of the best coefficients, and the square of the latter.
    """
    points[q] += 1
    while points[q] <= rules.max_points and not may_take(rules, chosen, points, q, points[q]):
        points[q] += 1
    if points[q] > rules.max_points:
        return -1
    image = 0.0
    for r in range(q + 1):
        image += factor[q, r] * points[r]
    sums[q + 1, 0] = sums[q, 0] + image * image
    sums[q + 1, 1] = sums[q, 1] + image * target[q]
    sums[q + 1, 2] = sums[q, 2] + target[q] * target[q]
    return q


@njit(cache=True, nogil=True)
def list_points(  # pragma: no cover - compiled
    rules: Rules,
    chosen: Integers,
    factor: Floats,
    target: Floats,
    widest: float,
    steps: int,
) -> tuple[Integers, Floats, bool]:
    """List the whole points whose ray comes close enough to the best coefficients.

    Coordinates are fixed one after the other; the distance of a partial vector, the later
    ones left free, is a bound.

    Args:
        rules: what a score may look like.
        chosen: shape (s,), the terms, rising.
        factor: shape (s, s), lower triangular, factor' factor being the curvature.
        target: shape (s,), factor @ the best coefficients.
        widest: largest distance.
        steps: give up after so many partial vectors.

    Returns:
        Points, shape (h, s); distance and scale of the nearest point of each ray, shape
        (h, 2); whether all were listed.
    """
    s, held, q = chosen.size, 0, 0
    kept, near = np.empty((16, s), np.int64), np.empty((16, 2))
    points, sums = np.full(s, -rules.max_points - 1, np.int64), np.zeros((s + 1, 3))
    while q >= 0:
        steps -= 1
        if steps < 0:
            return kept[:held], near[:held], False
        if _advance(rules, chosen, points, factor, target, sums, q) < 0:
            points[q] = -rules.max_points - 1
            q -= 1
            continue
        own, cross, gap2 = sums[q + 1, 0], sums[q + 1, 1], sums[q + 1, 2]
        if cross > 0.0:
            gap2 -= cross * cross / own
        if gap2 > widest * widest * (1.0 + 1e-9) + 1e-12:
            continue
        if q + 1 < s:
            q += 1
            continue
        if is_allowed(rules, chosen, points):
            if held == kept.shape[0]:
                kept, near = np.concatenate((kept, kept)), np.concatenate((near, near))
            kept[held] = points
            near[held, 0], near[held, 1] = np.sqrt(max(gap2, 0.0)), max(cross / own, 0.0)
            held += 1
    return kept[:held], near[:held], True
