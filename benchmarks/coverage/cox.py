"""Coverage of the log hazard ratios of a Cox model with three covariates."""

from __future__ import annotations

import numpy as np
from benchmarks.coverage.cohort import RATE, follow
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate
from jalon.stats import fit_cox

TRUTH = {"number": 0.5, "common factor": -0.6, "rare factor": 0.4}


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    found: dict[str, list[Estimate]] = {name: [] for name in TRUTH}
    for _ in range(repeats):
        x = np.column_stack((rng.normal(size=n), rng.random(n) < 0.5, rng.random(n) < 0.1))
        data = follow(rng, RATE * np.exp(x @ np.array(list(TRUTH.values()))))
        fit = fit_cox(x, data)
        for name, ratio in zip(TRUTH, fit.hazard_ratios, strict=True):
            found[name].append(
                Estimate(*(float(np.log(part)) for part in (ratio.value, ratio.low, ratio.high)))
            )
    return [
        summarise(f"Cox log hazard ratio, {name}", n, estimates, TRUTH[name])
        for name, estimates in found.items()
    ]
