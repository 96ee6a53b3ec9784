"""Compiled loops that count concordant pairs where days and points are whole and few.

All patients of one day and one score are alike, so pairs are counted between cells of a grid
of days by points: time grows with the patients once and with the cells once, without sorting.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


@njit(cache=True, nogil=True)
def find_span(values: Floats, limit: float) -> tuple[float, int]:
    """Return the lowest of whole numbers and how many there are up to the highest.

    Args:
        values: shape (n,), finite, at least one.
        limit: largest span worth a grid.

    Returns:
        The lowest, and the span from it to the highest, both included; -1 when a number is not
        whole or the span is above ``limit``.
    """
    low, high = values[0], values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
    if high - low >= limit:
        return low, -1
    for value in values:
        if value - low != np.floor(value - low):
            return low, -1
    return low, int(high - low) + 1


@njit(cache=True, nogil=True)
def fill_grid(
    time: Floats, event: Integers, risk: Floats, weight: Floats, low: float, shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Sum weights by day and points.

    Args:
        time: shape (n,), whole days.
        event: shape (n,), 1 for an event.
        risk: shape (n,), whole points.
        weight: shape (n,), case weights; empty for one each.
        low: lowest points.
        shape: number of days and of points.

    Returns:
        Shape (days, points, 3): weight of those censored, of those with an event, and the sum
        of the latter's squared weights. And shape (days, 2): those censored and with an event.
    """
    grid, daily = np.zeros((shape[0], shape[1], 3)), np.zeros((shape[0], 2))
    for i in range(len(time)):
        day, point, kind = int(time[i]), int(risk[i] - low), event[i]
        value = 1.0 if len(weight) == 0 else weight[i]
        daily[day, kind] += value
        grid[day, point, kind] += value
        grid[day, point, 2] += kind * value * value
    return grid, daily


@njit(cache=True, nogil=True)
def count_day(day: Floats, present: Floats, pull: float, counts: Floats) -> None:
    """Count the pairs of one day's events with those who outlive them, and among themselves.

    Args:
        day: shape (points, 3), the day's row of the grid. Its last column becomes, per weight
            of an event, concordant pairs and half of the tied ones.
        present: shape (points,), weight of those who outlive its events.
        pull: how much the pairs of this day count.
        counts: shape (5,), changed in place: concordant, discordant, tied in risk, events of
            one day with other risks, and with equal risk.
    """
    below, total, among, alike = 0.0, present.sum(), 0.0, 0.0
    for k in range(len(present)):
        here, dead = present[k], day[k, 1]
        counts[0] += pull * dead * below
        counts[1] += pull * dead * (total - below - here)
        counts[2] += pull * dead * here
        counts[3] += pull * dead * among
        alike += (dead * dead - day[k, 2]) / 2
        day[k, 2] = pull * (below + here / 2)
        among += dead
        below += here
    counts[4] += pull * alike


@njit(cache=True, nogil=True)
def count_back(grid: Floats, daily: Floats, pull: Floats, met: Floats) -> Floats:
    """Count pairs from the side of the event, going back in time.

    Args:
        grid: shape (days, points, 3), as ``fill_grid`` makes it; its last column is changed as
            ``count_day`` says.
        daily: shape (days, 2), likewise.
        pull: shape (days,), how much the pairs of each day's events count.
        met: shape (days,), zeros; filled with all pairs per weight of an event.

    Returns:
        Shape (5,), the counts.
    """
    days, points = grid.shape[0], grid.shape[1]
    present, counts = np.zeros(points), np.zeros(5)
    for d in range(days - 1, -1, -1):
        if daily[d, 0] > 0:
            for k in range(points):
                present[k] += grid[d, k, 0]
        if daily[d, 1] > 0:
            met[d] = pull[d] * present.sum()
            count_day(grid[d], present, pull[d], counts)
            for k in range(points):
                present[k] += grid[d, k, 1]
    return counts


@njit(cache=True, nogil=True)
def add_past(grid: Floats, daily: Floats, pull: Floats, met: Floats) -> Floats:
    """Add the pairs of each patient with the events that he outlived, going forward in time.

    Args:
        grid: shape (days, points, 3), as ``count_back`` leaves it. Its first two columns become,
            per weight of a censored patient and of one with an event, all concordant pairs and
            half of the tied ones. It is changed in place because fresh memory costs more than
            the counting.
        daily: shape (days, 2), as ``fill_grid`` makes it.
        pull: shape (days,), how much the pairs of each day's events count.
        met: shape (days,), from ``count_back``.

    Returns:
        Shape (days, 2): all pairs, likewise.
    """
    days, points = grid.shape[0], grid.shape[1]
    past, above, every, total = np.zeros(points), np.zeros(points), np.zeros((days, 2)), 0.0
    for d in range(days):
        if daily[d, 1] > 0:
            every[d, 1] = met[d] + total
            total += pull[d] * daily[d, 1]
            below = 0.0
            for k in range(points):
                past[k] += pull[d] * grid[d, k, 1]
                grid[d, k, 1] = grid[d, k, 2] + above[k]
                above[k] = total - below - past[k] / 2
                below += past[k]
        if daily[d, 0] > 0:
            every[d, 0] = total
            for k in range(points):
                grid[d, k, 0] = above[k]
    return every


@njit(cache=True, nogil=True)
def find_influence(
    cells: tuple[Floats, Floats],
    share: tuple[float, float],
    time: Floats,
    event: Integers,
    risk: Floats,
    low: float,
) -> Floats:
    """Find what each patient's pairs add to the concordance.

    Args:
        cells: the grid as ``add_past`` leaves it, and what that returns.
        share: the concordance, and the weight of all pairs that it is a share of.
        time: shape (n,), whole days.
        event: shape (n,), 1 for an event.
        risk: shape (n,), whole points.
        low: lowest points.

    Returns:
        Shape (n,), influence per weight.
    """
    won, every = cells
    value, comparable = share
    found = np.empty(len(time))
    for i in range(len(time)):
        day, kind = int(time[i]), event[i]
        found[i] = (won[day, int(risk[i] - low), kind] - value * every[day, kind]) / comparable
    return found
