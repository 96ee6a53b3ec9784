"""What could be reached without points: Cox models on all terms; and scores that come ready."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.learn.baselines.cox import fit_terms, sort_terms, sum_slopes
from jalon.learn.baselines.score import BaselineScore, find_null_loss, fit_total
from jalon.learn.terms import Terms
from jalon.stats import Ridge, fit_ridge_cox

THETAS = tuple(float(theta) for theta in 10.0 ** np.arange(-0.5, 3.6, 0.5))
"""Ridge penalties that are tried."""


def cox_ceiling(terms: Terms, data: SurvivalData) -> BaselineScore:
    """Fit the Cox model on all candidate terms: the least loss any score of these can have.

    Args:
        terms: candidate terms of n patients; of terms that are equal the first is kept.
        data: outcomes of the same patients, event 1 being the event.

    Returns:
        Log hazard ratios in place of points. On new patients it may do worse than a score.

    Raises:
        UnsuitableDataError: terms that add up to others or separate the outcome, or outcomes
            that cannot be used.
    """
    sheet = sort_terms(terms, data)
    kept = _keep_distinct(terms)
    beta, loss = fit_terms(sheet, kept)
    points = np.zeros(len(terms.cut))
    points[kept] = beta
    return _report("Cox on all terms", points, loss, terms, data)


def ridge_ceiling(terms: Terms, data: SurvivalData) -> BaselineScore:
    """Fit a Cox model on all terms with a ridge, the strength chosen by Akaike's criterion.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event.

    Returns:
        Log hazard ratios in place of points; the loss is without the penalty.

    Raises:
        UnsuitableDataError: outcomes that cannot be used.

    Reference:
        Verweij PJM, van Houwelingen HC (1994), doi:10.1002/sim.4780132307, section 4, for the
        choice by the effective number of parameters.
    """
    sheet = sort_terms(terms, data)
    kept = _keep_distinct(terms)
    x = terms.bits[kept].T.astype(np.float64)
    fits = [fit_ridge_cox(x, data, Ridge(theta), ties="breslow") for theta in THETAS]
    best = min(fits, key=lambda fit: fit.effective_df - fit.log_likelihood)
    points = np.zeros(len(terms.cut))
    points[kept] = best.coefficients
    every = np.arange(len(points))
    loss, _, _ = sum_slopes(sheet.bits, every, points, sheet.weight, sheet.event, sheet.close)
    return _report("ridge Cox on all terms", points, float(loss), terms, data)


def ready_score(
    name: str, total: npt.ArrayLike, data: SurvivalData, variables: int = 0
) -> BaselineScore:
    """Judge a score that comes with its own points, such as the IPI.

    Args:
        name: the score.
        total: shape (n,), total points of each patient, none missing.
        data: outcomes of the same patients, event 1 being the event.
        variables: how many variables it asks for; 0 when not known.

    Returns:
        The score, without points per term.

    Raises:
        UnsuitableDataError: missing totals, or another number of them.
    """
    values = np.asarray(total, dtype=np.float64)
    if values.shape != (len(data),):
        raise UnsuitableDataError(
            f"{name} has shape {values.shape} but there are {len(data)} patients; give one total "
            "per patient"
        )
    missing = int(np.sum(~np.isfinite(values)))
    if missing:
        raise UnsuitableDataError(
            f"{name} is missing for {missing} of {len(values)} patients; compare scores on "
            "patients who have all of them"
        )
    scale, loss, null_loss = fit_total(values, data)
    return BaselineScore(name, (), scale, loss, null_loss, variables, 0)


def _report(
    name: str, points: Floats, loss: float, terms: Terms, data: SurvivalData
) -> BaselineScore:
    used = np.flatnonzero(points)
    variables = len(set(terms.variable[used].tolist()))
    null_loss = find_null_loss(data)
    return BaselineScore(
        name, tuple(points.tolist()), 1.0, loss, null_loss, variables, len(used), "not a score"
    )


def _keep_distinct(terms: Terms) -> list[int]:
    seen: set[bytes] = set()
    kept = []
    for term, bits in enumerate(terms.bits):
        if bits.tobytes() not in seen and (1 - bits).tobytes() not in seen:
            seen.add(bits.tobytes())
            kept.append(term)
    return kept
