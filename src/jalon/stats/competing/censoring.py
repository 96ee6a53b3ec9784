"""How long patients of each group stay uncensored, as Fine-Gray regression weighs them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class CensoringBlocks:
    """Patients of one group by rising time, in blocks of equal time.

    Attributes:
        rows: shape (n,), rows of the group among all patients.
        block: shape (n,), block of each of them.
        start: shape (b,), first patient of each block.
        time: shape (b,), time of each block.
        at_risk: shape (b,), (weighted) patients of that time or later.
        free: shape (b + 1,), probability to be uncensored before each block, and after the last.
    """

    rows: Integers
    block: Integers
    start: Integers
    time: Floats
    at_risk: Floats
    free: Floats

    def free_before(self, times: Floats) -> Floats:
        """Return the probability to be uncensored just before each of ``times``.

        It follows R's ``cmprsk::crr`` in two points that no textbook says: after the last
        patient of the group it is 0, and "just before" time 0 counts the censorings of time 0.
        """
        earlier = np.searchsorted(self.time, times, side="left")
        earlier[times == 0] += int(self.time[0] == 0)
        value = self.free[earlier]
        value[times > self.time[-1]] = 0.0
        return value


def block_censoring(
    time: Floats, censored: Floats, weight: Floats, group: Integers
) -> tuple[CensoringBlocks, ...]:
    """Estimate the censoring of each group by Kaplan-Meier.

    Everyone seen until a time is at risk of being censored then, also who has an event at that
    very time: the convention of ``cmprsk::crr``, not that of R's ``survival::finegray``.

    Args:
        time: shape (n,), ascending.
        censored: shape (n,), 1 for a censored patient.
        weight: shape (n,), counts of patients.
        group: shape (n,), codes 0 to k - 1.

    Returns:
        One record per group.
    """
    found = []
    for code in range(int(group.max()) + 1):
        rows = np.flatnonzero(group == code)
        own = time[rows]
        fresh = np.append(True, own[1:] > own[:-1])
        start = np.flatnonzero(fresh)
        left = np.add.reduceat(weight[rows], start)
        at_risk = np.cumsum(left[::-1])[::-1]
        lost = np.add.reduceat(weight[rows] * censored[rows], start)
        free = np.append(1.0, np.cumprod(1.0 - lost / at_risk))
        found.append(CensoringBlocks(rows, np.cumsum(fresh) - 1, start, own[start], at_risk, free))
    return tuple(found)


def add_censoring(
    residuals: Floats, moved: Floats, weight: Floats, groups: tuple[CensoringBlocks, ...]
) -> Floats:
    """Add to each patient's part of the score what the estimated censoring contributes.

    Args:
        residuals: shape (n, p), parts of the score, the censoring taken as known.
        moved: shape (n, p), q(t) at the time of each censored patient, 0 for the others.
        weight: shape (n,), counts of patients.
        groups: the groups.

    Returns:
        Shape (n, p).

    Reference:
        Fine and Gray (1999), doi:10.1080/01621459.1999.10474144, the terms psi of the variance.
    """
    whole = residuals.copy()
    for one in groups:
        q = np.asarray(moved[one.rows])
        size = one.at_risk[:, np.newaxis]
        drift = np.add.reduceat(q * weight[one.rows, np.newaxis], one.start, axis=0) / size**2
        whole[one.rows] += (q / size[one.block]) - np.cumsum(drift, axis=0)[one.block]
    return whole
