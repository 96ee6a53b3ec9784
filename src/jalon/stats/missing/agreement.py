"""Values drawn in agreement with the Cox model that the completed tables are for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jalon.core import ConvergenceError, Floats
from jalon.stats.kernels.agreeing_draw import draw_agreeing
from jalon.stats.kernels.regression_draw import gather, predict
from jalon.stats.missing.encoding import Encoding, encode
from jalon.stats.missing.outcome_model import OutcomeDraw
from jalon.stats.missing.target import (
    Fill,
    Target,
    draw_linear,
    draw_logistic,
    draw_ordinal,
)


def fill_agreeing(
    target: Target,
    completed: tuple[Floats, Floats, Encoding],
    outcome: OutcomeDraw,
    start: Floats | None,
    rng: np.random.Generator,
) -> Fill:
    """Draw values for the missing rows of one column, given the other columns and the outcome.

    The column is regressed on the others, without the outcome, among all patients of the
    completed table; a value is then drawn from what this regression and the Cox model say
    together.

    Args:
        target: the column.
        completed: the table (n, p), its design (n, d), and how the one becomes the other.
        outcome: coefficients and hazards drawn for the Cox models.
        start: coefficients of the last fit of this column; None at the first.
        rng: the source of chance.

    Returns:
        The values.

    Raises:
        ConvergenceError: a logistic or ordinal fit did not converge.

    Reference:
        Bartlett JW, Seaman SR, White IR, Carpenter JR (2015), doi:10.1177/0962280214521348,
        section 4.2, equations 6 and 7. Levels are drawn from their exact chances, and numbers by a
        rejection that starts from the mode, so that no draw is given up.
    """
    values, z, encoding = completed
    every = replace(target, known=np.arange(len(z)), values=values[:, target.column])
    if len(target.levels) == 1:
        alone = np.full(len(target.missing), target.levels[0])
        return Fill(alone, np.ones(len(target.predictors), dtype=bool), np.empty(0))
    if target.method == "normal":
        return _fill_number(every, z, encoding, outcome, rng)
    return _fill_levels(every, z, encoding, outcome, start, rng)


def _fill_number(
    target: Target,
    z: Floats,
    encoding: Encoding,
    outcome: OutcomeDraw,
    rng: np.random.Generator,
) -> Fill:
    made = draw_linear(target, z, rng)
    (own,), rows = encoding.columns_of(target.column), target.missing
    wanted = predict(gather(z, rows, target.predictors, 1), made.drawn)
    mean, spread = target.values.mean(), target.values.std()
    centre, scale = encoding.mean[own], encoding.scale[own]
    slope = np.ascontiguousarray(outcome.drawn[:, own])
    rest = z[rows] @ outcome.drawn.T - np.outer(z[rows, own], slope)
    found = draw_agreeing(
        rng,
        (mean + spread * wanted - centre) / scale,
        spread * made.sigma / scale,
        outcome.hazard[rows] * np.exp(rest),
        slope,
        outcome.cause[rows],
    )
    if np.isnan(found).any():
        raise ConvergenceError(
            f"no value of {target.name} agrees with the outcome's Cox model; look for extreme "
            "values, or take its logarithm"
        )
    return Fill(centre + scale * found, made.kept[1:], made.fitted)


def _fill_levels(
    target: Target,
    z: Floats,
    encoding: Encoding,
    outcome: OutcomeDraw,
    start: Floats | None,
    rng: np.random.Generator,
) -> Fill:
    rows = target.missing
    chance, fitted = draw_chances(target, z, start, rng)
    own = encoding.columns_of(target.column)
    part = outcome.drawn[:, own]
    rest = z[rows] @ outcome.drawn.T - z[np.ix_(rows, own)] @ part.T
    # Shape (missing, levels, causes); a larger linear predictor than 300 is as impossible.
    eta = rest[:, None, :] + (encode(target.levels, encoding, own) @ part.T)[None, :, :]
    eta = np.minimum(eta, 300.0)
    happened = outcome.cause[rows][:, None] == np.arange(1, eta.shape[2] + 1)
    fit = np.sum(
        happened[:, None, :] * eta - outcome.hazard[rows][:, None, :] * np.exp(eta), axis=2
    )
    weight = chance * np.exp(fit - fit.max(axis=1, keepdims=True))
    total = np.cumsum(weight, axis=1)
    chosen = np.sum(rng.random(len(rows))[:, None] * total[:, -1:] > total[:, :-1], axis=1)
    return Fill(target.levels[chosen], np.ones(len(target.predictors), dtype=bool), fitted)


def draw_chances(
    target: Target, z: Floats, start: Floats | None, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw a regression of a column of levels and give the chance of each level.

    Args:
        target: the column.
        z: shape (n, d), the design.
        start: coefficients of its last fit, or None.
        rng: the source of chance.

    Returns:
        Chances (missing, k), and the fitted coefficients.

    Raises:
        ConvergenceError: the fit did not converge.
    """
    if target.method == "logistic":
        chance, fitted = draw_logistic(target, z, start, rng)
        return np.column_stack((1 - chance, chance)), fitted
    below, fitted = draw_ordinal(target, z, start, rng)
    edge = np.zeros((len(below), 1))
    return np.diff(np.hstack((edge, below, edge + 1)), axis=1), fitted
