"""Climbing the partial likelihood, by one worker or several, or saying why it has no top."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from jalon.core import ConvergenceError, Floats, UnsuitableDataError
from jalon.stats.kernels.cox import (
    COLLINEAR,
    CONVERGED,
    RUNAWAY,
    Climb,
    finish_climb,
    maximise,
    react,
    start_climb,
)
from jalon.stats.kernels.cox_exact import look_exact
from jalon.stats.kernels.cox_sums import BACK, FORWARD, WEIGH, Sums, collect, run_pass
from jalon.stats.kernels.cox_ties import BRESLOW, EFRON, EXACT
from jalon.stats.kernels.risk_sets import RiskSets
from jalon.stats.regression.cox_fit import Ties
from jalon.stats.team import ALONE, Team

CHUNK = 8192
"""Patients of one chunk, whose covariates should fit a core's own cache."""

MOST_CHUNKS = 512

TIES: dict[Ties, int] = {"breslow": BRESLOW, "efron": EFRON, "exact": EXACT}


def make_sums(sets: RiskSets, ties: int) -> Sums:
    """Make room for the sums of an evaluation, and cut large data into chunks.

    Args:
        sets: the risk sets.
        ties: how ties are treated.

    Returns:
        Sums not yet filled. Late entry and exact ties stay in one chunk.
    """
    (m, p), g = sets.x.shape, len(sets.deaths)
    bounds = np.array([0, g])
    if ties != EXACT and len(sets.begin) == 0 and m >= 2 * CHUNK:
        chunks = min(m // CHUNK, MOST_CHUNKS)
        cuts = np.searchsorted(sets.start, np.arange(1, chunks) * (m / chunks))
        bounds = np.unique(np.concatenate(([0], cuts, [g])))
    c = len(bounds) - 1
    opening = np.append(np.flatnonzero(sets.opening), g)
    edge = np.minimum(bounds[1:], opening[np.searchsorted(opening, bounds[:-1], side="right")])
    return Sums(
        steps=np.empty((3, g)),
        drift=np.empty((g, p)),
        gradient=np.empty(p),
        information=np.empty((p, p)),
        bounds=bounds,
        edge=edge,
        part=np.empty(m),
        top=np.empty(c),
        loglik=np.empty(c),
        later=np.empty((c, 1 + p)),
        ahead=np.empty(c),
        slopes=np.empty((c, p)),
        bends=np.empty((c, p, p)),
    )


def climb(sets: RiskSets, ties: int, sums: Sums, team: Team = ALONE) -> Climb:
    """Climb the log partial likelihood from coefficients of 0.

    Args:
        sets: the risk sets, with standardised covariates.
        ties: how ties are treated.
        sums: filled, for the coefficients returned.
        team: who does it; the result does not depend on their number.

    Returns:
        Coefficients and how they were reached.
    """
    start = np.zeros(sets.x.shape[1])
    if ties != EXACT and len(sums.top) == 1:
        return maximise(sets, start, ties, sums)
    # Also for one worker: the same code compiled into another may round differently.
    climber = start_climb(start)
    onwards, weight = True, float(sets.weight.sum())
    while onwards:
        if ties == EXACT:
            reached = evaluate_exact(sets, climber.trial, sums)
        else:
            reached = evaluate_together(sets, climber.trial, ties, sums, team)
        onwards = react(climber, weight, reached, sums.gradient, sums.information)
    return finish_climb(climber, float(sums.top.max()))


def evaluate_together(sets: RiskSets, beta: Floats, ties: int, sums: Sums, team: Team) -> float:
    """Evaluate the log partial likelihood and its derivatives, several workers at a time.

    Args:
        sets: the risk sets.
        beta: shape (p,), coefficients.
        ties: how ties are treated.
        sums: filled.
        team: who does it.

    Returns:
        The log partial likelihood.
    """

    def take(step: int) -> None:
        team.run(lambda one: run_pass(step, sets, beta, ties, sums, (one, team.workers)))

    for step in (WEIGH, BACK, FORWARD):
        take(step)
    return collect(sums)


def evaluate_exact(sets: RiskSets, beta: Floats, sums: Sums) -> float:
    """Evaluate the log likelihood of exact ties and its derivatives.

    Args:
        sets: the risk sets, all weights 1.
        beta: shape (p,), coefficients.
        sums: filled, in one chunk; the baseline hazard is Breslow's, there being no other.

    Returns:
        The log partial likelihood.
    """
    run_pass(WEIGH, sets, beta, BRESLOW, sums, (0, 1))
    dead = float(sums.loglik[0])
    run_pass(BACK, sets, beta, BRESLOW, sums, (0, 1))
    return dead + look_exact(sets, sums)


def explain(climb: Climb, x: Floats, names: tuple[str, ...]) -> NoReturn:
    """Say which column is the reason that there is no answer.

    Args:
        climb: a climb that did not converge.
        x: shape (m, p), its standardised covariates.
        names: the columns in words.

    Raises:
        UnsuitableDataError: a column is a combination of others, or separates.
        ConvergenceError: no maximum was found.
    """
    if climb.outcome == COLLINEAR:
        raise UnsuitableDataError(
            f"{names[climb.blame]} is a combination of the columns before it, or does not "
            "vary among patients at risk (of one stratum) when events happen; leave it out"
        )
    if climb.outcome == RUNAWAY:
        spread = np.ptp(x, axis=0)
        worst = climb.blame if climb.blame >= 0 else int(np.argmax(np.abs(climb.step) * spread))
        raise UnsuitableDataError(
            f"{names[worst]} separates the patients who have the event from the others at "
            "risk: its hazard ratio is infinite or zero. Leave it out, or merge it with another "
            "category, or keep it with Firth's penalty (fit_firth_cox)"
        )
    raise ConvergenceError(
        f"the Cox fit found no maximum in {climb.taken} steps; look for extreme values in "
        f"{', '.join(names)}"
    )


__all__ = ["CONVERGED", "TIES", "climb", "evaluate_together", "explain", "make_sums"]
