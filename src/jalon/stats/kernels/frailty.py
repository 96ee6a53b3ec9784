"""Compiled sums of a Cox model with one coefficient per group."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.stats.kernels.cox_moments import LEAST_LEFT
from jalon.stats.kernels.risk_sets import RiskSets


class Packed(NamedTuple):
    """Sums over some patients.

    Attributes:
        total: shape (1,), hazards.
        mean: shape (p,), hazard-weighted covariates.
        group: shape (q,), hazards of each group.
        square: shape (p, p), hazard-weighted products of covariates.
        cross: shape (p, q), hazard-weighted covariates of each group.
    """

    total: Floats
    mean: Floats
    group: Floats
    square: Floats
    cross: Floats


class GroupSums(NamedTuple):
    """What one evaluation finds.

    Attributes:
        loglik: shape (1,), log partial likelihood.
        slope: shape (p + q,), its gradient.
        square: shape (p, p), hazard-weighted products of covariates, summed over deaths.
        cross: shape (p, q), of covariates and groups.
        group: shape (q,), of groups with themselves; those of two groups are 0.
        means: shape (e, p + q), mean covariates and shares of groups among those at risk at each
            death, times the root of its weight.
    """

    loglik: Floats
    slope: Floats
    square: Floats
    cross: Floats
    group: Floats
    means: Floats


@njit(cache=True, nogil=True)
def _pack(p: int, q: int) -> Packed:
    return Packed(np.zeros(1), np.zeros(p), np.zeros(q), np.zeros((p, p)), np.zeros((p, q)))


@njit(cache=True, nogil=True)
def _add(into: Packed, x: Floats, code: int, part: float) -> None:
    into.total[0] += part
    into.group[code] += part
    for j in range(len(x)):
        into.mean[j] += part * x[j]
        into.cross[j, code] += part * x[j]
        for k in range(len(x)):
            into.square[j, k] += part * x[j] * x[k]


@njit(cache=True, nogil=True)
def _clear(into: Packed) -> None:
    into.total[0] = 0.0
    for k in range(len(into.group)):
        into.group[k] = 0.0
    for j in range(len(into.mean)):
        into.mean[j] = 0.0
        for k in range(len(into.mean)):
            into.square[j, k] = 0.0
        for k in range(len(into.group)):
            into.cross[j, k] = 0.0


@njit(cache=True, nogil=True)
def _walk_back(
    sets: RiskSets, codes: Integers, part: Floats, block: int, walk: tuple[Packed, Packed, Floats]
) -> None:
    """Bring the sums to a block from the one after it; marks are removed, end and largest."""
    risk, dead, marks = walk
    start, begin, leave = sets.start, sets.begin, sets.leave
    while marks[0] < len(leave) and begin[leave[int(marks[0])]] > block:
        late = leave[int(marks[0])]
        _add(risk, sets.x[late], codes[late], -part[late])
        marks[0] += 1
    if block + 1 < len(sets.deaths) and sets.opening[block + 1] == 1:
        _clear(risk)
        marks[1], marks[2] = start[block + 1], 0.0
    if risk.total[0] < LEAST_LEFT * marks[2]:
        _clear(risk)
        for i in range(start[block + 1], int(marks[1])):
            if begin[i] <= block:
                _add(risk, sets.x[i], codes[i], part[i])
        marks[2] = risk.total[0]
    middle = start[block] + sets.deaths[block]
    _clear(dead)
    for i in range(start[block], start[block + 1]):
        _add(risk, sets.x[i], codes[i], part[i])
        if i < middle:
            _add(dead, sets.x[i], codes[i], part[i])
    marks[2] = max(marks[2], risk.total[0])


@njit(cache=True, nogil=True)
def _meet_death(
    risk: Packed, dead: Packed, how: tuple[float, float], found: GroupSums, number: int
) -> None:
    """Add one death, of which some share of the dead are gone already, with some weight."""
    (gone, share), row = how, found.means[number]
    p, q = risk.cross.shape
    total = risk.total[0] - gone * dead.total[0]
    root = np.sqrt(share)
    found.loglik[0] -= share * np.log(total)
    for j in range(p):
        row[j] = (risk.mean[j] - gone * dead.mean[j]) / total
        for k in range(p):
            found.square[j, k] += share * (risk.square[j, k] - gone * dead.square[j, k]) / total
        for k in range(q):
            found.cross[j, k] += share * (risk.cross[j, k] - gone * dead.cross[j, k]) / total
    for k in range(q):
        row[p + k] = (risk.group[k] - gone * dead.group[k]) / total
        found.group[k] += share * row[p + k]
    for k in range(p + q):
        found.slope[k] -= share * row[k]
        row[k] *= root


@njit(cache=True, nogil=True, error_model="numpy")
def sum_groups_at_risk(
    sets: RiskSets, codes: Integers, beta: Floats, effect: Floats, efron: bool
) -> GroupSums:
    """Evaluate the log partial likelihood with an effect of each group.

    Args:
        sets: the risk sets, m patients.
        codes: shape (m,), group of each, numbered from 0.
        beta: shape (p,), coefficients of the covariates.
        effect: shape (q,), log hazard of each group.
        efron: whether tied deaths leave the risk set one by one.

    Returns:
        The likelihood and its derivatives, not yet put together.
    """
    p, q, blocks = len(beta), len(effect), len(sets.deaths)
    rows = blocks
    if efron:
        rows = int(sets.deaths.sum())
    found = GroupSums(
        np.zeros(1),
        np.zeros(p + q),
        np.zeros((p, p)),
        np.zeros((p, q)),
        np.zeros(q),
        np.zeros((rows, p + q)),
    )
    hazard, part = np.empty(len(codes)), np.empty(len(codes))
    top = -np.inf
    for i in range(len(codes)):
        hazard[i] = effect[codes[i]] + (sets.offset[i] if len(sets.offset) > 0 else 0.0)
        for j in range(p):
            hazard[i] += sets.x[i, j] * beta[j]
        top = max(top, hazard[i])
    for i in range(len(codes)):
        part[i] = np.exp(hazard[i] - top) * sets.weight[i]
    walk = (_pack(p, q), _pack(p, q), np.zeros(3))
    walk[2][1] = sets.start[-1]
    row = 0
    for g in range(blocks - 1, -1, -1):
        _walk_back(sets, codes, part, g, walk)
        first = sets.start[g]
        last = first + sets.deaths[g]
        parts = sets.deaths[g] if efron else 1
        weight = 0.0
        for i in range(first, last):
            weight += sets.weight[i]
            found.loglik[0] += sets.weight[i] * (hazard[i] - top)
            found.slope[p + codes[i]] += sets.weight[i]
            for j in range(p):
                found.slope[j] += sets.weight[i] * sets.x[i, j]
        for k in range(parts):
            _meet_death(walk[0], walk[1], (k / parts, weight / parts), found, row)
            row += 1
    return found
