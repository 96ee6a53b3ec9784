"""Risk sets arranged once: patients in blocks, from one time of death to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers

Bytes = npt.NDArray[np.int8]


class RiskSets(NamedTuple):
    """Patients by block: who died at one time, then who left before the next death.

    Attributes:
        x: shape (m, p), covariates.
        offset: shape (m,), known part of the log hazard; empty for none.
        weight: shape (m,), case weights.
        start: shape (g + 1,), where each block starts, with the end of the last.
        deaths: shape (g,), how many died, the first of each block.
        opening: shape (g,), 1 for the first block of a stratum.
        begin: shape (m,), first block at which each patient is at risk; empty when everyone
            was seen from zero.
        leave: shape (m,), rows by falling ``begin``; empty likewise.
    """

    x: Floats
    offset: Floats
    weight: Floats
    start: Integers
    deaths: Integers
    opening: Integers
    begin: Integers
    leave: Integers


class Queue(NamedTuple):
    """Patients in the order of strata and rising times.

    Attributes:
        row: shape (n,), row of each in the data.
        time: shape (n,), follow-up times.
        died: shape (n,), 1 for an event.
        stratum: shape (n,), stratum codes; empty for one stratum.
        entry: shape (n,), entry times; empty when everyone was seen from zero.
    """

    row: Integers
    time: Floats
    died: Bytes
    stratum: Integers
    entry: Floats


@njit(cache=True, nogil=True)
def arrange(queue: Queue) -> tuple[Integers, Integers, Integers, Integers]:
    """Put patients into one block per time of death: who died then, then who left before the next.

    Args:
        queue: the patients.

    Returns:
        Rows that are in some risk set, by block; where each block starts, with the end of the
        last; how many died in each; and 1 for each block that is the first of its stratum.
    """
    row, time, died, stratum, entry = queue
    n = len(row)
    rows, start = np.empty(n, np.int64), np.empty(n + 1, np.int64)
    deaths, opening = np.empty(n, np.int64), np.empty(n, np.int64)
    m, g, i, fresh = 0, -1, 0, True
    while i < n:
        end, dead = i, 0
        while end < n and time[end] == time[i]:
            if len(stratum) > 0 and stratum[end] != stratum[i]:
                break
            dead += died[end]
            end += 1
        if dead > 0:
            g += 1
            start[g], deaths[g], opening[g] = m, dead, 1 if fresh else 0
            fresh, latest = False, time[i]
        # Before the first death of the stratum nobody is at risk.
        if not fresh:
            first, m = m, m + dead
            for k in range(i, end):
                # Written without a branch that half of the patients would take.
                rows[m + (first - m) * died[k]] = row[k]
                first += died[k]
                # Nor is he who entered after the latest death.
                late = len(entry) > 0 and died[k] == 0 and entry[k] >= latest
                m += 0 if late else 1 - died[k]
        if end < n and len(stratum) > 0 and stratum[end] != stratum[i]:
            fresh = True
        i = end
    start[g + 1] = m
    return rows[:m], start[: g + 2].copy(), deaths[: g + 1].copy(), opening[: g + 1].copy()
