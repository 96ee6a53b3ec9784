"""Where a function of one number crosses zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jalon.core import ConvergenceError

EPSILON = float(np.finfo(np.float64).eps)


def find_root(
    function: Callable[[float], float], low: float, high: float, tolerance: float = 0.0
) -> float:
    """Find where a function crosses zero between two ends.

    Brent's ``zeroin`` step by step, so that a search stopped early (R stops its exact
    intervals at a tolerance of 2**-13) ends at the same number as R's ``uniroot``.

    Args:
        function: continuous or a step function, of opposite sign at the two ends.
        low: one end.
        high: the other end.
        tolerance: how close to the crossing to stop; 0 for machine precision.

    Returns:
        The crossing.

    Raises:
        ConvergenceError: the signs at the ends are equal, or no end after 1,000 steps.

    Reference:
        Brent (1973), Algorithms for minimization without derivatives, section 4.6.

    Example:
        >>> round(find_root(lambda x: x * x - 2, 0, 2), 12)
        1.414213562373
    """
    a, b, fa, fb = low, high, function(low), function(high)
    if fa == 0 or fb == 0:
        return a if fa == 0 else b
    if (fa > 0) == (fb > 0):
        raise ConvergenceError("no crossing of zero lies between the two ends of the search")
    c, fc = a, fa
    for _ in range(1000):
        last = b - a
        if abs(fc) < abs(fb):
            a, b, c, fa, fb, fc = b, c, b, fb, fc, fb
        near = 2 * EPSILON * abs(b) + tolerance / 2
        if abs(c - b) / 2 <= near or fb == 0:
            return b
        step = _choose_step((a, b, c), (fa, fb, fc), last, near)
        a, fa = b, fb
        b += step
        fb = function(b)
        if (fb > 0) == (fc > 0) and fb != 0:
            c, fc = a, fa
    raise ConvergenceError("the search for a root did not end within 1,000 steps")


def _choose_step(
    points: tuple[float, float, float],
    heights: tuple[float, float, float],
    last: float,
    near: float,
) -> float:
    (_, b, c), (fa, fb, _) = points, heights
    step = (c - b) / 2
    if abs(last) >= near and abs(fa) > abs(fb):
        p, q = _interpolate(points, heights)
        if p < 0.75 * (c - b) * q - abs(near * q) / 2 and p < abs(last * q / 2):
            step = p / q
    if abs(step) < near:
        return near if step > 0 else -near
    return step


def _interpolate(
    points: tuple[float, float, float], heights: tuple[float, float, float]
) -> tuple[float, float]:
    (a, b, c), (fa, fb, fc) = points, heights
    if a == c:  # only two distinct points: a straight line
        p, q = (c - b) * (fb / fa), 1 - fb / fa
    else:
        q, r, s = fa / fc, fb / fc, fb / fa
        p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1))
        q = (q - 1) * (r - 1) * (s - 1)
    return (p, -q) if p > 0 else (-p, q)
