"""Compiled refits of a Cox model to resampled patients, who were sorted once."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import Floats, Integers
from jalon.stats.kernels.cox import CONVERGED, maximise
from jalon.stats.kernels.cox_sums import Sums
from jalon.stats.kernels.risk_sets import Queue, RiskSets, arrange


@njit(cache=True, nogil=True)
def pick_patients(queue: Queue, x: Floats, offset: Floats, count: Integers) -> RiskSets:
    """Arrange the patients of one resample.

    Args:
        queue: all patients, in the order of strata and times.
        x: shape (n, p), their standardised covariates in the same order.
        offset: shape (n,), known part of the log hazard; empty for none.
        count: shape (n,), how often each was drawn.

    Returns:
        Risk sets in which each patient drawn is one row, weighing as often as he was drawn.
    """
    drawn = np.flatnonzero(count > 0)
    no_stratum, no_entry = np.empty(0, np.int64), np.empty(0)
    rows, start, deaths, opening = arrange(
        Queue(
            drawn,
            queue.time[drawn],
            queue.died[drawn],
            queue.stratum[drawn] if len(queue.stratum) > 0 else no_stratum,
            no_entry,
        )
    )
    m, p = len(rows), x.shape[1]
    picked, weight = np.empty((m, p)), np.empty(m)
    for i in range(m):
        weight[i] = count[rows[i]]
        for j in range(p):
            picked[i, j] = x[rows[i], j]
    known = offset[rows] if len(offset) > 0 else no_entry
    return RiskSets(picked, known, weight, start, deaths, opening, no_stratum, no_stratum)


@njit(cache=True, nogil=True)
def make_room(sets: RiskSets) -> Sums:
    """Make room for the sums of an evaluation, in one chunk.

    Args:
        sets: the risk sets.

    Returns:
        Sums not yet filled.
    """
    (m, p), g = sets.x.shape, len(sets.deaths)
    bounds, edge = np.zeros(2, np.int64), np.zeros(1, np.int64)
    bounds[1] = edge[0] = g
    return Sums(
        np.empty((3, g)),
        np.empty((g, p)),
        np.empty(p),
        np.empty((p, p)),
        bounds,
        edge,
        np.empty(m),
        np.empty(1),
        np.empty(1),
        np.empty((1, 1 + p)),
        np.empty(1),
        np.empty((1, p)),
        np.empty((1, p, p)),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def refit(
    queue: Queue, x: Floats, offset: Floats, counts: Integers, climb: tuple[Floats, int]
) -> Floats:
    """Refit the model to some resamples.

    Args:
        queue: all patients, in the order of strata and times.
        x: shape (n, p), their standardised covariates in the same order.
        offset: shape (n,), known part of the log hazard; empty for none.
        counts: shape (b, n), how often each was drawn in each resample.
        climb: coefficients to start from, and how ties are treated.

    Returns:
        Shape (b, p), coefficients; NaN where there is no maximum.
    """
    beta = np.full((len(counts), x.shape[1]), np.nan)
    for b in range(len(counts)):
        sets = pick_patients(queue, x, offset, counts[b])
        if len(sets.deaths) > 0:
            found = maximise(sets, climb[0], climb[1], make_room(sets))
            if found.outcome == CONVERGED:
                beta[b] = found.beta
    return beta
