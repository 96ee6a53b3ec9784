"""Exact ties: the chance that, of those at risk, just these died, whatever their order.

The chance is a product of the dead patients' hazards over the sum of such products over all
groups of as many patients. That sum follows from a recursion over patients, here scaled to a
probability (of as many heads when each patient tosses his own coin), so that it can neither
overflow nor lose all its digits.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats
from jalon.stats.kernels.cox_moments import PRODUCTS, start_walk, step_back
from jalon.stats.kernels.cox_sums import Sums
from jalon.stats.kernels.risk_sets import RiskSets


@njit(cache=True, nogil=True, error_model="numpy")
def balance_odds(part: Floats, wanted: int) -> float:
    """Find the factor by which hazards become odds that expect a number of heads.

    Args:
        part: shape (m,), relative hazards.
        wanted: heads to expect, below m.

    Returns:
        The logarithm of the factor, near enough for the recursion, which is exact with any.
    """
    low, high = -800.0, 1500.0
    for _ in range(60):
        middle, expected = (low + high) / 2, 0.0
        for i in range(len(part)):
            odds = np.exp(middle) * part[i]
            expected += odds / (1.0 + odds) if odds < 1e300 else 1.0
        if abs(expected - wanted) < 0.01:
            break
        if expected < wanted:
            low = middle
        else:
            high = middle
    return middle


@njit(cache=True, nogil=True, error_model="numpy")
def sum_groups(part: Floats, x: Floats, wanted: int, slope: Floats, bend: Floats) -> float:
    """Sum the products of hazards over all groups of some patients, with two derivatives.

    Args:
        part: shape (m,), relative hazards of those at risk.
        x: shape (m, p), their covariates, best centred at their mean.
        wanted: size of the groups, below m.
        slope: shape (p,), filled with the mean over groups of the sum of covariates.
        bend: shape (p, p), filled with its covariance.

    Returns:
        Logarithm of the sum.
    """
    m, p = x.shape
    size = p * (p + 1) // 2
    logarithm = balance_odds(part, wanted)
    plain, once, twice = (
        np.zeros(wanted + 1),
        np.zeros((wanted + 1, p)),
        np.zeros((wanted + 1, size)),
    )
    plain[0], total = 1.0, -wanted * logarithm
    for i in range(m):
        odds = np.exp(logarithm) * part[i]
        heads, tails = odds / (1.0 + odds), 1.0 / (1.0 + odds)
        total += np.log1p(odds)
        for d in range(min(i + 1, wanted), max(wanted - m + i + 1, 0) - 1, -1):
            if d > 0:
                place = 0
                for j in range(p):
                    for k in range(j + 1):
                        gain = twice[d - 1, place] + x[i, j] * once[d - 1, k]
                        gain += x[i, k] * (once[d - 1, j] + x[i, j] * plain[d - 1])
                        twice[d, place] = tails * twice[d, place] + heads * gain
                        place += 1
                for j in range(p):
                    gain = once[d - 1, j] + x[i, j] * plain[d - 1]
                    once[d, j] = tails * once[d, j] + heads * gain
                plain[d] = tails * plain[d] + heads * plain[d - 1]
            else:
                plain[0] *= tails
    place = 0
    for j in range(p):
        slope[j] = once[wanted, j] / plain[wanted]
        for k in range(j + 1):
            bend[j, k] = twice[wanted, place] / plain[wanted] - slope[j] * slope[k]
            place += 1
    return float(total + np.log(plain[wanted]))


@njit(cache=True, nogil=True, error_model="numpy")
def look_exact(sets: RiskSets, sums: Sums) -> float:
    """Give the exact log likelihood with its derivatives, less that of the dead patients.

    Args:
        sets: the risk sets, all weights 1.
        sums: ``part`` is read; ``gradient`` and ``information`` are filled.

    Returns:
        Minus the sum of the logarithms of the sums over groups.
    """
    p, blocks, part = sets.x.shape[1], len(sets.deaths), sums.part
    slope, bend, mean, loglik = np.empty(p), np.empty((p, p)), np.empty(p), 0.0
    walk = start_walk(sets, PRODUCTS, np.empty((0, 0)))
    sums.gradient[:], sums.information[:] = 0.0, 0.0
    for g in range(blocks - 1, -1, -1):
        step_back(sets, part, g, walk)
        first, deaths = sets.start[g], sets.deaths[g]
        mean[:] = walk.risk[1 : 1 + p] / walk.risk[0]
        for i in range(first, first + deaths):
            sums.gradient[:] += sets.x[i] - mean
        if deaths == 1:
            loglik -= np.log(walk.risk[0])
            place = 1 + p
            for j in range(p):
                for k in range(j + 1):
                    product = walk.risk[place] / walk.risk[0]
                    sums.information[j, k] += product - mean[j] * mean[k]
                    place += 1
            continue
        rows = np.arange(first, walk.marks[1])
        if len(sets.begin) > 0:
            rows = rows[sets.begin[first : walk.marks[1]] <= g]
        if len(rows) == deaths:
            # All at risk die, which they do for certain.
            loglik -= np.log(part[rows]).sum()
            slope[:], bend[:] = 0.0, 0.0
            for i in rows:
                slope += sets.x[i] - mean
        else:
            loglik -= sum_groups(part[rows], sets.x[rows] - mean, deaths, slope, bend)
        sums.gradient[:] -= slope
        sums.information[:] += bend
    return loglik
