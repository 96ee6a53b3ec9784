"""AutoScore-Survival's recipe: rank by a forest, fit a Cox model on categories, divide, round."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers, SurvivalData
from jalon.learn.baselines.cox import fit_terms, sort_terms
from jalon.learn.baselines.forest import rank_variables
from jalon.learn.baselines.score import BaselineScore, BaselineSettings, score_points
from jalon.learn.terms import Terms

FULL = 100
"""Points of a patient who has the worst category of every variable."""


def autoscore(
    terms: Terms, data: SurvivalData, settings: BaselineSettings | None = None
) -> BaselineScore:
    """Make a score by the recipe of AutoScore-Survival.

    A random survival forest ranks the variables; a Cox model is fitted on all categories of the
    best; in each variable the category of lowest risk gets 0; coefficients are divided by the
    smallest, rounded, and brought to a full score of 100.

    Four things differ from the published program: the forest sees each variable by its
    categories, because only terms are known here; it is a small one of this package; the
    categories are the candidate limits instead of quantiles; and the number of variables is
    given instead of read off a parsimony plot.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event.
        settings: number of variables, trees and seed; points and terms per variable are not
            limited by the recipe.

    Returns:
        The score.

    Raises:
        UnsuitableDataError: categories that repeat each other or separate the outcome, or
            outcomes that cannot be used.

    Reference:
        Xie F et al. (2022), doi:10.1016/j.jbi.2021.103959, section 2.
    """
    limits = settings or BaselineSettings()
    sheet = sort_terms(terms, data)
    rng = np.random.default_rng(limits.seed)
    importance = rank_variables(terms, data, rng, limits.trees)
    # Rounded, so that the order of two equal variables does not hang on the last bit.
    best = np.argsort(-np.round(importance, 12), kind="stable")[: limits.max_variables]
    chosen = [t for t in range(len(terms.cut)) if terms.variable[t] in best]
    beta, _ = fit_terms(sheet, chosen)
    points = _write_points(beta, terms.variable[chosen])
    whole = np.zeros(len(terms.cut))
    whole[chosen] = points
    note = "forest of this package on categories; categories are the candidate limits"
    return score_points("AutoScore-Survival's recipe", whole, terms, data, note)


def _write_points(beta: Floats, variable: Integers) -> Floats:
    """Turn log hazard ratios per limit into points per limit, by way of points per category."""
    heights = {int(v): np.append(0.0, np.cumsum(beta[variable == v])) for v in np.unique(variable)}
    heights = {v: height - height.min() for v, height in heights.items()}
    positive = np.concatenate([height[height > 1e-9] for height in heights.values()])
    rounded = {v: np.round(height / positive.min()) for v, height in heights.items()}
    full = sum(height.max() for height in rounded.values())
    points = np.zeros(len(beta))
    for v, height in rounded.items():
        points[variable == v] = np.diff(np.round(height * FULL / full))
    return points
