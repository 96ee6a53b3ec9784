"""A score from the lasso: the path is followed until the score is full, then rounded."""

from __future__ import annotations

import numpy as np
from numba import njit

from jalon.core import ConvergenceError, Floats, SurvivalData
from jalon.learn.baselines.cox import SortedTerms, sort_terms, sum_slopes
from jalon.learn.baselines.score import (
    BaselineScore,
    BaselineSettings,
    round_to_largest,
    score_points,
)
from jalon.learn.terms import Terms

STRIDE = 0.93
"""Each penalty is this share of the one before."""

SHORTEST = 0.005
"""The path ends at this share of the first penalty."""

ROUNDS = 30
"""Quadratic models per penalty before a fit counts as failed."""


def lasso_score(
    terms: Terms, data: SurvivalData, settings: BaselineSettings | None = None
) -> BaselineScore:
    """Make a score from the last lasso model with few enough variables, its coefficients rounded.

    The penalty falls from the value at which nothing is chosen, each term counting per standard
    deviation, until a further variable would be one too many. The largest coefficient then
    gets the most points. A variable may keep more terms than ``max_terms``: the lasso spreads
    its effect over neighbouring limits.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event.
        settings: how large the score may be; None for the usual limits.

    Returns:
        The score, of the shrunken coefficients. Directions that were set are not imposed.

    Raises:
        UnsuitableDataError: outcomes that cannot be used.
        ConvergenceError: a model of the path was not found.

    Reference:
        Tibshirani R (1997),
        doi:10.1002/(SICI)1097-0258(19970228)16:4<385::AID-SIM380>3.0.CO;2-3, section 2; the path
        by Simon N et al. (2011), doi:10.18637/jss.v039.i05, section 2.3.
    """
    limits = settings or BaselineSettings()
    sheet = sort_terms(terms, data)
    beta = _follow_path(sheet, terms, limits)
    points = round_to_largest(beta, limits.max_points)
    note = "no limit on the terms of a variable"
    return score_points("lasso, rounded", points, terms, data, note)


def _follow_path(sheet: SortedTerms, terms: Terms, limits: BaselineSettings) -> Floats:
    p = sheet.bits.shape[1]
    share = sheet.weight @ sheet.bits / sheet.weight.sum()
    spread = np.sqrt(share * (1 - share))
    usable = np.flatnonzero(spread > 0)
    beta = np.zeros(p)
    _, slope, _ = _measure(sheet, beta)
    first = float(np.max(np.abs(slope[usable]) / spread[usable], initial=0.0))
    penalty = first
    while penalty > SHORTEST * first:
        penalty *= STRIDE
        grown = _solve(sheet, beta, penalty * spread)
        if len(np.unique(terms.variable[grown != 0])) > limits.max_variables:
            break
        beta = grown
    return beta


def _measure(sheet: SortedTerms, beta: Floats) -> tuple[float, Floats, Floats]:
    every = np.arange(len(beta))
    loss, slope, bend = sum_slopes(sheet.bits, every, beta, sheet.weight, sheet.event, sheet.close)
    return float(loss), slope, bend


def _solve(sheet: SortedTerms, start: Floats, penalty: Floats) -> Floats:
    """Minimise the loss plus the penalty by quadratic models, each solved by coordinates."""
    beta = start
    loss, slope, bend = _measure(sheet, beta)
    value = loss + penalty @ np.abs(beta)
    for _ in range(ROUNDS):
        step = descend(bend, slope, beta, penalty) - beta
        factor = 1.0
        while True:
            tried = beta + factor * step
            loss, slope, bend = _measure(sheet, tried)
            found = loss + penalty @ np.abs(tried)
            if found <= value + 1e-12 * abs(value) or factor < 1e-4:
                break
            factor /= 2
        # Steps below this change no rounded point.
        if np.abs(tried - beta).max(initial=0.0) < 1e-5:
            return tried
        beta, value = tried, found
    raise ConvergenceError("the lasso path did not settle; take out terms that nearly repeat")


@njit(cache=True, nogil=True)
def descend(  # pragma: no cover - compiled
    bend: Floats, slope: Floats, beta: Floats, penalty: Floats
) -> Floats:
    """Minimise a quadratic model plus a penalty on absolute values, one coordinate at a time.

    Args:
        bend: shape (p, p), its curvature.
        slope: shape (p,), its slope at ``beta``.
        beta: shape (p,), where to begin.
        penalty: shape (p,), price of each coefficient.

    Returns:
        Shape (p,), the minimum.
    """
    found, pull = beta.copy(), slope.copy()
    for _ in range(1000):
        largest = 0.0
        for j in range(beta.size):
            if bend[j, j] <= 1e-12:
                continue
            aim = bend[j, j] * found[j] - pull[j]
            moved = np.sign(aim) * max(abs(aim) - penalty[j], 0.0) / bend[j, j]
            change = moved - found[j]
            if change != 0.0:
                found[j] = moved
                largest = max(largest, abs(change))
                for k in range(beta.size):
                    pull[k] += bend[k, j] * change
        if largest < 1e-9:
            break
    return found
