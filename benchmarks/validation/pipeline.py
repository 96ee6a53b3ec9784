"""The pipeline whose validation is timed: impute, search a score of five items, cut groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.validation.cohort import CANDIDATES
from jalon.core import Floats, SurvivalData
from jalon.learn import (
    GroupSettings,
    LearnedScore,
    SearchSettings,
    Terms,
    build_terms,
    find_group,
    refit_score,
)
from jalon.stats import (
    ImputationPlan,
    IncompleteTable,
    concordance,
    concordance_value,
    fit_cox,
    impute,
)
from jalon.validate import Completion, Measure, Procedure, impute_inside

SEARCH, GROUPS = SearchSettings(max_variables=5, max_terms=3), GroupSettings()


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A learned score, and the limits that its points are for."""

    terms: Terms
    score: LearnedScore


def read_slope(values: Floats, data: SurvivalData) -> float:
    """Calibration slope of a log hazard."""
    if np.ptp(values) == 0:
        return 0.0
    return float(fit_cox(values[:, None], data, ties="breslow").coefficients[0])


MEASURES = (
    Measure("C", "points", concordance_value, lambda x, data: concordance(x, data).estimate),
    Measure(
        "C of groups", "groups", concordance_value, lambda x, data: concordance(x, data).estimate
    ),
    Measure("slope", "log hazard", read_slope),
)


def make_procedure(
    table: IncompleteTable, data: SurvivalData, tables: int, seed: int = 1
) -> Procedure:
    """Make the whole pipeline; the teacher's penalty is that of the whole cohort, as in a study."""
    plan = ImputationPlan(tables=tables)
    first = impute(table, np.random.default_rng(seed), ImputationPlan(tables=1), data).values[0]
    penalty = refit_score(_lay(first), data, SEARCH, GROUPS).penalty

    def learn(values: Floats, outcomes: SurvivalData) -> Points:
        terms = _lay(values)
        return Points(terms, refit_score(terms, outcomes, SEARCH, GROUPS, penalty))

    return impute_inside(
        learn, _predict, Completion(table, plan), data, np.random.default_rng(seed), chosen=_choose
    )


def _lay(values: Floats) -> Terms:
    return build_terms(CANDIDATES, {one.name: values[:, k] for k, one in enumerate(CANDIDATES)})


def _predict(model: Points, values: Floats) -> dict[str, Floats]:
    points = np.array(model.score.points)
    total = np.zeros(len(values), dtype=np.int64)
    for term in np.flatnonzero(points):
        above = values[:, model.terms.variable[term]] > model.terms.cut[term]
        total += points[term] * above
    return {
        "points": total.astype(np.float64),
        "groups": find_group(total, model.score.limits).astype(np.float64),
        "log hazard": model.score.scale * total,
    }


def _choose(model: Points) -> list[str]:
    used = np.flatnonzero(model.score.points)
    names = [CANDIDATES[k].name for k in sorted(set(model.terms.variable[used].tolist()))]
    return [*names, *(model.terms.name(int(term)) for term in used)]
