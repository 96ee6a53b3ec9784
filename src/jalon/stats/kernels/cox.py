"""Compiled loops of Cox regression: risk sets arranged once, then a few passes of Newton.

One pass back in time gives the sums over each risk set, one pass forward gives each patient's
expected events. The second derivative is then the difference of two sums of outer products,
over patients and over deaths, which run over short blocks that stay in the fastest cache.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats
from jalon.stats.kernels.cholesky import factorise, solve
from jalon.stats.kernels.risk_sets import RiskSets

CONVERGED, COLLINEAR, RUNAWAY, STUCK = 0, 1, 2, 3
"""What became of a fit: the first is an answer, the others are reasons for none."""

BLOCK = 128
MAX_STEPS = 60
SMALLEST_PIVOT = 1e-11
"""Share of a column's information not explained by the columns before it; below, collinear."""

LAST_DECREMENT = 1e-11
"""Twice the log likelihood still to be gained before the last step; Newton squares it."""

LEAST_LEFT = 1e-5
"""Share of a sum that may be left after taking patients out; below, it is summed afresh."""

SLOW_DECREMENT, SLOW_RATIO = 1e-7, 0.05
"""Newton gaining this little, and still only by steady shares, is climbing towards infinity."""


class Sums(NamedTuple):
    """What one evaluation fills in.

    Attributes:
        steps: shape (3, g), per block the hazard for those who stay and for those who die,
            and the variance of the hazard; for covariates 0, less the factor exp(-top).
        drift: shape (g, p), hazard times mean covariates, less the same factor.
        gradient: shape (p,), first derivative.
        information: shape (p, p), minus the second derivative, lower triangle.
    """

    steps: Floats
    drift: Floats
    gradient: Floats
    information: Floats


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def add_products(rows: Floats, weight: Floats, count: int, total: Floats) -> None:
    """Add weighted outer products to the lower triangle of a matrix.

    Args:
        rows: shape (p, BLOCK), one vector per column, the first ``count`` in use.
        weight: shape (BLOCK,), weight of each vector, of either sign.
        count: vectors in use.
        total: shape (p, p), changed in place.
    """
    scaled = np.empty(BLOCK)
    for j in range(rows.shape[0]):
        for i in range(count):
            scaled[i] = weight[i] * rows[j, i]
        for k in range(j + 1):
            product = 0.0
            for i in range(count):
                product += scaled[i] * rows[k, i]
            total[j, k] += product


@njit(cache=True, nogil=True)
def add_patients(sets: RiskSets, part: Floats, first: int, last: int, total: Floats) -> float:
    """Add the hazards of some patients, and their hazard-weighted covariates.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        first: first row.
        last: row after the last.
        total: shape (p,), changed in place.

    Returns:
        Sum of the hazards.
    """
    x, hazard = sets.x, 0.0
    for i in range(first, last):
        one = part[i]
        hazard += one
        for j in range(x.shape[1]):
            total[j] += one * x[i, j]
    return hazard


@njit(cache=True, nogil=True)
def remove_late(
    sets: RiskSets, part: Floats, block: int, removed: int, total: Floats
) -> tuple[int, float]:
    """Take out of a risk set those who had not entered yet.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        block: the present block.
        removed: how many of ``sets.leave`` are out already.
        total: shape (p,), changed in place.

    Returns:
        How many are out now, and the sum of the hazards taken out.
    """
    x, hazard = sets.x, 0.0
    while removed < len(sets.leave) and sets.begin[sets.leave[removed]] > block:
        i = sets.leave[removed]
        hazard += part[i]
        for j in range(x.shape[1]):
            total[j] -= part[i] * x[i, j]
        removed += 1
    return removed, hazard


@njit(cache=True, nogil=True)
def count_again(sets: RiskSets, part: Floats, block: int, last: int, total: Floats) -> float:
    """Sum the hazards of a risk set afresh, where taking patients out left only rounding.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        block: the present block, whose own patients are not counted yet.
        last: row after the last of the stratum.
        total: shape (p,), filled with the hazard-weighted covariates.

    Returns:
        Sum of the hazards.
    """
    total[:] = 0.0
    hazard = 0.0
    for i in range(sets.start[block + 1], last):
        if sets.begin[i] <= block:
            hazard += add_patients(sets, part, i, i + 1, total)
    return hazard


@njit(cache=True, nogil=True, error_model="numpy")
def look_back(sets: RiskSets, part: Floats, efron: bool, sums: Sums) -> float:
    """Go back in time over the risk sets.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        efron: whether tied deaths leave the risk set one by one.
        sums: ``steps`` and ``drift`` are filled, the products of the risk sets' means are
            taken from ``information``.

    Returns:
        Minus the sum of the log hazards of the risk sets, one per death.
    """
    p, blocks, start, deaths = sets.x.shape[1], len(sets.deaths), sets.start, sets.deaths
    rows, minus, count = np.empty((p, BLOCK)), np.empty(BLOCK), 0
    all1, dead1, drift = np.zeros(p), np.empty(p), sums.drift
    all0, most, loglik, removed, last = 0.0, 0.0, 0.0, 0, start[blocks]
    for g in range(blocks - 1, -1, -1):
        removed, late = remove_late(sets, part, g, removed, all1)
        all0 -= late
        if g + 1 < blocks and sets.opening[g + 1] == 1:
            all0, all1[:], most, last = 0.0, 0.0, 0.0, start[g + 1]
        if all0 < LEAST_LEFT * most:
            most = all0 = count_again(sets, part, g, last, all1)
        middle, dead1[:] = start[g] + deaths[g], 0.0
        dead0 = add_patients(sets, part, start[g], middle, dead1)
        all1 += dead1
        all0 += dead0 + add_patients(sets, part, middle, start[g + 1], all1)
        most = max(most, all0)
        parts = deaths[g] if efron else 1
        share = sets.weight[start[g] : middle].sum() / parts
        for k in range(parts):
            gone = k / parts
            risk = all0 - gone * dead0
            scale = 1.0 / risk
            hazard = share * scale
            loglik -= share * np.log(risk)
            sums.steps[0, g] += hazard
            sums.steps[1, g] += (1.0 - gone) * hazard
            sums.steps[2, g] += hazard * scale
            for j in range(p):
                mean = (all1[j] - gone * dead1[j]) * scale
                rows[j, count] = mean
                drift[g, j] += hazard * mean
            minus[count] = -share
            count += 1
            if count == BLOCK:
                add_products(rows, minus, count, sums.information)
                count = 0
    add_products(rows, minus, count, sums.information)
    return loglik


@njit(cache=True, nogil=True)
def look_forward(sets: RiskSets, part: Floats, sums: Sums) -> None:
    """Go forward in time over the patients, with the hazards that ``look_back`` left.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        sums: ``gradient`` is filled, the products of the patients are added to
            ``information``.
    """
    x, start = sets.x, sets.start
    p, blocks = x.shape[1], len(sets.deaths)
    rows, plus, count = np.empty((p, BLOCK)), np.empty(BLOCK), 0
    before, total = np.empty(blocks), 0.0
    for g in range(blocks):
        if sets.opening[g] == 1:
            total = 0.0
        before[g] = total
        total += sums.steps[0, g]
        for i in range(start[g], start[g + 1]):
            died = i < start[g] + sets.deaths[g]
            seen = before[g] + sums.steps[1, g] if died else total
            if len(sets.begin) > 0:
                seen -= before[sets.begin[i]]
                if seen < LEAST_LEFT * total:
                    seen = sums.steps[0, sets.begin[i] : g].sum() + sums.steps[int(died), g]
            expected = part[i] * seen
            excess = (sets.weight[i] if died else 0.0) - expected
            for j in range(p):
                sums.gradient[j] += excess * x[i, j]
                rows[j, count] = x[i, j]
            plus[count] = expected
            count += 1
            if count == BLOCK:
                add_products(rows, plus, count, sums.information)
                count = 0
    add_products(rows, plus, count, sums.information)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def predict_linear(sets: RiskSets, beta: Floats, eta: Floats) -> float:
    """Fill the linear predictor of each patient.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        eta: shape (m,), filled.

    Returns:
        The largest.
    """
    x, top = sets.x, -np.inf
    for i in range(x.shape[0]):
        value = sets.offset[i] if len(sets.offset) > 0 else 0.0
        for j in range(x.shape[1]):
            value += x[i, j] * beta[j]
        eta[i] = value
        top = max(top, value)
    return top


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(sets: RiskSets, beta: Floats, efron: bool, sums: Sums) -> tuple[float, float]:
    """Give the log partial likelihood with its two derivatives and the baseline hazard.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        efron: whether tied deaths leave the risk set one by one (Efron) or not (Breslow).
        sums: filled.

    Returns:
        The log partial likelihood, and the largest linear predictor, ``top``.
    """
    part, weight, start = np.empty(sets.x.shape[0]), sets.weight, sets.start
    top = predict_linear(sets, beta, part)
    loglik = 0.0
    for g in range(len(sets.deaths)):
        for i in range(start[g], start[g] + sets.deaths[g]):
            loglik += weight[i] * (part[i] - top)
    for i in range(len(part)):
        part[i] = weight[i] * np.exp(part[i] - top)
    for array in (sums.steps, sums.drift, sums.information):
        array[:] = 0.0
    sums.gradient[:] = 0.0
    loglik += look_back(sets, part, efron, sums)
    look_forward(sets, part, sums)
    return loglik, top


class Climb(NamedTuple):
    """Where Newton's method ended, and why.

    Attributes:
        outcome: CONVERGED, or the reason for no answer.
        blame: the column that is a combination of those before it, or -1.
        taken: number of steps.
        null: log partial likelihood of all coefficients 0.
        loglik: log partial likelihood at the end.
        score: score statistic of all coefficients 0.
        top: largest linear predictor at the end.
        beta: shape (p,), coefficients.
        step: shape (p,), the last step.
    """

    outcome: int
    blame: int
    taken: int
    null: float
    loglik: float
    score: float
    top: float
    beta: Floats
    step: Floats


@njit(cache=True, nogil=True, error_model="numpy")
def maximise(sets: RiskSets, efron: bool, sums: Sums) -> Climb:
    """Climb the log partial likelihood by Newton's method with step halving.

    Args:
        sets: the risk sets, with standardised covariates.
        efron: whether tied deaths leave the risk set one by one (Efron) or not (Breslow).
        sums: filled, for the coefficients returned.

    Returns:
        Coefficients and how they were reached.
    """
    p = sets.x.shape[1]
    beta, trial, step, floor = np.zeros(p), np.empty(p), np.zeros(p), np.empty(p)
    factor = np.zeros((p, p))
    null, top = evaluate(sets, beta, efron, sums)
    loglik, score, previous, slow, outcome, blame, taken = null, 0.0, np.inf, 0, STUCK, -1, 0
    for j in range(p):
        floor[j] = max(SMALLEST_PIVOT * sums.information[j, j], 1e-13 * sets.weight.sum())
    while taken < MAX_STEPS:
        blame = factorise(sums.information, floor, factor)
        if blame >= 0:
            outcome = COLLINEAR if taken == 0 else RUNAWAY
            break
        solve(factor, sums.gradient, step)
        decrement = (sums.gradient * step).sum()
        score = decrement if taken == 0 else score
        slow = slow + 1 if SLOW_RATIO * previous < decrement < SLOW_DECREMENT else 0
        if slow == 2:
            outcome = RUNAWAY
            break
        size, climbed = 1.0, False
        while size > 1e-9 and not climbed:
            trial[:] = beta + size * step
            reached, top = evaluate(sets, trial, efron, sums)
            climbed = reached >= loglik - 1e-10 * abs(loglik)
            size *= 0.5
        if not climbed:
            break
        beta[:], loglik, previous = trial, reached, decrement
        taken += 1
        if decrement < LAST_DECREMENT:
            outcome = CONVERGED
            break
    return Climb(outcome, blame, taken, null, loglik, score, top, beta, step)
