"""Compiled loops of Fine-Gray regression, in time that grows as the number of patients.

Patients who had another cause stay at risk with the weight G(u-) / G(t-), which is a factor of
the time u times a factor of the patient. So the sums over risk sets are sums over patients seen
at least until u (one pass back) plus, per group, G(u-) times sums over earlier competing events
(one pass forward), as Kawaguchi, Shen, Suchard and Li noted (2021, doi:10.32614/RJ-2021-010).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.stats.kernels.products import BLOCK, add_products


class FineGraySets(NamedTuple):
    """Patients by rising time, and who is at risk at the m times of an event of the cause.

    Attributes:
        x: shape (n, p), covariates.
        weight: shape (n,), counts of patients.
        kind: shape (n,), 0 censored, 1 had the event, 2 had another cause.
        place: shape (n,), rank of the patient's own time among the distinct times.
        since: shape (n,), how many times of an event are before the patient's own time.
        upto: shape (n,), how many are not after it.
        group: shape (n,), code of the group with its own censoring, 0 to k - 1.
        own_free: shape (n,), probability to be uncensored just before the patient's own time.
        free: shape (k, m), the same just before each time of an event, by group.
        deaths: shape (m,), events at each time.
        share: shape (k, m), the part of them in each group.
    """

    x: Floats
    weight: Floats
    kind: Integers
    place: Integers
    since: Integers
    upto: Integers
    group: Integers
    own_free: Floats
    free: Floats
    deaths: Floats
    share: Floats


class FineGraySums(NamedTuple):
    """What one evaluation fills in.

    Attributes:
        hazard: shape (m,), step of the baseline hazard, covariates 0, less the factor exp(-top).
        mean: shape (m, p), weighted mean covariates of those at risk.
        gradient: shape (p,), first derivative.
        information: shape (p, p), minus the second derivative, lower triangle.
    """

    hazard: Floats
    mean: Floats
    gradient: Floats
    information: Floats


@njit(cache=True, nogil=True, error_model="numpy")
def weigh_hazards(sets: FineGraySets, beta: Floats, part: Floats) -> tuple[float, float]:
    """Fill each patient's relative hazard, scaled so that none overflows.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        part: shape (n,), filled with weight times exp(linear predictor - top).

    Returns:
        Sum over events of linear predictor - top, and top, the largest linear predictor.
    """
    x, top, total = sets.x, -np.inf, 0.0
    for i in range(x.shape[0]):
        value = 0.0
        for j in range(x.shape[1]):
            value += x[i, j] * beta[j]
        part[i] = value
        top = max(top, value)
    for i in range(len(part)):
        if sets.kind[i] == 1:
            total += sets.weight[i] * (part[i] - top)
        part[i] = sets.weight[i] * np.exp(part[i] - top)
    return total, top


@njit(cache=True, nogil=True)
def look_back(sets: FineGraySets, part: Floats, risk: Floats, mean: Floats) -> None:
    """Fill the sums over patients seen at least until each time.

    Args:
        sets: the risk sets.
        part: shape (n,), weighted relative hazards.
        risk: shape (m,), filled with sums of hazards.
        mean: shape (m, p), filled with sums of hazards times covariates.
    """
    x, i, sum0, sum1 = sets.x, sets.x.shape[0] - 1, 0.0, np.zeros(sets.x.shape[1])
    for u in range(len(risk) - 1, -1, -1):
        while i >= 0 and sets.upto[i] > u:
            sum0 += part[i]
            for j in range(x.shape[1]):
                sum1[j] += part[i] * x[i, j]
            i -= 1
        risk[u] = sum0
        for j in range(x.shape[1]):
            mean[u, j] = sum1[j]


@njit(cache=True, nogil=True, error_model="numpy")
def look_forward(sets: FineGraySets, part: Floats, risk: Floats, mean: Floats) -> None:
    """Add the patients who had another cause before each time, and turn sums into means.

    Args:
        sets: the risk sets.
        part: shape (n,), weighted relative hazards.
        risk: shape (m,), completed.
        mean: shape (m, p), completed and divided by ``risk``.
    """
    x, n, p = sets.x, sets.x.shape[0], sets.x.shape[1]
    past0, past1, i = np.zeros(sets.free.shape[0]), np.zeros((sets.free.shape[0], p)), 0
    for u in range(len(risk)):
        while i < n and sets.upto[i] <= u:
            if sets.kind[i] == 2:
                share, g = part[i] / sets.own_free[i], sets.group[i]
                past0[g] += share
                for j in range(p):
                    past1[g, j] += share * x[i, j]
            i += 1
        for g in range(len(past0)):
            risk[u] += sets.free[g, u] * past0[g]
            for j in range(p):
                mean[u, j] += sets.free[g, u] * past1[g, j]
        for j in range(p):
            mean[u, j] /= risk[u]


@njit(cache=True, nogil=True)
def sum_hazards(free: Floats, hazard: Floats) -> tuple[Floats, Floats]:
    """Return the hazard up to each time, and the weighted hazard from each time on.

    Args:
        free: shape (k, m), G at each time, by group.
        hazard: shape (m,), steps.

    Returns:
        Shape (m + 1,): sums of the steps before each time; shape (k, m + 1): sums of
        steps times G from each time on.
    """
    m, groups = len(hazard), free.shape[0]
    before, later = np.zeros(m + 1), np.zeros((groups, m + 1))
    for u in range(m):
        before[u + 1] = before[u] + hazard[u]
    for g in range(groups):
        for u in range(m - 1, -1, -1):
            later[g, u] = later[g, u + 1] + free[g, u] * hazard[u]
    return before, later


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate_fine_gray(sets: FineGraySets, beta: Floats, sums: FineGraySums) -> tuple[float, float]:
    """Give the log pseudo-likelihood with its two derivatives and the baseline hazard.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        sums: filled.

    Returns:
        The log pseudo-likelihood, and the largest linear predictor, ``top``.
    """
    x, n, p = sets.x, sets.x.shape[0], sets.x.shape[1]
    part = np.empty(n)
    loglik, top = weigh_hazards(sets, beta, part)
    look_back(sets, part, sums.hazard, sums.mean)
    look_forward(sets, part, sums.hazard, sums.mean)
    rows, count, size = np.empty((p, BLOCK)), 0, np.empty(BLOCK)
    sums.gradient[:] = 0.0
    sums.information[:] = 0.0
    for u in range(len(sets.deaths)):
        loglik -= sets.deaths[u] * np.log(sums.hazard[u])
        sums.hazard[u] = sets.deaths[u] / sums.hazard[u]
        rows[:, count], size[count] = sums.mean[u], -sets.deaths[u]
        count += 1
        if count == BLOCK:
            add_products(rows, size, count, sums.information)
            count = 0
    before, later = sum_hazards(sets.free, sums.hazard)
    for i in range(n):
        seen = before[sets.upto[i]]
        if sets.kind[i] == 2:
            seen += later[sets.group[i], sets.upto[i]] / sets.own_free[i]
        expected = part[i] * seen
        excess = (sets.weight[i] if sets.kind[i] == 1 else 0.0) - expected
        for j in range(p):
            sums.gradient[j] += excess * x[i, j]
            rows[j, count] = x[i, j]
        size[count] = expected
        count += 1
        if count == BLOCK:
            add_products(rows, size, count, sums.information)
            count = 0
    add_products(rows, size, count, sums.information)
    return loglik, top


@njit(cache=True, nogil=True)
def sum_means(free: Floats, sums: FineGraySums) -> tuple[Floats, Floats]:
    """Return the sums of ``sum_hazards`` with each step times the mean covariates.

    Args:
        free: shape (k, m), G at each time, by group.
        sums: of one evaluation.

    Returns:
        Shape (m + 1, p) and shape (k, m + 1, p).
    """
    m, p = sums.mean.shape
    groups = free.shape[0]
    before, later = np.zeros((m + 1, p)), np.zeros((groups, m + 1, p))
    for u in range(m):
        for j in range(p):
            before[u + 1, j] = before[u, j] + sums.hazard[u] * sums.mean[u, j]
    for g in range(groups):
        for u in range(m - 1, -1, -1):
            step = free[g, u] * sums.hazard[u]
            for j in range(p):
                later[g, u, j] = later[g, u + 1, j] + step * sums.mean[u, j]
    return before, later


@njit(cache=True, nogil=True, error_model="numpy")
def find_residuals(sets: FineGraySets, beta: Floats, sums: FineGraySums) -> tuple[Floats, Floats]:
    """Give each patient's part of the score, and how censoring at a time moves the score.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        sums: of the same coefficients.

    Returns:
        Shape (n, p), the part of one patient (not its weight), the censoring taken as known; and
        shape (n, p), Fine and Gray's q(t) at the time of each censored patient,
        0 for the others. With several groups of censoring it sums over the competing events
        and the events of the patient's own group, as ``cmprsk::crr`` 2.2-11 does; the events of
        other groups, which the theory counts too, change standard errors little.
    """
    x, upto, n, p = sets.x, sets.upto, sets.x.shape[0], sets.x.shape[1]
    groups = sets.free.shape[0]
    part, found, moved = np.empty(n), np.zeros((n, p)), np.zeros((n, p))
    weigh_hazards(sets, beta, part)
    before0, later0 = sum_hazards(sets.free, sums.hazard)
    before1, later1 = sum_means(sets.free, sums)
    own0 = sum_hazards(sets.free * sets.share, sums.hazard)[1]
    own1 = sum_means(sets.free * sets.share, sums)[1]
    past0, past1, counted = np.zeros(groups), np.zeros((groups, p)), 0
    for i in range(n):
        u, g, ratio = upto[i], sets.group[i], part[i] / sets.weight[i]
        share = 1.0 / sets.own_free[i] if sets.kind[i] == 2 else 0.0
        hazard = before0[u] + share * later0[g, u]
        for j in range(p):
            found[i, j] = ratio * (before1[u, j] + share * later1[g, u, j] - x[i, j] * hazard)
            if sets.kind[i] == 1:
                found[i, j] += x[i, j] - sums.mean[u - 1, j]
        while sets.place[counted] < sets.place[i]:
            if sets.kind[counted] == 2:
                size, h = part[counted] / sets.own_free[counted], sets.group[counted]
                past0[h] += size
                for j in range(p):
                    past1[h, j] += size * x[counted, j]
            counted += 1
        if sets.kind[i] == 0:
            c0, c1 = own0[g, sets.since[i]], own1[g, sets.since[i]]
            for j in range(p):
                moved[i, j] = past1[g, j] * c0 - past0[g] * c1[j]
    return found, moved
