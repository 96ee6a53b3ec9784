"""The cubic spline of Forsythe, Malcolm and Moler, by which R reads profiles."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats


def read_backwards(x: Floats, y: Floats, aims: Floats) -> Floats:
    """Find where a curve through a few points takes given values.

    The points are joined by a cubic spline, the spline is drawn at three times as many points,
    and these are joined by straight lines: that is what R's ``spline`` and ``approx`` do.

    Args:
        x: shape (m,), rising, at least two.
        y: shape (m,), rising.
        aims: shape (k,), values of y.

    Returns:
        Shape (k,), NaN where the curve does not reach.

    Reference:
        Forsythe GE, Malcolm MA, Moler CB (1977), Computer Methods for Mathematical Computations,
        section 4.4 (a cubic through the four points at each end gives the end conditions).
    """
    drawn = np.linspace(x[0], x[-1], 3 * len(x))
    height = _draw(x, y, drawn)
    order = np.argsort(height, kind="stable")
    found: Floats = np.interp(aims, height[order], drawn[order], left=np.nan, right=np.nan)
    return found


def _draw(x: Floats, y: Floats, at: Floats) -> Floats:
    """Evaluate the spline by its second derivatives at the points."""
    h, bend = np.diff(x), _bend(x, y)
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    left, right = x[i + 1] - at, at - x[i]
    curve = (bend[i] * left**3 + bend[i + 1] * right**3) / (6 * h[i])
    line = (y[i] / h[i] - bend[i] * h[i] / 6) * left
    drawn: Floats = curve + line + (y[i + 1] / h[i] - bend[i + 1] * h[i] / 6) * right
    return drawn


def _bend(x: Floats, y: Floats) -> Floats:
    """Solve for the second derivatives."""
    m, h = len(x), np.diff(x)
    if m < 3:
        return np.zeros(m)
    slope = np.diff(y) / h
    matrix, target = np.zeros((m, m)), np.zeros(m)
    for i in range(1, m - 1):
        matrix[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        target[i] = 6 * (slope[i] - slope[i - 1])
    # The third derivative at each end is that of the cubic through the last four points.
    matrix[0, :2], matrix[-1, -2:] = (-1 / h[0], 1 / h[0]), (-1 / h[-1], 1 / h[-1])
    if m > 3:
        second = np.diff(slope) / (x[2:] - x[:-2])
        third = np.diff(second) / (x[3:] - x[:-3])
        target[0], target[-1] = 6 * third[0], 6 * third[-1]
    return np.asarray(np.linalg.solve(matrix, target), dtype=np.float64)
