"""Coverage of Harrell's C of a given score, by its infinitesimal jackknife.

What C estimates depends on the censoring, so its true value is taken from one large cohort
followed in the same way.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from benchmarks.coverage.cohort import RATE, follow
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Floats, SurvivalData
from jalon.stats import concordance, concordance_value

LARGE = 2_000_000


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    rows = []
    for name, points in (("integer score 0 to 4", True), ("continuous", False)):
        drawn = (draw(rng, n, points) for _ in range(repeats))
        estimates = [concordance(risk, data).estimate for risk, data in drawn]
        rows.append(summarise(f"Harrell's C, {name}", n, estimates, find_truth(points)))
    return rows


def draw(rng: np.random.Generator, n: int, points: bool) -> tuple[Floats, SurvivalData]:
    """Draw scores and the outcomes that they foretell."""
    risk = rng.binomial(4, 0.4, n).astype(float) if points else rng.normal(size=n)
    return risk, follow(rng, RATE * np.exp(0.6 * risk - (1 if points else 0)))


@cache
def find_truth(points: bool) -> float:
    """C of a cohort so large that its own error is of no account."""
    return concordance_value(*draw(np.random.default_rng(1), LARGE, points))
