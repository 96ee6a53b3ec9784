"""How often a pooled 95% interval covers the truth, after multiple imputation.

Two covariates of a Cox model, a number and a binary one, are missing for a third and a fifth of
the patients, more often where a third, complete one is high (missing at random). They are
completed ten times, a Cox model is fitted to each table, and the log hazard ratios are pooled by
Rubin's rules.

Two settings: "usual" hazard ratios (1.3 per standard deviation) and "strong" ones (1.65). Two ways
for the outcome to take part. As predictors of a matching or logistic regression, the event
indicator and the cumulative hazard are only nearly what a Cox model implies (White and Royston
2009): strong effects come out 8% too small, and at n = 1,000 their intervals cover less than 93%.
R's mice does the same: on 16 common cohorts of 1,000 it gave 0.462 and this package 0.465 for a
true 0.5. Values that agree with the Cox model itself (SMC-FCS, Bartlett et al. 2015) have no such
bias.
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from scipy.special import expit

from jalon.core import Floats, SurvivalData
from jalon.stats import (
    ImputationPlan,
    IncompleteTable,
    fit_cox,
    impute,
    pool_estimates,
)

EFFECTS = {"usual": np.array([0.25, -0.4, 0.25]), "strong": np.array([0.5, -0.6, 0.4])}
PLANS = {
    "predictors": ImputationPlan(tables=10, iterations=5),
    "cox model": ImputationPlan(tables=10, iterations=5, outcome_as="cox model"),
}
SHOWN = ("number", "binary", "complete")
KINDS = ("number", "binary", "number")
REPEATS = 1000

Row = dict[str, float | int | str]


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Give a row for each setting and each way of imputing, all from the same start of chance."""
    return [
        judge(deepcopy(rng), (n, repeats), effects, way) for effects in EFFECTS for way in PLANS
    ]


def judge(rng: np.random.Generator, size: tuple[int, int], effects: str, way: str) -> Row:
    """Simulate and return one row: coverage and mean error of each coefficient."""
    n, repeats = size
    truth, met = EFFECTS[effects], np.zeros(3)
    errors = np.zeros((repeats, 3))
    for i in range(repeats):
        table, data = simulate(rng, n, truth)
        made = impute(table, rng, PLANS[way], data)
        fits = [fit_cox(values, data) for values in made.values]
        pooled = pool_estimates(
            [fit.coefficients for fit in fits],
            [fit.covariance for fit in fits],
            complete_df=int(data.event.sum()) - 3,
        )
        met += (pooled.low <= truth) & (pooled.high >= truth)
        errors[i] = pooled.value - truth
    row: Row = {"estimator": "pooled imputation", "outcome as": way, "effects": effects}
    row |= {"n": n, "repeats": repeats}
    for name, share, error in zip(SHOWN, met / repeats, errors.mean(axis=0), strict=True):
        row[f"coverage_{name}"] = round(float(share), 4)
        row[f"bias_{name}"] = round(float(error), 4)
    return row


def simulate(
    rng: np.random.Generator, n: int, truth: Floats
) -> tuple[IncompleteTable, SurvivalData]:
    """Draw a cohort with about 60% events and values missing at random."""
    complete = rng.normal(size=n)
    number = 0.5 * complete + rng.normal(size=n) * np.sqrt(0.75)
    binary = (rng.random(n) < expit(complete)).astype(float)
    x = np.column_stack((number, binary, complete))
    time = rng.exponential(size=n) * np.exp(-x @ truth)
    stop = rng.uniform(0.3, 2.5, size=n)
    data = SurvivalData(np.minimum(time, stop), time <= stop)
    x[rng.random(n) < expit(0.8 * complete - 0.8), 0] = np.nan
    x[rng.random(n) < expit(0.8 * complete - 1.6), 1] = np.nan
    return IncompleteTable(x, KINDS), data
