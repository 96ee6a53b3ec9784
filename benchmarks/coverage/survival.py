"""Coverage of survival at a time, of the median and of the restricted mean."""

from __future__ import annotations

import numpy as np
from benchmarks.coverage.cohort import RATE, follow
from benchmarks.coverage.tally import Row, summarise

from jalon.stats import count_events, kaplan_meier, quantile, restricted_mean, value_at

YEAR, TAU = 365, 730
TRUTH = {
    "Kaplan-Meier at 1 year": float(np.exp(-RATE * YEAR)),
    "median": 400.0,
    "restricted mean, 2 years": float(np.exp(-RATE * np.arange(TAU)).sum()),
}
INTERVALS = ("log", "log-log", "plain")


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    found: dict[tuple[str, str], list] = {}
    for _ in range(repeats):
        table = count_events(follow(rng, np.full(n, RATE)))
        for interval in INTERVALS:
            curve = kaplan_meier(table, interval=interval)
            year = value_at(curve, YEAR)[0]
            found.setdefault(("Kaplan-Meier at 1 year", interval), []).append(year)
            found.setdefault(("median", interval), []).append(quantile(curve))
        mean = restricted_mean(curve, TAU, extend=True)
        found.setdefault(("restricted mean, 2 years", "plain"), []).append(mean)
    return [
        summarise(f"{name}, {interval}", n, estimates, TRUTH[name])
        for (name, interval), estimates in found.items()
    ]
