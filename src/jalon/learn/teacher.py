"""The teacher: a ridge Cox model on every candidate term, whose fit is the target of the score.

Few steps of few variables learned from the events follow their noise. The same steps learned
from the expected events of a well-shrunk model of all terms do not: the score that is closest
to the teacher, in Kullback-Leibler divergence of who has the next event, is the one that
predicts new patients better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, SurvivalData
from jalon.learn.calm import one_blas_thread
from jalon.learn.kernels.ground import Bits, Ground
from jalon.learn.kernels.model import model_node
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.objective import lay_ground

PENALTIES = np.exp(np.linspace(np.log(1000.0), np.log(0.3), 9))
"""Precisions of the prior that cross-validation chooses from, strongest first."""

FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """A ridge Cox model on all terms.

    Attributes:
        beta: shape (p,), log hazard ratio of each term.
        penalty: precision of the prior, by cross-validation or as given.
    """

    beta: Floats
    penalty: float


@one_blas_thread()
def fit_teacher(
    bits: Bits, data: SurvivalData, rng: np.random.Generator, subdistribution: bool = False
) -> Teacher:
    """Fit a ridge Cox model whose penalty five-fold cross-validation chooses.

    The criterion is the cross-validated partial likelihood of Verweij and van Houwelingen
    (1993, doi:10.1002/sim.4780122407).

    Args:
        bits: shape (p, n), one row per term.
        data: outcomes of the same patients.
        rng: deals the patients to the folds.
        subdistribution: follow the cumulative incidence instead of the hazard.

    Returns:
        The teacher.
    """
    whole = lay_ground(bits, data, subdistribution=subdistribution)
    fold = rng.permutation(np.arange(len(data)) % FOLDS)
    terms, losses = np.arange(len(bits)), np.zeros(len(PENALTIES))
    for one in range(FOLDS):
        rows = np.flatnonzero(fold != one)
        part = lay_ground(bits[:, rows], data.take(rows), subdistribution=subdistribution)
        beta = np.zeros(len(terms))
        for k, penalty in enumerate(PENALTIES):
            beta = fit_ridge(part, float(penalty), beta)
            losses[k] += weigh_loss(whole, terms, beta)[0] - weigh_loss(part, terms, beta)[0]
    # The strongest penalty among equals: it is the steadier one.
    best = float(PENALTIES[int(np.argmin(np.round(losses, 6)))])
    return Teacher(fit_ridge(whole, best, np.zeros(len(terms))), best)


def fit_ridge(ground: Ground, penalty: float, start: Floats) -> Floats:
    """Fit a Cox model on all terms under one ridge penalty.

    Args:
        ground: rows and risk sets.
        penalty: precision of the prior of each log hazard ratio, > 0.
        start: shape (p,), coefficients to start from.

    Returns:
        Shape (p,), the coefficients.
    """
    held = ground._replace(ridge=np.full(len(start), penalty), centre=np.zeros(len(start)))
    terms, beta = np.arange(len(start)), start
    loss, risk = weigh_loss(held, terms, beta)
    for _ in range(50):
        slope, bend = model_node(held, risk, terms, beta)
        move = -np.linalg.solve(bend, slope)
        if float(-move @ slope) < 1e-10:
            # One more step, as the penalty multiplies what is still missing.
            beta = beta + move
            break
        damp, trial = 1.0, np.inf
        while not trial <= loss and damp > 1e-6:
            trial, trial_risk = weigh_loss(held, terms, beta + damp * move)
            damp *= 0.5
        if not trial <= loss:
            break
        beta, loss, risk = beta + 2 * damp * move, trial, trial_risk
    return beta


def teach(ground: Ground, teacher: Teacher) -> Ground:
    """Replace the events of each patient by those that the teacher expects.

    At the teacher's fit the expected sum of each term is its sum over the events less penalty x
    coefficient, so nothing else changes: deaths per risk set stay those observed.

    Args:
        ground: rows and risk sets.
        teacher: the model to follow.

    Returns:
        A ground on which the lowest loss is that of the score closest to the teacher.
    """
    return ground._replace(linear=ground.linear - teacher.penalty * teacher.beta)
