"""Coverage of Harrell's C of a fitted Cox model, its optimism taken off by the bootstrap.

What is to be covered is the C that this very model has among new patients of the same kind, found
on one large cohort followed in the same way. The model has five covariates, two of which are noise.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from benchmarks.coverage.cohort import RATE, follow
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, Integers, SurvivalData
from jalon.stats import concordance, concordance_value, fit_cox
from jalon.validate import Measure, Refit, correct_optimism

EFFECTS = np.array([0.5, -0.6, 0.4, 0.0, 0.0])
REPEATS, RESAMPLES, LARGE = 1000, 50, 20_000
MEASURE = Measure("C", "cox", concordance_value)


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the model's C."""
    apparent, corrected = [], []
    for _ in range(repeats):
        x, data = draw(rng, n)
        effects = fit_cox(x, data).coefficients
        new_x, new_data = draw_many()
        truth = concordance_value(new_x @ effects, new_data)
        seen = concordance(x @ effects, data).estimate

        def refit(rows: Integers, x: Floats = x, data: SurvivalData = data) -> Refit:
            return Refit({"cox": x @ fit_cox(x[rows], data.take(rows)).coefficients})

        found = correct_optimism(refit, [MEASURE], {"C": seen}, data, rng, resamples=RESAMPLES)
        apparent.append(_shift(seen, truth))
        corrected.append(_shift(found.figures["C"].corrected, truth))
    return [
        summarise("Harrell's C less that among new patients, apparent", n, apparent, 0.0),
        summarise("Harrell's C less that among new patients, corrected", n, corrected, 0.0),
    ]


def draw(rng: np.random.Generator, n: int) -> tuple[Floats, SurvivalData]:
    """Draw covariates and outcomes."""
    x = rng.normal(size=(n, 5))
    x[:, 1], x[:, 2] = rng.random(n) < 0.5, rng.random(n) < 0.2
    return x, follow(rng, RATE * np.exp(x @ EFFECTS))


@cache
def draw_many() -> tuple[Floats, SurvivalData]:
    """A cohort so large that C is known well on it."""
    return draw(np.random.default_rng(1), LARGE)


def _shift(estimate: Estimate, by: float) -> Estimate:
    return Estimate(estimate.value - by, estimate.low - by, estimate.high - by, estimate.level)
