"""Newton's method for Cox regression, in steps that one worker or several can take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jalon.core import Floats
from jalon.stats.kernels.cholesky import factorise, solve
from jalon.stats.kernels.cox_sums import BACK, FORWARD, WEIGH, Sums, collect, run_pass
from jalon.stats.kernels.risk_sets import RiskSets

CONVERGED, COLLINEAR, RUNAWAY, STUCK = 0, 1, 2, 3
"""What became of a fit: the first is an answer, the others are reasons for none."""

MAX_STEPS = 60
SMALLEST_PIVOT = 1e-11
"""Share of a column's information not explained by the columns before it; below, collinear."""

LAST_DECREMENT = 1e-11
"""Twice the log likelihood still to be gained before the last step; Newton squares it."""

SLOW_DECREMENT, SLOW_RATIO = 1e-7, 0.05
"""Newton gaining this little, and still only by steady shares, is climbing towards infinity."""

MARKS = 9
NULL, LOGLIK, SCORE, DECREMENT, SLOW, TAKEN, SIZE, OUTCOME, BLAME = range(MARKS)
"""Places in ``Climber.marks``."""


class Climber(NamedTuple):
    """Where Newton's method is.

    Attributes:
        beta: shape (p,), best coefficients so far.
        trial: shape (p,), coefficients to evaluate next.
        step: shape (p,), the present step.
        floor: shape (p,), smallest pivots allowed.
        factor: shape (p, p), Cholesky factor of the information.
        marks: shape (MARKS,), log likelihood at the start (NULL) and at ``beta`` (LOGLIK), score
            statistic of the start, what the present step may gain (DECREMENT), how often it
            gained slowly, steps taken, share of the step tried (0 before the first), and the
            outcome with the column to blame.
    """

    beta: Floats
    trial: Floats
    step: Floats
    floor: Floats
    factor: Floats
    marks: Floats


class Climb(NamedTuple):
    """Where Newton's method ended, and why.

    Attributes:
        outcome: CONVERGED, or the reason for no answer.
        blame: the column that is a combination of those before it, or -1.
        taken: number of steps.
        null: log partial likelihood of the coefficients it started from.
        loglik: log partial likelihood at the end.
        score: score statistic of the coefficients it started from.
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
def evaluate(sets: RiskSets, beta: Floats, ties: int, sums: Sums) -> float:
    """Give the log partial likelihood with its two derivatives and the baseline hazard.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        ties: BRESLOW, EFRON or REPEATED.
        sums: filled.

    Returns:
        The log partial likelihood.
    """
    run_pass(WEIGH, sets, beta, ties, sums, (0, 1))
    run_pass(BACK, sets, beta, ties, sums, (0, 1))
    run_pass(FORWARD, sets, beta, ties, sums, (0, 1))
    return collect(sums)


@njit(cache=True, nogil=True)
def start_climb(start: Floats) -> Climber:
    """Start at some coefficients.

    Args:
        start: shape (p,).

    Returns:
        A climber whose ``trial`` is to be evaluated first.
    """
    p = len(start)
    marks = np.zeros(MARKS)
    marks[OUTCOME], marks[BLAME] = STUCK, -1
    return Climber(start.copy(), start.copy(), np.zeros(p), np.zeros(p), np.zeros((p, p)), marks)


@njit(cache=True, nogil=True, error_model="numpy")
def propose(climber: Climber, gradient: Floats, information: Floats) -> bool:
    """Take aim at the next coefficients.

    Args:
        climber: changed in place.
        gradient: shape (p,), first derivative at its best coefficients.
        information: shape (p, p), minus the second derivative there, lower triangle.

    Returns:
        Whether there is something to evaluate.
    """
    marks, step = climber.marks, climber.step
    if marks[TAKEN] >= MAX_STEPS:
        return False
    blame = factorise(information, climber.floor, climber.factor)
    if blame >= 0:
        marks[BLAME], marks[OUTCOME] = blame, COLLINEAR if marks[TAKEN] == 0 else RUNAWAY
        return False
    solve(climber.factor, gradient, step)
    previous, decrement = marks[DECREMENT], (gradient * step).sum()
    if marks[TAKEN] == 0:
        previous, marks[SCORE] = np.inf, decrement
    slow = SLOW_RATIO * previous < decrement < SLOW_DECREMENT
    marks[SLOW] = marks[SLOW] + 1 if slow else 0
    if marks[SLOW] == 2:
        marks[OUTCOME] = RUNAWAY
        return False
    marks[DECREMENT], marks[SIZE], marks[OUTCOME] = decrement, 1.0, STUCK
    climber.trial[:] = climber.beta + step
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def react(
    climber: Climber, weight: float, reached: float, gradient: Floats, information: Floats
) -> bool:
    """Decide what to do after an evaluation.

    Args:
        climber: changed in place.
        weight: of all patients.
        reached: the log likelihood at ``climber.trial``.
        gradient: shape (p,), first derivative there.
        information: shape (p, p), minus the second derivative there, lower triangle.

    Returns:
        Whether to go on; then ``climber.trial`` is to be evaluated next.
    """
    marks = climber.marks
    if marks[SIZE] == 0:
        marks[NULL] = marks[LOGLIK] = reached
        for j in range(len(climber.floor)):
            climber.floor[j] = max(SMALLEST_PIVOT * information[j, j], 1e-13 * weight)
        return propose(climber, gradient, information)
    if reached >= marks[LOGLIK] - 1e-10 * abs(marks[LOGLIK]):
        climber.beta[:], marks[LOGLIK] = climber.trial, reached
        marks[TAKEN] += 1
        if marks[DECREMENT] < LAST_DECREMENT:
            marks[OUTCOME] = CONVERGED
            return False
        return propose(climber, gradient, information)
    marks[SIZE] *= 0.5
    climber.trial[:] = climber.beta + marks[SIZE] * climber.step
    if np.isnan(reached):
        # Hazards further apart than floating point reaches.
        marks[OUTCOME] = RUNAWAY
    return bool(marks[SIZE] > 1e-9)


@njit(cache=True, nogil=True)
def finish_climb(climber: Climber, top: float) -> Climb:
    """Say where the climb ended.

    Args:
        climber: the climber.
        top: largest linear predictor of the last evaluation.

    Returns:
        Coefficients and how they were reached.
    """
    marks = climber.marks
    return Climb(
        int(marks[OUTCOME]),
        int(marks[BLAME]),
        int(marks[TAKEN]),
        marks[NULL],
        marks[LOGLIK],
        marks[SCORE],
        top,
        climber.beta,
        climber.step,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def maximise(sets: RiskSets, start: Floats, ties: int, sums: Sums) -> Climb:
    """Climb the log partial likelihood by Newton's method with step halving.

    Args:
        sets: the risk sets, with standardised covariates.
        start: shape (p,), coefficients to start from.
        ties: BRESLOW, EFRON or REPEATED.
        sums: filled, for the coefficients returned.

    Returns:
        Coefficients and how they were reached.
    """
    climber, weight, onwards = start_climb(start), sets.weight.sum(), True
    while onwards:
        reached = evaluate(sets, climber.trial, ties, sums)
        onwards = react(climber, weight, reached, sums.gradient, sums.information)
    return finish_climb(climber, sums.top.max())
