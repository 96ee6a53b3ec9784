"""Compiled sums of Cox regression: the log partial likelihood and its derivatives.

One pass back in time gives the sums over each risk set, one pass forward gives each patient's
expected events. The second derivative is then the difference of two sums of outer products,
over patients and over deaths. Patients are cut into chunks of blocks; each pass may treat the
chunks in any order or at once, and what they found is added up in one fixed order, so the result
does not depend on the number of workers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.stats.kernels.cox_moments import LEAST_LEFT
from jalon.stats.kernels.cox_ties import FEW, count_parts, list_products, sum_tied
from jalon.stats.kernels.products import BLOCK, add_products
from jalon.stats.kernels.risk_sets import RiskSets

WEIGH, BACK, FORWARD = 0, 1, 2
"""The three passes of one evaluation, each of which needs the one before it to be complete."""


class Sums(NamedTuple):
    """What one evaluation fills in.

    Attributes:
        steps: shape (3, g), per block the hazard for those who stay and for those who die,
            and the variance of the hazard; for covariates 0, less the factor exp(-top).
        drift: shape (g, p), hazard times mean covariates, less the same factor.
        gradient: shape (p,), first derivative.
        information: shape (p, p), minus the second derivative, lower triangle.
        bounds: shape (c + 1,), first block of each chunk, with the end of the last.
        edge: shape (c,), end of the chunk's first stratum within it.
        part: shape (m,), weighted relative hazards, less the factor of their chunk's top.
        top: shape (c,), largest linear predictor of each chunk.
        loglik: shape (c,), contribution of each chunk.
        later: shape (c, 1 + p), hazards and hazard-weighted covariates of the chunk's first
            stratum, for the chunks before.
        ahead: shape (c,), hazard of the chunk's last stratum, for the chunks after.
        slopes: shape (c, p), gradient of each chunk.
        bends: shape (c, p, p), information of each chunk.
    """

    steps: Floats
    drift: Floats
    gradient: Floats
    information: Floats
    bounds: Integers
    edge: Integers
    part: Floats
    top: Floats
    loglik: Floats
    later: Floats
    ahead: Floats
    slopes: Floats
    bends: Floats


@njit(cache=True, nogil=True)
def add_patients(x: Floats, part: Floats, first: int, last: int, total: Floats) -> None:
    """Add the hazards of some patients, and their hazard-weighted covariates.

    Args:
        x: shape (m, p), covariates.
        part: shape (m,), weighted relative hazards.
        first: first row.
        last: row after the last.
        total: shape (1 + p,), changed in place.
    """
    for i in range(first, last):
        one = part[i]
        total[0] += one
        for j in range(x.shape[1]):
            total[1 + j] += one * x[i, j]


@njit(cache=True, nogil=True)
def remove_late(sets: RiskSets, part: Floats, block: int, removed: int, total: Floats) -> int:
    """Take out of a risk set those who had not entered yet.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        block: the present block.
        removed: how many of ``sets.leave`` are out already.
        total: shape (1 + p,), changed in place.

    Returns:
        How many are out now.
    """
    while removed < len(sets.leave) and sets.begin[sets.leave[removed]] > block:
        i = sets.leave[removed]
        total[0] -= part[i]
        for j in range(sets.x.shape[1]):
            total[1 + j] -= part[i] * sets.x[i, j]
        removed += 1
    return removed


@njit(cache=True, nogil=True)
def count_again(sets: RiskSets, part: Floats, block: int, last: int, total: Floats) -> None:
    """Sum the hazards of a risk set afresh, where taking patients out left only rounding.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        block: the present block, whose own patients are not counted yet.
        last: row after the last of the stratum.
        total: shape (1 + p,), filled.
    """
    total[:] = 0.0
    for i in range(sets.start[block + 1], last):
        if sets.begin[i] <= block:
            add_patients(sets.x, part, i, i + 1, total)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def predict_linear(sets: RiskSets, beta: Floats, span: tuple[int, int], eta: Floats) -> float:
    """Fill the linear predictor of some patients.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        span: first row, and the row after the last.
        eta: shape (m,), filled.

    Returns:
        The largest.
    """
    x, top = sets.x, -np.inf
    for i in range(span[0], span[1]):
        value = sets.offset[i] if len(sets.offset) > 0 else 0.0
        for j in range(x.shape[1]):
            value += x[i, j] * beta[j]
        eta[i] = value
        top = max(top, value)
    return top


@njit(cache=True, nogil=True)
def weigh(sets: RiskSets, beta: Floats, sums: Sums, chunk: int) -> None:
    """Find the hazards of a chunk, and their sums for the chunks before it.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        sums: ``part``, ``top``, ``loglik`` and ``later`` are filled.
        chunk: which.
    """
    start, part, weight = sets.start, sums.part, sets.weight
    first, end = sums.bounds[chunk], sums.bounds[chunk + 1]
    top = predict_linear(sets, beta, (start[first], start[end]), part)
    loglik = 0.0
    for g in range(first, end):
        for i in range(start[g], start[g] + sets.deaths[g]):
            loglik += weight[i] * (part[i] - top)
    for i in range(start[first], start[end]):
        part[i] = weight[i] * np.exp(part[i] - top)
    sums.top[chunk], sums.loglik[chunk] = top, loglik
    if len(sums.top) > 1:
        # Summed apart, because workers who write next to each other wait for each other.
        later = np.zeros(1 + len(beta))
        add_patients(sets.x, part, start[first], start[sums.edge[chunk]], later)
        sums.later[chunk] = later


@njit(cache=True, nogil=True)
def carry_back(sets: RiskSets, sums: Sums, chunk: int, total: Floats) -> None:
    """Sum the hazards of those of the same stratum in later chunks.

    Args:
        sets: the risk sets.
        sums: as ``weigh`` left them.
        chunk: the present chunk, in units of whose top the sums are.
        total: shape (1 + p,), filled.
    """
    total[:] = 0.0
    for other in range(chunk + 1, len(sums.top)):
        if sets.opening[sums.bounds[other]] == 1:
            break
        total += np.exp(sums.top[other] - sums.top[chunk]) * sums.later[other]
        if sums.edge[other] < sums.bounds[other + 1]:
            break


@njit(cache=True, nogil=True, error_model="numpy")
def look_back(sets: RiskSets, ties: int, sums: Sums, chunk: int) -> None:  # noqa: C901 (an inner loop)
    """Go back in time over the risk sets of a chunk.

    Args:
        sets: the risk sets.
        ties: BRESLOW, EFRON or REPEATED.
        sums: ``steps``, ``drift`` and ``ahead`` are filled, the log hazards of the risk sets
            are taken from ``loglik``, the products of their means from ``bends``.
        chunk: which.
    """
    p, start, part = sets.x.shape[1], sets.start, sums.part
    steps, begin, end = sums.steps, sums.bounds[chunk], sums.bounds[chunk + 1]
    factor = np.exp(sums.top.max() - sums.top[chunk])
    rows, minus, count = np.empty((p, BLOCK)), np.empty(BLOCK), 0
    room, bend = np.zeros((2 + FEW, 1 + p)), np.zeros((p, p))
    risk, dead = room[0], room[1]
    ahead, loglik = 0.0, 0.0
    removed, last, open_end, late = 0, start[end], True, len(sets.leave) > 0
    carry_back(sets, sums, chunk, risk)
    most = risk[0]
    for g in range(end - 1, begin - 1, -1):
        if late:
            removed = remove_late(sets, part, g, removed, risk)
        if g + 1 < end and sets.opening[g + 1] == 1:
            risk[:], most, last, open_end = 0.0, 0.0, start[g + 1], False
        if risk[0] < LEAST_LEFT * most:
            count_again(sets, part, g, last, risk)
            most = risk[0]
        middle, died, dead[:] = start[g] + sets.deaths[g], 0.0, 0.0
        add_patients(sets.x, part, start[g], middle, dead)
        add_patients(sets.x, part, middle, start[g + 1], risk)
        for j in range(p + 1):
            risk[j] += dead[j]
        for i in range(start[g], middle):
            died += sets.weight[i]
        most = max(most, risk[0])
        parts = count_parts(ties, sets.deaths[g], died)
        share = died / parts
        # Divided, because the inverse of a very small hazard may be infinite.
        tied, hazard = sum_tied(parts, dead[0] / risk[0]), share / risk[0] * factor
        loglik -= died * np.log(risk[0]) + share * tied.logs
        steps[0, g], steps[1, g] = hazard * tied.stay, hazard * tied.leave
        steps[2, g] = hazard * tied.plain / risk[0] * factor
        for j in range(1, p + 1):
            drift = tied.plain * risk[j] - tied.once * dead[j]
            sums.drift[g, j - 1] = hazard * (drift / risk[0])
        ahead += steps[0, g] if open_end else 0.0
        for k in range(list_products(parts, share, tied, room)):
            minus[count] = room[2 + k, 0]
            for j in range(p):
                rows[j, count] = room[2 + k, 1 + j]
            count += 1
            if count == BLOCK:
                add_products(rows, minus, count, bend)
                count = 0
    add_products(rows, minus, count, bend)
    sums.bends[chunk], sums.ahead[chunk] = bend, ahead
    sums.loglik[chunk] += loglik


@njit(cache=True, nogil=True)
def carry_forward(sets: RiskSets, sums: Sums, chunk: int) -> float:
    """Sum the hazard of the same stratum in earlier chunks.

    Args:
        sets: the risk sets.
        sums: as ``look_back`` left them.
        chunk: the present chunk.

    Returns:
        The sum.
    """
    total, other = 0.0, chunk
    while other > 0 and sets.opening[sums.bounds[other]] == 0:
        other -= 1
        total += sums.ahead[other]
        if sums.edge[other] < sums.bounds[other + 1]:
            break
    return total


@njit(cache=True, nogil=True)
def look_forward(sets: RiskSets, sums: Sums, chunk: int) -> None:
    """Go forward in time over the patients of a chunk, with the hazards of ``look_back``.

    Args:
        sets: the risk sets.
        sums: ``slopes`` is filled, the products of the patients are added to ``bends``.
        chunk: which.
    """
    x, start, part = sets.x, sets.start, sums.part
    p, begin, end = x.shape[1], sums.bounds[chunk], sums.bounds[chunk + 1]
    rows, plus, count = np.empty((p, BLOCK)), np.empty(BLOCK), 0
    factor = np.exp(sums.top[chunk] - sums.top.max())
    before, slope, bend = np.empty(end - begin), np.zeros(p), np.zeros((p, p))
    # Hazards are in units of exp(-top) of all chunks, parts in those of their own.
    total = carry_forward(sets, sums, chunk)
    for g in range(begin, end):
        if sets.opening[g] == 1:
            total = 0.0
        before[g - begin] = total
        total += sums.steps[0, g]
        for i in range(start[g], start[g + 1]):
            died = i < start[g] + sets.deaths[g]
            seen = before[g - begin] + sums.steps[1, g] if died else total
            if len(sets.begin) > 0:
                # Late entry has one chunk only, so blocks are counted from 0.
                seen -= before[sets.begin[i]]
                if seen < LEAST_LEFT * total:
                    seen = sums.steps[0, sets.begin[i] : g].sum() + sums.steps[int(died), g]
            expected = factor * part[i] * seen
            excess = (sets.weight[i] if died else 0.0) - expected
            for j in range(p):
                slope[j] += excess * x[i, j]
                rows[j, count] = x[i, j]
            plus[count] = expected
            count += 1
            if count == BLOCK:
                add_products(rows, plus, count, bend)
                count = 0
    add_products(rows, plus, count, bend)
    sums.slopes[chunk] = slope
    sums.bends[chunk] += bend


@njit(cache=True, nogil=True)
def run_pass(
    step: int, sets: RiskSets, beta: Floats, ties: int, sums: Sums, share: tuple[int, int]
) -> None:
    """Treat a worker's share of the chunks.

    Args:
        step: WEIGH, BACK or FORWARD.
        sets: the risk sets.
        beta: shape (p,), coefficients.
        ties: BRESLOW, EFRON or REPEATED.
        sums: filled.
        share: number of the worker, and of workers.
    """
    for chunk in range(share[0], len(sums.top), share[1]):
        if step == WEIGH:
            weigh(sets, beta, sums, chunk)
        elif step == BACK:
            look_back(sets, ties, sums, chunk)
        else:
            look_forward(sets, sums, chunk)


@njit(cache=True, nogil=True)
def collect(sums: Sums) -> float:
    """Add up what the chunks found, in their order.

    Args:
        sums: ``gradient`` and ``information`` are filled.

    Returns:
        The log partial likelihood.
    """
    loglik = 0.0
    sums.gradient[:] = 0.0
    sums.information[:] = 0.0
    for chunk in range(len(sums.top)):
        loglik += sums.loglik[chunk]
        sums.gradient[:] += sums.slopes[chunk]
        sums.information[:] += sums.bends[chunk]
    return loglik


@njit(cache=True, nogil=True)
def accumulate(sums: Sums, opening: Integers, factor: float, scale: Floats) -> None:
    """Sum the baseline hazard over time in place, afresh in each stratum.

    Args:
        sums: ``steps`` and ``drift`` become cumulative: hazard, its variance (rows 0 and 2), and
            hazard times mean covariates as given.
        opening: shape (g,), 1 for the first block of a stratum.
        factor: exp(-top).
        scale: shape (p,), what a unit of the standardised covariates is worth.
    """
    steps, drift = sums.steps, sums.drift
    for g in range(len(opening)):
        steps[0, g] *= factor
        steps[2, g] *= factor * factor
        for j in range(len(scale)):
            drift[g, j] *= factor * scale[j]
        if opening[g] == 0:
            steps[0, g] += steps[0, g - 1]
            steps[2, g] += steps[2, g - 1]
            for j in range(len(scale)):
                drift[g, j] += drift[g - 1, j]
