"""Moments of the covariates among those at risk at each death: for residuals, tests and penalties.

A walk back in time carries the sums over those at risk in one packed row: the hazards, the
hazard-weighted covariates, their products, and, for Firth's penalty, a quadratic form and its
products with the covariates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.stats.kernels.risk_sets import RiskSets

LEAST_LEFT = 1e-5
"""Share of a sum that may be left after taking patients out; below, it is summed afresh."""

MEANS, PRODUCTS, CUBES = 1, 2, 3
"""How far the packed row goes: covariates, their products, their products by three."""


class Walk(NamedTuple):
    """A walk back in time over the risk sets.

    Attributes:
        order: shape (1,), MEANS, PRODUCTS or CUBES.
        bend: shape (p, p), the quadratic form of CUBES, symmetric.
        risk: shape (k,), packed sums over those at risk.
        dead: shape (k,), packed sums over those who die now.
        marks: shape (2,), late patients taken out so far, and the row after the stratum's last.
        most: shape (1,), largest hazard of those at risk since it was last summed afresh.
    """

    order: Integers
    bend: Floats
    risk: Floats
    dead: Floats
    marks: Integers
    most: Floats


@njit(cache=True, nogil=True)
def start_walk(sets: RiskSets, order: int, bend: Floats) -> Walk:
    """Start a walk after the last block.

    Args:
        sets: the risk sets.
        order: MEANS, PRODUCTS or CUBES.
        bend: shape (p, p), used by CUBES only.

    Returns:
        The walk, with nobody at risk.
    """
    p = sets.x.shape[1]
    size = 1 + p
    if order >= PRODUCTS:
        size += p * (p + 1) // 2
    if order >= CUBES:
        size += 1 + p
    marks = np.zeros(2, np.int64)
    marks[1] = sets.start[-1]
    return Walk(
        np.full(1, order, np.int64), bend, np.zeros(size), np.zeros(size), marks, np.zeros(1)
    )


@njit(cache=True, nogil=True)
def add_row(walk: Walk, x: Floats, part: float, total: Floats) -> None:
    """Add one patient to packed sums.

    Args:
        walk: says what is summed.
        x: shape (p,), covariates.
        part: weighted relative hazard, negative to take the patient out.
        total: shape (k,), changed in place.
    """
    p, place = len(x), 1 + len(x)
    total[0] += part
    for j in range(p):
        total[1 + j] += part * x[j]
    if walk.order[0] < PRODUCTS:
        return
    for j in range(p):
        for k in range(j + 1):
            total[place] += part * x[j] * x[k]
            place += 1
    if walk.order[0] < CUBES:
        return
    form = 0.0
    for j in range(p):
        for k in range(p):
            form += x[j] * walk.bend[j, k] * x[k]
    total[place] += part * form
    for j in range(p):
        total[place + 1 + j] += part * form * x[j]


@njit(cache=True, nogil=True)
def step_back(sets: RiskSets, part: Floats, block: int, walk: Walk) -> None:
    """Walk to the block before.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        block: the block to walk to.
        walk: changed in place.
    """
    start, begin, leave = sets.start, sets.begin, sets.leave
    while walk.marks[0] < len(leave) and begin[leave[walk.marks[0]]] > block:
        late = leave[walk.marks[0]]
        add_row(walk, sets.x[late], -part[late], walk.risk)
        walk.marks[0] += 1
    if block + 1 < len(sets.deaths) and sets.opening[block + 1] == 1:
        walk.risk[:], walk.most[0], walk.marks[1] = 0.0, 0.0, start[block + 1]
    if walk.risk[0] < LEAST_LEFT * walk.most[0]:
        walk.risk[:] = 0.0
        for i in range(start[block + 1], walk.marks[1]):
            if begin[i] <= block:
                add_row(walk, sets.x[i], part[i], walk.risk)
        walk.most[0] = walk.risk[0]
    middle = start[block] + sets.deaths[block]
    walk.dead[:] = 0.0
    for i in range(start[block], middle):
        add_row(walk, sets.x[i], part[i], walk.dead)
    for i in range(middle, start[block + 1]):
        add_row(walk, sets.x[i], part[i], walk.risk)
    walk.risk[:] += walk.dead
    walk.most[0] = max(walk.most[0], walk.risk[0])


class Moments(NamedTuple):
    """What happens at each block.

    Attributes:
        hazard: shape (2, g), hazard for those who stay and for those who die.
        mean: shape (g, p), mean covariates of those at risk, averaged over tied deaths.
        drift: shape (2, g, p), hazard times mean covariates, likewise for the two.
    """

    hazard: Floats
    mean: Floats
    drift: Floats


@njit(cache=True, nogil=True, error_model="numpy")
def describe_blocks(sets: RiskSets, part: Floats, efron: bool) -> Moments:
    """Give hazard and mean covariates at each time of death.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        efron: whether tied deaths leave the risk set one by one.

    Returns:
        Hazards, means and their products.
    """
    p, blocks = sets.x.shape[1], len(sets.deaths)
    found = Moments(np.zeros((2, blocks)), np.zeros((blocks, p)), np.zeros((2, blocks, p)))
    walk = start_walk(sets, MEANS, np.empty((0, 0)))
    for g in range(blocks - 1, -1, -1):
        step_back(sets, part, g, walk)
        parts = sets.deaths[g] if efron else 1
        first = sets.start[g]
        share = sets.weight[first : first + sets.deaths[g]].sum() / parts
        for k in range(parts):
            gone = k / parts
            risk = walk.risk[0] - gone * walk.dead[0]
            hazard = share / risk
            found.hazard[0, g] += hazard
            found.hazard[1, g] += (1 - gone) * hazard
            for j in range(p):
                mean = (walk.risk[1 + j] - gone * walk.dead[1 + j]) / risk
                found.mean[g, j] += mean / parts
                found.drift[0, g, j] += hazard * mean
                found.drift[1, g, j] += (1 - gone) * hazard * mean
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def sum_variances(sets: RiskSets, part: Floats, efron: bool, factor: Floats) -> Floats:
    """Sum the variance of the covariates among those at risk over the deaths.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        efron: whether tied deaths leave the risk set one by one.
        factor: shape (q, g), factors of the deaths of each block, one sum for each row.

    Returns:
        Shape (q, p, p), lower triangles.
    """
    p, blocks = sets.x.shape[1], len(sets.deaths)
    total, mean = np.zeros((len(factor), p, p)), np.empty(p)
    walk = start_walk(sets, PRODUCTS, np.empty((0, 0)))
    for g in range(blocks - 1, -1, -1):
        step_back(sets, part, g, walk)
        parts = sets.deaths[g] if efron else 1
        first = sets.start[g]
        share = sets.weight[first : first + sets.deaths[g]].sum() / parts
        for k in range(parts):
            left = walk.risk - k / parts * walk.dead
            place = 1 + p
            for j in range(p):
                mean[j] = left[1 + j] / left[0]
                for i in range(j + 1):
                    variance = share * (left[place] / left[0] - mean[j] * mean[i])
                    for q in range(len(factor)):
                        total[q, j, i] += factor[q, g] * variance
                    place += 1
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def slope_determinant(sets: RiskSets, part: Floats, efron: bool, inverse: Floats) -> Floats:
    """Give the derivative of the log determinant of the information.

    Args:
        sets: the risk sets.
        part: shape (m,), weighted relative hazards.
        efron: whether tied deaths leave the risk set one by one.
        inverse: shape (p, p), inverse of the information.

    Returns:
        Shape (p,): the trace of ``inverse`` times the derivative of the information in each
        coefficient, which is a sum of third moments about the mean.
    """
    p, blocks = sets.x.shape[1], len(sets.deaths)
    slope, mean, bent, products = np.zeros(p), np.empty(p), np.empty(p), np.empty((p, p))
    walk = start_walk(sets, CUBES, inverse)
    for g in range(blocks - 1, -1, -1):
        step_back(sets, part, g, walk)
        parts = sets.deaths[g] if efron else 1
        first = sets.start[g]
        share = sets.weight[first : first + sets.deaths[g]].sum() / parts
        for k in range(parts):
            left = walk.risk - k / parts * walk.dead
            left = left / left[0]
            mean[:] = left[1 : 1 + p]
            place = 1 + p
            for j in range(p):
                bent[j] = 0.0
                for i in range(j + 1):
                    products[j, i] = products[i, j] = left[place]
                    place += 1
            for j in range(p):
                for i in range(p):
                    bent[j] += inverse[j, i] * mean[i]
            square = (mean * bent).sum()
            for j in range(p):
                # E[(x - m)'A(x - m)(x_j - m_j)] written out.
                crossed = (products[:, j] * bent).sum()
                third = left[place + 1 + j] - 2 * crossed - mean[j] * left[place]
                slope[j] += share * (third + 2 * mean[j] * square)
    return slope
