"""How far the ranks of those who have the event would scatter by chance."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers


@njit(cache=True, nogil=True)
def sum_scatter(
    time: Floats,
    pull: Floats,
    rank: Integers,
    weight: Floats,
    entry: Floats,
    arrival: Integers,
) -> float:
    """Sum, over events, the variance of the rank among those at risk, times their weight.

    A patient's rank is the weight of those at risk below him less that of those above. Its
    variance times the weight at risk is a third of the cube of that weight less the cubes of
    the groups of equal rank.

    Args:
        time: shape (n,), ascending.
        pull: shape (n,), weight of the row's event, 0 for none.
        rank: shape (n,), place of the risk among the different ones.
        weight: shape (n,), case weights.
        entry: shape (n,), times of entry; empty when everyone was seen from zero.
        arrival: shape (n,), rows in order of entry; empty likewise.

    Returns:
        The sum.
    """
    group = np.zeros(rank.max() + 1)
    whole, cubes, total = 0.0, 0.0, 0.0
    end, late = len(time), len(entry)
    while end > 0:
        now, first, events = time[end - 1], end - 1, 0.0
        while first >= 0 and time[first] == now:
            before = group[rank[first]]
            group[rank[first]] = before + weight[first]
            cubes += group[rank[first]] ** 3 - before**3
            whole += weight[first]
            events += pull[first]
            first -= 1
        while late > 0 and entry[arrival[late - 1]] >= now:
            row = arrival[late - 1]
            before = group[rank[row]]
            group[rank[row]] = before - weight[row]
            cubes += group[rank[row]] ** 3 - before**3
            whole -= weight[row]
            late -= 1
        if events > 0:
            total += events * (whole**3 - cubes) / (3 * whole)
        end = first + 1
    return total
